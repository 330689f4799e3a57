/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bytes: growth, the sticky failure, secrets, spans.  */

#include "config.h"

#include "tests/unit/unit.h"

#include <gcrypt.h>
#include <stdio.h>

/* More than any memory: a request for it fails without being tried.  */
#define TOO_MUCH SIZE_MAX

static const char secret[] = "correct horse battery staple";

static bool
all_zero (const volatile unsigned char *p, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    if (p[i])
      return false;
  return true;
}

START_TEST (test_empty)
{
  struct bytes b = { 0 };

  ck_assert_str_eq (bytes_text (&b), "");
  ck_assert_uint_eq (bytes_span (&b).n, 0);
  ck_assert (!bytes_has_nul (&b));
  ck_ok (bytes_error (&b));
  bytes_add (&b, NULL, 0);
  bytes_add_str (&b, "");
  bytes_add_fmt (&b, "%s", "");
  ck_assert_uint_eq (b.n, 0);
  ck_ok (bytes_error (&b));
  bytes_cut (&b, 0);
  bytes_clear (&b);
  bytes_drop (&b);
  bytes_drop (&b);
  ck_assert_ptr_null (b.p);
}
END_TEST

START_TEST (test_grows)
{
  struct bytes b = { 0 };
  size_t i;

  for (i = 0; i < 5000; i++)
    {
      bytes_add_byte (&b, (unsigned char)(i * 7));
      ck_assert_uint_eq (b.n, i + 1);
      ck_assert_uint_gt (b.cap, b.n);
      ck_assert_uint_eq (b.p[b.n], 0);
    }
  for (i = 0; i < 5000; i++)
    ck_assert_uint_eq (b.p[i], (unsigned char)(i * 7));
  ck_ok (bytes_error (&b));
  bytes_drop (&b);
}
END_TEST

START_TEST (test_every_adder)
{
  struct bytes b = { 0 };
  unsigned char *p;

  bytes_add (&b, "ab", 2);
  bytes_add_byte (&b, 'c');
  bytes_add_str (&b, "de");
  bytes_add_span (&b, span_of ("fgh", 2));
  bytes_add_fmt (&b, "%d%s", 42, "%d");
  p = bytes_extend (&b, 2);
  ck_assert_ptr_eq (p, b.p + b.n - 2);
  ck_assert (all_zero (p, 3));
  memcpy (p, "xy", 2);
  ck_assert_str_eq (bytes_text (&b), "abcdefg42%dxy");
  ck_assert_uint_eq (b.n, 13);
  bytes_drop (&b);
}
END_TEST

/* Lengths around the first allocation and far beyond it.  */
START_TEST (test_fmt_lengths)
{
  static const int lengths[] = { 1, 30, 31, 32, 33, 63, 64, 65, 5000 };
  size_t i;

  for (i = 0; i < DIM (lengths); i++)
    {
      struct bytes b = { 0 };

      bytes_add_fmt (&b, "%0*d", lengths[i], 7);
      ck_assert_uint_eq (b.n, (size_t)lengths[i]);
      ck_assert_uint_eq (strlen (bytes_text (&b)), b.n);
      ck_assert_int_eq (b.p[b.n - 1], '7');
      bytes_drop (&b);
    }
}
END_TEST

START_TEST (test_failure_sticks)
{
  struct bytes b = { 0 };

  bytes_add_str (&b, "kept");
  ck_assert_ptr_null (bytes_extend (&b, TOO_MUCH));
  ck_code (bytes_error (&b), GPG_ERR_ENOMEM);
  bytes_add (&b, "x", 1);
  bytes_add_byte (&b, 'x');
  bytes_add_str (&b, "x");
  bytes_add_span (&b, span_text ("x"));
  bytes_add_fmt (&b, "%c", 'x');
  bytes_add_random (&b, 1);
  ck_assert_ptr_null (bytes_extend (&b, 0));
  ck_assert_str_eq (bytes_text (&b), "kept");
  ck_assert_uint_eq (b.n, 4);
  ck_code (bytes_error (&b), GPG_ERR_ENOMEM);
  bytes_drop (&b);
  ck_ok (bytes_error (&b));
}
END_TEST

/* The sum of what is there and what is to come must not wrap around.  */
START_TEST (test_length_overflow)
{
  static const size_t too_much[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 3 };
  size_t i;

  for (i = 0; i < DIM (too_much); i++)
    {
      struct bytes b = { 0 };

      bytes_add_str (&b, "kept");
      ck_assert_ptr_null (bytes_extend (&b, too_much[i]));
      ck_assert (b.failed);
      ck_assert_str_eq (bytes_text (&b), "kept");
      bytes_drop (&b);
    }
}
END_TEST

START_TEST (test_failure_while_empty)
{
  struct bytes b = { 0 };

  bytes_extend (&b, TOO_MUCH);
  ck_assert_str_eq (bytes_text (&b), "");
  bytes_cut (&b, 0);
  bytes_clear (&b);
  ck_ok (bytes_error (&b));
  bytes_add_str (&b, "again");
  ck_assert_str_eq (bytes_text (&b), "again");
  bytes_drop (&b);
}
END_TEST

START_TEST (test_cut)
{
  struct bytes b = { 0 };

  bytes_add_str (&b, "abcdef");
  bytes_cut (&b, 6);
  ck_assert_str_eq (bytes_text (&b), "abcdef");
  bytes_cut (&b, 5);
  ck_assert_str_eq (bytes_text (&b), "abcde");
  bytes_cut (&b, 0);
  ck_assert_str_eq (bytes_text (&b), "");
  ck_assert (all_zero (bytes_extend (&b, 6), 6));
  bytes_drop (&b);
}
END_TEST

START_TEST (test_has_nul)
{
  struct bytes b = { 0 };

  bytes_add (&b, "abc", 3);
  ck_assert (!bytes_has_nul (&b));
  bytes_add_byte (&b, 0);
  ck_assert (bytes_has_nul (&b));
  bytes_cut (&b, 3);
  ck_assert (!bytes_has_nul (&b));
  bytes_drop (&b);
}
END_TEST

START_TEST (test_move)
{
  struct bytes a = { 0 };
  struct bytes s = BYTES_SECRET;
  unsigned char *p;

  bytes_add_str (&a, "old");
  bytes_add_str (&s, secret);
  p = s.p;
  bytes_move (&a, &s);
  ck_assert_ptr_eq (a.p, p);
  ck_assert_str_eq (bytes_text (&a), secret);
  ck_assert (a.secret && s.secret);
  ck_assert_ptr_null (s.p);
  ck_assert_uint_eq (s.n + s.cap, 0);
  bytes_drop (&a);

  /* A failure moves too: it must not get lost on the way.  */
  bytes_extend (&s, TOO_MUCH);
  bytes_move (&a, &s);
  ck_code (bytes_error (&a), GPG_ERR_ENOMEM);
  ck_ok (bytes_error (&s));
  bytes_drop (&a);
  bytes_drop (&s);
}
END_TEST

START_TEST (test_secret_is_locked)
{
  struct bytes plain = { 0 };
  struct bytes s = BYTES_SECRET;

  bytes_add_str (&plain, "anyone may see this");
  bytes_add_str (&s, secret);
  ck_assert (!gcry_is_secure (plain.p));
  ck_assert (gcry_is_secure (s.p));
  bytes_extend (&s, 4096);
  ck_assert (gcry_is_secure (s.p));
  bytes_drop (&s);
  ck_assert (s.secret);
  bytes_add_str (&s, secret);
  ck_assert (gcry_is_secure (s.p));
  bytes_drop (&s);
  bytes_drop (&plain);
}
END_TEST

START_TEST (test_secret_cut_wipes)
{
  struct bytes s = BYTES_SECRET;

  bytes_add_str (&s, secret);
  bytes_cut (&s, 7);
  ck_assert_str_eq (bytes_text (&s), "correct");
  ck_assert (all_zero (s.p + 7, sizeof secret - 7));
  bytes_drop (&s);
}
END_TEST

START_TEST (test_secret_clear_wipes)
{
  struct bytes s = BYTES_SECRET;
  unsigned char *p;

  bytes_add_str (&s, secret);
  p = s.p;
  bytes_clear (&s);
  ck_assert_ptr_eq (s.p, p);
  ck_assert_uint_eq (s.n, 0);
  ck_assert (all_zero (s.p, s.cap));
  bytes_drop (&s);
}
END_TEST

/* What is given back to the pool of locked memory stays mapped, so that a
 * test may look at it.  */
START_TEST (test_secret_growth_and_drop_wipe)
{
  struct bytes s = BYTES_SECRET;
  const unsigned char *old;

  bytes_add_str (&s, secret);
  old = s.p;
  ck_assert (gcry_is_secure (s.p));
  bytes_extend (&s, 1000);
  ck_assert_ptr_ne (s.p, old);
  ck_assert (all_zero (old, sizeof secret));
  ck_assert_str_eq (bytes_text (&s), secret);
  old = s.p;
  bytes_drop (&s);
  ck_assert (all_zero (old, sizeof secret));
}
END_TEST

START_TEST (test_spans)
{
  ck_assert (span_equal (span_of (NULL, 0), span_of ("x", 0)));
  ck_assert (span_equal (span_text (""), span_of (NULL, 0)));
  ck_assert (span_equal (span_text ("abc"), span_of ("abcd", 3)));
  ck_assert (!span_equal (span_text ("abc"), span_text ("abd")));
  ck_assert (!span_equal (span_text ("abc"), span_text ("ab")));
  ck_assert (!span_equal (span_of ("a\0b", 3), span_of ("a\0c", 3)));
  ck_assert (!span_equal (span_text ("a"), span_of (NULL, 0)));
  ck_assert_uint_eq (span_text ("four").n, 4);
}
END_TEST

START_TEST (test_random)
{
  struct bytes a = { 0 };
  struct bytes b = { 0 };

  bytes_add_random (&a, 0);
  ck_assert_uint_eq (a.n, 0);
  bytes_add_random (&a, 32);
  bytes_add_random (&b, 32);
  ck_assert_uint_eq (a.n, 32);
  ck_assert (!span_equal (bytes_span (&a), bytes_span (&b)));
  ck_assert (!all_zero (a.p, a.n));
  bytes_drop (&a);
  bytes_drop (&b);
}
END_TEST

int
main (void)
{
  TCase *plain = tcase_create ("plain");
  TCase *kept_secret = tcase_create ("secret");
  TCase *cases[] = { plain, kept_secret };

  tcase_add_test (plain, test_empty);
  tcase_add_test (plain, test_grows);
  tcase_add_test (plain, test_every_adder);
  tcase_add_test (plain, test_fmt_lengths);
  tcase_add_test (plain, test_failure_sticks);
  tcase_add_test (plain, test_length_overflow);
  tcase_add_test (plain, test_failure_while_empty);
  tcase_add_test (plain, test_cut);
  tcase_add_test (plain, test_has_nul);
  tcase_add_test (plain, test_move);
  tcase_add_test (plain, test_spans);
  tcase_add_test (plain, test_random);
  tcase_add_test (kept_secret, test_secret_is_locked);
  tcase_add_test (kept_secret, test_secret_cut_wipes);
  tcase_add_test (kept_secret, test_secret_clear_wipes);
  tcase_add_test (kept_secret, test_secret_growth_and_drop_wipe);
  return unit_main ("bytes", cases, DIM (cases));
}

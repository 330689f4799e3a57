/* SPDX-License-Identifier: GPL-3.0-or-later
 * DER: what the cursor accepts, what it refuses, and the writer.  */

#include "config.h"

#include "base/der.h"
#include "base/text.h"

#include "tests/unit/unit.h"

static struct bytes input;
static struct bytes output;
static struct span in;
static struct span body;

static void
set_up (void)
{
  memset (&input, 0, sizeof input);
  memset (&output, 0, sizeof output);
}

static void
tear_down (void)
{
  bytes_drop (&input);
  bytes_drop (&output);
}

/* HEAD in hex and N octets of 0x5a behind it are the next input.  */
static void
give (const char *head, size_t n)
{
  unsigned char *p;

  bytes_clear (&input);
  ck_ok (text_unhex (&input, span_text (head)));
  p = bytes_extend (&input, n);
  ck_assert_ptr_nonnull (p);
  memset (p, 0x5a, n);
  in = bytes_span (&input);
  body = span_of ("untouched", 9);
}

/* The reader left IN and the result alone.  */
static void
expect_untouched (void)
{
  ck_assert (in.p == input.p && in.n == input.n);
  ck_assert_uint_eq (body.n, 9);
}

static void
expect_hex (const char *hex)
{
  struct bytes want = { 0 };

  ck_ok (text_unhex (&want, span_text (hex)));
  ck_ok (bytes_error (&output));
  ck_assert (span_equal (bytes_span (&output), bytes_span (&want)));
  bytes_drop (&want);
}

/* The one right way to write each length.  */
static const struct
{
  const char *head;
  size_t n;
} lengths[] = {
  { "0400", 0 },       { "0401", 1 },         { "047f", 127 },
  { "048180", 128 },   { "0481ff", 255 },     { "04820100", 256 },
  { "04820101", 257 }, { "0482ff00", 65280 }, { "0482ffff", 65535 },
};

START_TEST (test_take_lengths)
{
  size_t n = lengths[_i].n;

  give (lengths[_i].head, n);
  ck_ok (der_take (&in, DER_OCTET_STRING, &body));
  ck_assert_uint_eq (body.n, n);
  ck_assert_ptr_eq (body.p, input.p + strlen (lengths[_i].head) / 2);
  ck_ok (der_end (in));

  /* And with something behind it.  */
  give (lengths[_i].head, n + 1);
  ck_ok (der_take (&in, DER_OCTET_STRING, &body));
  ck_assert_uint_eq (body.n, n);
  ck_assert_uint_eq (in.n, 1);
  ck_code (der_end (in), GPG_ERR_INV_BER);
}
END_TEST

START_TEST (test_take_truncated)
{
  if (!lengths[_i].n)
    return;
  give (lengths[_i].head, lengths[_i].n - 1);
  ck_code (der_take (&in, DER_OCTET_STRING, &body), GPG_ERR_INV_BER);
  expect_untouched ();
}
END_TEST

START_TEST (test_add_lengths)
{
  give (lengths[_i].head, lengths[_i].n);
  body = in;
  body.p += strlen (lengths[_i].head) / 2;
  body.n = lengths[_i].n;
  der_add (&output, DER_OCTET_STRING, body);
  ck_ok (bytes_error (&output));
  ck_assert (span_equal (bytes_span (&output), in));
}
END_TEST

static const struct
{
  const char *head;
  size_t n;
  const char *why;
} bad_elements[] = {
  { "", 0, "nothing" },
  { "04", 0, "a tag alone" },
  { "0500", 0, "another tag" },
  { "0401", 0, "no body" },
  { "048180", 127, "one octet short" },
  { "0481", 0, "length cut off" },
  { "0482", 0, "length cut off" },
  { "048201", 0, "length cut off" },
  { "0480", 2, "indefinite length" },
  { "0480", 128, "indefinite length" },
  { "04800000", 0, "indefinite length, ended" },
  { "048100", 0, "padded 0" },
  { "04817f", 127, "padded 127" },
  { "04820001", 1, "padded 1" },
  { "04820080", 128, "padded 128" },
  { "048200ff", 255, "padded 255" },
  { "0483000100", 256, "three octets, padded" },
  { "0483010000", 65536, "above 64 KiB" },
  { "0484ffffffff", 16, "four octets" },
  { "0488ffffffffffffffff", 16, "eight octets" },
  { "04ff", 300, "reserved form" },
};

START_TEST (test_take_refuses)
{
  give (bad_elements[_i].head, bad_elements[_i].n);
  ck_assert_msg (gpg_err_code (der_take (&in, DER_OCTET_STRING, &body))
                   == GPG_ERR_INV_BER,
                 "accepted: %s", bad_elements[_i].why);
  expect_untouched ();
}
END_TEST

START_TEST (test_take_in_turn)
{
  struct span outer;

  give ("3009020105040261620500", 0);
  ck_assert_uint_eq (der_peek (in), DER_SEQUENCE);
  ck_ok (der_take (&in, DER_SEQUENCE, &outer));
  ck_ok (der_end (in));
  ck_assert_uint_eq (der_peek (in), 0);
  ck_assert_uint_eq (der_peek (outer), DER_INTEGER);
  ck_ok (der_take_uint (&outer, &body));
  ck_assert (span_equal (body, span_of ("\x05", 1)));
  ck_ok (der_take (&outer, DER_OCTET_STRING, &body));
  ck_assert (span_equal (body, span_text ("ab")));
  ck_ok (der_take (&outer, DER_NULL, &body));
  ck_assert_uint_eq (body.n, 0);
  ck_ok (der_end (outer));
}
END_TEST

static const struct
{
  const char *element;
  const char *magnitude;
} good_uints[] = {
  { "020100", "" },
  { "020101", "01" },
  { "02017f", "7f" },
  { "02020080", "80" },
  { "020200ff", "ff" },
  { "02020100", "0100" },
  { "02027fff", "7fff" },
  { "0203008000", "8000" },
  { "02050080000000", "80000000" },
};

START_TEST (test_uint)
{
  struct bytes want = { 0 };

  ck_ok (text_unhex (&want, span_text (good_uints[_i].magnitude)));
  give (good_uints[_i].element, 0);
  ck_ok (der_take_uint (&in, &body));
  ck_assert (span_equal (body, bytes_span (&want)));
  ck_ok (der_end (in));

  /* The writer's way back, with leading zeros to be dropped.  */
  der_add_uint (&output, bytes_span (&want));
  expect_hex (good_uints[_i].element);
  bytes_clear (&want);
  bytes_extend (&want, 3);
  bytes_add_span (&want, body);
  bytes_clear (&output);
  der_add_uint (&output, bytes_span (&want));
  expect_hex (good_uints[_i].element);
  bytes_drop (&want);
}
END_TEST

static const struct
{
  const char *element;
  const char *why;
} bad_uints[] = {
  { "0200", "empty" },
  { "020180", "negative" },
  { "0201ff", "minus one" },
  { "0202ff7f", "negative" },
  { "02028000", "negative" },
  { "02020000", "padded 0" },
  { "02020001", "padded 1" },
  { "0202007f", "padded 127" },
  { "0203000080", "padded twice" },
  { "0202ffff", "padded minus one" },
  { "030100", "another tag" },
  { "020200", "cut off" },
};

START_TEST (test_uint_refuses)
{
  give (bad_uints[_i].element, 0);
  ck_assert_msg (gpg_err_code (der_take_uint (&in, &body)) == GPG_ERR_INV_BER,
                 "accepted: %s", bad_uints[_i].why);
  expect_untouched ();
}
END_TEST

START_TEST (test_bits)
{
  give ("03010005", 0);
  ck_ok (der_take_bits (&in, &body));
  ck_assert_uint_eq (body.n, 0);
  ck_assert_uint_eq (in.n, 1);

  give ("03030004ff", 0);
  ck_ok (der_take_bits (&in, &body));
  ck_assert (span_equal (body, span_of ("\x04\xff", 2)));
  ck_ok (der_end (in));
  der_add_bits (&output, body);
  expect_hex ("03030004ff");
  bytes_clear (&output);
  der_add_bits (&output, span_of (NULL, 0));
  expect_hex ("030100");
}
END_TEST

START_TEST (test_bits_refuses)
{
  static const char *const bad[]
    = { "0300", "03020780", "030101", "0303080000", "040100", "030200" };
  size_t i;

  for (i = 0; i < DIM (bad); i++)
    {
      give (bad[i], 0);
      ck_code (der_take_bits (&in, &body), GPG_ERR_INV_BER);
      expect_untouched ();
    }
}
END_TEST

/* The writer has lengths up to 64 KiB, and says so like out of memory.  */
START_TEST (test_add_too_long)
{
  give ("", 65536);
  der_add (&output, DER_OCTET_STRING, in);
  ck_code (bytes_error (&output), GPG_ERR_ENOMEM);

  bytes_drop (&output);
  der_add_uint (&output, in);
  ck_code (bytes_error (&output), GPG_ERR_ENOMEM);

  bytes_drop (&output);
  der_add_bits (&output, span_of (in.p, 65535));
  ck_code (bytes_error (&output), GPG_ERR_ENOMEM);

  bytes_drop (&output);
  der_add_bits (&output, span_of (in.p, 65534));
  ck_ok (bytes_error (&output));
}
END_TEST

int
main (void)
{
  TCase *der = tcase_create ("der");

  tcase_add_checked_fixture (der, set_up, tear_down);
  tcase_add_loop_test (der, test_take_lengths, 0, DIM (lengths));
  tcase_add_loop_test (der, test_take_truncated, 0, DIM (lengths));
  tcase_add_loop_test (der, test_add_lengths, 0, DIM (lengths));
  tcase_add_loop_test (der, test_take_refuses, 0, DIM (bad_elements));
  tcase_add_test (der, test_take_in_turn);
  tcase_add_loop_test (der, test_uint, 0, DIM (good_uints));
  tcase_add_loop_test (der, test_uint_refuses, 0, DIM (bad_uints));
  tcase_add_test (der, test_bits);
  tcase_add_test (der, test_bits_refuses);
  tcase_add_test (der, test_add_too_long);
  return unit_main ("der", &der, 1);
}

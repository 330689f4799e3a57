/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is to be signed: DigestInfo or a bare digest, nothing else.  */

#include "config.h"

#include "card/digest.h"

#include "base/text.h"

#include "tests/unit/unit.h"

/* As gpg-agent and libgcrypt have them.  */
/* clang-format off */
static const struct
{
  const char *name;
  enum hash_id hash;
  size_t length;
  const char *prefix;
} hashes[] = {
  { "md5",    HASH_MD5,    16, "3020300c06082a864886f70d020505000410" },
  { "rmd160", HASH_RMD160, 20, "3021300906052b2403020105000414" },
  { "sha1",   HASH_SHA1,   20, "3021300906052b0e03021a05000414" },
  { "sha224", HASH_SHA224, 28, "302d300d06096086480165030402040500041c" },
  { "sha256", HASH_SHA256, 32, "3031300d060960864801650304020105000420" },
  { "sha384", HASH_SHA384, 48, "3041300d060960864801650304020205000430" },
  { "sha512", HASH_SHA512, 64, "3051300d060960864801650304020305000440" },
};
/* clang-format on */

static struct test_clock tc;
static struct call call;
static struct bytes data;
static struct digest digest;

static void
set_up (void)
{
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 1000);
  memset (&data, 0, sizeof data);
  memset (&digest, 0, sizeof digest);
}

static void
tear_down (void)
{
  bytes_drop (&data);
}

/* DATA becomes PREFIX (hex) and N bytes that are no prefix of anything.  */
static void
give (const char *prefix, size_t n)
{
  bytes_clear (&data);
  ck_ok (text_unhex (&data, span_text (prefix)));
  while (n--)
    bytes_add_byte (&data, (unsigned char)(0xa0 + n));
}

/* The next parse fails with CODE and says why.  */
static void
expect_refused (enum hash_id hint, gpg_err_code_t code)
{
  gpg_error_t err = digest_parse (&call, bytes_span (&data), hint, &digest);

  ck_code (err, code);
  ck_assert_uint_eq (call.reason_for, err);
  ck_assert_ptr_null (digest.value.p);
  call_forget (&call);
}

static void
expect_digest (enum hash_id hint, enum hash_id hash, size_t skip)
{
  ck_ok (digest_parse (&call, bytes_span (&data), hint, &digest));
  ck_assert_int_eq (digest.hash, hash);
  ck_assert_ptr_eq (digest.value.p, data.p + skip);
  ck_assert_uint_eq (digest.value.n, data.n - skip);
  memset (&digest, 0, sizeof digest);
}

START_TEST (test_names)
{
  static const char *const bad[]
    = { "",     "none",    "SHA256",   "sha-256",    "sha25",
        "sha2", "sha256 ", "sha3-256", "tls-md5sha1" };
  enum hash_id hash;
  size_t i;

  ck_assert_uint_eq (DIM (hashes), HASH_COUNT - 1);
  for (i = 0; i < DIM (hashes); i++)
    {
      ck_assert (hash_find (hashes[i].name, &hash));
      ck_assert_int_eq (hash, hashes[i].hash);
      ck_assert_str_eq (hash_info (hash)->name, hashes[i].name);
      ck_assert_uint_eq (hash_info (hash)->length, hashes[i].length);
      give (hashes[i].prefix, 0);
      ck_assert (span_equal (
        bytes_span (&data),
        span_of (hash_info (hash)->prefix, hash_info (hash)->prefix_len)));
    }
  for (i = 0; i < DIM (bad); i++)
    ck_assert (!hash_find (bad[i], &hash));
}
END_TEST

START_TEST (test_digest_info)
{
  size_t skip = strlen (hashes[_i].prefix) / 2;
  size_t other;

  give (hashes[_i].prefix, hashes[_i].length);
  expect_digest (HASH_NONE, hashes[_i].hash, skip);
  expect_digest (hashes[_i].hash, hashes[_i].hash, skip);
  for (other = 0; other < DIM (hashes); other++)
    if (other != (size_t)_i)
      expect_refused (hashes[other].hash, GPG_ERR_INV_VALUE);
}
END_TEST

START_TEST (test_digest_info_length)
{
  static const int off_by[] = { -1, 1 };
  size_t i;

  for (i = 0; i < DIM (off_by); i++)
    {
      give (hashes[_i].prefix, hashes[_i].length + (size_t)off_by[i]);
      expect_refused (hashes[_i].hash, data.n == 36
                                         ? GPG_ERR_UNSUPPORTED_ALGORITHM
                                         : GPG_ERR_INV_LENGTH);
      expect_refused (HASH_NONE, data.n == 36 ? GPG_ERR_UNSUPPORTED_ALGORITHM
                                              : GPG_ERR_INV_LENGTH);
    }
}
END_TEST

/* One bit of the prefix wrong, anywhere: that is no digest of that hash,
 * and nothing is guessed from the length.  */
START_TEST (test_digest_info_damaged)
{
  size_t n = strlen (hashes[_i].prefix) / 2;
  size_t i;

  for (i = 0; i < n; i++)
    {
      give (hashes[_i].prefix, hashes[_i].length);
      data.p[i] ^= 1;
      expect_refused (hashes[_i].hash, GPG_ERR_INV_LENGTH);
      expect_refused (HASH_NONE, GPG_ERR_INV_LENGTH);
    }
}
END_TEST

START_TEST (test_bare)
{
  size_t other;

  give ("", hashes[_i].length);
  expect_digest (hashes[_i].hash, hashes[_i].hash, 0);
  expect_refused (HASH_NONE, GPG_ERR_INV_LENGTH);
  for (other = 0; other < DIM (hashes); other++)
    if (hashes[other].length != hashes[_i].length)
      expect_refused (hashes[other].hash, GPG_ERR_INV_LENGTH);
  give ("", hashes[_i].length - 1);
  expect_refused (hashes[_i].hash, GPG_ERR_INV_LENGTH);
  give ("", hashes[_i].length + 1);
  expect_refused (hashes[_i].hash, GPG_ERR_INV_LENGTH);
}
END_TEST

START_TEST (test_odd_ones)
{
  expect_refused (HASH_NONE, GPG_ERR_NO_DATA);
  expect_refused (HASH_SHA256, GPG_ERR_NO_DATA);
  give ("", 36);
  expect_refused (HASH_NONE, GPG_ERR_UNSUPPORTED_ALGORITHM);
  expect_refused (HASH_SHA256, GPG_ERR_UNSUPPORTED_ALGORITHM);
  give ("", 4096);
  expect_refused (HASH_NONE, GPG_ERR_INV_LENGTH);
  expect_refused (HASH_SHA512, GPG_ERR_INV_LENGTH);
}
END_TEST

START_TEST (test_message)
{
  static const size_t sizes[] = { 1, 20, 100, 4081 };
  size_t i;

  for (i = 0; i < DIM (sizes); i++)
    {
      give (hashes[2].prefix, sizes[i]);
      ck_ok (digest_parse_message (&call, bytes_span (&data), &digest));
      ck_assert_int_eq (digest.hash, HASH_NONE);
      ck_assert_ptr_eq (digest.value.p, data.p + 15);
      ck_assert_uint_eq (digest.value.n, sizes[i]);
    }
}
END_TEST

static void
expect_message_refused (void)
{
  ck_code (digest_parse_message (&call, bytes_span (&data), &digest),
           GPG_ERR_INV_VALUE);
  ck_assert_int_eq (gpg_err_code (call.reason_for), GPG_ERR_INV_VALUE);
  ck_assert_ptr_null (digest.value.p);
  call_forget (&call);
}

START_TEST (test_message_refused)
{
  size_t i;

  expect_message_refused ();
  give (hashes[2].prefix, 0);
  expect_message_refused ();
  give ("3021300906052b0e03021a050004", 0);
  expect_message_refused ();
  give ("", 64);
  expect_message_refused ();
  for (i = 0; i < DIM (hashes); i++)
    if (hashes[i].hash != HASH_SHA1)
      {
        give (hashes[i].prefix, hashes[i].length);
        expect_message_refused ();
      }
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("digest");

  tcase_add_checked_fixture (cases, set_up, tear_down);
  tcase_add_test (cases, test_names);
  tcase_add_loop_test (cases, test_digest_info, 0, DIM (hashes));
  tcase_add_loop_test (cases, test_digest_info_length, 0, DIM (hashes));
  tcase_add_loop_test (cases, test_digest_info_damaged, 0, DIM (hashes));
  tcase_add_loop_test (cases, test_bare, 0, DIM (hashes));
  tcase_add_test (cases, test_odd_ones);
  tcase_add_test (cases, test_message);
  tcase_add_test (cases, test_message_refused);
  return unit_main ("digest", &cases, 1);
}

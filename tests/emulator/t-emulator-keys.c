/* SPDX-License-Identifier: GPL-3.0-or-later
 * The emulator's tables of specs and algorithms, its derived keys and its
 * key store.  */

#include "config.h"

#include "tests/emulator/keys.h"
#include "tests/emulator/material.h"
#include "tests/emulator/signer.h"

#include "tests/unit/unit.h"

/* Each spec but the symmetric one signs with something, each of our
 * algorithms has a spec, and the columns fit together.  */
START_TEST (specs_are_complete)
{
  const struct signing_algorithm *algorithm;
  const struct key_spec *spec;
  size_t i, k;

  for (i = 0; (spec = key_spec_at (i)); i++)
    {
      size_t n = 0;

      ck_assert_ptr_eq (key_spec_find (spec->name), spec);
      ck_assert (key_spec_usable (spec, key_spec_default_usage (spec)));
      ck_assert (!key_spec_usable (spec, "GENERATE_VERIFY_MAC"));
      for (k = 0; (algorithm = signing_algorithm_at (k)); k++)
        n += key_spec_signs (spec, algorithm);
      ck_assert_uint_eq (n, spec->kind == KIND_RSA         ? 6
                            : spec->kind == KIND_ECDSA     ? 1
                            : spec->kind == KIND_SYMMETRIC ? 0
                                                           : 2);
      ck_assert (!spec->curve == !spec->algorithm);
    }
  ck_assert_uint_eq (i, 9);
  ck_assert_ptr_null (key_spec_find ("RSA_1024"));
}
END_TEST

START_TEST (algorithms_are_complete)
{
  const struct signing_algorithm *algorithm;
  size_t i;

  for (i = 0; (algorithm = signing_algorithm_at (i)); i++)
    {
      ck_assert_ptr_eq (signing_algorithm_find (algorithm->name), algorithm);
      ck_assert_uint_ne (algorithm->messages, 0);
      ck_assert ((algorithm->kind == KIND_FOREIGN) == !algorithm->hash);
      if (algorithm->hash && algorithm->messages & MESSAGE_DIGEST)
        ck_assert_uint_eq (
          algorithm->digest_length,
          gcry_md_get_algo_dlen (gcry_md_map_name (algorithm->hash)));
    }
  ck_assert_ptr_null (signing_algorithm_find ("RSASSA_PSS_SHA_1"));
}
END_TEST

START_TEST (the_stream)
{
  static const char *const triples[][3]
    = { { "a", "b", "c" }, { "ab", "", "c" }, { "a", "bc", "" } };
  unsigned char whole[64], again[64], others[3][64];
  struct stream s;
  size_t i;

  ck_ok (stream_open (&s, "a", "b", "c"));
  stream_read (&s, whole, sizeof whole);
  stream_close (&s);
  ck_ok (stream_open (&s, "a", "b", "c"));
  stream_read (&s, again, 1);
  stream_read (&s, again + 1, sizeof again - 1);
  stream_close (&s);
  ck_assert_mem_eq (whole, again, sizeof whole);
  for (i = 0; i < DIM (triples); i++)
    {
      ck_ok (stream_open (&s, triples[i][0], triples[i][1], triples[i][2]));
      stream_read (&s, others[i], sizeof others[i]);
      stream_close (&s);
    }
  ck_assert_mem_eq (whole, others[0], sizeof whole);
  ck_assert_mem_ne (whole, others[1], sizeof whole);
  ck_assert_mem_ne (whole, others[2], sizeof whole);
}
END_TEST

/* libgcrypt's own, slower test agrees.  */
START_TEST (primes_are_prime)
{
  gcry_mpi_t p = NULL;
  struct stream s;
  int i;

  ck_ok (stream_open (&s, "seed", "prime", "test"));
  for (i = 0; i < 4; i++)
    {
      ck_ok (stream_prime (&s, 1024, &p));
      ck_ok (gcry_prime_check (p, 0));
      ck_assert_uint_eq (gcry_mpi_get_nbits (p), 1024);
      ck_assert (gcry_mpi_test_bit (p, 1022));
      gcry_mpi_release (p);
    }
  ck_code (stream_prime (&s, 4096, &p), GPG_ERR_INV_VALUE);
  stream_close (&s);
}
END_TEST

/* Every spec makes a key that libgcrypt finds sound.  */
START_TEST (keys_are_sound)
{
  const struct key_spec *spec;
  size_t i;

  for (i = 0; (spec = key_spec_at (i)); i++)
    {
      gcry_sexp_t secret = NULL;
      struct bytes spki = { 0 };
      struct stream s;

      if (spec->kind == KIND_SYMMETRIC)
        continue;
      ck_ok (stream_open (&s, "seed", spec->name, "alias/x"));
      ck_ok (material_make (&s, spec, &secret, &spki));
      ck_ok (gcry_pk_testkey (secret));
      if (spec->kind == KIND_RSA)
        ck_assert_uint_eq (gcry_pk_get_nbits (secret), spec->bits);
      ck_assert_uint_gt (spki.n, 40);
      stream_close (&s);
      gcry_sexp_release (secret);
      bytes_drop (&spki);
    }
}
END_TEST

/* Deterministic or randomised as the real one.  */
START_TEST (signatures_repeat_or_not)
{
  static const struct
  {
    const char *spec;
    const char *algorithm;
    bool repeats;
  } rows[] = { { "RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256", true },
               { "RSA_2048", "RSASSA_PSS_SHA_256", false },
               { "ECC_NIST_P256", "ECDSA_SHA_256", false },
               { "ECC_NIST_EDWARDS25519", "ED25519_SHA_512", true } };
  const struct key_spec *spec = key_spec_find (rows[_i].spec);
  struct bytes spki = { 0 };
  struct bytes sigs[2] = { 0 };
  gcry_sexp_t secret = NULL;
  struct stream s;
  size_t i;

  ck_ok (stream_open (&s, "seed", spec->name, "alias/x"));
  ck_ok (material_make (&s, spec, &secret, &spki));
  for (i = 0; i < 2; i++)
    ck_ok (signer_sign (secret, spec,
                        signing_algorithm_find (rows[_i].algorithm),
                        MESSAGE_RAW, span_text ("x"), sigs + i));
  ck_assert (span_equal (bytes_span (sigs), bytes_span (sigs + 1))
             == rows[_i].repeats);
  stream_close (&s);
  gcry_sexp_release (secret);
  bytes_drop (&spki);
  bytes_drop (sigs);
  bytes_drop (sigs + 1);
}
END_TEST

static struct key_store store;

static void
setup (void)
{
  ck_ok (key_store_init (&store, "seed", "eu-west-1", "111122223333"));
}

static void
teardown (void)
{
  key_store_drop (&store);
}

START_TEST (adding)
{
  static const struct
  {
    const char *line;
    gpg_err_code_t code;
  } rows[] = {
    { "alias/a=RSA_2048", 0 },
    { "alias/b/c_d-E9=ECC_NIST_P256:KEY_AGREEMENT", 0 },
    { "alias/s=SYMMETRIC_DEFAULT", 0 },
    { "alias/e=RSA_4096:ENCRYPT_DECRYPT", 0 },
    { "alias/a", GPG_ERR_INV_NAME },
    { "alias/=RSA_2048", GPG_ERR_INV_NAME },
    { "alias/a:b=RSA_2048", GPG_ERR_INV_NAME },
    { "alias/ä=RSA_2048", GPG_ERR_INV_NAME },
    { "a=RSA_2048", GPG_ERR_INV_NAME },
    { "alias/aws/x=RSA_2048", GPG_ERR_INV_NAME },
    { "alias/a=rsa_2048", GPG_ERR_UNKNOWN_NAME },
    { "alias/a=", GPG_ERR_UNKNOWN_NAME },
    { "alias/a=RSA_2048:", GPG_ERR_WRONG_KEY_USAGE },
    { "alias/a=RSA_2048:KEY_AGREEMENT", GPG_ERR_WRONG_KEY_USAGE },
    { "alias/a=ECC_NIST_P256:ENCRYPT_DECRYPT", GPG_ERR_WRONG_KEY_USAGE },
    { "alias/a=ECC_SECG_P256K1:KEY_AGREEMENT", GPG_ERR_WRONG_KEY_USAGE },
    { "alias/a=SYMMETRIC_DEFAULT:SIGN_VERIFY", GPG_ERR_WRONG_KEY_USAGE },
  };
  struct bytes longest = { 0 };
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      key_store_drop (&store);
      setup ();
      ck_code (key_store_add (&store, rows[i].line), rows[i].code);
    }
  ck_ok (key_store_add (&store, "alias/a=RSA_2048"));
  ck_code (key_store_add (&store, "alias/a=RSA_3072"), GPG_ERR_DUP_VALUE);
  bytes_add_str (&longest, "alias/");
  memset (bytes_extend (&longest, 250), 'x', 250);
  bytes_add_str (&longest, "=RSA_2048");
  ck_ok (key_store_add (&store, bytes_text (&longest)));
  longest.p[256] = 'x';
  bytes_add_str (&longest, "=RSA_2048");
  ck_code (key_store_add (&store, bytes_text (&longest)), GPG_ERR_INV_NAME);
  bytes_drop (&longest);
}
END_TEST

START_TEST (finding)
{
  struct key *key;

  ck_ok (key_store_add (&store, "alias/a=ECC_NIST_P256"));
  ck_ok (key_store_add (&store, "alias/a-liar=ECC_NIST_P256"));
  key = key_by_alias (&store, "alias/a");
  ck_assert_ptr_nonnull (key);
  ck_assert_ptr_eq (key_by_id (&store, key->id), key);
  ck_assert_uint_eq (strlen (key->id), 36);
  ck_assert_ptr_null (key->stand_in);
  ck_assert_ptr_null (key_by_alias (&store, "alias/b"));
  ck_assert_ptr_null (key_by_id (&store, "alias/a"));
  ck_assert_int_ge (key->created_ms, 1767225600000);
  ck_assert_int_lt (key->created_ms, 1767235600000);

  key = key_by_alias (&store, "alias/a-liar");
  ck_assert_ptr_nonnull (key->stand_in);
  ck_ok (key_ready (&store, key));
  ck_ok (key_ready (&store, key->stand_in));
  ck_assert (
    !span_equal (bytes_span (&key->spki), bytes_span (&key->stand_in->spki)));
  ck_assert_ptr_eq (key_by_id (&store, key->stand_in->id), key->stand_in);
}
END_TEST

START_TEST (changing)
{
  struct key *a, *b;
  int64_t when;

  ck_ok (key_store_add (&store, "alias/a=ECC_NIST_P256"));
  ck_ok (key_store_add (&store, "alias/b=ECC_NIST_P256"));
  a = key_by_alias (&store, "alias/a");
  b = key_by_alias (&store, "alias/b");
  ck_assert (key_repoint (&store, "alias/a", b));
  ck_assert (!key_repoint (&store, "alias/c", b));
  ck_assert_ptr_eq (key_by_alias (&store, "alias/a"), b);
  key_set_state (&store, b, STATE_PENDING_DELETION, 5);
  ck_assert_int_eq (key_get_state (&store, b, &when), STATE_PENDING_DELETION);
  ck_assert_int_eq (when, 5);
  ck_assert (key_still_faulted (&store, a, 1));
  ck_assert (!key_still_faulted (&store, a, 1));
  key_store_reset (&store);
  ck_assert_ptr_eq (key_by_alias (&store, "alias/a"), a);
  ck_assert_int_eq (key_get_state (&store, b, &when), STATE_ENABLED);
  ck_assert (key_still_faulted (&store, a, 1));
}
END_TEST

int
main (void)
{
  TCase *tables = tcase_create ("tables");
  TCase *derived = tcase_create ("derived");
  TCase *keys = tcase_create ("store");
  TCase *const cases[] = { tables, derived, keys };

  tcase_add_test (tables, specs_are_complete);
  tcase_add_test (tables, algorithms_are_complete);
  tcase_set_timeout (derived, 120);
  tcase_add_test (derived, the_stream);
  tcase_add_test (derived, primes_are_prime);
  tcase_add_test (derived, keys_are_sound);
  tcase_add_loop_test (derived, signatures_repeat_or_not, 0, 4);
  tcase_add_checked_fixture (keys, setup, teardown);
  tcase_add_test (keys, adding);
  tcase_add_test (keys, finding);
  tcase_add_test (keys, changing);
  return unit_main ("emulator-keys", cases, DIM (cases));
}

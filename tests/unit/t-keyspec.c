/* SPDX-License-Identifier: GPL-3.0-or-later
 * Key specs: each row whole and alone, each hash of each key as AWS KMS
 * and gpg take it.  */

#include "config.h"

#include "card/digest.h"

#include "base/der.h"

#include "tests/unit/unit.h"

/* What AWS KMS, RFC 4880 and GnuPG say, written down a second time.  */
/* clang-format off */
static const struct expectation
{
  const char *name;
  enum key_kind kind;
  unsigned int bits;
  size_t field;
  size_t signature;
  size_t digest;
  int openpgp_algo;
  const char *curve;
  const char *algo;
  const char *parameters;
  const char *ssh_name;
} expected[] = {
  { "RSA_2048", KEY_RSA, 2048, 256, 256, 0, 1, NULL, "rsa2048",
    "rsa2048 32 0", "ssh-rsa" },
  { "RSA_3072", KEY_RSA, 3072, 384, 384, 0, 1, NULL, "rsa3072",
    "rsa3072 32 0", "ssh-rsa" },
  { "RSA_4096", KEY_RSA, 4096, 512, 512, 0, 1, NULL, "rsa4096",
    "rsa4096 32 0", "ssh-rsa" },
  { "ECC_NIST_P256", KEY_ECDSA, 256, 32, 64, 32, 19, "NIST P-256",
    "nistp256", "nistp256", "ecdsa-sha2-nistp256" },
  { "ECC_NIST_P384", KEY_ECDSA, 384, 48, 96, 48, 19, "NIST P-384",
    "nistp384", "nistp384", "ecdsa-sha2-nistp384" },
  { "ECC_NIST_P521", KEY_ECDSA, 521, 66, 132, 64, 19, "NIST P-521",
    "nistp521", "nistp521", "ecdsa-sha2-nistp521" },
  { "ECC_SECG_P256K1", KEY_ECDSA, 256, 32, 64, 32, 19, "secp256k1",
    "secp256k1", "secp256k1", NULL },
  { "ECC_NIST_EDWARDS25519", KEY_EDDSA, 255, 32, 64, 0, 22, "Ed25519",
    "ed25519", "ed25519", "ssh-ed25519" },
};

/* All that can be signed; every other hash of every other key cannot.  */
static const struct cell
{
  const char *spec;
  const char *hash;
  const char *algorithm;
} cells[] = {
  { "RSA_2048", "sha256", "RSASSA_PKCS1_V1_5_SHA_256" },
  { "RSA_2048", "sha384", "RSASSA_PKCS1_V1_5_SHA_384" },
  { "RSA_2048", "sha512", "RSASSA_PKCS1_V1_5_SHA_512" },
  { "RSA_3072", "sha256", "RSASSA_PKCS1_V1_5_SHA_256" },
  { "RSA_3072", "sha384", "RSASSA_PKCS1_V1_5_SHA_384" },
  { "RSA_3072", "sha512", "RSASSA_PKCS1_V1_5_SHA_512" },
  { "RSA_4096", "sha256", "RSASSA_PKCS1_V1_5_SHA_256" },
  { "RSA_4096", "sha384", "RSASSA_PKCS1_V1_5_SHA_384" },
  { "RSA_4096", "sha512", "RSASSA_PKCS1_V1_5_SHA_512" },
  { "ECC_NIST_P256", "sha256", "ECDSA_SHA_256" },
  { "ECC_NIST_P256", "sha384", "ECDSA_SHA_256" },
  { "ECC_NIST_P256", "sha512", "ECDSA_SHA_256" },
  { "ECC_NIST_P384", "sha384", "ECDSA_SHA_384" },
  { "ECC_NIST_P384", "sha512", "ECDSA_SHA_384" },
  { "ECC_NIST_P521", "sha512", "ECDSA_SHA_512" },
  { "ECC_SECG_P256K1", "sha256", "ECDSA_SHA_256" },
  { "ECC_SECG_P256K1", "sha384", "ECDSA_SHA_256" },
  { "ECC_SECG_P256K1", "sha512", "ECDSA_SHA_256" },
  { "ECC_NIST_EDWARDS25519", "none", "ED25519_SHA_512" },
  { "ECC_NIST_EDWARDS25519", "sha224", "ED25519_SHA_512" },
  { "ECC_NIST_EDWARDS25519", "sha256", "ED25519_SHA_512" },
  { "ECC_NIST_EDWARDS25519", "sha384", "ED25519_SHA_512" },
  { "ECC_NIST_EDWARDS25519", "sha512", "ED25519_SHA_512" },
};
/* clang-format on */

static void
expect_text (const char *is, const char *want)
{
  if (want)
    {
      ck_assert_ptr_nonnull (is);
      ck_assert_str_eq (is, want);
    }
  else
    ck_assert_ptr_null (is);
}

START_TEST (test_row)
{
  const struct expectation *want = &expected[_i];
  const struct keyspec *spec = keyspec_find (want->name);

  ck_assert_ptr_nonnull (spec);
  ck_assert_str_eq (spec->name, want->name);
  ck_assert_int_eq (spec->kind, want->kind);
  ck_assert_uint_eq (spec->bits, want->bits);
  ck_assert_uint_eq (keyspec_field_size (spec), want->field);
  ck_assert_uint_eq (keyspec_signature_size (spec), want->signature);
  ck_assert_uint_eq (spec->digest_size, want->digest);
  ck_assert_int_eq (spec->openpgp_algo, want->openpgp_algo);
  expect_text (spec->curve, want->curve);
  expect_text (spec->algo, want->algo);
  expect_text (spec->parameters, want->parameters);
  expect_text (spec->ssh_name, want->ssh_name);
}
END_TEST

START_TEST (test_walk)
{
  const struct keyspec *spec;
  const struct keyspec *other;
  size_t i, j;

  for (i = 0; (spec = keyspec_at (i)); i++)
    {
      ck_assert_ptr_eq (keyspec_find (spec->name), spec);
      for (j = 0; j < i; j++)
        {
          other = keyspec_at (j);
          ck_assert_str_ne (spec->name, other->name);
          ck_assert_str_ne (spec->algo, other->algo);
          ck_assert_str_ne (spec->parameters, other->parameters);
        }
    }
  ck_assert_uint_eq (i, DIM (expected));
  ck_assert_ptr_null (keyspec_at (i + 1));
}
END_TEST

/* The AlgorithmIdentifier is DER, and its curve is the one of the OpenPGP
 * packet but for Ed25519, whose OID there is older than the RFC's.  */
START_TEST (test_identifiers)
{
  static const unsigned char openpgp_ed25519[]
    = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01 };
  const struct keyspec *spec;
  struct span head, oid, curve;
  size_t i;

  for (i = 0; (spec = keyspec_at (i)); i++)
    {
      head = spec->spki_head;
      ck_ok (der_take (&head, DER_SEQUENCE, &oid));
      ck_ok (der_end (head));
      head = oid;
      ck_ok (der_take (&head, DER_OID, &oid));
      if (spec->kind == KEY_ECDSA)
        {
          ck_ok (der_take (&head, DER_OID, &curve));
          ck_assert (span_equal (curve, spec->openpgp_oid));
        }
      else if (spec->kind == KEY_RSA)
        {
          ck_ok (der_take (&head, DER_NULL, &curve));
          ck_assert_uint_eq (curve.n + spec->openpgp_oid.n, 0);
        }
      else
        ck_assert (
          span_equal (spec->openpgp_oid,
                      span_of (openpgp_ed25519, sizeof openpgp_ed25519)));
      ck_ok (der_end (head));
    }
}
END_TEST

/* RFC 6637 section 9: three octets follow, one is reserved, then the hash
 * and the cipher of gpg 2.4.  */
START_TEST (test_ecdh_kdf)
{
  /* clang-format off */
  static const struct
  {
    const char *name;
    unsigned char kdf[4];
  } want[] = {
    { "ECC_NIST_P256", { 3, 1, 8, 7 } },
    { "ECC_NIST_P384", { 3, 1, 9, 9 } },
    { "ECC_NIST_P521", { 3, 1, 10, 9 } },
  };
  /* clang-format on */
  const struct keyspec *spec;
  size_t filled = 0;
  size_t i;

  for (i = 0; i < DIM (want); i++)
    ck_assert (span_equal (keyspec_find (want[i].name)->ecdh_kdf,
                           span_of (want[i].kdf, 4)));
  for (i = 0; (spec = keyspec_at (i)); i++)
    filled += spec->ecdh_kdf.n > 0;
  ck_assert_uint_eq (filled, DIM (want));
}
END_TEST

START_TEST (test_find_refuses)
{
  static const char *const bad[]
    = { "",         "RSA_1024",          "RSA_204",       "RSA_20480",
        "rsa_2048", "ECC_NIST_P224",     "ML_DSA_65",     "SM2",
        "HMAC_256", "SYMMETRIC_DEFAULT", "ECC_NIST_P256 " };
  size_t i;

  for (i = 0; i < DIM (bad); i++)
    ck_assert_ptr_null (keyspec_find (bad[i]));
}
END_TEST

static const char *
expected_algorithm (const char *spec, const char *hash)
{
  size_t i;

  for (i = 0; i < DIM (cells); i++)
    if (!strcmp (cells[i].spec, spec) && !strcmp (cells[i].hash, hash))
      return cells[i].algorithm;
  return NULL;
}

START_TEST (test_cells)
{
  const struct keyspec *spec;
  size_t filled = 0;
  size_t i;
  int hash;

  for (i = 0; (spec = keyspec_at (i)); i++)
    for (hash = 0; hash < HASH_COUNT; hash++)
      {
        const char *name = hash_info ((enum hash_id)hash)->name;

        expect_text (spec->sign_algorithm[hash],
                     expected_algorithm (spec->name, name));
        if (spec->sign_algorithm[hash])
          filled++;
      }
  ck_assert_uint_eq (filled, DIM (cells));
}
END_TEST

/* No digest that KMS or gpg would find too short gets through.  */
START_TEST (test_digest_sizes)
{
  const struct keyspec *spec;
  size_t i;
  int hash;

  for (i = 0; (spec = keyspec_at (i)); i++)
    for (hash = 0; hash < HASH_COUNT; hash++)
      if (spec->sign_algorithm[hash] && spec->digest_size)
        ck_assert_uint_ge (hash_info ((enum hash_id)hash)->length,
                           spec->digest_size);
}
END_TEST

int
main (void)
{
  TCase *keyspec = tcase_create ("keyspec");

  tcase_add_loop_test (keyspec, test_row, 0, DIM (expected));
  tcase_add_test (keyspec, test_walk);
  tcase_add_test (keyspec, test_identifiers);
  tcase_add_test (keyspec, test_ecdh_kdf);
  tcase_add_test (keyspec, test_find_refuses);
  tcase_add_test (keyspec, test_cells);
  tcase_add_test (keyspec, test_digest_sizes);
  return unit_main ("keyspec", &keyspec, 1);
}

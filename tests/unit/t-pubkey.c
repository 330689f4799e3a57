/* SPDX-License-Identifier: GPL-3.0-or-later
 * Public keys: what gpg and ssh-keygen say of the same key, what is
 * refused, and which signatures verify.  */

#include "config.h"

#include "card/pubkey.h"

#include "tests/unit/fake-kms.h"
#include "tests/unit/gpg-keys.h"
#include "tests/unit/pubkey-vectors.h"

static struct bytes spki;
static struct bytes text;
static struct public_key key;

static void
set_up (void)
{
  memset (&spki, 0, sizeof spki);
  memset (&text, 0, sizeof text);
  memset (&key, 0, sizeof key);
}

static void
tear_down (void)
{
  bytes_drop (&spki);
  bytes_drop (&text);
  pubkey_drop (&key);
}

static const struct keyspec *
spec_of (const char *name)
{
  const struct keyspec *spec = keyspec_find (name);

  ck_assert_ptr_nonnull (spec);
  return spec;
}

/* SPKI becomes the one of the EC key with point Q (hex).  */
static void
give_point (const char *spec, const char *q)
{
  struct bytes bits = { 0 };

  bytes_clear (&spki);
  add_hex (&bits, q);
  add_spki (&spki, spec_of (spec)->spki_head, bytes_span (&bits));
  bytes_drop (&bits);
}

/* SPKI becomes the one of the RSA key with these INTEGERs (DER, hex).  */
static void
give_rsa (const char *numbers)
{
  struct bytes body = { 0 };
  struct bytes bits = { 0 };

  bytes_clear (&spki);
  add_hex (&body, numbers);
  der_add (&bits, DER_SEQUENCE, bytes_span (&body));
  add_spki (&spki, spec_of ("RSA_2048")->spki_head, bytes_span (&bits));
  bytes_drop (&body);
  bytes_drop (&bits);
}

static gpg_error_t
parse (const char *spec)
{
  pubkey_drop (&key);
  return pubkey_from_spki (spec_of (spec), bytes_span (&spki), &key);
}

/* ---- Forms ----  */

START_TEST (test_grip)
{
  give_point (grips[_i].spec, grips[_i].q);
  ck_ok (parse (grips[_i].spec));
  ck_assert_str_eq (key.grip, grips[_i].grip);
  ck_assert_str_eq (key.spec->name, grips[_i].spec);
}
END_TEST

START_TEST (test_grip_rsa)
{
  give_rsa (RSA_N RSA_E);
  ck_ok (parse ("RSA_2048"));
  ck_assert_str_eq (key.grip, "00BD4BD5ECD7F189D4D3C3BAC79323B648739DDB");
}
END_TEST

/* The S-expression of gpg-agent, to the byte: BEFORE, HEX, AFTER.  */
static void
expect_canonical (const char *before, const char *hex, struct span after)
{
  bytes_clear (&text);
  bytes_add_str (&text, before);
  add_hex (&text, hex);
  bytes_add_span (&text, after);
  ck_assert (span_equal (bytes_span (&text), bytes_span (&key.canonical)));
}

START_TEST (test_canonical)
{
  /* clang-format off */
  static const char *const before[DIM (grips)] = {
    "(10:public-key(3:ecc(5:curve10:NIST P-256)(1:q65:",
    "(10:public-key(3:ecc(5:curve10:NIST P-384)(1:q97:",
    "(10:public-key(3:ecc(5:curve10:NIST P-521)(1:q133:",
    "(10:public-key(3:ecc(5:curve9:secp256k1)(1:q65:",
    "(10:public-key(3:ecc(5:curve7:Ed25519)(5:flags5:eddsa)(1:q33:@",
  };
  /* clang-format on */

  give_point (grips[_i].spec, grips[_i].q);
  ck_ok (parse (grips[_i].spec));
  expect_canonical (before[_i], grips[_i].q, span_text (")))"));
}
END_TEST

START_TEST (test_canonical_rsa)
{
  static const char after[] = ")(1:e3:\1\0\1)))";

  give_rsa (RSA_N RSA_E);
  ck_ok (parse ("RSA_2048"));
  expect_canonical ("(10:public-key(3:rsa(1:n257:", "0080" ZEROS_254 "01",
                    span_of (after, sizeof after - 1));
}
END_TEST

/* What gpg says of a key that it has made.  */
START_TEST (test_gpg)
{
  const struct gpg_key *gpg = &gpg_keys[_i];
  char fingerprint[FINGERPRINT_SIZE];

  add_hex (&spki, gpg->spki);
  ck_ok (parse (gpg->spec));
  ck_assert_str_eq (key.grip, gpg->grip);
  ck_ok (pubkey_fingerprint (&key, gpg->created, fingerprint));
  ck_assert_str_eq (fingerprint, gpg->fingerprint);
  ck_ok (pubkey_fingerprint (&key, gpg->created + 1, fingerprint));
  ck_assert_str_ne (fingerprint, gpg->fingerprint);
}
END_TEST

/* The same points for key agreement are other keys to OpenPGP.  */
START_TEST (test_ecdh)
{
  const struct ecdh_key *gpg = &ecdh_keys[_i];
  char fingerprint[FINGERPRINT_SIZE];

  add_hex (&spki, gpg->spki);
  ck_ok (parse (gpg->spec));
  ck_assert_int_eq (key.openpgp_algo, 19);
  ck_ok (pubkey_make_ecdh (&key));
  ck_assert_int_eq (key.openpgp_algo, 18);
  ck_ok (pubkey_fingerprint (&key, 1700000000, fingerprint));
  ck_assert_str_eq (fingerprint, gpg->fingerprint);
}
END_TEST

START_TEST (test_no_ecdh)
{
  static const char *const good[]
    = { "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521" };
  const char *spec = gpg_keys[_i].spec;
  gpg_err_code_t code = GPG_ERR_UNSUPPORTED_ALGORITHM;
  size_t i;

  for (i = 0; i < DIM (good); i++)
    if (!strcmp (good[i], spec))
      code = 0;
  add_hex (&spki, gpg_keys[_i].spki);
  ck_ok (parse (spec));
  ck_code (pubkey_make_ecdh (&key), code);
}
END_TEST

START_TEST (test_ssh)
{
  const struct gpg_key *gpg = &gpg_keys[_i];
  struct bytes want = { 0 };

  add_hex (&spki, gpg->spki);
  ck_ok (parse (gpg->spec));
  if (gpg->ssh)
    {
      ck_ok (pubkey_format (&key, "ssh", &text));
      bytes_add_fmt (&want, "%s\n", gpg->ssh);
      ck_assert_str_eq (bytes_text (&text), bytes_text (&want));
    }
  else
    {
      ck_code (pubkey_format (&key, "ssh", &text), GPG_ERR_NOT_SUPPORTED);
      ck_assert_uint_eq (text.n, 0);
    }
  bytes_drop (&want);
}
END_TEST

/* Text for people, and still the same key.  */
START_TEST (test_advanced)
{
  gcry_sexp_t sexp = NULL;
  unsigned char again[2048];
  size_t n;

  add_hex (&spki, gpg_keys[_i].spki);
  ck_ok (parse (gpg_keys[_i].spec));
  ck_ok (pubkey_format (&key, "advanced", &text));
  ck_assert (text_starts (bytes_text (&text), "(public-key \n"));
  ck_assert_uint_eq (strlen (bytes_text (&text)), text.n);
  ck_ok (gcry_sexp_new (&sexp, text.p, text.n, 1));
  n = gcry_sexp_sprint (sexp, GCRYSEXP_FMT_CANON, again, sizeof again);
  ck_assert (span_equal (span_of (again, n), bytes_span (&key.canonical)));
  gcry_sexp_release (sexp);
}
END_TEST

START_TEST (test_format_refuses)
{
  static const char *const bad[] = { "", "SSH", "ss", "sshx", "canonical" };
  size_t i;

  add_hex (&spki, gpg_keys[0].spki);
  ck_ok (parse (gpg_keys[0].spec));
  for (i = 0; i < DIM (bad); i++)
    ck_code (pubkey_format (&key, bad[i], &text), GPG_ERR_INV_NAME);
  ck_assert_uint_eq (text.n, 0);
}
END_TEST

/* ---- Refusals ----  */

START_TEST (test_refuses_other_spec)
{
  const struct keyspec *spec;
  size_t i;

  add_hex (&spki, gpg_keys[_i].spki);
  for (i = 0; (spec = keyspec_at (i)); i++)
    ck_code (parse (spec->name),
             strcmp (spec->name, gpg_keys[_i].spec) ? GPG_ERR_BAD_PUBKEY : 0);
}
END_TEST

START_TEST (test_refuses_length)
{
  size_t n;

  add_hex (&spki, gpg_keys[_i].spki);
  ck_ok (parse (gpg_keys[_i].spec));
  bytes_add_byte (&spki, 0);
  ck_code (parse (gpg_keys[_i].spec), GPG_ERR_BAD_PUBKEY);
  for (n = spki.n - 1; n--;)
    {
      bytes_cut (&spki, n);
      ck_code (parse (gpg_keys[_i].spec), GPG_ERR_BAD_PUBKEY);
    }
}
END_TEST

START_TEST (test_points)
{
  give_point (points[_i].spec, points[_i].q);
  ck_code (parse (points[_i].spec), points[_i].code);
}
END_TEST

START_TEST (test_moduli)
{
  give_rsa (moduli[_i].numbers);
  ck_code (parse ("RSA_2048"), moduli[_i].code);
}
END_TEST

/* Whole documents whose parts are right but not in their places.  */
START_TEST (test_refuses_structure)
{
  /* clang-format off */
  static const char *const bad[] = {
    /* NULL for the curve; no curve; parameters after Ed25519.  */
    "304f300b06072a8648ce3d0201" "0500" "034200" "04" X_32 Y_32,
    "304f300906072a8648ce3d0201" "034200" "04" X_32 Y_32,
    "302c300706032b65700500" "032100" ED_32,
    /* Unused bits; no BIT STRING; an OCTET STRING instead.  */
    "302a300506032b6570" "032101" ED_32,
    "3007300506032b6570",
    "302a300506032b6570" "042100" ED_32,
    /* Something behind the BIT STRING.  */
    "302c300506032b6570" "032100" ED_32 "0500",
    "",
    "3000",
    "0500",
  };
  /* clang-format on */
  size_t i;

  for (i = 0; i < DIM (bad); i++)
    {
      bytes_clear (&spki);
      add_hex (&spki, bad[i]);
      ck_code (parse ("ECC_NIST_P256"), GPG_ERR_BAD_PUBKEY);
      ck_code (parse ("ECC_NIST_EDWARDS25519"), GPG_ERR_BAD_PUBKEY);
    }
  bytes_clear (&spki);
  add_hex (&spki, "302a300506032b6570032100" ED_32);
  ck_ok (parse ("ECC_NIST_EDWARDS25519"));
}
END_TEST

/* ---- Signatures ----  */

/* A key pair of each spec, and a digest by a hash that it signs.  */
/* clang-format off */
static const struct
{
  const char *spec;
  enum hash_id hash;
  size_t used; /* Bytes of the digest that count.  */
} signers[] = {
  { "RSA_2048", HASH_SHA256, 32 },
  { "RSA_3072", HASH_SHA384, 48 },
  { "RSA_4096", HASH_SHA512, 64 },
  { "ECC_NIST_P256", HASH_SHA256, 32 },
  { "ECC_NIST_P256", HASH_SHA384, 32 },
  { "ECC_NIST_P256", HASH_SHA512, 32 },
  { "ECC_NIST_P384", HASH_SHA384, 48 },
  { "ECC_NIST_P384", HASH_SHA512, 48 },
  { "ECC_NIST_P521", HASH_SHA512, 64 },
  { "ECC_SECG_P256K1", HASH_SHA256, 32 },
  { "ECC_SECG_P256K1", HASH_SHA512, 32 },
  { "ECC_NIST_EDWARDS25519", HASH_SHA256, 32 },
  { "ECC_NIST_EDWARDS25519", HASH_SHA512, 64 },
  { "ECC_NIST_EDWARDS25519", HASH_NONE, 100 },
};
/* clang-format on */

static struct fake_key pair;
static struct bytes message;
static struct bytes sig;
static struct digest digest;

/* KEY signs a random digest of the I-th signer: leaves DIGEST and SIG.  */
static void
set_up_signer (size_t i)
{
  size_t n = signers[i].hash ? hash_info (signers[i].hash)->length : 100;

  memset (&message, 0, sizeof message);
  memset (&sig, 0, sizeof sig);
  fake_key_make (&pair, signers[i].spec);
  ck_ok (pubkey_from_spki (pair.spec, bytes_span (&pair.spki), &key));
  bytes_add_random (&message, n);
  digest.hash = signers[i].hash;
  digest.value = bytes_span (&message);
  fake_key_sign (&pair, hash_info (digest.hash)->name,
                 span_of (message.p, signers[i].used), &sig);
}

static void
tear_down_signer (void)
{
  fake_key_drop (&pair);
  bytes_drop (&message);
  bytes_drop (&sig);
}

static gpg_error_t
verify (void)
{
  return pubkey_verify (&key, &digest, bytes_span (&sig));
}

START_TEST (test_verify)
{
  size_t i;

  set_up_signer ((size_t)_i);
  ck_ok (verify ());
  for (i = 0; i < sig.n; i++)
    {
      sig.p[i] ^= (unsigned char)(1 << i % 8);
      ck_code (verify (), GPG_ERR_BAD_SIGNATURE);
      sig.p[i] ^= (unsigned char)(1 << i % 8);
    }
  for (i = 0; i < signers[_i].used; i++)
    {
      message.p[i] ^= (unsigned char)(1 << i % 8);
      ck_code (verify (), GPG_ERR_BAD_SIGNATURE);
      message.p[i] ^= (unsigned char)(1 << i % 8);
    }
  ck_ok (verify ());
  tear_down_signer ();
}
END_TEST

START_TEST (test_verify_shape)
{
  set_up_signer ((size_t)_i);
  bytes_add_byte (&sig, 0);
  ck_code (verify (), GPG_ERR_BAD_SIGNATURE);
  bytes_cut (&sig, sig.n - 2);
  ck_code (verify (), GPG_ERR_BAD_SIGNATURE);
  bytes_clear (&sig);
  ck_code (verify (), GPG_ERR_BAD_SIGNATURE);
  bytes_extend (&sig, keyspec_signature_size (pair.spec));
  ck_code (verify (), GPG_ERR_BAD_SIGNATURE);
  memset (sig.p, 0xff, sig.n);
  ck_code (verify (), GPG_ERR_BAD_SIGNATURE);
  tear_down_signer ();
}
END_TEST

/* It is the leftmost bytes that count, not the last ones.  */
START_TEST (test_verify_cut)
{
  size_t used = signers[_i].used;

  set_up_signer ((size_t)_i);
  if (message.n > used)
    {
      bytes_clear (&sig);
      fake_key_sign (&pair, NULL, span_of (message.p + message.n - used, used),
                     &sig);
      ck_code (verify (), GPG_ERR_BAD_SIGNATURE);
    }
  tear_down_signer ();
}
END_TEST

START_TEST (test_verify_other_key)
{
  struct fake_key other;

  set_up_signer (3);
  fake_key_make (&other, signers[3].spec);
  bytes_clear (&sig);
  fake_key_sign (&other, NULL, digest.value, &sig);
  ck_code (verify (), GPG_ERR_BAD_SIGNATURE);
  fake_key_drop (&other);
  tear_down_signer ();
}
END_TEST

START_TEST (test_verify_known)
{
  struct bytes known = { 0 };

  give_point (signatures[_i].spec, signatures[_i].q);
  ck_ok (parse (signatures[_i].spec));
  add_hex (&known, signatures[_i].signature);
  add_hex (&text, signatures[_i].digest);
  digest.hash = HASH_NONE;
  hash_find (signatures[_i].hash, &digest.hash);
  digest.value = bytes_span (&text);
  ck_ok (pubkey_verify (&key, &digest, bytes_span (&known)));
  text.p[0] ^= 1;
  ck_code (pubkey_verify (&key, &digest, bytes_span (&known)),
           GPG_ERR_BAD_SIGNATURE);
  bytes_drop (&known);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("pubkey");

  tcase_set_timeout (cases, 60);
  tcase_add_checked_fixture (cases, set_up, tear_down);
  tcase_add_loop_test (cases, test_grip, 0, DIM (grips));
  tcase_add_test (cases, test_grip_rsa);
  tcase_add_loop_test (cases, test_canonical, 0, DIM (grips));
  tcase_add_test (cases, test_canonical_rsa);
  tcase_add_loop_test (cases, test_gpg, 0, DIM (gpg_keys));
  tcase_add_loop_test (cases, test_ecdh, 0, DIM (ecdh_keys));
  tcase_add_loop_test (cases, test_no_ecdh, 0, DIM (gpg_keys));
  tcase_add_loop_test (cases, test_ssh, 0, DIM (gpg_keys));
  tcase_add_loop_test (cases, test_advanced, 0, DIM (gpg_keys));
  tcase_add_test (cases, test_format_refuses);
  tcase_add_loop_test (cases, test_refuses_other_spec, 0, DIM (gpg_keys));
  tcase_add_loop_test (cases, test_refuses_length, 0, DIM (gpg_keys));
  tcase_add_loop_test (cases, test_points, 0, DIM (points));
  tcase_add_loop_test (cases, test_moduli, 0, DIM (moduli));
  tcase_add_test (cases, test_refuses_structure);
  tcase_add_loop_test (cases, test_verify, 0, DIM (signers));
  tcase_add_loop_test (cases, test_verify_shape, 0, DIM (signers));
  tcase_add_loop_test (cases, test_verify_cut, 0, DIM (signers));
  tcase_add_test (cases, test_verify_other_key);
  tcase_add_loop_test (cases, test_verify_known, 0, DIM (signatures));
  return unit_main ("pubkey", &cases, 1);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * A PEM key on disk as a backend: OpenSSL's view of the same keys, which
 * files are refused and why, signatures that verify.  */

#include "config.h"

#include "kms/file-kms.h"

#include "base/file.h"
#include "kms/pkcs8.h"

#include "tests/unit/pem-keys.h"
#include "tests/unit/pkcs8-build.h"
#include "tests/unit/scalars.h"

#include <gcrypt.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/t-file-kms.XXXXXX";
static char *path;
static struct kms_backend *backend;
static struct test_clock tc;
static struct call call;
static struct kms_key key;
static struct kms_signature sig;
static struct pkcs8_key pkcs8;

static void
set_up (void)
{
  strcpy (dir + sizeof dir - 7, "XXXXXX");
  ck_assert_ptr_nonnull (mkdtemp (dir));
  path = file_join (dir, "key.pem");
  ck_assert_ptr_nonnull (path);
  backend = file_kms_new ();
  ck_assert_ptr_nonnull (backend);
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 1000);
  memset (&key, 0, sizeof key);
  memset (&sig, 0, sizeof sig);
  memset (&pkcs8, 0, sizeof pkcs8);
}

static void
tear_down (void)
{
  kms_free (backend);
  kms_key_drop (&key);
  kms_signature_drop (&sig);
  pkcs8_drop (&pkcs8);
  unlink (path);
  rmdir (dir);
  free (path);
}

static void
write_key (const char *pem)
{
  ck_ok (file_replace (path, span_text (pem)));
}

/* Read DER as the content of a PEM block.  */
static gpg_error_t
read_der (const struct bytes *der)
{
  struct bytes pem = { 0 };
  gpg_error_t err;

  add_pem (&pem, der);
  pkcs8_drop (&pkcs8);
  err = pkcs8_from_pem (bytes_span (&pem), &pkcs8);
  bytes_drop (&pem);
  return err;
}

/* ---- Verifying with libgcrypt ----  */

static gcry_sexp_t
public_key (const char *spec, struct span spki)
{
  struct span seq, bits, head, n, e;
  gcry_sexp_t sexp = NULL;

  ck_ok (der_take (&spki, DER_SEQUENCE, &seq));
  ck_ok (der_take (&seq, DER_SEQUENCE, &head));
  ck_ok (der_take_bits (&seq, &bits));
  if (text_starts (spec, "RSA_"))
    {
      ck_ok (der_take (&bits, DER_SEQUENCE, &seq));
      ck_ok (der_take_uint (&seq, &n));
      ck_ok (der_take_uint (&seq, &e));
      ck_ok (gcry_sexp_build (&sexp, NULL, "(public-key(rsa(n %b)(e %b)))",
                              (int)n.n, n.p, (int)e.n, e.p));
    }
  else if (!strcmp (spec, "ECC_NIST_EDWARDS25519"))
    ck_ok (gcry_sexp_build (
      &sexp, NULL, "(public-key(ecc(curve Ed25519)(flags eddsa)(q %b)))",
      (int)bits.n, bits.p));
  else
    ck_ok (gcry_sexp_build (&sexp, NULL, "(public-key(ecc(curve %s)(q %b)))",
                            bits.n == 65   ? "NIST P-256"
                            : bits.n == 97 ? "NIST P-384"
                                           : "NIST P-521",
                            (int)bits.n, bits.p));
  return sexp;
}

static gcry_sexp_t
signature (const char *spec, struct span value)
{
  gcry_sexp_t sexp = NULL;
  struct span seq, r, s;

  if (text_starts (spec, "RSA_"))
    {
      ck_ok (gcry_sexp_build (&sexp, NULL, "(sig-val(rsa(s %b)))",
                              (int)value.n, value.p));
      return sexp;
    }
  if (!strcmp (spec, "ECC_NIST_EDWARDS25519"))
    {
      ck_assert_uint_eq (value.n, 64);
      ck_ok (gcry_sexp_build (&sexp, NULL, "(sig-val(eddsa(r %b)(s %b)))", 32,
                              value.p, 32, value.p + 32));
      return sexp;
    }
  ck_ok (der_take (&value, DER_SEQUENCE, &seq));
  ck_ok (der_end (value));
  ck_ok (der_take_uint (&seq, &r));
  ck_ok (der_take_uint (&seq, &s));
  ck_ok (der_end (seq));
  ck_ok (gcry_sexp_build (&sexp, NULL, "(sig-val(ecdsa(r %b)(s %b)))",
                          (int)r.n, r.p, (int)s.n, s.p));
  return sexp;
}

/* clang-format off */
static const struct
{
  const char *spec; /* How it begins.  */
  const char *algorithm;
  const char *format;
  size_t n;
} ways[] = {
  { "RSA_", "RSASSA_PKCS1_V1_5_SHA_256",
    "(data(flags pkcs1)(hash sha256 %b))", 32 },
  { "RSA_", "RSASSA_PKCS1_V1_5_SHA_384",
    "(data(flags pkcs1)(hash sha384 %b))", 48 },
  { "RSA_", "RSASSA_PKCS1_V1_5_SHA_512",
    "(data(flags pkcs1)(hash sha512 %b))", 64 },
  { "ECC_NIST_P256", "ECDSA_SHA_256", "(data(flags raw)(value %b))", 32 },
  { "ECC_NIST_P384", "ECDSA_SHA_384", "(data(flags raw)(value %b))", 48 },
  { "ECC_NIST_P521", "ECDSA_SHA_512", "(data(flags raw)(value %b))", 64 },
  { "ECC_NIST_EDWARDS25519", "ED25519_SHA_512",
    "(data(flags eddsa)(hash-algo sha512)(value %b))", 48 },
};
/* clang-format on */

/* Sign with the key in the file by WAY; SIG verifies with KEY's SPKI.  */
static void
expect_signs (size_t way, struct span spki)
{
  const char *spec = ways[way].spec;
  struct kms_sign_request request = { .algorithm = ways[way].algorithm };
  struct bytes message = { 0 };
  gcry_sexp_t pk = public_key (spec, spki);
  gcry_sexp_t data = NULL;
  gcry_sexp_t sexp;

  bytes_add_random (&message, ways[way].n);
  request.message = bytes_span (&message);
  request.raw = !strcmp (spec, "ECC_NIST_EDWARDS25519");
  kms_signature_drop (&sig);
  ck_ok (kms_sign (backend, &call, path, &request, &sig));
  ck_assert_str_eq (bytes_text (&sig.key_id), path);
  sexp = signature (spec, bytes_span (&sig.value));
  ck_ok (gcry_sexp_build (&data, NULL, ways[way].format, (int)message.n,
                          message.p));
  ck_ok (gcry_pk_verify (sexp, data, pk));
  gcry_sexp_release (pk);
  gcry_sexp_release (data);
  gcry_sexp_release (sexp);
  bytes_drop (&message);
}

/* ---- Good keys ----  */

START_TEST (test_describe)
{
  write_key (pem_keys[_i].pem);
  ck_ok (kms_get_public_key (backend, &call, path, &key));
  ck_assert_str_eq (bytes_text (&key.id), path);
  ck_assert_str_eq (bytes_text (&key.spec), pem_keys[_i].spec);
  ck_assert_int_eq (key.usage, KMS_USAGE_SIGN);
  ck_assert_int_eq (key.created, 0);
  expect_hex (&key.spki, pem_keys[_i].spki);
  kms_key_drop (&key);
  ck_ok (kms_describe (backend, &call, path, &key));
  ck_assert_str_eq (bytes_text (&key.id), path);
  ck_assert_str_eq (bytes_text (&key.state), "Enabled");
}
END_TEST

START_TEST (test_sign)
{
  struct kms_sign_request request = { .message = { NULL, 0 } };
  struct bytes spki = { 0 };
  unsigned char digest[64] = { 1 };
  size_t way;

  write_key (pem_keys[_i].pem);
  add_hex (&spki, pem_keys[_i].spki);
  for (way = 0; way < DIM (ways); way++)
    {
      bool raw = !strcmp (ways[way].spec, "ECC_NIST_EDWARDS25519");

      request.algorithm = ways[way].algorithm;
      request.message = span_of (digest, ways[way].n);
      request.raw = raw;
      if (text_starts (pem_keys[_i].spec, ways[way].spec))
        {
          expect_signs (way, bytes_span (&spki));
          request.raw = !raw;
        }
      ck_code (kms_sign (backend, &call, path, &request, &sig),
               GPG_ERR_UNSUPPORTED_ALGORITHM);
      ck_assert_ptr_nonnull (strstr (call.reason, "key.pem"));
      call_forget (&call);
    }
  request.algorithm = "RSASSA_PSS_SHA_256";
  ck_code (kms_sign (backend, &call, path, &request, &sig),
           GPG_ERR_UNSUPPORTED_ALGORITHM);
  bytes_drop (&spki);
}
END_TEST

/* As wide as the modulus even when the number is not.  */
START_TEST (test_sign_rsa_width)
{
  unsigned char digest[32] = { 0 };
  struct kms_sign_request request
    = { .algorithm = "RSASSA_PKCS1_V1_5_SHA_256" };

  write_key (pem_keys[0].pem);
  digest[31] = 110; /* The first that gives a small number.  */
  request.message = span_of (digest, sizeof digest);
  ck_ok (kms_sign (backend, &call, path, &request, &sig));
  ck_assert_uint_eq (sig.value.n, 256);
  ck_assert_uint_eq (sig.value.p[0], 0);
}
END_TEST

START_TEST (test_scalar)
{
  size_t curve = curve_of (scalars[_i].spec);
  struct bytes der = { 0 };
  struct bytes pem = { 0 };
  struct bytes want = { 0 };

  add_ec_key (&der, curves[curve].algorithm, scalars[_i].d);
  ck_ok (read_der (&der));
  ck_assert_str_eq (pkcs8.spec, scalars[_i].spec);
  bytes_add_str (&want, curves[curve].spki_head);
  bytes_add_str (&want, scalars[_i].q);
  expect_hex (&pkcs8.spki, bytes_text (&want));
  add_pem (&pem, &der);
  write_key (bytes_text (&pem));
  expect_signs (curve + 3, bytes_span (&pkcs8.spki));
  bytes_drop (&der);
  bytes_drop (&pem);
  bytes_drop (&want);
}
END_TEST

START_TEST (test_seed)
{
  struct kms_sign_request request
    = { .algorithm = "ED25519_SHA_512", .raw = true };
  unsigned char message[32];
  struct bytes der = { 0 };
  struct bytes pem = { 0 };
  struct bytes want = { 0 };
  size_t i;

  add_ed_key (&der, seeds[_i].seed);
  ck_ok (read_der (&der));
  ck_assert_str_eq (pkcs8.spec, "ECC_NIST_EDWARDS25519");
  bytes_add_fmt (&want, "302a300506032b6570032100%s", seeds[_i].q);
  expect_hex (&pkcs8.spki, bytes_text (&want));
  add_pem (&pem, &der);
  write_key (bytes_text (&pem));
  for (i = 0; i < sizeof message; i++)
    message[i] = (unsigned char)i;
  request.message = span_of (message, sizeof message);
  ck_ok (kms_sign (backend, &call, path, &request, &sig));
  expect_hex (&sig.value, seeds[_i].sig);
  bytes_drop (&der);
  bytes_drop (&pem);
  bytes_drop (&want);
}
END_TEST

/* ---- What is refused ----  */

/* Every use of the file fails with CODE, and the reason names it.  */
static void
expect_refused (gpg_err_code_t code)
{
  struct kms_sign_request request
    = { .algorithm = "ECDSA_SHA_256", .message = span_text (dir) };
  gpg_error_t err;

  call_forget (&call);
  err = kms_get_public_key (backend, &call, path, &key);
  ck_code (err, code);
  ck_assert_uint_eq (call.reason_for, err);
  ck_assert (text_starts (call.reason, path));
  call_forget (&call);
  ck_code (kms_describe (backend, &call, path, &key), code);
  call_forget (&call);
  err = kms_sign (backend, &call, path, &request, &sig);
  ck_code (err, code);
  ck_assert_uint_eq (call.reason_for, err);
  ck_assert (text_starts (call.reason, path));
}

START_TEST (test_mode)
{
  mode_t bit = (mode_t)1 << _i;

  write_key (pem_keys[3].pem);
  ck_assert_int_eq (chmod (path, 0600 | bit), 0);
  expect_refused (GPG_ERR_EPERM);
  ck_assert_ptr_nonnull (strstr (call.reason, "chmod 600"));
  ck_assert_int_eq (chmod (path, 0400), 0);
  ck_ok (kms_get_public_key (backend, &call, path, &key));
}
END_TEST

START_TEST (test_no_file)
{
  expect_refused (GPG_ERR_ENOENT);
  ck_assert_int_eq (mkdir (path, 0700), 0);
  expect_refused (GPG_ERR_EISDIR);
  ck_assert_int_eq (rmdir (path), 0);
}
END_TEST

/* Text before the block is no harm, but for what makes the file too long.  */
START_TEST (test_size)
{
  struct bytes text = { 0 };

  memset (bytes_extend (&text, 16384 - strlen (pem_keys[3].pem)), '#',
          16384 - strlen (pem_keys[3].pem));
  bytes_add_str (&text, pem_keys[3].pem);
  write_key (bytes_text (&text));
  ck_ok (kms_get_public_key (backend, &call, path, &key));
  bytes_add_byte (&text, '\n');
  write_key (bytes_text (&text));
  expect_refused (GPG_ERR_TOO_LARGE);
  bytes_extend (&text, 1024 * 1024);
  memset (text.p, '#', text.n);
  write_key (bytes_text (&text));
  expect_refused (GPG_ERR_TOO_LARGE);
  bytes_drop (&text);
}
END_TEST

/* clang-format off */
static const char *const bad_pem[] = {
  "",
  "no key at all\n",
  "-----BEGIN PRIVATE KEY-----\n",
  "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
  "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
  "-----BEGIN PRIVATE KEY-----\nMC4=MC4=\n-----END PRIVATE KEY-----\n",
  "-----END PRIVATE KEY-----\nMC4CAQ==\n-----BEGIN PRIVATE KEY-----\n",
  /* Its parameters without the key.  */
  "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
  "-----END EC PARAMETERS-----\n",
  /* openssl pkcs8 -topk8 -v2 aes-256-cbc, a key on P-256.  */
  "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
  "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhlOHhFVQfSCwICCAAw\n"
  "-----END ENCRYPTED PRIVATE KEY-----\n",
  /* The point of its public half only.  */
  "-----BEGIN PUBLIC KEY-----\n"
  "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
  "-----END PUBLIC KEY-----\n",
};
/* clang-format on */

START_TEST (test_bad_pem)
{
  write_key (bad_pem[_i]);
  expect_refused (GPG_ERR_BAD_SECKEY);
}
END_TEST

/* The content is good, the label says PKCS#1; and the other way round.  */
START_TEST (test_pkcs1)
{
  struct bytes der = { 0 };
  struct bytes text = { 0 };
  struct span in, seq, skip, body;

  add_der_of (&der, pem_keys[0].pem);
  in = bytes_span (&der);
  ck_ok (der_take (&in, DER_SEQUENCE, &seq));
  ck_ok (der_take_uint (&seq, &skip));
  ck_ok (der_take (&seq, DER_SEQUENCE, &skip));
  ck_ok (der_take (&seq, DER_OCTET_STRING, &body));
  bytes_add_str (&text, "-----BEGIN RSA PRIVATE KEY-----\n");
  text_add_base64 (&text, body);
  bytes_add_str (&text, "\n-----END RSA PRIVATE KEY-----\n");
  write_key (bytes_text (&text));
  expect_refused (GPG_ERR_BAD_SECKEY);
  bytes_clear (&text);
  bytes_add_str (&text, "-----BEGIN PRIVATE KEY-----\n");
  text_add_base64 (&text, body);
  bytes_add_str (&text, "\n-----END PRIVATE KEY-----\n");
  write_key (bytes_text (&text));
  expect_refused (GPG_ERR_BAD_SECKEY);
  bytes_drop (&der);
  bytes_drop (&text);
}
END_TEST

/* ---- What is no key, in DER ----  */

START_TEST (test_truncated)
{
  struct bytes der = { 0 };
  size_t n;

  add_der_of (&der, pem_keys[_i].pem);
  ck_ok (read_der (&der));
  bytes_add_byte (&der, 0);
  ck_code (read_der (&der), GPG_ERR_BAD_SECKEY);
  for (n = der.n - 1; n--;)
    {
      bytes_cut (&der, n);
      ck_code (read_der (&der), GPG_ERR_BAD_SECKEY);
    }
  bytes_drop (&der);
}
END_TEST

/* A bit is wrong in one of the numbers that make the signature.  What is
 * not seen at once must not make a wrong one.  */
START_TEST (test_rsa_damaged)
{
  static const struct
  {
    size_t at; /* In n, p, q, d and the coefficient.  */
    gpg_err_code_t code;
  } places[] = {
    { 100, GPG_ERR_BAD_SECKEY },
    { 581, GPG_ERR_BAD_SECKEY },
    { 712, GPG_ERR_BAD_SECKEY },
    { 450, 0 },
    { 1105, 0 },
  };
  static const unsigned char digest[32] = { 1 };
  const struct kms_sign_request request
    = { .algorithm = "RSASSA_PKCS1_V1_5_SHA_256",
        .message = { digest, sizeof digest } };
  struct bytes der = { 0 };
  struct bytes pem = { 0 };

  add_der_of (&der, pem_keys[0].pem);
  der.p[places[_i].at] ^= 0x10;
  ck_code (read_der (&der), places[_i].code);
  add_pem (&pem, &der);
  write_key (bytes_text (&pem));
  ck_assert (kms_sign (backend, &call, path, &request, &sig));
  ck_assert (text_starts (call.reason, path));
  ck_assert_uint_eq (sig.value.n, 0);
  der.p[places[_i].at] ^= 0x10;
  ck_ok (read_der (&der));
  bytes_drop (&der);
  bytes_drop (&pem);
}
END_TEST

#define ZEROS_31                                                              \
  "00000000000000000000000000000000000000000000000000000000000000"
#define ORDER                                                                 \
  "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

/* clang-format off */
static const struct
{
  const char *algorithm;
  const char *d;
  gpg_err_code_t code;
} ec_keys[] = {
  { P256, ZEROS_31 "01", 0 },
  { P256, ZEROS_31 "0001", GPG_ERR_BAD_SECKEY },
  { P256, ZEROS_31, GPG_ERR_BAD_SECKEY },
  { P256, "01", GPG_ERR_BAD_SECKEY },
  { P256, "", GPG_ERR_BAD_SECKEY },
  { P256, ZEROS_31 "00", GPG_ERR_BAD_SECKEY },
  { P256, ORDER, GPG_ERR_BAD_SECKEY },
  /* P-224, secp256k1, P-256 with RSA's OID, no curve, NULL, two curves.  */
  { "06072a8648ce3d020106052b81040021", ZEROS_31 "01", GPG_ERR_BAD_SECKEY },
  { "06072a8648ce3d020106052b8104000a", ZEROS_31 "01", GPG_ERR_BAD_SECKEY },
  { "06092a864886f70d01010106082a8648ce3d030107", ZEROS_31 "01",
    GPG_ERR_BAD_SECKEY },
  { "06072a8648ce3d0201", ZEROS_31 "01", GPG_ERR_BAD_SECKEY },
  { "06072a8648ce3d02010500", ZEROS_31 "01", GPG_ERR_BAD_SECKEY },
  { "06072a8648ce3d020106082a8648ce3d03010706052b81040022", ZEROS_31 "01",
    GPG_ERR_BAD_SECKEY },
  { "", ZEROS_31 "01", GPG_ERR_BAD_SECKEY },
};

static const struct
{
  const char *algorithm;
  const char *body;
  gpg_err_code_t code;
} ed_keys[] = {
  { ED25519, "0420" ZEROS_31 "01", 0 },
  { ED25519, "0421" ZEROS_31 "0001", GPG_ERR_BAD_SECKEY },
  { ED25519, "041f" ZEROS_31, GPG_ERR_BAD_SECKEY },
  { ED25519, ZEROS_31 "01", GPG_ERR_BAD_SECKEY },
  { ED25519, "0420" ZEROS_31 "0100", GPG_ERR_BAD_SECKEY },
  { ED25519 "0500", "0420" ZEROS_31 "01", GPG_ERR_BAD_SECKEY },
  { "06032b656e", "0420" ZEROS_31 "01", GPG_ERR_BAD_SECKEY }, /* X25519 */
  { "06032b6571", "0420" ZEROS_31 "01", GPG_ERR_BAD_SECKEY }, /* Ed448 */
};
/* clang-format on */

START_TEST (test_ec_keys)
{
  struct bytes der = { 0 };

  add_ec_key (&der, ec_keys[_i].algorithm, ec_keys[_i].d);
  ck_code (read_der (&der), ec_keys[_i].code);
  bytes_drop (&der);
}
END_TEST

START_TEST (test_ed_keys)
{
  struct bytes der = { 0 };
  struct bytes body = { 0 };

  add_hex (&body, ed_keys[_i].body);
  add_info (&der, "020100", ed_keys[_i].algorithm, bytes_span (&body));
  ck_code (read_der (&der), ed_keys[_i].code);
  bytes_drop (&der);
  bytes_drop (&body);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("file-kms");

  tcase_set_timeout (cases, 60);
  tcase_add_checked_fixture (cases, set_up, tear_down);
  tcase_add_loop_test (cases, test_describe, 0, DIM (pem_keys));
  tcase_add_loop_test (cases, test_sign, 0, DIM (pem_keys));
  tcase_add_test (cases, test_sign_rsa_width);
  tcase_add_loop_test (cases, test_scalar, 0, DIM (scalars));
  tcase_add_loop_test (cases, test_seed, 0, DIM (seeds));
  tcase_add_loop_test (cases, test_mode, 0, 6);
  tcase_add_test (cases, test_no_file);
  tcase_add_test (cases, test_size);
  tcase_add_loop_test (cases, test_bad_pem, 0, DIM (bad_pem));
  tcase_add_test (cases, test_pkcs1);
  tcase_add_loop_test (cases, test_truncated, 0, DIM (pem_keys));
  tcase_add_loop_test (cases, test_rsa_damaged, 0, 5);
  tcase_add_loop_test (cases, test_ec_keys, 0, DIM (ec_keys));
  tcase_add_loop_test (cases, test_ed_keys, 0, DIM (ed_keys));
  return unit_main ("file-kms", &cases, 1);
}

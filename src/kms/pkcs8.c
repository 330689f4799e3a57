/* SPDX-License-Identifier: GPL-3.0-or-later
 * Private keys in PKCS#8 (RFC 5208, RFC 8410) for libgcrypt.  */

#include "config.h"

#include "kms/pkcs8.h"

#include "base/der.h"
#include "base/text.h"

#include <gcrypt.h>
#include <stdio.h>
#include <string.h>

static gpg_error_t
bad_key (void)
{
  return gpg_error (GPG_ERR_BAD_SECKEY);
}

/* clang-format off */
#define OID(literal) { (const unsigned char *)literal, sizeof literal - 1 }

static const struct curve
{
  const char *spec;
  const char *name;      /* libgcrypt's.  */
  struct span algorithm; /* OID of the AlgorithmIdentifier.  */
  struct span named;     /* OID of its parameters.  */
  size_t width;
} curves[] = {
  { "ECC_NIST_P256", "NIST P-256", OID ("\x2a\x86\x48\xce\x3d\x02\x01"),
    OID ("\x2a\x86\x48\xce\x3d\x03\x01\x07"), 32 },
  { "ECC_NIST_P384", "NIST P-384", OID ("\x2a\x86\x48\xce\x3d\x02\x01"),
    OID ("\x2b\x81\x04\x00\x22"), 48 },
  { "ECC_NIST_P521", "NIST P-521", OID ("\x2a\x86\x48\xce\x3d\x02\x01"),
    OID ("\x2b\x81\x04\x00\x23"), 66 },
  { "ECC_NIST_EDWARDS25519", "Ed25519", OID ("\x2b\x65\x70"), OID (""), 32 },
};

static const struct span rsa_oid
  = OID ("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");
/* clang-format on */

/* ---- PEM (RFC 7468) ----  */

#define PEM_BEGIN "-----BEGIN PRIVATE KEY-----"
#define PEM_END "-----END PRIVATE KEY-----"

static gpg_error_t
pem_to_der (struct span pem, struct bytes *r_der)
{
  const unsigned char *begin, *end, *p;
  struct bytes digits = BYTES_SECRET;
  gpg_error_t err;

  begin = pem.n ? memmem (pem.p, pem.n, PEM_BEGIN, strlen (PEM_BEGIN)) : NULL;
  if (!begin)
    return bad_key ();
  begin += strlen (PEM_BEGIN);
  end = memmem (begin, (size_t)(pem.p + pem.n - begin), PEM_END,
                strlen (PEM_END));
  if (!end)
    return bad_key ();
  for (p = begin; p < end; p++)
    if (*p != '\n' && *p != '\r' && *p != ' ' && *p != '\t')
      bytes_add_byte (&digits, *p);
  err = bytes_error (&digits);
  if (!err && text_unbase64 (r_der, bytes_span (&digits)))
    err = bad_key ();
  bytes_drop (&digits);
  return err;
}

/* ---- The public half ----  */

/* SubjectPublicKeyInfo takes the private key's AlgorithmIdentifier.  */
static gpg_error_t
make_spki (struct span algorithm, struct span bits, struct bytes *r_spki)
{
  struct bytes body = { 0 };
  gpg_error_t err;

  der_add (&body, DER_SEQUENCE, algorithm);
  der_add_bits (&body, bits);
  err = bytes_error (&body);
  if (!err)
    {
      der_add (r_spki, DER_SEQUENCE, bytes_span (&body));
      err = bytes_error (r_spki);
    }
  bytes_drop (&body);
  return err;
}

static gpg_error_t
make_rsa_spki (struct span algorithm, struct span n, struct span e,
               struct bytes *r_spki)
{
  struct bytes numbers = { 0 };
  struct bytes bits = { 0 };
  gpg_error_t err;

  der_add_uint (&numbers, n);
  der_add_uint (&numbers, e);
  err = bytes_error (&numbers);
  if (!err)
    {
      der_add (&bits, DER_SEQUENCE, bytes_span (&numbers));
      err = bytes_error (&bits);
    }
  if (!err)
    err = make_spki (algorithm, bytes_span (&bits), r_spki);
  bytes_drop (&numbers);
  bytes_drop (&bits);
  return err;
}

/* The public point of the private key SEXP; libgcrypt computes it.  */
static gpg_error_t
make_point_spki (struct span algorithm, gcry_sexp_t sexp, bool eddsa,
                 struct bytes *r_spki)
{
  gcry_ctx_t ctx = NULL;
  gcry_mpi_t q = NULL;
  unsigned char *point = NULL;
  size_t n = 0;
  gpg_error_t err;

  err = gcry_mpi_ec_new (&ctx, sexp, NULL);
  if (err)
    return err;
  q = gcry_mpi_ec_get_mpi (eddsa ? "q@eddsa" : "q", ctx, 0);
  if (!q)
    err = bad_key ();
  else
    err = gcry_mpi_aprint (GCRYMPI_FMT_USG, &point, &n, q);
  if (!err)
    err = make_spki (algorithm, span_of (point, n), r_spki);
  gcry_mpi_release (q);
  gcry_free (point);
  gcry_ctx_release (ctx);
  return err;
}

/* ---- The private half ----  */

/* RSAPrivateKey, RFC 8017 appendix A.1.2.  libgcrypt's u is the inverse of
 * p mod q and PKCS#1's coefficient that of q mod p: swap the primes.  */
static gpg_error_t
read_rsa (struct span algorithm, struct span body, struct pkcs8_key *key)
{
  struct span seq, version, n, e, d, p, q, dp, dq, u;
  gpg_error_t err;

  if (der_take (&body, DER_SEQUENCE, &seq) || der_end (body)
      || der_take_uint (&seq, &version) || version.n
      || der_take_uint (&seq, &n) || der_take_uint (&seq, &e)
      || der_take_uint (&seq, &d) || der_take_uint (&seq, &p)
      || der_take_uint (&seq, &q) || der_take_uint (&seq, &dp)
      || der_take_uint (&seq, &dq) || der_take_uint (&seq, &u)
      || der_end (seq))
    return bad_key ();
  if ((n.n != 256 && n.n != 384 && n.n != 512) || !(n.p[0] & 0x80))
    return bad_key ();
  snprintf (key->spec, sizeof key->spec, "RSA_%zu", n.n * 8);
  key->sexp_name = "rsa";
  key->width = n.n;
  err = gcry_sexp_build (
    &key->sexp, NULL, "(private-key(rsa(n %b)(e %b)(d %b)(p %b)(q %b)(u %b)))",
    (int)n.n, n.p, (int)e.n, e.p, (int)d.n, d.p, (int)q.n, q.p, (int)p.n, p.p,
    (int)u.n, u.p);
  if (!err && gcry_pk_testkey (key->sexp))
    err = bad_key ();
  return err ? err : make_rsa_spki (algorithm, n, e, &key->spki);
}

/* ECPrivateKey of RFC 5915, or CurvePrivateKey of RFC 8410.  */
static gpg_error_t
read_scalar (const struct curve *curve, struct span body, struct span *r_d)
{
  struct span seq, version;

  if (!curve->named.n)
    return der_take (&body, DER_OCTET_STRING, r_d) || der_end (body)
               || r_d->n != curve->width
             ? bad_key ()
             : 0;
  if (der_take (&body, DER_SEQUENCE, &seq) || der_end (body)
      || der_take_uint (&seq, &version) || version.n != 1 || version.p[0] != 1
      || der_take (&seq, DER_OCTET_STRING, r_d) || r_d->n != curve->width)
    return bad_key ();
  return 0;
}

static gpg_error_t
read_curve (const struct curve *curve, struct span algorithm, struct span body,
            struct pkcs8_key *key)
{
  bool eddsa = !curve->named.n;
  struct span d;
  gpg_error_t err = read_scalar (curve, body, &d);

  if (err)
    return err;
  snprintf (key->spec, sizeof key->spec, "%s", curve->spec);
  key->sexp_name = eddsa ? "eddsa" : "ecdsa";
  key->width = curve->width;
  err = gcry_sexp_build (&key->sexp, NULL,
                         eddsa
                           ? "(private-key(ecc(curve %s)(flags eddsa)(d %b)))"
                           : "(private-key(ecc(curve %s)(d %b)))",
                         curve->name, (int)d.n, d.p);
  return err ? err : make_point_spki (algorithm, key->sexp, eddsa, &key->spki);
}

/* The kind of key by its AlgorithmIdentifier.  */
static gpg_error_t
read_key (struct span algorithm, struct span body, struct pkcs8_key *key)
{
  struct span rest = algorithm;
  struct span named = { NULL, 0 };
  struct span oid, null;
  size_t i;

  if (der_take (&rest, DER_OID, &oid))
    return bad_key ();
  if (span_equal (oid, rsa_oid))
    return der_take (&rest, DER_NULL, &null) || der_end (rest)
             ? bad_key ()
             : read_rsa (algorithm, body, key);
  if ((rest.n && der_take (&rest, DER_OID, &named)) || der_end (rest))
    return bad_key ();
  for (i = 0; i < DIM (curves); i++)
    if (span_equal (oid, curves[i].algorithm)
        && span_equal (named, curves[i].named))
      return read_curve (&curves[i], algorithm, body, key);
  return bad_key ();
}

gpg_error_t
pkcs8_from_pem (struct span pem, struct pkcs8_key *r_key)
{
  struct bytes der = BYTES_SECRET;
  struct span in, seq, version, algorithm, body;
  gpg_error_t err = pem_to_der (pem, &der);

  if (err)
    goto leave;
  in = bytes_span (&der);
  /* Attributes may follow, and a public key since RFC 5958.  */
  if (der_take (&in, DER_SEQUENCE, &seq) || der_end (in)
      || der_take_uint (&seq, &version)
      || der_take (&seq, DER_SEQUENCE, &algorithm)
      || der_take (&seq, DER_OCTET_STRING, &body))
    err = bad_key ();
  else
    err = read_key (algorithm, body, r_key);

leave:
  bytes_drop (&der);
  return err;
}

void
pkcs8_drop (struct pkcs8_key *key)
{
  gcry_sexp_release (key->sexp);
  bytes_drop (&key->spki);
  memset (key, 0, sizeof *key);
}

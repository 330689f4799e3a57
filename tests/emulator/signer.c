/* SPDX-License-Identifier: GPL-3.0-or-later
 * Signatures in the shapes of the KMS operation Sign.  */

#include "config.h"

#include "tests/emulator/signer.h"

#include "base/der.h"

#include <string.h>

#define MAX_DIGEST 64

static gpg_error_t
build_hashed (const char *format, const struct signing_algorithm *algorithm,
              struct span digest, gcry_sexp_t *r_data)
{
  return gcry_sexp_build (r_data, NULL, format, algorithm->hash, (int)digest.n,
                          digest.p, (unsigned int)digest.n);
}

/* The formats take the hash's name, the digest and, for PSS, the salt's
 * length.  */
static gpg_error_t
data_of_digest (const struct signing_algorithm *algorithm, struct span digest,
                gcry_sexp_t *r_data)
{
  switch (algorithm->scheme)
    {
    case SCHEME_PKCS1:
      return build_hashed ("(data(flags pkcs1)(hash %s %b))", algorithm,
                           digest, r_data);
    case SCHEME_PSS:
      return build_hashed ("(data(flags pss)(hash %s %b)(salt-length %u))",
                           algorithm, digest, r_data);
    default:
      return build_hashed ("(data(flags raw)(hash %s %b))", algorithm, digest,
                           r_data);
    }
}

gpg_error_t
signer_data (const struct signing_algorithm *algorithm, enum message_type type,
             struct span message, gcry_sexp_t *r_data)
{
  unsigned char digest[MAX_DIGEST];

  /* The PH variant hashes whatever it is given, once more: that is what
   * KMS does with a Message of type DIGEST, too.  */
  if (algorithm->scheme == SCHEME_ED25519
      || algorithm->scheme == SCHEME_ED25519PH)
    return gcry_sexp_build (r_data, NULL,
                            algorithm->scheme == SCHEME_ED25519
                              ? "(data(flags eddsa)(hash-algo sha512)"
                                "(value %b))"
                              : "(data(flags eddsa prehash)"
                                "(hash-algo sha512)(value %b))",
                            (int)message.n, message.p);
  if (type == MESSAGE_RAW)
    {
      gcry_md_hash_buffer (gcry_md_map_name (algorithm->hash), digest,
                           message.p, message.n);
      message = span_of (digest, algorithm->digest_length);
    }
  return data_of_digest (algorithm, message, r_data);
}

/* One number of the signature, in WIDTH bytes.  */
static gpg_error_t
add_fixed (struct bytes *out, gcry_mpi_t value, size_t width)
{
  unsigned char *p = bytes_extend (out, width);
  size_t n;
  gpg_error_t err;

  if (!p)
    return bytes_error (out);
  err = gcry_mpi_print (GCRYMPI_FMT_USG, NULL, 0, &n, value);
  if (!err && n > width)
    err = gpg_error (GPG_ERR_TOO_LARGE);
  if (!err)
    err = gcry_mpi_print (GCRYMPI_FMT_USG, p + width - n, n, NULL, value);
  return err;
}

static gpg_error_t
shape_rsa (gcry_sexp_t sig, const struct key_spec *spec, struct bytes *out)
{
  gcry_mpi_t s = NULL;
  gpg_error_t err = gcry_sexp_extract_param (sig, NULL, "s", &s, NULL);

  if (!err)
    err = add_fixed (out, s, spec->bits / 8);
  gcry_mpi_release (s);
  return err;
}

static gpg_error_t
shape_ecdsa (gcry_sexp_t sig, const struct key_spec *spec, struct bytes *out)
{
  size_t width = (spec->bits + 7) / 8;
  struct bytes fixed = { 0 };
  struct bytes numbers = { 0 };
  gcry_mpi_t r = NULL;
  gcry_mpi_t s = NULL;
  gpg_error_t err = gcry_sexp_extract_param (sig, NULL, "rs", &r, &s, NULL);

  if (!err)
    err = add_fixed (&fixed, r, width);
  if (!err)
    err = add_fixed (&fixed, s, width);
  if (!err)
    {
      der_add_uint (&numbers, span_of (fixed.p, width));
      der_add_uint (&numbers, span_of (fixed.p + width, width));
      der_add (out, DER_SEQUENCE, bytes_span (&numbers));
      err = bytes_error (&numbers);
    }
  if (!err)
    err = bytes_error (out);
  bytes_drop (&fixed);
  bytes_drop (&numbers);
  gcry_mpi_release (r);
  gcry_mpi_release (s);
  return err;
}

/* R and S come as opaque values of 32 bytes each.  */
static gpg_error_t
shape_eddsa (gcry_sexp_t sig, struct bytes *out)
{
  gcry_buffer_t r = { 0 };
  gcry_buffer_t s = { 0 };
  gpg_error_t err = gcry_sexp_extract_param (sig, NULL, "&rs", &r, &s, NULL);

  if (!err && (r.len != 32 || s.len != 32))
    err = gpg_error (GPG_ERR_BAD_SIGNATURE);
  if (!err)
    {
      bytes_add (out, r.data, r.len);
      bytes_add (out, s.data, s.len);
      err = bytes_error (out);
    }
  gcry_free (r.data);
  gcry_free (s.data);
  return err;
}

gpg_error_t
signer_sign (gcry_sexp_t secret, const struct key_spec *spec,
             const struct signing_algorithm *algorithm, enum message_type type,
             struct span message, struct bytes *r_signature)
{
  gcry_sexp_t data = NULL;
  gcry_sexp_t sig = NULL;
  gpg_error_t err = signer_data (algorithm, type, message, &data);

  if (!err)
    err = gcry_pk_sign (&sig, data, secret);
  if (!err && spec->kind == KIND_RSA)
    err = shape_rsa (sig, spec, r_signature);
  else if (!err && spec->kind == KIND_ECDSA)
    err = shape_ecdsa (sig, spec, r_signature);
  else if (!err)
    err = shape_eddsa (sig, r_signature);
  gcry_sexp_release (data);
  gcry_sexp_release (sig);
  return err;
}

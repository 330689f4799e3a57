/* SPDX-License-Identifier: GPL-3.0-or-later
 * Key pairs drawn from a stream, and their SubjectPublicKeyInfo.  */

#include "config.h"

#include "tests/emulator/material.h"

#include "base/der.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* rsaEncryption with its NULL parameters.  */
#define RSA_ALGORITHM "300d06092a864886f70d0101010500"

/* SEQUENCE { AlgorithmIdentifier (given in hex), BIT STRING }.  */
static gpg_error_t
add_spki (struct bytes *out, const char *algorithm, struct span key)
{
  struct bytes body = { 0 };
  gpg_error_t err = text_unhex (&body, span_text (algorithm));

  der_add_bits (&body, key);
  der_add (out, DER_SEQUENCE, bytes_span (&body));
  if (!err)
    err = bytes_error (&body);
  if (!err)
    err = bytes_error (out);
  bytes_drop (&body);
  return err;
}

static gpg_error_t
add_mpi (struct bytes *out, gcry_mpi_t value)
{
  unsigned char *p;
  size_t n;
  gpg_error_t err = gcry_mpi_aprint (GCRYMPI_FMT_USG, &p, &n, value);

  if (err)
    return err;
  der_add_uint (out, span_of (p, n));
  gcry_free (p);
  return bytes_error (out);
}

static gpg_error_t
rsa_spki (gcry_mpi_t n, gcry_mpi_t e, struct bytes *out)
{
  struct bytes numbers = { 0 };
  struct bytes key = { 0 };
  gpg_error_t err = add_mpi (&numbers, n);

  if (!err)
    err = add_mpi (&numbers, e);
  if (!err)
    {
      der_add (&key, DER_SEQUENCE, bytes_span (&numbers));
      err = bytes_error (&key);
    }
  if (!err)
    err = add_spki (out, RSA_ALGORITHM, bytes_span (&key));
  bytes_drop (&numbers);
  bytes_drop (&key);
  return err;
}

/* libgcrypt wants p < q and u = p^-1 mod q.  */
static gpg_error_t
rsa_expression (gcry_mpi_t p, gcry_mpi_t q, gcry_mpi_t n, gcry_mpi_t e,
                gcry_sexp_t *r_secret)
{
  gcry_mpi_t phi = gcry_mpi_new (0);
  gcry_mpi_t d = gcry_mpi_new (0);
  gcry_mpi_t u = gcry_mpi_new (0);
  gpg_error_t err;

  /* (p - 1)(q - 1) = n - p - q + 1 */
  gcry_mpi_sub (phi, n, p);
  gcry_mpi_sub (phi, phi, q);
  gcry_mpi_add_ui (phi, phi, 1);
  gcry_mpi_invm (d, e, phi);
  gcry_mpi_invm (u, p, q);
  err = gcry_sexp_build (r_secret, NULL,
                         "(private-key(rsa(n%m)(e%m)(d%m)(p%m)(q%m)(u%m)))", n,
                         e, d, p, q, u);
  gcry_mpi_release (phi);
  gcry_mpi_release (d);
  gcry_mpi_release (u);
  return err;
}

static gpg_error_t
make_rsa (struct stream *s, const struct key_spec *spec, gcry_sexp_t *r_secret,
          struct bytes *r_spki)
{
  gcry_mpi_t p = NULL;
  gcry_mpi_t q = NULL;
  gcry_mpi_t n = gcry_mpi_new (0);
  gcry_mpi_t e = gcry_mpi_set_ui (NULL, 65537);
  gpg_error_t err = stream_prime (s, spec->bits / 2, &p);

  if (!err)
    err = stream_prime (s, spec->bits / 2, &q);
  if (err)
    goto leave;
  if (gcry_mpi_cmp (p, q) > 0)
    gcry_mpi_swap (p, q);
  gcry_mpi_mul (n, p, q);
  err = rsa_expression (p, q, n, e, r_secret);
  if (!err)
    err = rsa_spki (n, e, r_spki);

leave:
  gcry_mpi_release (p);
  gcry_mpi_release (q);
  gcry_mpi_release (n);
  gcry_mpi_release (e);
  return err;
}

/* A scalar from 1 to the group order - 1, even over that range: eight
 * bytes more than the order has are drawn and reduced.  */
static gpg_error_t
draw_scalar (struct stream *s, const struct key_spec *spec, gcry_mpi_t *r_d)
{
  unsigned char wide[80];
  size_t n = (spec->bits + 7) / 8 + 8;
  gcry_ctx_t curve = NULL;
  gcry_mpi_t order = NULL;
  gcry_mpi_t d = NULL;
  gpg_error_t err = gcry_mpi_ec_new (&curve, NULL, spec->curve);

  if (err)
    return err;
  order = gcry_mpi_ec_get_mpi ("n", curve, 1);
  stream_read (s, wide, n);
  err = gcry_mpi_scan (&d, GCRYMPI_FMT_USG, wide, n, NULL);
  if (!err)
    {
      gcry_mpi_sub_ui (order, order, 1);
      gcry_mpi_mod (d, d, order);
      gcry_mpi_add_ui (d, d, 1);
      *r_d = d;
    }
  gcry_mpi_release (order);
  gcry_ctx_release (curve);
  return err;
}

/* The private key of an ECC spec without its public point.  */
static gpg_error_t
draw_ecc (struct stream *s, const struct key_spec *spec, gcry_sexp_t *r_half)
{
  unsigned char seed[32];
  gcry_mpi_t d = NULL;
  gpg_error_t err;

  if (spec->kind == KIND_EDDSA)
    {
      stream_read (s, seed, sizeof seed);
      return gcry_sexp_build (r_half, NULL,
                              "(private-key(ecc(curve %s)(flags eddsa)(d%b)))",
                              spec->curve, (int)sizeof seed, seed);
    }
  err = draw_scalar (s, spec, &d);
  if (!err)
    err = gcry_sexp_build (r_half, NULL, "(private-key(ecc(curve %s)(d%m)))",
                           spec->curve, d);
  gcry_mpi_release (d);
  return err;
}

/* The public point as it stands in a SubjectPublicKeyInfo.  Valid as long
 * as R_POINT.  */
static gpg_error_t
public_point (gcry_sexp_t half, enum key_kind kind, gcry_mpi_t *r_point,
              struct span *r_span)
{
  gcry_ctx_t curve = NULL;
  gpg_error_t err = gcry_mpi_ec_new (&curve, half, NULL);
  unsigned int bits;
  const void *p;

  if (err)
    return err;
  *r_point
    = gcry_mpi_ec_get_mpi (kind == KIND_EDDSA ? "q@eddsa" : "q", curve, 1);
  gcry_ctx_release (curve);
  if (!*r_point)
    return gpg_error (GPG_ERR_BAD_SECKEY);
  p = gcry_mpi_get_opaque (*r_point, &bits);
  *r_span = span_of (p, (bits + 7) / 8);
  return 0;
}

static gpg_error_t
make_ecc (struct stream *s, const struct key_spec *spec, gcry_sexp_t *r_secret,
          struct bytes *r_spki)
{
  gcry_sexp_t half = NULL;
  gcry_mpi_t point = NULL;
  gcry_mpi_t d = NULL;
  struct span q;
  gpg_error_t err = draw_ecc (s, spec, &half);

  if (!err)
    err = public_point (half, spec->kind, &point, &q);
  if (!err)
    err = gcry_sexp_extract_param (half, "private-key!ecc", "/d", &d, NULL);
  if (err)
    goto leave;
  err = gcry_sexp_build (r_secret, NULL,
                         spec->kind == KIND_EDDSA
                           ? "(private-key(ecc(curve %s)(flags eddsa)"
                             "(q%b)(d%m)))"
                           : "(private-key(ecc(curve %s)(q%b)(d%m)))",
                         spec->curve, (int)q.n, q.p, d);
  if (!err)
    err = add_spki (r_spki, spec->algorithm, q);

leave:
  gcry_sexp_release (half);
  gcry_mpi_release (point);
  gcry_mpi_release (d);
  return err;
}

gpg_error_t
material_make (struct stream *s, const struct key_spec *spec,
               gcry_sexp_t *r_secret, struct bytes *r_spki)
{
  if (spec->kind == KIND_RSA)
    return make_rsa (s, spec, r_secret, r_spki);
  return make_ecc (s, spec, r_secret, r_spki);
}

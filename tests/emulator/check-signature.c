/* SPDX-License-Identifier: GPL-3.0-or-later
 * A second opinion on a signature, for the scripts: what openssl of these
 * days cannot verify, Ed25519ph, this can.
 *
 *   check-signature ALGORITHM RAW|DIGEST SPKI-FILE MESSAGE-FILE SIGNATURE-FILE
 *
 * Exit status 0: good; 1: bad; 2: not understood.  */

#include "config.h"

#include "base/der.h"
#include "base/file.h"
#include "base/text.h"
#include "tests/emulator/signer.h"

#include <stdio.h>
#include <string.h>

#define MAX_FILE 65536

/* The key's bits and the AlgorithmIdentifier in front of them.  */
static gpg_error_t
split_spki (struct span spki, struct span *r_algorithm, struct span *r_key)
{
  struct span body, rest, inner;
  gpg_error_t err = der_take (&spki, DER_SEQUENCE, &body);

  if (!err)
    err = der_end (spki);
  rest = body;
  if (!err)
    err = der_take (&rest, DER_SEQUENCE, &inner);
  if (err)
    return err;
  *r_algorithm = span_of (body.p, body.n - rest.n);
  err = der_take_bits (&rest, r_key);
  return err ? err : der_end (rest);
}

static gpg_error_t
rsa_key (struct span bits, gcry_sexp_t *r_key)
{
  struct span numbers, n, e;
  gpg_error_t err = der_take (&bits, DER_SEQUENCE, &numbers);

  if (!err)
    err = der_take_uint (&numbers, &n);
  if (!err)
    err = der_take_uint (&numbers, &e);
  if (err)
    return err;
  return gcry_sexp_build (r_key, NULL, "(public-key(rsa(n%b)(e%b)))", (int)n.n,
                          n.p, (int)e.n, e.p);
}

static gpg_error_t
ecc_key (struct span algorithm, struct span bits, gcry_sexp_t *r_key)
{
  struct bytes hex = { 0 };
  const struct key_spec *spec;
  gpg_error_t err = gpg_error (GPG_ERR_UNKNOWN_CURVE);
  size_t i;

  text_add_hex (&hex, algorithm);
  for (i = 0; (spec = key_spec_at (i)); i++)
    if (spec->algorithm && !strcmp (spec->algorithm, bytes_text (&hex)))
      {
        err = gcry_sexp_build (r_key, NULL,
                               spec->kind == KIND_EDDSA
                                 ? "(public-key(ecc(curve %s)(flags eddsa)"
                                   "(q%b)))"
                                 : "(public-key(ecc(curve %s)(q%b)))",
                               spec->curve, (int)bits.n, bits.p);
        break;
      }
  bytes_drop (&hex);
  return err;
}

static gpg_error_t
ecdsa_value (struct span der, gcry_sexp_t *r_value)
{
  struct span numbers, r, s;
  gcry_mpi_t mr = NULL;
  gcry_mpi_t ms = NULL;
  gpg_error_t err = der_take (&der, DER_SEQUENCE, &numbers);

  if (!err)
    err = der_end (der);
  if (!err)
    err = der_take_uint (&numbers, &r);
  if (!err)
    err = der_take_uint (&numbers, &s);
  if (!err)
    err = der_end (numbers);
  if (!err)
    err = gcry_mpi_scan (&mr, GCRYMPI_FMT_USG, r.p, r.n, NULL);
  if (!err)
    err = gcry_mpi_scan (&ms, GCRYMPI_FMT_USG, s.p, s.n, NULL);
  if (!err)
    err
      = gcry_sexp_build (r_value, NULL, "(sig-val(ecdsa(r%m)(s%m)))", mr, ms);
  gcry_mpi_release (mr);
  gcry_mpi_release (ms);
  return err;
}

static gpg_error_t
signature_value (enum key_kind kind, struct span sig, gcry_sexp_t *r_value)
{
  gcry_mpi_t s = NULL;
  gpg_error_t err;

  if (kind == KIND_ECDSA)
    return ecdsa_value (sig, r_value);
  if (kind == KIND_EDDSA && sig.n == 64)
    return gcry_sexp_build (r_value, NULL, "(sig-val(eddsa(r%b)(s%b)))", 32,
                            sig.p, 32, sig.p + 32);
  if (kind == KIND_EDDSA)
    return gpg_error (GPG_ERR_BAD_SIGNATURE);
  err = gcry_mpi_scan (&s, GCRYMPI_FMT_USG, sig.p, sig.n, NULL);
  if (!err)
    err = gcry_sexp_build (r_value, NULL, "(sig-val(rsa(s%m)))", s);
  gcry_mpi_release (s);
  return err;
}

static gpg_error_t
verify (const struct signing_algorithm *algorithm, enum message_type type,
        const struct bytes *files)
{
  gcry_sexp_t key = NULL;
  gcry_sexp_t data = NULL;
  gcry_sexp_t value = NULL;
  struct span id, bits;
  gpg_error_t err = split_spki (bytes_span (files), &id, &bits);

  /* libgcrypt 1.10 reads beyond a digest that is too short for PSS.  */
  if (!err && type == MESSAGE_DIGEST && files[1].n != algorithm->digest_length)
    err = gpg_error (GPG_ERR_INV_LENGTH);
  if (!err)
    err = algorithm->kind == KIND_RSA ? rsa_key (bits, &key)
                                      : ecc_key (id, bits, &key);
  if (!err)
    err = signer_data (algorithm, type, bytes_span (files + 1), &data);
  if (!err)
    err = signature_value (algorithm->kind, bytes_span (files + 2), &value);
  if (!err)
    err = gcry_pk_verify (value, data, key);
  gcry_sexp_release (key);
  gcry_sexp_release (data);
  gcry_sexp_release (value);
  return err;
}

int
main (int argc, char **argv)
{
  const struct signing_algorithm *algorithm;
  struct bytes files[3] = { 0 };
  gpg_error_t err = 0;
  size_t i;

  algorithm = argc == 6 ? signing_algorithm_find (argv[1]) : NULL;
  if (bytes_global_init () || !algorithm || !algorithm->hash)
    return 2;
  for (i = 0; !err && i < DIM (files); i++)
    err = file_read (argv[3 + i], MAX_FILE, files + i);
  if (!err)
    err = verify (algorithm,
                  strcmp (argv[2], "DIGEST") ? MESSAGE_RAW : MESSAGE_DIGEST,
                  files);
  for (i = 0; i < DIM (files); i++)
    bytes_drop (files + i);
  if (err)
    fprintf (stderr, "check-signature: %s\n", gpg_strerror (err));
  return err ? 1 : 0;
}

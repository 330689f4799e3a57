/* SPDX-License-Identifier: GPL-3.0-or-later
 * A PEM key on disk as a backend: reading the file and signing with it.  */

#include "config.h"

#include "kms/file-kms.h"

#include "base/der.h"
#include "base/file.h"
#include "kms/pkcs8.h"

#include <gcrypt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_PEM 16384

/* Like ssh: a key that others can read is no secret.  */
static gpg_error_t
check_mode (struct call *call, const char *path)
{
  struct stat st;

  if (stat (path, &st))
    {
      gpg_error_t err = gpg_error_from_syserror ();

      return because_err (call, err, "%s: %s", path, gpg_strerror (err));
    }
  if (st.st_mode & 077)
    return because (call, GPG_ERR_EPERM,
                    "%s: others can read it; chmod 600 it", path);
  return 0;
}

static gpg_error_t
load (struct call *call, const char *path, struct pkcs8_key *r_key)
{
  struct bytes pem = BYTES_SECRET;
  gpg_error_t err = check_mode (call, path);

  if (err)
    return err;
  err = file_read (path, MAX_PEM, &pem);
  if (err)
    err = because_err (call, err, "%s: %s", path, gpg_strerror (err));
  else
    {
      err = pkcs8_from_pem (bytes_span (&pem), r_key);
      if (err)
        err = because_err (call, err,
                           "%s: not an unencrypted PKCS#8 key of a known kind",
                           path);
    }
  bytes_drop (&pem);
  return err;
}

static gpg_error_t
file_describe (struct kms_backend *backend, struct call *call,
               const char *key_id, struct kms_key *r_key)
{
  struct pkcs8_key key = { 0 };
  gpg_error_t err = load (call, key_id, &key);

  (void)backend;
  if (!err)
    {
      bytes_add_str (&r_key->id, key_id);
      bytes_add_str (&r_key->spec, key.spec);
      bytes_add_str (&r_key->state, "Enabled");
      bytes_move (&r_key->spki, &key.spki);
      r_key->usage = KMS_USAGE_SIGN;
    }
  pkcs8_drop (&key);
  return err;
}

/* ---- Signing ----  */

/* The names of KMS and what they mean to libgcrypt.  */
/* clang-format off */
static const struct algorithm
{
  const char *name;
  const char *sexp_name; /* Of the result: "rsa".  */
  const char *hash;      /* What MESSAGE is a digest by.  */
  size_t width;          /* Of the only key that does it; 0: any.  */
} algorithms[] = {
  { "RSASSA_PKCS1_V1_5_SHA_256", "rsa",   "sha256", 0 },
  { "RSASSA_PKCS1_V1_5_SHA_384", "rsa",   "sha384", 0 },
  { "RSASSA_PKCS1_V1_5_SHA_512", "rsa",   "sha512", 0 },
  { "ECDSA_SHA_256",             "ecdsa", "sha256", 32 },
  { "ECDSA_SHA_384",             "ecdsa", "sha384", 48 },
  { "ECDSA_SHA_512",             "ecdsa", "sha512", 66 },
  { "ED25519_SHA_512",           "eddsa", NULL,     32 },
};
/* clang-format on */

static const struct algorithm *
find_algorithm (const char *name, const struct pkcs8_key *key)
{
  const struct algorithm *row;
  size_t i;

  for (i = 0; i < DIM (algorithms); i++)
    {
      row = &algorithms[i];
      if (!strcmp (row->name, name) && !strcmp (row->sexp_name, key->sexp_name)
          && (!row->width || row->width == key->width))
        return row;
    }
  return NULL;
}

static gpg_error_t
build_data (const struct algorithm *algorithm, struct span message,
            gcry_sexp_t *r_data)
{
  int n = (int)message.n;

  if (!algorithm->hash)
    return gcry_sexp_build (r_data, NULL,
                            "(data(flags eddsa)(hash-algo sha512)(value %b))",
                            n, message.p);
  if (!strcmp (algorithm->sexp_name, "rsa"))
    return gcry_sexp_build (r_data, NULL, "(data(flags pkcs1)(hash %s %b))",
                            algorithm->hash, n, message.p);
  return gcry_sexp_build (r_data, NULL, "(data(flags rfc6979)(hash %s %b))",
                          algorithm->hash, n, message.p);
}

/* Member NAME of the result as WIDTH octets.  */
static gpg_error_t
take_member (gcry_sexp_t sig, const char *name, size_t width,
             struct bytes *r_value)
{
  gcry_sexp_t list = gcry_sexp_find_token (sig, name, 1);
  const char *p;
  size_t n = 0;
  gpg_error_t err = 0;

  p = list ? gcry_sexp_nth_data (list, 1, &n) : NULL;
  while (p && n > width && !*p)
    {
      p++;
      n--;
    }
  if (!p || n > width)
    err = gpg_error (GPG_ERR_INTERNAL);
  else
    {
      bytes_extend (r_value, width - n);
      bytes_add (r_value, p, n);
      err = bytes_error (r_value);
    }
  gcry_sexp_release (list);
  return err;
}

/* The result as KMS gives it: RSA plain, ECDSA in DER, EdDSA R and S.  */
static gpg_error_t
take_result (const struct pkcs8_key *key, gcry_sexp_t sig,
             struct bytes *r_value)
{
  struct bytes r = { 0 };
  struct bytes s = { 0 };
  struct bytes seq = { 0 };
  gpg_error_t err;

  if (!strcmp (key->sexp_name, "rsa"))
    return take_member (sig, "s", key->width, r_value);
  err = take_member (sig, "r", key->width, &r);
  if (!err)
    err = take_member (sig, "s", key->width, &s);
  if (err)
    goto leave;
  if (!strcmp (key->sexp_name, "ecdsa"))
    {
      der_add_uint (&seq, bytes_span (&r));
      der_add_uint (&seq, bytes_span (&s));
      der_add (r_value, DER_SEQUENCE, bytes_span (&seq));
      err = bytes_error (&seq);
    }
  else
    {
      bytes_add_span (r_value, bytes_span (&r));
      bytes_add_span (r_value, bytes_span (&s));
    }
  if (!err)
    err = bytes_error (r_value);

leave:
  bytes_drop (&r);
  bytes_drop (&s);
  bytes_drop (&seq);
  return err;
}

static gpg_error_t
file_sign (struct kms_backend *backend, struct call *call, const char *key_id,
           const struct kms_sign_request *request,
           struct kms_signature *r_signature)
{
  const struct algorithm *algorithm;
  struct pkcs8_key key = { 0 };
  gcry_sexp_t data = NULL;
  gcry_sexp_t sig = NULL;
  gpg_error_t err;

  (void)backend;
  err = load (call, key_id, &key);
  if (err)
    goto leave;
  algorithm = find_algorithm (request->algorithm, &key);
  if (!algorithm || request->raw != !algorithm->hash)
    {
      err
        = because (call, GPG_ERR_UNSUPPORTED_ALGORITHM,
                   "%s: this key does not do %s", key_id, request->algorithm);
      goto leave;
    }
  err = build_data (algorithm, request->message, &data);
  if (!err)
    err = gcry_pk_sign (&sig, data, key.sexp);
  if (!err)
    err = take_result (&key, sig, &r_signature->value);
  if (err)
    err = because_err (call, err, "%s: cannot sign: %s", key_id,
                       gpg_strerror (err));
  else
    bytes_add_str (&r_signature->key_id, key_id);

leave:
  gcry_sexp_release (data);
  gcry_sexp_release (sig);
  pkcs8_drop (&key);
  return err;
}

static const struct kms_ops file_ops = {
  .name = "file",
  .holder = "File<<Key",
  .describe = file_describe,
  .get_public_key = file_describe,
  .sign = file_sign,
  .free = (void (*) (struct kms_backend *))free,
};

struct kms_backend *
file_kms_new (void)
{
  struct kms_backend *backend = calloc (1, sizeof *backend);

  if (backend)
    backend->ops = &file_ops;
  return backend;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a request to its AWS Signature Version 4: the computation.  */

#include "config.h"

#include "tests/emulator/sigv4-check.h"

#include "base/text.h"

#include <gcrypt.h>
#include <string.h>

static void
add_sha256_hex (struct bytes *out, struct span data)
{
  unsigned char digest[32];

  gcry_md_hash_buffer (GCRY_MD_SHA256, digest, data.p, data.n);
  text_add_hex (out, span_of (digest, sizeof digest));
}

/* A value without blanks around it and with single ones inside.  */
static void
add_value (struct bytes *out, const char *value)
{
  bool started = false;
  bool blank = false;

  for (; *value; value++)
    {
      if (*value == ' ')
        {
          blank = true;
          continue;
        }
      if (blank && started)
        bytes_add_byte (out, ' ');
      bytes_add_byte (out, (unsigned char)*value);
      started = true;
      blank = false;
    }
}

/* "name:value,value\n".  NOT_FOUND: signed, but not sent.  */
static gpg_error_t
add_header (struct bytes *out, const struct http_request *request,
            const char *name)
{
  const char *value = http_header_at (request, name, 0);
  size_t i;

  if (!value)
    return gpg_error (GPG_ERR_NOT_FOUND);
  bytes_add_fmt (out, "%s:", name);
  for (i = 0; value; value = http_header_at (request, name, ++i))
    {
      if (i)
        bytes_add_byte (out, ',');
      add_value (out, value);
    }
  bytes_add_byte (out, '\n');
  return 0;
}

/* INV_NAME: not in lower case, or not behind PREVIOUS.  */
static gpg_error_t
check_name (const char *name, const char *previous)
{
  if (!*name || name[strcspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
      || strcmp (previous, name) >= 0)
    return gpg_error (GPG_ERR_INV_NAME);
  return 0;
}

static gpg_error_t
add_headers (struct bytes *out, const struct http_request *request,
             struct span names)
{
  struct bytes name = { 0 };
  struct bytes previous = { 0 };
  gpg_error_t err = 0;

  while (!err && names.n)
    {
      const unsigned char *end = memchr (names.p, ';', names.n);
      size_t n = end ? (size_t)(end - names.p) : names.n;

      bytes_clear (&name);
      bytes_add (&name, names.p, n);
      err = bytes_error (&name);
      if (!err)
        err = check_name (bytes_text (&name), bytes_text (&previous));
      if (!err)
        err = add_header (out, request, bytes_text (&name));
      bytes_move (&previous, &name);
      n += end ? 1 : 0;
      names = span_of (names.p + n, names.n - n);
      if (end && !names.n)
        err = gpg_error (GPG_ERR_INV_NAME);
    }
  bytes_drop (&name);
  bytes_drop (&previous);
  return err;
}

gpg_error_t
sigv4_check_canonical (const struct http_request *request,
                       struct span signed_headers, struct bytes *r_canonical)
{
  size_t path = strcspn (request->uri, "?");
  const char *query = request->uri + path;
  gpg_error_t err;

  bytes_add_fmt (r_canonical, "%s\n", request->method);
  bytes_add (r_canonical, request->uri, path);
  bytes_add_fmt (r_canonical, "\n%s\n", *query ? query + 1 : "");
  err = add_headers (r_canonical, request, signed_headers);
  if (err)
    return err;
  bytes_add_byte (r_canonical, '\n');
  bytes_add_span (r_canonical, signed_headers);
  bytes_add_byte (r_canonical, '\n');
  add_sha256_hex (r_canonical, bytes_span (&request->body));
  return bytes_error (r_canonical);
}

/* KEY becomes HMAC-SHA256 (KEY, DATA).  */
static gpg_error_t
hmac_step (struct bytes *key, struct span data)
{
  gcry_buffer_t parts[2] = { 0 };
  unsigned char digest[32];
  gpg_error_t err;

  parts[0].data = key->p;
  parts[0].len = key->n;
  parts[1].data = (void *)data.p;
  parts[1].len = data.n;
  err = gcry_md_hash_buffers (GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC, digest, parts,
                              2);
  if (err)
    return err;
  bytes_clear (key);
  bytes_add (key, digest, sizeof digest);
  return bytes_error (key);
}

/* The HMACs over the scope's four elements, one after the other.  */
static gpg_error_t
derive_key (struct bytes *key, struct span scope)
{
  gpg_error_t err = bytes_error (key);

  while (!err && scope.n)
    {
      const unsigned char *end = memchr (scope.p, '/', scope.n);
      size_t n = end ? (size_t)(end - scope.p) : scope.n;

      err = hmac_step (key, span_of (scope.p, n));
      n += end ? 1 : 0;
      scope = span_of (scope.p + n, scope.n - n);
    }
  return err;
}

gpg_error_t
sigv4_check_signature (struct span canonical, const char *time,
                       struct span scope, struct span secret_key,
                       struct bytes *r_hex)
{
  struct bytes string = { 0 };
  struct bytes key = { 0 };
  gpg_error_t err;

  bytes_add_fmt (&string, "AWS4-HMAC-SHA256\n%s\n", time);
  bytes_add_span (&string, scope);
  bytes_add_byte (&string, '\n');
  add_sha256_hex (&string, canonical);
  bytes_add_str (&key, "AWS4");
  bytes_add_span (&key, secret_key);
  err = bytes_error (&string);
  if (!err)
    err = derive_key (&key, scope);
  if (!err)
    err = hmac_step (&key, bytes_span (&string));
  if (!err)
    {
      text_add_hex (r_hex, bytes_span (&key));
      err = bytes_error (r_hex);
    }
  bytes_drop (&string);
  bytes_drop (&key);
  return err;
}

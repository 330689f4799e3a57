/* SPDX-License-Identifier: GPL-3.0-or-later
 * AWS Signature Version 4 for a request's headers: canonical request,
 * string to sign, signature, each a function of its own.  */

#include "config.h"

#include "aws/sigv4.h"

#include "aws/creds.h"
#include "base/text.h"

#include <gcrypt.h>
#include <stdlib.h>
#include <string.h>

#define HASH_SIZE 32

static void
add_sha256 (struct bytes *out, struct span data)
{
  unsigned char digest[HASH_SIZE];

  gcry_md_hash_buffer (GCRY_MD_SHA256, digest, data.p ? data.p : digest,
                       data.n);
  text_add_hex (out, span_of (digest, sizeof digest));
}

/* One step of the key chain: KEY becomes HMAC (KEY, DATA).  */
static gpg_error_t
hmac_into (struct bytes *key, struct span data)
{
  gcry_md_hd_t md = NULL;
  gpg_error_t err;

  err = gcry_md_open (&md, GCRY_MD_SHA256,
                      GCRY_MD_FLAG_HMAC | GCRY_MD_FLAG_SECURE);
  if (!err)
    err = gcry_md_setkey (md, key->p, key->n);
  if (!err)
    {
      gcry_md_write (md, data.p, data.n);
      bytes_clear (key);
      bytes_add (key, gcry_md_read (md, GCRY_MD_SHA256), HASH_SIZE);
      err = bytes_error (key);
    }
  gcry_md_close (md);
  return err;
}

static unsigned char
lower (unsigned char c)
{
  return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* Order of two header names without regard to case.  */
static int
compare_names (struct span a, struct span b)
{
  size_t i;

  for (i = 0; i < a.n && i < b.n; i++)
    if (lower (a.p[i]) != lower (b.p[i]))
      return lower (a.p[i]) < lower (b.p[i]) ? -1 : 1;
  return a.n < b.n ? -1 : a.n > b.n;
}

/* The headers' indices by name; equal names keep their order.  */
static void
sort_headers (const struct sigv4_request *request,
              size_t order[SIGV4_MAX_HEADERS])
{
  size_t i, j;

  for (i = 0; i < request->n_headers; i++)
    {
      for (j = i; j > 0
                  && compare_names (request->headers[i].name,
                                    request->headers[order[j - 1]].name)
                       < 0;
           j--)
        order[j] = order[j - 1];
      order[j] = i;
    }
}

static bool
is_space (unsigned char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Trimmed, and each run of white space as one blank.  */
static void
add_value (struct bytes *out, struct span value)
{
  bool gap = false;
  bool begun = false;
  size_t i;

  for (i = 0; i < value.n; i++)
    if (is_space (value.p[i]))
      gap = begun;
    else
      {
        if (gap)
          bytes_add_byte (out, ' ');
        bytes_add_byte (out, value.p[i]);
        gap = false;
        begun = true;
      }
}

static void
add_name (struct bytes *out, struct span name)
{
  size_t i;

  for (i = 0; i < name.n; i++)
    bytes_add_byte (out, lower (name.p[i]));
}

/* "name:value\n" each; the values of one name are joined by commas.  */
static void
add_headers (struct bytes *out, const struct sigv4_request *request,
             const size_t *order)
{
  size_t i;

  for (i = 0; i < request->n_headers; i++)
    {
      const struct sigv4_header *header = &request->headers[order[i]];

      if (i
          && !compare_names (header->name,
                             request->headers[order[i - 1]].name))
        bytes_add_byte (out, ',');
      else
        {
          if (i)
            bytes_add_byte (out, '\n');
          add_name (out, header->name);
          bytes_add_byte (out, ':');
        }
      add_value (out, header->value);
    }
  bytes_add_byte (out, '\n');
}

/* "a;b;c", each name once.  */
static void
add_signed_names (struct bytes *out, const struct sigv4_request *request,
                  const size_t *order)
{
  size_t i;

  for (i = 0; i < request->n_headers; i++)
    {
      struct span name = request->headers[order[i]].name;

      if (i && !compare_names (name, request->headers[order[i - 1]].name))
        continue;
      if (i)
        bytes_add_byte (out, ';');
      add_name (out, name);
    }
}

/* Drop the last "/segment".  */
static void
cut_segment (struct bytes *path)
{
  size_t n = path->n;

  while (n && path->p[n - 1] != '/')
    n--;
  bytes_cut (path, n ? n - 1 : 0);
}

/* PATH without dot segments (RFC 3986 section 5.2.4) and empty ones, into
 * OUT, which is empty.  */
static void
normalize (struct bytes *out, struct span path)
{
  bool named = false; /* The last segment was a name.  */
  size_t i, n;

  for (i = 0; i < path.n; i += n + 1)
    {
      for (n = 0; i + n < path.n && path.p[i + n] != '/'; n++)
        ;
      named = false;
      if (span_equal (span_of (path.p + i, n), span_text ("..")))
        cut_segment (out);
      else if (n && !span_equal (span_of (path.p + i, n), span_text (".")))
        {
          bytes_add_byte (out, '/');
          bytes_add (out, path.p + i, n);
          named = i + n == path.n;
        }
    }
  if (!named)
    bytes_add_byte (out, '/');
}

static void
add_path (struct bytes *out, const struct sigv4_request *request)
{
  struct bytes path = { 0 };

  if (request->normalize_path)
    normalize (&path, request->path);
  else if (request->path.n)
    bytes_add_span (&path, request->path);
  else
    bytes_add_byte (&path, '/');
  text_add_uri_escaped (out, bytes_span (&path), true);
  out->failed |= path.failed;
  bytes_drop (&path);
}

/* Escape what is not escaped yet.  */
static void
add_query_part (struct bytes *out, struct span part)
{
  size_t i;

  for (i = 0; i < part.n; i++)
    if (part.p[i] == '%')
      bytes_add_byte (out, '%');
    else
      text_add_uri_escaped (out, span_of (part.p + i, 1), false);
}

struct query_pair
{
  const char *name;
  const char *value;
};

static int
compare_pairs (const void *va, const void *vb)
{
  const struct query_pair *a = va;
  const struct query_pair *b = vb;
  int order = strcmp (a->name, b->name);

  return order ? order : strcmp (a->value, b->value);
}

/* Write the pairs as "name NUL value NUL" each; how many there are.  */
static size_t
split_query (struct bytes *out, struct span query)
{
  size_t pairs = 0;
  size_t i, n, name;

  for (i = 0; i < query.n; i += n + 1, pairs++)
    {
      for (n = 0; i + n < query.n && query.p[i + n] != '&'; n++)
        ;
      for (name = 0; name < n && query.p[i + name] != '='; name++)
        ;
      add_query_part (out, span_of (query.p + i, name));
      bytes_add_byte (out, 0);
      if (name < n)
        add_query_part (out, span_of (query.p + i + name + 1, n - name - 1));
      bytes_add_byte (out, 0);
    }
  return pairs;
}

/* Sorted by name and value, each escaped.  */
static gpg_error_t
add_query (struct bytes *out, struct span query)
{
  struct query_pair pairs[SIGV4_MAX_PAIRS];
  struct bytes parts = { 0 };
  size_t n = split_query (&parts, query);
  gpg_error_t err = bytes_error (&parts);
  const char *at = bytes_text (&parts);
  size_t i;

  if (!err && n > DIM (pairs))
    err = gpg_error (GPG_ERR_TOO_MANY);
  if (err)
    goto leave;
  for (i = 0; i < n; i++)
    {
      pairs[i].name = at;
      pairs[i].value = at + strlen (at) + 1;
      at = pairs[i].value + strlen (pairs[i].value) + 1;
    }
  qsort (pairs, n, sizeof *pairs, compare_pairs);
  for (i = 0; i < n; i++)
    bytes_add_fmt (out, "%s%s=%s", i ? "&" : "", pairs[i].name,
                   pairs[i].value);

leave:
  bytes_drop (&parts);
  return err;
}

gpg_error_t
sigv4_canonical (const struct sigv4_request *request,
                 struct bytes *r_canonical)
{
  size_t order[SIGV4_MAX_HEADERS];
  gpg_error_t err;

  sort_headers (request, order);
  bytes_add_span (r_canonical, request->method);
  bytes_add_byte (r_canonical, '\n');
  add_path (r_canonical, request);
  bytes_add_byte (r_canonical, '\n');
  err = add_query (r_canonical, request->query);
  if (err)
    return err;
  bytes_add_byte (r_canonical, '\n');
  add_headers (r_canonical, request, order);
  bytes_add_byte (r_canonical, '\n');
  add_signed_names (r_canonical, request, order);
  bytes_add_byte (r_canonical, '\n');
  add_sha256 (r_canonical, request->body);
  return bytes_error (r_canonical);
}

/* "YYYYMMDD" of the request's time.  */
static void
add_day (struct bytes *out, const struct sigv4_request *request)
{
  size_t start = out->n;

  text_add_basic_time (out, request->time);
  if (!out->failed)
    bytes_cut (out, start + 8);
}

static void
add_scope (struct bytes *out, const struct sigv4_request *request)
{
  add_day (out, request);
  bytes_add_fmt (out, "/%s/%s/aws4_request", request->region,
                 request->service);
}

gpg_error_t
sigv4_string_to_sign (const struct sigv4_request *request,
                      struct span canonical, struct bytes *r_string)
{
  bytes_add_str (r_string, "AWS4-HMAC-SHA256\n");
  text_add_basic_time (r_string, request->time);
  bytes_add_byte (r_string, '\n');
  add_scope (r_string, request);
  bytes_add_byte (r_string, '\n');
  add_sha256 (r_string, canonical);
  return bytes_error (r_string);
}

gpg_error_t
sigv4_signature (const struct sigv4_request *request, struct span secret_key,
                 struct span string, struct bytes *r_signature)
{
  struct bytes key = BYTES_SECRET;
  struct bytes day = { 0 };
  gpg_error_t err;

  add_day (&day, request);
  bytes_add_str (&key, "AWS4");
  bytes_add_span (&key, secret_key);
  err = bytes_error (&day);
  if (!err)
    err = bytes_error (&key);
  if (!err)
    {
      struct span steps[]
        = { bytes_span (&day), span_text (request->region),
            span_text (request->service), span_text ("aws4_request"), string };
      size_t i;

      for (i = 0; !err && i < DIM (steps); i++)
        err = hmac_into (&key, steps[i]);
    }
  if (!err)
    {
      text_add_hex (r_signature, bytes_span (&key));
      err = bytes_error (r_signature);
    }
  bytes_drop (&key);
  bytes_drop (&day);
  return err;
}

gpg_error_t
sigv4_authorization (const struct sigv4_request *request,
                     const struct aws_credentials *creds,
                     struct bytes *r_value)
{
  size_t order[SIGV4_MAX_HEADERS];
  struct bytes canonical = BYTES_SECRET; /* The token stands in it.  */
  struct bytes string = { 0 };
  gpg_error_t err;

  err = sigv4_canonical (request, &canonical);
  if (!err)
    err = sigv4_string_to_sign (request, bytes_span (&canonical), &string);
  if (err)
    goto leave;
  sort_headers (request, order);
  bytes_add_fmt (r_value, "AWS4-HMAC-SHA256 Credential=%s/",
                 bytes_text (&creds->access_key_id));
  add_scope (r_value, request);
  bytes_add_str (r_value, ", SignedHeaders=");
  add_signed_names (r_value, request, order);
  bytes_add_str (r_value, ", Signature=");
  err = sigv4_signature (request, bytes_span (&creds->secret_key),
                         bytes_span (&string), r_value);

leave:
  bytes_drop (&canonical);
  bytes_drop (&string);
  return err;
}

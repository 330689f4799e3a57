/* SPDX-License-Identifier: GPL-3.0-or-later
 * JSON: typed getters for answers and a builder for flat requests.  */

#include "config.h"

#include "base/json.h"

#include "base/text.h"

#include <inttypes.h>
#include <json.h>
#include <limits.h>
#include <math.h>
#include <string.h>

/* No answer of AWS nests deeper than five levels.  */
#define MAX_DEPTH 16

/* struct json is json-c's node by another name: no one else sees it.  */
static struct json_object *
node_of (const struct json *j)
{
  return (struct json_object *)j;
}

static struct json_object *
find (const struct json *obj, const char *name, enum json_type type)
{
  struct json_object *value;

  if (!obj || !json_object_is_type (node_of (obj), json_type_object)
      || !json_object_object_get_ex (node_of (obj), name, &value)
      || !json_object_is_type (value, type))
    return NULL;
  return value;
}

gpg_error_t
json_parse (struct span text, struct json **r_doc)
{
  gpg_error_t err = gpg_error (GPG_ERR_BAD_DATA);
  struct json_tokener *tok;
  struct json_object *doc = NULL;

  if (!text.n || text.n > INT_MAX)
    return err;
  tok = json_tokener_new_ex (MAX_DEPTH);
  if (!tok)
    return gpg_error (GPG_ERR_ENOMEM);
  /* Not strict: json-c 0.18 refuses all but ASCII then.  */
  json_tokener_set_flags (tok, JSON_TOKENER_VALIDATE_UTF8);
  doc = json_tokener_parse_ex (tok, (const char *)text.p, (int)text.n);
  if (doc && json_tokener_get_error (tok) == json_tokener_success
      && json_object_is_type (doc, json_type_object)
      && json_tokener_get_parse_end (tok) == text.n)
    {
      *r_doc = (struct json *)doc;
      doc = NULL;
      err = 0;
    }
  json_object_put (doc);
  json_tokener_free (tok);
  return err;
}

void
json_free (struct json *doc)
{
  json_object_put (node_of (doc));
}

static const char *
string_of (struct json_object *value)
{
  const char *s;

  if (!value || !json_object_is_type (value, json_type_string))
    return NULL;
  s = json_object_get_string (value);
  return strlen (s) == (size_t)json_object_get_string_len (value) ? s : NULL;
}

const char *
json_string (const struct json *obj, const char *name)
{
  return string_of (find (obj, name, json_type_string));
}

bool
json_number (const struct json *obj, const char *name, double *r_value)
{
  struct json_object *value = find (obj, name, json_type_double);
  double number;

  if (!value)
    value = find (obj, name, json_type_int);
  if (!value)
    return false;
  number = json_object_get_double (value);
  /* json-c takes NaN, Infinity and 1e999, which no integer can hold.  */
  if (!isfinite (number))
    return false;
  *r_value = number;
  return true;
}

bool
json_flag (const struct json *obj, const char *name, bool *r_value)
{
  struct json_object *value = find (obj, name, json_type_boolean);

  if (!value)
    return false;
  *r_value = json_object_get_boolean (value);
  return true;
}

const struct json *
json_member (const struct json *obj, const char *name)
{
  return (const struct json *)find (obj, name, json_type_object);
}

size_t
json_count (const struct json *obj, const char *name)
{
  struct json_object *array = find (obj, name, json_type_array);

  return array ? json_object_array_length (array) : 0;
}

const char *
json_string_at (const struct json *obj, const char *name, size_t i)
{
  struct json_object *array = find (obj, name, json_type_array);

  return array ? string_of (json_object_array_get_idx (array, i)) : NULL;
}

gpg_error_t
json_base64 (const struct json *obj, const char *name, struct bytes *out)
{
  const char *s = json_string (obj, name);

  return s ? text_unbase64 (out, span_text (s)) : gpg_error (GPG_ERR_NO_DATA);
}

gpg_error_t
json_take_secret (struct json *obj, const char *name, struct bytes *out)
{
  struct json_object *value = find (obj, name, json_type_string);
  const char *s = string_of (value);
  size_t n;

  if (!s)
    return gpg_error (GPG_ERR_NO_DATA);
  n = strlen (s);
  bytes_add (out, s, n);
  /* json-c hands out its own buffer: this wipes the document's copy.  */
  explicit_bzero ((char *)s, n);
  return bytes_error (out);
}

void
json_open (struct bytes *out)
{
  bytes_add_byte (out, '{');
}

void
json_close (struct bytes *out)
{
  bytes_add_byte (out, '}');
}

static void
add_quoted (struct bytes *out, const char *s)
{
  bytes_add_byte (out, '"');
  for (; *s; s++)
    {
      unsigned char c = (unsigned char)*s;

      if (c < 0x20)
        bytes_add_fmt (out, "\\u%04x", c);
      else
        {
          if (c == '"' || c == '\\')
            bytes_add_byte (out, '\\');
          bytes_add_byte (out, c);
        }
    }
  bytes_add_byte (out, '"');
}

static void
add_name (struct bytes *out, const char *name)
{
  if (out->n && out->p[out->n - 1] != '{')
    bytes_add_byte (out, ',');
  add_quoted (out, name);
  bytes_add_byte (out, ':');
}

void
json_add_string (struct bytes *out, const char *name, const char *value)
{
  add_name (out, name);
  add_quoted (out, value);
}

void
json_add_base64 (struct bytes *out, const char *name, struct span value)
{
  add_name (out, name);
  bytes_add_byte (out, '"');
  text_add_base64 (out, value);
  bytes_add_byte (out, '"');
}

void
json_add_number (struct bytes *out, const char *name, int64_t value)
{
  add_name (out, name);
  bytes_add_fmt (out, "%" PRId64, value);
}

void
json_add_flag (struct bytes *out, const char *name, bool value)
{
  add_name (out, name);
  bytes_add_str (out, value ? "true" : "false");
}

void
json_add_null (struct bytes *out, const char *name)
{
  add_name (out, name);
  bytes_add_str (out, "null");
}

void
json_add_raw (struct bytes *out, const char *name, struct span value)
{
  add_name (out, name);
  bytes_add_span (out, value);
}

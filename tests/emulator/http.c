/* SPDX-License-Identifier: GPL-3.0-or-later
 * One HTTP request as it came in and its reply, free of any library.  */

#include "config.h"

#include "tests/emulator/http.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *
http_header_at (const struct http_request *request, const char *name, size_t n)
{
  size_t i;

  for (i = 0; i < request->n_headers; i++)
    if (!strcasecmp (request->headers[i].name, name) && !n--)
      return request->headers[i].value;
  return NULL;
}

size_t
http_header_count (const struct http_request *request, const char *name)
{
  size_t n = 0;

  while (http_header_at (request, name, n))
    n++;
  return n;
}

bool
http_has_type (const struct http_request *request, const char *type)
{
  const char *value = http_header_at (request, "Content-Type", 0);
  size_t n = strlen (type);

  if (!value || strncasecmp (value, type, n))
    return false;
  value += n;
  value += strspn (value, " \t");
  return !*value || *value == ';';
}

void
http_reply_number (struct http_reply *reply)
{
  struct bytes random = { 0 };
  struct bytes hex = { 0 };

  bytes_add_random (&random, 16);
  text_add_hex (&hex, bytes_span (&random));
  if (hex.n == 32)
    {
      const char *s = bytes_text (&hex);
      char *at = reply->request_id;
      size_t i;

      for (i = 0; i < 32; i++)
        {
          if (i == 8 || i == 12 || i == 16 || i == 20)
            *at++ = '-';
          *at++ = s[i];
        }
      *at = 0;
    }
  bytes_drop (&random);
  bytes_drop (&hex);
}

void
http_reply_text (struct http_reply *reply, unsigned int status,
                 const char *content_type, const char *text)
{
  reply->status = status;
  reply->content_type = content_type;
  bytes_clear (&reply->body);
  bytes_add_str (&reply->body, text);
}

/* Undo '+' and %XX.  NULL: not decodable, or a NUL came out.  */
static char *
decode (const unsigned char *p, size_t n)
{
  struct bytes out = { 0 };
  char *s = NULL;
  bool good = true;
  size_t i;

  for (i = 0; good && i < n; i++)
    {
      if (p[i] == '+')
        bytes_add_byte (&out, ' ');
      else if (p[i] != '%')
        bytes_add_byte (&out, p[i]);
      else if (n - i > 2)
        {
          good = !text_unhex (&out, span_of (p + i + 1, 2));
          i += 2;
        }
      else
        good = false;
    }
  if (good && !out.failed && !bytes_has_nul (&out))
    s = text_copy (bytes_text (&out), out.n);
  bytes_drop (&out);
  return s;
}

static gpg_error_t
add_field (struct form *form, const unsigned char *p, size_t n)
{
  const unsigned char *equals = n ? memchr (p, '=', n) : NULL;
  size_t name = equals ? (size_t)(equals - p) : n;
  struct form_field *field = form->fields + form->n;

  if (!n)
    return 0;
  if (form->n == DIM (form->fields))
    return gpg_error (GPG_ERR_INV_VALUE);
  field->name = decode (p, name);
  field->value = equals ? decode (equals + 1, n - name - 1) : strdup ("");
  form->n++;
  return field->name && field->value ? 0 : gpg_error (GPG_ERR_INV_VALUE);
}

gpg_error_t
form_parse (struct span text, struct form *form)
{
  gpg_error_t err = 0;

  memset (form, 0, sizeof *form);
  while (!err && text.n)
    {
      const unsigned char *end = memchr (text.p, '&', text.n);
      size_t n = end ? (size_t)(end - text.p) : text.n;

      err = add_field (form, text.p, n);
      n += end ? 1 : 0;
      text = span_of (text.p + n, text.n - n);
    }
  return err;
}

void
form_drop (struct form *form)
{
  size_t i;

  for (i = 0; i < form->n; i++)
    {
      free (form->fields[i].name);
      free (form->fields[i].value);
    }
  memset (form, 0, sizeof *form);
}

const char *
form_get (const struct form *form, const char *name)
{
  size_t i;

  for (i = 0; i < form->n; i++)
    if (form->fields[i].name && form->fields[i].value
        && !strcmp (form->fields[i].name, name))
      return form->fields[i].value;
  return NULL;
}

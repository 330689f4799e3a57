/* SPDX-License-Identifier: GPL-3.0-or-later
 * OpenID Connect tokens, as far as STS looks at them.  */

#include "config.h"

#include "tests/emulator/web-identity.h"

#include "base/json.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

/* RFC 4648 section 5 without padding.  */
static gpg_error_t
unbase64url (struct bytes *out, struct span in)
{
  struct bytes text = { 0 };
  gpg_error_t err;
  size_t i;

  for (i = 0; i < in.n; i++)
    {
      unsigned char c = in.p[i];

      if (c == '+' || c == '/' || c == '=')
        c = 0; /* No digit of this alphabet, nor of the other.  */
      bytes_add_byte (&text, c == '-' ? '+' : c == '_' ? '/' : c);
    }
  while (text.n % 4)
    bytes_add_byte (&text, '=');
  err = bytes_error (&text);
  if (!err)
    err = text_unbase64 (out, bytes_span (&text));
  bytes_drop (&text);
  return err;
}

/* One part of the token, up to a dot or the end; TOKEN moves behind it.  */
static struct span
take_part (const char **token)
{
  size_t n = strcspn (*token, ".");
  struct span part = span_of (*token, n);

  *token += n + ((*token)[n] ? 1 : 0);
  return part;
}

static gpg_error_t
parse_part (struct span part, struct json **r_doc)
{
  struct bytes text = { 0 };
  gpg_error_t err = unbase64url (&text, part);

  if (!err)
    err = json_parse (bytes_span (&text), r_doc);
  bytes_drop (&text);
  return err;
}

/* The payload, if all three parts have the shape of a JWT's.  */
static struct json *
parse_token (const char *token)
{
  struct span header = take_part (&token);
  struct span payload = take_part (&token);
  struct span signature = take_part (&token);
  struct bytes raw = { 0 };
  struct json *head = NULL;
  struct json *body = NULL;

  if (*token || !header.n || !payload.n || !signature.n
      || parse_part (header, &head) || !json_string (head, "alg")
      || unbase64url (&raw, signature))
    goto leave;
  if (parse_part (payload, &body))
    body = NULL;

leave:
  json_free (head);
  bytes_drop (&raw);
  return body;
}

static void
add_claim (struct bytes *out, const struct json *payload, const char *name)
{
  const char *value = json_string (payload, name);

  /* An audience may be a list.  */
  if (!value)
    value = json_string_at (payload, name, 0);
  if (value)
    bytes_add_str (out, value);
}

bool
web_identity_read (const char *token, int64_t now,
                   struct web_identity *r_identity, const char **r_code,
                   struct bytes *r_message)
{
  struct json *payload = parse_token (token);
  double expires;
  bool good = false;

  *r_code = "InvalidIdentityToken";
  if (!payload)
    bytes_add_str (r_message,
                   "The ID Token provided is not a valid JWT. (You may see"
                   " this error if you sent an Access Token)");
  else if (!json_number (payload, "exp", &expires))
    bytes_add_str (r_message, "Missing a required claim: exp");
  else if (expires <= (double)now)
    {
      *r_code = "ExpiredTokenException";
      bytes_add_fmt (r_message,
                     "Token expired: current date/time %" PRId64
                     " must be before the expiration date/time %.0f",
                     now, expires);
    }
  else
    good = true;
  if (good)
    {
      add_claim (&r_identity->subject, payload, "sub");
      add_claim (&r_identity->audience, payload, "aud");
      add_claim (&r_identity->issuer, payload, "iss");
    }
  json_free (payload);
  return good;
}

void
web_identity_drop (struct web_identity *identity)
{
  bytes_drop (&identity->subject);
  bytes_drop (&identity->audience);
  bytes_drop (&identity->issuer);
}

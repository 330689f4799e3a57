/* SPDX-License-Identifier: GPL-3.0-or-later
 * The check of a request's AWS Signature Version 4: who signed it, for
 * whom and when; the computation stands in sigv4-canonical.c.  */

#include "config.h"

#include "tests/emulator/sigv4-check.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ALGORITHM "AWS4-HMAC-SHA256"

/* The Authorization header taken apart; views into it.  */
struct authorization
{
  struct span algorithm;
  struct span credential;
  struct span signed_headers;
  struct span signature;
  struct span scope[5]; /* Key id, date, region, service, terminator.  */
};

/* One check in the making.  */
struct check
{
  struct emulator *emu;
  const struct http_request *request;
  const struct auth_dialect *dialect;
  struct authorization auth;
  const char *time; /* X-Amz-Date */
  struct auth_refusal *refusal;
};

/* Refuse, with the message that is already there or, if there is none,
 * with TEXT.  */
static bool
refuse (struct check *check, enum auth_fault fault, const char *text)
{
  check->refusal->error = check->dialect->errors + fault;
  if (!check->refusal->message.n)
    bytes_add_str (&check->refusal->message, text);
  return false;
}

static bool
span_is (struct span s, const char *text)
{
  return span_equal (s, span_text (text));
}

static struct span
trimmed (const char *p, size_t n)
{
  while (n && (*p == ' ' || *p == '\t'))
    {
      p++;
      n--;
    }
  while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
    n--;
  return span_of (p, n);
}

/* "Name=value" into the field of that name.  False: another name, no
 * value, or one for the second time.  */
static bool
take_parameter (struct authorization *auth, struct span pair)
{
  const struct
  {
    const char *name;
    struct span *value;
  } fields[] = { { "Credential=", &auth->credential },
                 { "SignedHeaders=", &auth->signed_headers },
                 { "Signature=", &auth->signature } };
  size_t i;

  for (i = 0; i < DIM (fields); i++)
    {
      size_t n = strlen (fields[i].name);

      if (pair.n < n || memcmp (pair.p, fields[i].name, n))
        continue;
      if (fields[i].value->n)
        return false;
      *fields[i].value = span_of (pair.p + n, pair.n - n);
      return fields[i].value->n;
    }
  return false;
}

static bool
parse_parameters (struct authorization *auth, const char *s)
{
  for (;;)
    {
      size_t n = strcspn (s, ",");

      if (!take_parameter (auth, trimmed (s, n)))
        return false;
      if (!s[n])
        return true;
      s += n + 1;
    }
}

/* The header must be there once and name all it has to.  */
static bool
check_form (struct check *check)
{
  const struct http_request *request = check->request;
  const char *value = http_header_at (request, "Authorization", 0);
  size_t n;

  if (!value || !text_starts (value, "AWS4-"))
    return refuse (check, AUTH_MISSING,
                   "Request is missing Authentication Token");
  if (http_header_count (request, "Authorization") > 1
      || http_header_count (request, "X-Amz-Date") > 1
      || http_header_count (request, "X-Amz-Security-Token") > 1)
    return refuse (check, AUTH_INCOMPLETE,
                   "A header of the signature stands there twice.");
  n = strcspn (value, " ");
  check->auth.algorithm = span_of (value, n);
  if (!value[n] || !parse_parameters (&check->auth, value + n + 1))
    return refuse (check, AUTH_INCOMPLETE,
                   "Not a valid key=value pair in Authorization header.");
  if (!check->auth.credential.n || !check->auth.signed_headers.n
      || !check->auth.signature.n)
    return refuse (check, AUTH_INCOMPLETE,
                   "Authorization header requires 'Credential', 'Signature'"
                   " and 'SignedHeaders' parameters.");
  check->time = http_header_at (request, "X-Amz-Date", 0);
  if (!check->time)
    return refuse (check, AUTH_INCOMPLETE,
                   "Authorization header requires existence of either a"
                   " 'X-Amz-Date' or a 'Date' header.");
  return true;
}

/* "Signature expired: TIME is now earlier than LIMIT (NOW - 5 min.)"  */
static void
add_skew (struct bytes *out, const char *complaint, const char *time,
          const char *relation, int64_t limit, int64_t now)
{
  int64_t minutes = (now - limit) / 60;

  bytes_add_fmt (out, "%s: %s is %s than ", complaint, time, relation);
  text_add_basic_time (out, limit);
  bytes_add_str (out, " (");
  text_add_basic_time (out, now);
  bytes_add_fmt (out, " %c %d min.)", minutes < 0 ? '+' : '-',
                 abs ((int)minutes));
}

static bool
check_time (struct check *check)
{
  struct bytes *message = &check->refusal->message;
  int64_t now = emulator_now (check->emu);
  int64_t margin = 60 * (int64_t)check->dialect->minutes;
  int64_t signed_at;

  if (strlen (check->time) != 16 || check->time[15] != 'Z'
      || text_time (check->time, &signed_at))
    {
      bytes_add_fmt (message,
                     "Date must be in ISO-8601 'basic format'. Got '%s'."
                     " See http://en.wikipedia.org/wiki/ISO_8601",
                     check->time);
      return refuse (check, AUTH_INCOMPLETE, "");
    }
  if (signed_at < now - margin)
    add_skew (message, "Signature expired", check->time, "now earlier",
              now - margin, now);
  else if (signed_at > now + margin)
    add_skew (message, "Signature not yet current", check->time, "still later",
              now + margin, now);
  else
    return true;
  return refuse (check, AUTH_SIGNATURE, "");
}

/* True if NAME is among the names of a list such as "host;x-amz-date".  */
static bool
is_listed (struct span list, const char *name)
{
  while (list.n)
    {
      const unsigned char *end = memchr (list.p, ';', list.n);
      size_t n = end ? (size_t)(end - list.p) : list.n;

      if (n == strlen (name) && !strncasecmp ((const char *)list.p, name, n))
        return true;
      n += end ? 1 : 0;
      list = span_of (list.p + n, list.n - n);
    }
  return false;
}

/* Host, Content-Type and all X-Amz- headers that are there.  */
static bool
check_headers (struct check *check)
{
  const struct http_request *request = check->request;
  size_t i;

  if (!is_listed (check->auth.signed_headers, "host"))
    return refuse (check, AUTH_SIGNATURE,
                   "'Host' or ':authority' must be a 'SignedHeader' in the"
                   " AWS Authorization.");
  for (i = 0; i < request->n_headers; i++)
    {
      const char *name = request->headers[i].name;

      if (strncasecmp (name, "x-amz-", 6) && strcasecmp (name, "content-type"))
        continue;
      if (is_listed (check->auth.signed_headers, name))
        continue;
      bytes_add_fmt (&check->refusal->message,
                     "'%s' must be a 'SignedHeader' in the AWS"
                     " Authorization.",
                     name);
      return refuse (check, AUTH_SIGNATURE, "");
    }
  return true;
}

/* Five elements; the key id is whatever stands before the first slash.  */
static bool
split_credential (struct authorization *auth)
{
  struct span rest = auth->credential;
  size_t i;

  for (i = 0; i < DIM (auth->scope); i++)
    {
      const unsigned char *end = rest.n ? memchr (rest.p, '/', rest.n) : NULL;
      size_t n = end ? (size_t)(end - rest.p) : rest.n;

      if (!n || !end != (i == DIM (auth->scope) - 1))
        return false;
      auth->scope[i] = span_of (rest.p, n);
      n += end ? 1 : 0;
      rest = span_of (rest.p + n, rest.n - n);
    }
  return true;
}

static bool
check_scope (struct check *check)
{
  struct authorization *auth = &check->auth;
  struct bytes *message = &check->refusal->message;

  if (!span_is (auth->algorithm, ALGORITHM))
    return refuse (check, AUTH_INCOMPLETE,
                   "Unsupported AWS 'algorithm' (only " ALGORITHM
                   " for now). ");
  if (!split_credential (auth))
    return refuse (check, AUTH_INCOMPLETE,
                   "Credential must have exactly 5 slash-delimited elements,"
                   " e.g. keyid/date/region/service/term.");
  if (!span_is (auth->scope[2], check->emu->region))
    bytes_add_str (message, "Credential should be scoped to a valid region. ");
  if (!span_is (auth->scope[3], check->dialect->service))
    bytes_add_fmt (message,
                   "Credential should be scoped to correct service: '%s'. ",
                   check->dialect->service);
  if (!span_is (auth->scope[4], "aws4_request"))
    bytes_add_str (message, "Credential should be scoped with a valid"
                            " terminator: 'aws4_request'. ");
  if (!span_equal (auth->scope[1], span_of (check->time, 8)))
    bytes_add_fmt (message,
                   "Date in Credential scope does not match YYYYMMDD from"
                   " ISO-8601 version of date from HTTP: '%s'. ",
                   check->time);
  return message->n ? refuse (check, AUTH_SIGNATURE, "") : true;
}

/* Recompute the signature with the secret that we know.  */
static bool
check_value (struct check *check, const struct caller *caller)
{
  struct authorization *auth = &check->auth;
  size_t before = (size_t)(auth->scope[1].p - auth->credential.p);
  struct bytes canonical = { 0 };
  struct bytes hex = { 0 };
  gpg_error_t err;
  bool good;

  err
    = sigv4_check_canonical (check->request, auth->signed_headers, &canonical);
  if (!err)
    err = sigv4_check_signature (
      bytes_span (&canonical), check->time,
      span_of (auth->credential.p + before, auth->credential.n - before),
      bytes_span (&caller->secret_key), &hex);
  good = !err && span_equal (bytes_span (&hex), auth->signature);
  bytes_drop (&canonical);
  bytes_drop (&hex);
  if (good)
    return true;
  return refuse (check, AUTH_SIGNATURE,
                 "The request signature we calculated does not match the"
                 " signature you provided. Check your AWS Secret Access Key"
                 " and signing method. Consult the service documentation for"
                 " details.");
}

bool
sigv4_check (struct emulator *emu, const struct http_request *request,
             const struct auth_dialect *dialect, struct caller *r_caller,
             struct auth_refusal *r_refusal)
{
  struct check check = {
    .emu = emu, .request = request, .dialect = dialect, .refusal = r_refusal
  };

  if (!check_form (&check) || !check_time (&check) || !check_headers (&check)
      || !check_scope (&check))
    return false;
  if (!callers_find (&emu->callers, check.auth.scope[0],
                     http_header_at (request, "X-Amz-Security-Token", 0),
                     emulator_now (emu), r_caller))
    return refuse (&check, AUTH_UNKNOWN,
                   "The security token included in the request is invalid.");
  if (!check_value (&check, r_caller))
    return false;
  if (r_caller->expired)
    return refuse (&check, AUTH_EXPIRED,
                   "The security token included in the request is expired");
  return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Credentials from STS for a web identity token
 * (AssumeRoleWithWebIdentity).  */

#include "config.h"

#include "aws/providers.h"

#include "aws/endpoint.h"
#include "aws/environment.h"
#include "aws/request.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "net/retry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Limits of the STS API.  */
#define MAX_TOKEN 20000
#define MAX_SESSION_NAME 64

#define MAX_ATTEMPTS 3

struct web_identity
{
  struct creds_provider provider;
  struct http *http;
  struct bytes region_hint; /* Empty: none.  */
  struct retry_bucket *bucket;
};

/* One fetch.  */
struct assumption
{
  struct web_identity *self;
  const char *role;
  struct endpoint endpoint;
  struct bytes form; /* secret */
};

/* clang-format off */
static const struct sts_error
{
  const char *name;
  gpg_err_code_t code;
  enum retry_class retry;
  const char *why; /* NULL: the service's own words.  */
} sts_errors[] = {
  { "AccessDenied", GPG_ERR_FORBIDDEN, RETRY_NEVER,
    "trust policy refuses this token" },
  { "InvalidIdentityToken", GPG_ERR_BAD_AUTH, RETRY_NEVER, NULL },
  { "IDPRejectedClaim", GPG_ERR_BAD_AUTH, RETRY_NEVER, NULL },
  { "ExpiredTokenException", GPG_ERR_BAD_AUTH, RETRY_NEVER,
    "the web identity token has expired" },
  { "ExpiredToken", GPG_ERR_BAD_AUTH, RETRY_NEVER,
    "the web identity token has expired" },
  { "IDPCommunicationError", GPG_ERR_SERVER_FAILED, RETRY_TRANSIENT, NULL },
  { "Throttling", GPG_ERR_LIMIT_REACHED, RETRY_THROTTLED, NULL },
  { "ThrottlingException", GPG_ERR_LIMIT_REACHED, RETRY_THROTTLED, NULL },
  { "", GPG_ERR_SERVER_FAILED, RETRY_NEVER, NULL }, /* Any other.  */
};
/* clang-format on */

/* What stands between <TAG> and </TAG>, the first such pair in IN.  */
static bool
find_element (struct span in, const char *tag, struct span *r_inner)
{
  char mark[40];
  const unsigned char *start, *end;
  int n;

  n = snprintf (mark, sizeof mark, "<%s>", tag);
  start = in.n ? memmem (in.p, in.n, mark, (size_t)n) : NULL;
  if (!start)
    return false;
  start += n;
  n = snprintf (mark, sizeof mark, "</%s>", tag);
  end = memmem (start, in.n - (size_t)(start - in.p), mark, (size_t)n);
  if (!end)
    return false;
  *r_inner = span_of (start, (size_t)(end - start));
  return true;
}

/* The character that ENTITY (without '&' and ';') stands for, or 0.  The
 * answers we read are ASCII.  */
static unsigned char
entity_value (struct span entity)
{
  /* clang-format off */
  static const struct { const char *name; unsigned char c; } named[] = {
    { "amp", '&' }, { "lt", '<' }, { "gt", '>' },
    { "quot", '"' }, { "apos", '\'' },
  };
  /* clang-format on */
  char text[8];
  unsigned long value;
  char *end;
  size_t i;

  for (i = 0; i < DIM (named); i++)
    if (span_equal (entity, span_text (named[i].name)))
      return named[i].c;
  if (entity.n < 2 || entity.n >= sizeof text || entity.p[0] != '#')
    return 0;
  memcpy (text, entity.p + 1, entity.n - 1);
  text[entity.n - 1] = 0;
  value
    = text[0] == 'x' ? strtoul (text + 1, &end, 16) : strtoul (text, &end, 10);
  return !*end && value < 0x80 ? (unsigned char)value : 0;
}

/* Append the text of the element TAG in IN; false when there is none or it
 * is no text.  What was added stays in OUT's own kind of memory.  */
static bool
add_element (struct span in, const char *tag, struct bytes *out)
{
  struct span text;
  size_t i, n;

  if (!find_element (in, tag, &text))
    return false;
  for (i = 0; i < text.n; i++)
    {
      unsigned char c = text.p[i];

      if (c == '<')
        return false;
      if (c == '&')
        {
          for (n = 0; i + 1 + n < text.n && text.p[i + 1 + n] != ';'; n++)
            ;
          c = entity_value (span_of (text.p + i + 1, n));
          i += n + 1;
        }
      if (!c)
        return false;
      bytes_add_byte (out, c);
    }
  return !out->failed;
}

static gpg_error_t
read_credentials (struct call *call, const struct http_reply *reply,
                  struct aws_credentials *r_creds)
{
  struct bytes expiry = { 0 };
  struct span in;
  gpg_error_t err = 0;

  if (!find_element (bytes_span (&reply->body), "Credentials", &in)
      || !add_element (in, "AccessKeyId", &r_creds->access_key_id)
      || !add_element (in, "SecretAccessKey", &r_creds->secret_key)
      || !add_element (in, "SessionToken", &r_creds->token)
      || !add_element (in, "Expiration", &expiry) || !r_creds->access_key_id.n
      || !r_creds->secret_key.n || !r_creds->token.n
      || text_time (bytes_text (&expiry), &r_creds->expires))
    {
      err = aws_credentials_error (r_creds);
      if (!err)
        err = because (call, GPG_ERR_INV_RESPONSE,
                       "STS: no credentials in its answer");
    }
  bytes_drop (&expiry);
  return err;
}

/* The role's name without the rest of its ARN, which leaves no room for
 * anything else in a reason.  */
static const char *
short_role (const char *role)
{
  const char *name = strstr (role, ":role/");

  return name ? name + strlen (":role/") : role;
}

/* Turn a refusal into error, reason and retry class.  */
static gpg_error_t
read_error (struct call *call, const char *role,
            const struct http_reply *reply, enum retry_class *r_class)
{
  struct bytes name = { 0 };
  struct bytes message = { 0 };
  const struct sts_error *row = sts_errors;
  struct span in;
  gpg_error_t err;

  if (find_element (bytes_span (&reply->body), "Error", &in))
    {
      add_element (in, "Code", &name);
      add_element (in, "Message", &message);
    }
  while (*row->name && strcmp (row->name, bytes_text (&name)))
    row++;
  *r_class = row->retry;
  if (reply->status >= 500 && row->retry == RETRY_NEVER)
    *r_class = RETRY_TRANSIENT;
  if (row->why)
    err
      = because (call, row->code, "role %s: %s", short_role (role), row->why);
  else if (name.n)
    err = because (call, row->code, "STS: %s: %s", bytes_text (&name),
                   bytes_text (&message));
  else
    err = because (call, row->code, "STS: HTTP status %d", reply->status);
  bytes_drop (&name);
  bytes_drop (&message);
  return err;
}

/* AWS_ROLE_SESSION_NAME or one of our own, in the characters and the length
 * that STS takes: it shows up in CloudTrail.  */
static void
add_session_name (struct bytes *out, struct call *call)
{
  const char *configured = aws_env ("AWS_ROLE_SESSION_NAME");
  struct bytes name = { 0 };
  size_t i;

  if (configured)
    bytes_add_str (&name, configured);
  else
    bytes_add_fmt (&name, "kms-scdaemon-%" PRId64, call_now (call));
  bytes_cut (&name, MAX_SESSION_NAME);
  for (i = 0; i < name.n; i++)
    if (!strchr ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                 "0123456789_+=,.@-",
                 name.p[i]))
      name.p[i] = '-';
  text_add_uri_escaped (out, bytes_span (&name), false);
  out->failed |= name.failed;
  bytes_drop (&name);
}

/* The file is read anew each time: whoever issues tokens replaces them.  */
static gpg_error_t
read_token (struct call *call, const char *file, struct bytes *token)
{
  gpg_error_t err = file_read (file, MAX_TOKEN, token);

  if (err)
    return because (call, GPG_ERR_BAD_AUTH, "web identity token %s: %s", file,
                    gpg_strerror (err));
  while (token->n && strchr (" \t\r\n", token->p[token->n - 1]))
    bytes_cut (token, token->n - 1);
  if (!token->n)
    return because (call, GPG_ERR_BAD_AUTH, "web identity token %s: empty",
                    file);
  return 0;
}

static gpg_error_t
build_form (struct call *call, const char *role, const char *file,
            struct bytes *form)
{
  struct bytes token = BYTES_SECRET;
  gpg_error_t err = read_token (call, file, &token);

  if (err)
    goto leave;
  bytes_add_str (form, "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
                       "&RoleArn=");
  text_add_uri_escaped (form, span_text (role), false);
  bytes_add_str (form, "&RoleSessionName=");
  add_session_name (form, call);
  bytes_add_str (form, "&WebIdentityToken=");
  text_add_uri_escaped (form, bytes_span (&token), false);
  err = bytes_error (form);

leave:
  bytes_drop (&token);
  return err;
}

/* One attempt.  */
static gpg_error_t
ask_sts (const struct assumption *a, struct call *call,
         struct aws_credentials *r_creds, enum retry_class *r_class,
         unsigned int *r_hint)
{
  struct aws_request request = {
    .service = "sts",
    .endpoint = &a->endpoint,
    .content_type = "application/x-www-form-urlencoded",
    .body = bytes_span (&a->form),
    .secret_reply = true,
  };
  struct http_reply reply;
  gpg_error_t err;

  *r_class = RETRY_NEVER;
  err = aws_send (a->self->http, call, &request, &reply);
  if (err)
    *r_class = retry_class_of (err);
  else if (reply.status == 200)
    err = read_credentials (call, &reply, r_creds);
  else
    err = read_error (call, a->role, &reply, r_class);
  *r_hint = retry_hint (http_reply_header (&reply, "x-amz-retry-after"));
  http_reply_drop (&reply);
  return err;
}

/* Where STS is, for the environment's region, else the hint's.  */
static gpg_error_t
find_sts (const struct web_identity *self, struct call *call,
          struct endpoint *r_endpoint)
{
  bool hinted = self->region_hint.n && !aws_env ("AWS_REGION")
                && !aws_env ("AWS_DEFAULT_REGION");
  struct bytes region = { 0 };
  gpg_error_t err;

  err = endpoint_region (call, hinted ? bytes_text (&self->region_hint) : NULL,
                         NULL, &region);
  if (!err)
    err = endpoint_resolve (call, "sts", bytes_text (&region), NULL, NULL,
                            r_endpoint);
  bytes_drop (&region);
  return err;
}

static gpg_error_t
web_identity_fetch (struct creds_provider *provider, struct call *call,
                    struct aws_credentials *r_creds)
{
  struct web_identity *self = (struct web_identity *)provider;
  const char *file = aws_env ("AWS_WEB_IDENTITY_TOKEN_FILE");
  struct assumption a = { .self = self, .form = BYTES_SECRET };
  struct retry retry
    = { .bucket = self->bucket, .max_attempts = MAX_ATTEMPTS };
  enum retry_class failure;
  unsigned int hint;
  gpg_error_t err;

  a.role = aws_env ("AWS_ROLE_ARN");
  if (!file)
    return gpg_error (GPG_ERR_NOT_FOUND);
  if (!a.role)
    return because (call, GPG_ERR_CONFIGURATION,
                    "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN");
  err = find_sts (self, call, &a.endpoint);
  if (!err)
    err = build_form (call, a.role, file, &a.form);
  if (err)
    goto leave;
  do
    err = ask_sts (&a, call, r_creds, &failure, &hint);
  while (err && retry_again (&retry, call, failure, hint));
  if (!err)
    {
      retry_succeeded (&retry);
      log_trace (call, LOG_CREDS, "role %s assumed", a.role);
    }

leave:
  endpoint_drop (&a.endpoint);
  bytes_drop (&a.form);
  return err;
}

static void
web_identity_free (struct creds_provider *provider)
{
  struct web_identity *self = (struct web_identity *)provider;

  bytes_drop (&self->region_hint);
  retry_bucket_free (self->bucket);
  free (self);
}

struct creds_provider *
creds_web_identity_new (struct http *http, const char *region_hint)
{
  struct web_identity *self = calloc (1, sizeof *self);

  if (!self)
    return NULL;
  self->http = http;
  self->bucket = retry_bucket_new ();
  if (region_hint)
    bytes_add_str (&self->region_hint, region_hint);
  if (!self->bucket || bytes_error (&self->region_hint))
    {
      web_identity_free (&self->provider);
      return NULL;
    }
  self->provider.name = "web identity";
  self->provider.fetch = web_identity_fetch;
  self->provider.free = web_identity_free;
  return &self->provider;
}

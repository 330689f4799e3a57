/* SPDX-License-Identifier: GPL-3.0-or-later
 * The STS action AssumeRoleWithWebIdentity.  */

#include "config.h"

#include "tests/emulator/sts.h"

#include "base/text.h"
#include "tests/emulator/web-identity.h"

#include <string.h>

#define MAX_TOKEN 20000

/* A member's value, refused when absent or not MIN to MAX long.  */
static const char *
take_member (struct sts_call *call, const char *name, const char *shown,
             size_t min, size_t max)
{
  const char *value = form_get (&call->form, name);

  if (!value)
    sts_refuse (call, 400, "ValidationError",
                "1 validation error detected: Value null at '%s' failed to"
                " satisfy constraint: Member must not be null",
                shown);
  else if (strlen (value) < min)
    sts_refuse (call, 400, "ValidationError",
                "1 validation error detected: Value '%s' at '%s' failed to"
                " satisfy constraint: Member must have length greater than or"
                " equal to %zu",
                value, shown, min);
  else if (strlen (value) > max)
    sts_refuse (
      call, 400, "ValidationError",
      "1 validation error detected: Value at '%s' failed to satisfy"
      " constraint: Member must have length less than or equal to %zu",
      shown, max);
  else
    return value;
  return NULL;
}

/* [\w+=,.@-]*  */
static bool
is_session_name (const char *s)
{
  return !s[strspn (s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                       "0123456789_+=,.@-")];
}

/* The bare name at the end of "arn:aws:iam::ACCOUNT:role/PATH/NAME"; NULL
 * if that is not its shape.  */
static const char *
role_name (const struct sts_call *call, const char *arn)
{
  struct bytes prefix = { 0 };
  const char *name = NULL;

  bytes_add_fmt (&prefix, "arn:aws:iam::%s:role/", call->emu->account);
  if (text_starts (arn, bytes_text (&prefix)))
    name = strrchr (arn, '/') + 1;
  bytes_drop (&prefix);
  return name && *name && is_session_name (name) ? name : NULL;
}

static bool
ends_with (const char *s, const char *end)
{
  size_t n = strlen (s);

  return n >= strlen (end) && !strcmp (s + n - strlen (end), end);
}

/* How long the session is to last: what was asked for, but not longer than
 * this server's own limit.  */
static bool
take_duration (struct sts_call *call, unsigned long *r_seconds)
{
  const char *text = form_get (&call->form, "DurationSeconds");
  unsigned long wanted;

  *r_seconds = call->emu->session_seconds;
  if (!text)
    return true;
  if (text_unsigned (text, 900, 43200, &wanted))
    {
      sts_refuse (
        call, 400, "ValidationError",
        "1 validation error detected: Value '%s' at 'durationSeconds'"
        " failed to satisfy constraint: Member must have a value from"
        " 900 to 43200",
        text);
      return false;
    }
  if (wanted < *r_seconds)
    *r_seconds = wanted;
  return true;
}

static void
add_credentials (struct bytes *out, const struct temporary_credentials *creds)
{
  struct bytes when = { 0 };

  text_add_iso_time (&when, creds->expires);
  bytes_add_str (out, "<Credentials>\n");
  sts_add_element (out, "AccessKeyId", bytes_text (&creds->access_key));
  sts_add_element (out, "SecretAccessKey", bytes_text (&creds->secret_key));
  sts_add_element (out, "SessionToken", bytes_text (&creds->token));
  sts_add_element (out, "Expiration", bytes_text (&when));
  bytes_add_str (out, "</Credentials>\n");
  bytes_drop (&when);
}

static void
send_session (struct sts_call *call, const char *role,
              const char *session_name,
              const struct temporary_credentials *creds,
              const struct web_identity *identity)
{
  struct bytes result = { 0 };
  struct bytes arn = { 0 };
  struct bytes id = { 0 };

  callers_add_session_arn (&call->emu->callers, role, session_name, &arn);
  callers_add_session_id (role, session_name, &id);
  sts_add_element (&result, "SubjectFromWebIdentityToken",
                   bytes_text (&identity->subject));
  sts_add_element (&result, "Audience", bytes_text (&identity->audience));
  bytes_add_str (&result, "<AssumedRoleUser>\n");
  sts_add_element (&result, "AssumedRoleId", bytes_text (&id));
  sts_add_element (&result, "Arn", bytes_text (&arn));
  bytes_add_str (&result, "</AssumedRoleUser>\n");
  add_credentials (&result, creds);
  sts_add_element (&result, "Provider", bytes_text (&identity->issuer));
  sts_send (call, "AssumeRoleWithWebIdentity", &result);
  bytes_drop (&result);
  bytes_drop (&arn);
  bytes_drop (&id);
}

static void
open_session (struct sts_call *call, const char *role,
              const char *session_name, const char *token)
{
  struct temporary_credentials creds = { 0 };
  struct web_identity identity = { 0 };
  struct bytes message = { 0 };
  unsigned long seconds;
  const char *code;

  if (!take_duration (call, &seconds))
    return;
  if (!web_identity_read (token, emulator_now (call->emu), &identity, &code,
                          &message))
    sts_refuse (call, 400, code, "%s", bytes_text (&message));
  else if (ends_with (role, "-denied"))
    sts_refuse (call, 403, "AccessDenied",
                "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  else if (callers_open_session (&call->emu->callers, role, session_name,
                                 emulator_now (call->emu) + (int64_t)seconds,
                                 &creds))
    sts_refuse (call, 500, "InternalFailure", "out of memory");
  else
    send_session (call, role, session_name, &creds, &identity);
  temporary_credentials_drop (&creds);
  web_identity_drop (&identity);
  bytes_drop (&message);
}

void
sts_assume_role_with_web_identity (struct sts_call *call)
{
  const char *arn = take_member (call, "RoleArn", "roleArn", 20, 2048);
  const char *session_name
    = arn ? take_member (call, "RoleSessionName", "roleSessionName", 2, 64)
          : NULL;
  const char *token = session_name
                        ? take_member (call, "WebIdentityToken",
                                       "webIdentityToken", 4, MAX_TOKEN)
                        : NULL;
  const char *role;

  if (!token)
    return;
  role = role_name (call, arn);
  if (!role)
    sts_refuse (call, 400, "ValidationError", "Request ARN is invalid");
  else if (!is_session_name (session_name))
    sts_refuse (call, 400, "ValidationError",
                "1 validation error detected: Value '%s' at 'roleSessionName'"
                " failed to satisfy constraint: Member must satisfy regular"
                " expression pattern: [\\w+=,.@-]*",
                session_name);
  else
    open_session (call, role, session_name, token);
}

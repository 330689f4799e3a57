/* SPDX-License-Identifier: GPL-3.0-or-later
 * The KMS half: envelope, authentication, dispatch and refusals.  */

#include "config.h"

#include "tests/emulator/kms.h"

#include "base/log.h"
#include "base/text.h"
#include "tests/emulator/sigv4-check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TARGET "TrentService."
#define CORAL "com.amazon.coral.service#"
#define MAX_GRANT_TOKENS 10

/* clang-format off */
static const struct auth_error kms_auth_errors[N_AUTH_FAULTS] = {
  [AUTH_MISSING]    = { 400, CORAL "MissingAuthenticationTokenException" },
  [AUTH_INCOMPLETE] = { 400, CORAL "IncompleteSignatureException" },
  [AUTH_SIGNATURE]  = { 400, CORAL "InvalidSignatureException" },
  [AUTH_UNKNOWN]    = { 400, CORAL "UnrecognizedClientException" },
  [AUTH_EXPIRED]    = { 400, CORAL "ExpiredTokenException" },
};

static const struct auth_dialect kms_dialect = { "kms", 5, kms_auth_errors };

static const struct kms_operation operations[] = {
  { "Sign", COUNT_SIGN, "NotFoundException", kms_check_sign, kms_sign, true },
  { "DeriveSharedSecret", COUNT_DERIVE_SHARED_SECRET, "NotFoundException",
    kms_check_derive, kms_derive_shared_secret, true },
  { "GetPublicKey", COUNT_GET_PUBLIC_KEY, "InvalidArnException", NULL,
    kms_get_public_key, false },
  { "DescribeKey", COUNT_DESCRIBE_KEY, "InvalidArnException", NULL,
    kms_describe_key, false },
};
/* clang-format on */

void
kms_refuse_text (struct kms_call *call, unsigned int status, const char *type,
                 const char *message)
{
  struct bytes body = { 0 };
  struct bytes clean = { 0 };

  json_open (&body);
  json_add_string (&body, "__type", type);
  if (*message)
    {
      bytes_add_str (&clean, message);
      if (clean.p)
        text_clean ((char *)clean.p);
      json_add_string (&body, "message", bytes_text (&clean));
    }
  json_close (&body);
  http_reply_text (call->reply, status, KMS_JSON_TYPE, bytes_text (&body));
  bytes_drop (&body);
  bytes_drop (&clean);
}

void
kms_refuse (struct kms_call *call, unsigned int status, const char *type,
            const char *format, ...)
{
  char message[4096];
  va_list args;

  va_start (args, format);
  vsnprintf (message, sizeof message, format, args);
  va_end (args);
  kms_refuse_text (call, status, type, message);
}

void
kms_refuse_dry_run (struct kms_call *call)
{
  kms_refuse (call, 400, "DryRunOperationException",
              "The request would have succeeded, but the DryRun option is"
              " set.");
}

void
kms_send (struct kms_call *call, struct bytes *body)
{
  if (body->failed)
    {
      kms_refuse_text (call, 500, "InternalFailure", "out of memory");
      return;
    }
  http_reply_text (call->reply, 200, KMS_JSON_TYPE, bytes_text (body));
}

void
kms_violation (struct kms_call *call, const char *format, ...)
{
  char text[2560];
  va_list args;

  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  bytes_add_fmt (&call->violations, "%s%s", call->n_violations ? "; " : "",
                 text);
  call->n_violations++;
}

/* True if the member is there and of some type that was not asked for.  */
static bool
has_other_type (const struct json *doc, const char *name)
{
  double number;
  bool flag;

  return json_string (doc, name) || json_number (doc, name, &number)
         || json_flag (doc, name, &flag) || json_member (doc, name)
         || json_count (doc, name);
}

static bool
refuse_type (struct kms_call *call, const char *name)
{
  kms_refuse (call, 400, "SerializationException",
              "The value of '%s' has the wrong type", name);
  return false;
}

bool
kms_take_string (struct kms_call *call, const char *name, const char **r_value)
{
  *r_value = json_string (call->doc, name);
  if (!*r_value && has_other_type (call->doc, name))
    return refuse_type (call, name);
  return true;
}

bool
kms_take_flag (struct kms_call *call, const char *name, bool *r_value)
{
  *r_value = false;
  if (!json_flag (call->doc, name, r_value)
      && has_other_type (call->doc, name))
    return refuse_type (call, name);
  return true;
}

/* KeyId and GrantTokens, which all operations have.  */
static bool
check_common (struct kms_call *call)
{
  const char *id;
  size_t n = json_count (call->doc, "GrantTokens");
  size_t i;

  if (!kms_take_string (call, "KeyId", &id))
    return false;
  if (!n && has_other_type (call->doc, "GrantTokens"))
    return refuse_type (call, "GrantTokens");
  for (i = 0; i < n; i++)
    if (!json_string_at (call->doc, "GrantTokens", i))
      return refuse_type (call, "GrantTokens");
  if (!id)
    kms_violation (call, "Value null at 'keyId' failed to satisfy constraint:"
                         " Member must not be null");
  else if (!*id)
    kms_violation (call, "Value '' at 'keyId' failed to satisfy constraint:"
                         " Member must have length greater than or equal to"
                         " 1");
  else if (strlen (id) > 2048)
    kms_violation (call,
                   "Value '%s' at 'keyId' failed to satisfy constraint:"
                   " Member must have length less than or equal to 2048",
                   id);
  if (n > MAX_GRANT_TOKENS)
    kms_violation (call,
                   "Value at 'grantTokens' failed to satisfy constraint:"
                   " Member must have length less than or equal to %d",
                   MAX_GRANT_TOKENS);
  return true;
}

static bool
check_members (struct kms_call *call)
{
  if (!check_common (call))
    return false;
  if (call->operation->check && !call->operation->check (call))
    return false;
  if (!call->n_violations)
    return true;
  kms_refuse (call, 400, "ValidationException",
              "%u validation error%s detected: %s", call->n_violations,
              call->n_violations > 1 ? "s" : "",
              bytes_text (&call->violations));
  return false;
}

static const struct kms_operation *
find_operation (const struct http_request *request)
{
  const char *target = http_header_at (request, "X-Amz-Target", 0);
  size_t i;

  if (!target || !text_starts (target, TARGET)
      || http_header_count (request, "X-Amz-Target") > 1)
    return NULL;
  for (i = 0; i < DIM (operations); i++)
    if (!strcmp (target + strlen (TARGET), operations[i].name))
      return operations + i;
  return NULL;
}

/* In the order in which AWS checks: JSON, target, signature.  */
static bool
check_envelope (struct kms_call *call)
{
  struct auth_refusal refusal = { 0 };
  bool good;

  if (json_parse (bytes_span (&call->request->body), &call->doc))
    {
      kms_refuse_text (call, 400, "SerializationException", "");
      return false;
    }
  if (!call->operation)
    {
      kms_refuse_text (call, 400, "UnknownOperationException", "");
      return false;
    }
  good = sigv4_check (call->emu, call->request, &kms_dialect, &call->caller,
                      &refusal);
  if (!good)
    kms_refuse_text (call, refusal.error->status, refusal.error->code,
                     bytes_text (&refusal.message));
  bytes_drop (&refusal.message);
  return good;
}

static void
carry_out (struct kms_call *call)
{
  if (!check_envelope (call) || !check_members (call) || !kms_find_key (call)
      || fault_before (call))
    return;
  call->operation->run (call);
  fault_after (call);
}

void
kms_answer (struct emulator *emu, const struct http_request *request,
            struct http_reply *reply)
{
  struct kms_call call = { .emu = emu, .request = request, .reply = reply };

  call.operation = find_operation (request);
  if (call.operation)
    atomic_fetch_add (&emu->counters[call.operation->counter], 1);
  carry_out (&call);
  log_note (NULL, "%s %s: %u",
            call.operation ? call.operation->name : "unknown operation",
            call.key ? call.key->name : "-", reply->status);
  json_free (call.doc);
  caller_drop (&call.caller);
  bytes_drop (&call.violations);
}

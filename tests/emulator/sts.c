/* SPDX-License-Identifier: GPL-3.0-or-later
 * The STS half: form posts in, XML out.  */

#include "config.h"

#include "tests/emulator/sts.h"

#include "base/log.h"
#include "base/text.h"
#include "tests/emulator/sigv4-check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define VERSION_2011 "2011-06-15"
#define NAMESPACE "https://sts.amazonaws.com/doc/2011-06-15/"

struct sts_action
{
  const char *name;
  enum counter counter;
  bool is_signed;
  void (*run) (struct sts_call *call);
};

/* clang-format off */
static const struct auth_error sts_auth_errors[N_AUTH_FAULTS] = {
  [AUTH_MISSING]    = { 403, "MissingAuthenticationToken" },
  [AUTH_INCOMPLETE] = { 400, "IncompleteSignature" },
  [AUTH_SIGNATURE]  = { 403, "SignatureDoesNotMatch" },
  [AUTH_UNKNOWN]    = { 403, "InvalidClientTokenId" },
  [AUTH_EXPIRED]    = { 403, "ExpiredToken" },
};
/* clang-format on */

static const struct auth_dialect sts_dialect = { "sts", 15, sts_auth_errors };

static void
add_xml (struct bytes *out, const char *text)
{
  for (; *text; text++)
    switch (*text)
      {
      case '&':
        bytes_add_str (out, "&amp;");
        break;
      case '<':
        bytes_add_str (out, "&lt;");
        break;
      case '>':
        bytes_add_str (out, "&gt;");
        break;
      default:
        bytes_add_byte (out, (unsigned char)*text);
      }
}

void
sts_add_element (struct bytes *out, const char *name, const char *text)
{
  bytes_add_fmt (out, "<%s>", name);
  add_xml (out, text);
  bytes_add_fmt (out, "</%s>\n", name);
}

static void
refuse_with (struct sts_call *call, unsigned int status, const char *code,
             const char *message)
{
  struct bytes body = { 0 };
  struct bytes clean = { 0 };

  bytes_add_str (&clean, message);
  if (clean.p)
    text_clean ((char *)clean.p);
  bytes_add_str (&body, "<ErrorResponse xmlns=\"" NAMESPACE "\">\n<Error>\n"
                        "<Type>Sender</Type>\n");
  sts_add_element (&body, "Code", code);
  sts_add_element (&body, "Message", bytes_text (&clean));
  bytes_add_str (&body, "</Error>\n");
  sts_add_element (&body, "RequestId", call->reply->request_id);
  bytes_add_str (&body, "</ErrorResponse>\n");
  http_reply_text (call->reply, status, "text/xml", bytes_text (&body));
  bytes_drop (&body);
  bytes_drop (&clean);
}

void
sts_refuse (struct sts_call *call, unsigned int status, const char *code,
            const char *format, ...)
{
  char message[4096];
  va_list args;

  va_start (args, format);
  vsnprintf (message, sizeof message, format, args);
  va_end (args);
  refuse_with (call, status, code, message);
}

void
sts_send (struct sts_call *call, const char *action,
          const struct bytes *result)
{
  struct bytes body = { 0 };

  bytes_add_fmt (&body, "<%sResponse xmlns=\"" NAMESPACE "\">\n<%sResult>\n",
                 action, action);
  bytes_add_span (&body, bytes_span (result));
  bytes_add_fmt (&body, "</%sResult>\n<ResponseMetadata>\n", action);
  sts_add_element (&body, "RequestId", call->reply->request_id);
  bytes_add_fmt (&body, "</ResponseMetadata>\n</%sResponse>\n", action);
  if (body.failed || result->failed)
    sts_refuse (call, 500, "InternalFailure", "out of memory");
  else
    http_reply_text (call->reply, 200, "text/xml", bytes_text (&body));
  bytes_drop (&body);
}

static void
get_caller_identity (struct sts_call *call)
{
  struct bytes result = { 0 };

  sts_add_element (&result, "Arn", bytes_text (&call->caller.arn));
  sts_add_element (&result, "UserId", bytes_text (&call->caller.user_id));
  sts_add_element (&result, "Account", call->emu->account);
  sts_send (call, "GetCallerIdentity", &result);
  bytes_drop (&result);
}

/* clang-format off */
static const struct sts_action actions[] = {
  { "AssumeRoleWithWebIdentity", COUNT_ASSUME_ROLE_WITH_WEB_IDENTITY, false,
    sts_assume_role_with_web_identity },
  { "GetCallerIdentity", COUNT_GET_CALLER_IDENTITY, true,
    get_caller_identity },
};
/* clang-format on */

static const struct sts_action *
find_action (const struct sts_call *call)
{
  const char *name = form_get (&call->form, "Action");
  const char *version = form_get (&call->form, "Version");
  size_t i;

  if (!name || !version || strcmp (version, VERSION_2011))
    return NULL;
  for (i = 0; i < DIM (actions); i++)
    if (!strcmp (actions[i].name, name))
      return actions + i;
  return NULL;
}

/* True if the call may go on; an action that needs no signature must come
 * without one, since ours would be of no use there.  */
static bool
check_caller (struct sts_call *call, const struct sts_action *action)
{
  struct auth_refusal refusal = { 0 };
  bool good;

  if (!action->is_signed)
    {
      good = !http_header_count (call->request, "Authorization");
      if (!good)
        sts_refuse (call, 400, "InvalidParameterCombination",
                    "%s is called without a signature", action->name);
      return good;
    }
  good = sigv4_check (call->emu, call->request, &sts_dialect, &call->caller,
                      &refusal);
  if (!good)
    refuse_with (call, refusal.error->status, refusal.error->code,
                 bytes_text (&refusal.message));
  bytes_drop (&refusal.message);
  return good;
}

void
sts_answer (struct emulator *emu, const struct http_request *request,
            struct http_reply *reply)
{
  struct sts_call call = { .emu = emu, .request = request, .reply = reply };
  gpg_error_t err = form_parse (bytes_span (&request->body), &call.form);
  const struct sts_action *action = err ? NULL : find_action (&call);
  const char *name = form_get (&call.form, "Action");
  const char *version = form_get (&call.form, "Version");

  if (action)
    atomic_fetch_add (&emu->counters[action->counter], 1);
  if (err)
    sts_refuse (&call, 400, "MalformedInput", "The form cannot be read");
  else if (!action)
    sts_refuse (&call, 400, name ? "InvalidAction" : "MissingAction",
                "Could not find operation %s for version %s", name ? name : "",
                version ? version : "");
  else if (check_caller (&call, action))
    action->run (&call);
  log_note (NULL, "%s: %u", action ? action->name : "unknown action",
            reply->status);
  form_drop (&call.form);
  caller_drop (&call.caller);
}

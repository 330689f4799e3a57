/* SPDX-License-Identifier: GPL-3.0-or-later
 * The KMS operation Sign, as strict as the real one.  */

#include "config.h"

#include "tests/emulator/kms.h"

#include "base/text.h"
#include "tests/emulator/signer.h"

#include <string.h>

#define MAX_MESSAGE 4096

/* clang-format off */
static const struct
{
  const char *name;
  enum message_type type;
} message_types[] = {
  { "RAW", MESSAGE_RAW },
  { "DIGEST", MESSAGE_DIGEST },
  { "EXTERNAL_MU", MESSAGE_EXTERNAL_MU },
};
/* clang-format on */

static bool
find_message_type (const char *name, enum message_type *r_type)
{
  size_t i;

  for (i = 0; i < DIM (message_types); i++)
    if (!strcmp (message_types[i].name, name))
      {
        *r_type = message_types[i].type;
        return true;
      }
  return false;
}

static void
check_algorithm (struct kms_call *call, const char *name)
{
  struct bytes list = { 0 };
  const struct signing_algorithm *known;
  size_t i;

  if (name && signing_algorithm_find (name))
    return;
  if (!name)
    {
      kms_violation (call, "Value null at 'signingAlgorithm' failed to"
                           " satisfy constraint: Member must not be null");
      return;
    }
  for (i = 0; (known = signing_algorithm_at (i)); i++)
    bytes_add_fmt (&list, "%s%s", i ? ", " : "", known->name);
  kms_violation (call,
                 "Value '%s' at 'signingAlgorithm' failed to satisfy"
                 " constraint: Member must satisfy enum value set: [%s]",
                 name, bytes_text (&list));
  bytes_drop (&list);
}

static void
check_message_length (struct kms_call *call, const char *text, size_t n)
{
  if (!text)
    kms_violation (call, "Value null at 'message' failed to satisfy"
                         " constraint: Member must not be null");
  else if (!n)
    kms_violation (call, "Value at 'message' failed to satisfy constraint:"
                         " Member must have length greater than or equal to"
                         " 1");
  else if (n > MAX_MESSAGE)
    kms_violation (call,
                   "Value at 'message' failed to satisfy constraint: Member"
                   " must have length less than or equal to %d",
                   MAX_MESSAGE);
}

bool
kms_check_sign (struct kms_call *call)
{
  const char *text, *type_name, *algorithm;
  struct bytes message = { 0 };
  enum message_type type;
  bool flag, good;

  if (!kms_take_string (call, "Message", &text)
      || !kms_take_string (call, "MessageType", &type_name)
      || !kms_take_string (call, "SigningAlgorithm", &algorithm)
      || !kms_take_flag (call, "DryRun", &flag))
    return false;
  good = !text || !text_unbase64 (&message, span_text (text));
  if (good)
    check_message_length (call, text, message.n);
  else
    kms_refuse (call, 400, "SerializationException",
                "The value of 'Message' is not base64");
  bytes_drop (&message);
  if (type_name && !find_message_type (type_name, &type))
    kms_violation (call,
                   "Value '%s' at 'messageType' failed to satisfy"
                   " constraint: Member must satisfy enum value set:"
                   " [RAW, DIGEST, EXTERNAL_MU]",
                   type_name);
  check_algorithm (call, algorithm);
  return good;
}

/* What KMS checks once it knows the key.  */
static bool
check_use (struct kms_call *call, const struct signing_algorithm *algorithm,
           const char *type_name, enum message_type type, size_t length)
{
  const struct key *key = call->key;

  if (!kms_check_state (call, false))
    return false;
  if (strcmp (key->usage, "SIGN_VERIFY"))
    kms_refuse (call, 400, "InvalidKeyUsageException",
                "%s key usage is %s which is not valid for Sign.", key->arn,
                key->usage);
  else if (!key_spec_signs (key->spec, algorithm))
    kms_refuse (call, 400, "InvalidKeyUsageException",
                "Algorithm %s is incompatible with key spec %s.",
                algorithm->name, key->spec->name);
  else if (type == MESSAGE_EXTERNAL_MU)
    kms_refuse (call, 400, "ValidationException",
                "Message type %s is incompatible with key spec %s.", type_name,
                key->spec->name);
  else if (!(algorithm->messages & type))
    kms_refuse (call, 400, "ValidationException",
                "Message type %s is incompatible with algorithm %s.",
                type_name, algorithm->name);
  else if (type == MESSAGE_DIGEST && length != algorithm->digest_length)
    kms_refuse (call, 400, "ValidationException",
                "Digest is invalid length for algorithm %s.", algorithm->name);
  else
    return true;
  return false;
}

/* The algorithm that the answer names: for one of the faults, the next one
 * in the table.  */
static const char *
answered_algorithm (const struct kms_call *call,
                    const struct signing_algorithm *algorithm)
{
  const struct signing_algorithm *next = algorithm + 1;

  if (!call->misname_algorithm)
    return algorithm->name;
  return next->kind == algorithm->kind ? next->name : "RSASSA_PSS_SHA_256";
}

static void
send_signature (struct kms_call *call,
                const struct signing_algorithm *algorithm,
                struct bytes *signature)
{
  struct bytes body = { 0 };

  if (call->spoil_signature)
    signature->p[signature->n - 2] ^= 1; /* Still well formed.  */
  json_open (&body);
  json_add_string (&body, "KeyId", call->named->arn);
  if (!call->omit_signature)
    json_add_base64 (&body, "Signature", bytes_span (signature));
  json_add_string (&body, "SigningAlgorithm",
                   answered_algorithm (call, algorithm));
  json_close (&body);
  kms_send (call, &body);
  bytes_drop (&body);
}

void
kms_sign (struct kms_call *call)
{
  const struct signing_algorithm *algorithm
    = signing_algorithm_find (json_string (call->doc, "SigningAlgorithm"));
  const char *type_name = json_string (call->doc, "MessageType");
  enum message_type type = MESSAGE_RAW;
  struct bytes message = { 0 };
  struct bytes signature = { 0 };
  bool dry = false;
  gpg_error_t err;

  if (type_name)
    find_message_type (type_name, &type);
  else
    type_name = "RAW";
  json_flag (call->doc, "DryRun", &dry);
  err = json_base64 (call->doc, "Message", &message);
  if (!err && !check_use (call, algorithm, type_name, type, message.n))
    goto leave;
  if (!err && dry)
    {
      kms_refuse_dry_run (call);
      goto leave;
    }
  if (!err)
    err = key_ready (&call->emu->keys, call->signer);
  if (!err)
    err = signer_sign (call->signer->secret, call->signer->spec, algorithm,
                       type, bytes_span (&message), &signature);
  if (err)
    kms_refuse_text (call, 500, "InternalFailure", gpg_strerror (err));
  else
    send_signature (call, algorithm, &signature);

leave:
  bytes_drop (&message);
  bytes_drop (&signature);
}

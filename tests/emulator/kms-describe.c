/* SPDX-License-Identifier: GPL-3.0-or-later
 * The KMS operations that tell what a key is: GetPublicKey, DescribeKey.  */

#include "config.h"

#include "tests/emulator/kms.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What an encryption key announces, as a JSON array.  */
#define OAEP "[\"RSAES_OAEP_SHA_1\",\"RSAES_OAEP_SHA_256\"]"
#define SYMMETRIC "[\"SYMMETRIC_DEFAULT\"]"

void
kms_add_time (struct bytes *out, const char *name, int64_t ms)
{
  struct bytes text = { 0 };
  char digits[32];
  size_t n;

  snprintf (digits, sizeof digits, "%013" PRId64, ms);
  n = strlen (digits);
  while (n > 2 && digits[n - 1] == '0')
    n--;
  /* Thirteen digits of milliseconds are 10^12, and seconds thus 10^9.  */
  bytes_add_fmt (&text, "%c.%.*sE9", digits[0], (int)(n - 1), digits + 1);
  json_add_raw (out, name, bytes_span (&text));
  bytes_drop (&text);
}

static void
add_signing_algorithms (struct bytes *out, const struct key_spec *spec)
{
  const struct signing_algorithm *algorithm;
  struct bytes list = { 0 };
  size_t i;

  for (i = 0; (algorithm = signing_algorithm_at (i)); i++)
    if (key_spec_signs (spec, algorithm))
      bytes_add_fmt (&list, "%c\"%s\"", list.n ? ',' : '[', algorithm->name);
  bytes_add_byte (&list, ']');
  json_add_raw (out, "SigningAlgorithms", bytes_span (&list));
  bytes_drop (&list);
}

void
kms_add_key_facts (struct bytes *out, const struct key *key)
{
  json_add_string (out, "KeySpec", key->spec->name);
  json_add_string (out, "CustomerMasterKeySpec", key->spec->name);
  json_add_string (out, "KeyUsage", key->usage);
  if (!strcmp (key->usage, "SIGN_VERIFY"))
    add_signing_algorithms (out, key->spec);
  else if (!strcmp (key->usage, "KEY_AGREEMENT"))
    json_add_raw (out, "KeyAgreementAlgorithms", span_text ("[\"ECDH\"]"));
  else
    json_add_raw (
      out, "EncryptionAlgorithms",
      span_text (key->spec->kind == KIND_SYMMETRIC ? SYMMETRIC : OAEP));
}

void
kms_get_public_key (struct kms_call *call)
{
  struct bytes body = { 0 };
  gpg_error_t err;

  if (call->key->spec->kind == KIND_SYMMETRIC)
    {
      kms_refuse_text (call, 400, "UnsupportedOperationException", "");
      return;
    }
  if (!kms_check_state (call, true))
    return;
  err = key_ready (&call->emu->keys, call->signer);
  if (err)
    {
      kms_refuse_text (call, 500, "InternalFailure", gpg_strerror (err));
      return;
    }
  json_open (&body);
  json_add_string (&body, "KeyId", call->named->arn);
  json_add_base64 (&body, "PublicKey", bytes_span (&call->signer->spki));
  kms_add_key_facts (&body, call->named);
  json_close (&body);
  kms_send (call, &body);
  bytes_drop (&body);
}

static const char *
state_name (enum key_state state)
{
  static const char *const names[]
    = { "Enabled", "Disabled", "PendingDeletion" };

  return names[state];
}

/* 64 hex digits that name a symmetric key's current bytes.  */
static void
add_material_id (struct bytes *out, const struct key *key)
{
  unsigned char digest[32];
  struct bytes id = { 0 };

  gcry_md_hash_buffer (GCRY_MD_SHA256, digest, key->id, strlen (key->id));
  text_add_hex (&id, span_of (digest, sizeof digest));
  json_add_string (out, "CurrentKeyMaterialId", bytes_text (&id));
  bytes_drop (&id);
}

static void
add_metadata (struct bytes *out, struct kms_call *call)
{
  const struct key *key = call->named;
  int64_t deletion_ms;
  enum key_state state
    = key_get_state (&call->emu->keys, call->key, &deletion_ms);

  json_open (out);
  json_add_string (out, "AWSAccountId", call->emu->account);
  json_add_string (out, "KeyId", key->id);
  json_add_string (out, "Arn", key->arn);
  kms_add_time (out, "CreationDate", key->created_ms);
  json_add_flag (out, "Enabled", state == STATE_ENABLED);
  json_add_string (out, "Description", "");
  json_add_string (out, "KeyState", state_name (state));
  if (state == STATE_PENDING_DELETION)
    kms_add_time (out, "DeletionDate", deletion_ms);
  json_add_string (out, "Origin", "AWS_KMS");
  json_add_string (out, "KeyManager", "CUSTOMER");
  json_add_flag (out, "MultiRegion", false);
  kms_add_key_facts (out, key);
  if (key->spec->kind == KIND_SYMMETRIC)
    add_material_id (out, key);
  json_close (out);
}

void
kms_describe_key (struct kms_call *call)
{
  struct bytes metadata = { 0 };
  struct bytes body = { 0 };

  add_metadata (&metadata, call);
  json_open (&body);
  json_add_raw (&body, "KeyMetadata", bytes_span (&metadata));
  json_close (&body);
  body.failed |= metadata.failed;
  kms_send (call, &body);
  bytes_drop (&metadata);
  bytes_drop (&body);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * From KeyId, in any of its four forms, to a key that may be used.  */

#include "config.h"

#include "tests/emulator/kms.h"

#include "base/text.h"

#include <string.h>

/* 8-4-4-4-12 hex digits, or those of a multi-Region key.  */
static bool
is_key_id (const char *s)
{
  static const char shape[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
  size_t i;

  if (text_starts (s, "mrk-"))
    return strlen (s) == 36 && text_is_hex (s + 4, 32);
  if (strlen (s) != strlen (shape))
    return false;
  for (i = 0; shape[i]; i++)
    if (shape[i] == 'h' ? !strchr ("0123456789abcdefABCDEF", s[i])
                        : s[i] != '-')
      return false;
  return true;
}

static bool
find_alias (struct kms_call *call, const char *alias)
{
  call->key = key_by_alias (&call->emu->keys, alias);
  if (!call->key)
    kms_refuse (call, 400, "NotFoundException",
                "Alias arn:aws:kms:%s:%s:%s is not found.", call->emu->region,
                call->emu->account, alias);
  return call->key;
}

static bool
find_id (struct kms_call *call, const char *id)
{
  if (!is_key_id (id))
    {
      kms_refuse (call, 400, "NotFoundException", "Invalid keyId '%s'", id);
      return false;
    }
  call->key = key_by_id (&call->emu->keys, id);
  if (!call->key)
    kms_refuse (call, 400, "NotFoundException",
                "Key 'arn:aws:kms:%s:%s:key/%s' does not exist",
                call->emu->region, call->emu->account, id);
  return call->key;
}

/* The next part of an ARN, up to the colon; *S moves behind it.  */
static bool
take_part (const char **s, struct span *r_part)
{
  size_t n = strcspn (*s, ":");

  if (!(*s)[n])
    return false;
  *r_part = span_of (*s, n);
  *s += n + 1;
  return true;
}

/* "arn:aws:kms:REGION:ACCOUNT:key/ID" or ":alias/NAME".  */
static bool
find_arn (struct kms_call *call, const char *arn)
{
  struct span prefix, partition, service, region, account;
  const char *s = arn;

  if (!take_part (&s, &prefix) || !take_part (&s, &partition)
      || !take_part (&s, &service) || !take_part (&s, &region)
      || !take_part (&s, &account)
      || !span_equal (partition, span_text ("aws"))
      || !span_equal (service, span_text ("kms"))
      || (!text_starts (s, "key/") && !text_starts (s, "alias/")))
    {
      kms_refuse (call, 400, call->operation->bad_arn, "Invalid arn %s", arn);
      return false;
    }
  if (!span_equal (region, span_text (call->emu->region)))
    {
      kms_refuse (call, 400, "NotFoundException", "Invalid arn %.*s",
                  (int)region.n, (const char *)region.p);
      return false;
    }
  if (!span_equal (account, span_text (call->emu->account)))
    {
      kms_refuse (
        call, 400, "NotFoundException",
        *s == 'k' ? "Key '%s' does not exist" : "Alias %s is not found.", arn);
      return false;
    }
  return *s == 'k' ? find_id (call, s + strlen ("key/"))
                   : find_alias (call, s);
}

bool
kms_find_key (struct kms_call *call)
{
  const char *id = json_string (call->doc, "KeyId");
  bool found;

  if (text_starts (id, "arn:"))
    found = find_arn (call, id);
  else if (text_starts (id, "alias/"))
    found = find_alias (call, id);
  else
    found = find_id (call, id);
  call->named = call->key;
  call->signer = call->key;
  return found;
}

bool
kms_check_state (struct kms_call *call, bool disabled_will_do)
{
  int64_t deletion_ms;

  switch (key_get_state (&call->emu->keys, call->key, &deletion_ms))
    {
    case STATE_PENDING_DELETION:
      kms_refuse (call, 400, "KMSInvalidStateException",
                  "%s is pending deletion.", call->key->arn);
      return false;
    case STATE_DISABLED:
      if (disabled_will_do)
        return true;
      kms_refuse (call, 400, "DisabledException", "%s is disabled.",
                  call->key->arn);
      return false;
    default:
      return true;
    }
}

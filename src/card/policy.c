/* SPDX-License-Identifier: GPL-3.0-or-later
 * May this slot do this, with this digest?  */

#include "config.h"

#include "card/policy.h"

#include "base/log.h"
#include "card/slot.h"
#include "kms/kms.h"

gpg_error_t
policy_check (struct call *call, const struct key_slot *slot,
              enum slot_use use, const struct digest *digest)
{
  const char *hash = hash_info (digest->hash)->name;

  if (slot->retired)
    return because (call, GPG_ERR_KEY_DISABLED, "%s: retired by %s",
                    kms_label (slot->uri), slot->where);
  if (!(slot->use & use))
    return because (call, GPG_ERR_WRONG_KEY_USAGE, "%s: not a key to %s with",
                    kms_label (slot->uri),
                    use == USE_AUTH ? "authenticate" : "sign");
  if (slot->hashes && digest->hash && !(slot->hashes & 1u << digest->hash))
    return because (call, GPG_ERR_FORBIDDEN, "%s: %s does not allow %s",
                    kms_label (slot->uri), slot->where, hash);
  if (!slot->key.spec->sign_algorithm[digest->hash])
    return because (call, GPG_ERR_DIGEST_ALGO,
                    "%s: a %s key in KMS cannot sign a %s digest",
                    kms_label (slot->uri), slot->key.spec->algo, hash);
  return 0;
}

gpg_error_t
policy_check_identity (struct call *call, const struct key_slot *slot,
                       const struct bytes *key_id)
{
  if (span_equal (bytes_span (key_id), bytes_span (&slot->pin.id)))
    return 0;
  log_fault (call, "%s: pinned is %s, but %s was used; nothing was handed out",
             slot->uri, bytes_text (&slot->pin.id), bytes_text (key_id));
  return because (call, GPG_ERR_CONFLICT,
                  "%s now names another key than the pinned one (see the log)",
                  kms_label (slot->uri));
}

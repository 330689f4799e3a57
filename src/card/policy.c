/* SPDX-License-Identifier: GPL-3.0-or-later
 * May this slot do this, with this digest?  */

#include "config.h"

#include "card/policy.h"

#include "card/slot.h"

gpg_error_t
policy_check (struct call *call, const struct key_slot *slot,
              enum slot_use use, const struct digest *digest)
{
  const char *hash = hash_info (digest->hash)->name;

  if (!(slot->use & use))
    return because (call, GPG_ERR_WRONG_KEY_USAGE, "%s: not a key to %s with",
                    slot->uri, use == USE_AUTH ? "authenticate" : "sign");
  if (slot->hashes && digest->hash && !(slot->hashes & 1u << digest->hash))
    return because (call, GPG_ERR_FORBIDDEN, "%s: %s does not allow %s",
                    slot->uri, slot->where, hash);
  if (!slot->key.spec->sign_algorithm[digest->hash])
    return because (call, GPG_ERR_DIGEST_ALGO,
                    "%s: a %s key in KMS cannot sign a %s digest", slot->uri,
                    slot->key.spec->algo, hash);
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * May this slot do this, with this digest?  */

#ifndef CARD_POLICY_H
#define CARD_POLICY_H

#include "card/card.h"
#include "card/digest.h"

/* SLOT is loaded.  KEY_DISABLED: the `key` line retires it; WRONG_KEY_USAGE:
 * not what the slot is for; FORBIDDEN: the `key` line does not allow the hash;
 * DIGEST_ALGO: the key cannot sign it.  Each with a reason.  */
gpg_error_t policy_check (struct call *call, const struct key_slot *slot,
                          enum slot_use use, const struct digest *digest);

/* KEY_ID is what the service says it has used.  CONFLICT, with a reason and
 * both names in the log: an alias may point elsewhere since the key was
 * pinned, and a key that moved is never used.  */
gpg_error_t policy_check_identity (struct call *call,
                                   const struct key_slot *slot,
                                   const struct bytes *key_id);

#endif /* CARD_POLICY_H */

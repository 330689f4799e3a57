/* SPDX-License-Identifier: GPL-3.0-or-later
 * May this slot do this, with this digest?  */

#ifndef CARD_POLICY_H
#define CARD_POLICY_H

#include "card/card.h"
#include "card/digest.h"

/* SLOT is loaded.  WRONG_KEY_USAGE: not what the slot is for; FORBIDDEN:
 * the `key` line does not allow the hash; DIGEST_ALGO: the key cannot sign
 * it.  Each with a reason.  */
gpg_error_t policy_check (struct call *call, const struct key_slot *slot,
                          enum slot_use use, const struct digest *digest);

#endif /* CARD_POLICY_H */

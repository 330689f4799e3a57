/* SPDX-License-Identifier: GPL-3.0-or-later
 * The dry run, --check: ask the KMS for each key and show it.  */

#ifndef DRY_RUN_H
#define DRY_RUN_H

#include "base/call.h"

struct card_set;

/* Print one block per key on standard output; a key that cannot be had is
 * shown with the reason.  The first failure is returned.  */
gpg_error_t dry_run (struct card_set *set, unsigned int timeout_ms);

#endif /* DRY_RUN_H */

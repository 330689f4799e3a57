/* SPDX-License-Identifier: GPL-3.0-or-later
 * From options to objects: road, credentials, backends, cards.  */

#ifndef WIRING_H
#define WIRING_H

#include "options.h"

struct card_set;

/* Build all that OPTIONS describe; the set owns it and has one reference.
 * A `key` line that cannot be used fails the whole with its reason in CALL:
 * "FILE:LINE: what".  So does a pin file that cannot be read if AGAIN: the
 * cards at hand are better than ones that fail.  */
gpg_error_t wiring_build (struct call *call, const struct options *options,
                          bool again, struct card_set **r_set);

/* A set whose one card fails every use with ERR and REASON: what gpg-agent
 * gets when the configuration cannot be read.  NULL when out of memory.  */
struct card_set *wiring_broken (gpg_error_t err, const char *reason);

#endif /* WIRING_H */

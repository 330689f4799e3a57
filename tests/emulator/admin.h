/* SPDX-License-Identifier: GPL-3.0-or-later
 * The endpoints under /_emulator/, for tests only: what was called, and
 * what is to change.  */

#ifndef EMULATOR_ADMIN_H
#define EMULATOR_ADMIN_H

#include "tests/emulator/emulator.h"

#define ADMIN_PREFIX "/_emulator/"

/* Answer a request whose URI starts with ADMIN_PREFIX.  */
void admin_answer (struct emulator *emu, const struct http_request *request,
                   struct http_reply *reply);

#endif /* EMULATOR_ADMIN_H */

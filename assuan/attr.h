/* SPDX-License-Identifier: GPL-3.0-or-later
 * The attributes of a card, for GETATTR and LEARN.  */

#ifndef ASSUAN_ATTR_H
#define ASSUAN_ATTR_H

#include "assuan/current.h"

/* The lines of LEARN but for the keys', in their order: APPTYPE before
 * CHV-STATUS, as gpg-card wants it.  */
gpg_error_t attr_learn (struct session *session,
                        const struct current *current);

#endif /* ASSUAN_ATTR_H */

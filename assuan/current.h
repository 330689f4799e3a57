/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which card and which key a session's words mean.  */

#ifndef ASSUAN_CURRENT_H
#define ASSUAN_CURRENT_H

#include "assuan/session.h"

/* A card and the serial number it is answered under: its own, or while
 * there is a doubt the one that was demanded.  */
struct current
{
  struct virtual_card *card;
  char serial[SERIAL_SIZE];
};

/* CARD under its own serial number.  */
void current_set (struct current *current, struct virtual_card *card);

/* Fetch what is not loaded.  Failures are those of later uses.  */
void current_load (struct session *session);

/* The card for lookups: the selected one; if that is not there, the one
 * that may turn out to be it; else the first.  CONFIGURATION: the set is
 * empty.  */
gpg_error_t current_card (struct session *session, struct current *r_current);

/* The slot with that keygrip on any card, for lookups; if there is none,
 * one that may turn out to have it.  NOT_FOUND if there is no doubt either.
 * INV_ID: no keygrip.  */
gpg_error_t current_grip (struct session *session, const char *grip,
                          struct key_slot **r_slot);

/* Select a card by its serial number.  NOT_FOUND if there is neither such a
 * card nor a doubt.  */
gpg_error_t current_select (struct session *session, const char *serial,
                            struct current *r_current);

/* The slot that WORD names, a keyref of the selected card or a keygrip, as
 * card_set_find; but no other card stands in for the selected one, for
 * something shall be done with its key.  */
gpg_error_t current_slot (struct session *session, const char *word,
                          struct key_slot **r_slot);

/* ---- Walking ----  */

/* The slot's number comes before the first one: start with 0.  */
struct key_slot *next_loaded_slot (struct virtual_card *card, int *no);

/* Is a slot of the card not loaded?  */
bool card_is_doubtful (struct virtual_card *card);

#endif /* ASSUAN_CURRENT_H */

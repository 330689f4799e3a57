/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which card and which key a session's words mean.  */

#include "config.h"

#include "assuan/current.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* ---- Walking ----  */

struct key_slot *
next_loaded_slot (struct virtual_card *card, int *no)
{
  struct key_slot *slot;

  while (++*no <= CARD_SLOTS)
    {
      slot = card_slot (card, (enum slot_no) * no);
      if (slot && slot_is_loaded (slot))
        return slot;
    }
  return NULL;
}

/* The loaded slot with that keygrip, in any case; NULL if there is none.
 * Fetches nothing.  */
static struct key_slot *
find_loaded_grip (struct card_set *set, const char *grip)
{
  struct virtual_card *card;
  struct key_slot *slot;
  size_t i;
  int no;

  for (i = 0; (card = card_set_at (set, i)); i++)
    for (no = 0; (slot = next_loaded_slot (card, &no));)
      if (!strcasecmp (slot_grip (slot), grip))
        return slot;
  return NULL;
}

bool
card_is_doubtful (struct virtual_card *card)
{
  struct key_slot *slot;
  int no;

  for (no = 1; no <= CARD_SLOTS; no++)
    {
      slot = card_slot (card, (enum slot_no)no);
      if (slot && !slot_is_loaded (slot))
        return true;
    }
  return false;
}

void
current_load (struct session *session)
{
  if (!card_set_doubt (session->cards))
    return;
  card_set_load (session->cards, &session->call);
  call_forget (&session->call);
}

/* ---- Cards ----  */

void
current_set (struct current *current, struct virtual_card *card)
{
  current->card = card;
  card_serial (card, current->serial);
}

/* The selected card, or the first; what it lacks is fetched.  Its serial
 * number may change by that, and the selection follows.  NULL: it is not
 * there.  */
static struct virtual_card *
chosen_card (struct session *session)
{
  struct virtual_card *card;

  if (!session->serial[0])
    {
      card = card_set_at (session->cards, 0);
      if (card && card_is_doubtful (card))
        current_load (session);
      return card;
    }
  card = card_set_find_serial (session->cards, session->serial);
  if (!card || card_is_doubtful (card))
    current_load (session);
  if (!card)
    card = card_set_find_serial (session->cards, session->serial);
  if (card)
    card_serial (card, session->serial);
  return card;
}

/* The chosen card or, while there is a doubt, the one that may turn out to
 * be it.  */
static bool
look_up (struct session *session, struct current *r_current)
{
  struct virtual_card *card = chosen_card (session);
  struct key_slot *doubt = card ? NULL : card_set_doubt (session->cards);

  if (card)
    current_set (r_current, card);
  if (doubt)
    {
      r_current->card = slot_card (doubt);
      strcpy (r_current->serial, session->serial);
    }
  return card || doubt;
}

gpg_error_t
current_card (struct session *session, struct current *r_current)
{
  struct virtual_card *first;

  if (look_up (session, r_current))
    return 0;
  first = card_set_at (session->cards, 0);
  if (!first)
    return because (&session->call, GPG_ERR_CONFIGURATION,
                    "no key is configured");
  current_set (r_current, first);
  return 0;
}

gpg_error_t
current_select (struct session *session, const char *serial,
                struct current *r_current)
{
  char old[SERIAL_SIZE];
  size_t i;

  strcpy (old, session->serial);
  if (strlen (serial) == SERIAL_SIZE - 1
      && text_is_hex (serial, SERIAL_SIZE - 1))
    {
      for (i = 0; i < SERIAL_SIZE; i++)
        session->serial[i] = (char)toupper ((unsigned char)serial[i]);
      if (look_up (session, r_current))
        return 0;
    }
  strcpy (session->serial, old);
  return because (&session->call, GPG_ERR_NOT_FOUND,
                  "no card with serial number %.40s is configured", serial);
}

/* ---- Keys ----  */

gpg_error_t
current_grip (struct session *session, const char *grip,
              struct key_slot **r_slot)
{
  struct key_slot *slot;

  if (!word_is_grip (grip))
    return because (&session->call, GPG_ERR_INV_ID, "'%.40s' is no keygrip",
                    grip);
  slot = find_loaded_grip (session->cards, grip);
  if (!slot)
    {
      current_load (session);
      slot = find_loaded_grip (session->cards, grip);
    }
  if (!slot)
    slot = card_set_doubt (session->cards);
  if (!slot)
    return because (&session->call, GPG_ERR_NOT_FOUND,
                    "no card has a key with keygrip %.40s", grip);
  *r_slot = slot;
  return 0;
}

/* The selected card and no other.  */
static gpg_error_t
strictly_chosen_card (struct session *session, struct virtual_card **r_card)
{
  struct virtual_card *card = chosen_card (session);
  struct key_slot *doubt = card ? NULL : card_set_doubt (session->cards);
  gpg_error_t err = doubt ? slot_load (doubt, &session->call) : 0;

  if (err)
    return err;
  if (!card)
    return because (&session->call, GPG_ERR_NOT_FOUND, "card %s is not there",
                    session->serial);
  *r_card = card;
  return 0;
}

gpg_error_t
current_slot (struct session *session, const char *word,
              struct key_slot **r_slot)
{
  struct virtual_card *card = NULL;
  gpg_error_t err = 0;

  if (!word_is_grip (word))
    err = strictly_chosen_card (session, &card);
  if (err)
    return err;
  return card_set_find (session->cards, &session->call, card, word, r_slot);
}

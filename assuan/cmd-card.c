/* SPDX-License-Identifier: GPL-3.0-or-later
 * Commands that show what there is: SERIALNO, LEARN, SWITCHCARD, SWITCHAPP,
 * KEYINFO, DEVINFO.  An error here makes gpg-agent ask for another card, on
 * some versions for ever, so they answer from what is known and leave the
 * key management service's troubles to those who use a key.  */

#include "config.h"

#include "assuan/attr.h"
#include "assuan/command.h"
#include "card/keyspec.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define APPTYPE "openpgp"

/* ---- Selecting ----  */

/* The card SERIAL, or the present one if that is NULL.  While its serial
 * number may still change it is not taken down as selected.  */
static gpg_error_t
choose_card (struct session *session, const char *serial,
             struct current *r_current)
{
  gpg_error_t err;

  if (serial)
    return current_select (session, serial, r_current);
  err = current_card (session, r_current);
  if (!err && !card_is_doubtful (r_current->card))
    strcpy (session->serial, r_current->serial);
  return err;
}

gpg_error_t
cmd_serialno (struct session *session, const struct args *args)
{
  const char *apptype = args_word (args, 0);
  struct current current;
  gpg_error_t err;

  if (apptype && strcasecmp (apptype, APPTYPE))
    return because (&session->call, GPG_ERR_NOT_SUPPORTED,
                    "the only application is " APPTYPE);
  err = choose_card (session, args_option (args, "demand"), &current);
  if (!err)
    session_status (session, "SERIALNO", "%s", current.serial);
  return err;
}

gpg_error_t
cmd_switchcard (struct session *session, const struct args *args)
{
  struct current current;
  gpg_error_t err;

  err = choose_card (session, args_word (args, 0), &current);
  if (!err)
    session_status (session, "SERIALNO", "%s", current.serial);
  return err;
}

gpg_error_t
cmd_switchapp (struct session *session, const struct args *args)
{
  const char *apptype = args_word (args, 0);
  struct current current;
  gpg_error_t err;

  if (apptype && strcasecmp (apptype, APPTYPE))
    return because (&session->call, GPG_ERR_NOT_FOUND,
                    "the only application is " APPTYPE);
  err = choose_card (session, NULL, &current);
  if (!err)
    session_status (session, "SERIALNO", "%s " APPTYPE, current.serial);
  return err;
}

/* ---- LEARN ----  */

/* The keys of CARD, or only the one with GRIP.  */
static void
learn_keys (struct session *session, struct virtual_card *card,
            const char *grip)
{
  struct key_slot *slot;
  int no = 0;

  while ((slot = next_loaded_slot (card, &no)))
    if (!grip || !strcasecmp (slot_grip (slot), grip))
      session_status (session, "KEYPAIRINFO", "%s %s %s %" PRId64 " %s",
                      slot_grip (slot), slot_keyref (slot),
                      slot_use_letters (slot), slot_created (slot),
                      slot_spec (slot)->algo);
}

static gpg_error_t
learn_card (struct session *session, const struct args *args,
            const struct current *current)
{
  gpg_error_t err = 0;

  if (!args_option (args, "keypairinfo"))
    err = attr_learn (session, current);
  learn_keys (session, current->card, args_word (args, 0));
  return err;
}

/* A card of which no key can be had has nothing to show, and
 * "gpg --card-status" is to tell why.  Nobody takes a failing LEARN for a
 * missing card.  */
static gpg_error_t
why_empty (struct session *session, struct virtual_card *card)
{
  struct key_slot *slot = NULL;
  int no = 0;

  if (next_loaded_slot (card, &no))
    return 0;
  for (no = 1; !slot && no <= CARD_SLOTS; no++)
    slot = card_slot (card, (enum slot_no)no);
  return slot ? slot_load (slot, &session->call) : 0;
}

/* Plain LEARN asks in the original whether the client knows the card; no
 * client waits for that, so it is as --force.  */
gpg_error_t
cmd_learn (struct session *session, const struct args *args)
{
  struct virtual_card *card;
  struct current current;
  gpg_error_t err;
  size_t i;

  if (args_word (args, 0) && !word_is_grip (args_word (args, 0)))
    return because (&session->call, GPG_ERR_INV_ID, "'%.40s' is no keygrip",
                    args_word (args, 0));
  err = choose_card (session, args_option (args, "demand"), &current);
  if (err)
    return err;
  if (!args_option (args, "multi"))
    {
      err = why_empty (session, current.card);
      return err ? err : learn_card (session, args, &current);
    }
  current_load (session);
  for (i = 0; !err && (card = card_set_at (session->cards, i)); i++)
    {
      current_set (&current, card);
      err = learn_card (session, args, &current);
    }
  return err;
}

/* ---- KEYINFO ----  */

static void
keyinfo_line (struct session *session, bool as_data, const char *grip,
              struct key_slot *slot)
{
  char serial[SERIAL_SIZE];
  char text[GRIP_SIZE + SERIAL_SIZE + 40];

  card_serial (slot_card (slot), serial);
  snprintf (text, sizeof text, "%s T %s %s %s%s", grip, serial,
            slot_keyref (slot), slot_use_letters (slot), as_data ? "\n" : "");
  if (as_data)
    session_data (session, span_text (text));
  else
    session_status (session, "KEYINFO", "%s", text);
}

/* The uses that --list=WORD asks for; 0 for an unknown word.  */
static unsigned int
list_filter (const char *word)
{
  /* clang-format off */
  static const struct { const char *word; unsigned int use; } filters[] = {
    { "",     USE_SIGN | USE_CERT | USE_AUTH | USE_DECRYPT },
    { "sign", USE_SIGN | USE_CERT },
    { "encr", USE_DECRYPT },
    { "auth", USE_AUTH },
  };
  /* clang-format on */
  size_t i;

  for (i = 0; i < DIM (filters); i++)
    if (!strcmp (filters[i].word, word))
      return filters[i].use;
  return 0;
}

static gpg_error_t
keyinfo_list (struct session *session, const char *word, bool as_data)
{
  unsigned int wanted = list_filter (word);
  struct virtual_card *card;
  struct key_slot *slot;
  size_t i;
  int no;

  if (!wanted)
    return because (&session->call, GPG_ERR_ASS_PARAMETER,
                    "--list takes sign, encr or auth");
  current_load (session);
  for (i = 0; (card = card_set_at (session->cards, i)); i++)
    for (no = 0; (slot = next_loaded_slot (card, &no));)
      if (slot_use (slot) & wanted)
        keyinfo_line (session, as_data, slot_grip (slot), slot);
  return 0;
}

/* Any slot at all: sets are never empty.  */
static struct key_slot *
some_slot (struct session *session)
{
  struct virtual_card *card = card_set_at (session->cards, 0);

  return card ? card_key_at (card, 0) : NULL;
}

/* The key GRIP; if need be in the name of a slot that may be it, or of one
 * that is not.  Only gpg-agent 2.4 and later ask for one grip, and only if
 * they have a stub of it: an error would make them ask for another card
 * (agent/findkey.c:prompt_for_card), with --pinentry-mode loopback without
 * end, where a use of that grip fails with the reason.  */
static gpg_error_t
keyinfo_one (struct session *session, const char *grip, bool as_data)
{
  char upper[GRIP_SIZE];
  struct key_slot *slot = NULL;
  gpg_error_t err;
  size_t i;

  err = current_grip (session, grip, &slot);
  if (gpg_err_code (err) == GPG_ERR_NOT_FOUND)
    slot = some_slot (session);
  if (!slot)
    return err;
  call_forget (&session->call);
  for (i = 0; i < GRIP_SIZE; i++)
    upper[i] = (char)toupper ((unsigned char)grip[i]);
  keyinfo_line (session, as_data, upper, slot);
  return 0;
}

gpg_error_t
cmd_keyinfo (struct session *session, const struct args *args)
{
  const char *list = args_option (args, "list");
  const char *grip = args_word (args, 0);
  bool as_data = args_option (args, "data") != NULL;

  if (!list == !grip)
    return because (&session->call, GPG_ERR_ASS_PARAMETER,
                    "KEYINFO takes a keygrip or --list");
  return list ? keyinfo_list (session, list, as_data)
              : keyinfo_one (session, grip, as_data);
}

/* ---- DEVINFO ----  */

/* Our cards do not move, so --watch never has news: the session waits for
 * its client or the end, and must keep neither the old cards nor the daemon
 * alive for it.  */
gpg_error_t
cmd_devinfo (struct session *session, const struct args *args)
{
  struct virtual_card *card;
  char serial[SERIAL_SIZE];
  size_t i;

  if (args_option (args, "watch") && session->on_pipe)
    return because (&session->call, GPG_ERR_NOT_SUPPORTED,
                    "--watch needs a socket connection");
  session_status (session, "DEVINFO_START", "%s", "");
  for (i = 0; (card = card_set_at (session->cards, i)); i++)
    {
      card_serial (card, serial);
      session_status (session, "DEVICE", "generic %s " APPTYPE, serial);
    }
  session_status (session, "DEVINFO_END", "%s", "");
  if (!args_option (args, "watch"))
    return 0;
  card_set_unref (session->cards);
  session->cards = NULL;
  session_idle (session, -1);
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Virtual cards: looking up cards and slots, serial numbers.  */

#include "config.h"

#include "base/text.h"
#include "card/slot.h"
#include "kms/kms.h"

#include <gcrypt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* RID, application and version 3.4; manufacturer FFFE, the range for serial
 * numbers that nobody assigns (GnuPG scd/app-openpgp.c).  */
#define AID_PREFIX "D276000124010304FFFE"
#define AID_SUFFIX "0000"

/* ---- Lookup ----  */

/* The slot after SLOT, or the first of all.  */
static struct key_slot *
next_slot (const struct card_set *set, const struct key_slot *slot)
{
  struct virtual_card *card = slot ? slot->card->next : set->cards;

  if (slot && slot->next)
    return slot->next;
  return card ? card->slots : NULL;
}

void
card_set_load (struct card_set *set, struct call *call)
{
  struct key_slot *slot = NULL;

  while ((slot = next_slot (set, slot)))
    if (slot_load (slot, call))
      call_forget (call);
}

size_t
card_set_count (const struct card_set *set)
{
  const struct virtual_card *card;
  size_t n = 0;

  for (card = set->cards; card; card = card->next)
    n++;
  return n;
}

struct virtual_card *
card_set_at (struct card_set *set, size_t i)
{
  struct virtual_card *card = set->cards;

  while (card && i--)
    card = card->next;
  return card;
}

struct virtual_card *
card_set_find_serial (struct card_set *set, const char *serial)
{
  struct virtual_card *card;
  char mine[SERIAL_SIZE];

  for (card = set->cards; card; card = card->next)
    {
      card_serial (card, mine);
      if (!strcasecmp (mine, serial))
        return card;
    }
  return NULL;
}

struct key_slot *
card_set_doubt (struct card_set *set)
{
  struct key_slot *slot = NULL;

  while ((slot = next_slot (set, slot)))
    if (!slot_is_loaded (slot))
      return slot;
  return NULL;
}

bool
word_is_grip (const char *word)
{
  return strlen (word) == GRIP_SIZE - 1 && text_is_hex (word, GRIP_SIZE - 1);
}

static struct key_slot *
find_grip (struct card_set *set, const char *grip)
{
  struct key_slot *slot = NULL;

  while ((slot = next_slot (set, slot)))
    if (slot_is_loaded (slot) && !strcasecmp (slot->key.grip, grip))
      return slot;
  return NULL;
}

/* No loaded slot has that grip: load the others.  One that cannot be loaded
 * may be the one that is meant.  */
static gpg_error_t
find_grip_or_doubt (struct card_set *set, struct call *call, const char *grip,
                    struct key_slot **r_slot)
{
  struct key_slot *slot, *doubt;
  gpg_error_t err;

  card_set_load (set, call);
  slot = find_grip (set, grip);
  while (!slot && (doubt = card_set_doubt (set)))
    {
      err = slot_load (doubt, call);
      if (err)
        return err;
      slot = find_grip (set, grip);
    }
  if (!slot)
    return because (call, GPG_ERR_NO_PUBKEY, "no key with keygrip %.40s",
                    grip);
  *r_slot = slot;
  return 0;
}

/* The slot's number does not depend on what its key turns out to be.  */
static bool
is_decided (struct key_slot *slot)
{
  return slot->wanted_no || slot_is_loaded (slot);
}

static gpg_error_t
find_number (struct virtual_card *card, struct call *call, enum slot_no no,
             struct key_slot **r_slot)
{
  gpg_error_t first = 0;
  gpg_error_t err;
  struct key_slot *slot;

  for (slot = card->slots; slot; slot = slot->next)
    if (is_decided (slot) && slot_number (slot) == no)
      {
        err = slot_load (slot, call);
        if (!err)
          *r_slot = slot;
        return err;
      }
  for (slot = card->slots; slot; slot = slot->next)
    {
      err = is_decided (slot) ? 0 : slot_load (slot, call);
      if (!first)
        first = err;
      if (!err && slot_number (slot) == no)
        {
          call_forget (call);
          *r_slot = slot;
          return 0;
        }
    }
  if (first)
    return first;
  return because (call, GPG_ERR_NO_PUBKEY, "card '%.40s' has no OPENPGP.%d",
                  card->name, no);
}

gpg_error_t
card_set_find (struct card_set *set, struct call *call,
               struct virtual_card *card, const char *word,
               struct key_slot **r_slot)
{
  struct key_slot *slot;

  if (word_is_grip (word))
    {
      slot = find_grip (set, word);
      if (!slot)
        return find_grip_or_doubt (set, call, word, r_slot);
      *r_slot = slot;
      return 0;
    }
  if (strncasecmp (word, "OPENPGP.", 8) || word[8] < '1' || word[8] > '3'
      || word[9])
    return because (call, GPG_ERR_INV_ID,
                    "'%.40s' is neither a keygrip nor OPENPGP.1 to OPENPGP.3",
                    word);
  return find_number (card, call, (enum slot_no) (word[8] - '0'), r_slot);
}

/* ---- Cards ----  */

/* What the card's serial number is made from: its first key's public part,
 * so that the same key is the same card on every machine.  While that may
 * still turn out to be another key, the card's name.  The lock is held.  */
static struct span
serial_source (const struct virtual_card *card)
{
  const struct key_slot *first = NULL;
  const struct key_slot *slot;
  bool all_loaded = true;

  for (slot = card->slots; slot; slot = slot->next)
    if (slot->state != SLOT_LOADED)
      all_loaded = false;
    else if (!first || slot->no < first->no)
      first = slot;
  if (first && (all_loaded || first->no == SLOT_SIGN))
    return bytes_span (&first->pin.spki);
  return span_text (card->name);
}

void
card_serial (struct virtual_card *card, char r_serial[SERIAL_SIZE])
{
  unsigned char sha256[32];
  struct span source;

  pthread_mutex_lock (&card->set->lock);
  source = serial_source (card);
  gcry_md_hash_buffer (GCRY_MD_SHA256, sha256, source.p, source.n);
  pthread_mutex_unlock (&card->set->lock);
  snprintf (r_serial, SERIAL_SIZE, AID_PREFIX "%02X%02X%02X%02X" AID_SUFFIX,
            sha256[0], sha256[1], sha256[2], sha256[3]);
}

void
card_display_serial (struct virtual_card *card, char r_text[DISPLAY_SIZE])
{
  char serial[SERIAL_SIZE];

  card_serial (card, serial);
  memcpy (r_text, serial + 16, 4);
  r_text[4] = ' ';
  memcpy (r_text + 5, serial + 20, 8);
  r_text[13] = 0;
}

const char *
card_name (const struct virtual_card *card)
{
  return card->name;
}

const char *
card_url (const struct virtual_card *card)
{
  const struct key_slot *slot;

  for (slot = card->slots; slot; slot = slot->next)
    if (slot->url)
      return slot->url;
  return "";
}

const char *
card_holder (const struct virtual_card *card)
{
  return card->slots->backend ? card->slots->backend->ops->holder : "";
}

struct key_slot *
card_slot (struct virtual_card *card, enum slot_no no)
{
  struct key_slot *found = NULL;
  struct key_slot *slot;

  pthread_mutex_lock (&card->set->lock);
  for (slot = card->slots; slot; slot = slot->next)
    if (slot->no == no)
      {
        bool decided = slot->wanted_no || slot->state == SLOT_LOADED;

        if (decided || !found)
          found = slot;
        if (decided)
          break;
      }
  pthread_mutex_unlock (&card->set->lock);
  return found;
}

struct key_slot *
card_key_at (struct virtual_card *card, size_t i)
{
  struct key_slot *slot = card->slots;

  while (slot && i--)
    slot = slot->next;
  return slot;
}

unsigned int
card_signatures (struct virtual_card *card)
{
  struct key_slot *slot;
  unsigned int n = 0;

  pthread_mutex_lock (&card->set->lock);
  for (slot = card->slots; slot; slot = slot->next)
    n += slot->signatures;
  pthread_mutex_unlock (&card->set->lock);
  return n;
}

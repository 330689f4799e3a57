/* SPDX-License-Identifier: GPL-3.0-or-later
 * The set of all cards: building it and letting it go.  */

#include "config.h"

#include "base/text.h"
#include "card/slot.h"
#include "kms/kms.h"

#include <stdlib.h>
#include <string.h>

struct card_set *
card_set_new (struct known_keys *known, void (*release) (void *owner),
              void *owner)
{
  struct card_set *set = calloc (1, sizeof *set);
  pthread_condattr_t attr;

  if (!set)
    return NULL;
  pthread_mutex_init (&set->lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&set->loaded, &attr);
  pthread_condattr_destroy (&attr);
  set->references = 1;
  set->known = known;
  set->release = release;
  set->owner = owner;
  return set;
}

struct card_set *
card_set_ref (struct card_set *set)
{
  atomic_fetch_add (&set->references, 1);
  return set;
}

static void
card_free (struct virtual_card *card)
{
  struct key_slot *slot;

  while ((slot = card->slots))
    {
      card->slots = slot->next;
      slot_free (slot);
    }
  free (card->name);
  free (card);
}

void
card_set_unref (struct card_set *set)
{
  struct virtual_card *card;

  if (!set || atomic_fetch_sub (&set->references, 1) > 1)
    return;
  while ((card = set->cards))
    {
      set->cards = card->next;
      card_free (card);
    }
  if (set->release)
    set->release (set->owner);
  pthread_cond_destroy (&set->loaded);
  pthread_mutex_destroy (&set->lock);
  free (set);
}

/* A new card at the end of the list; NULL when out of memory.  */
static struct virtual_card *
card_new (struct card_set *set, const char *name, bool labelled)
{
  struct virtual_card *card = calloc (1, sizeof *card);
  struct virtual_card **at = &set->cards;

  if (!card)
    return NULL;
  card->set = set;
  card->labelled = labelled;
  card->name = strdup (name);
  if (!card->name)
    {
      free (card);
      return NULL;
    }
  while (*at)
    at = &(*at)->next;
  *at = card;
  return card;
}

static const unsigned int use_of_slot[CARD_SLOTS + 1] = {
  [SLOT_SIGN] = USE_SIGN | USE_CERT,
  [SLOT_DECRYPT] = USE_DECRYPT,
  [SLOT_AUTH] = USE_AUTH,
};

static struct key_slot *
slot_new (const struct key_config *config)
{
  struct key_slot *slot = calloc (1, sizeof *slot);

  if (!slot)
    return NULL;
  slot->uri = strdup (config->uri);
  slot->key_id = strdup (config->key_id);
  slot->where = strdup (config->where);
  slot->region = config->region ? strdup (config->region) : NULL;
  slot->backend = config->backend;
  slot->wanted_no = config->slot;
  slot->wanted_use = config->use;
  slot->wanted_created = config->created;
  slot->hashes = config->hashes;
  slot->retired = config->retired;
  slot->url = config->url ? strdup (config->url) : NULL;
  if (config->fingerprint)
    strncpy (slot->wanted_fingerprint, config->fingerprint,
             sizeof slot->wanted_fingerprint - 1);
  /* Until the key is known: what nearly every key is.  */
  slot->no = config->slot ? config->slot : SLOT_SIGN;
  slot->use = config->use ? config->use : use_of_slot[slot->no];
  if (!slot->uri || !slot->key_id || !slot->where
      || (config->region && !slot->region) || (config->url && !slot->url))
    {
      slot_free (slot);
      return NULL;
    }
  return slot;
}

/* A card of its own is named after its alias, key id or file.  */
static const char *
own_card_name (const struct key_config *config)
{
  const char *label = kms_label (config->key_id);
  const char *slash = strrchr (label, '/');

  if (text_starts (label, "alias/"))
    return label;
  return slash && slash[1] ? slash + 1 : label;
}

static bool
same_text (const char *a, const char *b)
{
  return a && b ? !strcmp (a, b) : a == b;
}

/* The card for CONFIG's key: the one with its label, or one of its own.  */
static gpg_error_t
card_for (struct card_set *set, struct call *call,
          const struct key_config *config, struct virtual_card **r_card)
{
  struct virtual_card *card;

  for (card = set->cards; card; card = card->next)
    if (config->card && card->labelled && !strcmp (card->name, config->card))
      {
        *r_card = card;
        return 0;
      }
    else if (!config->card && !card->labelled
             && !strcmp (card->slots->uri, config->uri)
             && same_text (card->slots->region, config->region))
      return because (call, GPG_ERR_CONFLICT,
                      "%s: %s is a card already, of %s", config->where,
                      kms_label (config->uri), card->slots->where);
  card = card_new (set, config->card ? config->card : own_card_name (config),
                   config->card);
  if (!card)
    return gpg_error (GPG_ERR_ENOMEM);
  *r_card = card;
  return 0;
}

static gpg_error_t
add_slot (struct card_set *set, struct call *call,
          const struct key_config *config, struct key_slot **r_slot)
{
  struct virtual_card *card = NULL;
  struct key_slot **at;
  struct key_slot *slot;
  gpg_error_t err = card_for (set, call, config, &card);
  int n = 0;

  if (err)
    return err;
  for (at = &card->slots; *at; at = &(*at)->next, n++)
    if (config->slot && (*at)->wanted_no == config->slot)
      return because (call, GPG_ERR_CONFLICT,
                      "%s: slot %d of card '%s' is taken by %s", config->where,
                      config->slot, card->name, kms_label ((*at)->uri));
  if (n == CARD_SLOTS)
    return because (call, GPG_ERR_CONFLICT,
                    "%s: card '%s' has %d keys already", config->where,
                    card->name, CARD_SLOTS);
  slot = slot_new (config);
  if (!slot)
    return gpg_error (GPG_ERR_ENOMEM);
  slot->card = card;
  *at = slot;
  *r_slot = slot;
  return 0;
}

gpg_error_t
card_set_add (struct card_set *set, struct call *call,
              const struct key_config *config)
{
  struct key_slot *slot;
  gpg_error_t err = add_slot (set, call, config, &slot);

  if (!err)
    slot_load_pin (slot, call);
  return err;
}

gpg_error_t
card_set_add_broken (struct card_set *set, gpg_error_t err, const char *reason)
{
  static const struct key_config config = {
    .uri = "configuration",
    .key_id = "configuration",
    .where = "configuration",
    .card = "configuration",
  };
  struct call call;
  struct key_slot *slot;
  gpg_error_t added;

  call_init (&call, &system_clock, 0);
  added = add_slot (set, &call, &config, &slot);
  if (added)
    return added;
  slot->failure = err;
  slot->retry_at = INT64_MAX;
  strncpy (slot->failure_reason, reason, sizeof slot->failure_reason - 1);
  text_clean (slot->failure_reason);
  return 0;
}

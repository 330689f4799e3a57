/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a slot says of itself.  */

#include "config.h"

#include "card/slot.h"

#include "kms/kms.h"

#include <stdlib.h>

void
slot_free (struct key_slot *slot)
{
  free (slot->uri);
  free (slot->region);
  free (slot->key_id);
  free (slot->where);
  free (slot->url);
  known_key_drop (&slot->pin);
  pubkey_drop (&slot->key);
  free (slot);
}

struct virtual_card *
slot_card (const struct key_slot *slot)
{
  return slot->card;
}

const char *
slot_uri (const struct key_slot *slot)
{
  return slot->uri;
}

/* These two change when the slot is loaded.  */
enum slot_no
slot_number (const struct key_slot *slot)
{
  enum slot_no no;

  pthread_mutex_lock (&slot->card->set->lock);
  no = slot->no;
  pthread_mutex_unlock (&slot->card->set->lock);
  return no;
}

unsigned int
slot_use (const struct key_slot *slot)
{
  unsigned int use;

  pthread_mutex_lock (&slot->card->set->lock);
  use = slot->use;
  pthread_mutex_unlock (&slot->card->set->lock);
  return use;
}

const char *
slot_keyref (const struct key_slot *slot)
{
  static const char *const keyrefs[CARD_SLOTS + 1] = {
    [SLOT_SIGN] = "OPENPGP.1",
    [SLOT_DECRYPT] = "OPENPGP.2",
    [SLOT_AUTH] = "OPENPGP.3",
  };

  return keyrefs[slot_number (slot)];
}

const char *
slot_use_letters (const struct key_slot *slot)
{
  /* By the USE_ bits; in GnuPG's order.  */
  static const char *const letters[16] = {
    "-", "s",  "c",  "sc",  "a",  "sa",  "ca",  "sca",
    "e", "se", "ce", "sce", "ae", "sae", "cae", "scae",
  };

  return letters[slot_use (slot) & 15];
}

const struct keyspec *
slot_spec (const struct key_slot *slot)
{
  return slot->key.spec;
}

int
slot_openpgp_algo (const struct key_slot *slot)
{
  return slot->key.openpgp_algo;
}

const char *
slot_grip (const struct key_slot *slot)
{
  return slot->key.grip;
}

struct span
slot_public_key (const struct key_slot *slot)
{
  return bytes_span (&slot->key.canonical);
}

gpg_error_t
slot_format_key (struct key_slot *slot, const char *format,
                 struct bytes *r_text)
{
  return pubkey_format (&slot->key, format, r_text);
}

int64_t
slot_created (const struct key_slot *slot)
{
  return slot->pin.created;
}

const char *
slot_arn (const struct key_slot *slot)
{
  return bytes_text (&slot->pin.id);
}

const char *
slot_fingerprint (const struct key_slot *slot)
{
  return slot->pin.fingerprint[0] ? slot->pin.fingerprint : NULL;
}

gpg_error_t
slot_compute_fingerprint (const struct key_slot *slot,
                          char r_text[FINGERPRINT_SIZE])
{
  return pubkey_fingerprint (&slot->key, slot->pin.created, r_text);
}

gpg_error_t
slot_ask_state (const struct key_slot *slot, struct call *call,
                struct bytes *r_state)
{
  struct kms_key key = { 0 };
  gpg_error_t err = kms_describe (slot->backend, call, slot->key_id, &key);

  if (!err)
    bytes_move (r_state, &key.state);
  kms_key_drop (&key);
  return err;
}

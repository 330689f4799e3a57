/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the study keeps of a slot, a card and the set; nobody above looks
 * in here.  */

#ifndef CARD_SLOT_H
#define CARD_SLOT_H

#include "card/card.h"
#include "card/known-keys.h"

#include <pthread.h>
#include <stdatomic.h>

enum slot_state
{
  SLOT_UNKNOWN, /* Not tried, or FAILURE says why not.  */
  SLOT_LOADING, /* Some thread is at it.  */
  SLOT_LOADED   /* The public part is there for good.  */
};

struct key_slot
{
  struct key_slot *next; /* Of the card, in the order of configuration.  */
  struct virtual_card *card;

  /* From the `key` line.  */
  char *uri;
  char *region; /* Or NULL.  */
  char *key_id;
  char *where;
  struct kms_backend *backend; /* NULL: a broken configuration.  */
  enum slot_no wanted_no;
  unsigned int wanted_use;
  unsigned int hashes;
  int64_t wanted_created;
  bool retired;
  char *url;                                 /* Or NULL.  */
  char wanted_fingerprint[FINGERPRINT_SIZE]; /* Or "".  */

  /* Guarded by the set's lock; after SLOT_LOADED nothing below changes but
   * SIGNATURES.  */
  enum slot_state state;
  gpg_error_t failure;
  char failure_reason[CALL_REASON_SIZE];
  int64_t retry_at; /* Monotonic ms; no new try before.  */
  unsigned int signatures;

  enum slot_no no;
  unsigned int use;
  struct known_key pin;
  struct public_key key;
};

struct virtual_card
{
  struct virtual_card *next;
  struct card_set *set;
  char *name;
  bool labelled;          /* NAME stands in card=: other keys may join.  */
  struct key_slot *slots; /* One to CARD_SLOTS of them.  */
};

struct card_set
{
  pthread_mutex_t lock;
  pthread_cond_t loaded;  /* Some slot left SLOT_LOADING.  */
  atomic_uint references; /* So that the hall can take one under its lock.  */
  struct virtual_card *cards;
  struct known_keys *known;
  void (*release) (void *owner);
  void *owner;
};

/* Take the slot's key from the pin file alone; slot_load reports what is
 * wrong there.  Only while the set is built.  */
void slot_load_pin (struct key_slot *slot, struct call *call);

void slot_free (struct key_slot *slot);

#endif /* CARD_SLOT_H */

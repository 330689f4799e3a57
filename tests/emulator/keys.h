/* SPDX-License-Identifier: GPL-3.0-or-later
 * The keys of the emulated account, their aliases and states.  */

#ifndef EMULATOR_KEYS_H
#define EMULATOR_KEYS_H

#include "base/bytes.h"
#include "tests/emulator/faults.h"
#include "tests/emulator/specs.h"

#include <gcrypt.h>
#include <pthread.h>

enum key_state
{
  STATE_ENABLED,
  STATE_DISABLED,
  STATE_PENDING_DELETION
};

/* What key_store_add made never changes, but for the material, which
 * appears once, and for STATE and what follows, which the store guards.  */
struct key
{
  char *name; /* The alias it was made for.  */
  const struct key_spec *spec;
  const char *usage;
  char *id;
  char *arn;
  int64_t created_ms;
  struct fault fault;
  struct key *stand_in; /* Another key of this spec, for some faults.  */

  pthread_mutex_t lock; /* Guards SECRET and SPKI being made.  */
  gcry_sexp_t secret;
  struct bytes spki;

  enum key_state state;
  int64_t deletion_ms;
  unsigned long faulted;
};

struct key_alias
{
  char *name;
  struct key *target;
};

struct key_store
{
  char *seed;
  char *region;
  char *account;
  pthread_mutex_t lock; /* Guards the alias targets and the key states.  */
  struct key **keys;
  size_t n_keys;
  struct key_alias *aliases;
  size_t n_aliases;
};

gpg_error_t key_store_init (struct key_store *store, const char *seed,
                            const char *region, const char *account);
void key_store_drop (struct key_store *store);

/* "ALIAS=SPEC[:USAGE]".  INV_NAME, UNKNOWN_NAME (the spec),
 * WRONG_KEY_USAGE, DUP_VALUE.  Before the first thread only.  */
gpg_error_t key_store_add (struct key_store *store, const char *line);

/* Borrowed, valid as long as the store; NULL when there is none.  */
struct key *key_by_alias (struct key_store *store, const char *alias);
struct key *key_by_id (struct key_store *store, const char *id);

/* Make the key's material if that is still to be done.  Afterwards SECRET
 * and SPKI may be read without a lock.  The symmetric spec has none.  */
gpg_error_t key_ready (struct key_store *store, struct key *key);

enum key_state key_get_state (struct key_store *store, struct key *key,
                              int64_t *r_deletion_ms);
void key_set_state (struct key_store *store, struct key *key,
                    enum key_state state, int64_t deletion_ms);

/* True for the first LIMIT calls with this key.  */
bool key_still_faulted (struct key_store *store, struct key *key,
                        unsigned long limit);

/* Point an alias elsewhere.  False: no such alias.  */
bool key_repoint (struct key_store *store, const char *alias,
                  struct key *target);

/* Aliases, states and fault counts as at the start.  */
void key_store_reset (struct key_store *store);

#endif /* EMULATOR_KEYS_H */

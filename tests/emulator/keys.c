/* SPDX-License-Identifier: GPL-3.0-or-later
 * The keys of the emulated account, their aliases and states.  */

#include "config.h"

#include "tests/emulator/keys.h"

#include "base/text.h"
#include "tests/emulator/material.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CREATION 1767225600 /* 2026-01-01T00:00:00Z */
#define MAX_ALIAS 256

gpg_error_t
key_store_init (struct key_store *store, const char *seed, const char *region,
                const char *account)
{
  memset (store, 0, sizeof *store);
  pthread_mutex_init (&store->lock, NULL);
  store->seed = strdup (seed);
  store->region = strdup (region);
  store->account = strdup (account);
  if (!store->seed || !store->region || !store->account)
    return gpg_error (GPG_ERR_ENOMEM);
  return 0;
}

static void
key_free (struct key *key)
{
  if (!key)
    return;
  gcry_sexp_release (key->secret);
  bytes_drop (&key->spki);
  pthread_mutex_destroy (&key->lock);
  free (key->name);
  free (key->id);
  free (key->arn);
  free (key);
}

void
key_store_drop (struct key_store *store)
{
  size_t i;

  for (i = 0; i < store->n_keys; i++)
    key_free (store->keys[i]);
  for (i = 0; i < store->n_aliases; i++)
    free (store->aliases[i].name);
  free (store->keys);
  free (store->aliases);
  free (store->seed);
  free (store->region);
  free (store->account);
  pthread_mutex_destroy (&store->lock);
}

static char *
take_text (struct bytes *b)
{
  char *s = b->failed ? NULL : text_copy (bytes_text (b), b->n);

  bytes_drop (b);
  return s;
}

/* A version 4 UUID.  */
static char *
make_id (const unsigned char *random)
{
  unsigned char raw[16];
  struct bytes id = { 0 };
  size_t i;

  memcpy (raw, random, sizeof raw);
  raw[6] = (raw[6] & 0x0f) | 0x40;
  raw[8] = (raw[8] & 0x3f) | 0x80;
  for (i = 0; i < sizeof raw; i++)
    {
      if (i == 4 || i == 6 || i == 8 || i == 10)
        bytes_add_byte (&id, '-');
      text_add_hex (&id, span_of (raw + i, 1));
    }
  return take_text (&id);
}

/* Id, ARN and creation date follow from the seed as the key does.  */
static gpg_error_t
give_identity (struct key_store *store, struct key *key)
{
  unsigned char raw[20];
  struct bytes arn = { 0 };
  struct bytes purpose = { 0 };
  struct stream s;
  gpg_error_t err;

  bytes_add_fmt (&purpose, "id %s", key->spec->name);
  err = bytes_error (&purpose);
  if (!err)
    err = stream_open (&s, store->seed, bytes_text (&purpose), key->name);
  bytes_drop (&purpose);
  if (err)
    return err;
  stream_read (&s, raw, sizeof raw);
  stream_close (&s);
  key->created_ms = (int64_t)FIRST_CREATION * 1000
                    + (raw[16] << 16 | raw[17] << 8 | raw[18]) % 9999999;
  key->id = make_id (raw);
  if (key->id)
    bytes_add_fmt (&arn, "arn:aws:kms:%s:%s:key/%s", store->region,
                   store->account, key->id);
  key->arn = take_text (&arn);
  return key->id && key->arn ? 0 : gpg_error (GPG_ERR_ENOMEM);
}

/* The new key is the store's in every case but failure.  */
static gpg_error_t
add_key (struct key_store *store, const char *name,
         const struct key_spec *spec, const char *usage, struct key **r_key)
{
  struct key **keys;
  struct key *key = calloc (1, sizeof *key);
  gpg_error_t err = gpg_error (GPG_ERR_ENOMEM);

  if (!key)
    return err;
  pthread_mutex_init (&key->lock, NULL);
  key->spec = spec;
  key->usage = usage;
  key->name = strdup (name);
  if (key->name)
    err = give_identity (store, key);
  keys = realloc (store->keys, (store->n_keys + 1) * sizeof *keys);
  if (keys)
    store->keys = keys;
  else
    err = gpg_error (GPG_ERR_ENOMEM);
  if (err)
    {
      key_free (key);
      return err;
    }
  store->keys[store->n_keys++] = key;
  *r_key = key;
  return 0;
}

static gpg_error_t
add_alias (struct key_store *store, struct key *key)
{
  struct key_alias *aliases
    = realloc (store->aliases, (store->n_aliases + 1) * sizeof *aliases);
  char *name = strdup (key->name);

  if (aliases)
    store->aliases = aliases;
  if (!aliases || !name)
    {
      free (name);
      return gpg_error (GPG_ERR_ENOMEM);
    }
  aliases[store->n_aliases].name = name;
  aliases[store->n_aliases].target = key;
  store->n_aliases++;
  return 0;
}

static bool
is_alias_name (const char *s)
{
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-";

  return text_starts (s, "alias/") && s[6] && strlen (s) <= MAX_ALIAS
         && !text_starts (s, "alias/aws/") && !s[strspn (s, allowed)];
}

static const char *
usage_of (const struct key_spec *spec, const char *wanted)
{
  static const char *const usages[]
    = { "SIGN_VERIFY", "KEY_AGREEMENT", "ENCRYPT_DECRYPT" };
  size_t i;

  if (!wanted)
    return key_spec_default_usage (spec);
  for (i = 0; i < DIM (usages); i++)
    if (!strcmp (usages[i], wanted) && key_spec_usable (spec, wanted))
      return usages[i];
  return NULL;
}

/* ALIAS, SPEC and USAGE (or NULL) are checked and entered.  */
static gpg_error_t
enter (struct key_store *store, const char *alias, const char *spec_name,
       const char *usage_name)
{
  const struct key_spec *spec = key_spec_find (spec_name);
  const char *usage = spec ? usage_of (spec, usage_name) : NULL;
  struct bytes other = { 0 };
  struct key *key;
  gpg_error_t err;

  if (!is_alias_name (alias))
    return gpg_error (GPG_ERR_INV_NAME);
  if (!spec)
    return gpg_error (GPG_ERR_UNKNOWN_NAME);
  if (!usage)
    return gpg_error (GPG_ERR_WRONG_KEY_USAGE);
  if (key_by_alias (store, alias))
    return gpg_error (GPG_ERR_DUP_VALUE);
  err = add_key (store, alias, spec, usage, &key);
  if (!err)
    err = add_alias (store, key);
  if (err)
    return err;
  fault_parse (alias, &key->fault);
  if (!fault_wants_stand_in (&key->fault))
    return 0;
  bytes_add_fmt (&other, "%s (stand-in)", alias);
  err = bytes_error (&other);
  if (!err)
    err = add_key (store, bytes_text (&other), spec, usage, &key->stand_in);
  bytes_drop (&other);
  return err;
}

gpg_error_t
key_store_add (struct key_store *store, const char *line)
{
  char *alias = strdup (line);
  char *spec, *usage;
  gpg_error_t err;

  if (!alias)
    return gpg_error (GPG_ERR_ENOMEM);
  spec = strchr (alias, '=');
  usage = strchr (alias, ':');
  if (!spec || (usage && usage < spec))
    err = gpg_error (GPG_ERR_INV_NAME);
  else
    {
      *spec++ = 0;
      if (usage)
        *usage++ = 0;
      err = enter (store, alias, spec, usage);
    }
  free (alias);
  return err;
}

static struct key_alias *
find_alias (struct key_store *store, const char *name)
{
  size_t i;

  for (i = 0; i < store->n_aliases; i++)
    if (!strcmp (store->aliases[i].name, name))
      return store->aliases + i;
  return NULL;
}

struct key *
key_by_alias (struct key_store *store, const char *alias)
{
  struct key_alias *found = find_alias (store, alias);
  struct key *key;

  pthread_mutex_lock (&store->lock);
  key = found ? found->target : NULL;
  pthread_mutex_unlock (&store->lock);
  return key;
}

struct key *
key_by_id (struct key_store *store, const char *id)
{
  size_t i;

  for (i = 0; i < store->n_keys; i++)
    if (!strcmp (store->keys[i]->id, id))
      return store->keys[i];
  return NULL;
}

gpg_error_t
key_ready (struct key_store *store, struct key *key)
{
  struct stream s;
  gpg_error_t err = 0;

  pthread_mutex_lock (&key->lock);
  if (!key->secret && key->spec->kind != KIND_SYMMETRIC)
    {
      err = stream_open (&s, store->seed, key->spec->name, key->name);
      if (!err)
        {
          bytes_clear (&key->spki);
          err = material_make (&s, key->spec, &key->secret, &key->spki);
          stream_close (&s);
        }
    }
  pthread_mutex_unlock (&key->lock);
  return err;
}

enum key_state
key_get_state (struct key_store *store, struct key *key,
               int64_t *r_deletion_ms)
{
  enum key_state state;

  pthread_mutex_lock (&store->lock);
  state = key->state;
  *r_deletion_ms = key->deletion_ms;
  pthread_mutex_unlock (&store->lock);
  return state;
}

void
key_set_state (struct key_store *store, struct key *key, enum key_state state,
               int64_t deletion_ms)
{
  pthread_mutex_lock (&store->lock);
  key->state = state;
  key->deletion_ms = deletion_ms;
  pthread_mutex_unlock (&store->lock);
}

bool
key_still_faulted (struct key_store *store, struct key *key,
                   unsigned long limit)
{
  bool yes;

  pthread_mutex_lock (&store->lock);
  yes = key->faulted < limit;
  if (yes)
    key->faulted++;
  pthread_mutex_unlock (&store->lock);
  return yes;
}

bool
key_repoint (struct key_store *store, const char *alias, struct key *target)
{
  struct key_alias *found = find_alias (store, alias);

  pthread_mutex_lock (&store->lock);
  if (found)
    found->target = target;
  pthread_mutex_unlock (&store->lock);
  return found;
}

void
key_store_reset (struct key_store *store)
{
  size_t i, k;

  pthread_mutex_lock (&store->lock);
  for (i = 0; i < store->n_keys; i++)
    {
      struct key *key = store->keys[i];

      key->state = STATE_ENABLED;
      key->faulted = 0;
      for (k = 0; k < store->n_aliases; k++)
        if (!strcmp (store->aliases[k].name, key->name))
          store->aliases[k].target = key;
    }
  pthread_mutex_unlock (&store->lock);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * A slot's way from a configured name to a public key: the pin, else the
 * key management service, once for all who wait.  */

#include "config.h"

#include "card/slot.h"

#include "base/log.h"
#include "kms/kms.h"

#include <string.h>
#include <time.h>

/* After a failure the next try waits: one gpg run asks several times.  */
#define RETRY_AFTER_MS 3000

/* How the pin file calls a usage, which slot it goes to by itself, and
 * what the key may then do.  An ENCRYPT_DECRYPT key of AWS is missing: it
 * undoes OAEP only, and OpenPGP has PKCS#1 v1.5.  */
/* clang-format off */
static const struct usage_row
{
  enum kms_usage usage;
  const char *word;
  enum slot_no no;
  unsigned int use;
} usages[] = {
  { KMS_USAGE_SIGN,  "sign",  SLOT_SIGN,    USE_SIGN | USE_CERT },
  { KMS_USAGE_AGREE, "agree", SLOT_DECRYPT, USE_DECRYPT },
};

/* What a signing key may do in each slot.  */
static const unsigned int signer_use[CARD_SLOTS + 1] = {
  [SLOT_SIGN]    = USE_SIGN | USE_CERT,
  [SLOT_DECRYPT] = 0,
  [SLOT_AUTH]    = USE_AUTH,
};
/* clang-format on */

/* ---- From a pin to a loaded slot ----  */

static const struct usage_row *
usage_find (const char *word)
{
  size_t i;

  for (i = 0; i < DIM (usages); i++)
    if (!strcmp (usages[i].word, word))
      return &usages[i];
  return NULL;
}

/* Which slot and what for.  */
static gpg_error_t
decide_use (const struct key_slot *slot, struct call *call,
            const struct usage_row *row, enum slot_no *r_no,
            unsigned int *r_use)
{
  enum slot_no no = slot->wanted_no ? slot->wanted_no : row->no;
  unsigned int can = row->use;

  if (row->usage == KMS_USAGE_SIGN)
    {
      *r_use = slot->wanted_use ? slot->wanted_use : signer_use[no];
      can |= USE_AUTH;
    }
  else
    *r_use = slot->wanted_use ? slot->wanted_use : row->use;
  if ((no == SLOT_DECRYPT) != !!(row->use & USE_DECRYPT) || *r_use & ~can)
    return because (call, GPG_ERR_WRONG_KEY_USAGE,
                    "%s: a key for '%s' does not fit the slot or usage of %s",
                    kms_label (slot->uri), row->word, slot->where);
  *r_no = no;
  return 0;
}

/* The fingerprint of the `key` line, if it has one, must be that of the key
 * at its creation time: a certificate made at another time needs created=.  */
static gpg_error_t
check_fingerprint (const struct key_slot *slot, struct call *call,
                   const struct public_key *key, int64_t created)
{
  char text[FINGERPRINT_SIZE];
  gpg_error_t err;

  if (!slot->wanted_fingerprint[0])
    return 0;
  err = pubkey_fingerprint (key, created, text);
  if (!err && strcmp (text, slot->wanted_fingerprint))
    err = because (call, GPG_ERR_CONFIGURATION,
                   "%s: fpr= is not this key's; it is %s", slot->where, text);
  return err;
}

/* The public key in PIN.  Nothing to drop after a failure.  */
static gpg_error_t
read_key (const struct key_slot *slot, struct call *call,
          const struct usage_row *row, const struct keyspec *spec,
          const struct known_key *pin, struct public_key *r_key)
{
  gpg_error_t err = pubkey_from_spki (spec, bytes_span (&pin->spki), r_key);

  if (!err && row->usage == KMS_USAGE_AGREE)
    err = pubkey_make_ecdh (r_key);
  if (err)
    err = because_err (call, err, "%s: the public key is no %s key",
                       kms_label (slot->uri), spec->name);
  else
    err = check_fingerprint (slot, call, r_key, pin->created);
  if (err)
    pubkey_drop (r_key);
  return err;
}

/* What the `key` line says stands above what was pinned.  A fingerprint
 * belongs to one creation time.  */
static void
apply_wishes (const struct key_slot *slot, struct known_key *pin)
{
  if (slot->wanted_created && slot->wanted_created != pin->created)
    {
      pin->created = slot->wanted_created;
      pin->fingerprint[0] = 0;
    }
  if (slot->wanted_fingerprint[0])
    strcpy (pin->fingerprint, slot->wanted_fingerprint);
}

/* Fill in the slot from PIN, which moves into it.  The set's lock is held
 * (or the set is being built).  */
static gpg_error_t
accept_pin (struct key_slot *slot, struct call *call, struct known_key *pin)
{
  const struct usage_row *row = usage_find (bytes_text (&pin->usage));
  const struct keyspec *spec = keyspec_find (bytes_text (&pin->spec));
  struct public_key key;
  struct key_slot *other;
  unsigned int use = 0;
  enum slot_no no = SLOT_SIGN;
  gpg_error_t err;

  if (!spec || !row)
    return because (call, GPG_ERR_UNSUPPORTED_ALGORITHM,
                    "%s: a %s key for '%s' cannot be used with OpenPGP",
                    kms_label (slot->uri), bytes_text (&pin->spec),
                    bytes_text (&pin->usage));
  err = decide_use (slot, call, row, &no, &use);
  if (err)
    return err;
  for (other = slot->card->slots; other; other = other->next)
    if (other->state == SLOT_LOADED && other->no == no)
      return because (call, GPG_ERR_CONFLICT,
                      "%s: slot %d of card '%s' is taken by %s", slot->where,
                      no, slot->card->name, kms_label (other->uri));
  apply_wishes (slot, pin);
  err = read_key (slot, call, row, spec, pin, &key);
  if (err)
    return err;
  slot->key = key;
  slot->pin = *pin;
  memset (pin, 0, sizeof *pin);
  slot->no = no;
  slot->use = use;
  slot->state = SLOT_LOADED;
  return 0;
}

static void
note_failure (struct key_slot *slot, const struct call *call, gpg_error_t err)
{
  slot->state = SLOT_UNKNOWN;
  slot->failure = err;
  strcpy (slot->failure_reason, call_why (call, err));
  slot->retry_at = call_mono_ms (call) + RETRY_AFTER_MS;
}

void
slot_load_pin (struct key_slot *slot, struct call *call)
{
  struct known_key pin = { 0 };
  gpg_error_t err;

  err = known_keys_find (slot->card->set->known, call, slot->uri, slot->region,
                         &pin);
  if (!err)
    err = accept_pin (slot, call, &pin);
  if (err && gpg_err_code (err) != GPG_ERR_NOT_FOUND)
    {
      log_fault (call, "%s: %s", slot->where, call_why (call, err));
      note_failure (slot, call, err);
      /* What is wrong with the file stays so until it is read anew.  */
      slot->retry_at = INT64_MAX;
    }
  call_forget (call);
  known_key_drop (&pin);
}

/* ---- From the service to a pin ----  */

static gpg_error_t
usage_word (struct key_slot *slot, struct call *call, enum kms_usage usage,
            const char **r_word)
{
  size_t i;

  for (i = 0; i < DIM (usages); i++)
    if (usages[i].usage == usage)
      {
        *r_word = usages[i].word;
        return 0;
      }
  return because (call, GPG_ERR_WRONG_KEY_USAGE,
                  "%s: this key neither signs nor agrees on keys",
                  kms_label (slot->uri));
}

/* Ask the service.  No lock is held.  */
static gpg_error_t
fetch_pin (struct key_slot *slot, struct call *call, struct known_key *r_pin)
{
  struct kms_key key = { 0 };
  struct kms_key more = { 0 };
  const char *word = NULL;
  gpg_error_t err;

  err = kms_get_public_key (slot->backend, call, slot->key_id, &key);
  if (!err)
    err = usage_word (slot, call, key.usage, &word);
  if (!err && !slot->wanted_created)
    {
      err = kms_describe (slot->backend, call, slot->key_id, &more);
      if (!err && !span_equal (bytes_span (&more.id), bytes_span (&key.id)))
        err = because (call, GPG_ERR_CONFLICT,
                       "%s: the name moved to another key just now",
                       kms_label (slot->uri));
      if (!err && !more.created)
        err = because (call, GPG_ERR_INV_RESPONSE,
                       "%s: no creation date; give created= in %s",
                       kms_label (slot->uri), slot->where);
    }
  if (err)
    goto leave;
  bytes_add_str (&r_pin->uri, slot->uri);
  if (slot->region)
    bytes_add_str (&r_pin->region, slot->region);
  bytes_add_str (&r_pin->usage, word);
  bytes_move (&r_pin->id, &key.id);
  bytes_move (&r_pin->spec, &key.spec);
  bytes_move (&r_pin->spki, &key.spki);
  r_pin->created = slot->wanted_created ? slot->wanted_created : more.created;
  err = bytes_error (&r_pin->uri);
  if (!err)
    err = bytes_error (&r_pin->usage);

leave:
  kms_key_drop (&key);
  kms_key_drop (&more);
  return err;
}

/* Pin what was fetched.  A file that cannot be written costs the memory
 * from one start to the next, not the signature.  */
static gpg_error_t
keep_pin (struct key_slot *slot, struct call *call,
          const struct known_key *pin)
{
  gpg_error_t err = known_keys_add (slot->card->set->known, call, pin);

  switch (gpg_err_code (err))
    {
    case 0:
      log_note (call, "%s: pinned %s", slot->uri, bytes_text (&pin->id));
      return 0;
    case GPG_ERR_FORBIDDEN:
    case GPG_ERR_CONFLICT:
    case GPG_ERR_CONFIGURATION:
      return err;
    default:
      log_fault (call, "%s: cannot be pinned: %s", slot->uri,
                 call_why (call, err));
      call_forget (call);
      return 0;
    }
}

/* Wait until nobody loads the slot.  The lock is held.  */
static gpg_error_t
wait_for_loader (struct key_slot *slot, struct call *call)
{
  struct card_set *set = slot->card->set;
  unsigned int left = call_remaining_ms (call);
  struct timespec until;

  clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_sec += left / 1000;
  until.tv_nsec += (long)(left % 1000) * 1000000;
  if (until.tv_nsec >= 1000000000)
    {
      until.tv_sec++;
      until.tv_nsec -= 1000000000;
    }
  while (slot->state == SLOT_LOADING)
    if (pthread_cond_timedwait (&set->loaded, &set->lock, &until))
      return because (call, GPG_ERR_TIMEOUT,
                      "%s: the public key did not arrive in time",
                      kms_label (slot->uri));
  return 0;
}

/* The lock is held and the slot is in SLOT_UNKNOWN: load it, letting go of
 * the lock for the network.  */
static gpg_error_t
load_now (struct key_slot *slot, struct call *call)
{
  struct card_set *set = slot->card->set;
  struct known_key pin = { 0 };
  gpg_error_t err;

  slot->state = SLOT_LOADING;
  pthread_mutex_unlock (&set->lock);
  err = fetch_pin (slot, call, &pin);
  if (!err)
    err = keep_pin (slot, call, &pin);
  pthread_mutex_lock (&set->lock);
  if (!err)
    err = accept_pin (slot, call, &pin);
  if (err)
    note_failure (slot, call, err);
  pthread_cond_broadcast (&set->loaded);
  known_key_drop (&pin);
  if (err)
    log_fault (call, "%s (%s): %s", slot->uri, slot->where,
               slot->failure_reason);
  return err;
}

gpg_error_t
slot_load (struct key_slot *slot, struct call *call)
{
  struct card_set *set = slot->card->set;
  gpg_error_t err;

  pthread_mutex_lock (&set->lock);
  err = wait_for_loader (slot, call);
  if (!err && slot->state != SLOT_LOADED)
    {
      if (slot->failure && call_mono_ms (call) < slot->retry_at)
        err = because_err (call, slot->failure, "%s", slot->failure_reason);
      else
        err = load_now (slot, call);
    }
  pthread_mutex_unlock (&set->lock);
  return err;
}

bool
slot_is_loaded (struct key_slot *slot)
{
  bool loaded;

  pthread_mutex_lock (&slot->card->set->lock);
  loaded = slot->state == SLOT_LOADED;
  pthread_mutex_unlock (&slot->card->set->lock);
  return loaded;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * A study without keys: what tests of the hall put below it.  The public
 * keys and their grips are real, the signatures are not.  */

#include "config.h"

#include "tests/transcripts/fake-study.h"

#include "base/log.h"
#include "base/text.h"
#include "card/keyspec.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FAKE_CARDS 3

struct fake_study fake_study;

struct key_slot
{
  struct virtual_card *card;
  struct bytes canonical;
  bool loaded; /* Guarded by the set's lock, as SIGNATURES is.  */
  unsigned int signatures;
};

/* What a card is made of.  */
struct fake_row
{
  const char *name;
  const char *serial;
  const char *provisional; /* The serial before the key is loaded.  */
  const char *grip;
  const char *letters;
  unsigned int use;
  const char *fingerprint;
  struct keyspec spec; /* BITS are the signature's.  */
};

struct virtual_card
{
  const struct fake_row *row;
  struct card_set *set;
  struct key_slot slot;
};

struct card_set
{
  pthread_mutex_t lock;
  unsigned int references;
  size_t n;
  struct virtual_card cards[FAKE_CARDS];
};

/* clang-format off */
static const struct fake_row rows[FAKE_CARDS] = {
  { "alias/fake-rsa", "D276000124010304FFFE22222222" "0000",
    "D276000124010304FFFEAAAAAAAA" "0000",
    "00BD4BD5ECD7F189D4D3C3BAC79323B648739DDB", "sc", USE_SIGN | USE_CERT,
    "0123456789ABCDEF0123456789ABCDEF01234567",
    { .name = "RSA_2048", .bits = 2048, .openpgp_algo = 1, .algo = "rsa2048",
      .parameters = "rsa2048 32 0" } },
  { "alias/fake-ed25519", "D276000124010304FFFE11111111" "0000",
    "D276000124010304FFFEBBBBBBBB" "0000",
    "B92622F1C6F1BD7C5B2B6A7F388D0B38BC628920", "sca",
    USE_SIGN | USE_CERT | USE_AUTH, NULL,
    { .name = "ECC_NIST_EDWARDS25519", .bits = 512, .openpgp_algo = 22,
      .algo = "ed25519", .parameters = "ed25519" } },
  { "alias/fake-doubt", NULL, "D276000124010304FFFE33333333" "0000",
    NULL, "sc", USE_SIGN | USE_CERT, NULL, { .name = NULL } },
};
/* clang-format on */

/* n = 2^2047 + 1, which has NULs and a leading zero; e = 65537.  */
static void
add_rsa_key (struct bytes *out)
{
  unsigned char *n;

  bytes_add_str (out, "(10:public-key(3:rsa(1:n257:");
  n = bytes_extend (out, 257);
  if (n)
    {
      n[1] = 0x80;
      n[256] = 1;
    }
  bytes_add_str (out, ")(1:e3:");
  bytes_add (out, "\x01\x00\x01", 3);
  bytes_add_str (out, ")))");
}

/* RFC 8032 section 7.1, test 1.  It has no byte that is escaped.  */
static void
add_ed25519_key (struct bytes *out)
{
  static const char q[] = "40d75a980182b10ab7d54bfed3c964073a"
                          "0ee172f3daa62325af021a68f707511a";

  bytes_add_str (out, "(10:public-key(3:ecc(5:curve7:Ed25519)"
                      "(5:flags5:eddsa)(1:q33:");
  text_unhex (out, span_text (q));
  bytes_add_str (out, ")))");
}

struct card_set *
fake_study_new (void)
{
  struct card_set *set = calloc (1, sizeof *set);
  size_t i;

  if (!set)
    return NULL;
  pthread_mutex_init (&set->lock, NULL);
  set->references = 1;
  set->n = fake_study.alone ? 1 : fake_study.doubt ? 3 : 2;
  for (i = 0; i < set->n; i++)
    {
      set->cards[i].row = &rows[i];
      set->cards[i].set = set;
      set->cards[i].slot.card = &set->cards[i];
      set->cards[i].slot.loaded = i == 0 || (i == 1 && !fake_study.late);
    }
  add_rsa_key (&set->cards[0].slot.canonical);
  add_ed25519_key (&set->cards[1].slot.canonical);
  return set;
}

struct card_set *
card_set_ref (struct card_set *set)
{
  pthread_mutex_lock (&set->lock);
  set->references++;
  pthread_mutex_unlock (&set->lock);
  return set;
}

void
card_set_unref (struct card_set *set)
{
  unsigned int left;
  size_t i;

  if (!set)
    return;
  pthread_mutex_lock (&set->lock);
  left = --set->references;
  pthread_mutex_unlock (&set->lock);
  if (left)
    return;
  for (i = 0; i < FAKE_CARDS; i++)
    bytes_drop (&set->cards[i].slot.canonical);
  pthread_mutex_destroy (&set->lock);
  free (set);
  log_note (NULL, "a set of cards is gone");
}

/* ---- Looking things up ----  */

void
card_set_load (struct card_set *set, struct call *call)
{
  size_t i;

  for (i = 0; i < set->n; i++)
    slot_load (&set->cards[i].slot, call);
}

size_t
card_set_count (const struct card_set *set)
{
  return set->n;
}

struct virtual_card *
card_set_at (struct card_set *set, size_t i)
{
  return i < set->n ? &set->cards[i] : NULL;
}

struct virtual_card *
card_set_find_serial (struct card_set *set, const char *serial)
{
  char mine[SERIAL_SIZE];
  size_t i;

  for (i = 0; i < set->n; i++)
    {
      card_serial (&set->cards[i], mine);
      if (!strcasecmp (mine, serial))
        return &set->cards[i];
    }
  return NULL;
}

struct key_slot *
card_set_doubt (struct card_set *set)
{
  size_t i;

  for (i = 0; i < set->n; i++)
    if (!slot_is_loaded (&set->cards[i].slot))
      return &set->cards[i].slot;
  return NULL;
}

bool
word_is_grip (const char *word)
{
  return strlen (word) == GRIP_SIZE - 1 && text_is_hex (word, GRIP_SIZE - 1);
}

static gpg_error_t
find_grip (struct card_set *set, struct call *call, const char *grip,
           struct key_slot **r_slot)
{
  struct key_slot *doubt;
  size_t i;

  card_set_load (set, call);
  call_forget (call);
  for (i = 0; i < set->n; i++)
    if (set->cards[i].row->grip && !strcasecmp (set->cards[i].row->grip, grip))
      {
        *r_slot = &set->cards[i].slot;
        return 0;
      }
  doubt = card_set_doubt (set);
  if (doubt)
    return slot_load (doubt, call);
  return because (call, GPG_ERR_NO_PUBKEY, "no key with keygrip %.40s", grip);
}

gpg_error_t
card_set_find (struct card_set *set, struct call *call,
               struct virtual_card *card, const char *word,
               struct key_slot **r_slot)
{
  if (word_is_grip (word))
    return find_grip (set, call, word, r_slot);
  if (strncmp (word, "OPENPGP.", 8) || word[8] < '1' || word[8] > '3'
      || word[9])
    return because (call, GPG_ERR_INV_ID, "'%.40s' is no key", word);
  if (word[8] != '1')
    return because (call, GPG_ERR_NO_PUBKEY, "card '%.40s' has no %.9s",
                    card->row->name, word);
  *r_slot = &card->slot;
  return slot_load (&card->slot, call);
}

/* ---- Cards ----  */

void
card_serial (struct virtual_card *card, char r_serial[SERIAL_SIZE])
{
  strcpy (r_serial, slot_is_loaded (&card->slot) ? card->row->serial
                                                 : card->row->provisional);
}

void
card_display_serial (struct virtual_card *card, char r_text[DISPLAY_SIZE])
{
  char serial[SERIAL_SIZE];

  card_serial (card, serial);
  snprintf (r_text, DISPLAY_SIZE, "%.4s %.8s", serial + 16, serial + 20);
}

const char *
card_name (const struct virtual_card *card)
{
  return card->row->name;
}

const char *
card_url (const struct virtual_card *card)
{
  (void)card;
  return "";
}

const char *
card_holder (const struct virtual_card *card)
{
  (void)card;
  return "KMS<<AWS";
}

struct key_slot *
card_slot (struct virtual_card *card, enum slot_no no)
{
  return no == SLOT_SIGN ? &card->slot : NULL;
}

struct key_slot *
card_key_at (struct virtual_card *card, size_t i)
{
  return i ? NULL : &card->slot;
}

unsigned int
card_signatures (struct virtual_card *card)
{
  unsigned int n;

  pthread_mutex_lock (&card->set->lock);
  n = card->slot.signatures;
  pthread_mutex_unlock (&card->set->lock);
  return n;
}

/* ---- Slots ----  */

gpg_error_t
slot_load (struct key_slot *slot, struct call *call)
{
  if (!slot->card->row->grip)
    return because (call, GPG_ERR_NETWORK, "the fake service does not answer");
  pthread_mutex_lock (&slot->card->set->lock);
  slot->loaded = true;
  pthread_mutex_unlock (&slot->card->set->lock);
  return 0;
}

bool
slot_is_loaded (struct key_slot *slot)
{
  bool loaded;

  pthread_mutex_lock (&slot->card->set->lock);
  loaded = slot->loaded;
  pthread_mutex_unlock (&slot->card->set->lock);
  return loaded;
}

struct virtual_card *
slot_card (const struct key_slot *slot)
{
  return slot->card;
}

const char *
slot_keyref (const struct key_slot *slot)
{
  (void)slot;
  return "OPENPGP.1";
}

const char *
slot_uri (const struct key_slot *slot)
{
  return slot->card->row->name;
}

unsigned int
slot_use (const struct key_slot *slot)
{
  return slot->card->row->use;
}

const char *
slot_use_letters (const struct key_slot *slot)
{
  return slot->card->row->letters;
}

const struct keyspec *
slot_spec (const struct key_slot *slot)
{
  return &slot->card->row->spec;
}

int
slot_openpgp_algo (const struct key_slot *slot)
{
  return slot->card->row->spec.openpgp_algo;
}

const char *
slot_grip (const struct key_slot *slot)
{
  return slot->card->row->grip;
}

struct span
slot_public_key (const struct key_slot *slot)
{
  return bytes_span (&slot->canonical);
}

int64_t
slot_created (const struct key_slot *slot)
{
  (void)slot;
  return 1700000000;
}

const char *
slot_fingerprint (const struct key_slot *slot)
{
  return fake_study.minted ? slot->card->row->fingerprint : NULL;
}

gpg_error_t
slot_format_key (struct key_slot *slot, const char *format,
                 struct bytes *r_text)
{
  bytes_add_fmt (r_text, "%s key of %s\n", format, slot->card->row->name);
  return bytes_error (r_text);
}

void
fake_count_signature (struct key_slot *slot)
{
  pthread_mutex_lock (&slot->card->set->lock);
  slot->signatures++;
  pthread_mutex_unlock (&slot->card->set->lock);
}

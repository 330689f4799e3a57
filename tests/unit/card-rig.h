/* SPDX-License-Identifier: GPL-3.0-or-later
 * A card set over fake services and a pin file of its own.  */

#ifndef TESTS_CARD_RIG_H
#define TESTS_CARD_RIG_H

#include "base/file.h"
#include "card/card.h"
#include "card/known-keys.h"

#include "tests/unit/fake-kms.h"

#include <sys/stat.h>

#define MAX_FAKES 4
#define P256 "ECC_NIST_P256"
/* No key's grip.  */
#define NOBODY "0123456789ABCDEF0123456789ABCDEF01234567"

static char dir[] = "/tmp/t-card.XXXXXX";
static char pins[64];
static struct test_clock tc;
static struct call call;
static struct known_keys *known;
static struct card_set *set;
static struct fake_kms fakes[MAX_FAKES];
static size_t n_fakes;

/* KNOWN and SET anew, as at the next start.  */
static inline void
restart_with (bool refuse_new)
{
  card_set_unref (set);
  known_keys_free (known);
  known = NULL;
  ck_ok (known_keys_new (pins, NULL, refuse_new, &known));
  set = card_set_new (known, NULL, NULL);
  ck_assert_ptr_nonnull (set);
}

static inline void
restart (void)
{
  restart_with (false);
}

static inline void
set_up (void)
{
  strcpy (dir + sizeof dir - 7, "XXXXXX");
  ck_assert_ptr_nonnull (mkdtemp (dir));
  snprintf (pins, sizeof pins, "%s/keys", dir);
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 10000);
  n_fakes = 0;
  set = NULL;
  known = NULL;
  restart ();
}

static inline void
tear_down (void)
{
  card_set_unref (set);
  known_keys_free (known);
  while (n_fakes)
    fake_kms_drop (&fakes[--n_fakes]);
  remove (pins);
  strcat (pins, ".lock");
  remove (pins);
  rmdir (dir);
}

static inline struct fake_kms *
new_fake (const char *spec)
{
  ck_assert_uint_lt (n_fakes, MAX_FAKES);
  fake_kms_init (&fakes[n_fakes], spec);
  return &fakes[n_fakes++];
}

/* Add the key KEY_ID of FAKE as CONFIG (or NULL) has it.  */
static inline gpg_error_t
add_key (const char *key_id, struct fake_kms *fake,
         const struct key_config *config)
{
  struct key_config c = { 0 };
  char uri[128];

  snprintf (uri, sizeof uri, "awskms:///%s", key_id);
  if (config)
    c = *config;
  c.uri = uri;
  c.key_id = key_id;
  c.where = "test:1";
  c.backend = &fake->base;
  call_forget (&call);
  return card_set_add (set, &call, &c);
}

/* The slot of the I-th card's first key.  */
static inline struct key_slot *
slot_of (size_t i)
{
  struct virtual_card *card = card_set_at (set, i);

  ck_assert_ptr_nonnull (card);
  return card_key_at (card, 0);
}

static inline gpg_error_t
load (struct key_slot *slot)
{
  call_forget (&call);
  return slot_load (slot, &call);
}

static inline gpg_error_t
find (struct virtual_card *card, const char *word, struct key_slot **r_slot)
{
  *r_slot = NULL;
  call_forget (&call);
  return card_set_find (set, &call, card, word, r_slot);
}

/* The serial number made of SOURCE.  */
static inline void
expect_serial (struct virtual_card *card, struct span source)
{
  unsigned char sha256[32];
  char want[SERIAL_SIZE];
  char serial[SERIAL_SIZE];

  gcry_md_hash_buffer (GCRY_MD_SHA256, sha256, source.p, source.n);
  snprintf (want, sizeof want, "D276000124010304FFFE%02X%02X%02X%02X0000",
            sha256[0], sha256[1], sha256[2], sha256[3]);
  card_serial (card, serial);
  ck_assert_str_eq (serial, want);
}

#endif /* TESTS_CARD_RIG_H */

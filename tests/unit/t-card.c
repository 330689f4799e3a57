/* SPDX-License-Identifier: GPL-3.0-or-later
 * Virtual cards: how they are built, what they are called, how they and
 * their keys are found.  */

#include "config.h"

#include "card/card.h"

#include "tests/unit/card-rig.h"

/* ---- Building ----  */

/* clang-format off */
static const struct
{
  const char *key_id;
  const char *card;
  const char *name;
} names[] = {
  { "alias/acme-release-v1", NULL, "alias/acme-release-v1" },
  { "alias/acme/release/v1", NULL, "alias/acme/release/v1" },
  { "1234abcd-12ab-34cd", NULL, "1234abcd-12ab-34cd" },
  { "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab", NULL,
    "1234abcd-12ab" },
  { "arn:aws:kms:eu-west-1:111122223333:alias/acme/v1", NULL,
    "alias/acme/v1" },
  { "/home/me/laptop-key.pem", NULL, "laptop-key.pem" },
  { "alias/acme-release-v1", "laptop", "laptop" },
};
/* clang-format on */

START_TEST (test_name)
{
  const struct key_config config = { .card = names[_i].card };

  ck_ok (add_key (names[_i].key_id, new_fake (P256), &config));
  ck_assert_uint_eq (card_set_count (set), 1);
  ck_assert_str_eq (card_name (card_set_at (set, 0)), names[_i].name);
  ck_assert_ptr_null (card_set_at (set, 1));
  ck_assert_ptr_eq (slot_card (slot_of (0)), card_set_at (set, 0));
  ck_assert (text_starts (slot_uri (slot_of (0)), "awskms:///"));
}
END_TEST

/* Cards without a label stay apart whatever their keys are called.  */
START_TEST (test_cards_of_their_own)
{
  const struct key_config there = { .region = "eu-west-1" };
  const struct key_config label = { .card = "key.pem" };
  struct fake_kms *fake = new_fake (P256);

  ck_ok (add_key ("/a/key.pem", fake, NULL));
  ck_ok (add_key ("/b/key.pem", fake, NULL));
  ck_ok (add_key ("/c/key.pem", fake, &label));
  ck_ok (add_key ("alias/a", fake, NULL));
  ck_ok (add_key ("alias/a", fake, &there));
  ck_assert_uint_eq (card_set_count (set), 5);
  ck_assert_str_eq (card_name (card_set_at (set, 1)), "key.pem");
}
END_TEST

START_TEST (test_same_key_twice)
{
  struct fake_kms *fake = new_fake (P256);

  ck_ok (add_key ("alias/a", fake, NULL));
  ck_code (add_key ("alias/a", fake, NULL), GPG_ERR_CONFLICT);
  ck_assert (text_starts (call.reason, "test:1: "));
  ck_assert_uint_eq (card_set_count (set), 1);
}
END_TEST

START_TEST (test_labelled)
{
  const struct key_config any = { .card = "one" };
  const struct key_config sign = { .card = "one", .slot = SLOT_SIGN };
  const struct key_config other = { .card = "two", .slot = SLOT_SIGN };
  struct fake_kms *fake = new_fake (P256);
  struct virtual_card *card;

  ck_ok (add_key ("alias/a", fake, &any));
  ck_ok (add_key ("alias/b", fake, &sign));
  ck_code (add_key ("alias/c", fake, &sign), GPG_ERR_CONFLICT);
  ck_assert_ptr_nonnull (strstr (call.reason, "alias/b"));
  ck_ok (add_key ("alias/d", fake, &any));
  ck_code (add_key ("alias/e", fake, &any), GPG_ERR_CONFLICT);
  ck_assert_ptr_nonnull (strstr (call.reason, "3 keys"));
  ck_ok (add_key ("alias/f", fake, &other));
  ck_assert_uint_eq (card_set_count (set), 2);
  card = card_set_at (set, 0);
  ck_assert_str_eq (slot_uri (card_key_at (card, 0)), "awskms:///alias/a");
  ck_assert_str_eq (slot_uri (card_key_at (card, 1)), "awskms:///alias/b");
  ck_assert_str_eq (slot_uri (card_key_at (card, 2)), "awskms:///alias/d");
  ck_assert_ptr_null (card_key_at (card, 3));
  ck_assert_str_eq (card_name (card_set_at (set, 1)), "two");
}
END_TEST

/* Two keys for the same slot: the first that is loaded has it.  */
START_TEST (test_slot_taken)
{
  const struct key_config config = { .card = "one" };
  struct virtual_card *card;

  ck_ok (add_key ("alias/a", new_fake (P256), &config));
  ck_ok (add_key ("alias/b", new_fake (P256), &config));
  card = card_set_at (set, 0);
  ck_ok (load (card_key_at (card, 1)));
  ck_code (load (card_key_at (card, 0)), GPG_ERR_CONFLICT);
  ck_assert_ptr_nonnull (strstr (call.reason, "alias/b"));
  ck_assert_ptr_eq (card_slot (card, SLOT_SIGN), card_key_at (card, 1));
}
END_TEST

/* ---- What a loaded slot says ----  */

START_TEST (test_getters)
{
  struct fake_kms *fake = new_fake (P256);
  char fingerprint[FINGERPRINT_SIZE], want[FINGERPRINT_SIZE];
  struct bytes text = { 0 };
  struct public_key key;
  struct key_slot *slot;

  ck_ok (add_key ("alias/a", fake, NULL));
  slot = slot_of (0);
  ck_ok (load (slot));
  ck_ok (
    pubkey_from_spki (fake->key.spec, bytes_span (&fake->key.spki), &key));
  ck_assert_ptr_eq (slot_spec (slot), keyspec_find (P256));
  ck_assert_str_eq (slot_grip (slot), key.grip);
  ck_assert (span_equal (slot_public_key (slot), bytes_span (&key.canonical)));
  ck_assert_int_eq (slot_created (slot), 1700000000);
  ck_assert_str_eq (slot_arn (slot), FAKE_ARN);
  ck_assert_ptr_null (slot_fingerprint (slot));
  ck_ok (slot_compute_fingerprint (slot, fingerprint));
  ck_ok (pubkey_fingerprint (&key, 1700000000, want));
  ck_assert_str_eq (fingerprint, want);
  ck_ok (slot_ask_state (slot, &call, &text));
  ck_assert_str_eq (bytes_text (&text), "Enabled");
  ck_ok (slot_format_key (slot, "ssh", &text));
  ck_assert_uint_eq (card_signatures (slot_card (slot)), 0);
  pubkey_drop (&key);
  bytes_drop (&text);
}
END_TEST

/* Of the first key that says so; a broken configuration has neither.  */
START_TEST (test_url_and_holder)
{
  const struct key_config none = { .card = "one" };
  const struct key_config first = { .card = "one", .url = "https://a" };
  const struct key_config second = { .card = "one", .url = "https://b" };
  struct fake_kms *fake = new_fake (P256);

  ck_ok (add_key ("alias/a", fake, &none));
  ck_assert_str_eq (card_url (card_set_at (set, 0)), "");
  ck_assert_str_eq (card_holder (card_set_at (set, 0)), "KMS<<Fake");
  ck_ok (add_key ("alias/b", fake, &first));
  ck_ok (add_key ("alias/c", fake, &second));
  ck_assert_str_eq (card_url (card_set_at (set, 0)), "https://a");
  ck_ok (card_set_add_broken (set, gpg_error (GPG_ERR_CONFIGURATION), "x"));
  ck_assert_str_eq (card_url (card_set_at (set, 1)), "");
  ck_assert_str_eq (card_holder (card_set_at (set, 1)), "");
}
END_TEST

/* ---- Serial numbers ----  */

START_TEST (test_serial)
{
  struct fake_kms *fake = new_fake (P256);
  char before[SERIAL_SIZE], serial[SERIAL_SIZE];
  char display[DISPLAY_SIZE], lower[SERIAL_SIZE];
  struct virtual_card *card;
  size_t i;

  ck_ok (add_key ("alias/a", fake, NULL));
  card = card_set_at (set, 0);
  expect_serial (card, span_text ("alias/a"));
  card_serial (card, before);
  ck_ok (load (slot_of (0)));
  expect_serial (card, bytes_span (&fake->key.spki));
  card_serial (card, serial);
  ck_assert_ptr_null (card_set_find_serial (set, before));
  ck_assert_ptr_eq (card_set_find_serial (set, serial), card);
  for (i = 0; i < sizeof lower; i++)
    lower[i]
      = serial[i] >= 'A' && serial[i] <= 'F' ? serial[i] + 32 : serial[i];
  ck_assert_ptr_eq (card_set_find_serial (set, lower), card);
  ck_assert_ptr_null (card_set_find_serial (set, ""));
  lower[31] = '1';
  ck_assert_ptr_null (card_set_find_serial (set, lower));
  card_display_serial (card, display);
  ck_assert_uint_eq (strlen (display), 13);
  ck_assert (text_starts (display, "FFFE "));
  ck_assert (!strncmp (display + 5, serial + 20, 8));

  /* The same key under another name is the same card.  */
  restart ();
  ck_ok (add_key ("alias/b", fake, NULL));
  ck_ok (load (slot_of (0)));
  card_serial (card_set_at (set, 0), before);
  ck_assert_str_eq (before, serial);
}
END_TEST

/* The signing key's, whatever else there is; without one, the first of
 * those that there are once all are known.  */
START_TEST (test_serial_of_several)
{
  const struct key_config any = { .card = "one" };
  const struct key_config auth = { .card = "one", .slot = SLOT_AUTH };
  struct fake_kms *agree = new_fake (P256);
  struct fake_kms *sign = new_fake (P256);
  struct virtual_card *card;

  agree->usage = KMS_USAGE_AGREE;
  ck_ok (add_key ("alias/auth", new_fake (P256), &auth));
  ck_ok (add_key ("alias/agree", agree, &any));
  card = card_set_at (set, 0);
  ck_ok (load (card_key_at (card, 0)));
  expect_serial (card, span_text ("one"));
  ck_ok (load (card_key_at (card, 1)));
  expect_serial (card, bytes_span (&agree->key.spki));
  ck_ok (add_key ("alias/sign", sign, &any));
  expect_serial (card, span_text ("one"));
  ck_ok (load (card_key_at (card, 2)));
  expect_serial (card, bytes_span (&sign->key.spki));
}
END_TEST

START_TEST (test_serial_of_signer)
{
  const struct key_config any = { .card = "one" };
  struct fake_kms *sign = new_fake (P256);

  ck_ok (add_key ("alias/agree", new_fake (P256), &any));
  ck_ok (add_key ("alias/sign", sign, &any));
  ck_ok (load (card_key_at (card_set_at (set, 0), 1)));
  expect_serial (card_set_at (set, 0), bytes_span (&sign->key.spki));
}
END_TEST

/* ---- Lookup ----  */

START_TEST (test_find_grip)
{
  struct fake_kms *near = new_fake (P256);
  struct fake_kms *far = new_fake (P256);
  char grip[GRIP_SIZE];
  struct key_slot *slot;
  size_t i;

  ck_ok (add_key ("alias/far", far, NULL));
  ck_ok (add_key ("alias/near", near, NULL));
  far->failure = GPG_ERR_TIMEOUT;
  ck_ok (load (slot_of (1)));
  strcpy (grip, slot_grip (slot_of (1)));
  ck_ok (find (NULL, grip, &slot));
  ck_assert_ptr_eq (slot, slot_of (1));
  for (i = 0; grip[i]; i++)
    if (grip[i] >= 'A')
      grip[i] += 32;
  ck_ok (find (NULL, grip, &slot));
  ck_assert_ptr_eq (slot, slot_of (1));
  ck_assert_uint_eq (fake_kms_calls (far), 0);
  /* It may be the one that is away; later nobody has it.  */
  ck_code (find (NULL, NOBODY, &slot), GPG_ERR_TIMEOUT);
  ck_assert_str_eq (call.reason, "the fake service is away");
  far->failure = 0;
  tc.mono += 3000;
  ck_code (find (NULL, NOBODY, &slot), GPG_ERR_NO_PUBKEY);
  ck_assert_ptr_nonnull (strstr (call.reason, NOBODY));
  ck_assert_ptr_null (slot);
  ck_assert_uint_eq (far->n_get, 2);
}
END_TEST

static void
come_back (void)
{
  tc.mono += 3000;
  fakes[0].failure = 0;
}

/* The one that was away is back when all others have been asked.  */
START_TEST (test_find_grip_late)
{
  struct key_slot *slot;
  struct fake_kms *late = new_fake (P256);
  char grip[GRIP_SIZE];

  ck_ok (add_key ("alias/late", late, NULL));
  ck_ok (load (slot_of (0)));
  strcpy (grip, slot_grip (slot_of (0)));
  remove (pins);
  restart ();
  late->failure = GPG_ERR_NETWORK;
  ck_ok (add_key ("alias/late", late, NULL));
  new_fake (P256)->hook = come_back;
  ck_ok (add_key ("alias/other", &fakes[1], NULL));
  ck_ok (find (NULL, grip, &slot));
  ck_assert_ptr_eq (slot, slot_of (0));
}
END_TEST

START_TEST (test_find_keyref)
{
  static const char *const bad[]
    = { "",         "OPENPGP.",   "OPENPGP.0", "OPENPGP.4", "OPENPGP.11",
        "OPENPGP1", "PIV.9A",     "openpgp.",  "1",         NOBODY "0",
        &NOBODY[1], "OPENPGP.1 ", NOBODY " ",  "$SIGNKEYID" };
  struct fake_kms *fake = new_fake (P256);
  struct virtual_card *card;
  struct key_slot *slot;
  size_t i;

  ck_ok (add_key ("alias/a", fake, NULL));
  card = card_set_at (set, 0);
  for (i = 0; i < DIM (bad); i++)
    ck_code (find (card, bad[i], &slot), GPG_ERR_INV_ID);
  ck_assert_uint_eq (fake_kms_calls (fake), 0);
  ck_ok (find (card, "OPENPGP.1", &slot));
  ck_assert_ptr_eq (slot, slot_of (0));
  ck_ok (find (card, "openpgp.1", &slot));
  ck_code (find (card, "OPENPGP.2", &slot), GPG_ERR_NO_PUBKEY);
  ck_code (find (card, "OPENPGP.3", &slot), GPG_ERR_NO_PUBKEY);
  ck_assert_ptr_null (slot);
  ck_assert_uint_eq (fake->n_get, 1);
}
END_TEST

/* Until it is loaded nobody knows which of the two signs.  */
START_TEST (test_find_undecided)
{
  const struct key_config any = { .card = "one" };
  struct fake_kms *agree = new_fake (P256);
  struct virtual_card *card;
  struct key_slot *slot;

  agree->usage = KMS_USAGE_AGREE;
  ck_ok (add_key ("alias/agree", agree, &any));
  card = card_set_at (set, 0);
  ck_ok (find (card, "OPENPGP.2", &slot));
  ck_assert_ptr_eq (slot, card_key_at (card, 0));
  remove (pins);
  restart ();
  ck_ok (add_key ("alias/agree", agree, &any));
  ck_ok (add_key ("alias/sign", new_fake (P256), &any));
  card = card_set_at (set, 0);
  ck_ok (find (card, "OPENPGP.1", &slot));
  ck_assert_ptr_eq (slot, card_key_at (card, 1));
  ck_assert_str_eq (slot_keyref (slot), "OPENPGP.1");
  ck_ok (find (card, "OPENPGP.2", &slot));
  ck_assert_ptr_eq (slot, card_key_at (card, 0));
  ck_code (find (card, "OPENPGP.3", &slot), GPG_ERR_NO_PUBKEY);
}
END_TEST

/* One that says where it belongs is not kept from there by another that is
 * away and might be anything.  */
START_TEST (test_find_decided)
{
  const struct key_config any = { .card = "one" };
  const struct key_config sign = { .card = "one", .slot = SLOT_SIGN };
  struct fake_kms *far = new_fake (P256);
  struct virtual_card *card;
  struct key_slot *slot;

  far->failure = GPG_ERR_NETWORK;
  ck_ok (add_key ("alias/far", far, &any));
  ck_ok (add_key ("alias/sign", new_fake (P256), &sign));
  card = card_set_at (set, 0);
  ck_ok (find (card, "OPENPGP.1", &slot));
  ck_assert_ptr_eq (slot, card_key_at (card, 1));
  ck_code (find (card, "OPENPGP.2", &slot), GPG_ERR_NETWORK);
}
END_TEST

/* ---- The set's life ----  */

static unsigned int n_released;

static void
release (void *owner)
{
  ck_assert_ptr_eq (owner, &n_released);
  n_released++;
}

static void *
use_and_unref (void *cookie)
{
  struct card_set *mine = cookie;
  struct call c;

  call_init (&c, &system_clock, 10000);
  card_set_load (mine, &c);
  card_set_unref (mine);
  return NULL;
}

START_TEST (test_references)
{
  struct card_set *mine = card_set_new (known, release, &n_released);
  pthread_t threads[4];
  size_t i;

  n_released = 0;
  card_set_unref (NULL);
  card_set_unref (set);
  set = mine;
  ck_ok (add_key ("alias/a", new_fake (P256), NULL));
  set = NULL;
  for (i = 0; i < DIM (threads); i++)
    {
      ck_assert_ptr_eq (card_set_ref (mine), mine);
      pthread_create (&threads[i], NULL, use_and_unref, mine);
    }
  card_set_ref (mine);
  card_set_unref (mine);
  for (i = 0; i < DIM (threads); i++)
    pthread_join (threads[i], NULL);
  ck_assert_uint_eq (n_released, 0);
  card_set_unref (mine);
  ck_assert_uint_eq (n_released, 1);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("card");

  tcase_set_timeout (cases, 60);
  tcase_add_checked_fixture (cases, set_up, tear_down);
  tcase_add_loop_test (cases, test_name, 0, DIM (names));
  tcase_add_test (cases, test_cards_of_their_own);
  tcase_add_test (cases, test_same_key_twice);
  tcase_add_test (cases, test_labelled);
  tcase_add_test (cases, test_slot_taken);
  tcase_add_test (cases, test_getters);
  tcase_add_test (cases, test_url_and_holder);
  tcase_add_test (cases, test_serial);
  tcase_add_test (cases, test_serial_of_several);
  tcase_add_test (cases, test_serial_of_signer);
  tcase_add_test (cases, test_find_grip);
  tcase_add_test (cases, test_find_grip_late);
  tcase_add_test (cases, test_find_keyref);
  tcase_add_test (cases, test_find_undecided);
  tcase_add_test (cases, test_find_decided);
  tcase_add_test (cases, test_references);
  return unit_main ("card", &cases, 1);
}

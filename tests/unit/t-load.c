/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a configured name to a loaded slot: the pin file, the service, what
 * is kept of a failure, and many who wait for one answer.  */

#include "config.h"

#include "card/card.h"

#include "tests/unit/card-rig.h"

/* What a key is for decides its slot, and the line may say otherwise.  */
/* clang-format off */
static const struct
{
  const char *spec;
  enum kms_usage usage;
  enum slot_no wanted;
  unsigned int wanted_use;
  gpg_err_code_t code;
  const char *keyref;
  const char *letters;
} places[] = {
  { P256, KMS_USAGE_SIGN, 0, 0, 0, "OPENPGP.1", "sc" },
  { P256, KMS_USAGE_SIGN, SLOT_SIGN, 0, 0, "OPENPGP.1", "sc" },
  { P256, KMS_USAGE_SIGN, SLOT_AUTH, 0, 0, "OPENPGP.3", "a" },
  { P256, KMS_USAGE_SIGN, 0, USE_AUTH, 0, "OPENPGP.1", "a" },
  { P256, KMS_USAGE_SIGN, 0, USE_SIGN | USE_CERT | USE_AUTH, 0, "OPENPGP.1",
    "sca" },
  { P256, KMS_USAGE_SIGN, SLOT_AUTH, USE_SIGN, 0, "OPENPGP.3", "s" },
  { "ECC_NIST_EDWARDS25519", KMS_USAGE_SIGN, 0, 0, 0, "OPENPGP.1", "sc" },
  { P256, KMS_USAGE_AGREE, 0, 0, 0, "OPENPGP.2", "e" },
  { P256, KMS_USAGE_AGREE, SLOT_DECRYPT, USE_DECRYPT, 0, "OPENPGP.2", "e" },
  { P256, KMS_USAGE_SIGN, SLOT_DECRYPT, 0, GPG_ERR_WRONG_KEY_USAGE, 0, 0 },
  { P256, KMS_USAGE_SIGN, 0, USE_DECRYPT, GPG_ERR_WRONG_KEY_USAGE, 0, 0 },
  { P256, KMS_USAGE_SIGN, 0, USE_SIGN | USE_DECRYPT, GPG_ERR_WRONG_KEY_USAGE,
    0, 0 },
  { P256, KMS_USAGE_AGREE, SLOT_SIGN, 0, GPG_ERR_WRONG_KEY_USAGE, 0, 0 },
  { P256, KMS_USAGE_AGREE, SLOT_AUTH, 0, GPG_ERR_WRONG_KEY_USAGE, 0, 0 },
  { P256, KMS_USAGE_AGREE, 0, USE_SIGN, GPG_ERR_WRONG_KEY_USAGE, 0, 0 },
  { P256, KMS_USAGE_UNKNOWN, 0, 0, GPG_ERR_WRONG_KEY_USAGE, 0, 0 },
  { "RSA_2048", KMS_USAGE_DECRYPT, 0, 0, GPG_ERR_WRONG_KEY_USAGE, 0, 0 },
};
/* clang-format on */

START_TEST (test_place)
{
  const struct key_config config
    = { .slot = places[_i].wanted, .use = places[_i].wanted_use };
  struct fake_kms *fake = new_fake (places[_i].spec);
  gpg_error_t err;

  fake->usage = places[_i].usage;
  ck_ok (add_key ("alias/a", fake, &config));
  err = load (slot_of (0));
  ck_code (err, places[_i].code);
  ck_assert_uint_eq (call.reason_for, err);
  if (err)
    {
      ck_assert (!slot_is_loaded (slot_of (0)));
      return;
    }
  ck_assert_str_eq (slot_keyref (slot_of (0)), places[_i].keyref);
  ck_assert_str_eq (slot_use_letters (slot_of (0)), places[_i].letters);
  ck_assert_ptr_eq (
    card_slot (card_set_at (set, 0), slot_number (slot_of (0))), slot_of (0));
}
END_TEST

/* What is said of a key before anybody has seen it.  */
/* clang-format off */
static const struct
{
  enum slot_no wanted;
  unsigned int wanted_use;
  const char *keyref;
  const char *letters;
} guesses[] = {
  { 0, 0, "OPENPGP.1", "sc" },
  { 0, USE_AUTH, "OPENPGP.1", "a" },
  { SLOT_SIGN, 0, "OPENPGP.1", "sc" },
  { SLOT_DECRYPT, 0, "OPENPGP.2", "e" },
  { SLOT_AUTH, 0, "OPENPGP.3", "a" },
  { SLOT_AUTH, USE_SIGN | USE_AUTH, "OPENPGP.3", "sa" },
};
/* clang-format on */

START_TEST (test_guess)
{
  const struct key_config config
    = { .slot = guesses[_i].wanted, .use = guesses[_i].wanted_use };

  ck_ok (add_key ("alias/a", new_fake (P256), &config));
  ck_assert_str_eq (slot_keyref (slot_of (0)), guesses[_i].keyref);
  ck_assert_str_eq (slot_use_letters (slot_of (0)), guesses[_i].letters);
  ck_assert (!slot_is_loaded (slot_of (0)));
}
END_TEST

/* An alias is moved between the two questions: nothing is pinned.  */
START_TEST (test_moving_alias)
{
  struct fake_kms *fake = new_fake (P256);

  fake->describe_id = FAKE_ARN "5";
  ck_ok (add_key ("alias/a", fake, NULL));
  ck_code (load (slot_of (0)), GPG_ERR_CONFLICT);
  ck_assert_int_ne (access (pins, F_OK), 0);
  fake->describe_id = FAKE_ARN;
  tc.mono += 3000;
  ck_ok (load (slot_of (0)));
}
END_TEST

/* An answer that is no key of OpenPGP.  */
START_TEST (test_useless_keys)
{
  struct fake_kms *fake = new_fake (P256);

  ck_ok (add_key ("alias/a", fake, NULL));
  fake->spec = "ECC_NIST_P224";
  ck_code (load (slot_of (0)), GPG_ERR_UNSUPPORTED_ALGORITHM);
  tc.mono += 3000;
  fake->spec = "ECC_SECG_P256K1"; /* Not what the key is.  */
  ck_code (load (slot_of (0)), GPG_ERR_BAD_PUBKEY);
  tc.mono += 3000;
  fake->spec = P256;
  fake->created = 0;
  ck_code (load (slot_of (0)), GPG_ERR_INV_RESPONSE);
  ck_assert_ptr_nonnull (strstr (call.reason, "created="));
  tc.mono += 3000;
  fake->created = 1;
  ck_ok (load (slot_of (0)));
}
END_TEST

/* The line's own time counts, and spares a call.  */
START_TEST (test_created)
{
  const struct key_config config = { .created = 1234567890 };
  struct fake_kms *fake = new_fake (P256);

  ck_ok (add_key ("alias/a", fake, &config));
  ck_ok (load (slot_of (0)));
  ck_assert_int_eq (slot_created (slot_of (0)), 1234567890);
  ck_assert_uint_eq (fake->n_describe, 0);
  restart ();
  ck_ok (add_key ("alias/a", fake, NULL));
  ck_assert_int_eq (slot_created (slot_of (0)), 1234567890);
}
END_TEST

/* The line's own fingerprint must be the key's.  */
START_TEST (test_fingerprint)
{
  struct key_config config = { .created = 1234567890 };
  struct fake_kms *fake = new_fake (P256);
  char fingerprint[FINGERPRINT_SIZE];

  ck_ok (add_key ("alias/a", fake, &config));
  ck_ok (load (slot_of (0)));
  ck_ok (slot_compute_fingerprint (slot_of (0), fingerprint));
  ck_assert_ptr_null (slot_fingerprint (slot_of (0)));
  config.fingerprint = fingerprint;
  restart ();
  ck_ok (add_key ("alias/a", fake, &config));
  ck_assert_str_eq (slot_fingerprint (slot_of (0)), fingerprint);
  config.created++;
  restart ();
  ck_ok (add_key ("alias/a", fake, &config));
  ck_code (load (slot_of (0)), GPG_ERR_CONFIGURATION);
  ck_assert_ptr_nonnull (strstr (call.reason, "fpr= is not this key's"));
  ck_assert_uint_eq (fake_kms_calls (fake), 1);
}
END_TEST

/* ---- Pins ----  */

/* What was fetched once is there at the next start, without a call.  */
START_TEST (test_pinned)
{
  const struct key_config created = { .created = 99 };
  struct fake_kms *fake = new_fake (P256);
  struct bytes text = { 0 };

  ck_ok (add_key ("alias/a", fake, NULL));
  ck_ok (load (slot_of (0)));
  ck_assert_uint_eq (fake_kms_calls (fake), 2);
  restart ();
  ck_ok (add_key ("alias/a", fake, NULL));
  ck_assert (slot_is_loaded (slot_of (0)));
  ck_assert_int_eq (slot_created (slot_of (0)), 1700000000);
  restart ();
  ck_ok (add_key ("alias/a", fake, &created));
  ck_assert_int_eq (slot_created (slot_of (0)), 99);
  card_set_load (set, &call);
  ck_assert_uint_eq (fake_kms_calls (fake), 2);
  ck_assert_ptr_null (card_set_doubt (set));
  /* Minted meanwhile.  */
  ck_ok (file_read (pins, 10000, &text));
  bytes_cut (&text, text.n - 1);
  bytes_add_str (&text, " fpr=0123456789ABCDEF0123456789ABCDEF01234567\n");
  ck_ok (file_replace (pins, bytes_span (&text)));
  restart ();
  ck_ok (add_key ("alias/a", fake, NULL));
  ck_assert_str_eq (slot_fingerprint (slot_of (0)),
                    "0123456789ABCDEF0123456789ABCDEF01234567");
  bytes_drop (&text);
}
END_TEST

/* What is wrong with the pin stays so, and nobody asks the service.  */
START_TEST (test_damaged_pin)
{
  struct fake_kms *fake = new_fake (P256);
  struct key_slot *slot;

  ck_ok (file_replace (pins, span_text ("key awskms:///alias/a id=x\n")));
  restart ();
  ck_ok (add_key ("alias/a", fake, NULL));
  ck_assert_uint_eq (call.reason_for, 0);
  slot = slot_of (0);
  ck_code (load (slot), GPG_ERR_CONFIGURATION);
  ck_assert_ptr_nonnull (strstr (call.reason, "damaged"));
  tc.mono += 1000000;
  ck_code (load (slot), GPG_ERR_CONFIGURATION);
  ck_assert_ptr_eq (card_set_doubt (set), slot);
  ck_code (find (card_set_at (set, 0), "OPENPGP.1", &slot),
           GPG_ERR_CONFIGURATION);
  ck_assert_uint_eq (fake_kms_calls (fake), 0);
}
END_TEST

/* A file that forbids, one that another process was faster with, one that
 * broke since the start, and one that cannot be written.  */
START_TEST (test_pin_refused)
{
  struct fake_kms *fake = new_fake (P256);

  restart_with (true);
  ck_ok (add_key ("alias/a", fake, NULL));
  ck_code (load (slot_of (0)), GPG_ERR_FORBIDDEN);
  restart ();
  ck_ok (add_key ("alias/a", fake, NULL));
  ck_ok (file_replace (pins, span_text ("key awskms:///alias/a id=x spec=x "
                                        "usage=x created=1 spki=AAAA\n")));
  ck_code (load (slot_of (0)), GPG_ERR_CONFLICT);
  ck_ok (file_replace (pins, span_text ("key awskms:///alias/a id=x\n")));
  tc.mono += 3000;
  ck_code (load (slot_of (0)), GPG_ERR_CONFIGURATION);
  ck_ok (file_replace (pins, span_text ("")));
  strcat (pins, ".lock");
  remove (pins);
  ck_assert_int_eq (mkdir (pins, 0700), 0);
  tc.mono += 3000;
  ck_ok (load (slot_of (0)));
  remove (pins);
  pins[strlen (pins) - strlen (".lock")] = 0;
}
END_TEST

/* ---- While a key is out of reach ----  */

START_TEST (test_doubt)
{
  struct fake_kms *fake = new_fake (P256);
  struct key_slot *slot;

  fake->failure = GPG_ERR_NETWORK;
  ck_ok (add_key ("alias/a", fake, NULL));
  slot = slot_of (0);
  ck_assert_ptr_eq (card_set_doubt (set), slot);
  ck_assert_str_eq (slot_keyref (slot), "OPENPGP.1");
  ck_assert_str_eq (slot_use_letters (slot), "sc");
  card_set_load (set, &call);
  ck_assert_uint_eq (call.reason_for, 0);
  ck_assert_uint_eq (fake->n_get, 1);
  /* The failure is kept for a while, with its reason.  */
  ck_code (load (slot), GPG_ERR_NETWORK);
  ck_assert_str_eq (call.reason, "the fake service is away");
  tc.mono += 2999;
  ck_code (load (slot), GPG_ERR_NETWORK);
  ck_assert_uint_eq (fake->n_get, 1);
  tc.mono += 1;
  ck_code (load (slot), GPG_ERR_NETWORK);
  ck_assert_uint_eq (fake->n_get, 2);
  fake->failure = 0;
  tc.mono += 3000;
  ck_ok (load (slot));
  ck_assert_ptr_null (card_set_doubt (set));
  ck_assert (slot_is_loaded (slot));
}
END_TEST

START_TEST (test_broken)
{
  struct key_slot *slot;
  struct bytes sig = { 0 };
  char serial[SERIAL_SIZE];

  card_set_unref (set);
  set = card_set_new (NULL, NULL, NULL);
  ck_ok (card_set_add_broken (set, gpg_error (GPG_ERR_CONFIGURATION),
                              "kms-scdaemon.conf:3: un\nknown"));
  ck_assert_uint_eq (card_set_count (set), 1);
  slot = slot_of (0);
  ck_assert_ptr_eq (card_set_doubt (set), slot);
  card_set_load (set, &call);
  tc.mono += 1000000;
  ck_code (load (slot), GPG_ERR_CONFIGURATION);
  ck_assert_str_eq (call.reason, "kms-scdaemon.conf:3: un?known");
  ck_code (find (NULL, NOBODY, &slot), GPG_ERR_CONFIGURATION);
  ck_code (find (card_set_at (set, 0), "OPENPGP.1", &slot),
           GPG_ERR_CONFIGURATION);
  ck_code (
    card_sign (&call, slot_of (0), USE_SIGN, span_text ("x"), NULL, &sig),
    GPG_ERR_CONFIGURATION);
  card_serial (card_set_at (set, 0), serial);
  ck_assert_ptr_nonnull (card_set_find_serial (set, serial));
}
END_TEST

/* ---- Threads ----  */

#define N_THREADS 16

struct waiter
{
  pthread_t thread;
  gpg_error_t err;
  char reason[CALL_REASON_SIZE];
};

static void *
wait_for_slot (void *cookie)
{
  struct waiter *waiter = cookie;
  struct call mine;

  call_init (&mine, &system_clock, 20000);
  waiter->err = slot_load (slot_of (0), &mine);
  strcpy (waiter->reason, mine.reason);
  return NULL;
}

/* All get the one result, CODE.  */
static void
expect_one_fetch (gpg_err_code_t code)
{
  struct waiter waiters[N_THREADS];
  struct fake_kms *fake = new_fake (P256);
  size_t i;

  fake->delay_ms = 300;
  fake->failure = code;
  ck_ok (add_key ("alias/a", fake, NULL));
  for (i = 0; i < N_THREADS; i++)
    ck_assert_int_eq (
      pthread_create (&waiters[i].thread, NULL, wait_for_slot, &waiters[i]),
      0);
  for (i = 0; i < N_THREADS; i++)
    {
      pthread_join (waiters[i].thread, NULL);
      ck_code (waiters[i].err, code);
      ck_assert_str_eq (waiters[i].reason,
                        code ? "the fake service is away" : "");
    }
  ck_assert_uint_eq (fake->n_get, 1);
}

START_TEST (test_one_fetch) { expect_one_fetch (0); }
END_TEST

START_TEST (test_one_failure) { expect_one_fetch (GPG_ERR_NETWORK); }
END_TEST

/* Who waits for another's fetch waits no longer than he may.  */
START_TEST (test_waiter_in_a_hurry)
{
  struct fake_kms *fake = new_fake (P256);
  struct waiter waiter;
  struct call mine;
  gpg_error_t err;

  fake->delay_ms = 700;
  ck_ok (add_key ("alias/a", fake, NULL));
  pthread_create (&waiter.thread, NULL, wait_for_slot, &waiter);
  while (!fake_kms_calls (fake))
    usleep (1000);
  call_init (&mine, &system_clock, 50);
  err = slot_load (slot_of (0), &mine);
  ck_assert (!slot_is_loaded (slot_of (0)));
  pthread_join (waiter.thread, NULL);
  ck_code (err, GPG_ERR_TIMEOUT);
  ck_assert_uint_eq (mine.reason_for, err);
  ck_ok (waiter.err);
  ck_ok (load (slot_of (0)));
  ck_assert_uint_eq (fake->n_get, 1);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("load");

  tcase_set_timeout (cases, 60);
  tcase_add_checked_fixture (cases, set_up, tear_down);
  tcase_add_loop_test (cases, test_place, 0, DIM (places));
  tcase_add_loop_test (cases, test_guess, 0, DIM (guesses));
  tcase_add_test (cases, test_moving_alias);
  tcase_add_test (cases, test_useless_keys);
  tcase_add_test (cases, test_created);
  tcase_add_test (cases, test_fingerprint);
  tcase_add_test (cases, test_pinned);
  tcase_add_test (cases, test_damaged_pin);
  tcase_add_test (cases, test_pin_refused);
  tcase_add_test (cases, test_doubt);
  tcase_add_test (cases, test_broken);
  tcase_add_test (cases, test_one_fetch);
  tcase_add_test (cases, test_one_failure);
  tcase_add_test (cases, test_waiter_in_a_hurry);
  return unit_main ("load", &cases, 1);
}

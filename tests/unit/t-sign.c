/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a digest to a signature: its shape, what the service is asked, and
 * what never leaves the card.  */

#include "config.h"

#include "card/card.h"

#include "card/known-keys.h"

#include "tests/unit/sign-spoils.h"

#define KEY_ID "alias/release"

static char dir[] = "/tmp/t-sign.XXXXXX";
static char pins[64];
static struct test_clock tc;
static struct call call;
static struct known_keys *known;
static struct card_set *set;
static struct fake_kms fake;
static struct key_slot *slot;
static struct key_config config;
static struct bytes indata;
static struct bytes sig;

static void
set_up (void)
{
  strcpy (dir + sizeof dir - 7, "XXXXXX");
  ck_assert_ptr_nonnull (mkdtemp (dir));
  snprintf (pins, sizeof pins, "%s/keys", dir);
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 10000);
  ck_ok (known_keys_new (pins, NULL, false, &known));
  set = card_set_new (known, NULL, NULL);
  ck_assert_ptr_nonnull (set);
  memset (&config, 0, sizeof config);
  config.uri = "awskms:///" KEY_ID;
  config.key_id = KEY_ID;
  config.where = "test:1";
  memset (&indata, 0, sizeof indata);
  memset (&sig, 0, sizeof sig);
}

static void
tear_down (void)
{
  card_set_unref (set);
  known_keys_free (known);
  fake_kms_drop (&fake);
  bytes_drop (&indata);
  bytes_drop (&sig);
  unlink (pins);
  strcat (pins, ".lock");
  unlink (pins);
  rmdir (dir);
}

/* SLOT becomes one with a key of SPEC; CONFIG is as the test left it.  */
static void
give_slot (const char *spec)
{
  fake_kms_init (&fake, spec);
  config.backend = &fake.base;
  ck_ok (card_set_add (set, &call, &config));
  slot = card_key_at (card_set_at (set, 0), 0);
  ck_assert_ptr_nonnull (slot);
}

/* INDATA becomes a random digest by HASH with its DigestInfo.  */
static void
give_digest (enum hash_id hash)
{
  bytes_clear (&indata);
  bytes_add (&indata, hash_info (hash)->prefix, hash_info (hash)->prefix_len);
  bytes_add_random (&indata, hash_info (hash)->length);
}

static gpg_error_t
sign (enum slot_use use, const char *hash)
{
  call_forget (&call);
  return card_sign (&call, slot, use, bytes_span (&indata), hash, &sig);
}

/* Signing fails with CODE and a reason, and nothing comes out.  */
static void
expect_refused (enum slot_use use, const char *hash, gpg_err_code_t code)
{
  gpg_error_t err;

  bytes_clear (&sig);
  bytes_add_str (&sig, "untouched");
  err = sign (use, hash);
  ck_code (err, code);
  ck_assert_uint_eq (call.reason_for, err);
  ck_assert_str_eq (bytes_text (&sig), "untouched");
  ck_assert_uint_eq (card_signatures (slot_card (slot)), 0);
}

/* SIG has its shape and signs MESSAGE, a digest by HASH.  */
static void
expect_signed (enum hash_id hash, struct span message)
{
  struct digest digest = { hash, message };
  struct public_key key;

  ck_ok (pubkey_from_spki (fake.key.spec, bytes_span (&fake.key.spki), &key));
  ck_assert_uint_eq (sig.n, keyspec_signature_size (fake.key.spec));
  ck_ok (pubkey_verify (&key, &digest, bytes_span (&sig)));
  pubkey_drop (&key);
}

/* The service was asked once, for just this.  */
static void
expect_asked (const char *algorithm, struct span message)
{
  ck_assert_uint_eq (fake.n_sign, 1);
  ck_assert_str_eq (fake.key_id, KEY_ID);
  ck_assert_str_eq (fake.algorithm, algorithm);
  ck_assert_int_eq (fake.raw, fake.key.spec->kind == KEY_EDDSA);
  ck_assert (span_equal (bytes_span (&fake.message), message));
}

/* ---- Good ones ----  */

/* clang-format off */
static const struct
{
  const char *spec;
  enum hash_id hash;
  const char *algorithm;
  size_t asked; /* Bytes of the digest that the service gets.  */
  size_t size;  /* Of the signature.  */
} good[] = {
  { "RSA_2048", HASH_SHA256, "RSASSA_PKCS1_V1_5_SHA_256", 32, 256 },
  { "RSA_2048", HASH_SHA384, "RSASSA_PKCS1_V1_5_SHA_384", 48, 256 },
  { "RSA_2048", HASH_SHA512, "RSASSA_PKCS1_V1_5_SHA_512", 64, 256 },
  { "RSA_3072", HASH_SHA256, "RSASSA_PKCS1_V1_5_SHA_256", 32, 384 },
  { "RSA_4096", HASH_SHA512, "RSASSA_PKCS1_V1_5_SHA_512", 64, 512 },
  { "ECC_NIST_P256", HASH_SHA256, "ECDSA_SHA_256", 32, 64 },
  { "ECC_NIST_P256", HASH_SHA384, "ECDSA_SHA_256", 32, 64 },
  { "ECC_NIST_P256", HASH_SHA512, "ECDSA_SHA_256", 32, 64 },
  { "ECC_NIST_P384", HASH_SHA384, "ECDSA_SHA_384", 48, 96 },
  { "ECC_NIST_P384", HASH_SHA512, "ECDSA_SHA_384", 48, 96 },
  { "ECC_NIST_P521", HASH_SHA512, "ECDSA_SHA_512", 64, 132 },
  { "ECC_SECG_P256K1", HASH_SHA256, "ECDSA_SHA_256", 32, 64 },
  { "ECC_SECG_P256K1", HASH_SHA384, "ECDSA_SHA_256", 32, 64 },
  { "ECC_SECG_P256K1", HASH_SHA512, "ECDSA_SHA_256", 32, 64 },
  { "ECC_NIST_EDWARDS25519", HASH_SHA224, "ED25519_SHA_512", 28, 64 },
  { "ECC_NIST_EDWARDS25519", HASH_SHA256, "ED25519_SHA_512", 32, 64 },
  { "ECC_NIST_EDWARDS25519", HASH_SHA384, "ED25519_SHA_512", 48, 64 },
  { "ECC_NIST_EDWARDS25519", HASH_SHA512, "ED25519_SHA_512", 64, 64 },
};
/* clang-format on */

START_TEST (test_good)
{
  const struct hash_info *info = hash_info (good[_i].hash);
  struct span digest;

  give_slot (good[_i].spec);
  give_digest (good[_i].hash);
  digest = span_of (indata.p + info->prefix_len, info->length);
  ck_ok (sign (USE_SIGN, info->name));
  ck_assert_uint_eq (sig.n, good[_i].size);
  expect_signed (good[_i].hash, digest);
  expect_asked (good[_i].algorithm, span_of (digest.p, good[_i].asked));
  ck_assert_uint_eq (fake.n_get, 1);
  ck_assert_uint_eq (fake.n_describe, 1);
  ck_assert_uint_eq (card_signatures (slot_card (slot)), 1);
  ck_assert_uint_eq (call.reason_for, 0);

  /* Once the key is known, a signature is one call.  */
  ck_ok (sign (USE_SIGN, NULL));
  expect_signed (good[_i].hash, digest);
  ck_assert_uint_eq (fake_kms_calls (&fake), 4);
  ck_assert_uint_eq (fake.n_sign, 2);
  ck_assert_uint_eq (card_signatures (slot_card (slot)), 2);
}
END_TEST

START_TEST (test_bare_digest)
{
  give_slot ("ECC_NIST_P256");
  bytes_add_random (&indata, 32);
  ck_ok (sign (USE_SIGN, "sha256"));
  expect_signed (HASH_SHA256, bytes_span (&indata));
  expect_asked ("ECDSA_SHA_256", bytes_span (&indata));
}
END_TEST

/* Numbers that happen to be short keep their width.  */
/* clang-format off */
static const struct
{
  const char *spec;
  enum hash_id hash;
  char which;
} shorts[] = {
  { "ECC_NIST_P256", HASH_SHA256, 'r' },
  { "ECC_NIST_P256", HASH_SHA512, 's' },
  { "ECC_SECG_P256K1", HASH_SHA256, 'r' },
  { "ECC_NIST_P384", HASH_SHA384, 's' },
  { "ECC_NIST_P521", HASH_SHA512, 'r' },
  { "ECC_NIST_P521", HASH_SHA512, 's' },
};
/* clang-format on */

START_TEST (test_short_numbers)
{
  const struct hash_info *info = hash_info (shorts[_i].hash);

  give_slot (shorts[_i].spec);
  fake.want_short = shorts[_i].which;
  give_digest (shorts[_i].hash);
  ck_ok (sign (USE_SIGN, NULL));
  ck_assert_uint_eq (sig.p[shorts[_i].which == 'r' ? 0 : sig.n / 2], 0);
  expect_signed (shorts[_i].hash,
                 span_of (indata.p + info->prefix_len, info->length));
}
END_TEST

/* ---- Refused without asking the service ----  */

static void
load_slot (void)
{
  ck_ok (slot_load (slot, &call));
  ck_assert_uint_eq (fake_kms_calls (&fake), 2);
}

static void
expect_not_asked (void)
{
  ck_assert_uint_eq (fake_kms_calls (&fake), 2);
}

START_TEST (test_hash_of_spec)
{
  const struct keyspec *spec = keyspec_at ((size_t)_i);
  int hash;

  ck_assert_ptr_nonnull (spec);
  give_slot (spec->name);
  load_slot ();
  for (hash = HASH_MD5; hash < HASH_COUNT; hash++)
    if (!spec->sign_algorithm[hash])
      {
        give_digest ((enum hash_id)hash);
        expect_refused (USE_SIGN, NULL, GPG_ERR_DIGEST_ALGO);
      }
  expect_not_asked ();
}
END_TEST

START_TEST (test_bad_data)
{
  give_slot ("RSA_2048");
  load_slot ();
  expect_refused (USE_SIGN, NULL, GPG_ERR_NO_DATA);
  expect_refused (USE_SIGN, "sha256", GPG_ERR_NO_DATA);
  give_digest (HASH_SHA256);
  expect_refused (USE_SIGN, "sha384", GPG_ERR_INV_VALUE);
  expect_refused (USE_SIGN, "sha3-256", GPG_ERR_DIGEST_ALGO);
  expect_refused (USE_SIGN, "none", GPG_ERR_DIGEST_ALGO);
  expect_refused (USE_SIGN, "", GPG_ERR_DIGEST_ALGO);
  bytes_add_byte (&indata, 0);
  expect_refused (USE_SIGN, "sha256", GPG_ERR_INV_LENGTH);
  bytes_cut (&indata, 32);
  expect_refused (USE_SIGN, NULL, GPG_ERR_INV_LENGTH);
  bytes_extend (&indata, 4);
  expect_refused (USE_SIGN, NULL, GPG_ERR_UNSUPPORTED_ALGORITHM);
  expect_not_asked ();
}
END_TEST

START_TEST (test_use)
{
  give_slot ("RSA_2048");
  load_slot ();
  give_digest (HASH_SHA256);
  expect_refused (USE_AUTH, NULL, GPG_ERR_WRONG_KEY_USAGE);
  expect_not_asked ();
  ck_ok (sign (USE_SIGN, NULL));
}
END_TEST

START_TEST (test_use_auth)
{
  config.slot = SLOT_AUTH;
  give_slot ("RSA_2048");
  load_slot ();
  give_digest (HASH_SHA256);
  expect_refused (USE_SIGN, NULL, GPG_ERR_WRONG_KEY_USAGE);
  expect_not_asked ();
  ck_ok (sign (USE_AUTH, NULL));
  expect_signed (HASH_SHA256, span_of (indata.p + 19, 32));
}
END_TEST

START_TEST (test_use_both)
{
  config.use = USE_SIGN | USE_CERT | USE_AUTH;
  give_slot ("ECC_NIST_P256");
  give_digest (HASH_SHA256);
  ck_ok (sign (USE_AUTH, NULL));
  ck_ok (sign (USE_SIGN, NULL));
  ck_assert_uint_eq (fake.n_sign, 2);
}
END_TEST

START_TEST (test_hash_mask)
{
  config.hashes = 1u << HASH_SHA512;
  give_slot ("RSA_2048");
  load_slot ();
  give_digest (HASH_SHA256);
  expect_refused (USE_SIGN, NULL, GPG_ERR_FORBIDDEN);
  expect_not_asked ();
  give_digest (HASH_SHA512);
  ck_ok (sign (USE_SIGN, NULL));
}
END_TEST

/* ---- ssh with Ed25519: gpg-agent sends the whole message ----  */

START_TEST (test_ssh_message)
{
  static const size_t sizes[] = { 1, 20, 32, 200, 4000 };
  const struct hash_info *sha1 = hash_info (HASH_SHA1);
  struct span message;

  config.slot = SLOT_AUTH;
  give_slot ("ECC_NIST_EDWARDS25519");
  bytes_add (&indata, sha1->prefix, sha1->prefix_len);
  bytes_add_random (&indata, sizes[_i]);
  message = span_of (indata.p + 15, sizes[_i]);
  ck_ok (sign (USE_AUTH, NULL));
  expect_signed (HASH_NONE, message);
  expect_asked ("ED25519_SHA_512", message);
}
END_TEST

START_TEST (test_ssh_refused)
{
  config.use = USE_SIGN | USE_AUTH;
  give_slot ("ECC_NIST_EDWARDS25519");
  load_slot ();
  expect_refused (USE_AUTH, NULL, GPG_ERR_INV_VALUE);
  give_digest (HASH_SHA256);
  expect_refused (USE_AUTH, NULL, GPG_ERR_INV_VALUE);
  bytes_cut (&indata, 0);
  bytes_add_random (&indata, 64);
  expect_refused (USE_AUTH, "sha512", GPG_ERR_INV_VALUE);
  /* The same form is a SHA-1 digest to PKSIGN.  */
  give_digest (HASH_SHA1);
  expect_refused (USE_SIGN, NULL, GPG_ERR_DIGEST_ALGO);
  expect_not_asked ();
  ck_ok (sign (USE_AUTH, NULL));
}
END_TEST

/* ---- A service that misbehaves ----  */

/* A new slot for each spec, since what is counted starts anew.  */
static void
expect_withheld (const struct spoil *spoil, const char *spec)
{
  const struct keyspec *row = keyspec_find (spec);

  ck_assert_ptr_nonnull (row);
  give_slot (spec);
  give_digest (row->digest_size == 48   ? HASH_SHA384
               : row->digest_size == 64 ? HASH_SHA512
                                        : HASH_SHA256);
  fake.spoil = spoil->spoil;
  expect_refused (USE_SIGN, NULL, spoil->code);
  ck_assert_ptr_nonnull (strstr (call.reason, KEY_ID));
  ck_assert_uint_eq (fake.n_sign, 1);
  fake.spoil = NULL;
  ck_ok (sign (USE_SIGN, NULL));
  ck_assert_uint_eq (card_signatures (slot_card (slot)), 1);
}

START_TEST (test_spoilt)
{
  size_t i;

  for (i = 0; i < 3 && spoils[_i].specs[i]; i++)
    {
      if (i)
        {
          tear_down ();
          set_up ();
        }
      expect_withheld (&spoils[_i], spoils[_i].specs[i]);
    }
}
END_TEST

/* Another key under the same name: its id is right, its signature is one,
 * but not ours.  */
START_TEST (test_other_key)
{
  struct fake_key ours;

  give_slot ("ECC_NIST_P256");
  load_slot ();
  ours = fake.key;
  fake_key_make (&fake.key, "ECC_NIST_P256");
  give_digest (HASH_SHA256);
  expect_refused (USE_SIGN, NULL, GPG_ERR_BAD_SIGNATURE);
  ck_assert_ptr_nonnull (strstr (call.reason, "withheld"));
  fake_key_drop (&fake.key);
  fake.key = ours;
  ck_ok (sign (USE_SIGN, NULL));
}
END_TEST

/* The reason of the desk goes up as it is.  */
START_TEST (test_failure_passes)
{
  give_slot ("RSA_2048");
  load_slot ();
  give_digest (HASH_SHA256);
  fake.failure = GPG_ERR_KEY_DISABLED;
  expect_refused (USE_SIGN, NULL, GPG_ERR_KEY_DISABLED);
  ck_assert_str_eq (call.reason, "the fake service is away");
  ck_assert_uint_eq (fake.n_sign, 1);
}
END_TEST

START_TEST (test_not_loaded)
{
  give_slot ("RSA_2048");
  give_digest (HASH_SHA256);
  fake.failure = GPG_ERR_NETWORK;
  expect_refused (USE_SIGN, NULL, GPG_ERR_NETWORK);
  ck_assert_uint_eq (fake.n_sign, 0);
}
END_TEST

/* ---- Threads ----  */

#define N_THREADS 8
#define N_ROUNDS 5

static void *
sign_often (void *cookie)
{
  struct bytes mine = { 0 };
  struct call c;
  bool *went_well = cookie;
  int i;

  *went_well = true;
  for (i = 0; i < N_ROUNDS; i++)
    {
      call_init (&c, &system_clock, 30000);
      if (card_sign (&c, slot, USE_SIGN, bytes_span (&indata), "sha256", &mine)
          || mine.n != 64)
        *went_well = false;
      bytes_drop (&mine);
    }
  return NULL;
}

START_TEST (test_threads)
{
  pthread_t threads[N_THREADS];
  bool went_well[N_THREADS];
  size_t i;

  give_slot ("ECC_NIST_P256");
  give_digest (HASH_SHA256);
  for (i = 0; i < N_THREADS; i++)
    ck_assert_int_eq (
      pthread_create (&threads[i], NULL, sign_often, &went_well[i]), 0);
  for (i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);
  for (i = 0; i < N_THREADS; i++)
    ck_assert (went_well[i]);
  ck_assert_uint_eq (fake.n_get, 1);
  ck_assert_uint_eq (fake.n_sign, N_THREADS * N_ROUNDS);
  ck_assert_uint_eq (card_signatures (slot_card (slot)), N_THREADS * N_ROUNDS);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("sign");
  int specs = 0;

  while (keyspec_at ((size_t)specs))
    specs++;
  tcase_set_timeout (cases, 60);
  tcase_add_checked_fixture (cases, set_up, tear_down);
  tcase_add_loop_test (cases, test_good, 0, DIM (good));
  tcase_add_test (cases, test_bare_digest);
  tcase_add_loop_test (cases, test_short_numbers, 0, DIM (shorts));
  tcase_add_loop_test (cases, test_hash_of_spec, 0, specs);
  tcase_add_test (cases, test_bad_data);
  tcase_add_test (cases, test_use);
  tcase_add_test (cases, test_use_auth);
  tcase_add_test (cases, test_use_both);
  tcase_add_test (cases, test_hash_mask);
  tcase_add_loop_test (cases, test_ssh_message, 0, 5);
  tcase_add_test (cases, test_ssh_refused);
  tcase_add_loop_test (cases, test_spoilt, 0, DIM (spoils));
  tcase_add_test (cases, test_other_key);
  tcase_add_test (cases, test_failure_passes);
  tcase_add_test (cases, test_not_loaded);
  tcase_add_test (cases, test_threads);
  return unit_main ("sign", &cases, 1);
}

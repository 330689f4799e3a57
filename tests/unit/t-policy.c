/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a slot may do, with which digest.  */

#include "config.h"

#include "card/policy.h"

#include "card/slot.h"

#include "tests/unit/unit.h"

static char uri[] = "awskms:///alias/release";
static char where[] = "kms-scdaemon.conf:3";
static struct key_slot slot;
static struct test_clock tc;
static struct call call;
static unsigned char octets[64];

static void
set_up (void)
{
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 1000);
  memset (&slot, 0, sizeof slot);
  slot.uri = uri;
  slot.where = where;
  slot.use = USE_SIGN | USE_CERT | USE_AUTH | USE_DECRYPT;
}

/* The answer for SPEC's key; a refusal has a reason that names the key.  */
static gpg_err_code_t
ask (const char *spec, enum slot_use use, enum hash_id hash)
{
  struct digest digest = { hash, { octets, hash_info (hash)->length } };
  gpg_error_t err;

  slot.key.spec = keyspec_find (spec);
  ck_assert_ptr_nonnull (slot.key.spec);
  call_forget (&call);
  err = policy_check (&call, &slot, use, &digest);
  ck_assert_uint_eq (call.reason_for, err);
  if (err)
    ck_assert (!strncmp (call.reason, uri, strlen (uri)));
  return gpg_err_code (err);
}

START_TEST (test_use)
{
  static const enum slot_use uses[] = { USE_SIGN, USE_AUTH };
  unsigned int bits;
  size_t i;

  for (bits = 0; bits < 16; bits++)
    for (i = 0; i < DIM (uses); i++)
      {
        slot.use = bits;
        ck_assert_int_eq (ask ("RSA_2048", uses[i], HASH_SHA256),
                          bits & uses[i] ? 0 : GPG_ERR_WRONG_KEY_USAGE);
      }
}
END_TEST

START_TEST (test_use_sentence)
{
  slot.use = USE_AUTH;
  ask ("RSA_2048", USE_SIGN, HASH_SHA256);
  ck_assert_str_eq (call.reason,
                    "awskms:///alias/release: not a key to sign with");
  slot.use = USE_SIGN;
  ask ("RSA_2048", USE_AUTH, HASH_SHA256);
  ck_assert_str_eq (call.reason,
                    "awskms:///alias/release: not a key to authenticate with");
}
END_TEST

/* Exactly what the table of key specs says.  */
START_TEST (test_algorithm)
{
  const struct keyspec *spec;
  size_t i;
  int hash;

  for (i = 0; (spec = keyspec_at (i)); i++)
    for (hash = 0; hash < HASH_COUNT; hash++)
      ck_assert_int_eq (ask (spec->name, USE_SIGN, (enum hash_id)hash),
                        spec->sign_algorithm[hash] ? 0 : GPG_ERR_DIGEST_ALGO);
}
END_TEST

START_TEST (test_algorithm_sentence)
{
  ck_assert_int_eq (ask ("ECC_NIST_P384", USE_SIGN, HASH_SHA256),
                    GPG_ERR_DIGEST_ALGO);
  ck_assert_str_eq (call.reason,
                    "awskms:///alias/release: a nistp384 key in KMS cannot "
                    "sign a sha256 digest");
}
END_TEST

/* Of the hashes the key could sign, only the allowed ones; a message is no
 * digest and has none.  */
START_TEST (test_hash_mask)
{
  static const enum hash_id all[]
    = { HASH_SHA224, HASH_SHA256, HASH_SHA384, HASH_SHA512 };
  unsigned int mask;
  size_t i;

  for (mask = 1; mask < 16; mask++)
    for (i = 0; i < DIM (all); i++)
      {
        slot.hashes = mask << HASH_SHA224;
        ck_assert_int_eq (ask ("ECC_NIST_EDWARDS25519", USE_SIGN, all[i]),
                          slot.hashes & 1u << all[i] ? 0 : GPG_ERR_FORBIDDEN);
      }
  slot.hashes = 1u << HASH_SHA512;
  ck_assert_int_eq (ask ("ECC_NIST_EDWARDS25519", USE_AUTH, HASH_NONE), 0);
  ask ("RSA_2048", USE_SIGN, HASH_SHA256);
  ck_assert_str_eq (call.reason, "awskms:///alias/release: "
                                 "kms-scdaemon.conf:3 does not allow sha256");
}
END_TEST

/* To allow a hash does not make the key able to sign it.  */
START_TEST (test_mask_is_no_licence)
{
  slot.hashes = 1u << HASH_SHA1 | 1u << HASH_SHA256;
  ck_assert_int_eq (ask ("RSA_2048", USE_SIGN, HASH_SHA1),
                    GPG_ERR_DIGEST_ALGO);
  ck_assert_int_eq (ask ("ECC_NIST_P521", USE_SIGN, HASH_SHA256),
                    GPG_ERR_DIGEST_ALGO);
  slot.use = 0;
  ck_assert_int_eq (ask ("RSA_2048", USE_SIGN, HASH_SHA256),
                    GPG_ERR_WRONG_KEY_USAGE);
}
END_TEST

/* What is retired does nothing any more, whatever else is right.  */
START_TEST (test_retired)
{
  slot.retired = true;
  ck_assert_int_eq (ask ("RSA_2048", USE_SIGN, HASH_SHA256),
                    GPG_ERR_KEY_DISABLED);
  ck_assert_str_eq (call.reason, "awskms:///alias/release: retired by "
                                 "kms-scdaemon.conf:3");
  ck_assert_int_eq (ask ("RSA_2048", USE_AUTH, HASH_SHA256),
                    GPG_ERR_KEY_DISABLED);
  slot.retired = false;
  ck_assert_int_eq (ask ("RSA_2048", USE_SIGN, HASH_SHA256), 0);
}
END_TEST

/* clang-format off */
static const struct
{
  const char *used;
  gpg_err_code_t code;
} identities[] = {
  { "arn:aws:kms:eu-west-1:1:key/1", 0 },
  { "arn:aws:kms:eu-west-1:1:key/12", GPG_ERR_CONFLICT },
  { "arn:aws:kms:eu-west-1:1:key/", GPG_ERR_CONFLICT },
  { "arn:aws:kms:eu-west-2:1:key/1", GPG_ERR_CONFLICT },
  { "ARN:aws:kms:eu-west-1:1:key/1", GPG_ERR_CONFLICT },
  { "", GPG_ERR_CONFLICT },
};
/* clang-format on */

START_TEST (test_identity)
{
  struct bytes used = { 0 };
  gpg_error_t err;

  bytes_add_str (&slot.pin.id, "arn:aws:kms:eu-west-1:1:key/1");
  bytes_add_str (&used, identities[_i].used);
  err = policy_check_identity (&call, &slot, &used);
  ck_code (err, identities[_i].code);
  ck_assert_uint_eq (call.reason_for, err);
  bytes_drop (&slot.pin.id);
  bytes_drop (&used);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("policy");

  tcase_add_checked_fixture (cases, set_up, NULL);
  tcase_add_test (cases, test_use);
  tcase_add_test (cases, test_use_sentence);
  tcase_add_test (cases, test_algorithm);
  tcase_add_test (cases, test_algorithm_sentence);
  tcase_add_test (cases, test_hash_mask);
  tcase_add_test (cases, test_mask_is_no_licence);
  tcase_add_test (cases, test_retired);
  tcase_add_loop_test (cases, test_identity, 0, DIM (identities));
  return unit_main ("policy", &cases, 1);
}

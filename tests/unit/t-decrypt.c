/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a peer's point to the shared one: what the service is asked, the
 * answer's shape, and what is refused.  */

#include "config.h"

#include "card/card.h"

#include "tests/unit/card-rig.h"

/* A service with a key to agree on keys; it answers with SECRET.  */
static struct
{
  gpg_err_code_t code;
  struct bytes secret;
  const char *id;
  unsigned int n;
  struct bytes peer; /* What it was asked last.  */
} service;

static struct kms_ops ops;
static struct key_slot *slot;
static struct bytes point;
static struct bytes shared;

static gpg_error_t
service_agree (struct kms_backend *backend, struct call *c, const char *key_id,
               struct span peer, struct kms_secret *r_secret)
{
  (void)backend;
  ck_assert_str_eq (key_id, "alias/a");
  service.n++;
  bytes_clear (&service.peer);
  bytes_add_span (&service.peer, peer);
  if (service.code)
    return because (c, service.code, "the service's own reason");
  bytes_add_span (&r_secret->value, bytes_span (&service.secret));
  bytes_add_str (&r_secret->key_id, service.id);
  return 0;
}

/* SLOT becomes one with a key of SPEC and USAGE, POINT and the service's
 * secret fit it.  */
static void
give_slot (const char *spec, enum kms_usage usage)
{
  struct fake_kms *fake = new_fake (spec);
  size_t width = keyspec_field_size (fake->key.spec);

  ops = *fake->base.ops;
  ops.agree = service_agree;
  fake->base.ops = &ops;
  fake->usage = usage;
  ck_ok (add_key ("alias/a", fake, NULL));
  slot = slot_of (0);
  bytes_add_byte (&point, 4);
  bytes_add_random (&point, 2 * width);
  bytes_add_random (&service.secret, width);
}

static void
decrypt_set_up (void)
{
  set_up ();
  memset (&service, 0, sizeof service);
  memset (&point, 0, sizeof point);
  memset (&shared, 0, sizeof shared);
  shared.secret = true;
  service.id = FAKE_ARN;
}

static void
decrypt_tear_down (void)
{
  bytes_drop (&service.secret);
  bytes_drop (&service.peer);
  bytes_drop (&point);
  bytes_drop (&shared);
  tear_down ();
}

static gpg_error_t
decrypt (void)
{
  call_forget (&call);
  return card_decrypt (&call, slot, bytes_span (&point), &shared);
}

/* It fails with CODE and a reason, and nothing comes out.  */
static void
expect_refused (gpg_err_code_t code, unsigned int n)
{
  gpg_error_t err = decrypt ();

  ck_code (err, code);
  ck_assert_uint_eq (call.reason_for, err);
  ck_assert_uint_eq (shared.n, 0);
  ck_assert_uint_eq (service.n, n);
}

/* clang-format off */
static const struct
{
  const char *spec;
  size_t width;
  const char *spki_head; /* Up to the point.  */
} good[] = {
  { "ECC_NIST_P256", 32,
    "3059301306072a8648ce3d020106082a8648ce3d030107034200" },
  { "ECC_NIST_P384", 48, "3076301006072a8648ce3d020106052b81040022036200" },
  { "ECC_NIST_P521", 66,
    "30819b301006072a8648ce3d020106052b8104002303818600" },
};
/* clang-format on */

START_TEST (test_good)
{
  size_t width = good[_i].width;
  struct bytes peer = { 0 };
  size_t i;

  give_slot (good[_i].spec, KMS_USAGE_AGREE);
  ck_ok (decrypt ());
  ck_assert_int_eq (slot_openpgp_algo (slot), 18);
  ck_assert_uint_eq (service.n, 1);
  add_hex (&peer, good[_i].spki_head);
  bytes_add_span (&peer, bytes_span (&point));
  ck_assert (span_equal (bytes_span (&service.peer), bytes_span (&peer)));
  ck_assert_uint_eq (shared.n, 1 + 2 * width);
  ck_assert_uint_eq (shared.p[0], 4);
  ck_assert (
    span_equal (span_of (shared.p + 1, width), bytes_span (&service.secret)));
  for (i = 1 + width; i < shared.n; i++)
    ck_assert_uint_eq (shared.p[i], 0);
  ck_assert (shared.secret);
  ck_assert_uint_eq (call.reason_for, 0);
  bytes_drop (&peer);
}
END_TEST

START_TEST (test_bad_points)
{
  give_slot ("ECC_NIST_P256", KMS_USAGE_AGREE);
  bytes_add_byte (&point, 0);
  expect_refused (GPG_ERR_INV_VALUE, 0);
  bytes_cut (&point, 64);
  expect_refused (GPG_ERR_INV_VALUE, 0);
  bytes_cut (&point, 33); /* Compressed, and X25519's form.  */
  point.p[0] = 2;
  expect_refused (GPG_ERR_INV_VALUE, 0);
  point.p[0] = 0x40;
  expect_refused (GPG_ERR_INV_VALUE, 0);
  bytes_cut (&point, 0);
  expect_refused (GPG_ERR_INV_VALUE, 0);
  bytes_extend (&point, 65);
  expect_refused (GPG_ERR_INV_VALUE, 0);
  point.p[0] = 6;
  expect_refused (GPG_ERR_INV_VALUE, 0);
  point.p[0] = 4;
  ck_ok (decrypt ());
}
END_TEST

START_TEST (test_use)
{
  give_slot ("ECC_NIST_P256", KMS_USAGE_SIGN);
  expect_refused (GPG_ERR_WRONG_KEY_USAGE, 0);
}
END_TEST

START_TEST (test_not_loaded)
{
  give_slot ("ECC_NIST_P256", KMS_USAGE_AGREE);
  fakes[0].failure = GPG_ERR_NETWORK;
  expect_refused (GPG_ERR_NETWORK, 0);
}
END_TEST

START_TEST (test_bad_answers)
{
  give_slot ("ECC_NIST_P256", KMS_USAGE_AGREE);
  service.code = GPG_ERR_FORBIDDEN;
  expect_refused (GPG_ERR_FORBIDDEN, 1);
  ck_assert_str_eq (call.reason, "the service's own reason");
  service.code = 0;
  service.id = FAKE_ARN "5";
  expect_refused (GPG_ERR_CONFLICT, 2);
  service.id = "";
  expect_refused (GPG_ERR_INV_RESPONSE, 3);
  service.id = FAKE_ARN;
  bytes_add_byte (&service.secret, 0);
  expect_refused (GPG_ERR_INV_RESPONSE, 4);
  bytes_cut (&service.secret, 31);
  expect_refused (GPG_ERR_INV_RESPONSE, 5);
  bytes_cut (&service.secret, 0);
  expect_refused (GPG_ERR_INV_RESPONSE, 6);
  bytes_extend (&service.secret, 32);
  ck_ok (decrypt ());
}
END_TEST

/* KMS can sign with these but not agree on keys.  */
START_TEST (test_other_specs)
{
  static const char *const specs[]
    = { "RSA_2048", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519" };

  give_slot (specs[_i], KMS_USAGE_AGREE);
  expect_refused (GPG_ERR_UNSUPPORTED_ALGORITHM, 0);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("decrypt");

  tcase_add_checked_fixture (cases, decrypt_set_up, decrypt_tear_down);
  tcase_add_loop_test (cases, test_good, 0, DIM (good));
  tcase_add_test (cases, test_bad_points);
  tcase_add_test (cases, test_use);
  tcase_add_test (cases, test_not_loaded);
  tcase_add_test (cases, test_bad_answers);
  tcase_add_loop_test (cases, test_other_specs, 0, 3);
  return unit_main ("decrypt", &cases, 1);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * The interface to key management services: what no backend has, and
 * answers that lack what was asked for.  */

#include "config.h"

#include "kms/kms.h"

#include "tests/unit/unit.h"

/* What the backend below answers with; NULL: nothing.  */
static struct
{
  struct span id;
  struct span spec;
  struct span value; /* SPKI or signature.  */
  gpg_err_code_t code;
  bool no_memory;
} answer;

static unsigned int freed;

static void
fill (struct bytes *out, struct span s)
{
  if (s.n)
    bytes_add_span (out, s);
}

static gpg_error_t
canned_key (struct kms_backend *backend, struct call *call, const char *key_id,
            struct kms_key *r_key)
{
  (void)backend;
  ck_assert_str_eq (key_id, "alias/a");
  if (answer.code)
    return because (call, answer.code, "the backend's own reason");
  fill (&r_key->id, answer.id);
  fill (&r_key->spec, answer.spec);
  fill (&r_key->spki, answer.value);
  r_key->spki.failed = answer.no_memory;
  return 0;
}

static gpg_error_t
canned_sign (struct kms_backend *backend, struct call *call,
             const char *key_id, const struct kms_sign_request *request,
             struct kms_signature *r_signature)
{
  (void)backend;
  ck_assert_str_eq (key_id, "alias/a");
  ck_assert_str_eq (request->algorithm, "ECDSA_SHA_256");
  if (answer.code)
    return because (call, answer.code, "the backend's own reason");
  fill (&r_signature->key_id, answer.id);
  fill (&r_signature->value, answer.value);
  r_signature->value.failed = answer.no_memory;
  return 0;
}

static gpg_error_t
canned_agree (struct kms_backend *backend, struct call *call,
              const char *key_id, struct span peer,
              struct kms_secret *r_secret)
{
  (void)backend;
  ck_assert_str_eq (key_id, "alias/a");
  ck_assert_uint_eq (peer.n, 4);
  if (answer.code)
    return because (call, answer.code, "the backend's own reason");
  fill (&r_secret->key_id, answer.id);
  fill (&r_secret->value, answer.value);
  r_secret->value.failed = answer.no_memory;
  return 0;
}

static void
canned_free (struct kms_backend *backend)
{
  (void)backend;
  freed++;
}

static const struct kms_ops able = {
  .name = "able",
  .describe = canned_key,
  .get_public_key = canned_key,
  .sign = canned_sign,
  .agree = canned_agree,
  .free = canned_free,
};

static const struct kms_ops unable = { .name = "unable", .free = canned_free };

static struct kms_backend backend;
static struct test_clock tc;
static struct call call;
static struct kms_key key;
static struct kms_signature sig;
static struct kms_secret secret;

static const struct kms_sign_request request
  = { .algorithm = "ECDSA_SHA_256", .message = { NULL, 0 } };

static void
set_up (void)
{
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 1000);
  backend.ops = &able;
  memset (&answer, 0, sizeof answer);
  answer.id = span_text ("arn:aws:kms:x:1:key/1");
  answer.spec = span_text ("RSA_2048");
  answer.value = span_text ("value");
  memset (&key, 0, sizeof key);
  memset (&sig, 0, sizeof sig);
  kms_secret_init (&secret);
  freed = 0;
}

static void
tear_down (void)
{
  kms_key_drop (&key);
  kms_signature_drop (&sig);
  kms_secret_drop (&secret);
}

/* The calls by number, for loops.  */
#define N_CALLS 4

static gpg_error_t
do_call (int which, struct kms_backend *b)
{
  tear_down ();
  call_forget (&call);
  return which == 0   ? kms_describe (b, &call, "alias/a", &key)
         : which == 1 ? kms_get_public_key (b, &call, "alias/a", &key)
         : which == 2
           ? kms_sign (b, &call, "alias/a", &request, &sig)
           : kms_agree (b, &call, "alias/a", span_text ("peer"), &secret);
}

/* It fails with CODE and a reason that names the key.  */
static void
expect_refused (int which, struct kms_backend *b, gpg_err_code_t code)
{
  gpg_error_t err = do_call (which, b);

  ck_code (err, code);
  ck_assert_uint_eq (call.reason_for, err);
  ck_assert (!strncmp (call.reason, "alias/a: ", 9));
}

START_TEST (test_good)
{
  ck_ok (do_call (0, &backend));
  ck_assert_str_eq (bytes_text (&key.id), "arn:aws:kms:x:1:key/1");
  ck_ok (do_call (1, &backend));
  ck_assert_str_eq (bytes_text (&key.spec), "RSA_2048");
  ck_assert_str_eq (bytes_text (&key.spki), "value");
  ck_ok (do_call (2, &backend));
  ck_assert_str_eq (bytes_text (&sig.key_id), "arn:aws:kms:x:1:key/1");
  ck_assert_str_eq (bytes_text (&sig.value), "value");
  ck_ok (do_call (3, &backend));
  ck_assert_str_eq (bytes_text (&secret.key_id), "arn:aws:kms:x:1:key/1");
  ck_assert_str_eq (bytes_text (&secret.value), "value");
  ck_assert (secret.value.secret);
  ck_assert_uint_eq (call.reason_for, 0);
}
END_TEST

START_TEST (test_unable)
{
  struct kms_backend other = { .ops = &unable };

  expect_refused (_i, &other, GPG_ERR_NOT_SUPPORTED);
  ck_assert_ptr_nonnull (strstr (call.reason, "unable cannot "));
  expect_refused (_i, NULL, GPG_ERR_NOT_SUPPORTED);
}
END_TEST

START_TEST (test_failure_passes)
{
  answer.code = GPG_ERR_KEY_DISABLED;
  ck_code (do_call (_i, &backend), GPG_ERR_KEY_DISABLED);
  ck_assert_str_eq (call.reason, "the backend's own reason");
}
END_TEST

/* Words that would break a line of the pin file are no words.  */
/* clang-format off */
#define WORD(literal) { (const unsigned char *)literal, sizeof literal - 1 }
static const struct span bad_words[] = {
  WORD (""), WORD (" "), WORD ("a b"), WORD ("a\n"), WORD ("\ra"),
  WORD ("a\tb"), WORD ("a\0b"), WORD ("a\0"),
};
/* clang-format on */

START_TEST (test_bad_words)
{
  int which;

  answer.id = bad_words[_i];
  for (which = 0; which < N_CALLS; which++)
    expect_refused (which, &backend, GPG_ERR_INV_RESPONSE);
  answer.id = span_text ("arn");
  answer.spec = bad_words[_i];
  expect_refused (1, &backend, GPG_ERR_INV_RESPONSE);
  ck_ok (do_call (0, &backend)); /* Only asked for its date and state.  */
}
END_TEST

START_TEST (test_no_value)
{
  answer.value = span_of (NULL, 0);
  expect_refused (1, &backend, GPG_ERR_INV_RESPONSE);
  expect_refused (2, &backend, GPG_ERR_INV_RESPONSE);
  expect_refused (3, &backend, GPG_ERR_INV_RESPONSE);
  ck_ok (do_call (0, &backend));
}
END_TEST

START_TEST (test_no_memory)
{
  answer.no_memory = true;
  ck_code (do_call (1, &backend), GPG_ERR_ENOMEM);
  ck_code (do_call (2, &backend), GPG_ERR_ENOMEM);
  ck_code (do_call (3, &backend), GPG_ERR_ENOMEM);
}
END_TEST

START_TEST (test_free)
{
  kms_free (NULL);
  ck_assert_uint_eq (freed, 0);
  kms_free (&backend);
  ck_assert_uint_eq (freed, 1);
}
END_TEST

/* Twice is no harm, and nothing is left of the first key.  */
START_TEST (test_drop)
{
  ck_ok (do_call (1, &backend));
  key.created = 1;
  key.usage = KMS_USAGE_SIGN;
  kms_key_drop (&key);
  ck_assert_uint_eq (key.id.n + key.spec.n + key.spki.n, 0);
  ck_assert_int_eq (key.created, 0);
  ck_assert_int_eq (key.usage, KMS_USAGE_UNKNOWN);
  kms_key_drop (&key);
}
END_TEST

/* clang-format off */
static const struct
{
  const char *key_id;
  const char *label;
} labels[] = {
  { "alias/a", "alias/a" },
  { "1234abcd", "1234abcd" },
  { "arn:aws:kms:eu-west-1:111122223333:key/1234abcd", "key/1234abcd" },
  { "arn:aws:kms:eu-west-1:111122223333:alias/a/b", "alias/a/b" },
  { "awskms:///arn:aws:kms:eu-west-1:1:key/1234abcd", "key/1234abcd" },
  { "awskms:///alias/a", "awskms:///alias/a" },
  { "/home/me/key.pem", "/home/me/key.pem" },
  { "arn:", "arn:" },
  { "", "" },
};
/* clang-format on */

START_TEST (test_label)
{
  ck_assert_str_eq (kms_label (labels[_i].key_id), labels[_i].label);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("kms");

  tcase_add_checked_fixture (cases, set_up, tear_down);
  tcase_add_test (cases, test_good);
  tcase_add_loop_test (cases, test_unable, 0, N_CALLS);
  tcase_add_loop_test (cases, test_failure_passes, 0, N_CALLS);
  tcase_add_loop_test (cases, test_bad_words, 0, DIM (bad_words));
  tcase_add_test (cases, test_no_value);
  tcase_add_test (cases, test_no_memory);
  tcase_add_test (cases, test_free);
  tcase_add_test (cases, test_drop);
  tcase_add_loop_test (cases, test_label, 0, DIM (labels));
  return unit_main ("kms", &cases, 1);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of net/retry.c; KMS_TEST_DATA adds the SDKs' own cases.  */

#include "config.h"

#include "net/retry.h"

#include "base/file.h"
#include "base/json.h"
#include "tests/unit/unit.h"
#include "tests/unit/vectors.h"

#include <stdio.h>

static void
start (struct retry *retry, struct retry_bucket *bucket, unsigned int max)
{
  memset (retry, 0, sizeof *retry);
  retry->bucket = bucket;
  retry->max_attempts = max;
}

/* Leave N tokens in a full BUCKET, at least if 500 - N is a sum of fives
 * and fourteens.  */
static void
drain (struct retry_bucket *bucket, unsigned int n)
{
  struct retry retry;
  unsigned int delay;
  enum retry_class class;

  while (retry_bucket_tokens (bucket) > n)
    {
      class = (retry_bucket_tokens (bucket) - n) % 5 ? RETRY_TRANSIENT
                                                     : RETRY_THROTTLED;
      start (&retry, bucket, 3);
      ck_assert (retry_plan (&retry, class, 0, 1, &delay));
    }
  ck_assert_uint_eq (retry_bucket_tokens (bucket), n);
}

START_TEST (test_delays)
{
  /* clang-format off */
  static const struct
  {
    enum retry_class class;
    double chance;
    unsigned int delays[11];
  } rows[] = {
    { RETRY_TRANSIENT, 1, { 50, 100, 200, 400, 800, 1600, 3200, 6400,
                            12800, 20000, 20000 } },
    { RETRY_TIMEOUT, 1, { 50, 100, 200, 400, 800, 1600, 3200, 6400,
                          12800, 20000, 20000 } },
    { RETRY_THROTTLED, 1, { 1000, 2000, 4000, 8000, 16000, 20000, 20000,
                            20000, 20000, 20000, 20000 } },
    { RETRY_THROTTLED, 0.5, { 500, 1000, 2000, 4000, 8000, 10000, 10000,
                              10000, 10000, 10000, 10000 } },
    { RETRY_TRANSIENT, 0, { 0 } },
  };
  /* clang-format on */
  size_t i, j;

  for (i = 0; i < DIM (rows); i++)
    {
      struct retry_bucket *bucket = retry_bucket_new ();
      struct retry retry;
      unsigned int delay;

      start (&retry, bucket, 100);
      for (j = 0; j < DIM (rows[i].delays); j++)
        {
          ck_assert (
            retry_plan (&retry, rows[i].class, 0, rows[i].chance, &delay));
          ck_assert_uint_eq (delay, rows[i].delays[j]);
        }
      retry_bucket_free (bucket);
    }
}
END_TEST

START_TEST (test_costs)
{
  struct retry_bucket *bucket = retry_bucket_new ();
  struct retry retry;
  unsigned int delay;

  start (&retry, bucket, 10);
  ck_assert (retry_plan (&retry, RETRY_TRANSIENT, 0, 0, &delay));
  ck_assert_uint_eq (retry_bucket_tokens (bucket), 486);
  ck_assert (retry_plan (&retry, RETRY_TIMEOUT, 0, 0, &delay));
  ck_assert_uint_eq (retry_bucket_tokens (bucket), 472);
  ck_assert (retry_plan (&retry, RETRY_THROTTLED, 0, 0, &delay));
  ck_assert_uint_eq (retry_bucket_tokens (bucket), 467);
  /* The last retry's cost comes back, the others' do not.  */
  retry_succeeded (&retry);
  ck_assert_uint_eq (retry_bucket_tokens (bucket), 472);
  /* A success at once gives one.  */
  start (&retry, bucket, 3);
  retry_succeeded (&retry);
  ck_assert_uint_eq (retry_bucket_tokens (bucket), 473);
  retry_bucket_free (bucket);
}
END_TEST

START_TEST (test_never_above_full)
{
  struct retry_bucket *bucket = retry_bucket_new ();
  struct retry retry;

  start (&retry, bucket, 3);
  retry_succeeded (&retry);
  ck_assert_uint_eq (retry_bucket_tokens (bucket), RETRY_TOKENS);
  retry_bucket_free (bucket);
}
END_TEST

START_TEST (test_give_up)
{
  struct retry_bucket *bucket = retry_bucket_new ();
  struct retry retry;
  unsigned int delay;

  start (&retry, bucket, 3);
  ck_assert (!retry_plan (&retry, RETRY_NEVER, 0, 1, &delay));
  ck_assert_uint_eq (retry_bucket_tokens (bucket), RETRY_TOKENS);

  start (&retry, bucket, 3);
  ck_assert (retry_plan (&retry, RETRY_TRANSIENT, 0, 1, &delay));
  ck_assert (retry_plan (&retry, RETRY_TRANSIENT, 0, 1, &delay));
  ck_assert (!retry_plan (&retry, RETRY_TRANSIENT, 0, 1, &delay));
  ck_assert_uint_eq (retry_bucket_tokens (bucket), 472);

  start (&retry, bucket, 1);
  ck_assert (!retry_plan (&retry, RETRY_TRANSIENT, 0, 1, &delay));

  /* One token is missing: a dear retry fails, a cheap one does not.  */
  drain (bucket, 13);
  start (&retry, bucket, 3);
  ck_assert (!retry_plan (&retry, RETRY_TRANSIENT, 0, 1, &delay));
  ck_assert_uint_eq (retry_bucket_tokens (bucket), 13);
  drain (bucket, 8);
  retry_bucket_free (bucket);
  /* Just enough.  */
  bucket = retry_bucket_new ();
  drain (bucket, 14);
  start (&retry, bucket, 3);
  ck_assert (retry_plan (&retry, RETRY_TRANSIENT, 0, 1, &delay));
  ck_assert_uint_eq (retry_bucket_tokens (bucket), 0);
  retry_bucket_free (bucket);
}
END_TEST

START_TEST (test_hint_bounds)
{
  static const struct
  {
    unsigned int hint;
    unsigned int delay;
  } rows[] = { { 0, 50 },      { 49, 50 },     { 50, 50 },     { 51, 51 },
               { 1500, 1500 }, { 5050, 5050 }, { 5051, 5050 }, { ~0u, 5050 } };
  struct retry_bucket *bucket = retry_bucket_new ();
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      struct retry retry;
      unsigned int delay;

      start (&retry, bucket, 3);
      ck_assert (
        retry_plan (&retry, RETRY_TRANSIENT, rows[i].hint, 1, &delay));
      ck_assert_uint_eq (delay, rows[i].delay);
    }
  retry_bucket_free (bucket);
}
END_TEST

START_TEST (test_hint_header)
{
  static const struct
  {
    const char *value;
    unsigned int hint;
  } rows[] = { { "1500", 1500 },   { "0", 0 },   { "", 0 },
               { "invalid", 0 },   { "1.5", 0 }, { "-1", 0 },
               { "10 ", 0 },       { "+5", 0 },  { "4294967295", ~0u },
               { "4294967296", 0 } };
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    ck_assert_uint_eq (retry_hint (span_text (rows[i].value)), rows[i].hint);
  ck_assert_uint_eq (retry_hint (span_of (NULL, 0)), 0);
}
END_TEST

START_TEST (test_again)
{
  struct retry_bucket *bucket = retry_bucket_new ();
  struct retry retry;
  struct call call;

  /* A retry forgets the reason; giving up keeps it.  */
  call_init (&call, &system_clock, 10000);
  start (&retry, bucket, 2);
  because (&call, GPG_ERR_NETWORK, "the wire was cut");
  ck_assert (retry_again (&retry, &call, RETRY_TRANSIENT, 0));
  ck_assert_str_eq (call.reason, "");
  because (&call, GPG_ERR_NETWORK, "it was cut again");
  ck_assert (!retry_again (&retry, &call, RETRY_TRANSIENT, 0));
  ck_assert_str_eq (call.reason, "it was cut again");
  retry_bucket_free (bucket);
}
END_TEST

START_TEST (test_again_deadline)
{
  struct retry_bucket *bucket = retry_bucket_new ();
  struct test_clock tc;
  struct retry retry;
  struct call call;

  /* The hint asks for more than is left: no retry, and nothing is paid.  */
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 4000);
  start (&retry, bucket, 3);
  because (&call, GPG_ERR_NETWORK, "the wire was cut");
  ck_assert (!retry_again (&retry, &call, RETRY_TRANSIENT, 4000));
  ck_assert_uint_eq (retry_bucket_tokens (bucket), RETRY_TOKENS);
  ck_assert_str_eq (call.reason, "the wire was cut");
  retry_bucket_free (bucket);
}
END_TEST

START_TEST (test_class_of)
{
  ck_assert_int_eq (retry_class_of (gpg_error (GPG_ERR_TIMEOUT)),
                    RETRY_TIMEOUT);
  ck_assert_int_eq (retry_class_of (gpg_error (GPG_ERR_NETWORK)),
                    RETRY_TRANSIENT);
  ck_assert_int_eq (retry_class_of (gpg_error (GPG_ERR_UNKNOWN_HOST)),
                    RETRY_TRANSIENT);
  ck_assert_int_eq (retry_class_of (gpg_error (GPG_ERR_BAD_CERT)),
                    RETRY_NEVER);
  ck_assert_int_eq (retry_class_of (gpg_error (GPG_ERR_FORBIDDEN)),
                    RETRY_NEVER);
}
END_TEST

/* What follows the array NAME's opening bracket.  */
static struct span
array_of (struct span text, const char *name)
{
  const unsigned char *at = memmem (text.p, text.n, name, strlen (name));

  ck_assert (at);
  at += strlen (name);
  return span_of (at, text.n - (size_t)(at - text.p));
}

static unsigned int
number_of (const struct json *doc, const char *name, unsigned int otherwise)
{
  double value = otherwise;

  json_number (doc, name, &value);
  return (unsigned int)value;
}

static enum retry_class
class_of_response (const struct json *response)
{
  unsigned int status = number_of (response, "statusCode", 0);

  if (json_string (response, "errorCode"))
    return RETRY_THROTTLED;
  return status >= 500 ? RETRY_TRANSIENT : RETRY_NEVER;
}

/* One step of a case; STRUCT RETRY starts anew after a success.  */
static void
replay_step (struct retry *retry, const struct json *step)
{
  const struct json *response = json_member (step, "response");
  const struct json *expected = json_member (step, "expected");
  const char *outcome = json_string (expected, "outcome");
  const char *hint
    = json_string (json_member (response, "headers"), "x-amz-retry-after");
  unsigned int delay;
  bool again;

  if (!strcmp (outcome, "success"))
    {
      retry_succeeded (retry);
      start (retry, retry->bucket, retry->max_attempts);
    }
  else
    {
      again = retry_plan (retry, class_of_response (response),
                          hint ? retry_hint (span_text (hint)) : 0, 1, &delay);
      ck_assert_int_eq (again, !strcmp (outcome, "retry_request"));
      if (again)
        ck_assert_uint_eq (delay, number_of (expected, "delayMs", 0));
    }
  ck_assert_uint_eq (retry_bucket_tokens (retry->bucket),
                     number_of (expected, "retryQuota", ~0u));
}

/* False: a case that cannot be replayed here.  */
static bool
replay_case (struct span text)
{
  struct retry_bucket *bucket = retry_bucket_new ();
  struct span steps = array_of (text, "\"steps\": [");
  struct json *doc, *step;
  struct retry retry;
  struct span object;
  bool replayed;

  ck_ok (json_parse (text, &doc));
  /* Our cap is a constant; test_delays covers it.  */
  replayed = number_of (doc, "maxBackoffMs", 20000) == 20000;
  drain (bucket, number_of (doc, "initialTokens", RETRY_TOKENS));
  start (&retry, bucket, number_of (doc, "maxAttempts", 3));
  while (replayed && (object = next_object (&steps)).n)
    {
      ck_ok (json_parse (object, &step));
      replay_step (&retry, step);
      json_free (step);
    }
  if (!replayed)
    printf ("not replayed: %s\n", json_string (doc, "name"));
  json_free (doc);
  retry_bucket_free (bucket);
  return replayed;
}

START_TEST (test_vectors)
{
  const char *dir = getenv ("KMS_TEST_DATA");
  struct bytes text = { 0 };
  struct span cases, object;
  unsigned int replayed = 0;
  char *name;

  if (!dir)
    {
      printf ("skipped: KMS_TEST_DATA is not set\n");
      return;
    }
  name = file_join (dir, "retry-standard-2026/retry-cases.json");
  ck_ok (file_read (name, 1000000, &text));
  cases = array_of (bytes_span (&text), "\"cases\": [");
  while ((object = next_object (&cases)).n)
    replayed += replay_case (object);
  ck_assert_uint_eq (replayed, 12);
  bytes_drop (&text);
  free (name);
}
END_TEST

int
main (void)
{
  TCase *plan = tcase_create ("plan");
  TCase *again = tcase_create ("again");
  TCase *vectors = tcase_create ("vectors");
  TCase *const cases[] = { plan, again, vectors };

  tcase_add_test (plan, test_delays);
  tcase_add_test (plan, test_costs);
  tcase_add_test (plan, test_never_above_full);
  tcase_add_test (plan, test_give_up);
  tcase_add_test (plan, test_hint_bounds);
  tcase_add_test (plan, test_hint_header);
  tcase_add_test (plan, test_class_of);
  tcase_add_test (again, test_again);
  tcase_add_test (again, test_again_deadline);
  tcase_add_test (vectors, test_vectors);
  return unit_main ("retry", cases, DIM (cases));
}

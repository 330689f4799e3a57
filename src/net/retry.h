/* SPDX-License-Identifier: GPL-3.0-or-later
 * When to try again: the SDKs' standard mode (of 2026) with its token
 * bucket.  */

#ifndef NET_RETRY_H
#define NET_RETRY_H

#include "base/bytes.h"

enum retry_class
{
  RETRY_NEVER,
  RETRY_TRANSIENT, /* 5xx, reset, refused.  */
  RETRY_TIMEOUT,   /* No answer in time.  */
  RETRY_THROTTLED  /* Slow down.  */
};

/* How an error of http_send is to be taken.  */
enum retry_class retry_class_of (gpg_error_t err);

/* What a bucket holds when it is full.  */
#define RETRY_TOKENS 500

/* One per service client; locks itself.  */
struct retry_bucket;
struct retry_bucket *retry_bucket_new (void);
void retry_bucket_free (struct retry_bucket *bucket);

/* The tokens that are left.  Exposed for the tests.  */
unsigned int retry_bucket_tokens (struct retry_bucket *bucket);

/* One per operation; zero-initialise but for these two.  */
struct retry
{
  struct retry_bucket *bucket;
  unsigned int max_attempts; /* 3 unless configured.  */
  unsigned int attempt;      /* Attempts that have failed so far.  */
  unsigned int last_cost;    /* Tokens paid for the last retry.  */
};

/* An attempt failed.  True: the back-off has been slept, try again (the
 * call's reason is dropped).  False: give up, for good reason: the class,
 * the attempts, the bucket or the deadline.  HINT_MS is the server's wish
 * (x-amz-retry-after), 0 for none.  */
bool retry_again (struct retry *retry, struct call *call,
                  enum retry_class failure, unsigned int hint_ms);

/* The decision alone: count the attempt, pay the bucket, and say how long
 * to wait in ms.  CHANCE is a random number from 0 to 1.  Exposed for the
 * tests.  */
bool retry_plan (struct retry *retry, enum retry_class failure,
                 unsigned int hint_ms, double chance,
                 unsigned int *r_delay_ms);

/* The operation succeeded: refill the bucket.  */
void retry_succeeded (struct retry *retry);

/* The header x-amz-retry-after as a hint: 0 when VALUE is no number of
 * milliseconds.  */
unsigned int retry_hint (struct span value);

#endif /* NET_RETRY_H */

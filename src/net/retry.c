/* SPDX-License-Identifier: GPL-3.0-or-later
 * When to try again: the SDKs' standard mode (of 2026) with its token
 * bucket.  */

#include "config.h"

#include "net/retry.h"

#include "base/log.h"
#include "base/text.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

#define MAX_DELAY_MS 20000
#define MAX_OVER_PLAN_MS 5000 /* How much longer a hint may make it.  */

/* clang-format off */
static const struct tariff
{
  unsigned int cost;    /* Tokens.  */
  unsigned int base_ms; /* Doubled with each retry.  */
} tariffs[] = {
  [RETRY_TRANSIENT] = { 14, 50 },
  [RETRY_TIMEOUT]   = { 14, 50 },
  [RETRY_THROTTLED] = { 5, 1000 },
};
/* clang-format on */

struct retry_bucket
{
  pthread_mutex_t lock;
  unsigned int tokens;
};

enum retry_class
retry_class_of (gpg_error_t err)
{
  switch (gpg_err_code (err))
    {
    case GPG_ERR_TIMEOUT:
      return RETRY_TIMEOUT;
    case GPG_ERR_NETWORK:
    case GPG_ERR_UNKNOWN_HOST:
      return RETRY_TRANSIENT;
    default:
      return RETRY_NEVER;
    }
}

struct retry_bucket *
retry_bucket_new (void)
{
  struct retry_bucket *bucket = calloc (1, sizeof *bucket);

  if (!bucket)
    return NULL;
  if (pthread_mutex_init (&bucket->lock, NULL))
    {
      free (bucket);
      return NULL;
    }
  bucket->tokens = RETRY_TOKENS;
  return bucket;
}

void
retry_bucket_free (struct retry_bucket *bucket)
{
  if (!bucket)
    return;
  pthread_mutex_destroy (&bucket->lock);
  free (bucket);
}

unsigned int
retry_bucket_tokens (struct retry_bucket *bucket)
{
  unsigned int tokens;

  pthread_mutex_lock (&bucket->lock);
  tokens = bucket->tokens;
  pthread_mutex_unlock (&bucket->lock);
  return tokens;
}

static bool
pay (struct retry_bucket *bucket, unsigned int cost)
{
  bool enough;

  pthread_mutex_lock (&bucket->lock);
  enough = bucket->tokens >= cost;
  if (enough)
    bucket->tokens -= cost;
  pthread_mutex_unlock (&bucket->lock);
  return enough;
}

static void
refill (struct retry_bucket *bucket, unsigned int tokens)
{
  pthread_mutex_lock (&bucket->lock);
  bucket->tokens += tokens;
  if (bucket->tokens > RETRY_TOKENS)
    bucket->tokens = RETRY_TOKENS;
  pthread_mutex_unlock (&bucket->lock);
}

/* Before the retry after the N-th failure (from 1).  */
static unsigned int
delay_ms (unsigned int base_ms, unsigned int n, double chance,
          unsigned int hint_ms)
{
  unsigned int full = base_ms;
  unsigned int delay;

  for (; n > 1 && full < MAX_DELAY_MS; n--)
    full *= 2;
  if (full > MAX_DELAY_MS)
    full = MAX_DELAY_MS;
  delay = (unsigned int)(chance * full);
  if (hint_ms > delay + MAX_OVER_PLAN_MS)
    hint_ms = delay + MAX_OVER_PLAN_MS;
  return hint_ms > delay ? hint_ms : delay;
}

bool
retry_plan (struct retry *retry, enum retry_class failure,
            unsigned int hint_ms, double chance, unsigned int *r_delay_ms)
{
  const struct tariff *tariff = &tariffs[failure];

  retry->attempt++;
  if (failure == RETRY_NEVER || retry->attempt >= retry->max_attempts
      || !pay (retry->bucket, tariff->cost))
    return false;
  retry->last_cost = tariff->cost;
  *r_delay_ms = delay_ms (tariff->base_ms, retry->attempt, chance, hint_ms);
  return true;
}

/* From 0 to 1, so that many clients do not come back all at once.  */
static double
roll (void)
{
  struct bytes random = { 0 };
  double chance = 1;

  bytes_add_random (&random, 2);
  if (!bytes_error (&random))
    chance = (random.p[0] << 8 | random.p[1]) / 65535.0;
  bytes_drop (&random);
  return chance;
}

bool
retry_again (struct retry *retry, struct call *call, enum retry_class failure,
             unsigned int hint_ms)
{
  unsigned int delay;

  if (!retry_plan (retry, failure, hint_ms, roll (), &delay))
    return false;
  log_note (call, "attempt %u of %u in %u ms; %s", retry->attempt + 1,
            retry->max_attempts, delay, call->reason);
  if (!call_sleep_ms (call, delay))
    {
      refill (retry->bucket, retry->last_cost);
      return false;
    }
  call_forget (call);
  return true;
}

void
retry_succeeded (struct retry *retry)
{
  refill (retry->bucket, retry->last_cost ? retry->last_cost : 1);
}

unsigned int
retry_hint (struct span value)
{
  struct bytes text = { 0 };
  unsigned long ms = 0;

  bytes_add_span (&text, value);
  if (bytes_error (&text) || bytes_has_nul (&text)
      || text_unsigned (bytes_text (&text), 0, UINT_MAX, &ms))
    ms = 0;
  bytes_drop (&text);
  return (unsigned int)ms;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * AWS credentials: the provider interface, the chain, and the cache with
 * one refresh at a time.  */

#include "config.h"

#include "aws/creds.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REFRESH_AHEAD_S 300
#define REFRESH_PAUSE_MS 15000 /* Between tries while the old ones live.  */

/* LOCK is held during a refresh on purpose: whoever waits wants exactly
 * its result.  */
struct creds_chain
{
  pthread_mutex_t lock;
  struct aws_credentials cached; /* Empty: none.  */
  struct creds_provider *source; /* Where they come from.  */
  int64_t next_try;              /* On the monotonic clock, in ms.  */
  size_t n;
  struct creds_provider *providers[];
};

void
aws_credentials_init (struct aws_credentials *creds)
{
  memset (creds, 0, sizeof *creds);
  creds->secret_key.secret = true;
  creds->token.secret = true;
}

void
aws_credentials_drop (struct aws_credentials *creds)
{
  bytes_drop (&creds->access_key_id);
  bytes_drop (&creds->secret_key);
  bytes_drop (&creds->token);
  creds->expires = 0;
}

gpg_error_t
aws_credentials_error (const struct aws_credentials *creds)
{
  bool failed = creds->access_key_id.failed || creds->secret_key.failed
                || creds->token.failed;

  return failed ? gpg_error (GPG_ERR_ENOMEM) : 0;
}

gpg_error_t
aws_credentials_set (struct aws_credentials *creds, const char *access_key_id,
                     const char *secret_key, const char *token)
{
  bytes_add_str (&creds->access_key_id, access_key_id);
  bytes_add_str (&creds->secret_key, secret_key);
  if (token)
    bytes_add_str (&creds->token, token);
  return aws_credentials_error (creds);
}

gpg_error_t
aws_credentials_copy (struct aws_credentials *dst,
                      const struct aws_credentials *src)
{
  aws_credentials_drop (dst);
  bytes_add_span (&dst->access_key_id, bytes_span (&src->access_key_id));
  bytes_add_span (&dst->secret_key, bytes_span (&src->secret_key));
  bytes_add_span (&dst->token, bytes_span (&src->token));
  dst->expires = src->expires;
  return aws_credentials_error (dst);
}

static void
move_credentials (struct aws_credentials *dst, struct aws_credentials *src)
{
  bytes_move (&dst->access_key_id, &src->access_key_id);
  bytes_move (&dst->secret_key, &src->secret_key);
  bytes_move (&dst->token, &src->token);
  dst->expires = src->expires;
}

struct creds_chain *
creds_chain_new (struct creds_provider *const *providers, size_t n)
{
  struct creds_chain *chain
    = calloc (1, sizeof *chain + n * sizeof *providers);
  size_t i;

  if (chain && pthread_mutex_init (&chain->lock, NULL))
    {
      free (chain);
      chain = NULL;
    }
  if (!chain)
    {
      for (i = 0; i < n; i++)
        providers[i]->free (providers[i]);
      return NULL;
    }
  aws_credentials_init (&chain->cached);
  chain->n = n;
  for (i = 0; i < n; i++)
    chain->providers[i] = providers[i];
  return chain;
}

void
creds_chain_free (struct creds_chain *chain)
{
  size_t i;

  if (!chain)
    return;
  for (i = 0; i < chain->n; i++)
    chain->providers[i]->free (chain->providers[i]);
  aws_credentials_drop (&chain->cached);
  pthread_mutex_destroy (&chain->lock);
  free (chain);
}

/* "no AWS credentials: tried environment, profile 'x'" */
static gpg_error_t
nothing_found (const struct creds_chain *chain, struct call *call)
{
  struct bytes names = { 0 };
  gpg_error_t err;
  size_t i;

  for (i = 0; i < chain->n; i++)
    bytes_add_fmt (&names, "%s%s", i ? ", " : "", chain->providers[i]->name);
  err = because (call, GPG_ERR_NO_AUTH, "no AWS credentials: tried %s",
                 bytes_text (&names));
  bytes_drop (&names);
  return err;
}

static bool
has_expired (const struct aws_credentials *creds, int64_t now, int64_t ahead)
{
  return creds->expires && now >= creds->expires - ahead;
}

/* Ask one after the other; the first that is configured decides.  */
static gpg_error_t
ask_providers (struct creds_chain *chain, struct call *call,
               struct aws_credentials *fresh, struct creds_provider **r_source)
{
  gpg_error_t err = gpg_error (GPG_ERR_NOT_FOUND);
  size_t i;

  for (i = 0; i < chain->n; i++)
    {
      err = chain->providers[i]->fetch (chain->providers[i], call, fresh);
      if (gpg_err_code (err) != GPG_ERR_NOT_FOUND)
        break;
      call_forget (call);
      aws_credentials_drop (fresh);
      log_trace (call, LOG_CREDS, "%s: not configured",
                 chain->providers[i]->name);
    }
  if (i == chain->n)
    return nothing_found (chain, call);
  if (err)
    return err;
  if (has_expired (fresh, call_now (call), 0))
    return because (call, GPG_ERR_BAD_AUTH, "%s: the credentials have expired",
                    chain->providers[i]->name);
  *r_source = chain->providers[i];
  return 0;
}

static gpg_error_t
refresh (struct creds_chain *chain, struct call *call)
{
  struct aws_credentials fresh;
  struct creds_provider *source = NULL;
  gpg_error_t err;

  aws_credentials_init (&fresh);
  err = ask_providers (chain, call, &fresh, &source);
  chain->next_try = call_mono_ms (call) + REFRESH_PAUSE_MS;
  if (!err)
    {
      move_credentials (&chain->cached, &fresh);
      chain->source = source;
      log_note (call, "AWS credentials from %s", source->name);
    }
  aws_credentials_drop (&fresh);
  return err;
}

/* The cached credentials are good for NOW but will not be for long.  Half
 * of the time that is left may go into newer ones: the rest must do for
 * what the caller wants them for.  */
static void
refresh_early (struct creds_chain *chain, struct call *call)
{
  int64_t deadline = call->deadline;
  gpg_error_t err;

  call->deadline -= call_remaining_ms (call) / 2;
  err = refresh (chain, call);
  call->deadline = deadline;
  if (err)
    {
      log_fault (call, "refreshing the AWS credentials failed: %s",
                 call_why (call, err));
      call_forget (call);
    }
}

/* With LOCK held: make sure that what is cached is valid.  */
static gpg_error_t
provide (struct creds_chain *chain, struct call *call)
{
  int64_t now = call_now (call);

  if (!chain->cached.access_key_id.n || has_expired (&chain->cached, now, 0))
    return refresh (chain, call);
  if (has_expired (&chain->cached, now, REFRESH_AHEAD_S)
      && call_mono_ms (call) >= chain->next_try)
    refresh_early (chain, call);
  return 0;
}

/* Lock within the call's time.  */
static gpg_error_t
lock_chain (struct creds_chain *chain, struct call *call)
{
  unsigned int ms = call_remaining_ms (call);
  struct timespec until;
  int rc;

  clock_gettime (CLOCK_REALTIME, &until);
  until.tv_sec += ms / 1000;
  until.tv_nsec += (long)(ms % 1000) * 1000000;
  if (until.tv_nsec >= 1000000000)
    {
      until.tv_sec++;
      until.tv_nsec -= 1000000000;
    }
  rc = pthread_mutex_timedlock (&chain->lock, &until);
  if (rc == ETIMEDOUT)
    return because (call, GPG_ERR_TIMEOUT,
                    "AWS credentials: still being fetched by another call");
  return rc ? gpg_error_from_errno (rc) : 0;
}

gpg_error_t
creds_get (struct creds_chain *chain, struct call *call,
           struct aws_credentials *r_creds)
{
  gpg_error_t err = lock_chain (chain, call);

  if (err)
    return err;
  err = provide (chain, call);
  if (!err)
    err = aws_credentials_copy (r_creds, &chain->cached);
  pthread_mutex_unlock (&chain->lock);
  return err;
}

static bool
same_bytes (const struct bytes *a, const struct bytes *b)
{
  return span_equal (bytes_span (a), bytes_span (b));
}

void
creds_reject (struct creds_chain *chain, const struct aws_credentials *used)
{
  pthread_mutex_lock (&chain->lock);
  if (same_bytes (&chain->cached.access_key_id, &used->access_key_id)
      && same_bytes (&chain->cached.secret_key, &used->secret_key)
      && same_bytes (&chain->cached.token, &used->token))
    {
      aws_credentials_drop (&chain->cached);
      chain->source = NULL;
    }
  pthread_mutex_unlock (&chain->lock);
}

const char *
creds_source (struct creds_chain *chain)
{
  const char *name;

  pthread_mutex_lock (&chain->lock);
  name = chain->source ? chain->source->name : "";
  pthread_mutex_unlock (&chain->lock);
  return name;
}

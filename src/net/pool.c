/* SPDX-License-Identifier: GPL-3.0-or-later
 * Warm libcurl handles, each with its connection, by origin.
 *
 * A connection never leaves its handle, since libcurl cannot share
 * connections between threads; the whole handle moves instead.  Handles
 * are closed outside the lock: saying good-bye to a server takes time.  */

#include "config.h"

#include "net/pool.h"

#include "base/text.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct pool
{
  pthread_mutex_t lock;
  struct warm *idle; /* Most recently used first.  */
  size_t n;
};

gpg_error_t
origin_parse (const char *url, struct origin *r_origin)
{
  CURLU *parts = curl_url ();
  char *scheme = NULL;
  char *port = NULL;
  gpg_error_t err = 0;
  CURLUcode rc;

  memset (r_origin, 0, sizeof *r_origin);
  if (!parts)
    return gpg_error (GPG_ERR_ENOMEM);
  rc = curl_url_set (parts, CURLUPART_URL, url, CURLU_DISALLOW_USER);
  if (!rc)
    rc = curl_url_get (parts, CURLUPART_SCHEME, &scheme, 0);
  if (!rc)
    rc = curl_url_get (parts, CURLUPART_HOST, &r_origin->host, 0);
  if (!rc)
    rc = curl_url_get (parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
  if (rc == CURLUE_OUT_OF_MEMORY)
    err = gpg_error (GPG_ERR_ENOMEM);
  else if (rc || (strcmp (scheme, "https") && strcmp (scheme, "http")))
    err = gpg_error (GPG_ERR_INV_VALUE);
  else
    {
      r_origin->https = !strcmp (scheme, "https");
      bytes_add_fmt (&r_origin->text, "%s://%s:%s", scheme, r_origin->host,
                     port);
      err = bytes_error (&r_origin->text);
    }
  curl_free (scheme);
  curl_free (port);
  curl_url_cleanup (parts);
  return err;
}

void
origin_drop (struct origin *origin)
{
  curl_free (origin->host);
  origin->host = NULL;
  bytes_drop (&origin->text);
}

struct pool *
pool_new (void)
{
  struct pool *pool = calloc (1, sizeof *pool);

  if (!pool)
    return NULL;
  if (pthread_mutex_init (&pool->lock, NULL))
    {
      free (pool);
      return NULL;
    }
  return pool;
}

/* Close WARM and all that hang on it.  */
static void
close_all (struct warm *warm)
{
  while (warm)
    {
      struct warm *next = warm->next;

      curl_easy_cleanup (warm->curl);
      free (warm->origin);
      free (warm);
      warm = next;
    }
}

void
pool_free (struct pool *pool)
{
  if (!pool)
    return;
  close_all (pool->idle);
  pthread_mutex_destroy (&pool->lock);
  free (pool);
}

/* Unlink what is too old or beyond KEEP handles.  The list is ordered by
 * age: the rest behind the first such handle goes, too.  */
static struct warm *
unlink_stale (struct pool *pool, int64_t now, size_t keep)
{
  struct warm **at = &pool->idle;
  struct warm *stale;
  size_t n = 0;

  while (*at && n < keep && now - (*at)->since <= POOL_IDLE_MS)
    {
      at = &(*at)->next;
      n++;
    }
  stale = *at;
  *at = NULL;
  pool->n = n;
  return stale;
}

static struct warm *
unlink_match (struct pool *pool, const char *origin)
{
  struct warm **at = &pool->idle;
  struct warm *warm;

  while (*at && strcmp ((*at)->origin, origin))
    at = &(*at)->next;
  warm = *at;
  if (warm)
    {
      *at = warm->next;
      warm->next = NULL;
      pool->n--;
    }
  return warm;
}

static struct warm *
warm_new (const struct bytes *origin)
{
  struct warm *warm = calloc (1, sizeof *warm);

  if (!warm)
    return NULL;
  warm->origin = text_copy (bytes_text (origin), origin->n);
  warm->curl = curl_easy_init ();
  if (warm->origin && warm->curl)
    return warm;
  close_all (warm);
  return NULL;
}

struct warm *
pool_take (struct pool *pool, const struct origin *origin, int64_t now)
{
  struct warm *stale;
  struct warm *warm;

  pthread_mutex_lock (&pool->lock);
  stale = unlink_stale (pool, now, POOL_MAX_IDLE);
  warm = unlink_match (pool, bytes_text (&origin->text));
  pthread_mutex_unlock (&pool->lock);
  close_all (stale);
  return warm ? warm : warm_new (&origin->text);
}

void
pool_give (struct pool *pool, struct warm *warm, int64_t now, bool keep)
{
  struct warm *stale = warm;

  if (keep)
    {
      /* Forgets every option, keeps the connection.  */
      curl_easy_reset (warm->curl);
      pthread_mutex_lock (&pool->lock);
      warm->since = now;
      warm->next = pool->idle;
      pool->idle = warm;
      stale = unlink_stale (pool, now, POOL_MAX_IDLE);
      pthread_mutex_unlock (&pool->lock);
    }
  close_all (stale);
}

size_t
pool_idle (struct pool *pool)
{
  size_t n;

  pthread_mutex_lock (&pool->lock);
  n = pool->n;
  pthread_mutex_unlock (&pool->lock);
  return n;
}

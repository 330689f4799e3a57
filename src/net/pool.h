/* SPDX-License-Identifier: GPL-3.0-or-later
 * Warm libcurl handles, each with its connection, by origin.  */

#ifndef NET_POOL_H
#define NET_POOL_H

#include "base/bytes.h"

/* AWS closes idle connections a little later than this.  */
#define POOL_IDLE_MS 100000
#define POOL_MAX_IDLE 16

/* Where a connection leads.  Drop with origin_drop in every case.  */
struct origin
{
  bool https;
  char *host;        /* As libcurl will ask it; IPv6 in brackets.  */
  struct bytes text; /* "https://host:443" */
};

/* Take URL apart with libcurl's own parser, so that the host that is judged
 * is the host that is asked.  INV_VALUE: not an http or https URL, or one
 * with a user name.  */
gpg_error_t origin_parse (const char *url, struct origin *r_origin);
void origin_drop (struct origin *origin);

/* One handle: used by one caller at a time, or idle in the pool.  */
struct warm
{
  struct warm *next;
  void *curl;    /* Its CURL, which only this floor knows.  */
  char *origin;  /* An origin's text.  */
  int64_t since; /* Idle since, in ms on the monotonic clock.  */
};

/* Locks itself.  */
struct pool;

/* NULL when out of memory.  */
struct pool *pool_new (void);

/* Every handle must have been given back.  */
void pool_free (struct pool *pool);

/* The handle for ORIGIN that was used last or a new one, no option set;
 * NULL when out of memory.  NOW is the caller's monotonic clock, in ms.  */
struct warm *pool_take (struct pool *pool, const struct origin *origin,
                        int64_t now);

/* Give WARM back.  If the exchange failed, KEEP is false and the handle
 * goes.  */
void pool_give (struct pool *pool, struct warm *warm, int64_t now, bool keep);

/* How many handles are idle.  Exposed for the tests.  */
size_t pool_idle (struct pool *pool);

#endif /* NET_POOL_H */

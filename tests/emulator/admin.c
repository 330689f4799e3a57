/* SPDX-License-Identifier: GPL-3.0-or-later
 * The endpoints under /_emulator/, for tests only: what was called, and
 * what is to change.  */

#include "config.h"

#include "tests/emulator/admin.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define DELETION_DAYS 30

/* What an endpoint does.  NULL: done; else what is wrong with ARGUMENTS. */
typedef const char *admin_fn (struct emulator *emu,
                              const struct form *arguments,
                              struct http_reply *reply);

static const char *
show_calls (struct emulator *emu, const struct form *arguments,
            struct http_reply *reply)
{
  struct bytes body = { 0 };
  unsigned int i;

  (void)arguments;
  json_open (&body);
  for (i = 0; i < N_COUNTERS; i++)
    json_add_number (&body, counter_name (i),
                     (int64_t)atomic_load (&emu->counters[i]));
  json_close (&body);
  http_reply_text (reply, 200, "application/json", bytes_text (&body));
  bytes_drop (&body);
  return NULL;
}

static const char *
reset (struct emulator *emu, const struct form *arguments,
       struct http_reply *reply)
{
  unsigned int i;

  (void)arguments;
  (void)reply;
  for (i = 0; i < N_COUNTERS; i++)
    atomic_store (&emu->counters[i], 0);
  atomic_store (&emu->clock_offset, 0);
  atomic_store (&emu->latency_ms, emu->started_latency_ms);
  key_store_reset (&emu->keys);
  return NULL;
}

static struct key *
named_key (struct emulator *emu, const struct form *arguments,
           const char *argument)
{
  const char *name = form_get (arguments, argument);

  return name ? key_by_alias (&emu->keys, name) : NULL;
}

static const char *
set_state (struct emulator *emu, const struct form *arguments,
           struct http_reply *reply)
{
  static const char *const names[]
    = { "Enabled", "Disabled", "PendingDeletion" };
  const char *wanted = form_get (arguments, "state");
  struct key *key = named_key (emu, arguments, "name");
  int64_t then
    = emulator_now_ms (emu) + (int64_t)DELETION_DAYS * 24 * 3600 * 1000;
  size_t i;

  (void)reply;
  if (!key)
    return "name: no such alias";
  for (i = 0; wanted && i < DIM (names); i++)
    if (!strcmp (names[i], wanted))
      {
        key_set_state (&emu->keys, key, (enum key_state)i, then);
        return NULL;
      }
  return "state: not Enabled, Disabled or PendingDeletion";
}

static const char *
set_alias (struct emulator *emu, const struct form *arguments,
           struct http_reply *reply)
{
  const char *name = form_get (arguments, "name");
  struct key *target = named_key (emu, arguments, "target");

  (void)reply;
  if (!target)
    return "target: no such alias";
  if (!name || !key_repoint (&emu->keys, name, target))
    return "name: no such alias";
  return NULL;
}

static const char *
set_clock (struct emulator *emu, const struct form *arguments,
           struct http_reply *reply)
{
  const char *text = form_get (arguments, "offset");
  bool negative = text && *text == '-';
  unsigned long seconds;

  (void)reply;
  if (!text || text_unsigned (text + negative, 0, 1000000000, &seconds))
    return "offset: not a number of seconds";
  atomic_store (&emu->clock_offset, negative ? -(long)seconds : (long)seconds);
  return NULL;
}

static const char *
set_latency (struct emulator *emu, const struct form *arguments,
             struct http_reply *reply)
{
  const char *text = form_get (arguments, "ms");
  unsigned long ms;

  (void)reply;
  if (!text || text_unsigned (text, 0, 3600000, &ms))
    return "ms: not a number of milliseconds";
  atomic_store (&emu->latency_ms, ms);
  return NULL;
}

static const char *
expire (struct emulator *emu, const struct form *arguments,
        struct http_reply *reply)
{
  (void)arguments;
  (void)reply;
  callers_expire_all (&emu->callers);
  return NULL;
}

/* clang-format off */
static const struct
{
  const char *method;
  const char *name;
  admin_fn *run;
} endpoints[] = {
  { "GET",  "calls",   show_calls },
  { "POST", "reset",   reset },
  { "POST", "state",   set_state },
  { "POST", "alias",   set_alias },
  { "POST", "clock",   set_clock },
  { "POST", "latency", set_latency },
  { "POST", "expire",  expire },
};
/* clang-format on */

static admin_fn *
find (const char *method, const char *name, size_t n)
{
  size_t i;

  for (i = 0; i < DIM (endpoints); i++)
    if (strlen (endpoints[i].name) == n && !memcmp (endpoints[i].name, name, n)
        && !strcmp (endpoints[i].method, method))
      return endpoints[i].run;
  return NULL;
}

void
admin_answer (struct emulator *emu, const struct http_request *request,
              struct http_reply *reply)
{
  const char *name = request->uri + strlen (ADMIN_PREFIX);
  size_t n = strcspn (name, "?");
  admin_fn *run = find (request->method, name, n);
  const char *query = name[n] ? name + n + 1 : "";
  const char *problem = "the query cannot be read";
  struct form arguments;

  if (!run)
    {
      http_reply_text (reply, 404, "text/plain", "no such endpoint\n");
      return;
    }
  http_reply_text (reply, 200, "application/json", "{}");
  if (!form_parse (span_text (query), &arguments))
    problem = run (emu, &arguments, reply);
  if (problem)
    {
      http_reply_text (reply, 400, "text/plain", problem);
      bytes_add_byte (&reply->body, '\n');
    }
  form_drop (&arguments);
}

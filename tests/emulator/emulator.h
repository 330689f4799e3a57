/* SPDX-License-Identifier: GPL-3.0-or-later
 * The emulated account as a whole: settings, keys, callers, counters.  */

#ifndef EMULATOR_EMULATOR_H
#define EMULATOR_EMULATOR_H

#include "base/bytes.h"
#include "tests/emulator/callers.h"
#include "tests/emulator/http.h"
#include "tests/emulator/keys.h"

#include <stdatomic.h>

enum counter
{
  COUNT_SIGN,
  COUNT_DERIVE_SHARED_SECRET,
  COUNT_GET_PUBLIC_KEY,
  COUNT_DESCRIBE_KEY,
  COUNT_ASSUME_ROLE_WITH_WEB_IDENTITY,
  COUNT_GET_CALLER_IDENTITY,
  COUNT_REFUSED,     /* Answered with an error.  */
  COUNT_TOTAL,       /* All but those to the admin endpoints.  */
  COUNT_CONNECTIONS, /* TCP connections accepted.  */
  N_COUNTERS
};

struct emulator
{
  struct key_store keys;
  struct callers callers;
  const char *region;
  const char *account;
  unsigned long session_seconds;
  unsigned long started_latency_ms; /* What a reset goes back to.  */
  int stop_fd;                      /* Readable when all must end.  */

  atomic_ulong counters[N_COUNTERS];
  atomic_long clock_offset; /* Seconds that this server's clock is wrong.  */
  atomic_ulong latency_ms;
};

/* As in the answer of GET /_emulator/calls.  */
const char *counter_name (enum counter which);

/* This server's idea of the time.  */
int64_t emulator_now_ms (struct emulator *emu);
int64_t emulator_now (struct emulator *emu);

/* Let the client wait.  False: it has gone, or the server is to end.  */
bool emulator_wait (struct emulator *emu, const struct http_request *request,
                    unsigned long ms);

/* Answer any request: KMS, STS or the admin endpoints.  */
void emulator_answer (struct emulator *emu, const struct http_request *request,
                      struct http_reply *reply);

#endif /* EMULATOR_EMULATOR_H */

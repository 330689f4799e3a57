/* SPDX-License-Identifier: GPL-3.0-or-later
 * One command being carried out: its clock, its deadline, its numbers
 * and the reason why it failed.  */

#include "config.h"

#include "base/call.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t
read_clock (clockid_t which)
{
  struct timespec ts;

  clock_gettime (which, &ts);
  return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t
system_wall_ms (void *cookie)
{
  (void)cookie;
  return read_clock (CLOCK_REALTIME);
}

static int64_t
system_mono_ms (void *cookie)
{
  (void)cookie;
  return read_clock (CLOCK_MONOTONIC);
}

const struct clock system_clock = { system_wall_ms, system_mono_ms, NULL };

void
call_init (struct call *call, const struct clock *clock,
           unsigned int timeout_ms)
{
  memset (call, 0, sizeof *call);
  call->clock = clock;
  call_renew (call, timeout_ms);
}

void
call_renew (struct call *call, unsigned int timeout_ms)
{
  call->deadline = call_mono_ms (call) + timeout_ms;
  call_forget (call);
}

int64_t
call_now (const struct call *call)
{
  return call->clock->wall_ms (call->clock->cookie) / 1000;
}

int64_t
call_mono_ms (const struct call *call)
{
  return call->clock->mono_ms (call->clock->cookie);
}

unsigned int
call_remaining_ms (const struct call *call)
{
  int64_t left = call->deadline - call_mono_ms (call);

  return left > 0 ? (unsigned int)left : 0;
}

bool
call_sleep_ms (const struct call *call, unsigned int ms)
{
  struct timespec ts = { ms / 1000, (long)(ms % 1000) * 1000000 };

  if (ms >= call_remaining_ms (call))
    return false;
  while (nanosleep (&ts, &ts))
    ;
  return true;
}

__attribute__ ((format (printf, 3, 0))) static void
set_reason (struct call *call, gpg_error_t err, const char *format,
            va_list args)
{
  if (call->reason_for)
    return;
  vsnprintf (call->reason, sizeof call->reason, format, args);
  text_clean (call->reason);
  call->reason_for = err;
}

gpg_error_t
because (struct call *call, gpg_err_code_t code, const char *format, ...)
{
  gpg_error_t err = gpg_error (code);
  va_list args;

  va_start (args, format);
  set_reason (call, err, format, args);
  va_end (args);
  return err;
}

gpg_error_t
because_err (struct call *call, gpg_error_t err, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  set_reason (call, err, format, args);
  va_end (args);
  return err;
}

void
call_forget (struct call *call)
{
  call->reason_for = 0;
  call->reason[0] = 0;
}

const char *
call_why (const struct call *call, gpg_error_t err)
{
  if (call->reason_for && call->reason_for == err)
    return call->reason;
  return gpg_strerror (err);
}

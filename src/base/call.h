/* SPDX-License-Identifier: GPL-3.0-or-later
 * One command being carried out: its clock, its deadline, its numbers
 * and the reason why it failed.  */

#ifndef BASE_CALL_H
#define BASE_CALL_H

#ifndef GPG_ERR_SOURCE_DEFAULT
#define GPG_ERR_SOURCE_DEFAULT GPG_ERR_SOURCE_SCD
#endif

#include <gpg-error.h>
#include <stdbool.h>
#include <stdint.h>

/* libassuan cuts the reason of an ERR line here (see
 * assuan-handler.c:assuan_process_done).  */
#define CALL_REASON_SIZE 100

/* Where the time comes from; tests bring their own.  */
struct clock
{
  int64_t (*wall_ms) (void *cookie); /* Since 1970, UTC.  */
  int64_t (*mono_ms) (void *cookie); /* Never steps back.  */
  void *cookie;
};

/* The machine's own clock.  */
extern const struct clock system_clock;

/* Nothing but these belongs here: this is not a bag for settings.  */
struct call
{
  const struct clock *clock;
  int64_t deadline; /* On the monotonic clock, in ms.  */
  unsigned int session_no;
  unsigned int command_no;
  gpg_error_t reason_for; /* The error that REASON explains.  */
  char reason[CALL_REASON_SIZE];
};

/* Start a call that must end within TIMEOUT_MS.  The numbers are 0.  */
void call_init (struct call *call, const struct clock *clock,
                unsigned int timeout_ms);

/* The same session's next command: new deadline, no reason.  */
void call_renew (struct call *call, unsigned int timeout_ms);

/* Seconds since 1970.  */
int64_t call_now (const struct call *call);

/* Milliseconds on the monotonic clock.  */
int64_t call_mono_ms (const struct call *call);

/* Milliseconds until the deadline, never negative.  */
unsigned int call_remaining_ms (const struct call *call);

/* Sleep, but not beyond the deadline.  False: the time would not have
 * sufficed and nothing was slept.  */
bool call_sleep_ms (const struct call *call, unsigned int ms);

/* Remember why CODE is about to be returned and return it as an error
 * of ours.  The first reason wins, since the lowest caller that knows
 * the noun tells it best.  Control characters are replaced and the text
 * is cut at CALL_REASON_SIZE - 1 bytes: it may come from far away.  */
gpg_error_t because (struct call *call, gpg_err_code_t code,
                     const char *format, ...)
  __attribute__ ((format (printf, 3, 4)));

/* As because, but keep ERR as it is, source and all.  */
gpg_error_t because_err (struct call *call, gpg_error_t err,
                         const char *format, ...)
  __attribute__ ((format (printf, 3, 4)));

/* Drop the reason: a failure that has been got over.  */
void call_forget (struct call *call);

/* The reason for ERR, or libgpg-error's own words for it.  Valid until
 * the call's next failure.  */
const char *call_why (const struct call *call, gpg_error_t err);

#endif /* BASE_CALL_H */

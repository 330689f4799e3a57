/* SPDX-License-Identifier: GPL-3.0-or-later
 * One client's conversation: what it has set, and how it is answered.  */

#ifndef ASSUAN_SESSION_H
#define ASSUAN_SESSION_H

#include "base/bytes.h"
#include "card/card.h"

#include <assuan.h>

struct hall;

/* What the log says a command was about.  */
#define ABOUT_SIZE 100

struct session
{
  struct hall *hall;
  assuan_context_t ctx;
  int in_fd;
  bool on_pipe;

  /* The client's state; gone with RESTART.  */
  char serial[SERIAL_SIZE]; /* Of the selected card; "": the first one.  */
  struct bytes indata;      /* SETDATA's.  */

  /* The present command's.  libassuan keeps the address of CALL's reason
   * until the ERR line is written.  */
  struct call call;
  struct card_set *cards;
  char about[ABOUT_SIZE];
  gpg_error_t write_error; /* The first one; sticks until the command ends.  */
};

/* Greet the client at IN and OUT and serve it until it goes or the hall
 * stops.  Both descriptors are closed then.  */
void session_run (struct hall *hall, int in, int out, bool on_pipe,
                  unsigned int session_no);

/* Forget what the client has set.  */
void session_reset (struct session *session);

/* Answer with a status line, or with data that libassuan escapes and
 * splits.  Failures stick in WRITE_ERROR, which the trampoline reports, so
 * that ten lines need one question.  Only where scd-protocol knows such a
 * line: all others throw gpg-agent off the track.  */
void session_status (struct session *session, const char *keyword,
                     const char *format, ...)
  __attribute__ ((format (printf, 3, 4)));
void session_data (struct session *session, struct span data);

/* Wait MS milliseconds, or for ever if that is negative.  False as soon as
 * the client says something or is gone, or the hall stops.  */
bool session_idle (struct session *session, int ms);

#endif /* ASSUAN_SESSION_H */

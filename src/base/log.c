/* SPDX-License-Identifier: GPL-3.0-or-later
 * The log: every line says which command of which session it is about,
 * and none carries a control character or a secret.  */

#include "config.h"

#include "base/log.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct { const char *name; unsigned int bits; } topic_names[] = {
  { "ipc",   LOG_IPC },
  { "http",  LOG_HTTP },
  { "creds", LOG_CREDS },
  { "card",  LOG_CARD },
  { "all",   LOG_IPC | LOG_HTTP | LOG_CREDS | LOG_CARD },
};
/* clang-format on */

/* A reload may change them while others log.  */
static _Atomic bool be_verbose;
static _Atomic unsigned int shown_topics;

void
log_setup (bool verbose, unsigned int topics)
{
  be_verbose = verbose;
  shown_topics = topics;
  /* The library opens its stream at the first line, without a lock.  */
  gpgrt_log_get_stream ();
}

gpg_error_t
log_topics_parse (const char *words, unsigned int *r_topics)
{
  unsigned int topics = 0;

  while (*words)
    {
      size_t n = strcspn (words, ", ");
      size_t i;

      for (i = 0; i < DIM (topic_names); i++)
        if (strlen (topic_names[i].name) == n
            && !memcmp (topic_names[i].name, words, n))
          break;
      if (i == DIM (topic_names))
        return gpg_error (GPG_ERR_INV_NAME);
      topics |= topic_names[i].bits;
      words += n;
      words += strspn (words, ", ");
    }
  *r_topics = topics;
  return 0;
}

/* A line is cut at 1 KiB: the remote's texts are the only long ones.  */
__attribute__ ((format (printf, 3, 0))) static void
write_line (const struct call *call, int level, const char *format,
            va_list args)
{
  char line[1024];

  vsnprintf (line, sizeof line, format, args);
  text_clean (line);
  /* Without its line feed a line is not flushed before the next one.  */
  if (call && call->session_no)
    gpgrt_log (level, "s%u.c%u %s\n", call->session_no, call->command_no,
               line);
  else
    gpgrt_log (level, "%s\n", line);
}

void
log_fault (const struct call *call, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  write_line (call, GPGRT_LOGLVL_ERROR, format, args);
  va_end (args);
}

void
log_note (const struct call *call, const char *format, ...)
{
  va_list args;

  if (!be_verbose)
    return;
  va_start (args, format);
  write_line (call, GPGRT_LOGLVL_INFO, format, args);
  va_end (args);
}

void
log_trace (const struct call *call, enum log_topic topic, const char *format,
           ...)
{
  va_list args;

  if (!(shown_topics & topic))
    return;
  va_start (args, format);
  write_line (call, GPGRT_LOGLVL_DEBUG, format, args);
  va_end (args);
}

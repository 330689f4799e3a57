/* SPDX-License-Identifier: GPL-3.0-or-later
 * The log: every line says which command of which session it is about,
 * and none carries a control character or a secret.  */

#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/call.h"

#include <stdbool.h>

/* What --debug takes, as bits.  */
enum log_topic
{
  LOG_IPC = 1,
  LOG_HTTP = 2,
  LOG_CREDS = 4,
  LOG_CARD = 8
};

/* At start, after the sink was set and before the first thread; and at
 * every reload.  */
void log_setup (bool verbose, unsigned int topics);

/* Turn "ipc,http" or "all" into bits; INV_NAME for other words.  */
gpg_error_t log_topics_parse (const char *words, unsigned int *r_topics);

/* Always written.  CALL may be NULL.  */
void log_fault (const struct call *call, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

/* Written with --verbose.  */
void log_note (const struct call *call, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

/* Written with --debug TOPIC.  */
void log_trace (const struct call *call, enum log_topic topic,
                const char *format, ...)
  __attribute__ ((format (printf, 3, 4)));

#endif /* BASE_LOG_H */

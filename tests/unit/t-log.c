/* SPDX-License-Identifier: GPL-3.0-or-later
 * The log: what is shown when, the numbers in front, no control
 * characters.  */

#include "config.h"

#include "base/log.h"
#include "base/file.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <unistd.h>

static char name[] = "/tmp/t-log.XXXXXX";
static struct bytes text;
static struct call call;

static void
set_up (void)
{
  int fd;

  strcpy (name + sizeof name - 7, "XXXXXX");
  fd = mkstemp (name);
  ck_assert_int_ge (fd, 0);
  close (fd);
  memset (&text, 0, sizeof text);
  call_init (&call, &system_clock, 1000);
  gpgrt_log_set_prefix (NULL, 0);
  gpgrt_log_set_sink (name, NULL, -1);
  log_setup (false, 0);
}

static void
tear_down (void)
{
  log_setup (false, 0);
  gpgrt_log_set_sink ("-", NULL, -1);
  unlink (name);
  bytes_drop (&text);
}

/* All that was logged so far, with libgpg-error's "DBG: " before traces.  */
static void
expect_log (const char *want)
{
  bytes_clear (&text);
  ck_ok (file_read (name, 1 << 20, &text));
  ck_assert_str_eq (bytes_text (&text), want);
}

START_TEST (test_faults_only)
{
  log_note (NULL, "a note");
  log_trace (NULL, LOG_IPC, "a trace");
  expect_log ("");
  log_fault (NULL, "fault %d of %s", 1, "many");
  expect_log ("fault 1 of many\n");
}
END_TEST

START_TEST (test_verbose)
{
  log_setup (true, 0);
  log_note (NULL, "note %d", 7);
  log_trace (NULL, LOG_IPC, "a trace");
  expect_log ("note 7\n");
}
END_TEST

START_TEST (test_each_topic_alone)
{
  static const enum log_topic topics[]
    = { LOG_IPC, LOG_HTTP, LOG_CREDS, LOG_CARD };
  char want[64];
  size_t i;

  log_setup (false, topics[_i]);
  for (i = 0; i < DIM (topics); i++)
    log_trace (NULL, topics[i], "topic %zu", i);
  log_note (NULL, "a note");
  snprintf (want, sizeof want, "DBG: topic %d\n", _i);
  expect_log (want);
}
END_TEST

START_TEST (test_numbers)
{
  log_setup (true, LOG_IPC);
  call.command_no = 7;
  log_fault (&call, "no session");
  call.session_no = 2;
  log_fault (&call, "fault");
  log_note (&call, "note");
  log_trace (&call, LOG_IPC, "trace");
  expect_log ("no session\ns2.c7 fault\ns2.c7 note\nDBG: s2.c7 trace\n");
}
END_TEST

/* Nobody far away writes a line of his own into our log.  */
START_TEST (test_one_line_each)
{
  log_fault (NULL, "%s", "evil\ns1.c1 PKSIGN ok\r\033[2J%s");
  expect_log ("evil?s1.c1 PKSIGN ok??[2J%s\n");
}
END_TEST

START_TEST (test_long_line)
{
  char remote[5000];
  char want[1025];

  memset (remote, 'x', sizeof remote);
  remote[sizeof remote - 1] = 0;
  log_fault (NULL, "%s", remote);
  memset (want, 'x', sizeof want);
  want[1023] = '\n';
  want[1024] = 0;
  expect_log (want);
}
END_TEST

START_TEST (test_topics_parse)
{
  static const struct
  {
    const char *words;
    bool fine;
    unsigned int topics;
  } rows[] = {
    { "", true, 0 },
    { "ipc", true, LOG_IPC },
    { "http", true, LOG_HTTP },
    { "creds", true, LOG_CREDS },
    { "card", true, LOG_CARD },
    { "all", true, LOG_IPC | LOG_HTTP | LOG_CREDS | LOG_CARD },
    { "ipc,card", true, LOG_IPC | LOG_CARD },
    { "ipc, card ,ipc", true, LOG_IPC | LOG_CARD },
    { "ipc,", true, LOG_IPC },
    { "ip", false, 0 },
    { "ipcs", false, 0 },
    { "IPC", false, 0 },
    { ",ipc", false, 0 },
    { "ipc;card", false, 0 },
    { "ipc,none", false, 0 },
    { "7", false, 0 },
  };
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      unsigned int topics = 4711;
      gpg_error_t err = log_topics_parse (rows[i].words, &topics);

      ck_assert_msg (gpg_err_code (err)
                       == (rows[i].fine ? 0 : GPG_ERR_INV_NAME),
                     "'%s'", rows[i].words);
      ck_assert_uint_eq (topics, rows[i].fine ? rows[i].topics : 4711);
    }
}
END_TEST

int
main (void)
{
  TCase *log = tcase_create ("log");

  tcase_add_checked_fixture (log, set_up, tear_down);
  tcase_add_test (log, test_faults_only);
  tcase_add_test (log, test_verbose);
  tcase_add_loop_test (log, test_each_topic_alone, 0, 4);
  tcase_add_test (log, test_numbers);
  tcase_add_test (log, test_one_line_each);
  tcase_add_test (log, test_long_line);
  tcase_add_test (log, test_topics_parse);
  return unit_main ("log", &log, 1);
}

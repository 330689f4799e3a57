/* SPDX-License-Identifier: GPL-3.0-or-later
 * How the daemon reloads and ends: the pipe, signals, KILLSCD.  */

#include "config.h"

#include "tests/transcripts/stage.h"

#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIGN "PKSIGN --hash=sha256 OPENPGP.1"
#define SOCKET "S.kms-scdaemon"

static bool
exists (const char *path)
{
  struct stat st;

  return !lstat (path, &st);
}

/* ---- The end ----  */

/* The pipe's end ends the daemon, but not under a session's feet; new ones
 * shall find the next daemon.  */
START_TEST (test_end_of_pipe)
{
  struct peer_daemon daemon;
  struct peer peer, late;
  int tries;

  stage_start (&daemon, NULL);
  stage_connect (&daemon, &peer);
  peer_close (&daemon.pipe);
  for (tries = 0; tries < 1000 && exists (stage_file (SOCKET)); tries++)
    poll (NULL, 0, 20);
  ck_assert (!peer_connect (&late, stage_file (SOCKET)));
  expect_signature (&peer);
  ck_assert_uint_eq (ask_number (&peer, "GETINFO connections"), 1);
  ck_assert_int_eq (waitpid (daemon.pid, NULL, WNOHANG), 0);
  peer_close (&peer);
  ck_assert_int_eq (daemon_wait (&daemon), 0);
}
END_TEST

/* BYE on the pipe is its end, too.  */
START_TEST (test_bye_on_pipe)
{
  struct peer_daemon daemon;
  struct peer peer;

  stage_start (&daemon, NULL);
  stage_connect (&daemon, &peer);
  expect_code (&daemon.pipe, "BYE", 0);
  expect_end (&daemon.pipe);
  expect_signature (&peer);
  expect_code (&peer, "BYE", 0);
  expect_end (&peer);
  peer_close (&peer);
  ck_assert_int_eq (daemon_end (&daemon), 0);
}
END_TEST

/* SIGTERM: the running command is answered, the next one is not begun,
 * whoever waits or stopped in the middle of a line is sent away.  */
START_TEST (test_sigterm)
{
  struct peer_daemon daemon;
  struct peer busy, greedy, idle, half;
  struct bytes line = { 0 };

  stage_start (&daemon, "--slow", "1000", NULL);
  stage_connect (&daemon, &busy);
  stage_connect (&daemon, &greedy);
  stage_connect (&daemon, &idle);
  stage_connect (&daemon, &half);
  expect_code (&busy, SET_DIGEST, 0);
  expect_code (&greedy, SET_DIGEST, 0);
  ck_assert (peer_send (&busy, SIGN));
  ck_assert (peer_send (&greedy, SIGN "\n" SET_DIGEST "\n" SIGN));
  ck_assert (peer_send_bytes (&half, "SERIAL", 6));
  ck_assert (peer_send_bytes (&daemon.pipe, "SERIAL", 6));
  stage_await_log ("C PKSIGN", 2);
  ck_assert_int_eq (kill (daemon.pid, SIGTERM), 0);
  expect_end (&idle);
  expect_end (&half);
  expect_end (&daemon.pipe);

  ck_assert_int_eq (peer_read (&busy, &line, LINE_LIMIT_MS), PEER_LINE);
  ck_assert (text_starts (bytes_text (&line), "D "));
  ck_assert (peer_greeted (&busy));
  expect_end (&busy);
  ck_assert_int_eq (peer_read (&greedy, &line, LINE_LIMIT_MS), PEER_LINE);
  ck_assert (text_starts (bytes_text (&line), "D "));
  ck_assert (peer_greeted (&greedy));
  ck_assert_int_eq (peer_read (&greedy, &line, LINE_LIMIT_MS), PEER_LINE);
  ck_assert (text_starts (bytes_text (&line), "ERR 100663472 "));
  expect_end (&greedy);
  ck_assert_int_eq (daemon_wait (&daemon), 0);
  ck_assert (!exists (stage_file (SOCKET)));
  bytes_drop (&line);
  peer_close (&busy);
  peer_close (&greedy);
  peer_close (&idle);
  peer_close (&half);
  peer_close (&daemon.pipe);
}
END_TEST

/* ---- KILLSCD and SIGHUP ----  */

static volatile sig_atomic_t events;

static void
on_event (int signo)
{
  (void)signo;
  events++;
}

/* Who has asked for it is told when the cards change.  */
START_TEST (test_event_signal)
{
  struct sigaction action = { .sa_handler = on_event };
  struct peer_daemon daemon;
  char option[40];

  events = 0;
  sigaction (SIGUSR2, &action, NULL);
  snprintf (option, sizeof option, "OPTION event-signal=%d", SIGUSR2);
  stage_start (&daemon, NULL);
  expect_code (&daemon.pipe, "KILLSCD", 0);
  ck_assert_int_eq (events, 0);
  expect_code (&daemon.pipe, option, 0);
  expect_code (&daemon.pipe, "RESTART", 0);
  expect_code (&daemon.pipe, "KILLSCD", 0);
  ck_assert_int_eq (events, 1);
  ck_assert_int_eq (daemon_end (&daemon), 0);
}
END_TEST

/* On a socket it is another process that asks.  */
START_TEST (test_event_signal_on_socket)
{
  struct sigaction action = { .sa_handler = on_event };
  struct peer_daemon daemon;
  struct peer peer;
  char option[40];

  events = 0;
  sigaction (SIGUSR2, &action, NULL);
  snprintf (option, sizeof option, "OPTION event-signal=%d", SIGUSR2);
  stage_start (&daemon, NULL);
  stage_connect (&daemon, &peer);
  expect_code (&peer, option, 0);
  expect_code (&peer, "KILLSCD", 0);
  peer_close (&peer);
  ck_assert_int_eq (daemon_end (&daemon), 0);
  ck_assert_int_eq (events, 0);
}
END_TEST

START_TEST (test_sighup)
{
  struct peer_daemon daemon;
  struct bytes list = { 0 };
  int tries;

  stage_start (&daemon, "--alone", NULL);
  ck_assert_int_eq (kill (daemon.pid, SIGHUP), 0);
  for (tries = 0; tries < 1000; tries++)
    {
      bytes_clear (&list);
      ck_assert_int_eq (
        peer_ask (&daemon.pipe, "KEYINFO --list --data", &list), 0);
      if (list.n > 150)
        break;
      poll (NULL, 0, 20);
    }
  ck_assert_uint_gt (list.n, 150);
  bytes_drop (&list);
  ck_assert_int_eq (daemon_end (&daemon), 0);
}
END_TEST

/* A program that was replaced makes room for the new one.  */
START_TEST (test_killscd_outdated)
{
  struct peer_daemon daemon;
  char copy[200];
  char command[3000];
  struct peer peer;

  snprintf (copy, sizeof copy, "%s", stage_file ("daemon"));
  snprintf (command, sizeof command, "cp '%s' '%s' && cp '%s' '%s.new'",
            stage.program, copy, copy, copy);
  ck_assert_int_eq (system (command), 0);
  strcpy (stage.program, copy);
  stage_start (&daemon, NULL);
  stage_connect (&daemon, &peer);
  expect_code (&peer, "KILLSCD", 0);
  expect_signature (&peer);
  ck_assert_int_eq (rename (stage_file ("daemon.new"), copy), 0);
  ck_assert (peer_send (&peer, "KILLSCD"));
  ck_assert (peer_greeted (&peer));
  expect_end (&peer);
  expect_end (&daemon.pipe);
  ck_assert_int_eq (daemon_wait (&daemon), 0);
  peer_close (&peer);
  peer_close (&daemon.pipe);
}
END_TEST

/* So does a daemon without a pipe, which nothing else would end.  */
START_TEST (test_killscd_without_pipe)
{
  char *argv[] = { stage.program,
                   (char *)"--socket-dir",
                   stage.directory,
                   (char *)"--log-file",
                   stage.log_file,
                   (char *)"--no-pipe",
                   NULL };
  struct peer_daemon daemon;
  struct peer peer;
  int tries;

  ck_assert (daemon_start (&daemon, argv));
  for (tries = 0; tries < 1000; tries++)
    if (peer_connect (&peer, stage_file (SOCKET)))
      break;
    else
      poll (NULL, 0, 20);
  ck_assert (peer_greeted (&peer));
  /* The closed pipe is none of its business.  */
  peer_close (&daemon.pipe);
  expect_signature (&peer);
  expect_code (&peer, "KILLSCD", 0);
  expect_end (&peer);
  peer_close (&peer);
  ck_assert_int_eq (daemon_wait (&daemon), 0);
}
END_TEST

int
main (void)
{
  TCase *end = tcase_create ("end");
  TCase *reload = tcase_create ("reload");
  TCase *const cases[] = { end, reload };
  size_t i;

  for (i = 0; i < DIM (cases); i++)
    {
      tcase_add_checked_fixture (cases[i], stage_open, stage_close);
      tcase_set_timeout (cases[i], 120);
    }
  tcase_add_test (end, test_end_of_pipe);
  tcase_add_test (end, test_bye_on_pipe);
  tcase_add_test (end, test_sigterm);
  tcase_add_test (reload, test_event_signal);
  tcase_add_test (reload, test_event_signal_on_socket);
  tcase_add_test (reload, test_sighup);
  tcase_add_test (reload, test_killscd_outdated);
  tcase_add_test (reload, test_killscd_without_pipe);
  return unit_main ("server", cases, DIM (cases));
}

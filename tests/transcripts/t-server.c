/* SPDX-License-Identifier: GPL-3.0-or-later
 * How the daemon lets clients in and how it ends: the socket, the pipe,
 * signals, KILLSCD.  */

#include "config.h"

#include "tests/transcripts/stage.h"

#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIGN "PKSIGN --hash=sha256 OPENPGP.1"
#define SOCKET "S.kms-scdaemon"
#define NOBODY 65534

static bool
exists (const char *path)
{
  struct stat st;

  return !lstat (path, &st);
}

static unsigned int
mode_of (const char *path)
{
  struct stat st;

  ck_assert_int_eq (lstat (path, &st), 0);
  return st.st_mode & 07777;
}

static void
ask_socket_name (struct peer_daemon *daemon, struct bytes *r_name)
{
  ck_assert_int_eq (peer_ask (&daemon->pipe, "GETINFO socket_name", r_name),
                    0);
}

/* ---- The socket ----  */

START_TEST (test_socket_file)
{
  struct peer_daemon daemon;
  struct bytes name = { 0 };

  stage_start (&daemon, NULL);
  ask_socket_name (&daemon, &name);
  ck_assert_str_eq (bytes_text (&name), stage_file (SOCKET));
  ck_assert_uint_eq (mode_of (bytes_text (&name)), 0600);
  ck_assert_int_eq (daemon_end (&daemon), 0);
  ck_assert (!exists (bytes_text (&name)));
  bytes_drop (&name);
}
END_TEST

/* What an earlier daemon has left is no obstacle.  */
START_TEST (test_socket_stale)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);
  struct peer_daemon daemon;
  struct peer peer;

  strcpy (address.sun_path, stage_file (SOCKET));
  ck_assert_int_eq (bind (fd, (struct sockaddr *)&address, sizeof address), 0);
  close (fd);
  stage_start (&daemon, NULL);
  stage_connect (&daemon, &peer);
  peer_close (&peer);
  ck_assert_int_eq (daemon_end (&daemon), 0);
}
END_TEST

/* The daemon's socket is in a directory of its own below $XDG_RUNTIME_DIR,
 * works, and both are gone afterwards.  */
static void
expect_own_directory (struct peer_daemon *daemon)
{
  struct bytes name = { 0 };
  struct peer peer;
  char directory[128];

  ask_socket_name (daemon, &name);
  ck_assert (text_starts (bytes_text (&name), stage_file ("kms-scdaemon.")));
  ck_assert_uint_eq (mode_of (bytes_text (&name)), 0600);
  snprintf (directory, sizeof directory, "%s", bytes_text (&name));
  *strrchr (directory, '/') = 0;
  ck_assert_uint_eq (mode_of (directory), 0700);
  stage_connect (daemon, &peer);
  peer_close (&peer);
  ck_assert_int_eq (daemon_end (daemon), 0);
  ck_assert (!exists (directory));
  bytes_drop (&name);
}

/* Nothing but a socket is removed.  */
START_TEST (test_socket_in_the_way)
{
  struct peer_daemon daemon;

  ck_assert_int_eq (fclose (fopen (stage_file (SOCKET), "w")), 0);
  setenv ("XDG_RUNTIME_DIR", stage.directory, 1);
  stage_start (&daemon, NULL);
  expect_own_directory (&daemon);
  ck_assert (exists (stage_file (SOCKET)));
}
END_TEST

/* The longest directory that does, and one byte more.  */
START_TEST (test_socket_long_path)
{
  const size_t longest
    = sizeof ((struct sockaddr_un *)0)->sun_path - 1 - strlen ("/" SOCKET);
  struct peer_daemon daemon;
  struct bytes name = { 0 };
  struct bytes path = { 0 };

  setenv ("XDG_RUNTIME_DIR", stage.directory, 1);
  bytes_add_str (&path, stage_file ("x"));
  while (path.n < longest)
    bytes_add_byte (&path, 'x');
  ck_assert_int_eq (mkdir (bytes_text (&path), 0700), 0);
  stage_start (&daemon, "--socket-dir", bytes_text (&path), NULL);
  ask_socket_name (&daemon, &name);
  ck_assert (text_starts (bytes_text (&name), bytes_text (&path)));
  ck_assert_int_eq (daemon_end (&daemon), 0);
  ck_assert_int_eq (rmdir (bytes_text (&path)), 0);

  bytes_add_byte (&path, 'x');
  ck_assert_int_eq (mkdir (bytes_text (&path), 0700), 0);
  stage_start (&daemon, "--socket-dir", bytes_text (&path), NULL);
  expect_own_directory (&daemon);
  ck_assert_int_eq (rmdir (bytes_text (&path)), 0);
  bytes_drop (&name);
  bytes_drop (&path);
}
END_TEST

/* A second daemon takes the place; the first leaves it there.  */
START_TEST (test_socket_taken_over)
{
  struct peer_daemon first, second;
  struct peer peer;

  stage_start (&first, NULL);
  stage_start (&second, NULL);
  ck_assert_int_eq (daemon_end (&first), 0);
  stage_connect (&second, &peer);
  ck_assert_uint_eq (ask_number (&peer, "GETINFO pid"),
                     (unsigned long)second.pid);
  peer_close (&peer);
  ck_assert_int_eq (daemon_end (&second), 0);
  ck_assert (!exists (stage_file (SOCKET)));
}
END_TEST

/* The child's exit status: 0 if somebody else is not even greeted.  */
static int
knock_as_nobody (const char *name)
{
  struct bytes line = { 0 };
  struct peer peer;

  if (setuid (NOBODY) || !peer_connect (&peer, name))
    return 2;
  return peer_read (&peer, &line, LINE_LIMIT_MS) != PEER_EOF;
}

/* Only root can try: even if the modes allow it, others stay outside.  */
START_TEST (test_socket_stranger)
{
  struct peer_daemon daemon;
  struct peer peer;
  int status;
  pid_t child;

  if (geteuid ())
    return;
  stage_start (&daemon, NULL);
  ck_assert_int_eq (chmod (stage.directory, 0755), 0);
  ck_assert_int_eq (chmod (stage_file (SOCKET), 0666), 0);
  child = fork ();
  if (!child)
    _exit (knock_as_nobody (stage_file (SOCKET)));
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert_int_eq (status, 0);
  stage_await_log ("turned away", 1);
  stage_connect (&daemon, &peer);
  peer_close (&peer);
  ck_assert_int_eq (daemon_end (&daemon), 0);
}
END_TEST

/* Beyond the limit a client waits for its greeting.  */
START_TEST (test_socket_full)
{
  struct peer_daemon daemon;
  struct peer first, second, third;
  struct bytes line = { 0 };

  stage_start (&daemon, "--max-sessions", "2", NULL);
  stage_connect (&daemon, &first);
  stage_connect (&daemon, &second);
  ck_assert (daemon_connect (&daemon, &third));
  ck_assert_int_eq (peer_read (&third, &line, 300), PEER_TIMEOUT);
  expect_code (&first, "SERIALNO", 0);
  peer_close (&first);
  ck_assert (peer_greeted (&third));
  expect_signature (&third);
  peer_close (&second);
  peer_close (&third);
  bytes_drop (&line);
  ck_assert_int_eq (daemon_end (&daemon), 0);
}
END_TEST

/* ---- The end ----  */

/* The pipe's end ends the daemon, but not under a session's feet; new ones
 * shall find the next daemon.  */
START_TEST (test_end_of_pipe)
{
  struct peer_daemon daemon;
  struct bytes name = { 0 };
  struct peer peer, late;
  int tries;

  stage_start (&daemon, NULL);
  ask_socket_name (&daemon, &name);
  stage_connect (&daemon, &peer);
  peer_close (&daemon.pipe);
  for (tries = 0; tries < 1000 && exists (bytes_text (&name)); tries++)
    poll (NULL, 0, 20);
  ck_assert (!peer_connect (&late, bytes_text (&name)));
  expect_signature (&peer);
  ck_assert_uint_eq (ask_number (&peer, "GETINFO connections"), 1);
  ck_assert_int_eq (waitpid (daemon.pid, NULL, WNOHANG), 0);
  peer_close (&peer);
  ck_assert_int_eq (daemon_wait (&daemon), 0);
  bytes_drop (&name);
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
  TCase *door = tcase_create ("socket");
  TCase *end = tcase_create ("end");
  TCase *reload = tcase_create ("reload");
  TCase *const cases[] = { door, end, reload };
  size_t i;

  for (i = 0; i < DIM (cases); i++)
    {
      tcase_add_checked_fixture (cases[i], stage_open, stage_close);
      tcase_set_timeout (cases[i], 120);
    }
  tcase_add_test (door, test_socket_file);
  tcase_add_test (door, test_socket_stale);
  tcase_add_test (door, test_socket_in_the_way);
  tcase_add_test (door, test_socket_long_path);
  tcase_add_test (door, test_socket_taken_over);
  tcase_add_test (door, test_socket_stranger);
  tcase_add_test (door, test_socket_full);
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

/* SPDX-License-Identifier: GPL-3.0-or-later
 * The socket: where it is, who may come in, and how many.  */

#include "config.h"

#include "tests/transcripts/stage.h"

#include "base/text.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

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

int
main (void)
{
  TCase *place = tcase_create ("place");
  TCase *guests = tcase_create ("guests");
  TCase *const cases[] = { place, guests };
  size_t i;

  for (i = 0; i < DIM (cases); i++)
    {
      tcase_add_checked_fixture (cases[i], stage_open, stage_close);
      tcase_set_timeout (cases[i], 120);
    }
  tcase_add_test (place, test_socket_file);
  tcase_add_test (place, test_socket_stale);
  tcase_add_test (place, test_socket_in_the_way);
  tcase_add_test (place, test_socket_long_path);
  tcase_add_test (place, test_socket_taken_over);
  tcase_add_test (guests, test_socket_stranger);
  tcase_add_test (guests, test_socket_full);
  return unit_main ("socket", cases, DIM (cases));
}

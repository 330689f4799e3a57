/* SPDX-License-Identifier: GPL-3.0-or-later
 * A fake daemon on stage for one test: its directory, its log, its end.  */

#include "config.h"

#include "tests/transcripts/stage.h"

#include "base/file.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define EXTRA_MAX 10
#define AWAIT_MS 20000
#define AWAIT_POLL_MS 10
#define LOG_MAX (16 << 20)

struct stage stage;

void
stage_open (void)
{
  const char *build = getenv ("top_builddir");

  signal (SIGPIPE, SIG_IGN);
  strcpy (stage.directory, "/tmp/t-hall.XXXXXX");
  ck_assert_ptr_nonnull (mkdtemp (stage.directory));
  snprintf (stage.log_file, sizeof stage.log_file, "%s/log", stage.directory);
  snprintf (stage.program, sizeof stage.program,
            "%s/tests/transcripts/fake-scdaemon", build ? build : ".");
}

void
stage_close (void)
{
  DIR *directory = opendir (stage.directory);
  struct dirent *entry;

  while (directory && (entry = readdir (directory)))
    if (strcmp (entry->d_name, ".") && strcmp (entry->d_name, ".."))
      unlink (stage_file (entry->d_name));
  if (directory)
    closedir (directory);
  rmdir (stage.directory);
}

const char *
stage_file (const char *name)
{
  static char path[400];

  snprintf (path, sizeof path, "%s/%s", stage.directory, name);
  return path;
}

void
stage_start (struct peer_daemon *daemon, ...)
{
  char *argv[EXTRA_MAX + 6]
    = { stage.program, (char *)"--socket-dir", stage.directory,
        (char *)"--log-file", stage.log_file };
  va_list extra;
  size_t n;

  va_start (extra, daemon);
  for (n = 5; n < DIM (argv) - 1; n++)
    if (!(argv[n] = va_arg (extra, char *)))
      break;
  va_end (extra);
  ck_assert (daemon_start (daemon, argv));
  ck_assert (peer_greeted (&daemon->pipe));
}

void
stage_connect (struct peer_daemon *daemon, struct peer *peer)
{
  ck_assert (daemon_connect (daemon, peer));
  ck_assert (peer_greeted (peer));
}

static int
count_in_log (const char *text)
{
  struct bytes log = { 0 };
  const char *at;
  int n = 0;

  if (!file_read (stage.log_file, LOG_MAX, &log))
    for (at = bytes_text (&log); (at = strstr (at, text)); at++)
      n++;
  bytes_drop (&log);
  return n;
}

void
stage_await_log (const char *text, int n)
{
  int waited;

  for (waited = 0; waited < AWAIT_MS; waited += AWAIT_POLL_MS)
    {
      if (count_in_log (text) >= n)
        return;
      poll (NULL, 0, AWAIT_POLL_MS);
    }
  ck_abort_msg ("not %d times '%s' in the log", n, text);
}

void
expect_code (struct peer *peer, const char *command, int code)
{
  int got = peer_ask (peer, command, NULL);

  ck_assert_msg (got == code, "%s: %d instead of %d", command, got, code);
}

void
expect_signature (struct peer *peer)
{
  struct bytes signature = { 0 };

  expect_code (peer, SET_DIGEST, 0);
  ck_assert_int_eq (
    peer_ask (peer, "PKSIGN --hash=sha256 OPENPGP.1", &signature), 0);
  ck_assert_uint_eq (signature.n, SIGNATURE_SIZE);
  bytes_drop (&signature);
}

void
expect_end (struct peer *peer)
{
  struct bytes line = { 0 };
  enum peer_result result = peer_read (peer, &line, LINE_LIMIT_MS);

  ck_assert_msg (result == PEER_EOF, "not the end but %d '%s'", result,
                 bytes_text (&line));
  bytes_drop (&line);
}

unsigned long
ask_number (struct peer *peer, const char *command)
{
  struct bytes text = { 0 };
  unsigned long number;

  ck_assert_int_eq (peer_ask (peer, command, &text), 0);
  number = strtoul (bytes_text (&text), NULL, 10);
  bytes_drop (&text);
  return number;
}

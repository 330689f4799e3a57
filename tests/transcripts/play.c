/* SPDX-License-Identifier: GPL-3.0-or-later
 * Plays transcripts: play FILE... -- COMMAND ARG...
 *
 * Each file is played over the pipe and over the socket of a daemon that
 * is started anew with COMMAND.  The lines of a file:
 *
 *   # TEXT        is ignored, as are empty lines
 *   on: pipe      play it over the pipe only (or: socket)
 *   C: LINE       the client says this
 *   S: PATTERN    the daemon answers with this line
 *   D: N          the daemon answers with N bytes of data in D lines
 *   E:            the daemon closes the connection
 *
 * In what the client says, {TEXT*N} is TEXT N times, {NAME} what was
 * captured before and {NAME:lower} the same in lower case.  In a pattern *
 * stands for anything and <NAME> for a word without blanks, which is captured
 * or, the second time, must be the same; a name that begins with GRIP is 40
 * upper case hex digits, one with SN 32 of them.  No line may be missing and
 * none too many: after the last one the player asks for a NOP's bare OK.  */

#include "config.h"

#include "base/text.h"
#include "tests/transcripts/pattern.h"
#include "tests/transcripts/peer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GREETING "OK kms-scdaemon * ready*"
#define PLAYED "ERR 100663571 Unknown IPC command <SCD>"

struct player
{
  const char *file;
  unsigned int line_no;
  const char *over;
  struct peer *peer;
  struct bytes pushed_back; /* A line that D: did not want.  */
  bool is_pushed_back;
  struct names names;
};

static bool
complain (const struct player *player, const char *expected, const char *got)
{
  printf ("%s:%u (%s)\n  expected: %s\n  got:      %s\n", player->file,
          player->line_no, player->over, expected, got);
  return false;
}

/* ---- Steps ----  */

static enum peer_result
next_line (struct player *player, struct bytes *line)
{
  if (!player->is_pushed_back)
    return peer_read (player->peer, line, LINE_LIMIT_MS);
  player->is_pushed_back = false;
  bytes_move (line, &player->pushed_back);
  return PEER_LINE;
}

static bool
step_client (struct player *player, const char *text)
{
  struct bytes line = { 0 };
  bool ok;

  names_expand (&player->names, text, &line);
  ok = peer_send (player->peer, bytes_text (&line));
  bytes_drop (&line);
  return ok || complain (player, text, "the connection is closed");
}

static bool
step_server (struct player *player, const char *pattern)
{
  struct bytes line = { 0 };
  enum peer_result result = next_line (player, &line);
  bool ok = true;

  if (result == PEER_EOF)
    ok = complain (player, pattern, "the end");
  else if (result == PEER_TIMEOUT)
    ok = complain (player, pattern, "nothing in time");
  else if (!names_match (&player->names, pattern, bytes_span (&line)))
    ok = complain (player, pattern, bytes_text (&line));
  bytes_drop (&line);
  return ok;
}

static bool
step_data (struct player *player, const char *count)
{
  struct bytes data = { 0 };
  struct bytes line = { 0 };
  char got[64];
  bool ok;

  while (next_line (player, &line) == PEER_LINE)
    {
      if (!text_starts (bytes_text (&line), "D "))
        {
          bytes_move (&player->pushed_back, &line);
          player->is_pushed_back = true;
          break;
        }
      peer_add_data (&data, bytes_span (&line));
    }
  ok = data.n == (size_t)atoi (count);
  if (!ok)
    {
      snprintf (got, sizeof got, "%zu bytes of data", data.n);
      complain (player, count, got);
    }
  bytes_drop (&data);
  bytes_drop (&line);
  return ok;
}

static bool
step_end (struct player *player, const char *rest)
{
  struct bytes line = { 0 };
  bool ok = next_line (player, &line) == PEER_EOF;

  (void)rest;
  if (!ok)
    complain (player, "the end", bytes_text (&line));
  bytes_drop (&line);
  return ok;
}

/* clang-format off */
static const struct step
{
  const char *tag;
  bool (*run) (struct player *player, const char *rest);
} steps[] = {
  { "C: ", step_client },
  { "S: ", step_server },
  { "D: ", step_data },
  { "E:",  step_end },
};
/* clang-format on */

/* R_ENDED: that was the connection's end.  */
static bool
play_line (struct player *player, const char *line, bool *r_ended)
{
  size_t i;

  if (!*line || *line == '#' || text_starts (line, "on: "))
    return true;
  for (i = 0; i < DIM (steps); i++)
    if (text_starts (line, steps[i].tag))
      {
        *r_ended = steps[i].run == step_end;
        return steps[i].run (player, line + strlen (steps[i].tag));
      }
  return complain (player, "a line of a transcript", line);
}

/* ---- Files ----  */

static bool
play_stream (struct player *player, FILE *stream)
{
  char *line = NULL;
  size_t size = 0;
  bool ended = false;
  bool ok = step_server (player, GREETING);
  ssize_t n;

  while (ok && (n = getline (&line, &size, stream)) > 0)
    {
      player->line_no++;
      if (line[n - 1] == '\n')
        line[n - 1] = 0;
      ok = play_line (player, line, &ended);
    }
  free (line);
  if (ok && !ended)
    ok = step_client (player, "PLAYED") && step_server (player, PLAYED);
  return ok;
}

/* Is FILE meant for this way?  */
static bool
is_meant_for (FILE *stream, const char *over)
{
  char *line = NULL;
  size_t size = 0;
  bool meant = true;

  while (getline (&line, &size, stream) > 0)
    if (text_starts (line, "on: ") && !text_starts (line + 4, over))
      meant = false;
  free (line);
  rewind (stream);
  return meant;
}

/* Over the pipe, or over a socket while the pipe stays open.  */
static bool
play_over (struct player *player, FILE *stream, struct peer_daemon *daemon)
{
  struct peer peer;
  bool ok;

  if (!strcmp (player->over, "pipe"))
    {
      player->peer = &daemon->pipe;
      return play_stream (player, stream);
    }
  if (!peer_greeted (&daemon->pipe) || !daemon_connect (daemon, &peer))
    return complain (player, "a socket", "none");
  player->peer = &peer;
  ok = play_stream (player, stream);
  peer_close (&peer);
  return ok;
}

static bool
play_file (const char *file, const char *over, char **command)
{
  struct player player = { .file = file, .over = over };
  FILE *stream = fopen (file, "r");
  struct peer_daemon daemon;
  bool ok;

  if (!stream)
    return complain (&player, "a file", "none");
  if (!is_meant_for (stream, over))
    {
      fclose (stream);
      return true;
    }
  ok = daemon_start (&daemon, command);
  if (ok)
    {
      ok = play_over (&player, stream, &daemon);
      if (daemon_end (&daemon))
        ok = complain (&player, "exit status 0", "another");
    }
  fclose (stream);
  names_drop (&player.names);
  bytes_drop (&player.pushed_back);
  printf ("%s: %s over the %s\n", ok ? "ok" : "FAILED", file, over);
  return ok;
}

int
main (int argc, char **argv)
{
  char **command;
  int failures = 0;
  int n;

  for (n = 1; n < argc && strcmp (argv[n], "--"); n++)
    ;
  command = argv + n + 1;
  if (n < 2 || n + 1 >= argc)
    {
      fprintf (stderr, "usage: play FILE... -- COMMAND ARG...\n");
      return 2;
    }
  signal (SIGPIPE, SIG_IGN);
  /* What "OPTION event-signal=12" asks for.  */
  signal (SIGUSR2, SIG_IGN);
  for (argv++; argv + 1 < command; argv++)
    {
      failures += !play_file (*argv, "pipe", command);
      failures += !play_file (*argv, "socket", command);
    }
  return failures ? 1 : 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Plays what gpg-agent was recorded to say (tests/transcripts/recorded):
 *
 *   replay [--socket] HOMES FILE... -- COMMAND ARG...
 *
 * COMMAND starts the daemon; "--homedir HOMES/STAGE" is added, where STAGE
 * tells which keys the cards have.  A file is a list of conversations:
 *
 *   # TEXT         is ignored
 *   = NAME         of a recording with this conversation
 *   on STAGE
 *   start          a daemon is started; the one before is at its end
 *   N open         connection N, a socket, is opened
 *   N C: LINE      the client says this on connection N
 *   N S: LINE      a line of the answer, in normal form
 *   N close        the client closes connection N
 *
 * and an empty line ends a conversation.  Connection 1 is the pipe, or with
 * --socket another socket.  Names in braces stand for what is not the same
 * with each daemon (normal.c).  Each answer must be the recorded one line
 * by line, but for what differences.c lists.  */

#include "config.h"

#include "tests/transcripts/player.h"

#include "base/text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Lines ----  */

/* REST is what follows the number of a connection.  */
static void
play_on (struct player *player, struct connection *connection,
         const char *rest)
{
  if (text_starts (rest, " C: "))
    player_say (player, connection, rest + 4);
  else if (text_starts (rest, " S: ") && connection->is_waiting)
    player_hear (player, connection, rest + 4);
  else if (!strcmp (rest, " close"))
    player_close (player, connection);
  else if (!strcmp (rest, " open") && player->is_running)
    player_open (player, connection);
  else if (strcmp (rest, " open"))
    player_give_up (player, "no line of a conversation");
}

static void
play_line (struct player *player, const char *line)
{
  char *rest;
  unsigned long number;

  if (text_starts (line, "= "))
    {
      bytes_add_fmt (&player->names, "%s\n", line + 2);
      player->n_names++;
    }
  else if (player->is_broken || *line == '#')
    return;
  else if (text_starts (line, "on "))
    player_enter (player, line + 3);
  else if (player->on && !strcmp (line, "start"))
    player_start (player, false);
  else
    {
      number = strtoul (line, &rest, 10);
      if (!player->on || !number || number > CONNECTIONS_MAX)
        player_give_up (player, "no line of a conversation");
      else
        play_on (player, &player->connections[number], rest);
    }
}

static void
end_conversation (struct player *player)
{
  player_end (player);
  if (player->names.n)
    player->n_conversations++;
  bytes_clear (&player->names);
  player->on = NULL;
  player->is_broken = false;
}

static void
play_file (struct player *player, const char *file)
{
  FILE *stream = fopen (file, "r");
  char *line = NULL;
  size_t size = 0;
  ssize_t n;

  player->file = file;
  player->line_no = 0;
  if (!stream)
    {
      player_complain (player, "the file", "", "");
      return;
    }
  while ((n = getline (&line, &size, stream)) > 0)
    {
      player->line_no++;
      if (line[n - 1] == '\n')
        line[n - 1] = 0;
      if (*line)
        play_line (player, line);
      else
        end_conversation (player);
    }
  end_conversation (player);
  free (line);
  fclose (stream);
}

/* ---- All ----  */

static void
print_counts (const struct player *player)
{
  const unsigned int *n = player->n_answers;

  differences_print ();
  printf ("%u recordings played as %u conversations over the %s\n"
          "%u commands: %u answered as recorded, %u with known differences, "
          "%u with any well-formed answer\n%u failures\n",
          player->n_names, player->n_conversations,
          player->all_sockets ? "socket" : "pipe", n[0] + n[1] + n[2],
          n[DIFFERENCE_NONE], n[DIFFERENCE_LINES], n[DIFFERENCE_ANY],
          player->n_failures);
}

int
main (int argc, char **argv)
{
  static char homedir[] = "--homedir";
  struct player player = { 0 };
  char **files;
  int n;

  player.all_sockets = argc > 1 && !strcmp (argv[1], "--socket");
  if (player.all_sockets)
    argv++, argc--;
  for (n = 1; n < argc && strcmp (argv[n], "--"); n++)
    ;
  if (n < 3 || n + 1 >= argc || argc - n + 2 > COMMAND_MAX)
    {
      fprintf (stderr, "usage: replay [--socket] HOMES FILE... -- COMMAND "
                       "ARG...\n");
      return 2;
    }
  signal (SIGPIPE, SIG_IGN);
  /* What "OPTION event-signal=12" asks for.  */
  signal (SIGUSR2, SIG_IGN);
  player.homes = argv[1];
  files = argv + 2;
  for (argv += n + 1; *argv; argv++)
    player.command[player.n_command++] = *argv;
  player.command[player.n_command++] = homedir;
  for (; strcmp (*files, "--"); files++)
    play_file (&player, *files);
  print_counts (&player);
  player_drop (&player);
  return player.n_failures ? 1 : 0;
}

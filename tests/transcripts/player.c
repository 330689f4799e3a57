/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stage of a recorded conversation.  */

#include "config.h"

#include "tests/transcripts/player.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define SOCKET_NAME "GETINFO socket_name"
#define UNANSWERED "(nothing more)\n"

void
player_complain (struct player *player, const char *what, const char *expected,
                 const char *got)
{
  printf ("%s:%u: %s\n%s  -- expected:\n%s  -- got:\n%s", player->file,
          player->line_no, what, bytes_text (&player->names), expected, got);
  player->n_failures++;
}

void
player_give_up (struct player *player, const char *what)
{
  player_complain (player, what, "", "");
  player->is_broken = true;
}

/* ---- Answers ----  */

static void
add_normal (struct player *player, const struct connection *connection,
            struct span line, struct bytes *answer)
{
  stage_normal (&player->on->stage, bytes_text (&connection->command), line,
                answer);
  bytes_add_byte (answer, '\n');
}

/* Append the answer in normal form.  False: it is not well-formed, or does
 * not come.  */
static bool
read_answer (struct player *player, struct connection *connection,
             struct bytes *answer)
{
  struct bytes line = { 0 };
  struct bytes data = { 0 };
  bool at_end = false;
  bool ok = true;

  while (ok && !at_end)
    {
      ok = peer_read (connection->peer, &line, LINE_LIMIT_MS) == PEER_LINE;
      if (ok && text_starts (bytes_text (&line), "D "))
        {
          if (!data.n)
            bytes_add_str (&data, "D ");
          peer_add_data (&data, bytes_span (&line));
          continue;
        }
      if (data.n)
        add_normal (player, connection, bytes_span (&data), answer);
      if (data.n && !strcmp (bytes_text (&connection->command), SOCKET_NAME))
        {
          bytes_clear (&player->socket_name);
          bytes_add (&player->socket_name, data.p + 2, data.n - 2);
        }
      bytes_clear (&data);
      if (ok)
        add_normal (player, connection, bytes_span (&line), answer);
      at_end = !strcmp (bytes_text (&line), "OK")
               || text_starts (bytes_text (&line), "OK ")
               || text_starts (bytes_text (&line), "ERR ");
      ok = ok && (at_end || text_starts (bytes_text (&line), "S "));
    }
  bytes_drop (&line);
  bytes_drop (&data);
  return ok;
}

static void
expect_end (struct player *player, struct connection *connection)
{
  struct bytes line = { 0 };

  if (peer_read (connection->peer, &line, LINE_LIMIT_MS) != PEER_EOF)
    player_complain (player, "BYE", "(the end)\n", bytes_text (&line));
  peer_close (connection->peer);
  connection->peer = NULL;
  bytes_drop (&line);
}

/* Read the answer and compare it with what was recorded.  */
static void
judge (struct player *player, struct connection *connection)
{
  struct bytes expected = { 0 };
  struct bytes answer = { 0 };
  const char *command = bytes_text (&connection->command);
  enum difference difference
    = differences_apply (bytes_text (&player->names), command,
                         bytes_text (&connection->recorded), &expected);

  connection->is_waiting = false;
  player->n_answers[difference]++;
  if (!read_answer (player, connection, &answer))
    {
      player_complain (player, command, "(well-formed)\n",
                       bytes_text (&answer));
      player->is_broken = true;
    }
  else if (difference != DIFFERENCE_ANY
           && strcmp (bytes_text (&expected), bytes_text (&answer)))
    player_complain (player, command, bytes_text (&expected),
                     bytes_text (&answer));
  else if (!strcmp (command, "BYE"))
    expect_end (player, connection);
  bytes_drop (&expected);
  bytes_drop (&answer);
}

/* The recording ends here, or an inquiry was answered.  */
static void
judge_unanswered (struct player *player, struct connection *connection)
{
  if (!connection->is_waiting || player->is_broken)
    return;
  bytes_add_str (&connection->recorded, UNANSWERED);
  judge (player, connection);
}

/* A line too many would be taken for the answer to this.  */
static void
expect_nothing (struct player *player, struct connection *connection)
{
  struct bytes answer = { 0 };

  if (!peer_send (connection->peer, "NOP")
      || !read_answer (player, connection, &answer)
      || strcmp (bytes_text (&answer), "OK\n"))
    player_complain (player, "after the last line", "OK\n",
                     bytes_text (&answer));
  bytes_drop (&answer);
}

/* ---- The daemon ----  */

void
player_close (struct player *player, struct connection *connection)
{
  judge_unanswered (player, connection);
  if (connection->peer && !player->is_broken)
    expect_nothing (player, connection);
  if (connection->peer == &connection->socket)
    peer_close (&connection->socket);
  connection->peer = NULL;
  connection->is_waiting = false;
}

void
player_end (struct player *player)
{
  size_t i;

  if (!player->is_running)
    return;
  for (i = 1; i <= CONNECTIONS_MAX; i++)
    player_close (player, &player->connections[i]);
  player->is_running = false;
  if (daemon_end (&player->daemon))
    player_complain (player, "the daemon's exit status", "0\n", "another\n");
}

void
player_open (struct player *player, struct connection *connection)
{
  if (!peer_connect (&connection->socket, bytes_text (&player->socket_name))
      || !peer_greeted (&connection->socket))
    player_give_up (player, "a socket");
  else
    connection->peer = &connection->socket;
}

void
player_start (struct player *player, bool is_warm)
{
  struct bytes home = { 0 };

  player_end (player);
  bytes_add_fmt (&home, "%s/%s", player->homes, player->on->name);
  player->command[player->n_command] = (char *)bytes_text (&home);
  player->is_running = daemon_start (&player->daemon, player->command);
  bytes_clear (&player->socket_name);
  if (!player->is_running || !peer_greeted (&player->daemon.pipe))
    player_give_up (player, "a daemon");
  else if ((is_warm || player->all_sockets)
           && peer_ask (&player->daemon.pipe, SOCKET_NAME,
                        &player->socket_name))
    player_give_up (player, "a socket's name");
  else if (player->all_sockets)
    player_open (player, &player->connections[1]);
  else
    player->connections[1].peer = &player->daemon.pipe;
  bytes_drop (&home);
}

void
player_enter (struct player *player, const char *name)
{
  struct peer peer = { -1, -1, { 0 } };
  size_t i;

  for (i = 0; i < STAGES_MAX && *player->stages[i].name; i++)
    if (!strcmp (player->stages[i].name, name))
      {
        player->on = &player->stages[i];
        return;
      }
  if (i == STAGES_MAX || strlen (name) >= sizeof player->on->name)
    {
      player_give_up (player, "too many stages");
      return;
    }
  player->on = &player->stages[i];
  strcpy (player->on->name, name);
  player_start (player, true);
  if (player->is_broken)
    return;
  if (!daemon_connect (&player->daemon, &peer) || !peer_greeted (&peer)
      || !stage_learn (&player->on->stage, &peer))
    player_give_up (player, "the cards");
  peer_close (&peer);
  player_end (player);
}

/* ---- Lines ----  */

void
player_say (struct player *player, struct connection *connection,
            const char *text)
{
  struct bytes line = { 0 };

  if (!player->is_running)
    player_start (player, true);
  if (!player->is_broken && !connection->peer)
    player_open (player, connection);
  judge_unanswered (player, connection);
  if (player->is_broken)
    return;
  bytes_clear (&connection->command);
  bytes_add_str (&connection->command, text);
  bytes_clear (&connection->recorded);
  stage_expand (&player->on->stage, text, &line);
  bytes_add_byte (&line, '\n');
  if (!peer_send_bytes (connection->peer, line.p, line.n))
    player_give_up (player, "the daemon is gone");
  connection->is_waiting = true;
  bytes_drop (&line);
}

void
player_hear (struct player *player, struct connection *connection,
             const char *text)
{
  bytes_add_fmt (&connection->recorded, "%s\n", text);
  if (!strcmp (text, "OK") || text_starts (text, "ERR "))
    judge (player, connection);
}

void
player_drop (struct player *player)
{
  size_t i;

  for (i = 0; i < STAGES_MAX; i++)
    stage_drop (&player->stages[i].stage);
  for (i = 1; i <= CONNECTIONS_MAX; i++)
    {
      bytes_drop (&player->connections[i].command);
      bytes_drop (&player->connections[i].recorded);
    }
  bytes_drop (&player->names);
  bytes_drop (&player->socket_name);
}

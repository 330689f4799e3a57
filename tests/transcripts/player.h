/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stage of a recorded conversation: the daemon, its connections and what
 * is expected on them.  */

#ifndef TESTS_PLAYER_H
#define TESTS_PLAYER_H

#include "tests/transcripts/differences.h"
#include "tests/transcripts/normal.h"
#include "tests/transcripts/peer.h"

#define CONNECTIONS_MAX 40
#define STAGES_MAX 32
#define COMMAND_MAX 30

struct connection
{
  struct peer socket;
  struct peer *peer;     /* The socket or the daemon's pipe; NULL: closed.  */
  bool is_waiting;       /* For the answer to COMMAND.  */
  struct bytes command;  /* In normal form.  */
  struct bytes recorded; /* Its answer, as far as it was read.  */
};

struct known_stage
{
  char name[64];
  struct stage stage;
};

struct player
{
  const char *homes;
  char *command[COMMAND_MAX];
  size_t n_command;
  bool all_sockets;

  const char *file;
  unsigned int line_no;
  struct bytes names;
  struct known_stage *on;
  struct known_stage stages[STAGES_MAX];
  bool is_broken; /* The rest of this conversation cannot be played.  */

  struct peer_daemon daemon;
  bool is_running;
  struct bytes socket_name;
  struct connection connections[CONNECTIONS_MAX + 1];

  unsigned int n_names, n_conversations, n_failures;
  unsigned int n_answers[DIFFERENCE_ANY + 1];
};

/* Say what is wrong with the line that is played; each counts as a failure.
 * After giving up the rest of the conversation is left out.  */
void player_complain (struct player *player, const char *what,
                      const char *expected, const char *got);
void player_give_up (struct player *player, const char *what);

/* Enter the stage NAME; with the first time its cards are learned.  */
void player_enter (struct player *player, const char *name);

/* Start a daemon with the keys of the stage, after the end of the one before.
 * IS_WARM: its client has asked for the socket's name already.  */
void player_start (struct player *player, bool is_warm);

/* Nothing more may come from the daemon, and its exit status is 0.  */
void player_end (struct player *player);

void player_open (struct player *player, struct connection *connection);
void player_close (struct player *player, struct connection *connection);

/* The client says LINE, which is in normal form.  */
void player_say (struct player *player, struct connection *connection,
                 const char *line);

/* LINE is the next one of the recorded answer.  With the last one the
 * daemon's answer is read and judged.  */
void player_hear (struct player *player, struct connection *connection,
                  const char *line);

void player_drop (struct player *player);

#endif /* TESTS_PLAYER_H */

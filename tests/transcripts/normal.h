/* SPDX-License-Identifier: GPL-3.0-or-later
 * The normal form of recorded conversations: our cards' keygrips and serial
 * numbers under the names that stand in tests/transcripts/recorded.  */

#ifndef TESTS_NORMAL_H
#define TESTS_NORMAL_H

#include "tests/transcripts/peer.h"

#define STAGE_CARDS 2
#define STAGE_SLOTS 3

struct stage_card
{
  char serial[33];
  char shown[65]; /* What GETATTR $DISPSERIALNO says.  */
  char grip[STAGE_SLOTS][41];
  struct bytes point; /* Of the curve of slot 2: its public key.  */
};

struct stage
{
  struct stage_card card[STAGE_CARDS];
};

/* Ask the daemon for its cards.  False: they cannot be learned.  */
bool stage_learn (struct stage *stage, struct peer *peer);
void stage_drop (struct stage *stage);

/* Append the client's LINE with its names replaced.  */
void stage_expand (const struct stage *stage, const char *line,
                   struct bytes *out);

/* Append the normal form of one LINE of the answer to COMMAND.  The data of
 * D lines stand, joined and unescaped, in one line.  */
void stage_normal (const struct stage *stage, const char *command,
                   struct span line, struct bytes *out);

#endif /* TESTS_NORMAL_H */

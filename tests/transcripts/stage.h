/* SPDX-License-Identifier: GPL-3.0-or-later
 * A fake daemon on stage for one test: its directory, its log, its end.  */

#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include "tests/transcripts/peer.h"
#include "tests/unit/unit.h"

/* DigestInfo of a SHA-256, and what the fake RSA key answers.  */
#define SET_DIGEST                                                            \
  "SETDATA 3031300D060960864801650304020105000420"                            \
  "5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A"
#define SIGNATURE_SIZE 256

struct stage
{
  char directory[64];
  char log_file[80];
  char program[1024]; /* The fake daemon.  */
};

/* Setup and teardown of each test.  */
void stage_open (void);
void stage_close (void);
extern struct stage stage;

/* Start the fake daemon with at most ten more words, ended by NULL, and
 * read its greeting.  */
void stage_start (struct peer_daemon *daemon, ...) __attribute__ ((sentinel));

/* A greeted connection to its socket.  */
void stage_connect (struct peer_daemon *daemon, struct peer *peer);

/* Name of a file in the stage's directory; valid until the next call.  */
const char *stage_file (const char *name);

/* Wait until N lines of the log contain TEXT.  */
void stage_await_log (const char *text, int n);

/* Ask and expect the code.  */
void expect_code (struct peer *peer, const char *command, int code);

/* SETDATA and PKSIGN with a good answer.  */
void expect_signature (struct peer *peer);

/* Nothing more comes from there.  */
void expect_end (struct peer *peer);

/* A number that GETINFO gives.  */
unsigned long ask_number (struct peer *peer, const char *command);

#endif /* TESTS_STAGE_H */

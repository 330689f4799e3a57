/* SPDX-License-Identifier: GPL-3.0-or-later
 * The other end of the daemon, with raw descriptors: what is tested is what
 * stands on the wire.  */

#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include "base/bytes.h"

#include <sys/types.h>

/* No answer may take longer, under a sanitizer on a slow machine too.  */
#define LINE_LIMIT_MS 20000

/* One connection, the pipe or the socket.  */
struct peer
{
  int in;
  int out;
  struct bytes unread;
};

struct peer_daemon
{
  pid_t pid;
  struct peer pipe;
};

/* Start the command with a pipe at its descriptors 0 and 1.  False, after
 * a message, if that is impossible.  */
bool daemon_start (struct peer_daemon *daemon, char **argv);

/* Close the pipe and wait for the daemon.  Its exit status; -1, after a
 * message, if it did not end by itself in time.  */
int daemon_end (struct peer_daemon *daemon);

/* The same for a daemon that ends for other reasons.  */
int daemon_wait (struct peer_daemon *daemon);

/* Connect to the socket NAME; the greeting is not read.  */
bool peer_connect (struct peer *peer, const char *name);
void peer_close (struct peer *peer);

/* Send LINE and a line feed; N bytes as they are.  False: the daemon is
 * gone.  */
bool peer_send (struct peer *peer, const char *line);
bool peer_send_bytes (struct peer *peer, const void *p, size_t n);

enum peer_result
{
  PEER_LINE,
  PEER_EOF,
  PEER_TIMEOUT
};

/* The next line, without its line feed.  */
enum peer_result peer_read (struct peer *peer, struct bytes *line,
                            int limit_ms);

/* Send COMMAND and read the answer.  The data of its D lines, unescaped,
 * goes to DATA if that is not NULL; the last line's error code is the
 * result, 0 for OK, -1 if the connection broke or was too slow.  */
int peer_ask (struct peer *peer, const char *command, struct bytes *data);

/* Read a line and tell whether it is one with OK.  */
bool peer_greeted (struct peer *peer);

/* Append the content of a D line ("D " included).  */
void peer_add_data (struct bytes *data, struct span line);

/* Ask at the pipe for the socket's name and connect to it.  */
bool daemon_connect (struct peer_daemon *daemon, struct peer *peer);

#endif /* TESTS_PEER_H */

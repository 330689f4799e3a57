/* SPDX-License-Identifier: GPL-3.0-or-later
 * The socket that further clients connect to, for the same user only.  */

#ifndef ASSUAN_LISTENER_H
#define ASSUAN_LISTENER_H

#include "base/call.h"

#include <sys/types.h>
#include <sys/un.h>

struct listener
{
  int fd; /* -1: not listening.  */
  struct sockaddr_un address;
  dev_t device; /* Of the socket file, to know it again.  */
  ino_t inode;
  bool own_directory; /* Made for the socket, goes with it.  */
};

#define LISTENER_CLOSED                                                       \
  {                                                                           \
    .fd = -1                                                                  \
  }

/* Listen on DIRECTORY/S.kms-scdaemon, in the place of whatever socket was
 * left there; where that path is too long or cannot be had, in a new
 * directory of our own below $XDG_RUNTIME_DIR or /tmp.  */
gpg_error_t listener_open (struct listener *listener, const char *directory);

/* Stop, and remove the socket unless another daemon has put its own in the
 * place.  */
void listener_close (struct listener *listener);

/* Take a waiting connection without blocking.  EAGAIN: nobody, or one who
 * was turned away as he runs as another user; any other error: no more
 * just now.  */
gpg_error_t listener_accept (struct listener *listener, int *r_fd);

#endif /* ASSUAN_LISTENER_H */

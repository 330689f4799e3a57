/* SPDX-License-Identifier: GPL-3.0-or-later
 * The server: pipe and socket, one thread per connection, the end.  */

#ifndef ASSUAN_SERVER_H
#define ASSUAN_SERVER_H

#include "base/call.h"

struct card_set;

struct server_settings
{
  struct card_set *cards; /* Borrowed until server_run ends; a reference of
                             its own is taken.  */
  /* Read the configuration anew and build another set, with one reference
   * for the caller; NULL: keep the present one.  Called by KILLSCD and
   * SIGHUP, from any thread, one at a time.  */
  struct card_set *(*reload) (void *cookie);
  void *reload_cookie;
  bool pipe;              /* Serve fd 0 and fd 1.  */
  bool socket;            /* And listen on a socket.  */
  const char *socket_dir; /* Where it goes: the GnuPG home directory.  */
  unsigned int max_sessions;
  unsigned int operation_timeout_ms; /* One command's deadline.  */
  const struct clock *clock;
};

/* Greet and serve until the pipe has ended and no session lives, or until
 * server_stop.  Without a pipe: until server_stop.  */
gpg_error_t server_run (const struct server_settings *settings);

/* Process-wide, before the first thread.  */
gpg_error_t server_global_init (void);

/* End soon: running commands are finished, new ones are not begun.  May be
 * called from a signal handler.  */
void server_stop (void);

/* Reload soon; may be called from a signal handler.  */
void server_reload (void);

/* For the hall's own use: let server_run look around again.  */
void server_wake (void);

#endif /* ASSUAN_SERVER_H */

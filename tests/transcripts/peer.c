/* SPDX-License-Identifier: GPL-3.0-or-later
 * The other end of the daemon, with raw descriptors: what is tested is what
 * stands on the wire.  */

#include "config.h"

#include "tests/transcripts/peer.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define END_LIMIT_MS 30000
#define END_POLL_MS 10

/* ---- The daemon ----  */

bool
daemon_start (struct peer_daemon *daemon, char **argv)
{
  int to[2], from[2];

  memset (daemon, 0, sizeof *daemon);
  if (pipe2 (to, O_CLOEXEC) || pipe2 (from, O_CLOEXEC))
    {
      perror ("pipe");
      return false;
    }
  daemon->pid = fork ();
  if (!daemon->pid)
    {
      if (dup2 (to[0], 0) == 0 && dup2 (from[1], 1) == 1)
        execv (argv[0], argv);
      perror (argv[0]);
      _exit (127);
    }
  close (to[0]);
  close (from[1]);
  daemon->pipe.out = to[1];
  daemon->pipe.in = from[0];
  return daemon->pid > 0;
}

int
daemon_wait (struct peer_daemon *daemon)
{
  int waited;
  int status;

  for (waited = 0; waited < END_LIMIT_MS; waited += END_POLL_MS)
    {
      if (waitpid (daemon->pid, &status, WNOHANG) == daemon->pid)
        {
          if (WIFEXITED (status))
            return WEXITSTATUS (status);
          printf ("the daemon was killed by signal %d\n", WTERMSIG (status));
          return -1;
        }
      poll (NULL, 0, END_POLL_MS);
    }
  printf ("the daemon does not end\n");
  kill (daemon->pid, SIGKILL);
  waitpid (daemon->pid, &status, 0);
  return -1;
}

int
daemon_end (struct peer_daemon *daemon)
{
  peer_close (&daemon->pipe);
  return daemon_wait (daemon);
}

bool
daemon_connect (struct peer_daemon *daemon, struct peer *peer)
{
  struct bytes name = { 0 };
  bool ok;

  ok = !peer_ask (&daemon->pipe, "GETINFO socket_name", &name)
       && peer_connect (peer, bytes_text (&name));
  bytes_drop (&name);
  return ok;
}

/* ---- One connection ----  */

bool
peer_connect (struct peer *peer, const char *name)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  memset (peer, 0, sizeof *peer);
  peer->in = peer->out = fd;
  if (fd < 0 || strlen (name) >= sizeof address.sun_path)
    return false;
  strcpy (address.sun_path, name);
  if (!connect (fd, (struct sockaddr *)&address, sizeof address))
    return true;
  close (fd);
  peer->in = peer->out = -1;
  return false;
}

void
peer_close (struct peer *peer)
{
  if (peer->in >= 0)
    close (peer->in);
  if (peer->out >= 0 && peer->out != peer->in)
    close (peer->out);
  peer->in = peer->out = -1;
  bytes_drop (&peer->unread);
}

bool
peer_send_bytes (struct peer *peer, const void *p, size_t n)
{
  const char *at = p;
  ssize_t sent;

  while (n)
    {
      sent = write (peer->out, at, n);
      if (sent < 0 && errno == EINTR)
        continue;
      if (sent < 0)
        return false;
      at += sent;
      n -= (size_t)sent;
    }
  return true;
}

bool
peer_send (struct peer *peer, const char *line)
{
  struct bytes text = { 0 };
  bool ok;

  bytes_add_str (&text, line);
  bytes_add_byte (&text, '\n');
  ok = peer_send_bytes (peer, text.p, text.n);
  bytes_drop (&text);
  return ok;
}

/* Move the first line of UNREAD to LINE, if there is a whole one.  */
static bool
take_line (struct peer *peer, struct bytes *line)
{
  struct bytes rest = { 0 };
  unsigned char *end;

  end = peer->unread.n ? memchr (peer->unread.p, '\n', peer->unread.n) : NULL;
  if (!end)
    return false;
  bytes_clear (line);
  bytes_add (line, peer->unread.p, (size_t)(end - peer->unread.p));
  end++;
  bytes_add (&rest, end, (size_t)(peer->unread.p + peer->unread.n - end));
  bytes_move (&peer->unread, &rest);
  return true;
}

enum peer_result
peer_read (struct peer *peer, struct bytes *line, int limit_ms)
{
  struct pollfd fd = { .fd = peer->in, .events = POLLIN };
  char buffer[4096];
  ssize_t n;

  while (!take_line (peer, line))
    {
      if (!poll (&fd, 1, limit_ms))
        return PEER_TIMEOUT;
      n = read (peer->in, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return PEER_EOF;
      bytes_add (&peer->unread, buffer, (size_t)n);
    }
  return PEER_LINE;
}

void
peer_add_data (struct bytes *data, struct span line)
{
  size_t i;

  for (i = 2; i < line.n; i++)
    if (line.p[i] == '%' && i + 2 < line.n)
      {
        text_unhex (data, span_of (line.p + i + 1, 2));
        i += 2;
      }
    else
      bytes_add_byte (data, line.p[i]);
}

bool
peer_greeted (struct peer *peer)
{
  struct bytes line = { 0 };
  bool ok;

  ok = peer_read (peer, &line, LINE_LIMIT_MS) == PEER_LINE
       && text_starts (bytes_text (&line), "OK");
  bytes_drop (&line);
  return ok;
}

/* What a line says about its command: the code of ERR, 0 for OK; -1: it is
 * not the last one.  */
static int
result_of (const char *line)
{
  if (text_starts (line, "ERR "))
    return atoi (line + 4) & GPG_ERR_CODE_MASK;
  return text_starts (line, "OK") ? 0 : -1;
}

int
peer_ask (struct peer *peer, const char *command, struct bytes *data)
{
  struct bytes line = { 0 };
  int result = -1;

  if (peer_send (peer, command))
    while (result < 0 && peer_read (peer, &line, LINE_LIMIT_MS) == PEER_LINE)
      {
        if (data && text_starts (bytes_text (&line), "D "))
          peer_add_data (data, bytes_span (&line));
        else
          result = result_of (bytes_text (&line));
      }
  bytes_drop (&line);
  return result;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * One client's conversation: what it has set, and how it is answered.  */

#include "config.h"

#include "assuan/session.h"

#include "assuan/command.h"
#include "assuan/hall.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GREETING PACKAGE_NAME " " PACKAGE_VERSION " ready"

/* How long a client that does not read may hold up the end.  */
#define LAST_WORDS_MS 1000

/* ---- Reading and writing, awake to the hall's end ----  */

/* Wait until FD is ready for EVENTS.  False: the hall stops.  */
static bool
wait_ready (struct session *session, int fd, short events)
{
  struct pollfd fds[2] = {
    { .fd = fd, .events = events },
    { .fd = hall_stop_fd (session->hall), .events = POLLIN },
  };

  while (poll (fds, DIM (fds), -1) < 0)
    if (errno != EINTR)
      return false;
  if (!fds[1].revents)
    return true;
  /* No new commands, but the answer to the last one may go out.  */
  return events == POLLOUT && poll (fds, 1, LAST_WORDS_MS) > 0;
}

/* libassuan's read and write.  A client may stop anywhere, in the middle of
 * a line too, and a pipe knows no shutdown: so they wait here, where the
 * hall can wake them.  */
static ssize_t
wakeful_read (assuan_context_t ctx, assuan_fd_t fd, void *buffer, size_t n)
{
  if (!wait_ready (assuan_get_pointer (ctx), fd, POLLIN))
    return 0;
  return read (fd, buffer, n);
}

static ssize_t
wakeful_write (assuan_context_t ctx, assuan_fd_t fd, const void *p, size_t n)
{
  if (!wait_ready (assuan_get_pointer (ctx), fd, POLLOUT))
    {
      errno = EPIPE;
      return -1;
    }
  return write (fd, p, n);
}

/* libassuan closes a descriptor only if it came as far as to adopt it;
 * session_run closes them always.  */
static int
leave_open (assuan_context_t ctx, assuan_fd_t fd)
{
  (void)ctx;
  (void)fd;
  return 0;
}

static struct assuan_system_hooks wakeful = {
  .version = ASSUAN_SYSTEM_HOOKS_VERSION,
  .usleep = __assuan_usleep,
  .pipe = __assuan_pipe,
  .close = leave_open,
  .read = wakeful_read,
  .write = wakeful_write,
  .recvmsg = __assuan_recvmsg,
  .sendmsg = __assuan_sendmsg,
  .spawn = __assuan_spawn,
  .waitpid = __assuan_waitpid,
  .socketpair = __assuan_socketpair,
  .socket = __assuan_socket,
  .connect = __assuan_connect,
};

bool
session_idle (struct session *session, int ms)
{
  struct pollfd fds[2] = {
    { .fd = session->in_fd, .events = POLLIN },
    { .fd = hall_stop_fd (session->hall), .events = POLLIN },
  };

  if (assuan_pending_line (session->ctx))
    return false;
  return !poll (fds, DIM (fds), ms);
}

/* ---- Answering ----  */

static void
note_write_error (struct session *session, gpg_error_t err)
{
  if (!session->write_error)
    session->write_error = err;
}

void
session_status (struct session *session, const char *keyword,
                const char *format, ...)
{
  char text[ASSUAN_LINELENGTH];
  va_list args;

  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  log_trace (&session->call, LOG_IPC, "S %s %s", keyword, text);
  note_write_error (session,
                    assuan_write_status (session->ctx, keyword, text));
}

void
session_data (struct session *session, struct span data)
{
  log_trace (&session->call, LOG_IPC, "D with %zu bytes", data.n);
  note_write_error (session, assuan_send_data (session->ctx, data.p, data.n));
}

/* ---- From the greeting to the end ----  */

void
session_reset (struct session *session)
{
  bytes_drop (&session->indata);
  session->serial[0] = 0;
}

/* Unknown options are fine.  gpg-agent wants the signal of event-signal
 * whenever the cards change; it asks for it on the pipe.  */
static gpg_error_t
handle_option (assuan_context_t ctx, const char *name, const char *value)
{
  struct session *session = assuan_get_pointer (ctx);
  unsigned long signo;

  if (session->on_pipe && !strcmp (name, "event-signal")
      && !text_unsigned (value, 1, SIGRTMAX, &signo))
    hall_set_event_signal (session->hall, (int)signo);
  return 0;
}

static gpg_error_t
open_context (struct session *session, int in, int out)
{
  assuan_fd_t fds[2] = { in, out };
  gpg_error_t err;

  err = assuan_new (&session->ctx);
  if (err)
    return err;
  assuan_set_pointer (session->ctx, session);
  assuan_ctx_set_system_hooks (session->ctx, &wakeful);
  if (session->on_pipe)
    err = assuan_init_pipe_server (session->ctx, fds);
  else
    err = assuan_init_socket_server (session->ctx, in,
                                     ASSUAN_SOCKET_SERVER_ACCEPTED);
  if (!err)
    err = commands_register (session->ctx);
  if (!err)
    err = assuan_register_option_handler (session->ctx, handle_option);
  if (!err)
    err = assuan_set_hello_line (session->ctx, GREETING);
  return err;
}

void
session_run (struct hall *hall, int in, int out, bool on_pipe,
             unsigned int session_no)
{
  const struct server_settings *settings = hall_settings (hall);
  struct session session = { .hall = hall, .in_fd = in, .on_pipe = on_pipe };
  gpg_error_t err;

  call_init (&session.call, settings->clock, settings->operation_timeout_ms);
  session.call.session_no = session_no;
  log_note (&session.call, "%s session begins", on_pipe ? "pipe" : "socket");
  err = open_context (&session, in, out);
  if (!err)
    err = assuan_accept (session.ctx);
  if (!err)
    err = assuan_process (session.ctx);
  if (err)
    log_note (&session.call, "session broken: %s", gpg_strerror (err));
  log_note (&session.call, "session ends");
  session_reset (&session);
  assuan_release (session.ctx);
  close (in);
  if (out != in)
    close (out);
}

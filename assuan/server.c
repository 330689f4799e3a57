/* SPDX-License-Identifier: GPL-3.0-or-later
 * The server: pipe and socket, one thread per connection, the end.  */

#include "config.h"

#include "assuan/server.h"

#include "assuan/hall.h"
#include "assuan/listener.h"
#include "assuan/session.h"
#include "base/bytes.h"
#include "base/log.h"

#include <assuan.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The floor of configure.ac.  */
#define NEED_LIBASSUAN "2.5.5"

/* How long accept rests when there is no descriptor or memory left, and how
 * long after its deadline the last command is waited for.  */
#define REST_MS 100
#define GRACE_MS 3000

struct server
{
  struct hall *hall;
  struct listener listener;
  int wake_fd; /* The reading end.  */
  bool resting;
};

/* One server per process: what signal handlers can reach.  */
static atomic_bool stop_wanted;
static atomic_bool reload_wanted;
static atomic_int wake_writer = -1;

gpg_error_t
server_global_init (void)
{
  if (!assuan_check_version (NEED_LIBASSUAN))
    return gpg_error (GPG_ERR_CONFIGURATION);
  assuan_set_gpg_err_source (GPG_ERR_SOURCE_DEFAULT);
#if ASSUAN_VERSION_NUMBER >= 0x030000
  /* Else the first system call of some session does it, unlocked.  */
  assuan_control (ASSUAN_CONTROL_REINIT_SYSCALL_CLAMP, NULL);
#endif
  return 0;
}

/* ---- Waking the main thread ----  */

void
server_wake (void)
{
  int saved_errno = errno;
  int fd = atomic_load (&wake_writer);

  /* A full pipe wakes as well.  */
  if (fd >= 0 && write (fd, "", 1) < 0)
    errno = saved_errno;
}

void
server_stop (void)
{
  atomic_store (&stop_wanted, true);
  server_wake ();
}

void
server_reload (void)
{
  atomic_store (&reload_wanted, true);
  server_wake ();
}

static gpg_error_t
open_wake_pipe (struct server *server)
{
  int fds[2];

  if (pipe2 (fds, O_CLOEXEC | O_NONBLOCK))
    return gpg_error_from_syserror ();
  server->wake_fd = fds[0];
  atomic_store (&wake_writer, fds[1]);
  return 0;
}

static void
close_wake_pipe (struct server *server)
{
  int fd = atomic_exchange (&wake_writer, -1);

  if (fd >= 0)
    close (fd);
  if (server->wake_fd >= 0)
    close (server->wake_fd);
}

/* ---- Sessions ----  */

struct visitor
{
  struct hall *hall;
  int in;
  int out;
  bool on_pipe;
  unsigned int session_no;
};

static void *
visit (void *arg)
{
  struct visitor v = *(struct visitor *)arg;

  free (arg);
  session_run (v.hall, v.in, v.out, v.on_pipe, v.session_no);
  hall_session_ends (v.hall, v.session_no, v.on_pipe);
  return NULL;
}

/* A detached thread that signals pass by.  */
static int
start_thread (void *(*run) (void *), void *arg)
{
  pthread_attr_t attr;
  pthread_t thread;
  sigset_t all, old;
  int rc;

  sigfillset (&all);
  pthread_attr_init (&attr);
  pthread_attr_setdetachstate (&attr, PTHREAD_CREATE_DETACHED);
  pthread_sigmask (SIG_SETMASK, &all, &old);
  rc = pthread_create (&thread, &attr, run, arg);
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  pthread_attr_destroy (&attr);
  return rc;
}

/* Begin a session on IN and OUT, which are the session's from now on.  */
static gpg_error_t
start_session (struct hall *hall, int in, int out, bool on_pipe)
{
  struct visitor *v = malloc (sizeof *v);
  int rc;

  if (v)
    {
      v->hall = hall;
      v->in = in;
      v->out = out;
      v->on_pipe = on_pipe;
      v->session_no = hall_session_begins (hall, on_pipe);
      rc = start_thread (visit, v);
      if (!rc)
        return 0;
      hall_session_ends (hall, v->session_no, on_pipe);
    }
  else
    rc = errno;
  free (v);
  close (in);
  if (out != in)
    close (out);
  log_fault (NULL, "cannot begin a session: %s", strerror (rc));
  return gpg_error (gpg_err_code_from_errno (rc));
}

/* The pipe moves away from the descriptors 0 and 1, which are closed and
 * reused otherwise: a stray printf would then end up in some session.  */
static gpg_error_t
start_pipe_session (struct hall *hall)
{
  int in = fcntl (0, F_DUPFD_CLOEXEC, 3);
  int out = fcntl (1, F_DUPFD_CLOEXEC, 3);
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  gpg_error_t err = 0;

  if (in < 0 || out < 0 || null < 0 || dup2 (null, 0) < 0
      || dup2 (null, 1) < 0)
    err = gpg_error_from_syserror ();
  if (null >= 0)
    close (null);
  if (!err)
    return start_session (hall, in, out, true);
  if (in >= 0)
    close (in);
  if (out >= 0)
    close (out);
  return err;
}

/* ---- The main thread ----  */

static bool
accepts (struct server *server)
{
  return server->listener.fd >= 0 && !server->resting
         && hall_socket_sessions (server->hall)
              < hall_settings (server->hall)->max_sessions;
}

static void
accept_session (struct server *server)
{
  gpg_error_t err;
  int fd;

  err = listener_accept (&server->listener, &fd);
  if (!err)
    err = start_session (server->hall, fd, fd, false);
  else if (gpg_err_code (err) == GPG_ERR_EAGAIN)
    err = 0;
  else
    log_fault (NULL, "cannot accept a connection: %s", gpg_strerror (err));
  server->resting = !!err;
}

/* Wait for something to happen, TIMEOUT_MS at most or for ever if that is
 * negative.  */
static void
wait_for_news (struct server *server, int timeout_ms)
{
  struct pollfd fds[2] = {
    { .fd = server->wake_fd, .events = POLLIN },
    { .fd = accepts (server) ? server->listener.fd : -1, .events = POLLIN },
  };
  char dust[64];

  server->resting = false;
  if (poll (fds, DIM (fds), timeout_ms) < 0)
    return;
  if (fds[0].revents)
    while (read (server->wake_fd, dust, sizeof dust) > 0)
      ;
  if (fds[1].revents)
    accept_session (server);
}

/* Until the end is near: the pipe has ended and no session lives, or
 * somebody wants it.  */
static void
serve (struct server *server)
{
  while (!atomic_load (&stop_wanted))
    {
      if (hall_pipe_is_over (server->hall))
        {
          /* Who comes now shall find the next daemon.  */
          listener_close (&server->listener);
          if (!hall_sessions (server->hall))
            break;
        }
      if (atomic_exchange (&reload_wanted, false))
        hall_reload (server->hall);
      wait_for_news (server, server->resting ? REST_MS : -1);
    }
}

/* Let the running commands finish; they have a deadline.  TIMEOUT if one
 * does not keep it.  */
static gpg_error_t
wait_for_sessions (struct server *server)
{
  const struct server_settings *settings = hall_settings (server->hall);
  struct call patience;

  call_init (&patience, &system_clock,
             settings->operation_timeout_ms + GRACE_MS);
  while (hall_sessions (server->hall))
    {
      if (!call_remaining_ms (&patience))
        {
          log_fault (NULL, "%u sessions would not end",
                     hall_sessions (server->hall));
          return gpg_error (GPG_ERR_TIMEOUT);
        }
      wait_for_news (server, (int)call_remaining_ms (&patience));
    }
  return 0;
}

static gpg_error_t
open_doors (struct server *server)
{
  const struct server_settings *settings = hall_settings (server->hall);
  gpg_error_t err = 0;

  if (settings->socket)
    err = listener_open (&server->listener, settings->socket_dir);
  if (!err && settings->socket)
    hall_set_socket_name (server->hall, server->listener.address.sun_path);
  if (err)
    log_fault (NULL, "cannot listen on a socket: %s", gpg_strerror (err));
  if (!settings->pipe)
    return err;
  /* Without the socket one client at a time is served, as GnuPG knows.  */
  return start_pipe_session (server->hall);
}

gpg_error_t
server_run (const struct server_settings *settings)
{
  struct server server = { .listener = LISTENER_CLOSED, .wake_fd = -1 };
  gpg_error_t err;

  err = open_wake_pipe (&server);
  if (err)
    goto leave;
  err = hall_new (settings, &server.hall);
  if (err)
    goto leave;
  err = open_doors (&server);
  if (!err)
    {
      serve (&server);
      listener_close (&server.listener);
      hall_stop (server.hall);
      err = wait_for_sessions (&server);
    }

leave:
  listener_close (&server.listener);
  close_wake_pipe (&server);
  /* A session that would not end keeps it, so that it does not crash.  */
  if (server.hall && !hall_sessions (server.hall))
    hall_free (server.hall);
  atomic_store (&stop_wanted, false);
  return err;
}

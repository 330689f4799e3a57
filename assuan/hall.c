/* SPDX-License-Identifier: GPL-3.0-or-later
 * What all sessions share: the cards, who is here, the advisory lock, and
 * the sign that it is time to go.  */

#include "config.h"

#include "assuan/hall.h"

#include "base/bytes.h"
#include "base/log.h"
#include "card/card.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWN_PROGRAM "/proc/self/exe"

struct hall
{
  /* Unchanged after the first session.  */
  struct server_settings settings;
  struct bytes socket_name;
  char program[PATH_MAX]; /* Where ours lay at the start.  */
  pid_t parent;           /* gpg-agent, if it is the one that started us.  */
  int stop_fd;

  /* Guarded by LOCK.  */
  pthread_mutex_t lock;
  pthread_cond_t reloaded;
  int stop_writer; /* Closed by hall_stop, then -1.  */
  struct card_set *cards;
  bool reloading;
  unsigned int last_session;
  unsigned int sessions;
  unsigned int socket_sessions;
  bool pipe_is_over;
  unsigned int locked_by; /* A session's number or 0.  */
  int event_signal;
};

gpg_error_t
hall_new (const struct server_settings *settings, struct hall **r_hall)
{
  struct hall *hall = calloc (1, sizeof *hall);
  gpg_error_t err;
  int fds[2];

  if (!hall)
    return gpg_error_from_syserror ();
  if (pipe2 (fds, O_CLOEXEC))
    {
      err = gpg_error_from_syserror ();
      free (hall);
      return err;
    }
  hall->settings = *settings;
  hall->cards = card_set_ref (settings->cards);
  hall->stop_fd = fds[0];
  hall->stop_writer = fds[1];
  hall->parent = getppid ();
  if (readlink (OWN_PROGRAM, hall->program, sizeof hall->program - 1) < 0)
    log_fault (NULL, "cannot read " OWN_PROGRAM ": %s", strerror (errno));
  pthread_mutex_init (&hall->lock, NULL);
  pthread_cond_init (&hall->reloaded, NULL);
  *r_hall = hall;
  return 0;
}

void
hall_free (struct hall *hall)
{
  if (!hall)
    return;
  card_set_unref (hall->cards);
  close (hall->stop_fd);
  if (hall->stop_writer >= 0)
    close (hall->stop_writer);
  bytes_drop (&hall->socket_name);
  pthread_cond_destroy (&hall->reloaded);
  pthread_mutex_destroy (&hall->lock);
  free (hall);
}

const struct server_settings *
hall_settings (const struct hall *hall)
{
  return &hall->settings;
}

/* ---- Who is here ----  */

unsigned int
hall_session_begins (struct hall *hall, bool on_pipe)
{
  unsigned int session_no;

  pthread_mutex_lock (&hall->lock);
  session_no = ++hall->last_session;
  hall->sessions++;
  if (!on_pipe)
    hall->socket_sessions++;
  pthread_mutex_unlock (&hall->lock);
  return session_no;
}

void
hall_session_ends (struct hall *hall, unsigned int session_no, bool on_pipe)
{
  hall_unlock (hall, session_no);
  pthread_mutex_lock (&hall->lock);
  hall->sessions--;
  if (on_pipe)
    hall->pipe_is_over = true;
  else
    hall->socket_sessions--;
  /* Before the server can see that nobody is left, and goes.  */
  server_wake ();
  pthread_mutex_unlock (&hall->lock);
}

unsigned int
hall_sessions (struct hall *hall)
{
  unsigned int n;

  pthread_mutex_lock (&hall->lock);
  n = hall->sessions;
  pthread_mutex_unlock (&hall->lock);
  return n;
}

unsigned int
hall_socket_sessions (struct hall *hall)
{
  unsigned int n;

  pthread_mutex_lock (&hall->lock);
  n = hall->socket_sessions;
  pthread_mutex_unlock (&hall->lock);
  return n;
}

bool
hall_pipe_is_over (struct hall *hall)
{
  bool over;

  pthread_mutex_lock (&hall->lock);
  over = hall->pipe_is_over;
  pthread_mutex_unlock (&hall->lock);
  return over;
}

void
hall_set_socket_name (struct hall *hall, const char *name)
{
  bytes_clear (&hall->socket_name);
  bytes_add_str (&hall->socket_name, name);
}

const char *
hall_socket_name (const struct hall *hall)
{
  return bytes_text (&hall->socket_name);
}

/* ---- The end ----  */

void
hall_stop (struct hall *hall)
{
  pthread_mutex_lock (&hall->lock);
  if (hall->stop_writer >= 0)
    close (hall->stop_writer);
  hall->stop_writer = -1;
  pthread_mutex_unlock (&hall->lock);
}

bool
hall_is_stopping (struct hall *hall)
{
  bool stopping;

  pthread_mutex_lock (&hall->lock);
  stopping = hall->stop_writer < 0;
  pthread_mutex_unlock (&hall->lock);
  return stopping;
}

int
hall_stop_fd (const struct hall *hall)
{
  return hall->stop_fd;
}

bool
hall_is_outdated (const struct hall *hall)
{
  struct stat mine, there;

  if (!hall->settings.pipe)
    return true;
  /* The link leads to the running file even when it has been deleted.  */
  return stat (OWN_PROGRAM, &mine) || stat (hall->program, &there)
         || mine.st_dev != there.st_dev || mine.st_ino != there.st_ino;
}

/* ---- The cards ----  */

struct card_set *
hall_cards (struct hall *hall)
{
  struct card_set *cards;

  pthread_mutex_lock (&hall->lock);
  cards = card_set_ref (hall->cards);
  pthread_mutex_unlock (&hall->lock);
  return cards;
}

/* As the original does on a card event (GnuPG scd/app.c).  A parent that
 * changed is not the one that asked.  */
static void
tell_agent (const struct hall *hall, int signo)
{
  if (signo && hall->parent > 1 && getppid () == hall->parent)
    kill (hall->parent, signo);
}

void
hall_reload (struct hall *hall)
{
  struct card_set *fresh;
  struct card_set *old = NULL;
  int signo;

  if (!hall->settings.reload)
    return;
  pthread_mutex_lock (&hall->lock);
  while (hall->reloading)
    pthread_cond_wait (&hall->reloaded, &hall->lock);
  hall->reloading = true;
  pthread_mutex_unlock (&hall->lock);

  fresh = hall->settings.reload (hall->settings.reload_cookie);

  pthread_mutex_lock (&hall->lock);
  if (fresh)
    {
      old = hall->cards;
      hall->cards = fresh;
    }
  signo = hall->event_signal;
  hall->reloading = false;
  pthread_cond_broadcast (&hall->reloaded);
  pthread_mutex_unlock (&hall->lock);

  card_set_unref (old);
  if (fresh)
    tell_agent (hall, signo);
}

void
hall_set_event_signal (struct hall *hall, int signo)
{
  pthread_mutex_lock (&hall->lock);
  hall->event_signal = signo;
  pthread_mutex_unlock (&hall->lock);
}

/* ---- LOCK and UNLOCK ----  */

bool
hall_lock (struct hall *hall, unsigned int session_no)
{
  bool mine;

  pthread_mutex_lock (&hall->lock);
  if (!hall->locked_by)
    hall->locked_by = session_no;
  mine = hall->locked_by == session_no;
  pthread_mutex_unlock (&hall->lock);
  return mine;
}

bool
hall_unlock (struct hall *hall, unsigned int session_no)
{
  bool mine;

  pthread_mutex_lock (&hall->lock);
  mine = hall->locked_by == session_no;
  if (mine)
    hall->locked_by = 0;
  pthread_mutex_unlock (&hall->lock);
  return mine;
}

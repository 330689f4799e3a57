/* SPDX-License-Identifier: GPL-3.0-or-later
 * The socket that further clients connect to, for the same user only.  */

#include "config.h"

#include "assuan/listener.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOCKET_NAME "S.kms-scdaemon"
#define OWN_DIRECTORY "kms-scdaemon.XXXXXX"
#define BACKLOG 128

/* DIRECTORY "/" NAME into PATH; false if a socket's path may not be that
 * long.  */
static bool
set_path (char *path, size_t size, const char *directory, const char *name)
{
  int n = snprintf (path, size, "%s/%s", directory, name);

  return n > 0 && (size_t)n < size;
}

/* A socket of an earlier daemon, or of another one that has had its time.
 * Anything else than a socket stays and makes bind fail.  */
static void
remove_stale (const char *path)
{
  struct stat st;

  if (!lstat (path, &st) && S_ISSOCK (st.st_mode))
    unlink (path);
}

/* Listen at the address that is set.  */
static gpg_error_t
listen_here (struct listener *listener)
{
  const char *path = listener->address.sun_path;
  struct stat st;
  gpg_error_t err;
  int fd;

  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return gpg_error_from_syserror ();
  listener->address.sun_family = AF_UNIX;
  remove_stale (path);
  /* Linux makes the file with the mode of the socket, so it never is open
   * to others, whatever the umask.  */
  if (fchmod (fd, 0600)
      || bind (fd, (struct sockaddr *)&listener->address,
               sizeof listener->address)
      || listen (fd, BACKLOG) || lstat (path, &st))
    {
      err = gpg_error_from_syserror ();
      close (fd);
      return err;
    }
  listener->device = st.st_dev;
  listener->inode = st.st_ino;
  listener->fd = fd;
  return 0;
}

static gpg_error_t
listen_in (struct listener *listener, const char *directory)
{
  if (!set_path (listener->address.sun_path, sizeof listener->address.sun_path,
                 directory, SOCKET_NAME))
    return gpg_error (GPG_ERR_ENAMETOOLONG);
  return listen_here (listener);
}

/* In a new directory below PARENT, which nobody else may enter.  */
static gpg_error_t
listen_below (struct listener *listener, const char *parent)
{
  char directory[sizeof listener->address.sun_path];
  gpg_error_t err;

  if (!set_path (directory, sizeof directory, parent, OWN_DIRECTORY))
    return gpg_error (GPG_ERR_ENAMETOOLONG);
  if (!mkdtemp (directory))
    return gpg_error_from_syserror ();
  err = listen_in (listener, directory);
  if (err)
    rmdir (directory);
  else
    listener->own_directory = true;
  return err;
}

gpg_error_t
listener_open (struct listener *listener, const char *directory)
{
  const char *runtime = getenv ("XDG_RUNTIME_DIR");
  gpg_error_t err;

  err = listen_in (listener, directory);
  if (!err)
    return 0;
  log_note (NULL, "no socket in %s: %s", directory, gpg_strerror (err));
  if (!text_is_blank (runtime))
    err = listen_below (listener, runtime);
  return err ? listen_below (listener, "/tmp") : 0;
}

void
listener_close (struct listener *listener)
{
  char *path = listener->address.sun_path;
  struct stat st;

  if (listener->fd < 0)
    return;
  if (!lstat (path, &st) && st.st_dev == listener->device
      && st.st_ino == listener->inode)
    unlink (path);
  close (listener->fd);
  listener->fd = -1;
  if (listener->own_directory)
    {
      *strrchr (path, '/') = 0;
      rmdir (path);
    }
}

/* Directory permissions alone do not say who it is.  */
static bool
is_welcome (int fd)
{
  struct ucred peer;
  socklen_t n = sizeof peer;

  if (getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &n))
    {
      log_fault (NULL, "a client without a name: %s", strerror (errno));
      return false;
    }
  if (!peer.uid || peer.uid == geteuid ())
    return true;
  log_fault (NULL, "process %ld of user %lu was turned away", (long)peer.pid,
             (unsigned long)peer.uid);
  return false;
}

gpg_error_t
listener_accept (struct listener *listener, int *r_fd)
{
  int fd = accept4 (listener->fd, NULL, NULL, SOCK_CLOEXEC);

  if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
    return gpg_error (GPG_ERR_EAGAIN);
  if (fd < 0)
    return gpg_error_from_syserror ();
  if (!is_welcome (fd))
    {
      close (fd);
      return gpg_error (GPG_ERR_EAGAIN);
    }
  *r_fd = fd;
  return 0;
}

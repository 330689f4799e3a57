/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whole files: read with a size cap, replaced atomically.  */

#include "config.h"

#include "base/file.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The writer of a pipe that is silent for so long is given up.  */
#define PIPE_PATIENCE_MS 2000

static gpg_error_t
wait_for_input (int fd)
{
  struct pollfd pfd = { fd, POLLIN, 0 };

  return poll (&pfd, 1, PIPE_PATIENCE_MS) ? 0 : gpg_error (GPG_ERR_TIMEOUT);
}

static gpg_error_t
read_all (int fd, size_t max, struct bytes *out)
{
  size_t start = out->n;
  unsigned char chunk[4096];
  gpg_error_t err = 0;

  while (!err)
    {
      ssize_t n = read (fd, chunk, sizeof chunk);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == EAGAIN)
        err = wait_for_input (fd);
      else if (n < 0)
        err = gpg_error_from_syserror ();
      else if (!n)
        break;
      else if ((size_t)n > max - (out->n - start))
        err = gpg_error (GPG_ERR_TOO_LARGE);
      else
        {
          bytes_add (out, chunk, (size_t)n);
          err = bytes_error (out);
        }
    }
  explicit_bzero (chunk, sizeof chunk);
  if (err)
    bytes_cut (out, start);
  return err;
}

gpg_error_t
file_read (const char *name, size_t max, struct bytes *out)
{
  /* O_NONBLOCK keeps open from waiting at a FIFO without a writer, which
   * reads as empty.  So does /dev/null, a usual way to say "no file".  */
  int fd = open (name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  gpg_error_t err;

  if (fd < 0)
    return gpg_error_from_syserror ();
  err = read_all (fd, max, out);
  close (fd);
  return err;
}

static gpg_error_t
write_all (int fd, struct span data)
{
  while (data.n)
    {
      ssize_t n = write (fd, data.p, data.n);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return gpg_error_from_syserror ();
      data.p += n;
      data.n -= (size_t)n;
    }
  return fsync (fd) ? gpg_error_from_syserror () : 0;
}

gpg_error_t
file_replace (const char *name, struct span data)
{
  struct bytes temp = { 0 };
  gpg_error_t err;
  int fd = -1;

  bytes_add_fmt (&temp, "%s.XXXXXX", name);
  err = bytes_error (&temp);
  if (err)
    goto leave;
  fd = mkostemp ((char *)temp.p, O_CLOEXEC); /* Mode 600 by itself.  */
  if (fd < 0)
    {
      err = gpg_error_from_syserror ();
      goto leave;
    }
  err = write_all (fd, data);
  if (close (fd) && !err)
    err = gpg_error_from_syserror ();
  if (!err && rename ((char *)temp.p, name))
    err = gpg_error_from_syserror ();
  if (err)
    unlink ((char *)temp.p);

leave:
  bytes_drop (&temp);
  return err;
}

char *
file_join (const char *dir, const char *name)
{
  struct bytes path = { 0 };
  char *result = NULL;

  bytes_add_fmt (&path, "%s/%s", dir, name);
  if (!bytes_error (&path))
    result = text_copy (bytes_text (&path), path.n);
  bytes_drop (&path);
  return result;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * kms-emulator: start order, signals, end.  */

#include "config.h"

#include "base/file.h"
#include "base/log.h"
#include "tests/emulator/options.h"
#include "tests/emulator/server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_PEM 65536

/* A file's content, or a complaint.  NAME NULL: nothing to read.  */
static gpg_error_t
read_pem (const char *name, struct bytes *out)
{
  gpg_error_t err = name ? file_read (name, MAX_PEM, out) : 0;

  if (err)
    fprintf (stderr, "kms-emulator: %s: %s\n", name, gpg_strerror (err));
  return err;
}

static gpg_error_t
prepare (struct emulator *emu, const struct options *options)
{
  gpg_error_t err;
  size_t i;

  emu->region = options->region;
  emu->account = options->account;
  emu->session_seconds = options->session_seconds;
  emu->started_latency_ms = options->latency_ms;
  atomic_store (&emu->latency_ms, options->latency_ms);
  callers_init (&emu->callers, options->access_key, options->secret_key,
                options->account);
  err = key_store_init (&emu->keys, options->seed, options->region,
                        options->account);
  for (i = 0; !err && i < options->n_keys; i++)
    {
      err = key_store_add (&emu->keys, options->keys[i]);
      if (err)
        fprintf (stderr, "kms-emulator: --key %s: %s\n", options->keys[i],
                 gpg_strerror (err));
    }
  return err;
}

static gpg_error_t
announce (const struct options *options, unsigned int port)
{
  struct bytes line = { 0 };
  gpg_error_t err = 0;

  if (options->port_file)
    {
      bytes_add_fmt (&line, "%u\n", port);
      err = file_replace (options->port_file, bytes_span (&line));
      if (err)
        fprintf (stderr, "kms-emulator: %s: %s\n", options->port_file,
                 gpg_strerror (err));
    }
  else
    {
      printf ("%s://127.0.0.1:%u\n", options->tls_cert ? "https" : "http",
              port);
      fflush (stdout);
    }
  bytes_drop (&line);
  return err;
}

/* Serve until SIGTERM or SIGINT, which are blocked, arrives.  */
static gpg_error_t
serve (struct emulator *emu, const struct options *options,
       const sigset_t *signals)
{
  struct bytes cert = { 0 };
  struct bytes key = { 0 };
  struct server *server = NULL;
  int stop[2] = { -1, -1 };
  int number;
  gpg_error_t err = read_pem (options->tls_cert, &cert);

  if (!err)
    err = read_pem (options->tls_key, &key);
  if (!err && pipe2 (stop, O_CLOEXEC))
    err = gpg_error_from_syserror ();
  if (err)
    goto leave;
  emu->stop_fd = stop[0];
  err = server_start (emu, (unsigned int)options->port,
                      options->tls_cert ? bytes_text (&cert) : NULL,
                      options->tls_cert ? bytes_text (&key) : NULL, &server);
  if (err)
    fprintf (stderr, "kms-emulator: cannot listen on port %lu\n",
             options->port);
  else
    err = announce (options, server_port (server));
  if (!err)
    sigwait (signals, &number);

leave:
  /* The end of the pipe wakes all threads that make a client wait.  */
  if (stop[1] >= 0)
    close (stop[1]);
  if (server)
    server_stop (server);
  if (stop[0] >= 0)
    close (stop[0]);
  bytes_drop (&cert);
  bytes_drop (&key);
  return err;
}

int
main (int argc, char **argv)
{
  static struct emulator emu;
  struct options options;
  sigset_t signals;
  gpg_error_t err;
  int status;

  if (options_parse (&options, argc, argv, &status))
    return status;
  if (bytes_global_init ())
    return 1;
  signal (SIGPIPE, SIG_IGN);
  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  pthread_sigmask (SIG_BLOCK, &signals, NULL);
  log_setup (options.verbose, 0);
  /* Opens the library's log stream before any thread exists.  */
  log_note (NULL, "kms-emulator %s", PACKAGE_VERSION);

  err = prepare (&emu, &options);
  if (err)
    status = 2;
  else
    status = serve (&emu, &options, &signals) ? 1 : 0;
  key_store_drop (&emu.keys);
  callers_drop (&emu.callers);
  return status;
}

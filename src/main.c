/* SPDX-License-Identifier: GPL-3.0-or-later
 * kms-scdaemon: start order, process settings, signals, and over to the
 * hall.  */

#include "config.h"

#include "assuan/server.h"
#include "base/bytes.h"
#include "base/log.h"
#include "card/card.h"
#include "dry-run.h"
#include "net/http.h"
#include "options.h"
#include "wiring.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* What a reload needs to read everything anew.  */
struct startup
{
  int argc;
  char **argv;
  struct options options;
};

/* No core image and no debugger of another process may show credentials.
 * The leak checker needs to trace us, so leave it be in such builds.  */
static void
protect_process (void)
{
  struct rlimit none = { 0, 0 };

  umask (077);
  setrlimit (RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
  prctl (PR_SET_DUMPABLE, 0);
#endif
}

static void
on_stop (int sig)
{
  (void)sig;
  server_stop ();
}

static void
on_reload (int sig)
{
  (void)sig;
  server_reload ();
}

/* gpg-agent starts us with SIGPIPE ignored, a shell does not; SIGUSR1 and
 * SIGUSR2 mean something to the stock daemon, so they come.  */
static void
set_signals (void)
{
  static const struct
  {
    int sig;
    void (*handler) (int);
  } table[] = {
    { SIGTERM, on_stop }, { SIGINT, on_stop },  { SIGHUP, on_reload },
    { SIGPIPE, SIG_IGN }, { SIGUSR1, SIG_IGN }, { SIGUSR2, SIG_IGN },
  };
  struct sigaction action;
  sigset_t none;
  size_t i;

  for (i = 0; i < DIM (table); i++)
    {
      memset (&action, 0, sizeof action);
      action.sa_handler = table[i].handler;
      action.sa_flags = SA_RESTART;
      sigaction (table[i].sig, &action, NULL);
    }
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

/* Where a log-file of "socket://" is: in the home directory, as with every
 * daemon of GnuPG.  */
static const char *log_socket_dir;

static const char *
get_log_socket_dir (void)
{
  return log_socket_dir;
}

static bool
is_server (enum run_mode mode)
{
  return mode == MODE_SERVER || mode == MODE_MULTI_SERVER
         || mode == MODE_DAEMON;
}

static void
start_log (const struct options *options)
{
  log_socket_dir = options->homedir;
  gpgrt_log_set_socket_dir_cb (get_log_socket_dir);
  /* A person at a shell reads standard error; a daemon has none.  */
  if (is_server (options->mode))
    {
      if (options->log_file)
        gpgrt_log_set_sink (options->log_file, NULL, -1);
      gpgrt_log_set_prefix ("kms-scdaemon", GPGRT_LOG_WITH_PREFIX
                                              | GPGRT_LOG_WITH_TIME
                                              | GPGRT_LOG_WITH_PID);
    }
  log_setup (options->verbose, options->debug);
}

static gpg_error_t
init_libraries (void)
{
  gpg_error_t err = bytes_global_init ();

  if (!err)
    err = http_global_init ();
  if (!err)
    err = server_global_init ();
  return err;
}

/* The present configuration, or NULL to go on with the old one.  */
static struct card_set *
reload (void *cookie)
{
  struct startup *startup = cookie;
  struct card_set *set = NULL;
  struct options options;
  struct call call;
  gpg_error_t err;

  call_init (&call, &system_clock, 0);
  err = options_read (&call, startup->argc, startup->argv, &options);
  if (!err)
    {
      log_setup (options.verbose, options.debug);
      err = wiring_build (&call, &options, true, &set);
    }
  if (err)
    log_fault (NULL, "%s; the old configuration stays", call_why (&call, err));
  else
    log_note (NULL, "configuration read");
  options_free (&options);
  return set;
}

static int
serve (struct startup *startup, struct card_set *set)
{
  struct options *options = &startup->options;
  struct server_settings settings = {
    .cards = set,
    .reload = reload,
    .reload_cookie = startup,
    .pipe = options->mode != MODE_DAEMON,
    .socket = options->mode != MODE_SERVER,
    .socket_dir = options->homedir,
    .max_sessions = options->max_sessions,
    .operation_timeout_ms = options->operation_timeout_ms,
    .clock = &system_clock,
  };
  gpg_error_t err;

  set_signals ();
  log_note (NULL, "version " PACKAGE_VERSION " started");
  err = server_run (&settings);
  if (err)
    log_fault (NULL, "cannot serve: %s", gpg_strerror (err));
  return err ? 1 : 0;
}

/* A person at a shell is told what is wrong; gpg-agent is served all the
 * same, since it has no other way to learn the reason of a failure.  */
static int
run (struct startup *startup, struct call *call, gpg_error_t err)
{
  struct options *options = &startup->options;
  struct card_set *set = NULL;
  int rc = 0;

  if (!err && options->mode == MODE_NONE)
    {
      fputs ("kms-scdaemon: gpg-agent starts this program; to look at the "
             "keys use --check, for more --help\n",
             stderr);
      return 2;
    }
  if (!err && options->mode != MODE_GPGCONF_LIST)
    err = wiring_build (call, options, false, &set);
  if (err)
    log_fault (NULL, "%s", call_why (call, err));
  if (err && is_server (options->mode) && !set)
    set = wiring_broken (err, call_why (call, err));
  if (is_server (options->mode))
    rc = set ? serve (startup, set) : 2;
  else if (err)
    rc = 2;
  else if (options->mode == MODE_CHECK)
    rc = dry_run (set, options->operation_timeout_ms) ? 1 : 0;
  card_set_unref (set);
  return rc;
}

int
main (int argc, char **argv)
{
  struct startup startup = { .argc = argc, .argv = argv };
  struct call call;
  gpg_error_t err;
  int rc;

  protect_process ();
  gpgrt_set_strusage (options_strusage);
  gpgrt_log_set_prefix ("kms-scdaemon", GPGRT_LOG_WITH_PREFIX);
  err = init_libraries ();
  if (err)
    {
      log_fault (NULL, "a library is too old: %s", gpg_strerror (err));
      return 2;
    }
  call_init (&call, &system_clock, 0);
  err = options_read (&call, argc, argv, &startup.options);
  start_log (&startup.options);
  rc = run (&startup, &call, err);
  options_free (&startup.options);
  return rc;
}

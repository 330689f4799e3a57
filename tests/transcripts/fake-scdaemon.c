/* SPDX-License-Identifier: GPL-3.0-or-later
 * The hall over a study without keys: a daemon for transcripts and stress
 * that needs no service and no configuration.  */

#include "config.h"

#include "assuan/server.h"
#include "base/log.h"
#include "tests/transcripts/fake-study.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct server_settings settings = {
  .pipe = true,
  .socket = true,
  .socket_dir = "/tmp",
  .max_sessions = 256,
  .operation_timeout_ms = 10000,
  .clock = &system_clock,
};

static bool shrink;

/* Switches; other options have a value.  */
/* clang-format off */
static const struct { const char *name; bool *flag; } switches[] = {
  { "--doubt",  &fake_study.doubt },
  { "--late",   &fake_study.late },
  { "--minted", &fake_study.minted },
  { "--alone",  &fake_study.alone },
  { "--shrink", &shrink },
};
/* clang-format on */

/* With --alone one card before and all of them after; with --shrink the
 * other way around.  */
static struct card_set *
reload (void *cookie)
{
  (void)cookie;
  fake_study.alone = shrink;
  return fake_study_new ();
}

static void
on_signal (int signo)
{
  if (signo == SIGHUP)
    server_reload ();
  else
    server_stop ();
}

static bool
set_switch (const char *word)
{
  size_t i;

  for (i = 0; i < DIM (switches); i++)
    if (!strcmp (switches[i].name, word))
      return *switches[i].flag = true;
  return false;
}

static void
set_option (const char *name, const char *value)
{
  if (!strcmp (name, "--socket-dir"))
    settings.socket_dir = value;
  else if (!strcmp (name, "--max-sessions"))
    settings.max_sessions = (unsigned int)atoi (value);
  else if (!strcmp (name, "--timeout"))
    settings.operation_timeout_ms = (unsigned int)atoi (value);
  else if (!strcmp (name, "--slow"))
    fake_study.slow_ms = (unsigned int)atoi (value);
  else if (!strcmp (name, "--log-file"))
    gpgrt_log_set_sink (value, NULL, -1);
  else
    {
      fprintf (stderr, "unknown option %s\n", name);
      exit (2);
    }
}

static void
parse (int argc, char **argv)
{
  int i;

  for (i = 1; i < argc; i++)
    if (!strcmp (argv[i], "--no-pipe"))
      settings.pipe = false;
    else if (!strcmp (argv[i], "--no-socket"))
      settings.socket = false;
    else if (!set_switch (argv[i]) && i + 1 < argc)
      {
        set_option (argv[i], argv[i + 1]);
        i++;
      }
}

int
main (int argc, char **argv)
{
  struct sigaction action = { .sa_handler = on_signal };
  gpg_error_t err;

  parse (argc, argv);
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGHUP, &action, NULL);
  signal (SIGPIPE, SIG_IGN);
  log_setup (true, LOG_IPC);
  log_note (NULL, "fake daemon begins");
  err = bytes_global_init ();
  if (!err)
    err = server_global_init ();
  if (err)
    return 2;
  settings.cards = fake_study_new ();
  settings.reload = reload;
  err = server_run (&settings);
  card_set_unref (settings.cards);
  log_note (NULL, "fake daemon ends: %s", gpg_strerror (err));
  return err ? 1 : 0;
}

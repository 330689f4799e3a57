/* SPDX-License-Identifier: GPL-3.0-or-later
 * GETINFO, and the commands about the session and the daemon itself.  */

#include "config.h"

#include "assuan/command.h"
#include "assuan/current.h"
#include "assuan/hall.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* gpg warns of a daemon older than itself and never of a newer one.  */
#define SHOWN_VERSION "9.9.9"

/* How often LOCK --wait looks.  */
#define LOCK_POLL_MS 50

#define RANDOM_MAX 4096

/* ---- GETINFO ----  */

struct info
{
  const char *name;
  gpg_error_t (*print) (struct session *session, const struct args *args,
                        const struct info *info);
  const char *value;
  size_t args; /* Besides the name.  */
};

static gpg_error_t
info_value (struct session *session, const struct args *args,
            const struct info *info)
{
  (void)args;
  session_data (session, span_text (info->value));
  return 0;
}

static gpg_error_t
info_nothing (struct session *session, const struct args *args,
              const struct info *info)
{
  (void)session;
  (void)args;
  (void)info;
  return 0;
}

static gpg_error_t
info_socket_name (struct session *session, const struct args *args,
                  const struct info *info)
{
  const char *name = hall_socket_name (session->hall);

  (void)args;
  (void)info;
  if (!*name)
    return because (&session->call, GPG_ERR_NO_DATA, "there is no socket");
  session_data (session, span_text (name));
  return 0;
}

static void
send_number (struct session *session, unsigned long number)
{
  char text[24];

  snprintf (text, sizeof text, "%lu", number);
  session_data (session, span_text (text));
}

static gpg_error_t
info_pid (struct session *session, const struct args *args,
          const struct info *info)
{
  (void)args;
  (void)info;
  send_number (session, (unsigned long)getpid ());
  return 0;
}

static gpg_error_t
info_connections (struct session *session, const struct args *args,
                  const struct info *info)
{
  (void)args;
  (void)info;
  send_number (session, hall_sessions (session->hall));
  return 0;
}

static int
compare_serials (const void *a, const void *b)
{
  return strcmp (a, b);
}

/* The cards' serial numbers in ascending order, with what the row adds to
 * each.  */
static gpg_error_t
info_cards (struct session *session, const struct args *args,
            const struct info *info)
{
  struct bytes serials = { 0 };
  struct virtual_card *card;
  char serial[SERIAL_SIZE];
  gpg_error_t err;
  size_t i, n;

  (void)args;
  current_load (session);
  for (n = 0; (card = card_set_at (session->cards, n)); n++)
    {
      card_serial (card, serial);
      bytes_add (&serials, serial, sizeof serial);
    }
  err = bytes_error (&serials);
  if (!err && n)
    qsort (serials.p, n, SERIAL_SIZE, compare_serials);
  for (i = 0; !err && i < n; i++)
    session_status (session, "SERIALNO", "%s%s",
                    (char *)serials.p + i * SERIAL_SIZE, info->value);
  bytes_drop (&serials);
  return err;
}

static gpg_error_t
info_active_apps (struct session *session, const struct args *args,
                  const struct info *info)
{
  struct current current;
  gpg_error_t err = current_card (session, &current);

  (void)args;
  if (!err)
    session_status (session, "SERIALNO", "%s%s", current.serial, info->value);
  return err;
}

static gpg_error_t
info_has_option (struct session *session, const struct args *args,
                 const struct info *info)
{
  const struct command *command = command_find (args_word (args, 1));

  (void)session;
  (void)info;
  if (command && command_has_option (command, args_word (args, 2)))
    return 0;
  return gpg_error (GPG_ERR_FALSE);
}

static gpg_error_t
info_unknown_number (struct session *session, const struct args *args,
                     const struct info *info)
{
  return because (&session->call, GPG_ERR_INV_VALUE, "no %s %.20s is known",
                  info->name, args_word (args, 1));
}

/* clang-format off */
static const struct info infos[] = {
  { "version",         info_value,          SHOWN_VERSION, 0 },
  { "socket_name",     info_socket_name,    NULL,          0 },
  { "pid",             info_pid,            NULL,          0 },
  { "connections",     info_connections,    NULL,          0 },
  { "status",          info_value,          "u",           0 },
  { "reader_list",     info_value,          "Cloud KMS\n", 0 },
  { "card_list",       info_cards,          "",            0 },
  { "app_list",        info_value,          "openpgp:\n",  0 },
  { "active_apps",     info_active_apps,    " openpgp",    0 },
  { "all_active_apps", info_cards,          " openpgp",    0 },
  { "deny_admin",      info_nothing,        NULL,          0 },
  { "dump_state",      info_nothing,        NULL,          0 },
  { "manufacturer",    info_unknown_number, NULL,          1 },
  { "apdu_strerror",   info_unknown_number, NULL,          1 },
  { "cmd_has_option",  info_has_option,     NULL,          2 },
};
/* clang-format on */

gpg_error_t
cmd_getinfo (struct session *session, const struct args *args)
{
  size_t i;

  for (i = 0; i < DIM (infos); i++)
    if (!strcmp (infos[i].name, args_word (args, 0)))
      {
        if (args->n == infos[i].args + 1)
          return infos[i].print (session, args, &infos[i]);
        return because (&session->call, GPG_ERR_ASS_PARAMETER,
                        "GETINFO %s takes %zu arguments", infos[i].name,
                        infos[i].args);
      }
  return because (&session->call, GPG_ERR_ASS_PARAMETER,
                  "unknown value for WHAT");
}

/* ---- The session ----  */

gpg_error_t
cmd_restart (struct session *session, const struct args *args)
{
  (void)args;
  session_reset (session);
  hall_unlock (session->hall, session->call.session_no);
  return 0;
}

gpg_error_t
cmd_reset (struct session *session, const struct args *args)
{
  session_reset (session);
  if (!args_option (args, "keep-lock"))
    hall_unlock (session->hall, session->call.session_no);
  return 0;
}

gpg_error_t
cmd_disconnect (struct session *session, const struct args *args)
{
  (void)session;
  (void)args;
  return 0;
}

gpg_error_t
cmd_lock (struct session *session, const struct args *args)
{
  bool waits = args_option (args, "wait") != NULL;

  while (!hall_lock (session->hall, session->call.session_no))
    if (!waits || !call_remaining_ms (&session->call)
        || !session_idle (session, LOCK_POLL_MS))
      return because (&session->call, GPG_ERR_LOCKED,
                      "another session has the lock");
  return 0;
}

gpg_error_t
cmd_unlock (struct session *session, const struct args *args)
{
  (void)args;
  if (hall_unlock (session->hall, session->call.session_no))
    return 0;
  return because (&session->call, GPG_ERR_NOT_LOCKED,
                  "this session has no lock");
}

/* ---- The daemon ----  */

gpg_error_t
cmd_random (struct session *session, const struct args *args)
{
  struct bytes random = { 0 };
  unsigned long n;
  gpg_error_t err;

  if (text_unsigned (args_word (args, 0), 1, RANDOM_MAX, &n))
    return because (&session->call, GPG_ERR_ASS_PARAMETER,
                    "RANDOM takes a number up to %d", RANDOM_MAX);
  bytes_add_random (&random, n);
  err = bytes_error (&random);
  if (!err)
    session_data (session, bytes_span (&random));
  bytes_drop (&random);
  return err;
}

/* "gpgconf --reload" and "gpgconf --kill" send this.  Ending here would let
 * gpg 2.2 fail for four seconds, so the daemon stays as long as it has a
 * pipe and its program is the installed one.  */
gpg_error_t
cmd_killscd (struct session *session, const struct args *args)
{
  (void)args;
  if (hall_is_outdated (session->hall))
    {
      assuan_set_flag (session->ctx, ASSUAN_FORCE_CLOSE, 1);
      server_stop ();
    }
  else
    hall_reload (session->hall);
  return 0;
}

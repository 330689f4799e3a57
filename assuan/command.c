/* SPDX-License-Identifier: GPL-3.0-or-later
 * The commands: one table, one way in, one parser for their arguments.  */

#include "config.h"

#include "assuan/command.h"

#include "assuan/hall.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* libassuan's table has room for 50 names, eight of them its own and one to
 * end the list.  Growing it goes wrong (2.5.5 to 3.0.2,
 * assuan_register_command).  */
#define COMMANDS_MAX 40

/* clang-format off */
static const struct command commands[] = {
  { "SERIALNO", cmd_serialno,
    "SERIALNO [--demand=SERIALNO] [--all] [APPTYPE]\n"
    "\n"
    "Select a card, the demanded one or the first, and tell its serial\n"
    "number.  The only APPTYPE is \"openpgp\".",
    0, 1, "demand= all", 0 },
  { "LEARN", cmd_learn,
    "LEARN [--force] [--keypairinfo] [--reread] [--multi]"
      " [--demand=SERIALNO] [KEYGRIP]\n"
    "\n"
    "Tell all about the card; with --keypairinfo about its keys only, with\n"
    "--multi about all cards, with KEYGRIP about that key only.",
    0, 1, "force keypairinfo reread multi demand=", 0 },
  { "SWITCHCARD", cmd_switchcard,
    "SWITCHCARD [SERIALNO]\n"
    "\n"
    "Select a card and tell its serial number.",
    0, 1, "", 0 },
  { "SWITCHAPP", cmd_switchapp,
    "SWITCHAPP [APPTYPE]\n"
    "\n"
    "Tell serial number and application of the card; the only application\n"
    "is \"openpgp\".",
    0, 1, "", 0 },
  { "KEYINFO", cmd_keyinfo,
    "KEYINFO [--list[=auth|encr|sign]] [--data] [KEYGRIP]\n"
    "\n"
    "Tell where the key is, or list the keys of all cards.",
    0, 1, "list? data", 0 },
  { "DEVINFO", cmd_devinfo,
    "DEVINFO [--watch]\n"
    "\n"
    "List the cards.  With --watch (on a socket only) the command lasts\n"
    "until the client says something else.",
    0, 0, "watch", 0 },
  { "GETATTR", cmd_getattr,
    "GETATTR NAME [KEYGRIP]\n"
    "\n"
    "Tell an attribute of the card, or of the card with that key.",
    1, 2, "", 0 },
  { "READKEY", cmd_readkey,
    "READKEY [--advanced] [--format=advanced|ssh] [--info|--info-only]"
      " [--] KEY\n"
    "\n"
    "Give the public key as canonical S-expression or as text.  KEY is\n"
    "OPENPGP.1, OPENPGP.2, OPENPGP.3 or a keygrip.",
    1, 1, "advanced format= info info-only", 0 },
  { "READCERT", cmd_readcert,
    "READCERT KEY\n"
    "\n"
    "There are no X.509 certificates.",
    1, 1, "", 0 },
  { "SETDATA", cmd_setdata,
    "SETDATA [--append] HEX\n"
    "\n"
    "Set the data for the next PKSIGN, PKAUTH or PKDECRYPT.",
    1, 1, "append", COMMAND_PRIVATE },
  { "PKSIGN", cmd_pksign,
    "PKSIGN [--hash=NAME] [--] KEY\n"
    "\n"
    "Sign the data, a DigestInfo or a bare digest of the named hash.",
    1, 1, "hash=", COMMAND_LOUD },
  { "PKAUTH", cmd_pkauth,
    "PKAUTH KEY\n"
    "\n"
    "Sign the data with a key for authentication.",
    1, 1, "challenge-response", COMMAND_LOUD },
  { "PKDECRYPT", cmd_pkdecrypt,
    "PKDECRYPT KEY\n"
    "\n"
    "Give the point that the key and the data, another point, share.",
    1, 1, "", COMMAND_LOUD },
  { "CHECKPIN", cmd_checkpin,
    "CHECKPIN ID\n"
    "\n"
    "There is no PIN, so it is always right.",
    1, 1, "", COMMAND_PRIVATE },
  { "GETINFO", cmd_getinfo,
    "GETINFO WHAT\n"
    "\n"
    "version, socket_name, pid, connections, status, reader_list,\n"
    "card_list, app_list, active_apps, all_active_apps, deny_admin,\n"
    "dump_state, manufacturer N, apdu_strerror N,\n"
    "cmd_has_option COMMAND OPTION.",
    1, 3, "", 0 },
  { "LOCK", cmd_lock,
    "LOCK [--wait]\n"
    "\n"
    "Take the advisory lock, which keeps no other session from signing.",
    0, 0, "wait", 0 },
  { "UNLOCK", cmd_unlock,
    "UNLOCK\n"
    "\n"
    "Give the advisory lock back.",
    0, 0, "", 0 },
  { "RANDOM", cmd_random,
    "RANDOM N\n"
    "\n"
    "Give N random bytes, 4096 at most.",
    1, 1, "", 0 },
  { "RESTART", cmd_restart,
    "RESTART\n"
    "\n"
    "Forget what this session has set; the process goes on.",
    0, 0, "", 0 },
  { "RESET", cmd_reset,
    "RESET [--keep-lock]\n"
    "\n"
    "Forget what this session has set.",
    0, 0, "keep-lock", 0 },
  { "DISCONNECT", cmd_disconnect,
    "DISCONNECT\n"
    "\n"
    "There is no reader to disconnect from.",
    0, 0, "", 0 },
  { "KILLSCD", cmd_killscd,
    "KILLSCD\n"
    "\n"
    "Read the configuration anew; end only if the program was replaced or\n"
    "there is no pipe to gpg-agent.",
    0, 0, "", 0 },
  { "SETATTR", cmd_refuse,
    "SETATTR [--inquire] NAME VALUE\n"
    "\n"
    "Not supported.",
    1, 2, "inquire", COMMAND_PRIVATE },
  { "WRITEKEY", cmd_refuse,
    "WRITEKEY [--force] KEY\n"
    "\n"
    "Not supported: keys are made in the key management service.",
    1, 1, "force", 0 },
  { "GENKEY", cmd_refuse,
    "GENKEY [--force] [--timestamp=TIME] [--algo=NAME] KEY\n"
    "\n"
    "Not supported: keys are made in the key management service.",
    1, 1, "force timestamp= algo=", 0 },
  { "WRITECERT", cmd_refuse,
    "WRITECERT KEY\n"
    "\n"
    "Not supported.",
    1, 1, "", 0 },
  { "PASSWD", cmd_refuse,
    "PASSWD [--reset] [--nullpin] [--clear] CHV [KEYGRIP]\n"
    "\n"
    "Not supported: there is no PIN.",
    1, 2, "reset nullpin clear", COMMAND_PRIVATE },
  { "APDU", cmd_refuse,
    "APDU [--atr] [--dump-atr] [--data-atr] [--more] [--exlen[=N]] [HEX]\n"
    "\n"
    "Not supported: there is no chip.",
    0, 1, "atr dump-atr data-atr more exlen?", COMMAND_PRIVATE },
  { "INPUT", cmd_no_descriptors,
    "INPUT FD[=N]\n"
    "\n"
    "Not implemented.",
    0, 1, "", 0 },
  { "OUTPUT", cmd_no_descriptors,
    "OUTPUT FD[=N]\n"
    "\n"
    "Not implemented.",
    0, 1, "", 0 },
};
/* clang-format on */

_Static_assert(DIM (commands) <= COMMANDS_MAX,
               "more commands than libassuan has room for");

const struct command *
command_at (size_t i)
{
  return i < DIM (commands) ? &commands[i] : NULL;
}

const struct command *
command_find (const char *name)
{
  size_t i;

  for (i = 0; i < DIM (commands); i++)
    if (!strcasecmp (commands[i].name, name))
      return &commands[i];
  return NULL;
}

/* ---- Arguments ----  */

/* What stands behind NAME, of N bytes, in an option specification: ' ',
 * '=' or '?'.  0: no such option.  */
static char
option_kind (const char *spec, const char *name, size_t n)
{
  while (*spec)
    {
      size_t len = strcspn (spec, " =?");
      char kind = spec[len] ? spec[len] : ' ';

      if (len == n && !memcmp (spec, name, n))
        return kind;
      spec += len;
      spec += strspn (spec, " =?");
    }
  return 0;
}

bool
command_has_option (const struct command *command, const char *option)
{
  return option_kind (command->options, option, strlen (option)) != 0;
}

/* WORD, without its dashes, is taken apart.  */
static gpg_error_t
add_option (const struct command *command, char *word, struct call *call,
            struct args *args)
{
  size_t n = strcspn (word, "=");
  char kind = option_kind (command->options, word, n);
  bool valued = word[n] == '=';

  word[n] = 0;
  if (!kind)
    return because (call, GPG_ERR_ASS_PARAMETER, "%s has no option --%.40s",
                    command->name, word);
  if ((kind == ' ' && valued) || (kind == '=' && !valued))
    return because (call, GPG_ERR_ASS_PARAMETER, "option --%s takes %s value",
                    word, valued ? "no" : "a");
  if (args_option (args, word) || args->options == DIM (args->option))
    return because (call, GPG_ERR_ASS_PARAMETER, "option --%s given twice",
                    word);
  args->option[args->options].name = word;
  args->option[args->options].value = valued ? word + n + 1 : "";
  args->options++;
  return 0;
}

gpg_error_t
args_parse (const struct command *command, const char *line, struct call *call,
            struct args *r_args)
{
  bool no_more_options = false;
  char *word, *next;
  gpg_error_t err;

  memset (r_args, 0, sizeof *r_args);
  if (strlen (line) >= sizeof r_args->text)
    return gpg_error (GPG_ERR_ASS_LINE_TOO_LONG);
  strcpy (r_args->text, line);
  word = strtok_r (r_args->text, " \t", &next);
  for (; word; word = strtok_r (NULL, " \t", &next))
    if (!no_more_options && !strcmp (word, "--"))
      no_more_options = true;
    else if (!no_more_options && !strncmp (word, "--", 2))
      {
        err = r_args->n ? because (call, GPG_ERR_ASS_PARAMETER,
                                   "option %.40s after an argument", word)
                        : add_option (command, word + 2, call, r_args);
        if (err)
          return err;
      }
    else if (r_args->n < command->max_args)
      r_args->word[r_args->n++] = word;
    else
      return because (call, GPG_ERR_ASS_PARAMETER, "%s: too many arguments",
                      command->name);
  if (r_args->n < command->min_args)
    return because (call, GPG_ERR_ASS_PARAMETER, "%s: argument missing",
                    command->name);
  return 0;
}

const char *
args_word (const struct args *args, size_t n)
{
  return n < args->n ? args->word[n] : NULL;
}

const char *
args_option (const struct args *args, const char *name)
{
  size_t i;

  for (i = 0; i < args->options; i++)
    if (!strcmp (args->option[i].name, name))
      return args->option[i].value;
  return NULL;
}

/* ---- The trampoline ----  */

/* Parse and run.  Once the hall stops, a line that was read ahead is not
 * begun any more.  */
static gpg_error_t
carry_out (struct session *session, const struct command *command,
           const char *line)
{
  struct args args;
  gpg_error_t err;

  if (hall_is_stopping (session->hall))
    {
      assuan_set_flag (session->ctx, ASSUAN_FORCE_CLOSE, 1);
      return gpg_error (GPG_ERR_NOT_OPERATIONAL);
    }
  err = args_parse (command, line, &session->call, &args);
  if (err)
    return err;
  if (args.n && !(command->flags & COMMAND_PRIVATE))
    snprintf (session->about, sizeof session->about, " %s", args.word[0]);
  log_trace (&session->call, LOG_IPC, "C %s %s", command->name,
             command->flags & COMMAND_PRIVATE ? "[...]" : line);
  err = command->run (session, &args);
  return err ? err : session->write_error;
}

static void
log_result (const struct session *session, const struct command *command,
            gpg_error_t err, unsigned int ms)
{
  const struct call *call = &session->call;

  if (!err)
    log_note (call, "%s%s ok %u ms", command->name, session->about, ms);
  else if (command->flags & COMMAND_LOUD)
    log_fault (call, "%s%s failed %u ms: %s", command->name, session->about,
               ms, call_why (call, err));
  else
    log_note (call, "%s%s failed %u ms: %s", command->name, session->about, ms,
              call_why (call, err));
}

/* libassuan's handler for every command.  It keeps the text of set_error
 * beyond the command and shows it for whatever fails later with the same
 * code: so each failure sets its own reason, or none.  */
static gpg_error_t
trampoline (assuan_context_t ctx, char *line)
{
  struct session *session = assuan_get_pointer (ctx);
  const struct command *command = command_find (assuan_get_command_name (ctx));
  struct call *call = &session->call;
  int64_t started;
  gpg_error_t err;

  call_renew (call, hall_settings (session->hall)->operation_timeout_ms);
  call->command_no++;
  started = call_mono_ms (call);
  session->about[0] = 0;
  session->write_error = 0;
  session->cards = hall_cards (session->hall);

  err = carry_out (session, command, line);

  card_set_unref (session->cards);
  session->cards = NULL;
  log_result (session, command, err,
              (unsigned int)(call_mono_ms (call) - started));
  if (err)
    assuan_set_error (ctx, err, call->reason_for == err ? call->reason : NULL);
  return err;
}

gpg_error_t
commands_register (assuan_context_t ctx)
{
  gpg_error_t err = 0;
  size_t i;

  for (i = 0; !err && i < DIM (commands); i++)
    err = assuan_register_command (ctx, commands[i].name, trampoline,
                                   commands[i].help);
  return err;
}

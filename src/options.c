/* SPDX-License-Identifier: GPL-3.0-or-later
 * The option table: command line, configuration files, defaults.  */

#include "config.h"

#define GPGRT_ENABLE_ARGPARSE_MACROS 1

#include "options.h"

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "keyline.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */

enum option_id
{
  O_VERBOSE = 'v',
  O_QUIET = 'q',
  O_SERVER = 500, O_MULTI_SERVER, O_DAEMON, O_CHECK, O_GPGCONF_LIST,
  O_GPGCONF_TEST, O_NO_DETACH, O_NO_GREETING, O_HOMEDIR, O_OPTIONS,
  O_NO_OPTIONS, O_DEBUG, O_LOG_FILE, O_KEY, O_REGION, O_PROFILE,
  O_ENDPOINT_URL, O_CA_BUNDLE, O_KNOWN_KEYS, O_REFUSE_NEW_KEYS, O_ALLOW_HASH,
  O_CONNECT_TIMEOUT, O_REQUEST_TIMEOUT, O_OPERATION_TIMEOUT, O_MAX_SESSIONS
};

static gpgrt_opt_t option_table[] = {
  ARGPARSE_group (300, "@Commands:\n "),
  ARGPARSE_c (O_MULTI_SERVER, "multi-server",
              "serve gpg-agent: a pipe and a socket"),
  ARGPARSE_c (O_SERVER, "server", "serve standard input and output only"),
  ARGPARSE_c (O_DAEMON, "daemon", "serve the socket only, in the foreground"),
  ARGPARSE_c (O_CHECK, "check", "ask the KMS for each key and show it"),
  ARGPARSE_c (O_GPGCONF_LIST, "gpgconf-list", "@"),
  ARGPARSE_c (O_GPGCONF_TEST, "gpgconf-test", "@"),

  ARGPARSE_group (301, "@\nOptions:\n "),
  ARGPARSE_s_s (O_KEY, "key", "|URI ...|present this key as a card"),
  ARGPARSE_s_s (O_REGION, "region", "|NAME|the AWS region of the keys"),
  ARGPARSE_s_s (O_PROFILE, "profile", "|NAME|take credentials from profile "
                "NAME alone"),
  ARGPARSE_s_s (O_ENDPOINT_URL, "endpoint-url", "|URL|where AWS KMS is"),
  ARGPARSE_s_s (O_CA_BUNDLE, "ca-bundle", "|FILE|trust these CAs only"),
  ARGPARSE_s_s (O_KNOWN_KEYS, "known-keys", "|FILE|where keys are pinned"),
  ARGPARSE_s_n (O_REFUSE_NEW_KEYS, "refuse-new-keys",
                "use pinned keys only"),
  ARGPARSE_s_s (O_ALLOW_HASH, "allow-hash", "|LIST|sign these hashes only"),
  ARGPARSE_s_s (O_CONNECT_TIMEOUT, "connect-timeout", "|SEC|default 3"),
  ARGPARSE_s_s (O_REQUEST_TIMEOUT, "request-timeout", "|SEC|default 10"),
  ARGPARSE_s_s (O_OPERATION_TIMEOUT, "operation-timeout",
                "|SEC|for a whole signature, default 30"),
  ARGPARSE_s_s (O_MAX_SESSIONS, "max-sessions", "|N|default 256"),
  ARGPARSE_s_n (O_VERBOSE, "verbose", "log every command"),
  ARGPARSE_s_n (O_QUIET, "quiet", "log failures only (the default)"),
  ARGPARSE_s_s (O_DEBUG, "debug", "|LIST|log ipc, http, creds, card or all"),
  ARGPARSE_s_s (O_LOG_FILE, "log-file", "|FILE|log to FILE or socket://"),
  ARGPARSE_s_s (O_HOMEDIR, "homedir", "|DIR|the GnuPG home directory"),
  ARGPARSE_conffile (O_OPTIONS, "options", "|FILE|read options from FILE"),
  ARGPARSE_noconffile (O_NO_OPTIONS, "no-options", "read no options file"),
  ARGPARSE_s_n (O_NO_DETACH, "no-detach", "@"),
  ARGPARSE_s_n (O_NO_GREETING, "no-greeting", "@"),
  ARGPARSE_end ()
};

/* What an option does to struct options.  */
enum setting_kind
{
  SET_MODE,     /* mode = value */
  SET_FLAG,     /* a bool = value */
  SET_TEXT,     /* a string */
  SET_SECONDS,  /* milliseconds, from 1 second to VALUE seconds */
  SET_NUMBER,   /* from 1 to VALUE */
  SET_TOPICS,
  SET_HASHES,
  SET_KEY,
  SET_NOTHING   /* dealt with elsewhere, or what we do anyway */
};

#define AT(member) offsetof (struct options, member)

static const struct setting
{
  int id;
  enum setting_kind kind;
  size_t offset;
  unsigned int value;
} settings[] = {
  { O_SERVER,            SET_MODE,    AT (mode), MODE_SERVER },
  { O_MULTI_SERVER,      SET_MODE,    AT (mode), MODE_MULTI_SERVER },
  { O_DAEMON,            SET_MODE,    AT (mode), MODE_DAEMON },
  { O_CHECK,             SET_MODE,    AT (mode), MODE_CHECK },
  { O_GPGCONF_LIST,      SET_MODE,    AT (mode), MODE_GPGCONF_LIST },
  { O_GPGCONF_TEST,      SET_MODE,    AT (mode), MODE_GPGCONF_TEST },
  { O_VERBOSE,           SET_FLAG,    AT (verbose), true },
  { O_QUIET,             SET_FLAG,    AT (verbose), false },
  { O_REFUSE_NEW_KEYS,   SET_FLAG,    AT (refuse_new_keys), true },
  { O_LOG_FILE,          SET_TEXT,    AT (log_file), 0 },
  { O_REGION,            SET_TEXT,    AT (region), 0 },
  { O_PROFILE,           SET_TEXT,    AT (profile), 0 },
  { O_ENDPOINT_URL,      SET_TEXT,    AT (endpoint_url), 0 },
  { O_CA_BUNDLE,         SET_TEXT,    AT (ca_bundle), 0 },
  { O_KNOWN_KEYS,        SET_TEXT,    AT (known_keys), 0 },
  { O_CONNECT_TIMEOUT,   SET_SECONDS, AT (connect_timeout_ms), 600 },
  { O_REQUEST_TIMEOUT,   SET_SECONDS, AT (request_timeout_ms), 600 },
  { O_OPERATION_TIMEOUT, SET_SECONDS, AT (operation_timeout_ms), 600 },
  { O_MAX_SESSIONS,      SET_NUMBER,  AT (max_sessions), 4096 },
  { O_DEBUG,             SET_TOPICS,  AT (debug), 0 },
  { O_ALLOW_HASH,        SET_HASHES,  AT (hashes), 0 },
  { O_KEY,               SET_KEY,     AT (keys), 0 },
  { O_HOMEDIR,           SET_NOTHING, 0, 0 },
  { O_NO_DETACH,         SET_NOTHING, 0, 0 },
  { O_NO_GREETING,       SET_NOTHING, 0, 0 },
};

/* gpgrt says only that something is wrong with a line of a file.  */
static const struct { int code; const char *text; } parse_problems[] = {
  { ARGPARSE_INVALID_OPTION,   "unknown option" },
  { ARGPARSE_INVALID_COMMAND,  "unknown option" },
  { ARGPARSE_AMBIGUOUS_OPTION, "ambiguous option" },
  { ARGPARSE_MISSING_ARG,      "the option needs a value" },
  { ARGPARSE_UNEXPECTED_ARG,   "the option takes no value" },
  { ARGPARSE_INVALID_ARG,      "invalid value" },
  { ARGPARSE_KEYWORD_TOO_LONG, "the word is too long" },
  { ARGPARSE_READ_ERROR,       "cannot be read" },
  { ARGPARSE_NO_CONFFILE,      "no such file" },
  { ARGPARSE_OUT_OF_CORE,      "out of memory" },
};

/* clang-format on */

const char *
options_strusage (int level)
{
  switch (level)
    {
    case 9:
      return "GPL-3.0-or-later";
    case 11:
      return "kms-scdaemon";
    case 13:
      return PACKAGE_VERSION;
    case 14:
      return "Copyright (C) 2026 The kms-scdaemon authors";
    case 40:
    case 1:
      return "Usage: kms-scdaemon [options] (-h for help)";
    case 41:
      return "Syntax: kms-scdaemon [options] [command]\n"
             "Smart-card daemon for GnuPG whose keys live in AWS KMS\n";
    default:
      return NULL;
    }
}

/* ---- One option ----  */

/* Where in the configuration the parser is.  */
struct place
{
  char *file; /* NULL: the command line.  */
  unsigned int line;
};

/* "FILE:LINE", or "command line".  */
static void
add_place (struct bytes *out, const struct place *place)
{
  const char *base;

  if (!place->file)
    {
      bytes_add_str (out, "command line");
      return;
    }
  base = strrchr (place->file, '/');
  bytes_add_fmt (out, "%s:%u", base ? base + 1 : place->file, place->line);
}

static gpg_error_t
bad_option (struct call *call, const struct place *place, const char *what)
{
  struct bytes where = { 0 };
  gpg_error_t err;

  add_place (&where, place);
  call_forget (call);
  err = because (call, GPG_ERR_CONFIGURATION, "%s: %s", bytes_text (&where),
                 what);
  bytes_drop (&where);
  return err;
}

static gpg_error_t
add_key (struct options *options, const struct place *place, const char *text)
{
  struct key_option *key = calloc (1, sizeof *key);
  struct key_option **at = &options->keys;
  struct bytes where = { 0 };

  if (!key)
    return gpg_error (GPG_ERR_ENOMEM);
  while (*at)
    at = &(*at)->next;
  *at = key;
  add_place (&where, place);
  key->text = strdup (text);
  key->where = strdup (bytes_text (&where));
  bytes_drop (&where);
  return key->text && key->where ? 0 : gpg_error (GPG_ERR_ENOMEM);
}

static gpg_error_t
set_number (struct call *call, const struct place *place, const char *value,
            const struct setting *setting, unsigned int unit, void *member)
{
  unsigned long number;

  if (text_unsigned (value, 1, setting->value, &number))
    return bad_option (call, place, "the value is not a number in range");
  *(unsigned int *)member = (unsigned int)number * unit;
  return 0;
}

/* Do what SETTING says with VALUE.  */
static gpg_error_t
apply (struct call *call, const struct place *place,
       const struct setting *setting, const char *value,
       struct options *options)
{
  void *member = (char *)options + setting->offset;
  char *copy;

  switch (setting->kind)
    {
    case SET_MODE:
      *(enum run_mode *)member = (enum run_mode)setting->value;
      return 0;
    case SET_FLAG:
      *(bool *)member = setting->value;
      return 0;
    case SET_TEXT:
      copy = strdup (value);
      if (!copy)
        return gpg_error (GPG_ERR_ENOMEM);
      free (*(char **)member);
      *(char **)member = copy;
      return 0;
    case SET_SECONDS:
      return set_number (call, place, value, setting, 1000, member);
    case SET_NUMBER:
      return set_number (call, place, value, setting, 1, member);
    case SET_TOPICS:
      return log_topics_parse (value, member)
               ? bad_option (call, place, "debug takes ipc,http,creds,card")
               : 0;
    case SET_HASHES:
      return hash_list_parse (call, value, member)
               ? bad_option (call, place, "allow-hash takes hash names")
               : 0;
    case SET_KEY:
      return add_key (options, place, value);
    case SET_NOTHING:
      break;
    }
  return 0;
}

/* ---- The files and the command line ----  */

/* --homedir decides where the user's file is, so it comes first.  */
static const char *
find_homedir (int argc, char **argv)
{
  const char *found = NULL;
  int i;

  for (i = 1; i < argc && strcmp (argv[i], "--"); i++)
    if (text_starts (argv[i], "--homedir="))
      found = argv[i] + strlen ("--homedir=");
    else if (!strcmp (argv[i], "--homedir") && i + 1 < argc)
      found = argv[++i];
  return found ? found : getenv ("GNUPGHOME");
}

/* The directory as an absolute path: gpg-agent gives one, people may not.  */
static gpg_error_t
set_homedir (int argc, char **argv, struct options *options)
{
  const char *dir = find_homedir (argc, argv);
  char cwd[PATH_MAX];

  if (!dir || !*dir)
    {
      const char *home = getenv ("HOME");

      options->homedir = file_join (home ? home : "", ".gnupg");
    }
  else if (*dir == '/')
    options->homedir = strdup (dir);
  else if (getcwd (cwd, sizeof cwd))
    options->homedir = file_join (cwd, dir);
  return options->homedir ? 0 : gpg_error (GPG_ERR_ENOMEM);
}

/* One result of the parser.  */
static gpg_error_t
take_result (struct call *call, gpgrt_argparse_t *args, struct place *place,
             struct options *options)
{
  size_t i;

  place->line = args->lineno;
  if (args->r_opt == ARGPARSE_CONFFILE)
    {
      free (place->file);
      place->file
        = args->r_type && args->r.ret_str ? strdup (args->r.ret_str) : NULL;
      return 0;
    }
  if (args->r_opt < 0 && !place->file)
    {
      /* Printed, and the process ended with 2, when the parser is called
       * next, as every GnuPG program does.  */
      args->err = ARGPARSE_PRINT_ERROR;
      return 0;
    }
  for (i = 0; args->r_opt < 0 && i < DIM (parse_problems); i++)
    if (parse_problems[i].code == args->r_opt)
      return bad_option (call, place, parse_problems[i].text);
  for (i = 0; i < DIM (settings); i++)
    if (settings[i].id == args->r_opt)
      return apply (call, place, &settings[i],
                    args->r_type ? args->r.ret_str : NULL, options);
  return bad_option (call, place, "syntax error");
}

static void
set_defaults (struct options *options)
{
  memset (options, 0, sizeof *options);
  options->connect_timeout_ms = 3000;
  options->request_timeout_ms = 10000;
  options->operation_timeout_ms = 30000;
  options->max_sessions = 256;
}

gpg_error_t
options_read (struct call *call, int argc, char **argv,
              struct options *r_options)
{
  gpgrt_argparse_t args = {
    .argc = &argc,
    .argv = &argv,
    .flags = ARGPARSE_FLAG_KEEP | ARGPARSE_FLAG_SYS | ARGPARSE_FLAG_USER,
  };
  struct place place = { NULL, 0 };
  struct call later = *call;
  gpg_error_t next;
  gpg_error_t err;

  set_defaults (r_options);
  err = set_homedir (argc, argv, r_options);
  if (err)
    return err;
  gpgrt_set_confdir (GPGRT_CONFDIR_SYS, SYSTEM_DIR);
  gpgrt_set_confdir (GPGRT_CONFDIR_USER, r_options->homedir);
  /* The command line comes last and must be seen whatever a file holds: it
   * says whether gpg-agent has started us.  */
  while (gpgrt_argparser (&args, option_table, CONFIG_NAME))
    {
      next = take_result (err ? &later : call, &args, &place, r_options);
      if (!err)
        err = next;
    }
  gpgrt_argparser (&args, NULL, NULL);
  free (place.file);
  if (!err && !r_options->known_keys)
    {
      r_options->known_keys = file_join (r_options->homedir, KNOWN_KEYS_NAME);
      if (!r_options->known_keys)
        err = gpg_error (GPG_ERR_ENOMEM);
    }
  return err;
}

void
options_free (struct options *options)
{
  struct key_option *key;

  while ((key = options->keys))
    {
      options->keys = key->next;
      free (key->text);
      free (key->where);
      free (key);
    }
  free (options->homedir);
  free (options->log_file);
  free (options->region);
  free (options->profile);
  free (options->endpoint_url);
  free (options->ca_bundle);
  free (options->known_keys);
  memset (options, 0, sizeof *options);
}

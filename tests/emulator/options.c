/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command line of kms-emulator.  */

#include "config.h"

#include "tests/emulator/options.h"

#include "base/text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  OPT_PORT = 256,
  OPT_PORT_FILE,
  OPT_TLS_CERT,
  OPT_TLS_KEY,
  OPT_SEED,
  OPT_REGION,
  OPT_ACCOUNT,
  OPT_KEY,
  OPT_ACCESS_KEY,
  OPT_SECRET_KEY,
  OPT_SESSION_SECONDS,
  OPT_LATENCY_MS,
  OPT_VERBOSE,
  OPT_HELP,
  OPT_VERSION
};

/* clang-format off */
static const struct option long_options[] = {
  { "port",            required_argument, NULL, OPT_PORT },
  { "port-file",       required_argument, NULL, OPT_PORT_FILE },
  { "tls-cert",        required_argument, NULL, OPT_TLS_CERT },
  { "tls-key",         required_argument, NULL, OPT_TLS_KEY },
  { "seed",            required_argument, NULL, OPT_SEED },
  { "region",          required_argument, NULL, OPT_REGION },
  { "account",         required_argument, NULL, OPT_ACCOUNT },
  { "key",             required_argument, NULL, OPT_KEY },
  { "access-key",      required_argument, NULL, OPT_ACCESS_KEY },
  { "secret-key",      required_argument, NULL, OPT_SECRET_KEY },
  { "session-seconds", required_argument, NULL, OPT_SESSION_SECONDS },
  { "latency-ms",      required_argument, NULL, OPT_LATENCY_MS },
  { "verbose",         no_argument,       NULL, OPT_VERBOSE },
  { "help",            no_argument,       NULL, OPT_HELP },
  { "version",         no_argument,       NULL, OPT_VERSION },
  { NULL, 0, NULL, 0 },
};
/* clang-format on */

static const char help[]
  = "Usage: kms-emulator [OPTION]...\n"
    "A strict stand-in for AWS KMS and STS on 127.0.0.1, for tests.\n"
    "\n"
    "  --port N             listen there (0, the default: any free port)\n"
    "  --port-file FILE     write the port there once ready\n"
    "  --tls-cert FILE      PEM certificate; needs --tls-key\n"
    "  --tls-key FILE       PEM key of that certificate\n"
    "  --seed TEXT          what all keys are derived from\n"
    "  --region R           default eu-west-1\n"
    "  --account ID         default 111122223333\n"
    "  --key ALIAS=SPEC[:USAGE]\n"
    "                       a key, e.g. alias/acme=ECC_NIST_P256; repeatable\n"
    "  --access-key ID      default AKIAEMULATOREXAMPLE\n"
    "  --secret-key SECRET  default emulator-secret-key\n"
    "  --session-seconds N  life of temporary credentials, default 3600\n"
    "  --latency-ms N       answer every call that late\n"
    "  --verbose            one line per call on stderr\n"
    "  --help, --version\n";

static gpg_error_t
take_number (const char *name, const char *text, unsigned long max,
             unsigned long *r_value)
{
  gpg_error_t err = text_unsigned (text, 0, max, r_value);

  if (err)
    fprintf (stderr, "kms-emulator: --%s: '%s' is not a number up to %lu\n",
             name, text, max);
  return err;
}

static gpg_error_t
take_key (struct options *options, const char *text)
{
  if (options->n_keys == MAX_KEYS)
    {
      fprintf (stderr, "kms-emulator: more than %d keys\n", MAX_KEYS);
      return gpg_error (GPG_ERR_TOO_MANY);
    }
  options->keys[options->n_keys++] = text;
  return 0;
}

static gpg_error_t
take_option (struct options *options, int option, const char *name,
             const char *value)
{
  switch (option)
    {
    case OPT_PORT:
      return take_number (name, value, 65535, &options->port);
    case OPT_SESSION_SECONDS:
      return take_number (name, value, 43200, &options->session_seconds);
    case OPT_LATENCY_MS:
      return take_number (name, value, 3600000, &options->latency_ms);
    case OPT_KEY:
      return take_key (options, value);
    case OPT_PORT_FILE:
      options->port_file = value;
      break;
    case OPT_TLS_CERT:
      options->tls_cert = value;
      break;
    case OPT_TLS_KEY:
      options->tls_key = value;
      break;
    case OPT_SEED:
      options->seed = value;
      break;
    case OPT_REGION:
      options->region = value;
      break;
    case OPT_ACCOUNT:
      options->account = value;
      break;
    case OPT_ACCESS_KEY:
      options->access_key = value;
      break;
    case OPT_SECRET_KEY:
      options->secret_key = value;
      break;
    case OPT_VERBOSE:
      options->verbose = true;
      break;
    default: /* getopt has told what is wrong.  */
      return gpg_error (GPG_ERR_UNKNOWN_OPTION);
    }
  return 0;
}

static const char *
problem_of (const struct options *options)
{
  const char *account = options->account;

  if (strlen (account) != 12 || account[strspn (account, "0123456789")])
    return "--account: not twelve digits";
  if (!*options->region
      || options->region[strspn (options->region,
                                 "abcdefghijklmnopqrstuvwxyz0123456789-")])
    return "--region: not a region's name";
  if (!options->tls_cert != !options->tls_key)
    return "--tls-cert and --tls-key go together";
  if (!*options->access_key || !*options->secret_key)
    return "--access-key and --secret-key must not be empty";
  return NULL;
}

gpg_error_t
options_parse (struct options *options, int argc, char **argv, int *r_status)
{
  const char *problem;
  gpg_error_t err = 0;
  int option, which;

  memset (options, 0, sizeof *options);
  options->seed = "kms-emulator";
  options->region = "eu-west-1";
  options->account = "111122223333";
  options->access_key = "AKIAEMULATOREXAMPLE";
  options->secret_key = "emulator-secret-key";
  options->session_seconds = 3600;
  *r_status = 2;
  while (!err
         && (option = getopt_long (argc, argv, "", long_options, &which))
              != -1)
    {
      if (option == OPT_HELP || option == OPT_VERSION)
        {
          fputs (option == OPT_HELP ? help
                                    : "kms-emulator " PACKAGE_VERSION "\n",
                 stdout);
          *r_status = 0;
          return gpg_error (GPG_ERR_CANCELED);
        }
      err = take_option (options, option,
                         option < 256 ? "" : long_options[which].name, optarg);
    }
  if (err)
    return err;
  problem
    = optind < argc ? "arguments are not expected" : problem_of (options);
  if (!problem)
    return 0;
  fprintf (stderr, "kms-emulator: %s\n", problem);
  return gpg_error (GPG_ERR_INV_ARG);
}

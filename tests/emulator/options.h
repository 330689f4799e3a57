/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command line of kms-emulator.  */

#ifndef EMULATOR_OPTIONS_H
#define EMULATOR_OPTIONS_H

#include "base/bytes.h"

#define MAX_KEYS 256

/* All strings are borrowed from argv.  */
struct options
{
  unsigned long port;
  const char *port_file;
  const char *tls_cert;
  const char *tls_key;
  const char *seed;
  const char *region;
  const char *account;
  const char *keys[MAX_KEYS];
  size_t n_keys;
  const char *access_key;
  const char *secret_key;
  unsigned long session_seconds;
  unsigned long latency_ms;
  bool verbose;
};

/* 0: go on; else main returns R_STATUS, --help and --version having been
 * printed, or the mistake told on stderr.  */
gpg_error_t options_parse (struct options *options, int argc, char **argv,
                           int *r_status);

#endif /* EMULATOR_OPTIONS_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * The option table: command line, configuration files, defaults.  */

#ifndef OPTIONS_H
#define OPTIONS_H

#include "base/call.h"

#include <stddef.h>

#define CONFIG_NAME "kms-scdaemon.conf"
#define KNOWN_KEYS_NAME "kms-scdaemon.keys"
#define SYSTEM_DIR "/etc/gnupg"

enum run_mode
{
  MODE_NONE,
  MODE_SERVER,       /* fd 0 and 1 only.  */
  MODE_MULTI_SERVER, /* And a socket: how gpg-agent starts us.  */
  MODE_DAEMON,       /* The socket only.  */
  MODE_CHECK,
  MODE_GPGCONF_LIST,
  MODE_GPGCONF_TEST
};

/* A `key` line and where it stands: "kms-scdaemon.conf:3".  */
struct key_option
{
  struct key_option *next;
  char *text;
  char *where;
};

struct options
{
  enum run_mode mode;
  bool verbose;
  unsigned int debug; /* LOG_ bits.  */
  char *homedir;      /* Absolute.  */
  char *log_file;
  char *region;
  char *profile;
  char *endpoint_url;
  char *ca_bundle;
  char *known_keys;
  bool refuse_new_keys;
  unsigned int hashes; /* Bits 1 << HASH_xxx; 0 = all.  */
  unsigned int connect_timeout_ms;
  unsigned int request_timeout_ms;
  unsigned int operation_timeout_ms;
  unsigned int max_sessions;
  struct key_option *keys;
};

/* Read the system's and the user's file and the command line, later ones
 * winning.  CALL gets the reason of a failure: "FILE:LINE: what".  Unknown
 * words on the command line, --help and --version end the process as they
 * do in GnuPG.  Free the result in every case.  */
gpg_error_t options_read (struct call *call, int argc, char **argv,
                          struct options *r_options);
void options_free (struct options *options);

/* For gpgrt: --version and --help texts.  */
const char *options_strusage (int level);

#endif /* OPTIONS_H */

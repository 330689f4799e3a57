/* SPDX-License-Identifier: GPL-3.0-or-later
 * The commands: one table, one way in, one parser for their arguments.  */

#ifndef ASSUAN_COMMAND_H
#define ASSUAN_COMMAND_H

#include "assuan/session.h"

#define ARGS_MAX 3

/* A command's arguments, parsed; all words look into TEXT.  */
struct args
{
  char text[ASSUAN_LINELENGTH];
  size_t n;
  const char *word[ARGS_MAX];
  size_t options;
  struct
  {
    const char *name;  /* Without the dashes.  */
    const char *value; /* "" if none was given.  */
  } option[8];
};

enum command_flags
{
  COMMAND_PRIVATE = 1, /* Arguments stay out of the log.  */
  COMMAND_LOUD = 2     /* Failures are logged always: gpg tells its user the
                          number only.  */
};

struct command
{
  const char *name;
  gpg_error_t (*run) (struct session *session, const struct args *args);
  const char *help; /* The first line is the synopsis.  */
  size_t min_args;
  size_t max_args;
  const char *options; /* "all demand= list?": a word, with a value, with
                          or without one.  */
  unsigned int flags;
};

/* For table walks: NULL behind the last one.  */
const struct command *command_at (size_t i);

/* In any case; NULL for an unknown name.  */
const struct command *command_find (const char *name);

bool command_has_option (const struct command *command, const char *option);

/* Split LINE: options --name or --name=value, ended by -- or by the first
 * word that is none, then words; any number of blanks between them.
 * ASS_PARAMETER with a reason for whatever the row does not allow.  */
gpg_error_t args_parse (const struct command *command, const char *line,
                        struct call *call, struct args *r_args);

/* The N-th word, or NULL.  */
const char *args_word (const struct args *args, size_t n);

/* The option's value, "" if it has none, NULL if it was not given.  */
const char *args_option (const struct args *args, const char *name);

/* Tell libassuan about all of them.  */
gpg_error_t commands_register (assuan_context_t ctx);

/* cmd-card.c */
gpg_error_t cmd_devinfo (struct session *, const struct args *);
gpg_error_t cmd_keyinfo (struct session *, const struct args *);
gpg_error_t cmd_learn (struct session *, const struct args *);
gpg_error_t cmd_serialno (struct session *, const struct args *);
gpg_error_t cmd_switchapp (struct session *, const struct args *);
gpg_error_t cmd_switchcard (struct session *, const struct args *);

/* cmd-attr.c */
gpg_error_t cmd_getattr (struct session *, const struct args *);

/* cmd-key.c */
gpg_error_t cmd_checkpin (struct session *, const struct args *);
gpg_error_t cmd_no_descriptors (struct session *, const struct args *);
gpg_error_t cmd_readcert (struct session *, const struct args *);
gpg_error_t cmd_readkey (struct session *, const struct args *);
gpg_error_t cmd_refuse (struct session *, const struct args *);

/* cmd-crypto.c */
gpg_error_t cmd_pkauth (struct session *, const struct args *);
gpg_error_t cmd_pkdecrypt (struct session *, const struct args *);
gpg_error_t cmd_pksign (struct session *, const struct args *);
gpg_error_t cmd_setdata (struct session *, const struct args *);

/* cmd-control.c */
gpg_error_t cmd_disconnect (struct session *, const struct args *);
gpg_error_t cmd_getinfo (struct session *, const struct args *);
gpg_error_t cmd_killscd (struct session *, const struct args *);
gpg_error_t cmd_lock (struct session *, const struct args *);
gpg_error_t cmd_random (struct session *, const struct args *);
gpg_error_t cmd_reset (struct session *, const struct args *);
gpg_error_t cmd_restart (struct session *, const struct args *);
gpg_error_t cmd_unlock (struct session *, const struct args *);

#endif /* ASSUAN_COMMAND_H */

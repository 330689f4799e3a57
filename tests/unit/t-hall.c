/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of the hall without a daemon: the command table, the parser of
 * arguments, the lock.  */

#include "config.h"

#include "assuan/command.h"
#include "assuan/hall.h"
#include "tests/transcripts/fake-study.h"
#include "tests/unit/unit.h"

#include <ctype.h>
#include <poll.h>
#include <stdio.h>

static struct args args;
static struct call call;

/* The parser's code for LINE; its reason is in CALL.  */
static gpg_err_code_t
parse (const struct command *command, const char *line)
{
  call_init (&call, &system_clock, 1000);
  return gpg_err_code (args_parse (command, line, &call, &args));
}

/* A row to parse with.  */
static const struct command row = {
  .name = "ROW",
  .min_args = 1,
  .max_args = 2,
  .options = "all demand= list? keep-lock",
};

/* ---- The parser ----  */

START_TEST (test_words)
{
  ck_assert_uint_eq (parse (&row, "one"), 0);
  ck_assert_uint_eq (args.n, 1);
  ck_assert_str_eq (args_word (&args, 0), "one");
  ck_assert_ptr_null (args_word (&args, 1));
  ck_assert_uint_eq (parse (&row, "  one \t  two\t "), 0);
  ck_assert_uint_eq (args.n, 2);
  ck_assert_str_eq (args_word (&args, 0), "one");
  ck_assert_str_eq (args_word (&args, 1), "two");
  ck_assert_uint_eq (args.options, 0);
  ck_assert_uint_eq (parse (&row, "-one -"), 0);
  ck_assert_str_eq (args_word (&args, 1), "-");

  ck_assert_uint_eq (parse (&row, "one two three"), GPG_ERR_ASS_PARAMETER);
  ck_assert_str_eq (call.reason, "ROW: too many arguments");
  ck_assert_uint_eq (parse (&row, ""), GPG_ERR_ASS_PARAMETER);
  ck_assert_str_eq (call.reason, "ROW: argument missing");
  ck_assert_uint_eq (parse (&row, " \t "), GPG_ERR_ASS_PARAMETER);
}
END_TEST

START_TEST (test_options)
{
  ck_assert_uint_eq (parse (&row, "--all --demand=D276 --list=x one"), 0);
  ck_assert_str_eq (args_option (&args, "all"), "");
  ck_assert_str_eq (args_option (&args, "demand"), "D276");
  ck_assert_str_eq (args_option (&args, "list"), "x");
  ck_assert_ptr_null (args_option (&args, "keep-lock"));
  ck_assert_str_eq (args_word (&args, 0), "one");

  /* An optional value may be missing, any value may be empty.  */
  ck_assert_uint_eq (parse (&row, "--list --demand= one"), 0);
  ck_assert_str_eq (args_option (&args, "list"), "");
  ck_assert_str_eq (args_option (&args, "demand"), "");
  ck_assert_uint_eq (parse (&row, "--demand=a=b one"), 0);
  ck_assert_str_eq (args_option (&args, "demand"), "a=b");

  ck_assert_uint_eq (parse (&row, "--all=1 one"), GPG_ERR_ASS_PARAMETER);
  ck_assert_uint_eq (parse (&row, "--all= one"), GPG_ERR_ASS_PARAMETER);
  ck_assert_uint_eq (parse (&row, "--demand D276"), GPG_ERR_ASS_PARAMETER);
  ck_assert_uint_eq (parse (&row, "--all --all one"), GPG_ERR_ASS_PARAMETER);
  ck_assert_uint_eq (parse (&row, "one --all"), GPG_ERR_ASS_PARAMETER);
  ck_assert_str_eq (call.reason, "option --all after an argument");

  /* Neither parts of a name nor other cases of it.  */
  ck_assert_uint_eq (parse (&row, "--al one"), GPG_ERR_ASS_PARAMETER);
  ck_assert_uint_eq (parse (&row, "--alll one"), GPG_ERR_ASS_PARAMETER);
  ck_assert_uint_eq (parse (&row, "--ALL one"), GPG_ERR_ASS_PARAMETER);
  ck_assert_uint_eq (parse (&row, "--keep one"), GPG_ERR_ASS_PARAMETER);
  ck_assert_uint_eq (parse (&row, "--lock one"), GPG_ERR_ASS_PARAMETER);
  ck_assert_uint_eq (parse (&row, "--=x one"), GPG_ERR_ASS_PARAMETER);
  ck_assert_uint_eq (parse (&row, "--keep-lock one"), 0);
}
END_TEST

START_TEST (test_end_of_options)
{
  ck_assert_uint_eq (parse (&row, "--all -- --all"), 0);
  ck_assert_str_eq (args_option (&args, "all"), "");
  ck_assert_uint_eq (args.n, 1);
  ck_assert_str_eq (args_word (&args, 0), "--all");
  ck_assert_uint_eq (parse (&row, "-- --nosuch=1 --"), 0);
  ck_assert_uint_eq (args.n, 2);
  ck_assert_str_eq (args_word (&args, 1), "--");
  ck_assert_uint_eq (parse (&row, "one -- two"), 0);
  ck_assert_str_eq (args_word (&args, 1), "two");
  ck_assert_uint_eq (parse (&row, "--"), GPG_ERR_ASS_PARAMETER);
}
END_TEST

START_TEST (test_long_line)
{
  char line[ASSUAN_LINELENGTH + 1];

  memset (line, 'x', sizeof line);
  line[ASSUAN_LINELENGTH - 1] = 0;
  ck_assert_uint_eq (parse (&row, line), 0);
  ck_assert_str_eq (args_word (&args, 0), line);
  line[ASSUAN_LINELENGTH - 1] = 'x';
  line[ASSUAN_LINELENGTH] = 0;
  ck_assert_uint_eq (parse (&row, line), GPG_ERR_ASS_LINE_TOO_LONG);
}
END_TEST

/* ---- The table ----  */

/* "a", "a b", "a b c": N words.  */
static const char *
words (size_t n)
{
  static char text[2 * (ARGS_MAX + 2)];
  size_t i;

  for (i = 0; i < n; i++)
    memcpy (text + 2 * i, "a ", 2);
  text[2 * n] = 0;
  return text;
}

START_TEST (test_rows)
{
  const struct command *command;
  char lower[40];
  size_t i, j;

  for (i = 0; (command = command_at (i)); i++)
    {
      ck_assert_ptr_nonnull (command->run);
      for (j = 0; command->name[j]; j++)
        {
          ck_assert (isupper ((unsigned char)command->name[j]));
          lower[j] = (char)tolower ((unsigned char)command->name[j]);
        }
      lower[j] = 0;
      ck_assert_ptr_eq (command_find (command->name), command);
      ck_assert_ptr_eq (command_find (lower), command);
      lower[j - 1] = 0;
      ck_assert_ptr_ne (command_find (lower), command);

      /* The synopsis, a blank line, and an explanation.  */
      ck_assert_int_eq (strncmp (command->help, command->name, j), 0);
      ck_assert_ptr_nonnull (strstr (command->help, "\n\n"));
      ck_assert_uint_le (command->min_args, command->max_args);
      ck_assert_uint_le (command->max_args, ARGS_MAX);
    }
  ck_assert_uint_gt (i, 25);
  ck_assert_ptr_null (command_find (""));
  ck_assert_ptr_null (command_find ("NOSUCH"));
}
END_TEST

START_TEST (test_rows_arity)
{
  const struct command *command;
  size_t i;

  for (i = 0; (command = command_at (i)); i++)
    {
      ck_assert_uint_eq (parse (command, words (command->min_args)), 0);
      ck_assert_uint_eq (parse (command, words (command->max_args)), 0);
      ck_assert_msg (parse (command, words (command->max_args + 1))
                       == GPG_ERR_ASS_PARAMETER,
                     "%s", command->name);
      if (command->min_args)
        ck_assert_uint_eq (parse (command, words (command->min_args - 1)),
                           GPG_ERR_ASS_PARAMETER);
      ck_assert_msg (parse (command, "--no-such a") == GPG_ERR_ASS_PARAMETER,
                     "%s", command->name);
      ck_assert (!command_has_option (command, "no-such"));
      ck_assert (!command_has_option (command, ""));
    }
}
END_TEST

/* Each option of each row: it is in the synopsis, it is taken in its form
 * and refused in the other.  */
START_TEST (test_rows_options)
{
  const struct command *command;
  const char *spec;
  char name[40];
  char line[200];
  size_t i, n;

  for (i = 0; (command = command_at (i)); i++)
    for (spec = command->options; *spec; spec += strspn (spec, " "))
      {
        n = strspn (spec, "abcdefghijklmnopqrstuvwxyz-");
        ck_assert_uint_gt (n, 0);
        snprintf (name, sizeof name, "%.*s", (int)n, spec);
        spec += n;
        ck_assert_ptr_nonnull (strchr (" =?", *spec));
        ck_assert (command_has_option (command, name));
        snprintf (line, sizeof line, "--%s", name);
        if (!(command->run == cmd_pkauth))
          ck_assert_ptr_nonnull (strstr (command->help, line));

        snprintf (line, sizeof line, "--%s %s", name,
                  words (command->min_args));
        ck_assert_uint_eq (parse (command, line),
                           *spec == '=' ? GPG_ERR_ASS_PARAMETER : 0);
        snprintf (line, sizeof line, "--%s=x %s", name,
                  words (command->min_args));
        ck_assert_uint_eq (parse (command, line), *spec == '=' || *spec == '?'
                                                    ? 0
                                                    : GPG_ERR_ASS_PARAMETER);
        spec += *spec == '=' || *spec == '?';
      }
}
END_TEST

/* ---- What sessions share ----  */

static struct server_settings settings = {
  .pipe = true,
  .max_sessions = 1,
  .operation_timeout_ms = 1000,
  .clock = &system_clock,
};

static struct hall *
open_hall (void)
{
  struct hall *hall;

  settings.cards = fake_study_new ();
  ck_ok (hall_new (&settings, &hall));
  card_set_unref (settings.cards);
  return hall;
}

START_TEST (test_lock)
{
  struct hall *hall = open_hall ();

  ck_assert (!hall_unlock (hall, 1));
  ck_assert (hall_lock (hall, 1));
  ck_assert (hall_lock (hall, 1));
  ck_assert (!hall_lock (hall, 2));
  ck_assert (!hall_unlock (hall, 2));
  ck_assert (hall_unlock (hall, 1));
  ck_assert (!hall_unlock (hall, 1));
  ck_assert (hall_lock (hall, 2));
  hall_free (hall);
}
END_TEST

START_TEST (test_sessions)
{
  struct hall *hall = open_hall ();
  unsigned int pipe_no, socket_no;

  ck_assert_uint_eq (hall_sessions (hall), 0);
  pipe_no = hall_session_begins (hall, true);
  socket_no = hall_session_begins (hall, false);
  ck_assert_uint_ne (pipe_no, 0);
  ck_assert_uint_ne (pipe_no, socket_no);
  ck_assert_uint_eq (hall_sessions (hall), 2);
  ck_assert_uint_eq (hall_socket_sessions (hall), 1);

  /* Who ends leaves the lock behind.  */
  ck_assert (hall_lock (hall, socket_no));
  hall_session_ends (hall, socket_no, false);
  ck_assert (hall_lock (hall, pipe_no));
  ck_assert (!hall_pipe_is_over (hall));
  hall_session_ends (hall, pipe_no, true);
  ck_assert (hall_pipe_is_over (hall));
  ck_assert_uint_eq (hall_sessions (hall), 0);
  ck_assert_uint_eq (hall_socket_sessions (hall), 0);
  hall_free (hall);
}
END_TEST

START_TEST (test_stop)
{
  struct hall *hall = open_hall ();
  struct pollfd fd = { .fd = hall_stop_fd (hall), .events = POLLIN };

  ck_assert (!hall_is_stopping (hall));
  ck_assert_int_eq (poll (&fd, 1, 0), 0);
  hall_stop (hall);
  ck_assert (hall_is_stopping (hall));
  ck_assert_int_eq (poll (&fd, 1, 0), 1);
  hall_stop (hall);
  ck_assert_int_eq (poll (&fd, 1, 0), 1);
  hall_free (hall);
}
END_TEST

static struct card_set *
reload_nothing (void *cookie)
{
  ++*(int *)cookie;
  return NULL;
}

static struct card_set *
reload_something (void *cookie)
{
  ++*(int *)cookie;
  return fake_study_new ();
}

START_TEST (test_reload)
{
  struct card_set *before, *after;
  struct hall *hall;
  int n = 0;

  settings.reload_cookie = &n;
  settings.reload = reload_nothing;
  hall = open_hall ();
  before = hall_cards (hall);
  hall_reload (hall);
  ck_assert_int_eq (n, 1);
  after = hall_cards (hall);
  ck_assert_ptr_eq (before, after);
  card_set_unref (after);
  hall_free (hall);

  /* The old set lives as long as somebody has it.  */
  settings.reload = reload_something;
  hall = open_hall ();
  card_set_unref (before);
  before = hall_cards (hall);
  hall_reload (hall);
  ck_assert_int_eq (n, 2);
  after = hall_cards (hall);
  ck_assert_ptr_ne (before, after);
  ck_assert_uint_eq (card_set_count (before), 2);
  card_set_unref (before);
  card_set_unref (after);
  hall_free (hall);
}
END_TEST

/* Without a pipe KILLSCD is to be obeyed, else while the program is where
 * it was it is not.  */
START_TEST (test_outdated)
{
  struct hall *hall = open_hall ();

  ck_assert (!hall_is_outdated (hall));
  hall_free (hall);
  settings.pipe = false;
  hall = open_hall ();
  ck_assert (hall_is_outdated (hall));
  hall_free (hall);
}
END_TEST

int
main (void)
{
  TCase *parser = tcase_create ("parser");
  TCase *table = tcase_create ("table");
  TCase *shared = tcase_create ("shared");
  TCase *const cases[] = { parser, table, shared };

  tcase_add_test (parser, test_words);
  tcase_add_test (parser, test_options);
  tcase_add_test (parser, test_end_of_options);
  tcase_add_test (parser, test_long_line);
  tcase_add_test (table, test_rows);
  tcase_add_test (table, test_rows_arity);
  tcase_add_test (table, test_rows_options);
  tcase_add_test (shared, test_lock);
  tcase_add_test (shared, test_sessions);
  tcase_add_test (shared, test_stop);
  tcase_add_test (shared, test_reload);
  tcase_add_test (shared, test_outdated);
  return unit_main ("hall", cases, DIM (cases));
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of aws/profile.c; KMS_TEST_DATA adds the SDKs' own cases.  */

#include "config.h"

#include "aws/profile.h"

#include "base/file.h"
#include "base/json.h"
#include "tests/unit/unit.h"
#include "tests/unit/vectors.h"

#include <ctype.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct test_clock tc;
static struct call call;

static void
setup (void)
{
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 5000);
  unsetenv ("AWS_CONFIG_FILE");
  unsetenv ("AWS_SHARED_CREDENTIALS_FILE");
  unsetenv ("AWS_PROFILE");
}

/* Parse both texts; either may be NULL.  */
static gpg_error_t
parse_both (const char *config, const char *credentials,
            struct aws_files **r_files)
{
  struct aws_files *files;
  gpg_error_t err = 0;

  ck_ok (aws_files_new (&files));
  call_forget (&call);
  if (config)
    err = aws_files_parse (files, &call, AWS_FILE_CONFIG, "config",
                           span_text (config));
  if (!err && credentials)
    err = aws_files_parse (files, &call, AWS_FILE_CREDENTIALS, "credentials",
                           span_text (credentials));
  *r_files = files;
  return err;
}

static void
expect_value (const struct aws_files *files, const char *profile,
              const char *key, const char *value)
{
  const char *actual
    = aws_profile_get (aws_files_profile (files, profile), key);

  ck_assert_pstr_eq (actual, value);
}

START_TEST (test_merge)
{
  struct aws_files *files;

  ck_ok (parse_both ("# a comment\n"
                     "[default]\r\n"
                     "Region = eu-west-1 ; here\r\n"
                     "\n"
                     "[profile release]\n"
                     "region=us-east-1\n"
                     "region = us-east-2\n"
                     "output =\n"
                     "[release]\n"
                     "region = ignored\n",
                     "[release]\n"
                     "aws_secret_access_key = a=b#c\n"
                     "region = us-west-1",
                     &files));
  expect_value (files, "default", "region", "eu-west-1");
  expect_value (files, "release", "region", "us-west-1");
  expect_value (files, "release", "output", "");
  expect_value (files, "release", "aws_secret_access_key", "a=b#c");
  expect_value (files, "release", "Region", NULL);
  expect_value (files, "default", "output", NULL);
  ck_assert_ptr_null (aws_files_profile (files, "absent"));
  ck_assert_ptr_null (aws_profile_get (NULL, "region"));
  aws_files_free (files);
}
END_TEST

START_TEST (test_prefixed_default)
{
  /* clang-format off */
  static const char *const rows[] = {
    "[default]\na = 1\nb = 1\n[profile default]\na = 2\n",
    "[profile default]\na = 2\n[default]\na = 1\nb = 1\n",
    "[profile default]\n[default]\na = 1\nb = 1\n[profile default]\na = 2\n",
  };
  /* clang-format on */
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      struct aws_files *files;

      ck_ok (parse_both (rows[i], "[default]\nc = 3\n", &files));
      expect_value (files, "default", "a", "2");
      expect_value (files, "default", "b", NULL);
      expect_value (files, "default", "c", "3");
      aws_files_free (files);
    }
}
END_TEST

START_TEST (test_nested)
{
  const struct aws_profile *services;
  struct aws_files *files;

  ck_ok (parse_both ("[services local]\n"
                     "kms =\n"
                     "  endpoint_url = http://localhost:1 # kept\n"
                     "\n"
                     "  other=x\n"
                     "in valid =\n"
                     "  a = b\n"
                     "sts = y\n"
                     "  anything goes\n",
                     NULL, &files));
  services = aws_files_section (files, AWS_SECTION_SERVICES, "local");
  ck_assert_str_eq (aws_profile_get (services, "kms"),
                    "\nendpoint_url = http://localhost:1 # kept\nother=x");
  ck_assert_str_eq (aws_profile_get (services, "sts"), "y\nanything goes");
  ck_assert_ptr_null (aws_files_profile (files, "local"));
  ck_assert_ptr_null (
    aws_files_section (files, AWS_SECTION_SSO_SESSION, "local"));
  aws_files_free (files);
}
END_TEST

START_TEST (test_broken)
{
  /* clang-format off */
  static const struct { const char *text, *reason; } rows[] = {
    { "[profile a",         "config:1: a section without its ']'" },
    { "[profile a] junk",   "config:1: a section without its ']'" },
    { "\n[",                "config:2: a section without its ']'" },
    { "[a#b]",              "config:1: a section without its ']'" },
    { "a = b",              "config:1: a key before the first section" },
    { " a = b",   "config:1: an indented line before the first section" },
    { "[default]\n a = b",
      "config:2: an indented line that continues no value" },
    { "[default]\na = b\n[profile c]\n d",
      "config:4: an indented line that continues no value" },
    { "[default]\na",       "config:2: a key without its '='" },
    { "[default]\na #=b",   "config:2: a key without its '='" },
    { "[default]\n= b",     "config:2: a value without its key" },
    { "[default]\na=\n b",  "config:3: a nested key without its '='" },
    { "[default]\na=\n =b", "config:3: a nested value without its key" },
    { "[not ours]\na",      "config:2: a key without its '='" },
  };
  /* clang-format on */
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      struct aws_files *files;

      ck_code (parse_both (rows[i].text, NULL, &files), GPG_ERR_CONFIGURATION);
      ck_assert_str_eq (call.reason, rows[i].reason);
      aws_files_free (files);
    }
}
END_TEST

START_TEST (test_nul)
{
  struct aws_files *files;

  ck_ok (aws_files_new (&files));
  ck_code (aws_files_parse (files, &call, AWS_FILE_CONFIG, "config",
                            span_of ("[default]\na=b\0c", 15)),
           GPG_ERR_CONFIGURATION);
  ck_assert_str_eq (call.reason, "config: not a text file");
  aws_files_free (files);
}
END_TEST

/* The files on disk, in a directory of their own.  */
static char home[] = "/tmp/t-profile-XXXXXX";
static const char *const leaves[]
  = { "/.aws/config", "/.aws/credentials", "/elsewhere", "/.aws", "" };

static void
setup_home (void)
{
  struct bytes path = { 0 };

  setup ();
  ck_assert_ptr_nonnull (mkdtemp (home));
  bytes_add_fmt (&path, "%s/.aws", home);
  ck_assert_int_eq (mkdir (bytes_text (&path), 0700), 0);
  bytes_drop (&path);
  setenv ("HOME", home, 1);
}

static void
teardown_home (void)
{
  size_t i;

  for (i = 0; i < DIM (leaves); i++)
    {
      struct bytes path = { 0 };

      bytes_add_fmt (&path, "%s%s", home, leaves[i]);
      remove (bytes_text (&path));
      bytes_drop (&path);
    }
  memcpy (home + sizeof home - 7, "XXXXXX", 6);
}

/* LEAF below the home directory gets TEXT; its whole name.  */
static char *
put_file (const char *leaf, struct span text)
{
  char *name = file_join (home, leaf);

  ck_ok (file_replace (name, text));
  return name;
}

START_TEST (test_read)
{
  struct aws_files *files;
  char *name;

  /* Nothing there: nothing found.  */
  ck_ok (aws_files_read (&call, &files));
  ck_assert_ptr_null (aws_files_profile (files, "default"));
  aws_files_free (files);

  free (put_file (".aws/config", span_text ("[profile a]\nx=1\ny=1\n")));
  free (put_file (".aws/credentials", span_text ("[a]\nx=2\n")));
  ck_ok (aws_files_read (&call, &files));
  expect_value (files, "a", "x", "2");
  expect_value (files, "a", "y", "1");
  aws_files_free (files);

  name = put_file ("elsewhere", span_text ("[a]\nx=3\n"));
  setenv ("AWS_SHARED_CREDENTIALS_FILE", name, 1);
  ck_ok (aws_files_read (&call, &files));
  expect_value (files, "a", "x", "3");
  aws_files_free (files);
  setenv ("AWS_CONFIG_FILE", "/nonexistent/config", 1);
  ck_ok (aws_files_read (&call, &files));
  expect_value (files, "a", "y", NULL);
  aws_files_free (files);
  free (name);
}
END_TEST

START_TEST (test_read_refused)
{
  struct bytes text = { 0 };
  struct aws_files *files;
  char *name;

  /* As large as may be, and one byte more.  */
  bytes_add_str (&text, "[a]\nx=1\n");
  memset (bytes_extend (&text, AWS_FILE_MAX - text.n), '\n', AWS_FILE_MAX - 8);
  name = put_file ("elsewhere", bytes_span (&text));
  setenv ("AWS_SHARED_CREDENTIALS_FILE", name, 1);
  ck_assert_msg (!aws_files_read (&call, &files), "%s", call.reason);
  expect_value (files, "a", "x", "1");
  aws_files_free (files);
  bytes_add_byte (&text, '\n');
  free (put_file ("elsewhere", bytes_span (&text)));
  ck_code (aws_files_read (&call, &files), GPG_ERR_CONFIGURATION);
  ck_assert (strstr (call.reason, name));
  bytes_drop (&text);
  free (name);

  /* A directory; a broken file, named with its line.  */
  call_forget (&call);
  setenv ("AWS_SHARED_CREDENTIALS_FILE", home, 1);
  ck_code (aws_files_read (&call, &files), GPG_ERR_CONFIGURATION);
  call_forget (&call);
  free (put_file (".aws/config", span_text ("\nx=1\n")));
  ck_code (aws_files_read (&call, &files), GPG_ERR_CONFIGURATION);
  ck_assert (strstr (call.reason, "/.aws/config:2: "));
}
END_TEST

START_TEST (test_profile_name)
{
  ck_assert_str_eq (aws_profile_name (), "default");
  setenv ("AWS_PROFILE", "release", 1);
  ck_assert_str_eq (aws_profile_name (), "release");
  setenv ("AWS_PROFILE", " ", 1);
  ck_assert_str_eq (aws_profile_name (), "default");
}
END_TEST

#define MAX_WORDS 40

/* What a text has between its separators, trimmed, with and without the
 * first word, also in lower case: whatever could be a name or a key.  */
struct words
{
  char *word[MAX_WORDS];
  size_t n;
};

static void
add_word (struct words *words, const char *p, size_t n)
{
  char *word = strndup (p, n);
  size_t i;

  for (i = 0; i < words->n; i++)
    if (!strcmp (words->word[i], word))
      {
        free (word);
        return;
      }
  ck_assert_uint_lt (words->n, MAX_WORDS);
  words->word[words->n++] = word;
}

static void
collect_words (struct words *words, const char *text)
{
  static const char ends[] = "[]=\r\n";
  size_t n, i;

  for (; text && *text; text += n + !!text[n])
    {
      size_t first, last;
      struct bytes lower = { 0 };

      n = strcspn (text, ends);
      first = strspn (text, " \t");
      for (last = n; last > first && strchr (" \t", text[last - 1]); last--)
        ;
      if (first >= last)
        continue;
      add_word (words, text + first, last - first);
      for (i = first; i < last; i++)
        bytes_add_byte (&lower, (unsigned char)tolower (text[i]));
      add_word (words, bytes_text (&lower), lower.n);
      bytes_drop (&lower);
      while (first < last && !strchr (" \t", text[first]))
        first++;
      first += strspn (text + first, " \t");
      if (first < last)
        add_word (words, text + first, last - first);
    }
}

/* Does FILES have exactly the keys of EXPECTED in the section NAME?  The
 * number of those found is added to *R_FOUND.  */
static void
compare_section (const struct aws_profile *section,
                 const struct json *expected, const struct words *words,
                 const char *what, unsigned int *r_found)
{
  size_t i;

  for (i = 0; i < words->n; i++)
    {
      const char *value = json_string (expected, words->word[i]);
      const char *actual = aws_profile_get (section, words->word[i]);

      ck_assert_msg (!value == !actual && (!value || !strcmp (value, actual)),
                     "%s: key '%s' is '%s'", what, words->word[i],
                     actual ? actual : "absent");
      *r_found += actual != NULL;
    }
}

static void
compare_config (const struct aws_files *files, const struct json *config,
                const struct words *words, const char *what,
                unsigned int *r_found)
{
  static const struct
  {
    enum aws_section kind;
    const char *member;
  } kinds[] = { { AWS_SECTION_PROFILE, "profiles" },
                { AWS_SECTION_SSO_SESSION, "sso_sessions" } };
  size_t i, k;

  for (k = 0; k < DIM (kinds); k++)
    for (i = 0; i < words->n; i++)
      {
        const char *name = words->word[i];
        const struct json *expected
          = json_member (json_member (config, kinds[k].member), name);
        const struct aws_profile *section
          = aws_files_section (files, kinds[k].kind, name);

        ck_assert_msg (!expected == !section, "%s: section '%s'", what, name);
        *r_found += section != NULL;
        compare_section (section, expected, words, what, r_found);
      }
}

/* The suite's words for an error and ours.  */
static void
compare_error (const char *theirs, const char *what)
{
  /* clang-format off */
  static const struct { const char *theirs, *ours; } rows[] = {
    { "Profile definition must end", "a section without its ']'" },
    { "Expected a profile",          "before the first section" },
    { "Expected an '=' sign defining a property", "a key without its '='" },
    { "Property did not",            "a value without its key" },
    { "Expected a property",         "continues no value" },
    { "Expected an '=' sign defining a sub", "a nested key without its '='" },
    { "Sub-property did not",        "a nested value without its key" },
  };
  /* clang-format on */
  size_t i = 0;

  while (i < DIM (rows)
         && strncmp (theirs, rows[i].theirs, strlen (rows[i].theirs)))
    i++;
  ck_assert_msg (i < DIM (rows), "%s: unknown error", what);
  ck_assert_msg (strstr (call.reason, rows[i].ours), "%s: %s", what,
                 call.reason);
}

static void
replay_case (struct span text, unsigned int *r_found)
{
  struct words words = { .n = 0 };
  const struct json *input, *output;
  const char *config, *credentials, *what, *error;
  struct aws_files *files;
  struct json *doc;
  gpg_error_t err;

  ck_ok (json_parse (text, &doc));
  what = json_string (doc, "name");
  input = json_member (doc, "input");
  output = json_member (doc, "output");
  config = json_string (input, "configFile");
  credentials = json_string (input, "credentialsFile");
  error = json_string (output, "errorContaining");
  collect_words (&words, config);
  collect_words (&words, credentials);
  err = parse_both (config, credentials, &files);
  ck_assert_msg (!err == !error, "%s: %s", what, call.reason);
  if (error)
    compare_error (error, what);
  else
    compare_config (files, json_member (output, "config"), &words, what,
                    r_found);
  aws_files_free (files);
  while (words.n)
    free (words.word[--words.n]);
  json_free (doc);
}

START_TEST (test_vectors)
{
  static const char array[] = "\"tests\": [";
  const char *dir = getenv ("KMS_TEST_DATA");
  struct bytes text = { 0 };
  struct span rest, object;
  unsigned int cases = 0;
  unsigned int found = 0;
  const char *at;
  char *name;

  if (!dir)
    {
      printf ("skipped: KMS_TEST_DATA is not set\n");
      return;
    }
  name = file_join (dir, "smithy-rs-aws-runtime/profile-parser-tests.json");
  ck_ok (file_read (name, 1000000, &text));
  at = strstr (bytes_text (&text), array);
  ck_assert_ptr_nonnull (at);
  rest = span_text (at + strlen (array));
  for (; (object = next_object (&rest)).n; cases++)
    replay_case (object, &found);
  ck_assert_uint_eq (cases, 65);
  /* As many sections and keys as the suite expects in all.  */
  ck_assert_uint_eq (found, 110);
  bytes_drop (&text);
  free (name);
}
END_TEST

int
main (void)
{
  TCase *parse = tcase_create ("parse");
  TCase *disk = tcase_create ("disk");
  TCase *vectors = tcase_create ("vectors");
  TCase *const cases[] = { parse, disk, vectors };

  tcase_add_checked_fixture (parse, setup, NULL);
  tcase_add_checked_fixture (disk, setup_home, teardown_home);
  tcase_add_checked_fixture (vectors, setup, NULL);
  tcase_add_test (parse, test_merge);
  tcase_add_test (parse, test_prefixed_default);
  tcase_add_test (parse, test_nested);
  tcase_add_test (parse, test_broken);
  tcase_add_test (parse, test_nul);
  tcase_add_test (parse, test_profile_name);
  tcase_add_test (disk, test_read);
  tcase_add_test (disk, test_read_refused);
  tcase_add_test (vectors, test_vectors);
  return unit_main ("profile", cases, DIM (cases));
}

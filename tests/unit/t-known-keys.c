/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pin file: what is read, what is kept, what is refused, and several
 * writers at once.  */

#include "config.h"

#include "card/known-keys.h"

#include "base/file.h"
#include "base/text.h"

#include "tests/unit/known-keys-lines.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/t-known-keys.XXXXXX";
static char *user_file;
static char *system_file;
static char *lock_name;
static struct test_clock tc;
static struct call call;
static struct known_keys *known;
static struct known_key pin;

static void
set_up (void)
{
  strcpy (dir + sizeof dir - 7, "XXXXXX");
  ck_assert_ptr_nonnull (mkdtemp (dir));
  user_file = file_join (dir, "user.keys");
  system_file = file_join (dir, "system.keys");
  lock_name = file_join (dir, "user.keys.lock");
  ck_assert (user_file && system_file && lock_name);
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 10000);
  known = NULL;
  memset (&pin, 0, sizeof pin);
}

static void
tear_down (void)
{
  known_keys_free (known);
  known_key_drop (&pin);
  remove (user_file);
  remove (system_file);
  remove (lock_name);
  rmdir (dir);
  free (user_file);
  free (system_file);
  free (lock_name);
}

/* KNOWN anew, as another process would see it.  */
static void
reopen (const char *user, const char *system, bool refuse_new)
{
  known_keys_free (known);
  known = NULL;
  ck_ok (known_keys_new (user, system, refuse_new, &known));
}

/* The same with these contents (NULL: as they are).  */
static void
give (const char *user, const char *system)
{
  if (user)
    ck_ok (file_replace (user_file, span_text (user)));
  if (system)
    ck_ok (file_replace (system_file, span_text (system)));
  reopen (user_file, system_file, false);
}

static gpg_error_t
find (const char *uri, const char *region)
{
  known_key_drop (&pin);
  call_forget (&call);
  return known_keys_find (known, &call, uri, region, &pin);
}

static void
expect_not_found (const char *uri, const char *region)
{
  ck_code (find (uri, region), GPG_ERR_NOT_FOUND);
  ck_assert_uint_eq (call.reason_for, 0);
  ck_assert_uint_eq (pin.uri.n + pin.id.n, 0);
}

static void
expect_broken (const char *uri, const char *region)
{
  gpg_error_t err = find (uri, region);

  ck_code (err, GPG_ERR_CONFIGURATION);
  ck_assert_uint_eq (call.reason_for, err);
  ck_assert_uint_eq (pin.uri.n + pin.id.n, 0);
}

/* A key to be pinned; SPKI is text.  */
static void
make_key (struct known_key *key, const char *uri, const char *region,
          const char *spki)
{
  memset (key, 0, sizeof *key);
  bytes_add_str (&key->uri, uri);
  if (region)
    bytes_add_str (&key->region, region);
  bytes_add_str (&key->id, ARN);
  bytes_add_str (&key->spec, "RSA_2048");
  bytes_add_str (&key->usage, "sign");
  bytes_add_str (&key->spki, spki);
  key->created = 1700000000;
}

static gpg_error_t
add_to (struct known_keys *to, struct call *c, const char *uri,
        const char *region, const char *spki)
{
  struct known_key key;
  gpg_error_t err;

  make_key (&key, uri, region, spki);
  err = known_keys_add (to, c, &key);
  known_key_drop (&key);
  return err;
}

static gpg_error_t
add (const char *uri, const char *region, const char *spki)
{
  call_forget (&call);
  return add_to (known, &call, uri, region, spki);
}

static void
expect_file (const char *file, const char *want)
{
  struct bytes text = { 0 };

  ck_ok (file_read (file, 2000000, &text));
  ck_assert_str_eq (bytes_text (&text), want);
  bytes_drop (&text);
}

/* ---- Reading ----  */

START_TEST (test_line)
{
  give ("# comment\n\nkey " URI " region=eu-west-1 fpr=" FPR REST "\n", NULL);
  ck_ok (find (URI, "eu-west-1"));
  ck_assert_str_eq (bytes_text (&pin.uri), URI);
  ck_assert_str_eq (bytes_text (&pin.region), "eu-west-1");
  ck_assert_str_eq (bytes_text (&pin.id), ARN);
  ck_assert_str_eq (bytes_text (&pin.spec), "RSA_2048");
  ck_assert_str_eq (bytes_text (&pin.usage), "sign");
  ck_assert (span_equal (bytes_span (&pin.spki), span_of ("\1\2\3\4", 4)));
  ck_assert_int_eq (pin.created, 1700000000);
  ck_assert_str_eq (pin.fingerprint, FPR);
}
END_TEST

START_TEST (test_good_lines)
{
  give (good_lines[_i], NULL);
  ck_ok (find (URI, NULL));
  ck_assert_str_eq (bytes_text (&pin.id), ARN);
  ck_assert_str_eq (bytes_text (&pin.spec), "RSA_2048");
  ck_assert_uint_eq (pin.region.n, 0);
  ck_assert_int_eq (pin.created, 1700000000);
  ck_assert_uint_eq (pin.spki.n, 4);
  ck_assert_str_eq (pin.fingerprint, "");
}
END_TEST

START_TEST (test_damaged_line)
{
  struct bytes text = { 0 };

  bytes_add_fmt (&text, "%s\nkey awskms:///alias/other" REST "\n",
                 damaged_lines[_i]);
  give (bytes_text (&text), NULL);
  expect_broken (URI, NULL);
  ck_assert_ptr_nonnull (strstr (call.reason, "alias/release"));
  ck_ok (find ("awskms:///alias/other", NULL));
  expect_not_found ("awskms:///alias/third", NULL);
  expect_not_found (URI, "eu-west-1");
  /* A good line behind it, in the machine's file even, does not help.  */
  give (bytes_text (&text), "key " URI REST "\n");
  expect_broken (URI, NULL);
  bytes_drop (&text);
}
END_TEST

/* The region may stand behind the damage.  */
START_TEST (test_damaged_region)
{
  give ("key " URI " spki=* region=eu-west-1 id=x\n", NULL);
  expect_broken (URI, "eu-west-1");
  expect_not_found (URI, NULL);
}
END_TEST

START_TEST (test_region)
{
  give ("key " URI REST "\nkey " URI " region=a" REST "\n", NULL);
  ck_ok (find (URI, NULL));
  ck_assert_str_eq (bytes_text (&pin.region), "");
  ck_ok (find (URI, "a"));
  ck_assert_str_eq (bytes_text (&pin.region), "a");
  expect_not_found (URI, "b");
  expect_not_found (URI "s", NULL);
  expect_not_found ("alias/release", NULL);
}
END_TEST

START_TEST (test_files)
{
  give (NULL, NULL);
  expect_not_found (URI, NULL);
  give (NULL, "key " URI REST);
  ck_ok (find (URI, NULL));
  /* The user's comes first, and without a line feed it ends all the same.  */
  give ("key " URI " id=mine" SPEC USAGE CREATED SPKI, "key " URI REST "\n");
  ck_ok (find (URI, NULL));
  ck_assert_str_eq (bytes_text (&pin.id), "mine");
  give ("# nothing", "key " URI REST "\n");
  ck_ok (find (URI, NULL));
  ck_assert_str_eq (bytes_text (&pin.id), ARN);
  reopen (user_file, NULL, false);
  expect_not_found (URI, NULL);
}
END_TEST

static void
expect_unreadable (const char *file)
{
  reopen (user_file, system_file, false);
  expect_broken (URI, NULL);
  ck_assert (text_starts (call.reason, file));
  expect_broken ("awskms:///alias/other", NULL);
  ck_code (add ("awskms:///alias/other", NULL, "spki"), GPG_ERR_CONFIGURATION);
  ck_assert (text_starts (call.reason, file));
}

START_TEST (test_unreadable)
{
  struct bytes text = { 0 };

  give ("key " URI REST "\n", NULL);
  ck_assert_int_eq (mkdir (system_file, 0700), 0);
  expect_unreadable (system_file);
  ck_assert_int_eq (rmdir (system_file), 0);
  ck_assert_int_eq (unlink (user_file), 0);
  ck_assert_int_eq (mkdir (user_file, 0700), 0);
  expect_unreadable (user_file);
  ck_assert_int_eq (rmdir (user_file), 0);
  memset (bytes_extend (&text, 1024 * 1024 + 1), '\n', 1024 * 1024 + 1);
  ck_ok (file_replace (user_file, bytes_span (&text)));
  expect_unreadable (user_file);
  bytes_cut (&text, 1024 * 1024);
  give (bytes_text (&text), NULL);
  expect_not_found (URI, NULL);
  bytes_drop (&text);
}
END_TEST

/* ---- Writing ----  */

START_TEST (test_add)
{
  struct known_key key;

  give (NULL, NULL);
  ck_ok (add (URI, NULL, "\1\2\3\4"));
  expect_file (user_file, HEAD "key " URI REST "\n");
  make_key (&key, "file:///k.pem", "eu-west-1", "\xff\xfe");
  strcpy (key.fingerprint, FPR);
  key.created = UINT32_MAX;
  ck_ok (known_keys_add (known, &call, &key));
  expect_file (user_file, HEAD "key " URI REST "\n"
                               "key file:///k.pem region=eu-west-1 id=" ARN
                               " spec=RSA_2048 usage=sign created=4294967295"
                               " fpr=" FPR " spki=//4=\n");
  /* Found at once and by the next process.  */
  ck_ok (find ("file:///k.pem", "eu-west-1"));
  give (NULL, NULL);
  ck_ok (find ("file:///k.pem", "eu-west-1"));
  ck_assert (span_equal (bytes_span (&pin.spki), bytes_span (&key.spki)));
  ck_assert_int_eq (pin.created, key.created);
  ck_assert_str_eq (pin.fingerprint, FPR);
  expect_not_found ("file:///k.pem", NULL);
  known_key_drop (&key);
}
END_TEST

static mode_t
mode_of (const char *file)
{
  struct stat st;

  ck_assert_int_eq (stat (file, &st), 0);
  return st.st_mode & 07777;
}

START_TEST (test_mode)
{
  mode_t mask = umask (0);

  give (NULL, NULL);
  ck_ok (add (URI, NULL, "spki"));
  ck_assert_uint_eq (mode_of (user_file), 0600);
  ck_assert_uint_eq (mode_of (lock_name), 0600);
  ck_assert_int_eq (chmod (user_file, 0644), 0);
  ck_ok (add (URI "2", NULL, "spki"));
  ck_assert_uint_eq (mode_of (user_file), 0600);
  umask (mask);
}
END_TEST

/* What is there stays, to the byte; only a last line feed is added.  */
START_TEST (test_add_keeps)
{
  static const char mess[] = "# c\r\n\n  key\tx  id=\r\nkey " URI
                             "  new=1 " REST " more \nsomething else\n"
                             "\xff\xfe key " URI "s" REST;
  struct bytes want = { 0 };

  give (mess, "key " URI "3" REST "\n");
  ck_ok (add (URI "2", NULL, "\1\2\3\4"));
  bytes_add_fmt (&want, "%s\nkey " URI "2" REST "\n", mess);
  expect_file (user_file, bytes_text (&want));
  expect_file (system_file, "key " URI "3" REST "\n");
  ck_ok (find (URI, NULL));
  ck_ok (find (URI "2", NULL));
  ck_ok (find (URI "3", NULL));
  bytes_drop (&want);
}
END_TEST

/* A name that is pinned already: by the same key, by another one, by a
 * line that nobody can read.  */
START_TEST (test_add_again)
{
  give ("key " URI REST "\n", "key " URI "s" REST "\n");
  ck_ok (add (URI, NULL, "\1\2\3\4"));
  ck_ok (add (URI "s", NULL, "\1\2\3\4"));
  ck_code (add (URI, NULL, "\1\2\3\5"), GPG_ERR_CONFLICT);
  ck_assert_ptr_nonnull (strstr (call.reason, "another key was pinned"));
  ck_code (add (URI "s", NULL, "\1\2\3\5"), GPG_ERR_CONFLICT);
  expect_file (user_file, "key " URI REST "\n");
  ck_ok (add (URI, "eu-west-1", "\1\2\3\5"));
  give ("key " URI " id=\n", NULL);
  ck_code (add (URI, NULL, "\1\2\3\4"), GPG_ERR_CONFIGURATION);
  expect_file (user_file, "key " URI " id=\n");
}
END_TEST

START_TEST (test_other_process_first)
{
  struct known_keys *other = NULL;

  give (NULL, NULL);
  ck_ok (known_keys_new (user_file, system_file, false, &other));
  ck_ok (add_to (other, &call, URI, NULL, "theirs"));
  ck_ok (add_to (other, &call, URI "2", NULL, "same"));
  expect_not_found (URI, NULL);
  ck_code (add (URI, NULL, "ours"), GPG_ERR_CONFLICT);
  ck_ok (add (URI "2", NULL, "same"));
  ck_ok (find (URI, NULL));
  ck_assert_str_eq (bytes_text (&pin.spki), "theirs");
  known_keys_free (other);
}
END_TEST

START_TEST (test_refuse_new)
{
  give ("key " URI REST "\n", NULL);
  reopen (user_file, NULL, true);
  ck_ok (find (URI, NULL));
  ck_code (add (URI "2", NULL, "spki"), GPG_ERR_FORBIDDEN);
  ck_assert_ptr_nonnull (strstr (call.reason, "refuse-new-keys"));
  ck_code (add (URI, NULL, "\1\2\3\4"), GPG_ERR_FORBIDDEN);
  expect_file (user_file, "key " URI REST "\n");
  ck_assert_int_ne (access (lock_name, F_OK), 0);
}
END_TEST

START_TEST (test_cannot_write)
{
  struct bytes text = { 0 };

  give (NULL, NULL);
  ck_assert_int_eq (symlink ("nowhere", lock_name), 0);
  ck_code (add (URI, NULL, "spki"), GPG_ERR_ELOOP);
  ck_assert (text_starts (call.reason, user_file));
  ck_assert_int_eq (unlink (lock_name), 0);
  /* As full as it may be: what would be too long to read is not written.  */
  memset (bytes_extend (&text, 1024 * 1024 - 100), '\n', 1024 * 1024 - 100);
  give (bytes_text (&text), NULL);
  ck_code (add (URI, NULL, "spki"), GPG_ERR_TOO_LARGE);
  expect_file (user_file, bytes_text (&text));
  expect_not_found (URI, NULL);
  reopen ("/nonexistent/dir/keys", NULL, false);
  expect_not_found (URI, NULL);
  ck_code (add (URI, NULL, "spki"), GPG_ERR_ENOENT);
  bytes_drop (&text);
}
END_TEST

/* ---- Several writers ----  */

/* flock is per open file, so this is what another process looks like.  */
START_TEST (test_locked)
{
  int fd = open (lock_name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  int64_t start;

  ck_assert_int_ge (fd, 0);
  ck_assert_int_eq (flock (fd, LOCK_EX), 0);
  give (NULL, NULL);
  call_init (&call, &system_clock, 200);
  start = call_mono_ms (&call);
  ck_code (add (URI, NULL, "spki"), GPG_ERR_TIMEOUT);
  ck_assert_int_lt (call_mono_ms (&call) - start, 5000);
  ck_assert (text_starts (call.reason, user_file));
  ck_assert_int_ne (access (user_file, F_OK), 0);
  close (fd);
  call_renew (&call, 5000);
  ck_ok (add (URI, NULL, "spki"));
}
END_TEST

#define N_KEYS 20

/* Pin N_KEYS names that begin with PREFIX; true if all went well.  */
static bool
add_many (struct known_keys *to, const char *prefix)
{
  struct call mine;
  char uri[64];
  bool good = true;
  int i;

  call_init (&mine, &system_clock, 30000);
  for (i = 0; i < N_KEYS; i++)
    {
      snprintf (uri, sizeof uri, URI "-%s-%d", prefix, i);
      good = good && !add_to (to, &mine, uri, NULL, uri);
    }
  return good;
}

static void
expect_many (const char *prefix)
{
  char uri[64];
  int i;

  for (i = 0; i < N_KEYS; i++)
    {
      snprintf (uri, sizeof uri, URI "-%s-%d", prefix, i);
      ck_ok (find (uri, NULL));
      ck_assert_str_eq (bytes_text (&pin.spki), uri);
    }
}

START_TEST (test_processes)
{
  static const char *const names[] = { "one", "two", "three" };
  pid_t pids[DIM (names)];
  int status;
  size_t i;

  for (i = 0; i < DIM (names); i++)
    {
      pids[i] = fork ();
      ck_assert_int_ge (pids[i], 0);
      if (!pids[i])
        _exit (known_keys_new (user_file, NULL, false, &known)
               || !add_many (known, names[i]));
    }
  for (i = 0; i < DIM (names); i++)
    {
      ck_assert_int_eq (waitpid (pids[i], &status, 0), pids[i]);
      ck_assert_int_eq (status, 0);
    }
  give (NULL, NULL);
  for (i = 0; i < DIM (names); i++)
    expect_many (names[i]);
}
END_TEST

struct writer
{
  struct known_keys *to;
  const char *name;
  bool good;
};

static void *
write_many (void *cookie)
{
  struct writer *writer = cookie;

  writer->good = add_many (writer->to, writer->name);
  return NULL;
}

/* A thread that waits for the lock keeps nobody waiting beyond his time.  */
START_TEST (test_locked_thread)
{
  int fd = open (lock_name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  struct writer writer = { NULL, "one", false };
  pthread_t thread;
  int64_t start;

  ck_assert_int_eq (flock (fd, LOCK_EX), 0);
  give (NULL, NULL);
  writer.to = known;
  ck_assert_int_eq (pthread_create (&thread, NULL, write_many, &writer), 0);
  usleep (50000);
  call_init (&call, &system_clock, 200);
  start = call_mono_ms (&call);
  ck_code (add (URI, NULL, "spki"), GPG_ERR_TIMEOUT);
  expect_not_found (URI, NULL);
  ck_assert_int_lt (call_mono_ms (&call) - start, 5000);
  close (fd);
  pthread_join (thread, NULL);
  ck_assert (writer.good);
}
END_TEST

/* Two threads of this daemon, one of another, and a reader.  */
START_TEST (test_threads)
{
  struct known_keys *other = NULL;
  struct writer writers[3];
  pthread_t threads[3];
  size_t i;

  give ("key " URI REST "\n", NULL);
  ck_ok (known_keys_new (user_file, NULL, false, &other));
  for (i = 0; i < DIM (writers); i++)
    {
      static const char *const names[] = { "one", "two", "three" };

      writers[i] = (struct writer){ i < 2 ? known : other, names[i], false };
      ck_assert_int_eq (
        pthread_create (&threads[i], NULL, write_many, &writers[i]), 0);
    }
  for (i = 0; i < 100; i++)
    ck_ok (find (URI, NULL));
  for (i = 0; i < DIM (writers); i++)
    pthread_join (threads[i], NULL);
  give (NULL, NULL);
  for (i = 0; i < DIM (writers); i++)
    {
      ck_assert (writers[i].good);
      expect_many (writers[i].name);
    }
  known_keys_free (other);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("known-keys");

  tcase_set_timeout (cases, 60);
  tcase_add_checked_fixture (cases, set_up, tear_down);
  tcase_add_test (cases, test_line);
  tcase_add_loop_test (cases, test_good_lines, 0, DIM (good_lines));
  tcase_add_loop_test (cases, test_damaged_line, 0, DIM (damaged_lines));
  tcase_add_test (cases, test_damaged_region);
  tcase_add_test (cases, test_region);
  tcase_add_test (cases, test_files);
  tcase_add_test (cases, test_unreadable);
  tcase_add_test (cases, test_add);
  tcase_add_test (cases, test_mode);
  tcase_add_test (cases, test_add_keeps);
  tcase_add_test (cases, test_add_again);
  tcase_add_test (cases, test_other_process_first);
  tcase_add_test (cases, test_refuse_new);
  tcase_add_test (cases, test_cannot_write);
  tcase_add_test (cases, test_locked);
  tcase_add_test (cases, test_processes);
  tcase_add_test (cases, test_locked_thread);
  tcase_add_test (cases, test_threads);
  return unit_main ("known-keys", &cases, 1);
}

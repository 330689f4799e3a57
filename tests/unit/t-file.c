/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files: reading with a cap, replacing atomically.  */

#include "config.h"

#include "base/file.h"

#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/t-file.XXXXXX";
static char *name;
static struct bytes out;

static void
set_up (void)
{
  strcpy (dir + sizeof dir - 7, "XXXXXX");
  ck_assert_ptr_nonnull (mkdtemp (dir));
  name = file_join (dir, "f");
  ck_assert_ptr_nonnull (name);
  memset (&out, 0, sizeof out);
}

static void
tear_down (void)
{
  DIR *d = opendir (dir);
  struct dirent *entry;

  while (d && (entry = readdir (d)))
    {
      char *path = file_join (dir, entry->d_name);

      if (entry->d_name[0] != '.' && unlink (path))
        rmdir (path);
      free (path);
    }
  if (d)
    closedir (d);
  rmdir (dir);
  free (name);
  bytes_drop (&out);
}

static size_t
entries (void)
{
  DIR *d = opendir (dir);
  size_t n = 0;

  while (d && readdir (d))
    n++;
  if (d)
    closedir (d);
  return n - 2; /* "." and "..".  */
}

static void
expect_content (const char *want)
{
  bytes_clear (&out);
  ck_ok (file_read (name, 1000, &out));
  ck_assert_str_eq (bytes_text (&out), want);
}

START_TEST (test_read)
{
  ck_ok (file_replace (name, span_of ("one\0two", 7)));
  bytes_add_str (&out, "before ");
  ck_ok (file_read (name, 1000, &out));
  ck_assert_uint_eq (out.n, 14);
  ck_assert (!memcmp (out.p, "before one\0two", 15));
}
END_TEST

/* Sizes around the chunk in which files are read, each with a cap that is
 * just large enough and one that is not.  */
START_TEST (test_read_cap)
{
  static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 8192, 100000 };
  struct bytes content = { 0 };
  size_t n = sizes[_i];

  bytes_extend (&content, n);
  ck_ok (file_replace (name, bytes_span (&content)));
  ck_ok (file_read (name, n, &out));
  ck_assert (span_equal (bytes_span (&out), bytes_span (&content)));
  bytes_clear (&out);
  bytes_add_str (&out, "kept");
  if (n)
    ck_code (file_read (name, n - 1, &out), GPG_ERR_TOO_LARGE);
  ck_assert_str_eq (bytes_text (&out), "kept");
  ck_assert_uint_eq (out.n, 4);
  bytes_drop (&content);
}
END_TEST

START_TEST (test_read_refuses)
{
  ck_code (file_read (name, 1000, &out), GPG_ERR_ENOENT);
  ck_code (file_read ("", 1000, &out), GPG_ERR_ENOENT);
  ck_code (file_read (dir, 1000, &out), GPG_ERR_EISDIR);
  ck_code (file_read ("/dev/zero", 1000, &out), GPG_ERR_TOO_LARGE);
  ck_assert_int_eq (symlink ("f", name), 0);
  ck_code (file_read (name, 1000, &out), GPG_ERR_ELOOP);
  ck_assert_uint_eq (out.n, 0);
}
END_TEST

START_TEST (test_read_secret)
{
  struct bytes secret = BYTES_SECRET;

  ck_ok (file_replace (name, span_text ("hush")));
  ck_ok (file_read (name, 4, &secret));
  ck_assert_str_eq (bytes_text (&secret), "hush");
  secret.failed = true;
  ck_code (file_read (name, 4, &secret), GPG_ERR_ENOMEM);
  ck_assert_uint_eq (secret.n, 4);
  bytes_drop (&secret);
}
END_TEST

/* Nobody at the other end: it must not wait for him.  */
START_TEST (test_fifo_without_writer)
{
  ck_assert_int_eq (mkfifo (name, 0600), 0);
  ck_ok (file_read (name, 1000, &out));
  ck_assert_uint_eq (out.n, 0);
  ck_ok (file_read ("/dev/null", 1000, &out));
  ck_assert_uint_eq (out.n, 0);
}
END_TEST

/* The other end of a pipe, open for as long as it has something to say.  */
struct writer
{
  int fd;
  unsigned int pause_ms; /* Before each text.  */
  const char *const *texts;
};

static void *
write_pipe (void *cookie)
{
  struct writer *writer = cookie;
  const char *const *text;

  for (text = writer->texts; *text; text++)
    {
      usleep (writer->pause_ms * 1000);
      if (write (writer->fd, *text, strlen (*text)) < 0)
        break;
    }
  close (writer->fd);
  return NULL;
}

static gpg_error_t
read_pipe (const char *const *texts, unsigned int pause_ms, size_t max)
{
  struct writer writer = { -1, pause_ms, texts };
  pthread_t thread;
  gpg_error_t err;

  ck_assert_int_eq (mkfifo (name, 0600), 0);
  writer.fd = open (name, O_RDWR);
  ck_assert_int_ge (writer.fd, 0);
  ck_assert_int_eq (pthread_create (&thread, NULL, write_pipe, &writer), 0);
  err = file_read (name, max, &out);
  pthread_join (thread, NULL);
  return err;
}

START_TEST (test_slow_pipe)
{
  static const char *const texts[] = { "one ", "two ", "three", NULL };

  ck_ok (read_pipe (texts, 50, 13));
  ck_assert_str_eq (bytes_text (&out), "one two three");
}
END_TEST

START_TEST (test_pipe_over_cap)
{
  static const char *const texts[] = { "one ", "two ", "three", NULL };

  ck_code (read_pipe (texts, 50, 12), GPG_ERR_TOO_LARGE);
  ck_assert_uint_eq (out.n, 0);
}
END_TEST

START_TEST (test_silent_pipe)
{
  static const char *const texts[] = { "too late", NULL };

  ck_code (read_pipe (texts, 5000, 1000), GPG_ERR_TIMEOUT);
  ck_assert_uint_eq (out.n, 0);
}
END_TEST

START_TEST (test_replace_new)
{
  struct stat st;

  umask (0);
  ck_ok (file_replace (name, span_text ("fresh")));
  expect_content ("fresh");
  ck_assert_int_eq (stat (name, &st), 0);
  ck_assert_uint_eq (st.st_mode, S_IFREG | 0600);
  ck_assert_uint_eq (entries (), 1);
  ck_ok (file_replace (name, span_of (NULL, 0)));
  expect_content ("");
}
END_TEST

/* Whoever has the old file open, or another name for it, keeps it whole.  */
START_TEST (test_replace_old)
{
  char *other = file_join (dir, "other");
  char buffer[8] = "";
  struct stat st;
  int fd;

  ck_ok (file_replace (name, span_text ("old")));
  ck_assert_int_eq (chmod (name, 0644), 0);
  ck_assert_int_eq (link (name, other), 0);
  fd = open (name, O_RDONLY);
  ck_ok (file_replace (name, span_text ("newer")));
  expect_content ("newer");
  ck_assert_int_eq (read (fd, buffer, sizeof buffer), 3);
  ck_assert_str_eq (buffer, "old");
  close (fd);
  ck_assert_int_eq (stat (name, &st), 0);
  ck_assert_uint_eq (st.st_mode & 07777, 0600);
  ck_assert_int_eq (stat (other, &st), 0);
  ck_assert_int_eq (st.st_size, 3);
  ck_assert_uint_eq (entries (), 2);
  free (other);
}
END_TEST

START_TEST (test_replace_refused)
{
  char *inside = file_join (name, "f");

  ck_code (file_replace (inside, span_text ("x")), GPG_ERR_ENOENT);
  ck_assert_int_eq (mkdir (name, 0700), 0);
  ck_code (file_replace (name, span_text ("x")), GPG_ERR_EISDIR);
  ck_assert_uint_eq (entries (), 1);
  free (inside);
}
END_TEST

/* The disk is full half way: the old content stays, and nothing else.  */
START_TEST (test_replace_half_written)
{
  struct rlimit old, small;
  struct bytes big = { 0 };
  gpg_error_t err;

  ck_ok (file_replace (name, span_text ("old")));
  bytes_extend (&big, 100000);
  signal (SIGXFSZ, SIG_IGN);
  ck_assert_int_eq (getrlimit (RLIMIT_FSIZE, &old), 0);
  small = old;
  small.rlim_cur = 8192;
  ck_assert_int_eq (setrlimit (RLIMIT_FSIZE, &small), 0);
  err = file_replace (name, bytes_span (&big));
  ck_assert_int_eq (setrlimit (RLIMIT_FSIZE, &old), 0);
  ck_code (err, GPG_ERR_EFBIG);
  expect_content ("old");
  ck_assert_uint_eq (entries (), 1);
  bytes_drop (&big);
}
END_TEST

#define BIG 60000
#define ROUNDS 60

static void *
replace_again_and_again (void *cookie)
{
  struct bytes content = { 0 };
  gpg_error_t err = 0;
  int i;

  bytes_extend (&content, BIG);
  for (i = 0; i < ROUNDS && !err; i++)
    {
      memset (content.p, 'a' + i % 2, BIG);
      err = file_replace (name, bytes_span (&content));
    }
  bytes_drop (&content);
  *(gpg_error_t *)cookie = err;
  return NULL;
}

/* A reader sees one content or the other, whole.  */
START_TEST (test_replace_is_atomic)
{
  struct bytes content = { 0 };
  gpg_error_t writer_err;
  pthread_t writer;
  int i;

  memset (bytes_extend (&content, BIG), 'a', BIG);
  ck_ok (file_replace (name, bytes_span (&content)));
  bytes_drop (&content);
  ck_assert_int_eq (
    pthread_create (&writer, NULL, replace_again_and_again, &writer_err), 0);
  for (i = 0; i < ROUNDS; i++)
    {
      bytes_clear (&out);
      ck_ok (file_read (name, BIG, &out));
      ck_assert_uint_eq (out.n, BIG);
      ck_assert_int_eq (memcmp (out.p, out.p + 1, BIG - 1), 0);
    }
  pthread_join (writer, NULL);
  ck_ok (writer_err);
  ck_assert_uint_eq (entries (), 1);
}
END_TEST

START_TEST (test_join)
{
  char *path = file_join ("/a/b", "c d");

  ck_assert_str_eq (path, "/a/b/c d");
  free (path);
}
END_TEST

int
main (void)
{
  TCase *reading = tcase_create ("read");
  TCase *replacing = tcase_create ("replace");
  TCase *cases[] = { reading, replacing };

  tcase_add_checked_fixture (reading, set_up, tear_down);
  tcase_set_timeout (reading, 30);
  tcase_add_test (reading, test_read);
  tcase_add_loop_test (reading, test_read_cap, 0, 7);
  tcase_add_test (reading, test_read_refuses);
  tcase_add_test (reading, test_read_secret);
  tcase_add_test (reading, test_fifo_without_writer);
  tcase_add_test (reading, test_slow_pipe);
  tcase_add_test (reading, test_pipe_over_cap);
  tcase_add_test (reading, test_silent_pipe);
  tcase_add_test (reading, test_join);
  tcase_add_checked_fixture (replacing, set_up, tear_down);
  tcase_set_timeout (replacing, 30);
  tcase_add_test (replacing, test_replace_new);
  tcase_add_test (replacing, test_replace_old);
  tcase_add_test (replacing, test_replace_refused);
  tcase_add_test (replacing, test_replace_half_written);
  tcase_add_test (replacing, test_replace_is_atomic);
  return unit_main ("file", cases, DIM (cases));
}

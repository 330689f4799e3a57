/* SPDX-License-Identifier: GPL-3.0-or-later
 * The emulator's computation of signatures, stage by stage, against the
 * examples that AWS has published.  */

#include "config.h"

#include "tests/emulator/sigv4-check.h"

#include "base/file.h"
#include "base/text.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>

#define KEY_ID "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define SCOPE "20150830/us-east-1/service/aws4_request"
#define TIME "20150830T123600Z"

static char slash[] = "/";
static struct http_request request = { .method = "POST", .uri = slash };

static void
add_header (const char *name, const char *value)
{
  ck_assert_uint_lt (request.n_headers, HTTP_MAX_HEADERS);
  request.headers[request.n_headers].name = name;
  request.headers[request.n_headers].value = value;
  request.n_headers++;
}

START_TEST (the_published_example)
{
  struct bytes canonical = { 0 };
  struct bytes hex = { 0 };

  add_header ("Host", "example.amazonaws.com");
  add_header ("X-Amz-Date", TIME);
  ck_ok (sigv4_check_canonical (&request, span_text ("host;x-amz-date"),
                                &canonical));
  ck_assert_str_eq (bytes_text (&canonical),
                    "POST\n/\n\nhost:example.amazonaws.com\n"
                    "x-amz-date:20150830T123600Z\n\nhost;x-amz-date\n"
                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
                    "7852b855");
  ck_ok (sigv4_check_signature (bytes_span (&canonical), TIME,
                                span_text (SCOPE), span_text (SECRET), &hex));
  ck_assert_str_eq (bytes_text (&hex), "5da7c1a2acd57cee7505fc6676e4e544621c"
                                       "30862966e37dddb68e92efbe5d6b");
  bytes_drop (&canonical);
  bytes_drop (&hex);
}
END_TEST

/* Take a signed request from a text as in AWS's collection of examples:
 * "POST / HTTP/1.1", headers without a blank, perhaps folded, body.  */
static bool
read_example (char *text)
{
  char *body = strstr (text, "\n\n");
  char *line, *next;

  request.n_headers = 0;
  if (strncmp (text, "POST / ", 7) && strncmp (text, "GET / ", 6))
    return false;
  request.method = *text == 'P' ? "POST" : "GET";
  if (body)
    {
      *body = 0;
      bytes_add_str (&request.body, body + 2);
    }
  for (line = strchr (text, '\n'); line; line = next)
    {
      char *colon;

      *line++ = 0;
      /* A folded line goes on behind the blanks, which count as one.  */
      for (next = strchr (line, '\n'); next && next[1] == ' ';
           next = strchr (next, '\n'))
        *next = ' ';
      colon = strchr (line, ':');
      ck_assert_ptr_nonnull (colon);
      if (next)
        *next = 0;
      *colon = 0;
      add_header (line, colon + 1);
      if (next)
        *next = '\n';
    }
  return true;
}

static void
read_member (const char *directory, const char *name, struct bytes *out)
{
  char *path = file_join (directory, name);

  bytes_clear (out);
  ck_ok (file_read (path, 65536, out));
  free (path);
}

static struct span
parameter (const char *name)
{
  const char *at
    = strstr (http_header_at (&request, "Authorization", 0), name);

  ck_assert_ptr_nonnull (at);
  at += strlen (name);
  return span_of (at, strcspn (at, ","));
}

/* One of the examples, if it is of the kind that KMS sees.  */
static bool
try_example (const char *directory)
{
  struct bytes text = { 0 };
  struct bytes want = { 0 };
  struct bytes got = { 0 };
  struct bytes hex = { 0 };
  struct span credential;
  bool taken;

  read_member (directory, "header-signed-request.txt", &text);
  taken = read_example ((char *)text.p);
  if (taken)
    {
      read_member (directory, "header-canonical-request.txt", &want);
      ck_ok (
        sigv4_check_canonical (&request, parameter ("SignedHeaders="), &got));
      ck_assert_str_eq (bytes_text (&got), bytes_text (&want));
      credential = parameter ("Credential=" KEY_ID "/");
      ck_ok (sigv4_check_signature (bytes_span (&got), TIME, credential,
                                    span_text (SECRET), &hex));
      read_member (directory, "header-signature.txt", &want);
      ck_assert_str_eq (bytes_text (&hex), bytes_text (&want));
    }
  bytes_drop (&text);
  bytes_drop (&want);
  bytes_drop (&got);
  bytes_drop (&hex);
  bytes_drop (&request.body);
  return taken;
}

START_TEST (the_collection)
{
  const char *data = getenv ("KMS_TEST_DATA");
  char *root = data ? file_join (data, "aws-c-auth-sigv4/v4") : NULL;
  DIR *directory = root ? opendir (root) : NULL;
  struct dirent *entry;
  int seen = 0;

  while (directory && (entry = readdir (directory)))
    {
      char *path = file_join (root, entry->d_name);

      if (*entry->d_name != '.' && try_example (path))
        seen++;
      free (path);
    }
  if (directory)
    {
      closedir (directory);
      ck_assert_int_ge (seen, 12);
    }
  free (root);
}
END_TEST

int
main (void)
{
  TCase *stages = tcase_create ("stages");
  TCase *const cases[] = { stages };

  tcase_add_test (stages, the_published_example);
  tcase_add_test (stages, the_collection);
  return unit_main ("sigv4-examples", cases, DIM (cases));
}

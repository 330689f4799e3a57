/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of aws/sigv4.c; KMS_TEST_DATA adds the public test suite.  */

#include "config.h"

#include "aws/sigv4.h"

#include "aws/creds.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>

#define KEY_ID "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define AT_1236 1440938160 /* 2015-08-30T12:36:00Z */
#define MIN_CASES 38

static void
add (struct sigv4_request *request, struct span name, struct span value)
{
  ck_assert_uint_lt (request->n_headers, SIGV4_MAX_HEADERS);
  request->headers[request->n_headers].name = name;
  request->headers[request->n_headers].value = value;
  request->n_headers++;
}

/* The suite's plain POST.  */
static void
vanilla (struct sigv4_request *request)
{
  memset (request, 0, sizeof *request);
  request->method = span_text ("POST");
  request->path = span_text ("/");
  request->normalize_path = true;
  request->region = "us-east-1";
  request->service = "service";
  request->time = AT_1236;
  add (request, span_text ("Host"), span_text ("example.amazonaws.com"));
  add (request, span_text ("X-Amz-Date"), span_text ("20150830T123600Z"));
}

/* The signature alone, through all three stages.  */
static void
sign (const struct sigv4_request *request, const char *secret,
      struct bytes *r_signature)
{
  struct bytes canonical = { 0 };
  struct bytes string = { 0 };

  ck_ok (sigv4_canonical (request, &canonical));
  ck_ok (sigv4_string_to_sign (request, bytes_span (&canonical), &string));
  ck_ok (sigv4_signature (request, span_text (secret), bytes_span (&string),
                          r_signature));
  bytes_drop (&canonical);
  bytes_drop (&string);
}

START_TEST (test_vanilla)
{
  struct sigv4_request request;
  struct aws_credentials creds;
  struct bytes out = { 0 };

  vanilla (&request);
  ck_ok (sigv4_canonical (&request, &out));
  ck_assert_str_eq (bytes_text (&out),
                    "POST\n/\n\nhost:example.amazonaws.com\n"
                    "x-amz-date:20150830T123600Z\n\nhost;x-amz-date\n"
                    "e3b0c44298fc1c149afbf4c8996fb924"
                    "27ae41e4649b934ca495991b7852b855");
  bytes_clear (&out);
  aws_credentials_init (&creds);
  ck_ok (aws_credentials_set (&creds, KEY_ID, SECRET, NULL));
  ck_ok (sigv4_authorization (&request, &creds, &out));
  ck_assert_str_eq (bytes_text (&out),
                    "AWS4-HMAC-SHA256 Credential=" KEY_ID
                    "/20150830/us-east-1/service/aws4_request, "
                    "SignedHeaders=host;x-amz-date, Signature="
                    "5da7c1a2acd57cee7505fc6676e4e544"
                    "621c30862966e37dddb68e92efbe5d6b");
  aws_credentials_drop (&creds);
  bytes_drop (&out);
}
END_TEST

/* Each change of the input changes the signature.  */
START_TEST (test_twins)
{
  struct sigv4_request twins[8];
  const char *secrets[DIM (twins)];
  struct bytes good = { 0 };
  struct bytes other = { 0 };
  size_t i;

  for (i = 0; i < DIM (twins); i++)
    {
      vanilla (&twins[i]);
      secrets[i] = SECRET;
    }
  sign (&twins[0], SECRET, &good);
  secrets[0] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEX";
  twins[1].body = span_text ("a");
  twins[2].time++;
  twins[3].time += 86400;
  twins[4].region = "us-east-2";
  twins[5].service = "servicf";
  twins[6].method = span_text ("PUT");
  twins[7].headers[0].value = span_text ("example.amazonaws.con");
  for (i = 0; i < DIM (twins); i++)
    {
      bytes_clear (&other);
      sign (&twins[i], secrets[i], &other);
      ck_assert_uint_eq (other.n, 64);
      ck_assert (!span_equal (bytes_span (&good), bytes_span (&other)));
    }
  bytes_drop (&good);
  bytes_drop (&other);
}
END_TEST

/* The headers of a KMS call, in any order and case.  */
START_TEST (test_headers)
{
  struct sigv4_request request;
  struct bytes out = { 0 };

  vanilla (&request);
  add (&request, span_text ("X-AMZ-TARGET"), span_text ("TrentService.Sign"));
  add (&request, span_text ("x-amz-a-b"), span_text (" 1 \t\t 2 "));
  add (&request, span_text ("Content-Type"), span_text (""));
  add (&request, span_text ("x-amz-a"), span_text ("b"));
  add (&request, span_text ("X-Amz-A"), span_text ("a"));
  ck_ok (sigv4_canonical (&request, &out));
  ck_assert (text_starts (bytes_text (&out),
                          "POST\n/\n\ncontent-type:\n"
                          "host:example.amazonaws.com\nx-amz-a:b,a\n"
                          "x-amz-a-b:1 2\nx-amz-date:20150830T123600Z\n"
                          "x-amz-target:TrentService.Sign\n\n"
                          "content-type;host;x-amz-a;x-amz-a-b;x-amz-date;"
                          "x-amz-target\n"));
  bytes_drop (&out);
}
END_TEST

START_TEST (test_paths)
{
  /* clang-format off */
  static const struct { const char *path, *plain, *normal; } rows[] = {
    { "",              "/",               "/" },
    { "/",             "/",               "/" },
    { "/a",            "/a",              "/a" },
    { "/a/",           "/a/",             "/a/" },
    { "/a//b",         "/a//b",           "/a/b" },
    { "/a/./b",        "/a/./b",          "/a/b" },
    { "/a/../b",       "/a/../b",         "/b" },
    { "/a/b/..",       "/a/b/..",         "/a/" },
    { "/../..",        "/../..",          "/" },
    { "/../a",         "/../a",           "/a" },
    { "/.a/..b/c.",    "/.a/..b/c.",      "/.a/..b/c." },
    { "/a%20b",        "/a%2520b",        "/a%2520b" },
    { "/a b",          "/a%20b",          "/a%20b" },
  };
  /* clang-format on */
  size_t i;

  for (i = 0; i < DIM (rows) * 2; i++)
    {
      bool normal = i % 2;
      struct sigv4_request request;
      struct bytes expected = { 0 };
      struct bytes out = { 0 };

      vanilla (&request);
      request.path = span_text (rows[i / 2].path);
      request.normalize_path = normal;
      bytes_add_fmt (&expected, "POST\n%s\n\nhost:",
                     normal ? rows[i / 2].normal : rows[i / 2].plain);
      ck_ok (sigv4_canonical (&request, &out));
      ck_assert_msg (text_starts (bytes_text (&out), bytes_text (&expected)),
                     "%s: %s", rows[i / 2].path, bytes_text (&out));
      bytes_drop (&expected);
      bytes_drop (&out);
    }
}
END_TEST

START_TEST (test_queries)
{
  /* clang-format off */
  static const struct { const char *query, *canonical; } rows[] = {
    { "",             "" },
    { "a",            "a=" },
    { "a=",           "a=" },
    { "b=1&a=2",      "a=2&b=1" },
    { "a-b=1&a=2",    "a=2&a-b=1" },
    { "a=2&a=1",      "a=1&a=2" },
    { "a=b=c",        "a=b%3Dc" },
    { "a=%2F/",       "a=%2F%2F" },
    { "a=b c",        "a=b%20c" },
  };
  /* clang-format on */
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      struct sigv4_request request;
      struct bytes expected = { 0 };
      struct bytes out = { 0 };

      vanilla (&request);
      request.query = span_text (rows[i].query);
      bytes_add_fmt (&expected, "POST\n/\n%s\nhost:", rows[i].canonical);
      ck_ok (sigv4_canonical (&request, &out));
      ck_assert_msg (text_starts (bytes_text (&out), bytes_text (&expected)),
                     "%s: %s", rows[i].query, bytes_text (&out));
      bytes_drop (&expected);
      bytes_drop (&out);
    }
}
END_TEST

START_TEST (test_query_limit)
{
  struct sigv4_request request;
  struct bytes query = { 0 };
  struct bytes out = { 0 };
  size_t i;

  vanilla (&request);
  for (i = 0; i < SIGV4_MAX_PAIRS; i++)
    bytes_add_str (&query, i ? "&a=b" : "a=b");
  request.query = bytes_span (&query);
  ck_ok (sigv4_canonical (&request, &out));
  bytes_add_str (&query, "&a=b");
  request.query = bytes_span (&query);
  ck_code (sigv4_canonical (&request, &out), GPG_ERR_TOO_MANY);
  bytes_drop (&query);
  bytes_drop (&out);
}
END_TEST

/* One case of the public suite.  */
struct suite_case
{
  char *dir;
  struct bytes request_text;
  struct json *context;
  struct sigv4_request request;
  struct bytes date;
  struct bytes body_hash;
};

static void
read_part (const char *dir, const char *name, struct bytes *out)
{
  char *path = file_join (dir, name);

  ck_assert_msg (!file_read (path, 100000, out), "%s", path);
  free (path);
}

/* The next line of *REST without its end.  */
static struct span
take_line (struct span *rest)
{
  const unsigned char *end = memchr (rest->p, '\n', rest->n);
  size_t n = end ? (size_t)(end - rest->p) : rest->n;
  struct span line = span_of (rest->p, n);

  *rest = span_of (rest->p + n + (end != NULL), rest->n - n - (end != NULL));
  return line;
}

/* "METHOD path?query HTTP/1.1"; the path may have blanks in it.  */
static void
read_request_line (struct sigv4_request *request, struct span line)
{
  const unsigned char *path = memchr (line.p, ' ', line.n);
  const unsigned char *end = memrchr (line.p, ' ', line.n);
  const unsigned char *query;

  request->method = span_of (line.p, (size_t)(path - line.p));
  path++;
  query = memchr (path, '?', (size_t)(end - path));
  request->path = span_of (path, (size_t)((query ? query : end) - path));
  if (query)
    request->query = span_of (query + 1, (size_t)(end - query - 1));
}

/* Headers, some of them folded, up to an empty line; then the body.  */
static void
read_headers_and_body (struct sigv4_request *request, struct span rest)
{
  while (rest.n)
    {
      struct span line = take_line (&rest);
      const unsigned char *colon;
      size_t n;

      if (!line.n)
        break;
      colon = memchr (line.p, ':', line.n);
      ck_assert (colon);
      while (rest.n && rest.p[0] == ' ')
        line.n += take_line (&rest).n + 1;
      n = (size_t)(colon - line.p);
      add (request, span_of (line.p, n), span_of (colon + 1, line.n - n - 1));
    }
  request->body = rest;
}

/* What the suite expects the signer to add by itself.  */
static void
add_own_headers (struct suite_case *c, const char *token)
{
  bool sign_body = false;
  bool omit_token = false;
  const char *hash;
  struct bytes canonical = { 0 };

  json_flag (c->context, "sign_body", &sign_body);
  json_flag (c->context, "omit_session_token", &omit_token);
  text_add_basic_time (&c->date, c->request.time);
  add (&c->request, span_text ("X-Amz-Date"), bytes_span (&c->date));
  if (token && !omit_token)
    add (&c->request, span_text ("X-Amz-Security-Token"), span_text (token));
  if (sign_body)
    {
      ck_ok (sigv4_canonical (&c->request, &canonical));
      hash = strrchr (bytes_text (&canonical), '\n') + 1;
      bytes_add_str (&c->body_hash, hash);
      add (&c->request, span_text ("X-Amz-Content-Sha256"),
           bytes_span (&c->body_hash));
    }
  bytes_drop (&canonical);
}

static void
load_case (struct suite_case *c, const char *dir)
{
  struct bytes context = { 0 };
  struct span rest;

  memset (c, 0, sizeof *c);
  c->dir = strdup (dir);
  read_part (dir, "request.txt", &c->request_text);
  read_part (dir, "context.json", &context);
  ck_ok (json_parse (bytes_span (&context), &c->context));
  bytes_drop (&context);
  ck_assert (json_flag (c->context, "normalize", &c->request.normalize_path));
  c->request.region = json_string (c->context, "region");
  c->request.service = json_string (c->context, "service");
  ck_ok (text_time (json_string (c->context, "timestamp"), &c->request.time));
  rest = bytes_span (&c->request_text);
  read_request_line (&c->request, take_line (&rest));
  read_headers_and_body (&c->request, rest);
  add_own_headers (
    c, json_string (json_member (c->context, "credentials"), "token"));
}

static void
drop_case (struct suite_case *c)
{
  json_free (c->context);
  bytes_drop (&c->request_text);
  bytes_drop (&c->date);
  bytes_drop (&c->body_hash);
  free (c->dir);
}

static void
compare (const struct suite_case *c, const char *name, struct bytes *out)
{
  struct bytes expected = { 0 };

  read_part (c->dir, name, &expected);
  ck_assert_msg (span_equal (bytes_span (&expected), bytes_span (out)),
                 "%s/%s:\n%s\n--- but expected ---\n%s", c->dir, name,
                 bytes_text (out), bytes_text (&expected));
  bytes_drop (&expected);
}

/* The Authorization line of the signed request.  */
static void
compare_authorization (const struct suite_case *c, const struct bytes *value)
{
  struct bytes expected = { 0 };
  struct bytes line = { 0 };

  bytes_add_fmt (&line, "\nAuthorization:%s\n", bytes_text (value));
  read_part (c->dir, "header-signed-request.txt", &expected);
  ck_assert_msg (strstr (bytes_text (&expected), bytes_text (&line)), "%s: %s",
                 c->dir, bytes_text (value));
  bytes_drop (&expected);
  bytes_drop (&line);
}

static void
run_case (const char *dir)
{
  const struct json *credentials;
  struct aws_credentials creds;
  struct bytes canonical = { 0 };
  struct bytes string = { 0 };
  struct bytes out = { 0 };
  struct suite_case c;

  load_case (&c, dir);
  credentials = json_member (c.context, "credentials");
  aws_credentials_init (&creds);
  ck_ok (aws_credentials_set (
    &creds, json_string (credentials, "access_key_id"),
    json_string (credentials, "secret_access_key"), NULL));

  ck_ok (sigv4_canonical (&c.request, &canonical));
  compare (&c, "header-canonical-request.txt", &canonical);
  ck_ok (sigv4_string_to_sign (&c.request, bytes_span (&canonical), &string));
  compare (&c, "header-string-to-sign.txt", &string);
  ck_ok (sigv4_signature (&c.request, bytes_span (&creds.secret_key),
                          bytes_span (&string), &out));
  compare (&c, "header-signature.txt", &out);
  bytes_clear (&out);
  ck_ok (sigv4_authorization (&c.request, &creds, &out));
  compare_authorization (&c, &out);

  aws_credentials_drop (&creds);
  bytes_drop (&canonical);
  bytes_drop (&string);
  bytes_drop (&out);
  drop_case (&c);
}

START_TEST (test_suite)
{
  const char *data = getenv ("KMS_TEST_DATA");
  struct dirent *entry;
  unsigned int n = 0;
  char *top, *dir;
  DIR *handle;

  if (!data)
    {
      printf ("skipped: KMS_TEST_DATA is not set\n");
      return;
    }
  top = file_join (data, "aws-c-auth-sigv4/v4");
  handle = opendir (top);
  ck_assert_msg (handle, "%s", top);
  while ((entry = readdir (handle)))
    if (entry->d_name[0] != '.')
      {
        dir = file_join (top, entry->d_name);
        run_case (dir);
        free (dir);
        n++;
      }
  closedir (handle);
  free (top);
  ck_assert_uint_ge (n, MIN_CASES);
}
END_TEST

int
main (void)
{
  TCase *stages = tcase_create ("stages");
  TCase *suite = tcase_create ("suite");
  TCase *const cases[] = { stages, suite };

  tcase_add_test (stages, test_vanilla);
  tcase_add_test (stages, test_twins);
  tcase_add_test (stages, test_headers);
  tcase_add_test (stages, test_paths);
  tcase_add_test (stages, test_queries);
  tcase_add_test (stages, test_query_limit);
  tcase_add_test (suite, test_suite);
  return unit_main ("sigv4", cases, DIM (cases));
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of aws/request.c and of aws/creds-sts.c, which sends the other kind
 * of request, against a small server of canned answers on loopback;
 * KMS_TEST_DATA adds the SDKs' own error cases.  */

#include "config.h"

#include "aws/request.h"

#include "aws/creds.h"
#include "aws/endpoint.h"
#include "aws/providers.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/unit/unit.h"
#include "tests/unit/vectors.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_ANSWERS 3

/* Gives its answers one after the other, each on a connection of its own,
 * and ends.  */
static struct
{
  pthread_t thread;
  int fd;
  char url[64];
  const char *answers[MAX_ANSWERS];
  size_t n;
  char request[4096]; /* The last one; to be read when it has ended.  */
} server;

static struct test_clock tc;
static struct call call;
static struct http *http;
static struct aws_credentials creds;
static char dir[] = "/tmp/t-request-XXXXXX";

/* One request, whose headers have to announce its body.  */
static void
read_request (int fd)
{
  const char *end = NULL;
  const char *length;
  size_t body = 0;
  size_t n = 0;

  memset (server.request, 0, sizeof server.request);
  while (!end || n < (size_t)(end - server.request) + 4 + body)
    {
      ssize_t got
        = read (fd, server.request + n, sizeof server.request - 1 - n);

      if (got <= 0)
        return;
      n += (size_t)got;
      end = strstr (server.request, "\r\n\r\n");
      length = strstr (server.request, "Content-Length: ");
      body = length ? strtoul (length + 16, NULL, 10) : 0;
    }
}

static void *
serve (void *cookie)
{
  size_t i;

  (void)cookie;
  for (i = 0; i < server.n; i++)
    {
      int fd = accept (server.fd, NULL, NULL);

      read_request (fd);
      send (fd, server.answers[i], strlen (server.answers[i]), MSG_NOSIGNAL);
      close (fd);
    }
  close (server.fd);
  return NULL;
}

/* Start it with up to three answers; the rest are NULL.  */
static void
server_start (const char *first, const char *second, const char *third)
{
  struct sockaddr_in addr = { .sin_family = AF_INET };
  socklen_t n = sizeof addr;

  server.answers[0] = first;
  server.answers[1] = second;
  server.answers[2] = third;
  server.n = third ? 3 : second ? 2 : 1;
  addr.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  server.fd = socket (AF_INET, SOCK_STREAM, 0);
  ck_assert_int_eq (bind (server.fd, (struct sockaddr *)&addr, n), 0);
  ck_assert_int_eq (listen (server.fd, 8), 0);
  ck_assert_int_eq (getsockname (server.fd, (struct sockaddr *)&addr, &n), 0);
  snprintf (server.url, sizeof server.url, "http://127.0.0.1:%u/",
            ntohs (addr.sin_port));
  ck_assert_int_eq (pthread_create (&server.thread, NULL, serve, NULL), 0);
}

static void
setup (void)
{
  static const char *const variables[] = { "AWS_ROLE_ARN",
                                           "AWS_ROLE_SESSION_NAME",
                                           "AWS_WEB_IDENTITY_TOKEN_FILE",
                                           "AWS_ENDPOINT_URL",
                                           "AWS_REGION",
                                           "AWS_DEFAULT_REGION" };
  const struct http_settings settings = { .connect_timeout_ms = 5000,
                                          .request_timeout_ms = 5000,
                                          .user_agent = "t-request/1" };
  size_t i;

  for (i = 0; i < DIM (variables); i++)
    unsetenv (variables[i]);
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 30000);
  aws_credentials_init (&creds);
  http = http_new (&settings);
  ck_assert_ptr_nonnull (mkdtemp (dir));
}

static void
teardown (void)
{
  char *token = file_join (dir, "token");

  unlink (token);
  free (token);
  rmdir (dir);
  memcpy (dir + sizeof dir - 7, "XXXXXX", 6);
  aws_credentials_drop (&creds);
  http_free (http);
}

/* POST to the server under KMS's name, so that the signature is always the
 * same; the reply's status.  */
static int
send_to_kms (const char *path, bool sign)
{
  struct endpoint endpoint = { { 0 }, { 0 }, { 0 }, { 0 } };
  struct aws_request request = {
    .service = "kms",
    .endpoint = &endpoint,
    .creds = sign ? &creds : NULL,
    .content_type = "application/x-amz-json-1.1",
    .target = "TrentService.Sign",
    .body = span_text ("{\"KeyId\":\"alias/test\"}"),
  };
  struct http_reply reply;
  int status;

  server_start ("HTTP/1.1 201 Fine\r\nContent-Length: 0\r\n\r\n", NULL, NULL);
  bytes_add_str (&endpoint.url, server.url);
  bytes_add_str (&endpoint.url, path + 1);
  bytes_add_str (&endpoint.host, "kms.eu-west-1.amazonaws.com");
  bytes_add_str (&endpoint.path, path);
  bytes_add_str (&endpoint.region, "eu-west-1");
  ck_ok (aws_send (http, &call, &request, &reply));
  pthread_join (server.thread, NULL);
  status = reply.status;
  http_reply_drop (&reply);
  endpoint_drop (&endpoint);
  return status;
}

static bool
was_sent (const char *text)
{
  return strstr (server.request, text);
}

START_TEST (test_signed)
{
  ck_ok (aws_credentials_set (
    &creds, "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", NULL));
  ck_assert_int_eq (send_to_kms ("/", true), 201);
  ck_assert (text_starts (server.request, "POST / HTTP/1.1\r\n"));
  ck_assert (was_sent ("\r\nHost: kms.eu-west-1.amazonaws.com\r\n"));
  ck_assert (was_sent ("\r\nContent-Type: application/x-amz-json-1.1\r\n"));
  ck_assert (was_sent ("\r\nX-Amz-Target: TrentService.Sign\r\n"));
  ck_assert (was_sent ("\r\nX-Amz-Date: 20231114T221320Z\r\n"));
  ck_assert (was_sent ("\r\nUser-Agent: t-request/1\r\n"));
  ck_assert (!was_sent ("X-Amz-Security-Token"));
  ck_assert (!was_sent ("Accept-Encoding"));
  /* Computed by another implementation.  */
  ck_assert (was_sent (
    "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20231114/"
    "eu-west-1/kms/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="
    "7f8016f265e1ca2c0a4ff07d4dd830099d271a8a33b1d2ab8fd2297916ce436e\r\n"));
}
END_TEST

START_TEST (test_signed_with_token)
{
  ck_ok (aws_credentials_set (&creds, "AKIDEXAMPLE",
                              "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                              "tok/en+="));
  ck_assert_int_eq (send_to_kms ("/prefix/", true), 201);
  ck_assert (text_starts (server.request, "POST /prefix/ HTTP/1.1\r\n"));
  ck_assert (was_sent ("\r\nX-Amz-Security-Token: tok/en+=\r\n"));
  ck_assert (was_sent (
    "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;"
    "x-amz-target, Signature="
    "680e2ec27740c0b603be8518ad277584de33280f1f93a1a9707a130f2afb26be\r\n"));
}
END_TEST

START_TEST (test_unsigned)
{
  ck_assert_int_eq (send_to_kms ("/", false), 201);
  ck_assert (was_sent ("\r\nHost: kms.eu-west-1.amazonaws.com\r\n"));
  ck_assert (!was_sent ("Authorization"));
  ck_assert (!was_sent ("X-Amz-Date"));
}
END_TEST

/* What aws_error_of makes of a reply with this header and body.  */
static void
expect_error (const char *header, const char *body, const char *type,
              const char *message)
{
  struct http_reply reply;
  struct bytes got_type = { 0 };
  struct bytes got_message = { 0 };

  memset (&reply, 0, sizeof reply);
  if (header)
    bytes_add_fmt (&reply.headers, "x-amzn-errortype: %s\n", header);
  if (body)
    bytes_add_str (&reply.body, body);
  aws_error_of (&reply, &got_type, &got_message);
  ck_assert_str_eq (bytes_text (&got_type), type);
  ck_assert_str_eq (bytes_text (&got_message), message);
  bytes_drop (&got_type);
  bytes_drop (&got_message);
  http_reply_drop (&reply);
}

START_TEST (test_error_of)
{
  /* clang-format off */
  static const struct { const char *header, *body, *type, *message; }
  rows[] = {
    { "A", "{\"__type\":\"B\",\"code\":\"C\"}", "A", "" },
    { "", "{\"__type\":\"B\",\"code\":\"C\"}", "B", "" },
    { NULL, "{\"__type\":\"B\",\"code\":\"C\"}", "B", "" },
    { NULL, "{\"__type\":null,\"code\":\"C\"}", "C", "" },
    { NULL, "{\"code\":\"com.amazon.coral.service#C\"}", "C", "" },
    { "a#b#C:http://d#e", NULL, "C", "" },
    { "C:http://d#e", NULL, "C", "" },
    { ":x", NULL, "", "" },
    { NULL, "{\"__type\":\"B\",\"message\":\"m\"}", "B", "m" },
    { NULL, "{\"__type\":\"B\",\"Message\":\"M\"}", "B", "M" },
    { NULL, "{\"Message\":\"M\",\"message\":\"m\"}", "", "m" },
    { NULL, "{\"__type\":\"B\",\"message\":\"\"}", "B", "" },
    { NULL, "{\"__type\":1}", "", "" },
    { NULL, "<html>__type</html>", "", "" },
    { NULL, NULL, "", "" },
  };
  /* clang-format on */
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    expect_error (rows[i].header, rows[i].body, rows[i].type, rows[i].message);
}
END_TEST

/* True if it is about an error.  */
static bool
replay_case (struct span text)
{
  struct json *doc;
  const struct json *response;
  const char *type, *message;

  ck_ok (json_parse (text, &doc));
  type = json_string (doc, "errorCode");
  message = json_string (doc, "errorMessage");
  response = json_member (doc, "response");
  if (type)
    expect_error (
      json_string (json_member (response, "headers"), "X-Amzn-Errortype"),
      json_string (response, "body"), type, message ? message : "");
  json_free (doc);
  return type;
}

START_TEST (test_error_vectors)
{
  static const char array[] = "\"cases\": [";
  const char *data = getenv ("KMS_TEST_DATA");
  struct bytes text = { 0 };
  struct span rest, object;
  unsigned int errors = 0;
  const char *at;
  char *name;

  if (!data)
    {
      printf ("skipped: KMS_TEST_DATA is not set\n");
      return;
    }
  name = file_join (data, "botocore/protocols-output/json.json");
  ck_ok (file_read (name, 1000000, &text));
  for (at = bytes_text (&text); (at = strstr (at, array)); at++)
    {
      rest = span_text (at + strlen (array));
      while ((object = next_object (&rest)).n)
        errors += replay_case (object);
    }
  ck_assert_uint_eq (errors, 12);
  bytes_drop (&text);
  free (name);
}
END_TEST

#define ROLE "arn:aws:iam::111122223333:role/release"

/* Fetch by web identity, from what the environment says.  */
static gpg_error_t
fetch (const char *region_hint)
{
  struct creds_provider *provider = creds_web_identity_new (http, region_hint);
  gpg_error_t err;

  aws_credentials_drop (&creds);
  call_forget (&call);
  err = provider->fetch (provider, &call, &creds);
  provider->free (provider);
  return err;
}

static void
put_token (const char *text)
{
  char *name = file_join (dir, "token");

  ck_ok (file_replace (name, span_text (text)));
  setenv ("AWS_WEB_IDENTITY_TOKEN_FILE", name, 1);
  free (name);
}

/* The same from an STS with up to three answers, which all must be asked
 * for.  */
static gpg_error_t
fetch_from (const char *first, const char *second, const char *third)
{
  gpg_error_t err;

  put_token ("web+identity/token\r\n");
  setenv ("AWS_ROLE_ARN", ROLE, 1);
  server_start (first, second, third);
  setenv ("AWS_ENDPOINT_URL_STS", server.url, 1);
  err = fetch ("eu-west-1");
  pthread_join (server.thread, NULL);
  return err;
}

static void
expect_good (void)
{
  ck_assert_str_eq (bytes_text (&creds.access_key_id), "ASIAEXAMPLE");
  ck_assert_str_eq (bytes_text (&creds.secret_key), "s3cr3t");
  ck_assert_str_eq (bytes_text (&creds.token), "a&b+/<>\"'");
  ck_assert_int_eq (creds.expires, 1767323045);
  ck_assert (creds.secret_key.secret && creds.token.secret);
}

#define ANSWER(status, body)                                                  \
  "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n" body
#define REFUSAL(status, code)                                                 \
  ANSWER (status, "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/"     \
                  "2011-06-15/\">\n<Error>\n<Type>Sender</Type><Code>" code   \
                  "</Code>\n<Message>the &lt;message&gt;</Message></Error>"   \
                  "<RequestId>1</RequestId></ErrorResponse>")
#define GRANT(fields)                                                         \
  ANSWER ("200 OK", "<AssumeRoleWithWebIdentityResponse>"                     \
                    "<AssumeRoleWithWebIdentityResult><Credentials>\n" fields \
                    "</Credentials></AssumeRoleWithWebIdentityResult>"        \
                    "</AssumeRoleWithWebIdentityResponse>")
#define GOOD                                                                  \
  GRANT (                                                                     \
    "<SessionToken>a&amp;b&#43;&#x2f;&lt;&gt;&quot;&apos;</SessionToken>"     \
    "<SecretAccessKey>s3cr3t</SecretAccessKey>\n"                             \
    "<Expiration>2026-01-02T03:04:05Z</Expiration>"                           \
    "<AccessKeyId>ASIAEXAMPLE</AccessKeyId>")

START_TEST (test_web_identity)
{
  ck_ok (fetch_from (GOOD, NULL, NULL));
  expect_good ();
  ck_assert (text_starts (server.request, "POST / HTTP/1.1\r\n"));
  ck_assert (!was_sent ("Authorization"));
  ck_assert (
    was_sent ("\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
  ck_assert (
    was_sent ("\r\n\r\nAction=AssumeRoleWithWebIdentity&Version=2011-06-15"
              "&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Frelease"
              "&RoleSessionName=kms-scdaemon-1700000000"
              "&WebIdentityToken=web%2Bidentity%2Ftoken"));
  ck_assert (!was_sent ("%2Ftoken%0"));
}
END_TEST

START_TEST (test_web_identity_session_name)
{
  setenv ("AWS_ROLE_SESSION_NAME", "a b/c_+=,.@-d", 1);
  ck_ok (fetch_from (GOOD, NULL, NULL));
  ck_assert (
    was_sent ("&RoleSessionName=a-b-c_%2B%3D%2C.%40-d&WebIdentityToken"));
  setenv ("AWS_ROLE_SESSION_NAME",
          "0123456789012345678901234567890123456789012345678901234567890123"
          "456789",
          1);
  ck_ok (fetch_from (GOOD, NULL, NULL));
  ck_assert (was_sent (
    "=0123456789012345678901234567890123456789012345678901234567890123&"));
}
END_TEST

START_TEST (test_web_identity_unconfigured)
{
  ck_code (fetch ("eu-west-1"), GPG_ERR_NOT_FOUND);
  setenv ("AWS_ROLE_ARN", ROLE, 1);
  ck_code (fetch ("eu-west-1"), GPG_ERR_NOT_FOUND);
  put_token (" \r\n");
  ck_code (fetch (NULL), GPG_ERR_CONFIGURATION);
  ck_assert_ptr_nonnull (strstr (call.reason, "region"));
  ck_code (fetch ("eu-west-1"), GPG_ERR_BAD_AUTH);
  ck_assert_ptr_nonnull (strstr (call.reason, "/token: empty"));
  setenv ("AWS_REGION", "no region", 1); /* Comes before the hint.  */
  ck_code (fetch ("eu-west-1"), GPG_ERR_CONFIGURATION);
  unsetenv ("AWS_REGION");
  unlink (getenv ("AWS_WEB_IDENTITY_TOKEN_FILE"));
  ck_code (fetch ("eu-west-1"), GPG_ERR_BAD_AUTH);
  ck_assert_ptr_nonnull (strstr (call.reason, "/token: No such file"));
  unsetenv ("AWS_ROLE_ARN");
  ck_code (fetch ("eu-west-1"), GPG_ERR_CONFIGURATION);
}
END_TEST

START_TEST (test_web_identity_refused)
{
  /* clang-format off */
  static const struct
  {
    const char *answer;
    gpg_err_code_t code;
    const char *reason;
  } rows[] = {
    { REFUSAL ("403 Forbidden", "AccessDenied"), GPG_ERR_FORBIDDEN,
      "role release: trust policy refuses this token" },
    { REFUSAL ("400 Bad", "InvalidIdentityToken"), GPG_ERR_BAD_AUTH,
      "STS: InvalidIdentityToken: the <message>" },
    { REFUSAL ("403 Forbidden", "IDPRejectedClaim"), GPG_ERR_BAD_AUTH,
      "STS: IDPRejectedClaim: the <message>" },
    { REFUSAL ("400 Bad", "ExpiredTokenException"), GPG_ERR_BAD_AUTH,
      "role release: the web identity token has expired" },
    { REFUSAL ("400 Bad", "ExpiredToken"), GPG_ERR_BAD_AUTH,
      "role release: the web identity token has expired" },
    { REFUSAL ("400 Bad", "ValidationError"), GPG_ERR_SERVER_FAILED,
      "STS: ValidationError: the <message>" },
    { ANSWER ("404 Not Found", "<html>"), GPG_ERR_SERVER_FAILED,
      "STS: HTTP status 404" },
    { ANSWER ("302 Found", ""), GPG_ERR_SERVER_FAILED,
      "STS: HTTP status 302" },
  };
  /* clang-format on */
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      ck_code (fetch_from (rows[i].answer, NULL, NULL), rows[i].code);
      ck_assert_str_eq (call.reason, rows[i].reason);
    }
}
END_TEST

START_TEST (test_web_identity_retried)
{
  const char *away = REFUSAL ("400 Bad", "IDPCommunicationError");
  const char *broken = ANSWER ("503 Busy", "");
  const char *slow = REFUSAL ("400 Bad", "Throttling");

  ck_ok (fetch_from (broken, GOOD, NULL));
  expect_good ();
  ck_ok (fetch_from (away, "", GOOD));
  ck_ok (fetch_from (slow, GOOD, NULL));
  ck_code (fetch_from (away, broken, away), GPG_ERR_SERVER_FAILED);
  ck_assert_ptr_nonnull (strstr (call.reason, "IDPCommunicationError"));
}
END_TEST

START_TEST (test_web_identity_bad_answers)
{
  /* clang-format off */
#define ID "<AccessKeyId>ASIA</AccessKeyId>"
#define KEY "<SecretAccessKey>s</SecretAccessKey>"
#define TOKEN "<SessionToken>t</SessionToken>"
#define EXPIRY "<Expiration>2026-01-02T03:04:05Z</Expiration>"
  static const char *const rows[] = {
    ANSWER ("200 OK", ""),
    ANSWER ("200 OK", "{}"),
    ANSWER ("200 OK", ID KEY TOKEN EXPIRY),
    ANSWER ("200 OK", "<Credentials>" ID KEY TOKEN EXPIRY),
    GRANT (KEY TOKEN EXPIRY),
    GRANT (ID TOKEN EXPIRY),
    GRANT (ID KEY EXPIRY),
    GRANT (ID KEY TOKEN),
    GRANT ("<AccessKeyId></AccessKeyId>" KEY TOKEN EXPIRY),
    GRANT (ID KEY TOKEN "<Expiration>soon</Expiration>"),
    GRANT (ID KEY "<SessionToken>a&b</SessionToken>" EXPIRY),
    GRANT (ID KEY "<SessionToken>a&nbsp;b</SessionToken>" EXPIRY),
    GRANT (ID KEY "<SessionToken>a&#0;b</SessionToken>" EXPIRY),
    GRANT (ID KEY "<SessionToken>a&#300;b</SessionToken>" EXPIRY),
    GRANT (ID KEY "<SessionToken>a&#x;b</SessionToken>" EXPIRY),
    GRANT (ID KEY "<SessionToken><b>a</b></SessionToken>" EXPIRY),
  };
  /* clang-format on */
  size_t i;

  ck_ok (fetch_from (GRANT (ID KEY TOKEN EXPIRY), NULL, NULL));
  for (i = 0; i < DIM (rows); i++)
    {
      gpg_error_t err = fetch_from (rows[i], NULL, NULL);

      ck_assert_msg (gpg_err_code (err) == GPG_ERR_INV_RESPONSE, "%s",
                     rows[i]);
    }
}
END_TEST

int
main (void)
{
  TCase *requests = tcase_create ("requests");
  TCase *sts = tcase_create ("sts");
  TCase *const cases[] = { requests, sts };
  size_t i;

  signal (SIGPIPE, SIG_IGN);
  if (http_global_init ())
    return 99;
  for (i = 0; i < DIM (cases); i++)
    {
      tcase_add_checked_fixture (cases[i], setup, teardown);
      tcase_set_timeout (cases[i], 60);
    }
  tcase_add_test (requests, test_signed);
  tcase_add_test (requests, test_signed_with_token);
  tcase_add_test (requests, test_unsigned);
  tcase_add_test (requests, test_error_of);
  tcase_add_test (requests, test_error_vectors);
  tcase_add_test (sts, test_web_identity);
  tcase_add_test (sts, test_web_identity_session_name);
  tcase_add_test (sts, test_web_identity_unconfigured);
  tcase_add_test (sts, test_web_identity_refused);
  tcase_add_test (sts, test_web_identity_retried);
  tcase_add_test (sts, test_web_identity_bad_answers);
  return unit_main ("request", cases, DIM (cases));
}

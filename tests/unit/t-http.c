/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of net/http.c and net/pool.c against a small server of canned
 * answers on loopback.  */

#include "config.h"

#include "net/http.h"

#include "net/pool.h"
#include "base/text.h"
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <gcrypt.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* Lives as long as the test's process: its threads never end.  */
struct server
{
  int fd;
  bool keep;          /* Wait for the next request, or close unannounced.  */
  const char *answer; /* May be empty.  */
  char url[64];
  atomic_uint connections;
  atomic_uint requests;
  char request[4096]; /* The last one.  */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define OK_HEAD "HTTP/1.1 200 OK\r\n"
#define HELLO OK_HEAD "Content-Length: 5\r\n\r\nhello"

/* Read one request, whose body is "body" if there is one; false at the
 * connection's end.  */
static bool
read_request (struct server *server, int fd)
{
  char text[4096] = "";
  const char *end;
  size_t n = 0;

  do
    {
      ssize_t got = read (fd, text + n, sizeof text - 1 - n);

      if (got <= 0)
        return false;
      n += (size_t)got;
      end = strstr (text, "\r\n\r\n");
    }
  while (!end
         || (strstr (text, "Content-Length: 4") && strcmp (end + 4, "body")));
  pthread_mutex_lock (&lock);
  memcpy (server->request, text, sizeof text);
  pthread_mutex_unlock (&lock);
  server->requests++;
  return true;
}

static void *
serve (void *cookie)
{
  struct server *server = cookie;
  size_t n = strlen (server->answer);
  int fd;

  while ((fd = accept (server->fd, NULL, NULL)) >= 0)
    {
      server->connections++;
      while (read_request (server, fd)
             && send (fd, server->answer, n, MSG_NOSIGNAL) == (ssize_t)n
             && server->keep)
        ;
      close (fd);
    }
  return NULL;
}

/* A loopback socket with a port of its own, which is returned.  */
static unsigned int
open_port (int *r_fd)
{
  struct sockaddr_in addr = { .sin_family = AF_INET };
  socklen_t n = sizeof addr;

  addr.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  *r_fd = socket (AF_INET, SOCK_STREAM, 0);
  ck_assert_int_eq (bind (*r_fd, (struct sockaddr *)&addr, n), 0);
  ck_assert_int_eq (getsockname (*r_fd, (struct sockaddr *)&addr, &n), 0);
  return ntohs (addr.sin_port);
}

/* With THREADS connections at a time.  */
static struct server *
server_start (bool keep, const char *answer, unsigned int threads)
{
  struct server *server = calloc (1, sizeof *server);
  pthread_t thread;

  server->keep = keep;
  server->answer = answer;
  snprintf (server->url, sizeof server->url, "http://127.0.0.1:%u/",
            open_port (&server->fd));
  ck_assert_int_eq (listen (server->fd, 128), 0);
  for (; threads; threads--)
    ck_assert (!pthread_create (&thread, NULL, serve, server)
               && !pthread_detach (thread));
  return server;
}

/* What SERVER has seen so far.  */
static void
expect_seen (struct server *server, unsigned int connections,
             unsigned int requests)
{
  ck_assert_uint_eq (server->connections, connections);
  ck_assert_uint_eq (server->requests, requests);
}

/* Does TEXT stand in the last request?  */
static bool
was_sent (struct server *server, const char *text)
{
  return server->requests && strstr (server->request, text);
}

static struct http *http;
static struct call call;

static void
setup (void)
{
  const struct http_settings settings = { .connect_timeout_ms = 5000,
                                          .request_timeout_ms = 10000,
                                          .user_agent = "t-http/1" };

  http = http_new (&settings);
  call_init (&call, &system_clock, 20000);
}

static void
teardown (void)
{
  http_free (http);
}

/* POST "body" to URL.  */
static gpg_error_t
post (const char *url, struct http_reply *r_reply)
{
  struct http_request request
    = { .method = "POST", .url = url, .body = span_text ("body") };

  call_forget (&call);
  return http_send (http, &call, &request, r_reply);
}

/* The same, to fail with CODE and a reason that names the host.  */
static void
post_refused (const char *url, gpg_err_code_t code, bool sent)
{
  struct http_reply reply;
  gpg_error_t err = post (url, &reply);

  ck_assert_msg (gpg_err_code (err) == code, "%s: %s", url,
                 call_why (&call, err));
  ck_assert_msg (text_starts (call.reason, "127.0.0.1: "), "%s", call.reason);
  ck_assert_int_eq (reply.sent, sent);
  ck_assert_int_eq (reply.timed_out, code == GPG_ERR_TIMEOUT);
  http_reply_drop (&reply);
}

/* The environment's proxies are not for loopback.  */
START_TEST (test_good)
{
  static const char *const lines[]
    = { " / HTTP/1.1\r\n", "\r\nHost: 127.0.0.1:", "\r\nX-Test: a b\r\n",
        "\r\nUser-Agent: t-http/1\r\n" };
  static const char *const methods[] = { "PUT", "POST", "GET" };
  struct server *server = server_start (true, HELLO, 2);
  struct http_reply reply;
  struct http_request request
    = { .url = server->url, .body = span_text ("body") };
  size_t i, j;

  setenv ("ALL_PROXY", "http://127.0.0.1:1", 1);
  ck_assert (http_add_header (&request, "X-Test", "a b"));
  for (i = 0; i < DIM (methods); i++)
    {
      request.method = methods[i];
      request.secret_reply = i;
      ck_ok (http_send (http, &call, &request, &reply));
      ck_assert_int_eq (reply.status, 200);
      ck_assert_str_eq (bytes_text (&reply.body), "hello");
      ck_assert_int_eq (gcry_is_secure (reply.body.p), i > 0);
      ck_assert (text_starts (server->request, methods[i]));
      for (j = 0; j < DIM (lines); j++)
        ck_assert_msg (was_sent (server, lines[j]), "%s", lines[j]);
      ck_assert_int_eq (was_sent (server, "\r\n\r\nbody"), i < 2);
      ck_assert (!was_sent (server, "Accept-Encoding"));
      ck_assert (!was_sent (server, "Expect"));
      http_reply_drop (&reply);
    }
  expect_seen (server, 1, 3);
}
END_TEST

/* The interim answer is forgotten, the redirect not followed.  */
START_TEST (test_reply_headers)
{
  struct server *server = server_start (
    true,
    "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n"
    "HTTP/1.1 302 There\r\nX-One:  a b \r\nX-ONE: c\r\nX-Empty:\r\n"
    " folded\r\nX-Two-More: d\r\nLocation: /there\r\n"
    "Content-Length: 4\r\n\r\ngone",
    1);
  struct http_reply reply;
  struct span value;

  ck_ok (post (server->url, &reply));
  expect_seen (server, 1, 1);
  ck_assert_int_eq (reply.status, 302);
  ck_assert_str_eq (bytes_text (&reply.body), "gone");
  value = http_reply_header (&reply, "x-one");
  ck_assert (span_equal (value, span_text ("a b")));
  value = http_reply_header (&reply, "x-two-more");
  ck_assert (span_equal (value, span_text ("d")));
  ck_assert_uint_eq (http_reply_header (&reply, "x-empty").n, 0);
  ck_assert_uint_eq (http_reply_header (&reply, "x-two").n, 0);
  ck_assert_uint_eq (http_reply_header (&reply, "x-interim").n, 0);
  http_reply_drop (&reply);
  ck_assert_uint_eq (http_reply_header (&reply, "x-one").n, 0);
}
END_TEST

/* Not freed: the server has it.  */
static const char *
repeat (const char *head, const char *text, size_t n, const char *tail)
{
  struct bytes answer = { 0 };

  for (bytes_add_str (&answer, head); n; n--)
    bytes_add_str (&answer, text);
  bytes_add_str (&answer, tail);
  return bytes_text (&answer);
}

START_TEST (test_caps)
{
  static const char head[] = OK_HEAD "Connection: close\r\n\r\n";
  const char *const rows[]
    = { repeat (head, "x", HTTP_MAX_REPLY + 1, ""),
        repeat (head, "sixteen letters ", 655360, ""),
        /* By its own announcement, before any of the body is there.  */
        OK_HEAD "Content-Length: 10485760\r\n\r\n",
        repeat (OK_HEAD "X-Long: ", "x", 17000, "\r\n\r\n"),
        repeat (OK_HEAD, "a:b\n", 4096, "\r\n") };
  const char *most = repeat (head, "x", HTTP_MAX_REPLY, "");
  struct http_reply reply;
  size_t i;

  ck_ok (post (server_start (false, most, 1)->url, &reply));
  ck_assert_uint_eq (reply.body.n, HTTP_MAX_REPLY);
  http_reply_drop (&reply);
  for (i = 0; i < DIM (rows); i++)
    post_refused (server_start (true, rows[i], 1)->url, GPG_ERR_TOO_LARGE,
                  true);
}
END_TEST

START_TEST (test_broken_answers)
{
  static const char *const rows[]
    = { OK_HEAD "Content-Length: 100\r\n\r\nhello",
        OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "SSH-2.0-OpenSSH_9.2p1\r\n",
        "\1\2\3\4 no HTTP at all\n\n",
        "" };
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    post_refused (server_start (false, rows[i], 1)->url, GPG_ERR_NETWORK,
                  true);
}
END_TEST

START_TEST (test_deadlines)
{
  const struct http_settings hasty = { .connect_timeout_ms = 200,
                                       .request_timeout_ms = 200,
                                       .user_agent = "t-http/1" };
  struct server *server = server_start (true, "", 3);
  int64_t start = call_mono_ms (&call);

  /* The call's deadline, then the request's own.  */
  call_init (&call, &system_clock, 200);
  post_refused (server->url, GPG_ERR_TIMEOUT, true);
  http_free (http);
  http = http_new (&hasty);
  call_init (&call, &system_clock, 60000);
  post_refused (server->url, GPG_ERR_TIMEOUT, true);
  ck_assert_int_lt (call_mono_ms (&call) - start, 5000);
  /* No time left: nobody is asked.  */
  call_init (&call, &system_clock, 0);
  post_refused (server->url, GPG_ERR_TIMEOUT, false);
  expect_seen (server, 2, 2);
}
END_TEST

START_TEST (test_nobody_there)
{
  static const char long_name[]
    = "https://0123456789012345678901234567890123456789"
      "012345678901234567890123.test/";
  struct http_reply reply;
  char url[64];
  int fd;

  /* A port that is taken, but where nobody listens.  */
  snprintf (url, sizeof url, "http://127.0.0.1:%u/", open_port (&fd));
  post_refused (url, GPG_ERR_NETWORK, false);
  /* A label that is too long for any name server to be asked.  */
  setenv ("no_proxy", "*", 1);
  ck_code (post (long_name, &reply), GPG_ERR_UNKNOWN_HOST);
  ck_assert (text_starts (call.reason, "0123456789"));
  http_reply_drop (&reply);
}
END_TEST

START_TEST (test_bad_urls)
{
  static const char *const rows[]
    = { "", "ftp://127.0.0.1/", "http://127.0.0.1:99999/",
        "http://user:word@127.0.0.1/" };
  struct http_reply reply;
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      ck_code (post (rows[i], &reply), GPG_ERR_INV_VALUE);
      ck_assert (call.reason[0] && !strstr (call.reason, "word"));
      http_reply_drop (&reply);
    }
}
END_TEST

START_TEST (test_plain_http)
{
  static const char *const near[]
    = { "127.0.0.1", "127.255.0.9",     "localhost", "LocalHost",
        "::1",       "0:0:0:0:0:0:0:1", "[::1]" };
  static const char *const far[]
    = { "128.0.0.1", "0.0.0.0", "127.0.0.1.test",    "localhost.test",
        "[::2]",     "kms",     "[::ffff:192.0.2.1]" };
  struct http_reply reply;
  char url[64];
  size_t i;

  for (i = 0; i < DIM (near); i++)
    ck_assert_msg (http_host_is_loopback (near[i]), "%s", near[i]);
  for (i = 0; i < DIM (far); i++)
    {
      ck_assert_msg (!http_host_is_loopback (far[i]), "%s", far[i]);
      snprintf (url, sizeof url, "HTTP://%s:1/", far[i]);
      ck_code (post (url, &reply), GPG_ERR_FORBIDDEN);
      ck_assert (text_starts (call.reason, far[i]) && !reply.sent);
      http_reply_drop (&reply);
    }
  ck_assert (!http_host_is_loopback (""));
  ck_assert (!http_host_is_loopback ("[::1"));
  ck_assert (!http_host_is_loopback ("::1]"));
}
END_TEST

START_TEST (test_request_headers)
{
  static const char *const bad[]
    = { "a\r\nX-Evil: 1", "a\n", "\r", "a\177b", "\001" };
  struct server *server = server_start (true, HELLO, 2);
  struct http_request request = { .method = "GET", .url = server->url };
  struct http_reply reply;
  size_t i;

  for (i = 0; i < HTTP_MAX_HEADERS; i++)
    ck_assert (http_add_header (&request, "X-Same", "a b"));
  ck_assert (!http_add_header (&request, "X-More", "c"));
  ck_assert_uint_eq (request.n_headers, HTTP_MAX_HEADERS);
  ck_ok (http_send (http, &call, &request, &reply));
  ck_assert (was_sent (server, "\r\nX-Same: a b\r\nX-Same: a b\r\n"));
  http_reply_drop (&reply);
  for (i = 0; i < DIM (bad); i++)
    {
      request.headers[HTTP_MAX_HEADERS - 1].value = bad[i];
      ck_code (http_send (http, &call, &request, &reply), GPG_ERR_INV_VALUE);
      http_reply_drop (&reply);
    }
  expect_seen (server, 1, 1);
}
END_TEST

START_TEST (test_reuse)
{
  struct server *server = server_start (true, HELLO, 2);
  struct http_reply reply;
  struct test_clock tc;
  unsigned int i;

  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 1000000);
  for (i = 0; i < 3; i++, tc.mono += POOL_IDLE_MS)
    {
      ck_ok (post (server->url, &reply));
      http_reply_drop (&reply);
      expect_seen (server, 1, i + 1);
    }
  tc.mono++;
  ck_ok (post (server->url, &reply));
  http_reply_drop (&reply);
  expect_seen (server, 2, 4);
}
END_TEST

/* The server closes each connection and does not say so.  */
START_TEST (test_dead_connections)
{
  struct server *server = server_start (false, HELLO, 2);
  struct http_reply reply;
  unsigned int i;

  for (i = 1; i <= 20; i++)
    {
      gpg_error_t err = post (server->url, &reply);

      ck_assert_msg (!err, "%u: %s", i, call_why (&call, err));
      ck_assert_str_eq (bytes_text (&reply.body), "hello");
      http_reply_drop (&reply);
      expect_seen (server, i, i);
      if (i % 2)
        usleep (20000); /* Now the end has arrived, now it may not have.  */
    }
}
END_TEST

#define BURST 64

static void *
burst (void *cookie)
{
  struct server *server = cookie;
  struct http_request request = { .method = "GET", .url = server->url };
  struct http_reply reply;
  struct call mine;
  gpg_error_t err;

  call_init (&mine, &system_clock, 30000);
  err = http_send (http, &mine, &request, &reply);
  http_reply_drop (&reply);
  return err ? NULL : server;
}

START_TEST (test_burst)
{
  struct server *server = server_start (true, HELLO, BURST);
  pthread_t threads[BURST];
  void *result;
  size_t i;

  for (i = 0; i < BURST; i++)
    ck_assert_int_eq (pthread_create (&threads[i], NULL, burst, server), 0);
  for (i = 0; i < BURST; i++)
    {
      pthread_join (threads[i], &result);
      ck_assert_ptr_eq (result, server);
    }
  ck_assert_uint_eq (server->requests, BURST);
  ck_assert_uint_le (server->connections, BURST);
}
END_TEST

START_TEST (test_pool)
{
  struct pool *pool = pool_new ();
  struct warm *warm[POOL_MAX_IDLE + 6];
  struct origin here, there;
  size_t i;

  ck_ok (origin_parse ("https://a.test", &here));
  ck_ok (origin_parse ("https://a.test:444/x", &there));
  ck_assert_str_eq (bytes_text (&here.text), "https://a.test:443");
  for (i = 0; i < DIM (warm); i++)
    warm[i] = pool_take (pool, &here, 0);
  pool_give (pool, warm[0], 1, true);
  pool_give (pool, warm[1], 2, true);
  pool_give (pool, warm[2], 3, false);
  ck_assert_uint_eq (pool_idle (pool), 2);
  /* None for another port; the last used first.  */
  warm[2] = pool_take (pool, &there, 3);
  ck_assert_ptr_eq (pool_take (pool, &here, 3), warm[1]);
  ck_assert_ptr_eq (pool_take (pool, &here, 3), warm[0]);
  for (i = 0; i < DIM (warm); i++)
    pool_give (pool, warm[i], 4 + (int64_t)i, true);
  ck_assert_uint_eq (pool_idle (pool), POOL_MAX_IDLE);
  /* All but the three youngest are too old now.  */
  i = DIM (warm) + 1;
  warm[0] = pool_take (pool, &there, POOL_IDLE_MS + (int64_t)i);
  ck_assert_uint_eq (pool_idle (pool), 3);
  pool_give (pool, warm[0], 0, false);
  origin_drop (&here);
  origin_drop (&there);
  pool_free (pool);
}
END_TEST

/* Run openssl's test server for three connections, with a fresh certificate
 * for "localhost" in DIR; its port, or 0.  */
static unsigned int
tls_start (const char *dir)
{
  unsigned int port = 0;
  char text[512];
  FILE *output;

  snprintf (text, sizeof text, "cd %s && %s && exec timeout 20 %s", dir,
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
            "-nodes -keyout key -out cert -subj /CN=localhost "
            "-addext subjectAltName=DNS:localhost 2>/dev/null",
            "openssl s_server -www -naccept 3 -accept 127.0.0.1:0 -key key "
            "-cert cert 2>/dev/null");
  output = popen (text, "r");
  while (output && !port && fgets (text, sizeof text, output))
    if (text_starts (text, "ACCEPT "))
      port = (unsigned int)strtoul (strrchr (text, ':') + 1, NULL, 10);
  return port; /* OUTPUT stays open: there may be more to say.  */
}

/* What it should be; with an unknown issuer; under another name.  */
START_TEST (test_tls)
{
  struct http_settings settings
    = { .connect_timeout_ms = 5000, .request_timeout_ms = 5000 };
  char dir[] = "/tmp/t-http-XXXXXX";
  char text[64];
  struct http_reply reply;
  struct http_request request = { .method = "GET", .url = text };
  unsigned int port;
  size_t i;

  ck_assert_ptr_nonnull (mkdtemp (dir));
  port = tls_start (dir);
  if (!port)
    printf ("skipped: cannot run openssl s_server\n");
  for (i = 0; port && i < 3; i++)
    {
      http_free (http);
      snprintf (text, sizeof text, "%s/cert", dir);
      settings.ca_bundle = i != 1 ? text : NULL;
      http = http_new (&settings);
      snprintf (text, sizeof text, "https://%s:%u/",
                i == 2 ? "127.0.0.1" : "localhost", port);
      ck_code (http_send (http, &call, &request, &reply),
               i ? GPG_ERR_BAD_CERT : 0);
      http_reply_drop (&reply);
    }
  snprintf (text, sizeof text, "rm -r %s", dir);
  ck_assert_int_eq (system (text), 0);
}
END_TEST

int
main (void)
{
  /* clang-format off */
  const TTest *const tests[] = {
    test_good, test_reply_headers, test_caps, test_broken_answers,
    test_deadlines, test_nobody_there, test_bad_urls, test_plain_http,
    test_request_headers, test_reuse, test_dead_connections, test_burst,
    test_pool, test_tls,
  };
  /* clang-format on */
  TCase *tcase = tcase_create ("http");
  size_t i;

  signal (SIGPIPE, SIG_IGN);
  if (http_global_init ())
    return 99;
  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_set_timeout (tcase, 60);
  for (i = 0; i < DIM (tests); i++)
    tcase_add_test (tcase, tests[i]);
  return unit_main ("http", &tcase, 1);
}

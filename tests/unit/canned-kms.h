/* SPDX-License-Identifier: GPL-3.0-or-later
 * A tiny HTTP server on the loopback that gives canned answers, one after
 * the other, and keeps what it was asked.  */

#ifndef TESTS_CANNED_KMS_H
#define TESTS_CANNED_KMS_H

#include "base/text.h"

#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* Instead of a status.  */
#define CANNED_HANG_UP 0 /* Close without an answer.  */
#define CANNED_SILENCE 1 /* Keep the connection, say nothing.  */

struct canned_answer
{
  int status;
  const char *headers; /* Lines ending in CRLF, or NULL.  */
  const char *body;
};

#define CANNED_MAX 8

struct canned_server
{
  int fd;
  unsigned int port;
  pthread_t thread;
  pthread_mutex_t lock; /* Guards the rest.  */
  struct canned_answer answers[CANNED_MAX];
  size_t n_answers;
  struct bytes requests[CANNED_MAX]; /* Head and body.  */
  size_t n_requests;
  int silent_fd;
};

static inline void
canned_give (struct canned_server *server, int status, const char *headers,
             const char *body)
{
  struct canned_answer answer = { status, headers, body };

  pthread_mutex_lock (&server->lock);
  ck_assert_uint_lt (server->n_answers, CANNED_MAX);
  server->answers[server->n_answers++] = answer;
  pthread_mutex_unlock (&server->lock);
}

/* Another test: no answers, no requests.  */
static inline void
canned_reset (struct canned_server *server)
{
  size_t i;

  pthread_mutex_lock (&server->lock);
  for (i = 0; i < CANNED_MAX; i++)
    bytes_drop (&server->requests[i]);
  server->n_requests = server->n_answers = 0;
  pthread_mutex_unlock (&server->lock);
}

static inline size_t
canned_requests (struct canned_server *server)
{
  size_t n;

  pthread_mutex_lock (&server->lock);
  n = server->n_requests;
  pthread_mutex_unlock (&server->lock);
  return n;
}

/* The I-th request as text; it does not change any more.  */
static inline const char *
canned_request (struct canned_server *server, size_t i)
{
  const char *text;

  pthread_mutex_lock (&server->lock);
  ck_assert_uint_lt (i, server->n_requests);
  text = bytes_text (&server->requests[i]);
  pthread_mutex_unlock (&server->lock);
  return text;
}

/* Read a request with its body; false if the client goes away.  */
static inline bool
canned_read (int fd, struct bytes *request)
{
  const char *end, *length;
  size_t want = 0;
  char chunk[4096];
  ssize_t n;

  do
    {
      n = recv (fd, chunk, sizeof chunk, 0);
      if (n <= 0)
        return false;
      bytes_add (request, chunk, (size_t)n);
      end = strstr (bytes_text (request), "\r\n\r\n");
      length = strcasestr (bytes_text (request), "\r\nContent-Length:");
      if (end && length)
        want = (size_t)(end - bytes_text (request)) + 4
               + strtoul (length + 17, NULL, 10);
    }
  while (!end || request->n < want);
  return true;
}

static inline void
canned_write (int fd, const struct canned_answer *answer)
{
  struct bytes text = { 0 };

  bytes_add_fmt (&text,
                 "HTTP/1.1 %d Status\r\n"
                 "Content-Length: %zu\r\n"
                 "Connection: close\r\n"
                 "%s\r\n%s",
                 answer->status, strlen (answer->body),
                 answer->headers ? answer->headers : "", answer->body);
  if (send (fd, text.p, text.n, MSG_NOSIGNAL) < 0)
    perror ("send");
  bytes_drop (&text);
}

/* One connection, one request, one answer.  */
static inline void
canned_serve (struct canned_server *server, int fd)
{
  struct canned_answer answer = { 500, NULL, "no answer left" };
  struct bytes request = { 0 };

  if (!canned_read (fd, &request))
    {
      bytes_drop (&request);
      close (fd);
      return;
    }
  pthread_mutex_lock (&server->lock);
  if (server->n_requests < server->n_answers)
    {
      answer = server->answers[server->n_requests];
      bytes_move (&server->requests[server->n_requests], &request);
    }
  server->n_requests++;
  if (answer.status == CANNED_SILENCE)
    {
      server->silent_fd = fd;
      fd = -1;
    }
  pthread_mutex_unlock (&server->lock);
  if (answer.status > CANNED_SILENCE)
    canned_write (fd, &answer);
  if (fd >= 0)
    close (fd);
  bytes_drop (&request);
}

static inline void *
canned_run (void *cookie)
{
  struct canned_server *server = cookie;
  int fd;

  while ((fd = accept (server->fd, NULL, NULL)) >= 0)
    canned_serve (server, fd);
  return NULL;
}

static inline void
canned_start (struct canned_server *server)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t n = sizeof address;

  memset (server, 0, sizeof *server);
  server->silent_fd = -1;
  pthread_mutex_init (&server->lock, NULL);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  server->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_ge (server->fd, 0);
  ck_assert_int_eq (
    bind (server->fd, (struct sockaddr *)&address, sizeof address), 0);
  ck_assert_int_eq (listen (server->fd, 8), 0);
  ck_assert_int_eq (getsockname (server->fd, (struct sockaddr *)&address, &n),
                    0);
  server->port = ntohs (address.sin_port);
  ck_assert_int_eq (pthread_create (&server->thread, NULL, canned_run, server),
                    0);
}

static inline void
canned_stop (struct canned_server *server)
{
  shutdown (server->fd, SHUT_RDWR); /* Wakes accept.  */
  pthread_join (server->thread, NULL);
  close (server->fd);
  if (server->silent_fd >= 0)
    close (server->silent_fd);
  canned_reset (server);
  pthread_mutex_destroy (&server->lock);
}

#endif /* TESTS_CANNED_KMS_H */

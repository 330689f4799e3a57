/* SPDX-License-Identifier: GPL-3.0-or-later
 * The HTTP server around the emulated account: libmicrohttpd's only user. */

#include "config.h"

#include "tests/emulator/server.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

struct server
{
  struct emulator *emu;
  struct MHD_Daemon *daemon;
};

static void on_log (void *cookie, const char *format, va_list args)
  __attribute__ ((format (printf, 2, 0)));

static void
on_log (void *cookie, const char *format, va_list args)
{
  char text[512];

  (void)cookie;
  vsnprintf (text, sizeof text, format, args);
  text[strcspn (text, "\n")] = 0;
  log_note (NULL, "http: %s", text);
}

static void
on_connection (void *cookie, struct MHD_Connection *connection,
               void **connection_cookie,
               enum MHD_ConnectionNotificationCode code)
{
  struct emulator *emu = cookie;

  (void)connection;
  (void)connection_cookie;
  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    atomic_fetch_add (&emu->counters[COUNT_CONNECTIONS], 1);
}

/* The first that is known of a request; its cookie is born here.  */
static void *
on_uri (void *cookie, const char *uri, struct MHD_Connection *connection)
{
  struct http_request *request = calloc (1, sizeof *request);

  (void)cookie;
  (void)connection;
  if (request)
    request->uri = strdup (uri);
  return request;
}

static void
on_completed (void *cookie, struct MHD_Connection *connection,
              void **request_cookie, enum MHD_RequestTerminationCode code)
{
  struct http_request *request = *request_cookie;

  (void)cookie;
  (void)connection;
  (void)code;
  if (!request)
    return;
  bytes_drop (&request->body);
  free (request->uri);
  free (request);
  *request_cookie = NULL;
}

static enum MHD_Result
on_header (void *cookie, enum MHD_ValueKind kind, const char *name,
           const char *value)
{
  struct http_request *request = cookie;

  (void)kind;
  if (request->n_headers == HTTP_MAX_HEADERS)
    {
      request->too_large = true;
      return MHD_NO;
    }
  request->headers[request->n_headers].name = name;
  request->headers[request->n_headers].value = value ? value : "";
  request->n_headers++;
  return MHD_YES;
}

/* What a truncated reply has left to send.  */
static ssize_t
read_truncated (void *cookie, uint64_t position, char *p, size_t max)
{
  const struct bytes *body = cookie;
  size_t left = position < body->n ? body->n - (size_t)position : 0;

  if (!left)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  if (left > max)
    left = max;
  memcpy (p, body->p + position, left);
  return (ssize_t)left;
}

static void
free_truncated (void *cookie)
{
  bytes_drop (cookie);
  free (cookie);
}

static struct MHD_Response *
truncated_response (struct http_reply *reply)
{
  struct bytes *body = calloc (1, sizeof *body);
  size_t promised = reply->body.n + reply->withheld;

  if (!body)
    return NULL;
  bytes_move (body, &reply->body);
  return MHD_create_response_from_callback (promised, 4096, read_truncated,
                                            body, free_truncated);
}

static void
add_date (struct emulator *emu, struct MHD_Response *response)
{
  time_t now = (time_t)emulator_now (emu);
  char text[40];
  struct tm tm;

  if (gmtime_r (&now, &tm)
      && strftime (text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm))
    MHD_add_response_header (response, "Date", text);
}

static enum MHD_Result
send_reply (struct emulator *emu, struct MHD_Connection *connection,
            struct http_reply *reply)
{
  struct MHD_Response *response;
  enum MHD_Result result;

  if (reply->body.failed)
    return MHD_NO;
  if (reply->withheld)
    response = truncated_response (reply);
  else
    response = MHD_create_response_from_buffer (reply->body.n, reply->body.p,
                                                MHD_RESPMEM_MUST_COPY);
  if (!response)
    return MHD_NO;
  add_date (emu, response);
  MHD_add_response_header (response, "x-amzn-RequestId", reply->request_id);
  if (reply->content_type)
    MHD_add_response_header (response, "Content-Type", reply->content_type);
  result = MHD_queue_response (connection, reply->status, response);
  MHD_destroy_response (response);
  return result;
}

/* libmicrohttpd calls this once the headers are there (METHOD is unknown
 * to the request until then), once per piece of the body, and once more at
 * the end.  */
static enum MHD_Result
on_request (void *cookie, struct MHD_Connection *connection, const char *url,
            const char *method, const char *version, const char *data,
            size_t *data_size, void **request_cookie)
{
  struct emulator *emu = cookie;
  struct http_request *request = *request_cookie;
  struct http_reply reply = { 0 };
  enum MHD_Result result;

  (void)url;
  (void)version;
  if (!request || !request->uri)
    return MHD_NO;
  if (!request->method)
    {
      request->method = method;
      return MHD_YES;
    }
  if (*data_size)
    {
      if (request->body.n + *data_size > HTTP_MAX_BODY)
        request->too_large = true;
      else
        bytes_add (&request->body, data, *data_size);
      *data_size = 0;
      return request->body.failed ? MHD_NO : MHD_YES;
    }
  request->socket
    = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)
        ->connect_fd;
  MHD_get_connection_values (connection, MHD_HEADER_KIND, on_header, request);
  emulator_answer (emu, request, &reply);
  result = send_reply (emu, connection, &reply);
  bytes_drop (&reply.body);
  return result;
}

static struct MHD_Daemon *
start_daemon (struct emulator *emu, struct sockaddr_in *address,
              const char *cert, const char *key)
{
  unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD
                       | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL
                       | MHD_USE_ERROR_LOG | MHD_USE_SUPPRESS_DATE_NO_CLOCK;
  struct MHD_OptionItem tls[]
    = { { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)cert },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key },
        { MHD_OPTION_END, 0, NULL } };
  struct MHD_OptionItem plain[] = { { MHD_OPTION_END, 0, NULL } };

  return MHD_start_daemon (
    cert ? flags | MHD_USE_TLS : flags, 0, NULL, NULL, on_request, emu,
    MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_SOCK_ADDR,
    (struct sockaddr *)address, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
    emu, MHD_OPTION_URI_LOG_CALLBACK, on_uri, NULL,
    MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_LIMIT, 1000u,
    MHD_OPTION_ARRAY, cert ? tls : plain, MHD_OPTION_END);
}

gpg_error_t
server_start (struct emulator *emu, unsigned int port, const char *cert,
              const char *key, struct server **r_server)
{
  struct server *server = calloc (1, sizeof *server);
  struct sockaddr_in address = { 0 };

  if (!server)
    return gpg_error (GPG_ERR_ENOMEM);
  address.sin_family = AF_INET;
  address.sin_port = htons ((uint16_t)port);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  server->emu = emu;
  server->daemon = start_daemon (emu, &address, cert, key);
  if (!server->daemon)
    {
      free (server);
      return gpg_error (GPG_ERR_NETWORK);
    }
  *r_server = server;
  return 0;
}

unsigned int
server_port (const struct server *server)
{
  return MHD_get_daemon_info (server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void
server_stop (struct server *server)
{
  MHD_stop_daemon (server->daemon);
  free (server);
}

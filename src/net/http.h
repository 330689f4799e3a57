/* SPDX-License-Identifier: GPL-3.0-or-later
 * HTTP: one request, one reply, on a warm handle from the pool.  */

#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/bytes.h"

struct http;

struct http_settings
{
  unsigned int connect_timeout_ms; /* DNS, TCP and TLS together.  */
  unsigned int request_timeout_ms; /* One whole exchange.  */
  const char *ca_bundle;           /* PEM file that replaces the system's
                                      store, or NULL.  */
  const char *user_agent;
};

#define HTTP_MAX_HEADERS 12
#define HTTP_MAX_REPLY 65536

struct http_header
{
  const char *name; /* As it is to be sent, e.g. "Content-Type".  */
  const char *value;
};

/* Everything is borrowed from the caller.  "Host" is sent as given among
 * the headers if it is there.  */
struct http_request
{
  const char *method; /* "GET", "POST" or "PUT".  */
  const char *url;    /* Whole, https, or http to loopback.  */
  struct http_header headers[HTTP_MAX_HEADERS];
  size_t n_headers;
  struct span body;
  bool secret_reply; /* The answer carries secrets: keep it locked.  */
};

struct http_reply
{
  int status;
  struct bytes body;    /* At most HTTP_MAX_REPLY bytes.  */
  struct bytes headers; /* "name: value\n" each, names in lower case.  */
  bool timed_out;       /* With an error: it was for lack of time.  */
  bool sent;            /* With an error: the request may have arrived.  */
};

/* SETTINGS is copied.  NULL when out of memory.  */
struct http *http_new (const struct http_settings *settings);
void http_free (struct http *http);

/* Process-wide, before the first thread.  The program must ignore SIGPIPE:
 * libcurl may write to a connection that the server has closed.
 * CONFIGURATION: libcurl does not start.  */
gpg_error_t http_global_init (void);

/* Carry out REQUEST within CALL's deadline; certificates are always
 * verified, redirects never followed, proxies taken from the environment.
 * Any HTTP status is a success here.  The caller drops the reply in every
 * case.  Errors, each with its reason:
 *   TIMEOUT             connect, request or overall deadline
 *   UNKNOWN_HOST        the name does not resolve
 *   NETWORK             refused, reset, ended early, not HTTP
 *   BAD_CERT            TLS: certificate or handshake
 *   TOO_LARGE           more than HTTP_MAX_REPLY bytes, or 16 KiB of headers
 *   FORBIDDEN           plain http to something else than loopback
 *   INV_VALUE           not a URL, or a line break in a header's value  */
gpg_error_t http_send (struct http *http, struct call *call,
                       const struct http_request *request,
                       struct http_reply *r_reply);

void http_reply_drop (struct http_reply *reply);

/* Append a header; false when there is no room.  */
bool http_add_header (struct http_request *request, const char *name,
                      const char *value);

/* The first value of header NAME (lower case), or an empty span.  */
struct span http_reply_header (const struct http_reply *reply,
                               const char *name);

/* True for 127.0.0.0/8, ::1 and localhost; HOST as in a URL, with or
 * without brackets.  */
bool http_host_is_loopback (const char *host);

#endif /* NET_HTTP_H */

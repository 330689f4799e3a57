/* SPDX-License-Identifier: GPL-3.0-or-later
 * One HTTP request as it came in and its reply, free of any library.  */

#ifndef EMULATOR_HTTP_H
#define EMULATOR_HTTP_H

#include "base/bytes.h"

#define HTTP_MAX_HEADERS 64
#define HTTP_MAX_BODY 1048576

struct http_header
{
  const char *name;
  const char *value;
};

/* Names and values are borrowed from the server; they live as long as the
 * request is being answered.  */
struct http_request
{
  const char *method;
  char *uri; /* As sent, with the query.  */
  struct http_header headers[HTTP_MAX_HEADERS];
  size_t n_headers;
  struct bytes body;
  bool too_large; /* Headers or body: refused unseen.  */
  int socket;     /* To notice that the client has gone.  */
};

struct http_reply
{
  unsigned int status;
  const char *content_type; /* NULL: none is sent.  */
  struct bytes body;
  char request_id[37];
  size_t withheld; /* Content-Length promises that many bytes more.  */
};

/* The N-th header of that name in any case, counted from 0; or NULL.  */
const char *http_header_at (const struct http_request *request,
                            const char *name, size_t n);

/* How many headers have that name.  */
size_t http_header_count (const struct http_request *request,
                          const char *name);

/* True if the Content-Type is that media type, with or without
 * parameters.  */
bool http_has_type (const struct http_request *request, const char *type);

/* A random UUID for X-Amzn-RequestId.  */
void http_reply_number (struct http_reply *reply);

/* Replace what stands in the reply.  TEXT is copied, CONTENT_TYPE is kept
 * as it is and must outlive the reply.  */
void http_reply_text (struct http_reply *reply, unsigned int status,
                      const char *content_type, const char *text);

/* One name and value of a form or a query string, decoded.  */
struct form_field
{
  char *name;
  char *value;
};

struct form
{
  struct form_field fields[32];
  size_t n;
};

/* application/x-www-form-urlencoded.  INV_VALUE: bad escapes, a NUL or too
 * many fields.  Drop it in every case.  */
gpg_error_t form_parse (struct span text, struct form *form);
void form_drop (struct form *form);

/* NULL when absent.  */
const char *form_get (const struct form *form, const char *name);

#endif /* EMULATOR_HTTP_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * One attempt of one call to an AWS service: headers, signature, sending.  */

#include "config.h"

#include "aws/request.h"

#include "aws/creds.h"
#include "aws/endpoint.h"
#include "aws/sigv4.h"
#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* The signature covers exactly the headers that stand in MESSAGE.  */
static gpg_error_t
add_signature (const struct aws_request *request, int64_t now,
               struct http_request *message, struct bytes *authorization)
{
  struct sigv4_request to_sign = {
    .method = span_text (message->method),
    .path = bytes_span (&request->endpoint->path),
    .n_headers = message->n_headers,
    .body = message->body,
    .normalize_path = true,
    .region = bytes_text (&request->endpoint->region),
    .service = request->service,
    .time = now,
  };
  gpg_error_t err;
  size_t i;

  for (i = 0; i < message->n_headers; i++)
    {
      to_sign.headers[i].name = span_text (message->headers[i].name);
      to_sign.headers[i].value = span_text (message->headers[i].value);
    }
  err = sigv4_authorization (&to_sign, request->creds, authorization);
  if (!err)
    http_add_header (message, "Authorization", bytes_text (authorization));
  return err;
}

gpg_error_t
aws_send (struct http *http, struct call *call,
          const struct aws_request *request, struct http_reply *r_reply)
{
  struct http_request message = {
    .method = "POST",
    .url = bytes_text (&request->endpoint->url),
    .body = request->body,
    .secret_reply = request->secret_reply,
  };
  struct bytes date = { 0 };
  struct bytes authorization = { 0 };
  int64_t now = call_now (call);
  gpg_error_t err;

  memset (r_reply, 0, sizeof *r_reply);
  text_add_basic_time (&date, now);
  err = bytes_error (&date);
  if (err)
    goto leave;
  http_add_header (&message, "Content-Type", request->content_type);
  http_add_header (&message, "Host", bytes_text (&request->endpoint->host));
  if (request->target)
    http_add_header (&message, "X-Amz-Target", request->target);
  if (request->creds)
    {
      http_add_header (&message, "X-Amz-Date", bytes_text (&date));
      if (request->creds->token.n)
        http_add_header (&message, "X-Amz-Security-Token",
                         bytes_text (&request->creds->token));
      err = add_signature (request, now, &message, &authorization);
      if (err)
        goto leave;
    }
  err = http_send (http, call, &message, r_reply);

leave:
  bytes_drop (&date);
  bytes_drop (&authorization);
  return err;
}

/* The bare name in "name", "name:url", "namespace#name" or
 * "namespace#name:url".  */
static struct span
bare_type (struct span type)
{
  size_t start = 0;
  size_t i;

  for (i = 0; i < type.n && type.p[i] != ':'; i++)
    if (type.p[i] == '#')
      start = i + 1;
  return i ? span_of (type.p + start, i - start) : span_of (NULL, 0);
}

void
aws_error_of (const struct http_reply *reply, struct bytes *r_type,
              struct bytes *r_message)
{
  struct span type = http_reply_header (reply, "x-amzn-errortype");
  struct json *doc = NULL;
  const char *s;

  if (json_parse (bytes_span (&reply->body), &doc))
    doc = NULL;
  s = json_string (doc, "__type");
  if (!s)
    s = json_string (doc, "code");
  if (!type.n && s)
    type = span_text (s);
  bytes_add_span (r_type, bare_type (type));
  s = json_string (doc, "message");
  if (!s)
    s = json_string (doc, "Message");
  if (s)
    bytes_add_str (r_message, s);
  json_free (doc);
}

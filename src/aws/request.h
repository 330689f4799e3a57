/* SPDX-License-Identifier: GPL-3.0-or-later
 * One attempt of one call to an AWS service: headers, signature, sending.  */

#ifndef AWS_REQUEST_H
#define AWS_REQUEST_H

#include "net/http.h"

struct aws_credentials;
struct endpoint;

/* All borrowed.  */
struct aws_request
{
  const char *service; /* To sign for: "kms", "sts".  */
  const struct endpoint *endpoint;
  const struct aws_credentials *creds; /* NULL: send unsigned.  */
  const char *content_type;
  const char *target; /* X-Amz-Target, or NULL.  */
  struct span body;
  bool secret_reply;
};

/* POST it.  Errors are those of http_send; every HTTP status is a success
 * here.  The caller drops the reply in every case.  */
gpg_error_t aws_send (struct http *http, struct call *call,
                      const struct aws_request *request,
                      struct http_reply *r_reply);

/* The error type of a JSON service's failed answer: header
 * X-Amzn-ErrorType, else __type, else code, cut down to the bare name
 * ("AccessDeniedException"); and the message.  Both may end up empty.  */
void aws_error_of (const struct http_reply *reply, struct bytes *r_type,
                   struct bytes *r_message);

#endif /* AWS_REQUEST_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * One call to AWS KMS: where to, with which credentials, how often.  */

#ifndef KMS_AWS_POST_H
#define KMS_AWS_POST_H

#include "kms/kms.h"

struct creds_chain;
struct http;
struct json;
struct retry_bucket;

/* The backend's object; HTTP and CREDS are borrowed.  */
struct aws_kms
{
  struct kms_backend base;
  struct http *http;
  struct creds_chain *creds;
  char *region;
  char *endpoint_url;
  char *profile;
  unsigned int max_attempts;
  struct retry_bucket *bucket;
};

/* What to ask for.  */
struct aws_kms_call
{
  const char *name;   /* "Sign" */
  const char *key_id; /* For messages.  */
  struct span body;
  bool secret_reply;
};

/* Carry out WHAT as often as standard mode allows.  The answer is parsed
 * JSON, to be freed by the caller.  Errors: those of endpoint_*, creds_get,
 * http_send and the table in aws-errors.c; INV_RESPONSE if it is not JSON.
 * Each with a reason.  */
gpg_error_t aws_kms_post (struct aws_kms *self, struct call *call,
                          const struct aws_kms_call *what, struct json **r_doc,
                          struct bytes *r_request_id);

#endif /* KMS_AWS_POST_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * One call to AWS KMS: where to, with which credentials, how often.  */

#include "config.h"

#include "kms/aws-post.h"

#include "aws/creds.h"
#include "aws/endpoint.h"
#include "aws/profile.h"
#include "aws/request.h"
#include "base/json.h"
#include "base/log.h"
#include "kms/aws-errors.h"

#include <stdio.h>
#include <string.h>

/* One operation under way.  */
struct operation
{
  struct aws_kms *self;
  struct call *call;
  const struct aws_kms_call *what;
  struct endpoint endpoint;
  struct retry retry;
  bool refreshed; /* Credentials were replaced once already.  */
};

/* ---- Where to ----  */

/* The files are read each time: they change under a long-lived process,
 * and reading them costs little beside the request.  */
static gpg_error_t
find_endpoint (struct aws_kms *self, struct call *call,
               struct endpoint *r_endpoint)
{
  const struct aws_profile *profile = NULL;
  struct aws_files *files = NULL;
  struct bytes region = { 0 };
  gpg_error_t err = 0;

  if (!self->region || !self->endpoint_url)
    {
      err = aws_files_read (call, &files);
      if (!err)
        profile = aws_files_profile (
          files, self->profile ? self->profile : aws_profile_name ());
    }
  if (!err)
    err = endpoint_region (call, self->region, profile, &region);
  if (!err)
    err = endpoint_resolve (call, "kms", bytes_text (&region),
                            self->endpoint_url, profile, r_endpoint);
  aws_files_free (files);
  bytes_drop (&region);
  return err;
}

/* ---- One attempt ----  */

static gpg_error_t
send_once (struct operation *op, struct aws_credentials *creds,
           struct http_reply *r_reply)
{
  struct aws_request request = {
    .service = "kms",
    .endpoint = &op->endpoint,
    .creds = creds,
    .content_type = "application/x-amz-json-1.1",
    .body = op->what->body,
    .secret_reply = op->what->secret_reply,
  };
  char target[64];

  snprintf (target, sizeof target, "TrentService.%s", op->what->name);
  request.target = target;
  return aws_send (op->self->http, op->call, &request, r_reply);
}

/* Tell what REPLY, an error, means.  */
static gpg_error_t
explain (struct operation *op, const struct http_reply *reply,
         const struct aws_error_row **r_row)
{
  struct bytes type = { 0 };
  struct bytes message = { 0 };
  struct span id = http_reply_header (reply, "x-amzn-requestid");
  const struct aws_error_row *row;
  gpg_error_t err;

  aws_error_of (reply, &type, &message);
  row = aws_error_find (bytes_text (&type), bytes_text (&message),
                        reply->status);
  log_fault (op->call, "%s: kms:%s: HTTP %d %s: %s (request %.*s)",
             op->what->key_id, op->what->name, reply->status,
             bytes_text (&type), bytes_text (&message), (int)id.n,
             id.n ? (const char *)id.p : "");
  if (!row->type)
    err = because (op->call, row->code, "%s: kms:%s: %s (HTTP %d %s)",
                   kms_label (op->what->key_id), op->what->name, row->advice,
                   reply->status, bytes_text (&type));
  else
    err = because (op->call, row->code, "%s: kms:%s: %s",
                   kms_label (op->what->key_id), op->what->name, row->advice);
  bytes_drop (&type);
  bytes_drop (&message);
  *r_row = row;
  return err;
}

/* One attempt; if it fails, whether another one is worth it.  */
static gpg_error_t
attempt (struct operation *op, struct http_reply *r_reply, bool *r_again)
{
  const struct aws_error_row *row;
  struct aws_credentials creds;
  gpg_error_t err;

  *r_again = false;
  aws_credentials_init (&creds);
  err = creds_get (op->self->creds, op->call, &creds);
  if (err)
    goto leave;
  err = send_once (op, &creds, r_reply);
  if (err)
    {
      *r_again = retry_again (&op->retry, op->call, retry_class_of (err), 0);
      goto leave;
    }
  if (r_reply->status == 200)
    goto leave;
  err = explain (op, r_reply, &row);
  if (row->refresh && !op->refreshed)
    {
      creds_reject (op->self->creds, &creds);
      call_forget (op->call);
      op->refreshed = *r_again = true;
    }
  else
    *r_again = retry_again (
      &op->retry, op->call, row->retry,
      retry_hint (http_reply_header (r_reply, "x-amz-retry-after")));

leave:
  aws_credentials_drop (&creds);
  return err;
}

gpg_error_t
aws_kms_post (struct aws_kms *self, struct call *call,
              const struct aws_kms_call *what, struct json **r_doc,
              struct bytes *r_request_id)
{
  struct operation op = { .self = self,
                          .call = call,
                          .what = what,
                          .retry = { .bucket = self->bucket,
                                     .max_attempts = self->max_attempts } };
  struct http_reply reply = { 0 };
  bool again;
  gpg_error_t err;

  err = find_endpoint (self, call, &op.endpoint);
  if (err)
    goto leave;
  do
    {
      http_reply_drop (&reply);
      err = attempt (&op, &reply, &again);
    }
  while (err && again);
  if (err)
    goto leave;
  retry_succeeded (&op.retry);
  bytes_add_span (r_request_id,
                  http_reply_header (&reply, "x-amzn-requestid"));
  err = json_parse (bytes_span (&reply.body), r_doc);
  if (gpg_err_code (err) == GPG_ERR_BAD_DATA)
    err = because (call, GPG_ERR_INV_RESPONSE,
                   "%s: kms:%s: the answer is not JSON",
                   kms_label (what->key_id), what->name);

leave:
  http_reply_drop (&reply);
  endpoint_drop (&op.endpoint);
  return err;
}

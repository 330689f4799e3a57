/* SPDX-License-Identifier: GPL-3.0-or-later
 * Credentials from the environment's AWS_ACCESS_KEY_ID and companions.  */

#include "config.h"

#include "aws/providers.h"

#include "aws/environment.h"
#include "base/text.h"

#include <stdlib.h>

/* An expiry is known only where a tool has exported one.  */
static gpg_error_t
read_expiry (struct call *call, int64_t *r_expires)
{
  const char *s = aws_env ("AWS_CREDENTIAL_EXPIRATION");

  *r_expires = 0;
  if (s && text_time (s, r_expires))
    return because (call, GPG_ERR_CONFIGURATION,
                    "AWS_CREDENTIAL_EXPIRATION: not a time");
  return 0;
}

static gpg_error_t
env_fetch (struct creds_provider *self, struct call *call,
           struct aws_credentials *r_creds)
{
  const char *id = aws_env ("AWS_ACCESS_KEY_ID");
  const char *secret = aws_env ("AWS_SECRET_ACCESS_KEY");
  const char *token = aws_env ("AWS_SESSION_TOKEN");
  gpg_error_t err;

  (void)self;
  if (!id && !secret)
    return gpg_error (GPG_ERR_NOT_FOUND);
  if (!id || !secret)
    return because (call, GPG_ERR_CONFIGURATION, "%s is set without %s",
                    id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                    id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
  if (!token)
    token = aws_env ("AWS_SECURITY_TOKEN"); /* Its old name.  */
  err = read_expiry (call, &r_creds->expires);
  if (err)
    return err;
  return aws_credentials_set (r_creds, id, secret, token);
}

static void
env_free (struct creds_provider *self)
{
  free (self);
}

struct creds_provider *
creds_env_new (void)
{
  struct creds_provider *self = calloc (1, sizeof *self);

  if (!self)
    return NULL;
  self->name = "environment";
  self->fetch = env_fetch;
  self->free = env_free;
  return self;
}

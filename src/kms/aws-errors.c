/* SPDX-License-Identifier: GPL-3.0-or-later
 * What AWS's error types mean: gpg's code, whether to try again, and what
 * to tell the user.  */

#include "config.h"

#include "kms/aws-errors.h"

#include "base/text.h"

#include <string.h>

/* clang-format off */

/* The first row that fits wins.  Only the code crosses gpg-agent, so codes
 * are chosen to be told apart there.  */
static const struct aws_error_row rows[] = {
  { "AccessDeniedException", NULL, GPG_ERR_FORBIDDEN, RETRY_NEVER, false,
    "denied by IAM or the key policy" },
  { "DisabledException", NULL, GPG_ERR_KEY_DISABLED, RETRY_NEVER, false,
    "the key is disabled; enable it in KMS" },
  { "KMSInvalidStateException", NULL, GPG_ERR_UNUSABLE_SECKEY, RETRY_NEVER,
    false, "the key's state forbids it (deletion pending?)" },
  { "NotFoundException", NULL, GPG_ERR_NO_KEY, RETRY_NEVER, false,
    "no such key; check name, region and account" },
  { "InvalidArnException", NULL, GPG_ERR_INV_ID, RETRY_NEVER, false,
    "not a key ARN" },
  { "InvalidKeyUsageException", "Algorithm", GPG_ERR_UNSUPPORTED_ALGORITHM,
    RETRY_NEVER, false, "the key does not do this algorithm" },
  { "InvalidKeyUsageException", NULL, GPG_ERR_WRONG_KEY_USAGE, RETRY_NEVER,
    false, "the key was made for something else" },
  { "UnsupportedOperationException", NULL, GPG_ERR_NOT_SUPPORTED,
    RETRY_NEVER, false, "not an asymmetric key" },
  { "ValidationException", "Digest is invalid length", GPG_ERR_DIGEST_ALGO,
    RETRY_NEVER, false, "the digest has the wrong length" },
  { "ValidationException", NULL, GPG_ERR_INV_VALUE, RETRY_NEVER, false,
    "KMS does not understand the request" },
  { "InvalidGrantTokenException", NULL, GPG_ERR_FORBIDDEN, RETRY_NEVER,
    false, "grant token refused" },
  { "KeyUnavailableException", NULL, GPG_ERR_TRY_LATER, RETRY_TRANSIENT,
    false, "the key is not available at the moment" },
  { "DependencyTimeoutException", NULL, GPG_ERR_TIMEOUT, RETRY_TRANSIENT,
    false, "KMS itself ran out of time" },
  { "KMSInternalException", NULL, GPG_ERR_SERVER_FAILED, RETRY_TRANSIENT,
    false, "KMS has an internal error" },
  { "InternalFailure", NULL, GPG_ERR_SERVER_FAILED, RETRY_TRANSIENT, false,
    "AWS has an internal error" },
  { "ServiceUnavailable", NULL, GPG_ERR_SERVER_FAILED, RETRY_TRANSIENT,
    false, "KMS is not available" },
  { "ServiceUnavailableException", NULL, GPG_ERR_SERVER_FAILED,
    RETRY_TRANSIENT, false, "KMS is not available" },
  { "RequestTimeout", NULL, GPG_ERR_TIMEOUT, RETRY_TRANSIENT, false,
    "KMS waited in vain for the request" },
  { "RequestTimeoutException", NULL, GPG_ERR_TIMEOUT, RETRY_TRANSIENT,
    false, "KMS waited in vain for the request" },
  { "ThrottlingException", NULL, GPG_ERR_LIMIT_REACHED, RETRY_THROTTLED,
    false, "throttled: too many requests" },
  { "Throttling", NULL, GPG_ERR_LIMIT_REACHED, RETRY_THROTTLED, false,
    "throttled: too many requests" },
  { "TooManyRequestsException", NULL, GPG_ERR_LIMIT_REACHED,
    RETRY_THROTTLED, false, "throttled: too many requests" },
  { "RequestLimitExceeded", NULL, GPG_ERR_LIMIT_REACHED, RETRY_THROTTLED,
    false, "throttled: too many requests" },
  { "LimitExceededException", NULL, GPG_ERR_RESOURCE_LIMIT, RETRY_NEVER,
    false, "a resource quota is exhausted" },
  { "UnrecognizedClientException", NULL, GPG_ERR_BAD_AUTH, RETRY_NEVER,
    true, "AWS does not know these credentials" },
  { "InvalidClientTokenId", NULL, GPG_ERR_BAD_AUTH, RETRY_NEVER, true,
    "AWS does not know these credentials" },
  { "ExpiredTokenException", NULL, GPG_ERR_BAD_AUTH, RETRY_NEVER, true,
    "the credentials have expired" },
  { "ExpiredToken", NULL, GPG_ERR_BAD_AUTH, RETRY_NEVER, true,
    "the credentials have expired" },
  { "InvalidSignatureException", "Signature expired", GPG_ERR_TIME_CONFLICT,
    RETRY_NEVER, false, "this machine's clock is behind AWS's" },
  { "InvalidSignatureException", "Signature not yet current",
    GPG_ERR_TIME_CONFLICT, RETRY_NEVER, false,
    "this machine's clock is ahead of AWS's" },
  { "InvalidSignatureException", NULL, GPG_ERR_BAD_AUTH, RETRY_NEVER, true,
    "the secret access key is wrong" },
  { "IncompleteSignature", NULL, GPG_ERR_BAD_AUTH, RETRY_NEVER, false,
    "AWS finds the request's signature incomplete" },
  { "IncompleteSignatureException", NULL, GPG_ERR_BAD_AUTH, RETRY_NEVER,
    false, "AWS finds the request's signature incomplete" },
  { "MissingAuthenticationToken", NULL, GPG_ERR_NO_AUTH, RETRY_NEVER, false,
    "AWS saw no credentials" },
  { "MissingAuthenticationTokenException", NULL, GPG_ERR_NO_AUTH,
    RETRY_NEVER, false, "AWS saw no credentials" },
  { "OptInRequired", NULL, GPG_ERR_FORBIDDEN, RETRY_NEVER, false,
    "the account is not opted in to this region" },
  { "SerializationException", NULL, GPG_ERR_INTERNAL, RETRY_NEVER, false,
    "not understood: is this endpoint KMS?" },
  { "UnknownOperationException", NULL, GPG_ERR_INTERNAL, RETRY_NEVER, false,
    "not understood: is this endpoint KMS?" },
};

static const struct aws_error_row server_trouble = {
  NULL, NULL, GPG_ERR_SERVER_FAILED, RETRY_TRANSIENT, false,
  "the server has trouble" };

static const struct aws_error_row unknown_trouble = {
  NULL, NULL, GPG_ERR_SERVER_FAILED, RETRY_NEVER, false,
  "refused" };

/* clang-format on */

const struct aws_error_row *
aws_error_at (size_t i)
{
  return i < DIM (rows) ? &rows[i] : NULL;
}

const struct aws_error_row *
aws_error_find (const char *type, const char *message, int status)
{
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    if (!strcmp (rows[i].type, type)
        && (!rows[i].message_start
            || text_starts (message, rows[i].message_start)))
      return &rows[i];
  return status >= 500 ? &server_trouble : &unknown_trouble;
}

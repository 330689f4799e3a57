/* SPDX-License-Identifier: GPL-3.0-or-later
 * Answers of AWS KMS, good and bad, and what its errors ought to mean,
 * written down a second time.  */

#ifndef TESTS_AWS_KMS_CASES_H
#define TESTS_AWS_KMS_CASES_H

#include "kms/kms.h"
#include "net/retry.h"

#define ARN "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd"
#define SIGNED                                                                \
  "{\"KeyId\":\"" ARN "\",\"Signature\":\"AQIDBA==\","                        \
  "\"SigningAlgorithm\":\"ECDSA_SHA_256\"}"
#define ERROR(type, message)                                                  \
  "{\"__type\":\"com.amazonaws.kms#" type "\",\"message\":\"" message "\"}"
#define SIGNATURE "\"Signature\":\"AQIDBA==\""
#define ALGORITHM "\"SigningAlgorithm\":\"ECDSA_SHA_256\""

/* clang-format off */
static const struct
{
  const char *json;
  enum kms_usage usage;
} usages[] = {
  { ",\"KeyUsage\":\"SIGN_VERIFY\"", KMS_USAGE_SIGN },
  { ",\"KeyUsage\":\"ENCRYPT_DECRYPT\"", KMS_USAGE_DECRYPT },
  { ",\"KeyUsage\":\"KEY_AGREEMENT\"", KMS_USAGE_AGREE },
  { ",\"KeyUsage\":\"GENERATE_VERIFY_MAC\"", KMS_USAGE_UNKNOWN },
  { ",\"KeyUsage\":null", KMS_USAGE_UNKNOWN },
  { "", KMS_USAGE_UNKNOWN },
};

static const char *const bad_public_keys[] = {
  "{}",
  "{\"KeyId\":\"" ARN "\",\"KeySpec\":\"RSA_2048\"}",
  "{\"KeyId\":\"" ARN "\",\"KeySpec\":\"RSA_2048\",\"PublicKey\":\"\"}",
  "{\"KeyId\":\"" ARN "\",\"KeySpec\":\"RSA_2048\",\"PublicKey\":\"A\"}",
  "{\"KeyId\":\"" ARN "\",\"KeySpec\":\"RSA_2048\",\"PublicKey\":7}",
  "{\"KeyId\":\"" ARN "\",\"PublicKey\":\"AQIDBA==\"}",
  "{\"KeyId\":\"\",\"KeySpec\":\"RSA_2048\",\"PublicKey\":\"AQIDBA==\"}",
  "{\"KeySpec\":\"RSA_2048\",\"PublicKey\":\"AQIDBA==\"}",
};

/* The service prints seconds as it likes; what cannot be a time of
 * OpenPGP is none.  */
static const struct
{
  const char *number;
  int64_t created;
} dates[] = {
  { "1.655753311082E9", 1655753311 },
  { "1655753311.999", 1655753311 },
  { "1655753311", 1655753311 },
  { "1", 1 },
  { "4294967295.9", 4294967295 },
  { "4294967296", 0 },
  { "1e300", 0 },
  { "0", 0 },
  { "0.9", 0 },
  { "-1655753311", 0 },
  { "\"1655753311\"", 0 },
  { "null", 0 },
};

#define ECDH "\"KeyAgreementAlgorithm\":\"ECDH\""
static const char *const bad_secrets[] = {
  "{}",
  "{\"KeyId\":\"" ARN "\"," ECDH "}",
  "{\"KeyId\":\"" ARN "\"," ECDH ",\"SharedSecret\":\"\"}",
  "{\"KeyId\":\"" ARN "\"," ECDH ",\"SharedSecret\":\"AQ\"}",
  "{\"KeyId\":\"" ARN "\"," ECDH ",\"SharedSecret\":null}",
  "{\"KeyId\":\"" ARN "\",\"SharedSecret\":\"AQIDBA==\"}",
  "{" ECDH ",\"SharedSecret\":\"AQIDBA==\"}",
  "{\"KeyId\":\"" ARN "\",\"KeyAgreementAlgorithm\":\"X\","
  "\"SharedSecret\":\"AQIDBA==\"}",
};

/* No answers to Sign.  */
static const char *const bad_signatures[] = {
  "",
  "{",
  "[]",
  "<html>proxy</html>",
  SIGNED SIGNED,
  "{}",
  "{\"KeyId\":\"" ARN "\"," SIGNATURE "}",
  "{\"KeyId\":\"" ARN "\"," ALGORITHM "}",
  "{" SIGNATURE "," ALGORITHM "}",
  "{\"KeyId\":\"a b\"," SIGNATURE "," ALGORITHM "}",
  "{\"KeyId\":\"" ARN "\",\"Signature\":\"AQID*A==\"," ALGORITHM "}",
  "{\"KeyId\":\"" ARN "\",\"Signature\":\"AQIDBA\"," ALGORITHM "}",
  "{\"KeyId\":\"" ARN "\",\"Signature\":\"\"," ALGORITHM "}",
  "{\"KeyId\":\"" ARN "\",\"Signature\":null," ALGORITHM "}",
  "{\"KeyId\":\"" ARN "\"," SIGNATURE ",\"SigningAlgorithm\":"
  "\"ECDSA_SHA_384\"}",
  "{\"KeyId\":\"" ARN "\"," SIGNATURE ",\"SigningAlgorithm\":"
  "\"ECDSA_SHA_25\"}",
};

static const struct error_case
{
  const char *type;
  const char *message;
  gpg_err_code_t code;
  enum retry_class retry;
  bool refresh;
} error_cases[] = {
  { "AccessDeniedException", "User: x is not authorized", GPG_ERR_FORBIDDEN,
    RETRY_NEVER, false },
  { "DisabledException", "k is disabled.", GPG_ERR_KEY_DISABLED, RETRY_NEVER,
    false },
  { "KMSInvalidStateException", "k is pending deletion.",
    GPG_ERR_UNUSABLE_SECKEY, RETRY_NEVER, false },
  { "NotFoundException", "Alias a is not found.", GPG_ERR_NO_KEY, RETRY_NEVER,
    false },
  { "InvalidArnException", "", GPG_ERR_INV_ID, RETRY_NEVER, false },
  { "InvalidKeyUsageException", "Algorithm ECDSA_SHA_384 is incompatible",
    GPG_ERR_UNSUPPORTED_ALGORITHM, RETRY_NEVER, false },
  { "InvalidKeyUsageException", "k key usage is ENCRYPT_DECRYPT which",
    GPG_ERR_WRONG_KEY_USAGE, RETRY_NEVER, false },
  { "UnsupportedOperationException", "", GPG_ERR_NOT_SUPPORTED, RETRY_NEVER,
    false },
  { "ValidationException", "Digest is invalid length for algorithm x",
    GPG_ERR_DIGEST_ALGO, RETRY_NEVER, false },
  { "ValidationException", "1 validation error detected", GPG_ERR_INV_VALUE,
    RETRY_NEVER, false },
  { "InvalidGrantTokenException", "", GPG_ERR_FORBIDDEN, RETRY_NEVER, false },
  { "KeyUnavailableException", "", GPG_ERR_TRY_LATER, RETRY_TRANSIENT,
    false },
  { "DependencyTimeoutException", "", GPG_ERR_TIMEOUT, RETRY_TRANSIENT,
    false },
  { "KMSInternalException", "", GPG_ERR_SERVER_FAILED, RETRY_TRANSIENT,
    false },
  { "InternalFailure", "", GPG_ERR_SERVER_FAILED, RETRY_TRANSIENT, false },
  { "ServiceUnavailable", "", GPG_ERR_SERVER_FAILED, RETRY_TRANSIENT, false },
  { "ServiceUnavailableException", "", GPG_ERR_SERVER_FAILED,
    RETRY_TRANSIENT, false },
  { "RequestTimeout", "", GPG_ERR_TIMEOUT, RETRY_TRANSIENT, false },
  { "RequestTimeoutException", "", GPG_ERR_TIMEOUT, RETRY_TRANSIENT, false },
  { "ThrottlingException", "Rate exceeded", GPG_ERR_LIMIT_REACHED,
    RETRY_THROTTLED, false },
  { "Throttling", "", GPG_ERR_LIMIT_REACHED, RETRY_THROTTLED, false },
  { "TooManyRequestsException", "", GPG_ERR_LIMIT_REACHED, RETRY_THROTTLED,
    false },
  { "RequestLimitExceeded", "", GPG_ERR_LIMIT_REACHED, RETRY_THROTTLED,
    false },
  { "LimitExceededException", "", GPG_ERR_RESOURCE_LIMIT, RETRY_NEVER,
    false },
  { "UnrecognizedClientException", "The security token is invalid.",
    GPG_ERR_BAD_AUTH, RETRY_NEVER, true },
  { "InvalidClientTokenId", "", GPG_ERR_BAD_AUTH, RETRY_NEVER, true },
  { "ExpiredTokenException", "", GPG_ERR_BAD_AUTH, RETRY_NEVER, true },
  { "ExpiredToken", "", GPG_ERR_BAD_AUTH, RETRY_NEVER, true },
  { "InvalidSignatureException", "Signature expired: A is now earlier than B",
    GPG_ERR_TIME_CONFLICT, RETRY_NEVER, false },
  { "InvalidSignatureException", "Signature not yet current: A is still",
    GPG_ERR_TIME_CONFLICT, RETRY_NEVER, false },
  { "InvalidSignatureException", "The request signature we calculated",
    GPG_ERR_BAD_AUTH, RETRY_NEVER, true },
  { "IncompleteSignature", "", GPG_ERR_BAD_AUTH, RETRY_NEVER, false },
  { "IncompleteSignatureException", "", GPG_ERR_BAD_AUTH, RETRY_NEVER,
    false },
  { "MissingAuthenticationToken", "", GPG_ERR_NO_AUTH, RETRY_NEVER, false },
  { "MissingAuthenticationTokenException", "", GPG_ERR_NO_AUTH, RETRY_NEVER,
    false },
  { "OptInRequired", "", GPG_ERR_FORBIDDEN, RETRY_NEVER, false },
  { "SerializationException", "", GPG_ERR_INTERNAL, RETRY_NEVER, false },
  { "UnknownOperationException", "", GPG_ERR_INTERNAL, RETRY_NEVER, false },
};

/* What is not from KMS: proxies, load balancers, errors of the future.  */
static const struct
{
  int status;
  const char *headers;
  const char *body;
  size_t n_requests;
  const char *words;
} strangers[] = {
  { 400, NULL, "", 1, "(HTTP 400 )" },
  { 400, NULL, ERROR ("FooException", "x"), 1, "(HTTP 400 FooException)" },
  { 403, NULL, "<html>no</html>", 1, "(HTTP 403 )" },
  { 302, "Location: http://127.0.0.1:1/\r\n", "", 1, "(HTTP 302 )" },
  { 201, NULL, SIGNED, 1, "(HTTP 201 )" },
  { 500, NULL, "", 3, "(HTTP 500 )" },
  { 503, NULL, "<html>later</html>", 3, "(HTTP 503 )" },
  { 504, "X-Amzn-ErrorType: BarException:http://x/\r\n", "{}", 3,
    "(HTTP 504 BarException)" },
};
/* clang-format on */

#endif /* TESTS_AWS_KMS_CASES_H */

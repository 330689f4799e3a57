/* SPDX-License-Identifier: GPL-3.0-or-later
 * AWS KMS as a backend: what is sent, which answers are taken, what each
 * error means, when the call is repeated.  */

#include "config.h"

#include "kms/aws-kms.h"

#include "base/file.h"
#include "base/json.h"
#include "kms/aws-errors.h"

#include "tests/unit/aws-kms-cases.h"
#include "tests/unit/aws-kms-rig.h"

#include <signal.h>

/* Where the developer's own files are not.  */
static char dir[] = "/tmp/t-aws-kms.XXXXXX";
static char *config_file;

/* Signing fails with CODE after N requests; the reason begins with the
 * key, and WORDS are in it.  */
static void
expect_failure (gpg_err_code_t code, size_t n, const char *words)
{
  gpg_error_t err = sign ();

  ck_code (err, code);
  ck_assert_uint_eq (call.reason_for, err);
  ck_assert (text_starts (call.reason, "alias/release: kms:Sign: "));
  ck_assert_ptr_nonnull (strstr (call.reason, words));
  ck_assert_uint_eq (canned_requests (&server), n);
  ck_assert_uint_eq (sig.value.n, 0);
}

/* ---- The request ----  */

/* LINE is a whole line of the head of request I.  */
static void
expect_header (size_t i, const char *line)
{
  struct bytes want = { 0 };

  bytes_add_fmt (&want, "\r\n%s\r\n", line);
  ck_assert_ptr_nonnull (
    strcasestr (canned_request (&server, i), bytes_text (&want)));
  bytes_drop (&want);
}

static struct json *
request_body (size_t i)
{
  const char *body = strstr (canned_request (&server, i), "\r\n\r\n");
  struct json *doc = NULL;

  ck_assert_ptr_nonnull (body);
  ck_ok (json_parse (span_text (body + 4), &doc));
  return doc;
}

static void
expect_member (const struct json *doc, const char *name, const char *want)
{
  const char *is = json_string (doc, name);

  ck_assert_ptr_nonnull (is);
  ck_assert_str_eq (is, want);
}

START_TEST (test_sign)
{
  struct json *doc;

  canned_give (&server, 200, "x-amzn-RequestId: 12-34\r\n", SIGNED);
  ck_ok (sign ());
  ck_assert_uint_eq (canned_requests (&server), 1);
  ck_assert (span_equal (bytes_span (&sig.value), span_of ("\1\2\3\4", 4)));
  ck_assert_str_eq (bytes_text (&sig.key_id), ARN);
  ck_assert_str_eq (bytes_text (&sig.request_id), "12-34");
  doc = request_body (0);
  expect_member (doc, "KeyId", "alias/release");
  expect_member (doc, "Message", "AAEC/w==");
  expect_member (doc, "MessageType", "DIGEST");
  expect_member (doc, "SigningAlgorithm", "ECDSA_SHA_256");
  json_free (doc);
}
END_TEST

START_TEST (test_sign_raw)
{
  struct json *doc;

  canned_give (&server, 200, NULL,
               "{\"KeyId\":\"" ARN "\",\"Signature\":\"AQIDBA==\","
               "\"SigningAlgorithm\":\"ED25519_SHA_512\",\"New\":{}}");
  ck_ok (sign_with (ARN, true));
  ck_assert_uint_eq (sig.request_id.n, 0);
  doc = request_body (0);
  expect_member (doc, "KeyId", ARN);
  expect_member (doc, "Message", "YWJj");
  expect_member (doc, "MessageType", "RAW");
  expect_member (doc, "SigningAlgorithm", "ED25519_SHA_512");
  json_free (doc);
}
END_TEST

START_TEST (test_headers)
{
  char host[64];

  canned_give (&server, 200, NULL, SIGNED);
  ck_ok (sign ());
  ck_assert (text_starts (canned_request (&server, 0), "POST / HTTP/1.1\r\n"));
  snprintf (host, sizeof host, "Host: 127.0.0.1:%u", server.port);
  expect_header (0, host);
  expect_header (0, "Content-Type: application/x-amz-json-1.1");
  expect_header (0, "X-Amz-Target: TrentService.Sign");
  expect_header (0, "X-Amz-Date: 20231114T221320Z");
  expect_header (0, "X-Amz-Security-Token: session/token");
  ck_assert_ptr_nonnull (
    strstr (canned_request (&server, 0),
            "\r\nAuthorization: AWS4-HMAC-SHA256 "
            "Credential=AKID1/20231114/eu-west-1/kms/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date;"
            "x-amz-security-token;x-amz-target, Signature="));
}
END_TEST

/* ---- GetPublicKey and DescribeKey ----  */

START_TEST (test_get_public_key)
{
  struct bytes body = { 0 };
  struct json *doc;

  bytes_add_fmt (&body,
                 "{\"KeyId\":\"" ARN "\",\"KeySpec\":\"RSA_2048\","
                 "\"PublicKey\":\"AQIDBA==\"%s}",
                 usages[_i].json);
  canned_give (&server, 200, NULL, bytes_text (&body));
  ck_ok (kms_get_public_key (backend, &call, "alias/release", &key));
  ck_assert_str_eq (bytes_text (&key.id), ARN);
  ck_assert_str_eq (bytes_text (&key.spec), "RSA_2048");
  ck_assert_int_eq (key.usage, usages[_i].usage);
  ck_assert (span_equal (bytes_span (&key.spki), span_of ("\1\2\3\4", 4)));
  expect_header (0, "X-Amz-Target: TrentService.GetPublicKey");
  doc = request_body (0);
  expect_member (doc, "KeyId", "alias/release");
  json_free (doc);
  bytes_drop (&body);
}
END_TEST

START_TEST (test_bad_public_keys)
{
  canned_give (&server, 200, NULL, bad_public_keys[_i]);
  ck_code (kms_get_public_key (backend, &call, "alias/release", &key),
           GPG_ERR_INV_RESPONSE);
  ck_assert (text_starts (call.reason, "alias/release: "));
  ck_assert_uint_eq (canned_requests (&server), 1);
}
END_TEST

START_TEST (test_describe)
{
  struct bytes body = { 0 };

  bytes_add_fmt (&body,
                 "{\"KeyMetadata\":{\"Arn\":\"" ARN "\","
                 "\"KeyId\":\"1234abcd-12ab-34cd\",\"KeySpec\":\"RSA_2048\","
                 "\"KeyState\":\"PendingDeletion\","
                 "\"KeyUsage\":\"SIGN_VERIFY\",\"CreationDate\":%s}}",
                 dates[_i].number);
  canned_give (&server, 200, NULL, bytes_text (&body));
  ck_ok (kms_describe (backend, &call, "alias/release", &key));
  ck_assert_str_eq (bytes_text (&key.id), ARN);
  ck_assert_str_eq (bytes_text (&key.spec), "RSA_2048");
  ck_assert_str_eq (bytes_text (&key.state), "PendingDeletion");
  ck_assert_int_eq (key.usage, KMS_USAGE_SIGN);
  ck_assert_int_eq (key.created, dates[_i].created);
  expect_header (0, "X-Amz-Target: TrentService.DescribeKey");
  bytes_drop (&body);
}
END_TEST

START_TEST (test_describe_refuses)
{
  static const char *const bad[]
    = { "{}", "{\"KeyMetadata\":null}", "{\"KeyMetadata\":{}}",
        "{\"KeyMetadata\":[]}", "{\"Arn\":\"" ARN "\"}" };
  size_t i;

  for (i = 0; i < DIM (bad); i++)
    canned_give (&server, 200, NULL, bad[i]);
  for (i = 0; i < DIM (bad); i++)
    {
      ck_code (kms_describe (backend, &call, "alias/release", &key),
               GPG_ERR_INV_RESPONSE);
      kms_key_drop (&key);
    }
}
END_TEST

/* ---- Answers to Sign that are none ----  */

START_TEST (test_bad_signatures)
{
  gpg_error_t err;

  canned_give (&server, 200, NULL, bad_signatures[_i]);
  err = sign ();
  ck_code (err, GPG_ERR_INV_RESPONSE);
  ck_assert_uint_eq (call.reason_for, err);
  ck_assert (text_starts (call.reason, "alias/release: "));
  ck_assert_uint_eq (canned_requests (&server), 1);
}
END_TEST

/* ---- DeriveSharedSecret ----  */

static gpg_error_t
agree (struct kms_secret *r_secret)
{
  kms_secret_init (r_secret);
  return kms_agree (backend, &call, "alias/a", span_text ("peer"), r_secret);
}

START_TEST (test_agree)
{
  struct kms_secret secret;
  struct json *doc;

  canned_give (&server, 200, NULL,
               "{\"KeyId\":\"" ARN "\"," ECDH
               ",\"SharedSecret\":\"AQIDBA==\"}");
  ck_ok (agree (&secret));
  ck_assert (span_equal (bytes_span (&secret.value), span_of ("\1\2\3\4", 4)));
  ck_assert (secret.value.secret);
  ck_assert_str_eq (bytes_text (&secret.key_id), ARN);
  kms_secret_drop (&secret);
  expect_header (0, "X-Amz-Target: TrentService.DeriveSharedSecret");
  doc = request_body (0);
  expect_member (doc, "KeyId", "alias/a");
  expect_member (doc, "KeyAgreementAlgorithm", "ECDH");
  expect_member (doc, "PublicKey", "cGVlcg==");
  json_free (doc);
}
END_TEST

START_TEST (test_bad_secrets)
{
  struct kms_secret secret;

  canned_give (&server, 200, NULL, bad_secrets[_i]);
  ck_code (agree (&secret), GPG_ERR_INV_RESPONSE);
  ck_assert (text_starts (call.reason, "alias/a: "));
  kms_secret_drop (&secret);
}
END_TEST

/* ---- Errors ----  */

START_TEST (test_error)
{
  const struct error_case *error = &error_cases[_i];
  const struct aws_error_row *row = aws_error_at ((size_t)_i);
  struct bytes body = { 0 };

  bytes_add_fmt (&body, ERROR ("%s", "%s"), error->type, error->message);
  canned_give (&server, 400, NULL, bytes_text (&body));
  canned_give (&server, 400, NULL, bytes_text (&body));
  make_backend ("eu-west-1", true, NULL, 1);
  expect_failure (error->code, error->refresh ? 2 : 1, row->advice);
  ck_assert_uint_eq (n_fetched, error->refresh ? 2 : 1);
  bytes_drop (&body);
}
END_TEST

START_TEST (test_stranger)
{
  int i;

  for (i = 0; i < 4; i++)
    canned_give (&server, strangers[_i].status, strangers[_i].headers,
                 strangers[_i].body);
  expect_failure (GPG_ERR_SERVER_FAILED, strangers[_i].n_requests,
                  strangers[_i].words);
}
END_TEST

/* A control character or a tale of AWS's does not get far.  */
START_TEST (test_hostile_error)
{
  canned_give (&server, 400, NULL,
               "{\"__type\":\"Foo\\nERR 0\\u001b[31m\",\"message\":1}");
  expect_failure (GPG_ERR_SERVER_FAILED, 1, "Foo?ERR 0?[31m");
}
END_TEST

/* A long key id leaves room for what went wrong.  */
START_TEST (test_long_key_id)
{
  canned_give (&server, 400, NULL, ERROR ("AccessDeniedException", ""));
  ck_code (sign_with ("arn:aws:kms:ap-southeast-2:111122223333:key/"
                      "1234abcd-12ab-34cd-56ef-1234567890ab",
                      false),
           GPG_ERR_FORBIDDEN);
  ck_assert_ptr_nonnull (
    strstr (call.reason, "denied by IAM or the key policy"));
  ck_assert_ptr_nonnull (
    strstr (call.reason, "1234abcd-12ab-34cd-56ef-1234567890ab"));
}
END_TEST

/* ---- Trying again ----  */

START_TEST (test_throttled_twice)
{
  canned_give (&server, 400, NULL, ERROR ("ThrottlingException", ""));
  canned_give (&server, 400, NULL, ERROR ("ThrottlingException", ""));
  canned_give (&server, 200, NULL, SIGNED);
  ck_ok (sign ());
  ck_assert_uint_eq (canned_requests (&server), 3);
  ck_assert_uint_eq (n_fetched, 1);
  ck_assert_uint_eq (call.reason_for, 0);
  ck_assert_str_eq (strstr (canned_request (&server, 2), "\r\n\r\n"),
                    strstr (canned_request (&server, 0), "\r\n\r\n"));
}
END_TEST

START_TEST (test_three_failures)
{
  int i;

  for (i = 0; i < 3; i++)
    canned_give (&server, 500, NULL, ERROR ("KMSInternalException", ""));
  canned_give (&server, 200, NULL, SIGNED);
  expect_failure (GPG_ERR_SERVER_FAILED, 3, "KMS has an internal error");
}
END_TEST

START_TEST (test_hung_up)
{
  canned_give (&server, CANNED_HANG_UP, NULL, "");
  canned_give (&server, CANNED_HANG_UP, NULL, "");
  canned_give (&server, 200, NULL, SIGNED);
  ck_ok (sign ());
  ck_assert_uint_eq (canned_requests (&server), 3);
}
END_TEST

START_TEST (test_refused)
{
  shutdown (server.fd, SHUT_RDWR);
  pthread_join (server.thread, NULL);
  close (server.fd);
  ck_code (sign (), GPG_ERR_NETWORK);
  ck_assert_uint_eq (n_fetched, 1);
  canned_start (&server);
}
END_TEST

/* A server that says nothing takes no more than the call's time.  */
START_TEST (test_silence)
{
  int64_t start;

  canned_give (&server, CANNED_SILENCE, NULL, "");
  call_init (&call, &system_clock, 300);
  start = call_mono_ms (&call);
  ck_code (sign (), GPG_ERR_TIMEOUT);
  ck_assert_int_lt (call_mono_ms (&call) - start, 4000);
  ck_assert_uint_eq (canned_requests (&server), 1);
}
END_TEST

/* ---- Credentials ----  */

START_TEST (test_expired)
{
  canned_give (&server, 400, NULL, ERROR ("ExpiredTokenException", ""));
  canned_give (&server, 200, NULL, SIGNED);
  ck_ok (sign ());
  ck_assert_uint_eq (canned_requests (&server), 2);
  ck_assert_uint_eq (n_fetched, 2);
  ck_assert_uint_eq (call.reason_for, 0);
  ck_assert_ptr_nonnull (
    strstr (canned_request (&server, 0), "Credential=AKID1/"));
  ck_assert_ptr_nonnull (
    strstr (canned_request (&server, 1), "Credential=AKID2/"));
  canned_give (&server, 200, NULL, SIGNED);
  ck_ok (sign ());
  ck_assert_uint_eq (n_fetched, 2);
}
END_TEST

/* New credentials cost no attempt: throttling after them has all three.  */
START_TEST (test_expired_then_throttled)
{
  canned_give (&server, 400, NULL, ERROR ("ExpiredTokenException", ""));
  canned_give (&server, 500, NULL, ERROR ("KMSInternalException", ""));
  canned_give (&server, 500, NULL, ERROR ("KMSInternalException", ""));
  canned_give (&server, 200, NULL, SIGNED);
  ck_ok (sign ());
  ck_assert_uint_eq (canned_requests (&server), 4);
}
END_TEST

START_TEST (test_no_credentials)
{
  fetch_code = GPG_ERR_CONFIGURATION;
  ck_code (sign (), GPG_ERR_CONFIGURATION);
  ck_assert_str_eq (call.reason, "the provider is broken");
  fetch_code = GPG_ERR_NOT_FOUND;
  ck_code (sign (), GPG_ERR_NO_AUTH);
  ck_assert_uint_eq (canned_requests (&server), 0);
}
END_TEST

/* ---- Region and endpoint ----  */

static void
write_config (const char *text)
{
  ck_ok (file_replace (config_file, span_text (text)));
}

START_TEST (test_no_region)
{
  make_backend (NULL, true, NULL, 3);
  ck_code (sign (), GPG_ERR_CONFIGURATION);
  ck_assert_ptr_nonnull (strstr (call.reason, "region"));
  make_backend ("eu west", true, NULL, 3);
  ck_code (sign (), GPG_ERR_CONFIGURATION);
  ck_assert_uint_eq (canned_requests (&server), 0);
  ck_assert_uint_eq (n_fetched, 0);
}
END_TEST

/* Both from the profile, which is read at each call.  */
START_TEST (test_profile)
{
  struct bytes text = { 0 };

  make_backend (NULL, false, "work", 3);
  bytes_add_fmt (&text,
                 "[default]\nregion = us-east-1\n[profile work]\n"
                 "region = ap-south-1\n"
                 "endpoint_url = http://127.0.0.1:%u\n",
                 server.port);
  write_config (bytes_text (&text));
  canned_give (&server, 200, NULL, SIGNED);
  ck_ok (sign ());
  ck_assert_ptr_nonnull (
    strstr (canned_request (&server, 0), "/ap-south-1/kms/aws4_request"));
  write_config ("[profile work\n");
  ck_code (sign (), GPG_ERR_CONFIGURATION);
  ck_assert_uint_eq (canned_requests (&server), 1);
  ck_assert_int_eq (unlink (config_file), 0);
  ck_code (sign (), GPG_ERR_CONFIGURATION);
  bytes_drop (&text);
}
END_TEST

/* With both given nobody looks into the files.  */
START_TEST (test_files_not_needed)
{
  write_config ("[profile work\n");
  canned_give (&server, 200, NULL, SIGNED);
  ck_ok (sign ());
  ck_assert_int_eq (unlink (config_file), 0);
}
END_TEST

/* The developer's own settings stay out of this.  */
static bool
clean_environment (void)
{
  extern char **environ;
  char **at = environ;
  char *name;

  while (*at)
    if (text_starts (*at, "AWS_"))
      {
        name = text_copy (*at, strcspn (*at, "="));
        unsetenv (name);
        free (name);
        at = environ;
      }
    else
      at++;
  if (!mkdtemp (dir))
    return false;
  config_file = file_join (dir, "config");
  return config_file && !setenv ("HOME", dir, 1)
         && !setenv ("AWS_CONFIG_FILE", config_file, 1);
}

static TCase *
make_cases (void)
{
  TCase *cases = tcase_create ("aws-kms");

  tcase_set_timeout (cases, 60);
  tcase_add_checked_fixture (cases, rig_set_up, rig_tear_down);
  tcase_add_test (cases, test_sign);
  tcase_add_test (cases, test_sign_raw);
  tcase_add_test (cases, test_headers);
  tcase_add_loop_test (cases, test_get_public_key, 0, DIM (usages));
  tcase_add_loop_test (cases, test_bad_public_keys, 0, DIM (bad_public_keys));
  tcase_add_loop_test (cases, test_describe, 0, DIM (dates));
  tcase_add_test (cases, test_describe_refuses);
  tcase_add_loop_test (cases, test_bad_signatures, 0, DIM (bad_signatures));
  tcase_add_test (cases, test_agree);
  tcase_add_loop_test (cases, test_bad_secrets, 0, DIM (bad_secrets));
  tcase_add_loop_test (cases, test_error, 0, DIM (error_cases));
  tcase_add_loop_test (cases, test_stranger, 0, DIM (strangers));
  tcase_add_test (cases, test_hostile_error);
  tcase_add_test (cases, test_long_key_id);
  tcase_add_test (cases, test_throttled_twice);
  tcase_add_test (cases, test_three_failures);
  tcase_add_test (cases, test_hung_up);
  tcase_add_test (cases, test_refused);
  tcase_add_test (cases, test_silence);
  tcase_add_test (cases, test_expired);
  tcase_add_test (cases, test_expired_then_throttled);
  tcase_add_test (cases, test_no_credentials);
  tcase_add_test (cases, test_no_region);
  tcase_add_test (cases, test_profile);
  tcase_add_test (cases, test_files_not_needed);
  return cases;
}

int
main (void)
{
  TCase *cases;
  int rc;

  signal (SIGPIPE, SIG_IGN);
  if (!clean_environment () || http_global_init ())
    return 99;
  cases = make_cases ();
  rc = unit_main ("aws-kms", &cases, 1);
  rmdir (dir);
  free (config_file);
  return rc;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * The AWS backend under test: its credentials, its server, one call.  */

#ifndef TESTS_AWS_KMS_RIG_H
#define TESTS_AWS_KMS_RIG_H

#include "aws/creds.h"
#include "kms/aws-kms.h"
#include "net/http.h"

#include "tests/unit/canned-kms.h"

static struct canned_server server;
static struct http *http;
static struct creds_chain *creds;
static struct kms_backend *backend;
static struct test_clock tc;
static struct call call;
static struct kms_key key;
static struct kms_signature sig;

static unsigned int n_fetched;
static gpg_err_code_t fetch_code;

/* AKID1, AKID2 and so on.  */
static inline gpg_error_t
fetch (struct creds_provider *self, struct call *c,
       struct aws_credentials *r_creds)
{
  char id[16];

  (void)self;
  n_fetched++;
  if (fetch_code)
    return because (c, fetch_code, "the provider is broken");
  snprintf (id, sizeof id, "AKID%u", n_fetched);
  return aws_credentials_set (r_creds, id, "secret", "session/token");
}

static inline void
nothing_to_free (struct creds_provider *self)
{
  (void)self;
}

static struct creds_provider provider = { "fake", fetch, nothing_to_free };

static inline void
make_backend (const char *region, bool endpoint, const char *profile,
              unsigned int max_attempts)
{
  struct aws_kms_settings settings = { .http = http,
                                       .creds = creds,
                                       .region = region,
                                       .profile = profile,
                                       .max_attempts = max_attempts };
  char url[64];

  snprintf (url, sizeof url, "http://127.0.0.1:%u", server.port);
  if (endpoint)
    settings.endpoint_url = url;
  kms_free (backend);
  backend = aws_kms_new (&settings);
  ck_assert_ptr_nonnull (backend);
}

static inline void
rig_set_up (void)
{
  struct creds_provider *providers[] = { &provider };
  const struct http_settings settings = { .connect_timeout_ms = 5000,
                                          .request_timeout_ms = 5000,
                                          .user_agent = "test" };

  n_fetched = 0;
  fetch_code = 0;
  memset (&key, 0, sizeof key);
  memset (&sig, 0, sizeof sig);
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 30000);
  canned_start (&server);
  http = http_new (&settings);
  creds = creds_chain_new (providers, 1);
  ck_assert (http && creds);
  backend = NULL;
  make_backend ("eu-west-1", true, NULL, 3);
}

static inline void
rig_tear_down (void)
{
  kms_free (backend);
  creds_chain_free (creds);
  http_free (http);
  canned_stop (&server);
  kms_key_drop (&key);
  kms_signature_drop (&sig);
}

static inline gpg_error_t
sign_with (const char *key_id, bool raw)
{
  static const struct kms_sign_request digest
    = { "ECDSA_SHA_256", { (const unsigned char *)"\0\1\2\377", 4 }, false };
  static const struct kms_sign_request message
    = { "ED25519_SHA_512", { (const unsigned char *)"abc", 3 }, true };

  call_forget (&call);
  kms_signature_drop (&sig);
  return kms_sign (backend, &call, key_id, raw ? &message : &digest, &sig);
}

static inline gpg_error_t
sign (void)
{
  return sign_with ("alias/release", false);
}

#endif /* TESTS_AWS_KMS_RIG_H */

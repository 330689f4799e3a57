/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of aws/creds.c, creds-env.c and creds-profile.c; creds-sts.c has
 * its own in t-request.c.  */

#include "config.h"

#include "aws/creds.h"

#include "aws/providers.h"
#include "base/file.h"
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static struct test_clock tc;
static struct call call;
static struct aws_credentials creds;
static char dir[] = "/tmp/t-creds-XXXXXX";

static void
setup (void)
{
  static const char *const variables[]
    = { "AWS_ACCESS_KEY_ID",  "AWS_SECRET_ACCESS_KEY",     "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_PROFILE" };
  size_t i;

  for (i = 0; i < DIM (variables); i++)
    unsetenv (variables[i]);
  setenv ("AWS_CONFIG_FILE", "/nonexistent/config", 1);
  setenv ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials", 1);
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 30000);
  aws_credentials_init (&creds);
}

static void
teardown (void)
{
  aws_credentials_drop (&creds);
}

static void
expect_creds (const char *id, const char *secret, const char *token,
              int64_t expires)
{
  ck_assert_str_eq (bytes_text (&creds.access_key_id), id);
  ck_assert_str_eq (bytes_text (&creds.secret_key), secret);
  ck_assert_str_eq (bytes_text (&creds.token), token);
  ck_assert_int_eq (creds.expires, expires);
  ck_assert (creds.secret_key.secret && creds.token.secret);
}

/* Fetch from PROVIDER alone, which goes.  */
static gpg_error_t
fetch (struct creds_provider *provider)
{
  gpg_error_t err;

  aws_credentials_drop (&creds);
  call_forget (&call);
  err = provider->fetch (provider, &call, &creds);
  provider->free (provider);
  return err;
}

/* A source whose answers the test sets.  */
struct fake
{
  struct creds_provider provider;
  gpg_error_t err;
  int64_t expires;
  unsigned int pause_ms; /* In real time.  */
  unsigned int fetches;
  unsigned int frees;
};

static gpg_error_t
fake_fetch (struct creds_provider *provider, struct call *c,
            struct aws_credentials *r_creds)
{
  struct fake *fake = (struct fake *)provider;
  char id[32];

  usleep (fake->pause_ms * 1000);
  fake->fetches++;
  if (fake->err)
    return gpg_err_code (fake->err) == GPG_ERR_NOT_FOUND
             ? fake->err
             : because_err (c, fake->err, "%s is broken", provider->name);
  snprintf (id, sizeof id, "%s-%u", provider->name, fake->fetches);
  r_creds->expires = fake->expires;
  return aws_credentials_set (r_creds, id, "secret", "token");
}

static void
fake_free (struct creds_provider *provider)
{
  ((struct fake *)provider)->frees++;
}

static void
fake_init (struct fake *fake, const char *name, gpg_err_code_t code)
{
  memset (fake, 0, sizeof *fake);
  fake->provider.name = name;
  fake->provider.fetch = fake_fetch;
  fake->provider.free = fake_free;
  fake->err = code ? gpg_error (code) : 0;
}

static struct creds_chain *
chain_of (struct fake *a, struct fake *b)
{
  struct creds_provider *const providers[] = { &a->provider, &b->provider };
  struct creds_chain *chain = creds_chain_new (providers, 2);

  ck_assert_ptr_nonnull (chain);
  return chain;
}

static void
expect_get (struct creds_chain *chain, const char *id)
{
  ck_assert_msg (!creds_get (chain, &call, &creds), "%s", call.reason);
  ck_assert_str_eq (bytes_text (&creds.access_key_id), id);
}

START_TEST (test_chain_order)
{
  struct creds_chain *chain;
  struct fake a, b;

  fake_init (&a, "a", GPG_ERR_NOT_FOUND);
  fake_init (&b, "b", 0);
  chain = chain_of (&a, &b);
  ck_assert_str_eq (creds_source (chain), "");
  expect_get (chain, "b-1");
  ck_assert_str_eq (creds_source (chain), "b");
  /* Without an expiry they last.  */
  tc.wall += 1000000000;
  tc.mono += 1000000000;
  call_renew (&call, 30000);
  expect_get (chain, "b-1");
  ck_assert_uint_eq (a.fetches, 1);
  ck_assert_uint_eq (b.fetches, 1);
  creds_chain_free (chain);
  ck_assert_uint_eq (a.frees, 1);
  ck_assert_uint_eq (b.frees, 1);
}
END_TEST

START_TEST (test_chain_nothing)
{
  struct creds_chain *chain;
  struct fake a, b;

  fake_init (&a, "environment", GPG_ERR_NOT_FOUND);
  fake_init (&b, "profile 'x'", GPG_ERR_NOT_FOUND);
  chain = chain_of (&a, &b);
  ck_code (creds_get (chain, &call, &creds), GPG_ERR_NO_AUTH);
  ck_assert_str_eq (call.reason,
                    "no AWS credentials: tried environment, profile 'x'");
  creds_chain_free (chain);
}
END_TEST

/* A source that is configured but broken ends the chain.  */
START_TEST (test_chain_broken)
{
  struct creds_chain *chain;
  struct fake a, b;

  fake_init (&a, "a", GPG_ERR_CONFIGURATION);
  fake_init (&b, "b", 0);
  chain = chain_of (&a, &b);
  ck_code (creds_get (chain, &call, &creds), GPG_ERR_CONFIGURATION);
  ck_assert_str_eq (call.reason, "a is broken");
  ck_assert_uint_eq (b.fetches, 0);
  ck_assert_uint_eq (creds.access_key_id.n, 0);
  creds_chain_free (chain);
}
END_TEST

START_TEST (test_refresh)
{
  struct creds_chain *chain;
  struct fake a, b;
  int64_t now = call_now (&call);

  fake_init (&a, "a", 0);
  fake_init (&b, "b", 0);
  chain = chain_of (&a, &b);
  a.expires = now + 3600;
  expect_get (chain, "a-1");
  tc.wall += (3600 - 301) * 1000;
  tc.mono += 1000000;
  call_renew (&call, 30000);
  expect_get (chain, "a-1");
  /* Five minutes before: newer ones, if there are any.  */
  tc.wall += 1000;
  a.err = gpg_error (GPG_ERR_NETWORK);
  expect_get (chain, "a-1");
  ck_assert_uint_eq (a.fetches, 2);
  ck_assert_str_eq (call.reason, "");
  /* Not again at once, but after a while.  */
  expect_get (chain, "a-1");
  ck_assert_uint_eq (a.fetches, 2);
  a.err = 0;
  a.expires = now + 7200;
  tc.mono += 60000;
  call_renew (&call, 30000);
  expect_get (chain, "a-3");
  creds_chain_free (chain);
}
END_TEST

START_TEST (test_expired)
{
  struct creds_chain *chain;
  struct fake a, b;

  fake_init (&a, "a", 0);
  fake_init (&b, "b", 0);
  chain = chain_of (&a, &b);
  a.expires = call_now (&call) + 1;
  expect_get (chain, "a-1");
  /* The old ones are dead: an error now is an error.  */
  tc.wall += 1000;
  a.err = gpg_error (GPG_ERR_NETWORK);
  ck_code (creds_get (chain, &call, &creds), GPG_ERR_NETWORK);
  ck_assert_str_eq (call.reason, "a is broken");
  call_forget (&call);
  /* Dead on arrival.  */
  a.err = 0;
  ck_code (creds_get (chain, &call, &creds), GPG_ERR_BAD_AUTH);
  ck_assert_str_eq (call.reason, "a: the credentials have expired");
  a.expires++;
  expect_get (chain, "a-4");
  creds_chain_free (chain);
}
END_TEST

START_TEST (test_reject)
{
  struct aws_credentials old;
  struct creds_chain *chain;
  struct fake a, b;

  fake_init (&a, "a", 0);
  fake_init (&b, "b", 0);
  chain = chain_of (&a, &b);
  expect_get (chain, "a-1");
  aws_credentials_init (&old);
  ck_ok (aws_credentials_copy (&old, &creds));
  creds_reject (chain, &old);
  ck_assert_str_eq (creds_source (chain), "");
  expect_get (chain, "a-2");
  /* The others find out later: what they used is gone already.  */
  creds_reject (chain, &old);
  expect_get (chain, "a-2");
  ck_assert_uint_eq (a.fetches, 2);
  aws_credentials_drop (&old);
  creds_chain_free (chain);
}
END_TEST

#define THREADS 16

static void *
get_in_thread (void *cookie)
{
  struct aws_credentials mine;
  struct call c;
  bool good;

  call_init (&c, &system_clock, 20000);
  aws_credentials_init (&mine);
  good = !creds_get (cookie, &c, &mine)
         && !strcmp (bytes_text (&mine.access_key_id), "a-2");
  aws_credentials_drop (&mine);
  return good ? cookie : NULL;
}

/* All ask when the old ones have just been refused: one fetch serves them
 * all.  */
START_TEST (test_threads)
{
  pthread_t threads[THREADS];
  struct creds_chain *chain;
  struct fake a, b;
  void *result;
  size_t i;

  fake_init (&a, "a", 0);
  fake_init (&b, "b", 0);
  chain = chain_of (&a, &b);
  expect_get (chain, "a-1");
  creds_reject (chain, &creds);
  a.pause_ms = 100;
  for (i = 0; i < THREADS; i++)
    ck_assert_int_eq (pthread_create (&threads[i], NULL, get_in_thread, chain),
                      0);
  for (i = 0; i < THREADS; i++)
    {
      pthread_join (threads[i], &result);
      ck_assert_ptr_eq (result, chain);
    }
  ck_assert_uint_eq (a.fetches, 2);
  creds_chain_free (chain);
}
END_TEST

/* A waiter gives up at its own deadline.  */
START_TEST (test_wait_deadline)
{
  struct creds_chain *chain;
  struct fake a, b;
  pthread_t thread;
  struct call c;

  fake_init (&a, "a", 0);
  fake_init (&b, "b", 0);
  chain = chain_of (&a, &b);
  a.pause_ms = 1500;
  ck_assert_int_eq (pthread_create (&thread, NULL, get_in_thread, chain), 0);
  usleep (300000);
  call_init (&c, &system_clock, 100);
  ck_code (creds_get (chain, &c, &creds), GPG_ERR_TIMEOUT);
  ck_assert_ptr_nonnull (strstr (c.reason, "AWS credentials"));
  ck_assert_uint_eq (creds.access_key_id.n, 0);
  pthread_join (thread, NULL);
  creds_chain_free (chain);
}
END_TEST

START_TEST (test_environment)
{
  ck_code (fetch (creds_env_new ()), GPG_ERR_NOT_FOUND);
  setenv ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
  ck_code (fetch (creds_env_new ()), GPG_ERR_CONFIGURATION);
  ck_assert_str_eq (call.reason,
                    "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY");
  setenv ("AWS_SECRET_ACCESS_KEY", " ", 1); /* Blank is unset.  */
  ck_code (fetch (creds_env_new ()), GPG_ERR_CONFIGURATION);
  setenv ("AWS_SECRET_ACCESS_KEY", "a/b+c", 1);
  ck_ok (fetch (creds_env_new ()));
  expect_creds ("AKIDEXAMPLE", "a/b+c", "", 0);
  setenv ("AWS_SECURITY_TOKEN", "old", 1);
  ck_ok (fetch (creds_env_new ()));
  expect_creds ("AKIDEXAMPLE", "a/b+c", "old", 0);
  setenv ("AWS_SESSION_TOKEN", "new", 1);
  setenv ("AWS_CREDENTIAL_EXPIRATION", "2026-01-02T03:04:05Z", 1);
  ck_ok (fetch (creds_env_new ()));
  expect_creds ("AKIDEXAMPLE", "a/b+c", "new", 1767323045);
  setenv ("AWS_CREDENTIAL_EXPIRATION", "tomorrow", 1);
  ck_code (fetch (creds_env_new ()), GPG_ERR_CONFIGURATION);
  unsetenv ("AWS_ACCESS_KEY_ID");
  ck_code (fetch (creds_env_new ()), GPG_ERR_CONFIGURATION);
  ck_assert_str_eq (call.reason,
                    "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID");
}
END_TEST

/* NAME in the test's directory gets TEXT; VARIABLE points to it.  */
static void
put_file (const char *variable, const char *name, const char *text)
{
  char *path = file_join (dir, name);

  ck_ok (file_replace (path, span_text (text)));
  setenv (variable, path, 1);
  free (path);
}

static void
setup_dir (void)
{
  setup ();
  ck_assert_ptr_nonnull (mkdtemp (dir));
}

static void
teardown_dir (void)
{
  static const char *const names[] = { "config", "credentials" };
  size_t i;

  for (i = 0; i < DIM (names); i++)
    {
      char *path = file_join (dir, names[i]);

      unlink (path);
      free (path);
    }
  rmdir (dir);
  memcpy (dir + sizeof dir - 7, "XXXXXX", 6);
  teardown ();
}

START_TEST (test_profile)
{
  /* No file: the default profile may be missing, a named one may not.  */
  ck_code (fetch (creds_profile_new (NULL)), GPG_ERR_NOT_FOUND);
  ck_code (fetch (creds_profile_new ("x")), GPG_ERR_CONFIGURATION);
  ck_assert_ptr_nonnull (strstr (call.reason, "profile 'x'"));
  setenv ("AWS_PROFILE", "y", 1);
  ck_code (fetch (creds_profile_new (NULL)), GPG_ERR_CONFIGURATION);
  ck_assert_ptr_nonnull (strstr (call.reason, "profile 'y'"));
  ck_code (fetch (creds_profile_new ("default")), GPG_ERR_CONFIGURATION);

  put_file ("AWS_SHARED_CREDENTIALS_FILE", "credentials",
            "[default]\naws_access_key_id = AK1\n"
            "aws_secret_access_key = s1\n"
            "[x]\naws_access_key_id = AK2\naws_secret_access_key = s2\n"
            "aws_session_token = t2\n[y]\nregion = eu-west-1\n");
  ck_code (fetch (creds_profile_new (NULL)), GPG_ERR_NOT_FOUND);
  ck_ok (fetch (creds_profile_new ("x")));
  expect_creds ("AK2", "s2", "t2", 0);
  unsetenv ("AWS_PROFILE");
  ck_ok (fetch (creds_profile_new (NULL)));
  expect_creds ("AK1", "s1", "", 0);
}
END_TEST

/* The same provider sees what has changed on disk.  */
START_TEST (test_profile_read_anew)
{
  struct creds_provider *provider = creds_profile_new ("x");

  ck_assert_str_eq (provider->name, "profile 'x'");
  put_file ("AWS_SHARED_CREDENTIALS_FILE", "credentials",
            "[x]\naws_access_key_id=1\naws_secret_access_key=s\n");
  ck_ok (provider->fetch (provider, &call, &creds));
  aws_credentials_drop (&creds);
  put_file ("AWS_SHARED_CREDENTIALS_FILE", "credentials",
            "[x]\naws_access_key_id=2\naws_secret_access_key=s\n");
  ck_ok (provider->fetch (provider, &call, &creds));
  expect_creds ("2", "s", "", 0);
  provider->free (provider);
}
END_TEST

START_TEST (test_profile_refused)
{
  static const char both[] = "aws_access_key_id=1\naws_secret_access_key=2\n";
  /* clang-format off */
  static const struct { const char *lines; bool beside; const char *why; }
  rows[] = {
    { "aws_access_key_id = 1", false, "no aws_secret_access_key" },
    { "aws_secret_access_key = 1", false, "no aws_access_key_id" },
    { "aws_access_key_id = 1\naws_secret_access_key =", false,
      "no aws_secret_access_key" },
    { "role_arn = arn\nsource_profile = default", true, "role_arn" },
    { "source_profile = default", false, "source_profile" },
    { "credential_source = Environment", false, "credential_source" },
    { "web_identity_token_file = f", false, "web_identity_token_file" },
    { "sso_session = s", false, "sso_session" },
    { "sso_start_url = u", false, "sso_start_url" },
    { "sso_account_id = 1", false, "sso_account_id" },
    { "sso_role_name = r", false, "sso_role_name" },
    { "login_session = arn", false, "login_session" },
    { "credential_process = true", false, "credential_process" },
  };
  /* clang-format on */
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      bool half = !strncmp (rows[i].why, "no ", 3);
      struct bytes text = { 0 };
      gpg_error_t err;

      bytes_add_fmt (&text, "[profile x]\n%s\n", rows[i].lines);
      put_file ("AWS_CONFIG_FILE", "config", bytes_text (&text));
      ck_code (fetch (creds_profile_new ("x")),
               half ? GPG_ERR_CONFIGURATION : GPG_ERR_NOT_SUPPORTED);
      ck_assert_msg (strstr (call.reason, "profile 'x'")
                       && strstr (call.reason, rows[i].why),
                     "%s", call.reason);
      /* Beside static keys most of them do not matter.  */
      bytes_add_str (&text, both);
      put_file ("AWS_CONFIG_FILE", "config", bytes_text (&text));
      err = fetch (creds_profile_new ("x"));
      ck_code (err, rows[i].beside ? GPG_ERR_NOT_SUPPORTED : 0);
      bytes_drop (&text);
    }
}
END_TEST

int
main (void)
{
  TCase *chain = tcase_create ("chain");
  TCase *sources = tcase_create ("sources");
  TCase *const cases[] = { chain, sources };

  tcase_add_checked_fixture (chain, setup, teardown);
  tcase_add_checked_fixture (sources, setup_dir, teardown_dir);
  tcase_set_timeout (chain, 60);
  tcase_add_test (chain, test_chain_order);
  tcase_add_test (chain, test_chain_nothing);
  tcase_add_test (chain, test_chain_broken);
  tcase_add_test (chain, test_refresh);
  tcase_add_test (chain, test_expired);
  tcase_add_test (chain, test_reject);
  tcase_add_test (chain, test_threads);
  tcase_add_test (chain, test_wait_deadline);
  tcase_add_test (sources, test_environment);
  tcase_add_test (sources, test_profile);
  tcase_add_test (sources, test_profile_read_anew);
  tcase_add_test (sources, test_profile_refused);
  return unit_main ("creds", cases, DIM (cases));
}

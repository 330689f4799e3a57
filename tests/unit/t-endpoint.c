/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of aws/endpoint.c.  */

#include "config.h"

#include "aws/endpoint.h"

#include "aws/profile.h"
#include "tests/unit/unit.h"

static struct test_clock tc;
static struct call call;

static const char *const variables[]
  = { "AWS_ENDPOINT_URL",     "AWS_ENDPOINT_URL_KMS",
      "AWS_ENDPOINT_URL_STS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
      "AWS_REGION",           "AWS_DEFAULT_REGION" };

static void
setup (void)
{
  size_t i;

  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 5000);
  for (i = 0; i < DIM (variables); i++)
    unsetenv (variables[i]);
}

/* A profile "default" with LINES.  */
static struct aws_files *
files_with (const char *lines)
{
  struct aws_files *files;
  struct bytes text = { 0 };

  bytes_add_fmt (&text, "[default]\n%s", lines);
  ck_ok (aws_files_new (&files));
  ck_ok (aws_files_parse (files, &call, AWS_FILE_CONFIG, "config",
                          bytes_span (&text)));
  bytes_drop (&text);
  return files;
}

static void
expect_url (const char *service, const char *region, const char *own,
            const struct aws_profile *profile, const char *url)
{
  struct endpoint ep;

  ck_ok (endpoint_resolve (&call, service, region, own, profile, &ep));
  ck_assert_str_eq (bytes_text (&ep.url), url);
  ck_assert_str_eq (bytes_text (&ep.region), region);
  endpoint_drop (&ep);
}

START_TEST (test_hosts)
{
  /* clang-format off */
  static const struct { const char *service, *region, *url; } rows[] = {
    { "kms", "eu-west-1",      "https://kms.eu-west-1.amazonaws.com/" },
    { "sts", "eu-west-1",      "https://sts.eu-west-1.amazonaws.com/" },
    { "kms", "ap-southeast-6", "https://kms.ap-southeast-6.amazonaws.com/" },
    { "kms", "mx-central-1",   "https://kms.mx-central-1.amazonaws.com/" },
    { "kms", "cn-north-1",     "https://kms.cn-north-1.amazonaws.com.cn/" },
    { "sts", "cn-northwest-1",
      "https://sts.cn-northwest-1.amazonaws.com.cn/" },
    { "kms", "eusc-de-east-1", "https://kms.eusc-de-east-1.amazonaws.eu/" },
    { "kms", "us-gov-west-1",  "https://kms.us-gov-west-1.amazonaws.com/" },
    { "kms", "us-iso-east-1",  "https://kms.us-iso-east-1.c2s.ic.gov/" },
    { "kms", "us-isob-east-1", "https://kms.us-isob-east-1.sc2s.sgov.gov/" },
    { "kms", "eu-isoe-west-1", "https://kms.eu-isoe-west-1.cloud.adc-e.uk/" },
    { "kms", "us-isof-south-1",
      "https://kms.us-isof-south-1.csp.hci.ic.gov/" },
    /* No partition's pattern: aws.  */
    { "kms", "zz-nowhere-9",   "https://kms.zz-nowhere-9.amazonaws.com/" },
    { "kms", "cn-north",       "https://kms.cn-north.amazonaws.com/" },
    { "kms", "cn--1",          "https://kms.cn--1.amazonaws.com/" },
    { "kms", "cn-north-1a",    "https://kms.cn-north-1a.amazonaws.com/" },
    { "kms", "eusc-fr-east-1", "https://kms.eusc-fr-east-1.amazonaws.com/" },
    { "kms", "local",          "https://kms.local.amazonaws.com/" },
  };
  /* clang-format on */
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    expect_url (rows[i].service, rows[i].region, NULL, NULL, rows[i].url);
}
END_TEST

START_TEST (test_fields)
{
  /* clang-format off */
  static const struct { const char *own, *host, *path; } rows[] = {
    { "https://kms.test",             "kms.test",       "/" },
    { "https://kms.test/",            "kms.test",       "/" },
    { "https://kms.test:443",         "kms.test",       "/" },
    { "https://kms.test:444",         "kms.test:444",   "/" },
    { "https://kms.test:80/",         "kms.test:80",    "/" },
    { "http://localhost:80/",         "localhost",      "/" },
    { "http://localhost:443/",        "localhost:443",  "/" },
    { "http://127.0.0.1:8080/a/b",    "127.0.0.1:8080", "/a/b" },
    { "http://[::1]:8080",            "[::1]:8080",     "/" },
    { "https://my_host-1/p_-.~9/",    "my_host-1",      "/p_-.~9/" },
    { "HTTPS://kms.test",             "kms.test",       "/" },
  };
  /* clang-format on */
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      struct endpoint ep;

      ck_ok (
        endpoint_resolve (&call, "kms", "eu-west-1", rows[i].own, NULL, &ep));
      ck_assert_str_eq (bytes_text (&ep.host), rows[i].host);
      ck_assert_str_eq (bytes_text (&ep.path), rows[i].path);
      endpoint_drop (&ep);
    }
}
END_TEST

START_TEST (test_bad_override)
{
  static const char *const rows[]
    = { "kms.test",          "ftp://kms.test",     "https://",
        "https:///path",     "https://kms.test:",  "https://kms.test:0",
        "https://h:65536",   "https://h:1x",       "https://u@kms.test",
        "https://u:p@h/",    "https://h/?q=1",     "https://h?q=1",
        "https://h/#f",      "https://h h/",       "https://h/a b",
        "https://h/%2e",     "https://h\r\nx: y/", "https://[::1",
        "https://[]",        "https://[g::1]",     "http:/h",
        "https://h\\@evil/", " https://h",         "https://h " };
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      struct endpoint ep;
      gpg_error_t err;

      err = endpoint_resolve (&call, "kms", "eu-west-1", rows[i], NULL, &ep);
      ck_assert_msg (gpg_err_code (err) == GPG_ERR_CONFIGURATION, "%s",
                     rows[i]);
      ck_assert_str_eq (call.reason,
                        "endpoint-url is not a plain http or https URL");
      endpoint_drop (&ep);
      call_forget (&call);
    }
}
END_TEST

START_TEST (test_order)
{
  struct aws_files *files = files_with ("endpoint_url = https://profile\n");
  const struct aws_profile *profile = aws_files_profile (files, "default");

  expect_url ("kms", "eu-west-1", NULL, profile, "https://profile/");
  setenv ("AWS_ENDPOINT_URL", "https://all", 1);
  expect_url ("kms", "eu-west-1", NULL, profile, "https://all/");
  setenv ("AWS_ENDPOINT_URL_KMS", "https://kms-only", 1);
  expect_url ("kms", "eu-west-1", NULL, profile, "https://kms-only/");
  expect_url ("sts", "eu-west-1", NULL, profile, "https://all/");
  setenv ("AWS_ENDPOINT_URL_STS", "https://sts-only", 1);
  expect_url ("sts", "eu-west-1", NULL, profile, "https://sts-only/");
  expect_url ("kms", "eu-west-1", "https://own", profile, "https://own/");
  /* Blank is unset.  */
  setenv ("AWS_ENDPOINT_URL_KMS", " ", 1);
  expect_url ("kms", "eu-west-1", NULL, profile, "https://all/");
  aws_files_free (files);
}
END_TEST

START_TEST (test_bad_variable_is_named)
{
  struct endpoint ep;

  setenv ("AWS_ENDPOINT_URL_KMS", "nonsense", 1);
  ck_code (endpoint_resolve (&call, "kms", "eu-west-1", NULL, NULL, &ep),
           GPG_ERR_CONFIGURATION);
  ck_assert (strstr (call.reason, "AWS_ENDPOINT_URL_KMS"));
  endpoint_drop (&ep);
}
END_TEST

START_TEST (test_ignore)
{
  static const char real[] = "https://kms.eu-west-1.amazonaws.com/";
  struct aws_files *files
    = files_with ("endpoint_url = https://profile\n"
                  "ignore_configured_endpoint_urls = TRUE\n");
  const struct aws_profile *profile = aws_files_profile (files, "default");

  setenv ("AWS_ENDPOINT_URL_KMS", "https://kms-only", 1);
  expect_url ("kms", "eu-west-1", NULL, profile, real);
  expect_url ("kms", "eu-west-1", NULL, NULL, "https://kms-only/");
  /* The variable beats the profile's key, both ways.  */
  setenv ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false", 1);
  expect_url ("kms", "eu-west-1", NULL, profile, "https://kms-only/");
  setenv ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
  expect_url ("kms", "eu-west-1", NULL, NULL, real);
  /* Our own option is no AWS setting.  */
  expect_url ("kms", "eu-west-1", "https://own", profile, "https://own/");
  aws_files_free (files);
}
END_TEST

START_TEST (test_bad_region)
{
  static const char *const rows[]
    = { "eu_west_1",
        "eu-west-1.evil.test/",
        "eu west",
        "-eu-west-1",
        "eu-west-1-",
        "eu-west-1\n",
        "\xc3\xa9u-west-1",
        "a234567890123456789012345678901234567890123456789012345678901234" };
  struct bytes region = { 0 };
  struct endpoint ep;
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      ck_code (endpoint_resolve (&call, "kms", rows[i], NULL, NULL, &ep),
               GPG_ERR_CONFIGURATION);
      endpoint_drop (&ep);
      ck_code (endpoint_region (&call, rows[i], NULL, &region),
               GPG_ERR_CONFIGURATION);
      ck_assert_uint_eq (region.n, 0);
    }
  ck_code (endpoint_resolve (&call, "kms", "", NULL, NULL, &ep),
           GPG_ERR_CONFIGURATION);
  endpoint_drop (&ep);
  /* One character less than the last.  */
  ck_ok (endpoint_region (&call, rows[DIM (rows) - 1] + 1, NULL, &region));
  bytes_drop (&region);
}
END_TEST

static void
expect_region (const char *configured, const struct aws_profile *profile,
               const char *expected)
{
  struct bytes region = { 0 };

  ck_ok (endpoint_region (&call, configured, profile, &region));
  ck_assert_str_eq (bytes_text (&region), expected);
  bytes_drop (&region);
}

START_TEST (test_region_order)
{
  struct aws_files *files = files_with ("region = us-east-1\n");
  const struct aws_profile *profile = aws_files_profile (files, "default");
  struct bytes region = { 0 };

  ck_code (endpoint_region (&call, NULL, NULL, &region),
           GPG_ERR_CONFIGURATION);
  ck_assert (strstr (call.reason, "AWS_REGION"));
  expect_region (NULL, profile, "us-east-1");
  setenv ("AWS_DEFAULT_REGION", "us-east-2", 1);
  expect_region (NULL, profile, "us-east-2");
  setenv ("AWS_REGION", "us-west-1", 1);
  expect_region (NULL, profile, "us-west-1");
  expect_region ("us-west-2", profile, "us-west-2");
  setenv ("AWS_REGION", "", 1);
  expect_region ("", profile, "us-east-2");
  aws_files_free (files);
}
END_TEST

int
main (void)
{
  TCase *endpoint = tcase_create ("endpoint");
  TCase *region = tcase_create ("region");
  TCase *const cases[] = { endpoint, region };

  tcase_add_checked_fixture (endpoint, setup, NULL);
  tcase_add_checked_fixture (region, setup, NULL);
  tcase_add_test (endpoint, test_hosts);
  tcase_add_test (endpoint, test_fields);
  tcase_add_test (endpoint, test_bad_override);
  tcase_add_test (endpoint, test_order);
  tcase_add_test (endpoint, test_bad_variable_is_named);
  tcase_add_test (endpoint, test_ignore);
  tcase_add_test (region, test_bad_region);
  tcase_add_test (region, test_region_order);
  return unit_main ("endpoint", cases, DIM (cases));
}

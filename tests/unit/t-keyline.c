/* SPDX-License-Identifier: GPL-3.0-or-later
 * The value of a `key` option: every form of URI, every word, good and
 * bad.  */

#include "config.h"

#include "keyline.h"

#include "tests/unit/unit.h"

#define FPR "0123456789abcdef0123456789ABCDEF01234567"
#define UUID "1234abcd-12ab-34cd-56ef-1234567890ab"
#define ARN "arn:aws:kms:eu-west-1:111122223333:key/" UUID
#define ALIAS_ARN "arn:aws:kms:us-east-1:111122223333:alias/acme/v1"

static struct test_clock tc;
static struct call call;
static struct key_line line;

static void
set_up (void)
{
  test_clock_init (&tc, 1700000000);
  call_init (&call, &tc.clock, 1000);
  memset (&line, 0, sizeof line);
}

static void
tear_down (void)
{
  key_line_drop (&line);
}

static gpg_error_t
parse (const char *text)
{
  key_line_drop (&line);
  call_forget (&call);
  return key_line_parse (&call, text, &line);
}

static void
expect_text (const struct bytes *is, const char *want)
{
  ck_assert_str_eq (bytes_text (is), want ? want : "");
}

/* TEXT is refused, and the reason has WORDS in it.  */
static void
expect_refused (const char *text, const char *words)
{
  gpg_error_t err = parse (text);

  ck_code (err, GPG_ERR_INV_VALUE);
  ck_assert_uint_eq (call.reason_for, err);
  ck_assert_ptr_nonnull (strstr (call.reason, words));
}

/* ---- URIs ----  */

/* clang-format off */
static const struct
{
  const char *text;
  enum key_scheme scheme;
  const char *uri;
  const char *key_id;
  const char *arn_region;
  const char *endpoint;
} uris[] = {
  { "alias/acme-release-v1", SCHEME_AWS, NULL, NULL, NULL, NULL },
  { "alias/acme/release_v1", SCHEME_AWS, NULL, NULL, NULL, NULL },
  { UUID, SCHEME_AWS, NULL, NULL, NULL, NULL },
  { "mrk-0123456789abcdef0123456789abcdef", SCHEME_AWS, NULL, NULL, NULL,
    NULL },
  { ARN, SCHEME_AWS, NULL, NULL, "eu-west-1", NULL },
  { ALIAS_ARN, SCHEME_AWS, NULL, NULL, "us-east-1", NULL },
  { "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/x", SCHEME_AWS, NULL,
    NULL, "us-gov-west-1", NULL },
  { "arn:aws-cn:kms:cn-north-1:111122223333:alias/x", SCHEME_AWS, NULL, NULL,
    "cn-north-1", NULL },
  { "awskms:///alias/a", SCHEME_AWS, NULL, "alias/a", NULL, NULL },
  { "awskms:///" UUID, SCHEME_AWS, NULL, UUID, NULL, NULL },
  { "awskms:///" ARN, SCHEME_AWS, NULL, ARN, "eu-west-1", NULL },
  { "awskms:///" ALIAS_ARN, SCHEME_AWS, NULL, ALIAS_ARN, "us-east-1", NULL },
  { "awskms://127.0.0.1:1234/alias/a", SCHEME_AWS, NULL, "alias/a", NULL,
    "http://127.0.0.1:1234" },
  { "awskms://127.0.0.1/alias/a", SCHEME_AWS, NULL, "alias/a", NULL,
    "http://127.0.0.1" },
  { "awskms://localhost:4566/" ARN, SCHEME_AWS, NULL, ARN, "eu-west-1",
    "http://localhost:4566" },
  { "awskms://127.8.9.10:1/alias/a", SCHEME_AWS, NULL, "alias/a", NULL,
    "http://127.8.9.10:1" },
  { "awskms://[::1]:1234/alias/a", SCHEME_AWS, NULL, "alias/a", NULL,
    "http://[::1]:1234" },
  { "awskms://[::1]/alias/a", SCHEME_AWS, NULL, "alias/a", NULL,
    "http://[::1]" },
  { "awskms://[fd00::1]:1234/alias/a", SCHEME_AWS, NULL, "alias/a", NULL,
    "https://[fd00::1]:1234" },
  { "awskms://kms.example.org/alias/a", SCHEME_AWS, NULL, "alias/a", NULL,
    "https://kms.example.org" },
  { "awskms://kms.example.org:8443/alias/a", SCHEME_AWS, NULL, "alias/a",
    NULL, "https://kms.example.org:8443" },
  { "awskms://128.0.0.1:1234/alias/a", SCHEME_AWS, NULL, "alias/a", NULL,
    "https://128.0.0.1:1234" },
  { "awskms://localhost.example.org/alias/a", SCHEME_AWS, NULL, "alias/a",
    NULL, "https://localhost.example.org" },
  { "file:///home/me/laptop-key.pem", SCHEME_FILE, NULL,
    "/home/me/laptop-key.pem", NULL, NULL },
  { "file:///%C3%A4=\xc3\xa4:#1", SCHEME_FILE, NULL, "/%C3%A4=\xc3\xa4:#1",
    NULL, NULL },
  { " \talias/a\t \r\n", SCHEME_AWS, "alias/a", "alias/a", NULL, NULL },
};
/* clang-format on */

START_TEST (test_uri)
{
  const char *uri = uris[_i].uri ? uris[_i].uri : uris[_i].text;

  ck_ok (parse (uris[_i].text));
  ck_assert_int_eq (line.scheme, uris[_i].scheme);
  expect_text (&line.uri, uri);
  expect_text (&line.key_id, uris[_i].key_id ? uris[_i].key_id : uri);
  expect_text (&line.arn_region, uris[_i].arn_region);
  expect_text (&line.endpoint, uris[_i].endpoint);
  ck_assert_uint_eq (line.card.n + line.region.n + line.profile.n, 0);
  ck_assert_int_eq (line.slot, SLOT_BY_USAGE);
  ck_assert_uint_eq (line.use, 0);
  ck_assert_uint_eq (line.hashes, 0);
  ck_assert_int_eq (line.created, 0);
  ck_assert_uint_eq (call.reason_for, 0);
}
END_TEST

/* clang-format off */
static const struct
{
  const char *text;
  const char *words;
} bad_uris[] = {
  { "", "no key given" },
  { " \t\n", "no key given" },
  { "alias/a%20b", "alias/a%20b" },
  { "alias/\xc3\xa4", "not a KMS key" },
  { "alias/a+b", "not a KMS key" },
  { "alias/a.b", "not a KMS key" },
  { "alias/a\x01", "not a KMS key" },
  { "alias/", "not a KMS key" },
  { "awskms:///alias/", "not a KMS key" },
  { "card=x", "card=x" },
  { "/home/me/key.pem", "not a KMS key" },
  { "key/" UUID, "not a KMS key" },
  { "file:/home/me/key-pem", "file:/home/me/key-pem" },
  { "awskms:/alias/a", "awskms:/alias/a" },
  { "awskms:alias/a", "not a KMS key" },
  { "awskms://", "no key behind" },
  { "awskms:///", "not a KMS key" },
  { "awskms://host", "no key behind" },
  { "awskms://host:1", "no key behind" },
  { "awskms://host/", "not a KMS key" },
  { "awskms:////alias/a", "not a KMS key" },
  { "awskms://:1234/alias/a", "not a URL or HOST:PORT" },
  { "awskms://user@host/alias/a", "not a URL or HOST:PORT" },
  { "awskms://host:/alias/a", "not a URL or HOST:PORT" },
  { "awskms://host:x/alias/a", "not a URL or HOST:PORT" },
  { "awskms://host:1:2/alias/a", "not a URL or HOST:PORT" },
  { "awskms://::1/alias/a", "not a URL or HOST:PORT" },
  { "awskms://[::1/alias/a", "not a URL or HOST:PORT" },
  { "awskms://ho?st/alias/a", "not a URL or HOST:PORT" },
  { "AWSKMS:///alias/a", "unknown kind of key" },
  { "gcpkms://projects/x", "unknown kind of key" },
  { "https://x/y", "unknown kind of key" },
  { "file://", "not an absolute path" },
  { "file:///", "not an absolute path" },
  { "file://host/path", "not an absolute path" },
  { "file://key.pem", "not an absolute path" },
  { "arn:", "not an ARN" },
  { "arn:aws:kms", "not an ARN" },
  { "arn:aws:kms:eu-west-1", "not an ARN" },
  { "arn:aws:kms:eu-west-1:111122223333", "not an ARN" },
  { "arn:aws:kms:eu-west-1:111122223333:", "not an ARN" },
  { "arn:aws:kms:eu-west-1:111122223333:key", "not an ARN" },
  { "arn:aws:kms:eu-west-1:111122223333:key/", "not an ARN" },
  { "arn:aws:kms:eu-west-1:111122223333:alias/", "not an ARN" },
  { "arn:aws:kms::111122223333:key/x", "not an ARN" },
  { "arn:aws:s3:::bucket", "not an ARN" },
  { "arn:aws:kmsx:eu-west-1:111122223333:key/x", "not an ARN" },
  { "arn:aws:iam::111122223333:role/x", "not an ARN" },
  { "arn:aws:kms:eu-west-1:111122223333:grant/x", "not an ARN" },
  { "awskms:///arn:aws:s3:::bucket", "not an ARN" },
};
/* clang-format on */

START_TEST (test_bad_uri)
{
  expect_refused (bad_uris[_i].text, bad_uris[_i].words);
}
END_TEST

/* AWS takes 2048 characters.  */
START_TEST (test_key_id_length)
{
  struct bytes text = { 0 };

  bytes_add_str (&text, "alias/");
  memset (bytes_extend (&text, 2042), 'a', 2042);
  ck_ok (parse (bytes_text (&text)));
  ck_assert_uint_eq (line.key_id.n, 2048);
  bytes_add_byte (&text, 'a');
  expect_refused (bytes_text (&text), "not a KMS key");
  bytes_drop (&text);
}
END_TEST

/* ---- Words ----  */

START_TEST (test_all_words)
{
  ck_ok (parse ("awskms://example.org/" ARN "  card=acme/v2 slot=auth\t"
                "usage=sign,auth hash=sha256,sha512 "
                "created=2026-06-02T00:00:00Z region=eu-central-1 "
                "profile=release endpoint=https://vpce.example.org:8443/x"));
  expect_text (&line.uri, "awskms://example.org/" ARN);
  expect_text (&line.key_id, ARN);
  expect_text (&line.arn_region, "eu-west-1");
  expect_text (&line.card, "acme/v2");
  ck_assert_int_eq (line.slot, SLOT_AUTH);
  ck_assert_uint_eq (line.use, USE_SIGN | USE_CERT | USE_AUTH);
  ck_assert_uint_eq (line.hashes, 1u << HASH_SHA256 | 1u << HASH_SHA512);
  ck_assert_int_eq (line.created, 1780358400);
  expect_text (&line.region, "eu-central-1");
  expect_text (&line.profile, "release");
  expect_text (&line.endpoint, "https://vpce.example.org:8443/x");
}
END_TEST

/* clang-format off */
static const struct
{
  const char *word;
  enum slot_no slot;
  unsigned int use;
  unsigned int hashes;
  int64_t created;
} words[] = {
  { "slot=sign", SLOT_SIGN, 0, 0, 0 },
  { "slot=decrypt", SLOT_DECRYPT, 0, 0, 0 },
  { "slot=auth", SLOT_AUTH, 0, 0, 0 },
  { "usage=sign", 0, USE_SIGN | USE_CERT, 0, 0 },
  { "usage=auth", 0, USE_AUTH, 0, 0 },
  { "usage=decrypt", 0, USE_DECRYPT, 0, 0 },
  { "usage=auth,sign,auth", 0, USE_SIGN | USE_CERT | USE_AUTH, 0, 0 },
  { "hash=sha256", 0, 0, 1u << HASH_SHA256, 0 },
  { "hash=md5,rmd160,sha1,sha224,sha256,sha384,sha512", 0, 0,
    1u << HASH_MD5 | 1u << HASH_RMD160 | 1u << HASH_SHA1 | 1u << HASH_SHA224
    | 1u << HASH_SHA256 | 1u << HASH_SHA384 | 1u << HASH_SHA512, 0 },
  { "created=1", 0, 0, 0, 1 },
  { "created=1700000000", 0, 0, 0, 1700000000 },
  { "created=20231114T221320", 0, 0, 0, 1700000000 },
  { "created=2023-11-14T22:13:20Z", 0, 0, 0, 1700000000 },
  { "created=2023-11-15T00:13:20+02:00", 0, 0, 0, 1700000000 },
  { "created=4294967295", 0, 0, 0, 4294967295 },
  { "endpoint=http://127.0.0.1:1/", 0, 0, 0, 0 },
  { "region=x profile=y card=z", 0, 0, 0, 0 },
  { "url=https://example.org/key.asc retired=yes", 0, 0, 0, 0 },
};

static const struct
{
  const char *word;
  const char *words;
} bad_words[] = {
  { "slot=", "no value" },
  { "slot=4", "slot= is sign, decrypt or auth" },
  { "slot=1", "slot= is sign, decrypt or auth" },
  { "slot=SIGN", "slot= is sign, decrypt or auth" },
  { "slot=signs", "slot= is sign, decrypt or auth" },
  { "slot=sig", "slot= is sign, decrypt or auth" },
  { "usage=", "no value" },
  { "usage=cert", "unknown usage" },
  { "usage=sign,", "unknown usage" },
  { "usage=,sign", "unknown usage" },
  { "usage=sign,,auth", "unknown usage" },
  { "usage=sign;auth", "unknown usage" },
  { "usage=signsignsignsign", "unknown usage" },
  { "usage=sign,signsignsignsignsignsign", "unknown usage" },
  { "hash=", "no value" },
  { "hash=none", "unknown hash" },
  { "hash=sha3-256", "unknown hash" },
  { "hash=SHA256", "unknown hash" },
  { "hash=sha256,sha", "unknown hash" },
  { "hash=sha256,", "unknown hash" },
  { "created=", "no value" },
  { "created=yesterday", "not a time" },
  { "created=0", "not a time" },
  { "created=-1", "not a time" },
  { "created=4294967296", "not a time" },
  { "created=1969-12-31T23:59:59Z", "not a time" },
  { "created=2106-02-07T06:28:16Z", "not a time" },
  { "created=2026-13-02T00:00:00Z", "not a time" },
  { "card=", "no value" },
  { "region=", "no value" },
  { "profile=", "no value" },
  { "endpoint=", "no value" },
  { "endpoint=kms.example.org", "not a URL" },
  { "endpoint=ftp://kms.example.org", "not a URL" },
  { "endpoint=https://", "not a URL" },
  { "endpoint=https:///x", "not a URL" },
  { "endpoint=https://u@kms.example.org", "not a URL" },
  { "endpoint=https://kms.example.org:0", "not a URL" },
  { "endpoint=https://kms.example.org:65536", "not a URL" },
  { "endpoint=https://kms.example.org/?x", "not a URL" },
  { "retired=", "no value" },
  { "retired=no", "retired= is yes" },
  { "retired=YES", "retired= is yes" },
  { "url=", "no value" },
  { "url=http://example.org/key.asc", "not an https URL" },
  { "url=example.org/key.asc", "not an https URL" },
  { "fpr=", "no value" },
  { "fpr=" FPR "0", "not 40 hex digits" },
  { "fpr=0x", "not 40 hex digits" },
  { "fpr=x123456789abcdef0123456789ABCDEF01234567", "not 40 hex digits" },
  { "card=a card=a", "given twice: 'card=a'" },
  { "fpr=" FPR " fpr=" FPR, "given twice" },
  { "retired=yes retired=yes", "given twice" },
  { "url=https://a url=https://b", "given twice" },
  { "slot=sign slot=sign", "given twice" },
  { "usage=sign usage=auth", "given twice" },
  { "hash=sha256 hash=sha512", "given twice" },
  { "created=1 created=1", "given twice" },
  { "region=a region=b", "given twice" },
  { "profile=a profile=a", "given twice" },
  { "endpoint=http://a endpoint=http://a", "given twice" },
  { "colour=blue", "unknown word: 'colour=blue'" },
  { "card", "unknown word" },
  { "Card=a", "unknown word" },
  { "cards=a", "unknown word" },
  { "=", "unknown word" },
  { "alias/b", "unknown word" },
  { "# comment", "unknown word" },
};
/* clang-format on */

START_TEST (test_word)
{
  struct bytes text = { 0 };

  bytes_add_fmt (&text, "alias/a %s", words[_i].word);
  ck_ok (parse (bytes_text (&text)));
  expect_text (&line.uri, "alias/a");
  ck_assert_int_eq (line.slot, words[_i].slot);
  ck_assert_uint_eq (line.use, words[_i].use);
  ck_assert_uint_eq (line.hashes, words[_i].hashes);
  ck_assert_int_eq (line.created, words[_i].created);
  bytes_drop (&text);
}
END_TEST

START_TEST (test_bad_word)
{
  struct bytes text = { 0 };

  bytes_add_fmt (&text, "alias/a %s", bad_words[_i].word);
  expect_refused (bytes_text (&text), bad_words[_i].words);
  bytes_drop (&text);
}
END_TEST

/* About the certificate.  */
START_TEST (test_certificate_words)
{
  struct bytes text = { 0 };

  ck_ok (parse ("alias/a fpr=" FPR " url=https://example.org/k.asc"));
  ck_assert_str_eq (line.fingerprint,
                    "0123456789ABCDEF0123456789ABCDEF01234567");
  expect_text (&line.url, "https://example.org/k.asc");
  ck_assert (!line.retired);
  ck_ok (parse ("alias/a retired=yes"));
  ck_assert (line.retired);
  ck_assert_str_eq (line.fingerprint, "");
  ck_assert_uint_eq (line.url.n, 0);
  bytes_add_str (&text, "alias/a url=https://");
  memset (bytes_extend (&text, 246), 'u', 246);
  ck_ok (parse (bytes_text (&text)));
  ck_assert_uint_eq (line.url.n, 254);
  bytes_add_byte (&text, 'u');
  expect_refused (bytes_text (&text), "not an https URL");
  bytes_drop (&text);
}
END_TEST

START_TEST (test_card_length)
{
  struct bytes text = { 0 };

  bytes_add_str (&text, "alias/a card=");
  memset (bytes_extend (&text, 64), 'c', 64);
  ck_ok (parse (bytes_text (&text)));
  ck_assert_uint_eq (line.card.n, 64);
  bytes_add_byte (&text, 'c');
  expect_refused (bytes_text (&text), "too long");
  bytes_drop (&text);
}
END_TEST

/* endpoint= beats the host in the URI; the last word may end the line.  */
START_TEST (test_endpoint_wins)
{
  ck_ok (parse ("awskms://127.0.0.1:1/alias/a endpoint=https://b:2\n"));
  expect_text (&line.endpoint, "https://b:2");
}
END_TEST

START_TEST (test_hash_list)
{
  unsigned int hashes = 77;

  ck_code (hash_list_parse (&call, "", &hashes), GPG_ERR_INV_VALUE);
  ck_code (hash_list_parse (&call, "sha256 ", &hashes), GPG_ERR_INV_VALUE);
  ck_assert_uint_eq (hashes, 77);
  ck_ok (hash_list_parse (&call, "sha512,sha256", &hashes));
  ck_assert_uint_eq (hashes, 1u << HASH_SHA256 | 1u << HASH_SHA512);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("keyline");

  tcase_add_checked_fixture (cases, set_up, tear_down);
  tcase_add_loop_test (cases, test_uri, 0, DIM (uris));
  tcase_add_loop_test (cases, test_bad_uri, 0, DIM (bad_uris));
  tcase_add_test (cases, test_key_id_length);
  tcase_add_test (cases, test_all_words);
  tcase_add_loop_test (cases, test_word, 0, DIM (words));
  tcase_add_loop_test (cases, test_bad_word, 0, DIM (bad_words));
  tcase_add_test (cases, test_certificate_words);
  tcase_add_test (cases, test_card_length);
  tcase_add_test (cases, test_endpoint_wins);
  tcase_add_test (cases, test_hash_list);
  return unit_main ("keyline", &cases, 1);
}

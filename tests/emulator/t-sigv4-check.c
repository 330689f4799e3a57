/* SPDX-License-Identifier: GPL-3.0-or-later
 * The emulator's check of signatures: everything that must be refused, and
 * its twin that must not.  */

#include "config.h"

#include "tests/emulator/sigv4-check.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <strings.h>

#define KEY_ID "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define SCOPE "20150830/us-east-1/service/aws4_request"
#define NOW 1440938160 /* 2015-08-30T12:36:00Z */
#define TIME "20150830T123600Z"

static const struct auth_error errors[N_AUTH_FAULTS] = {
  [AUTH_MISSING] = { 400, "missing" },
  [AUTH_INCOMPLETE] = { 400, "incomplete" },
  [AUTH_SIGNATURE] = { 403, "signature" },
  [AUTH_UNKNOWN] = { 403, "unknown" },
  [AUTH_EXPIRED] = { 403, "expired" },
};

static const struct auth_dialect dialect = { "service", 5, errors };

/* A request in the making, and the account that judges it.  */
static struct emulator emu;
static struct http_request request;
static char lines[HTTP_MAX_HEADERS][600];
static struct bytes authorization;

static void
add_header (const char *name, const char *value)
{
  char *line = lines[request.n_headers];

  snprintf (line, sizeof lines[0], "%s", value);
  request.headers[request.n_headers].name = name;
  request.headers[request.n_headers].value = line;
  request.n_headers++;
}

static void
replace_header (const char *name, const char *value)
{
  size_t i;

  for (i = 0; i < request.n_headers; i++)
    if (!strcasecmp (request.headers[i].name, name))
      snprintf (lines[i], sizeof lines[0], "%s", value);
}

/* Make this server's clock stand at SECONDS, roughly.  */
static void
set_clock (int64_t seconds)
{
  atomic_store (&emu.clock_offset, 0);
  atomic_store (&emu.clock_offset, (long)(seconds - emulator_now (&emu)));
}

static void
setup (void)
{
  static char uri[] = "/";

  memset (&emu, 0, sizeof emu);
  memset (&request, 0, sizeof request);
  callers_init (&emu.callers, KEY_ID, SECRET, "111122223333");
  emu.region = "us-east-1";
  emu.account = "111122223333";
  set_clock (NOW);
  request.method = "POST";
  request.uri = uri;
  add_header ("Host", "example.amazonaws.com");
  add_header ("X-Amz-Date", TIME);
}

static void
teardown (void)
{
  callers_drop (&emu.callers);
  bytes_drop (&request.body);
  bytes_drop (&authorization);
}

/* Sign the request as it stands and add the Authorization header.  */
static void
sign_with (const char *key_id, const char *secret, const char *scope,
           const char *names)
{
  struct bytes canonical = { 0 };
  const char *time = http_header_at (&request, "X-Amz-Date", 0);

  bytes_clear (&authorization);
  bytes_add_fmt (&authorization,
                 "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, "
                 "Signature=",
                 key_id, scope, names);
  ck_ok (sigv4_check_canonical (&request, span_text (names), &canonical));
  ck_ok (sigv4_check_signature (bytes_span (&canonical), time,
                                span_text (scope), span_text (secret),
                                &authorization));
  bytes_drop (&canonical);
  add_header ("Authorization", bytes_text (&authorization));
}

static void
sign (const char *names)
{
  sign_with (KEY_ID, SECRET, SCOPE, names);
}

/* The check accepts the request as that caller's.  */
static void
accepts_from (const char *arn)
{
  struct caller caller = { 0 };
  struct auth_refusal refusal = { 0 };
  bool good = sigv4_check (&emu, &request, &dialect, &caller, &refusal);

  ck_assert_msg (good, "%s", bytes_text (&refusal.message));
  ck_assert_str_eq (bytes_text (&caller.arn), arn);
  caller_drop (&caller);
  bytes_drop (&refusal.message);
}

static void
accepts (void)
{
  accepts_from ("arn:aws:iam::111122223333:user/emulator");
}

/* It refuses it for that reason, with these words in its message.  */
static void
refuses (enum auth_fault fault, const char *words)
{
  struct caller caller = { 0 };
  struct auth_refusal refusal = { 0 };

  ck_assert (!sigv4_check (&emu, &request, &dialect, &caller, &refusal));
  ck_assert_str_eq (refusal.error->code, errors[fault].code);
  ck_assert_msg (strstr (bytes_text (&refusal.message), words), "%s",
                 bytes_text (&refusal.message));
  caller_drop (&caller);
  bytes_drop (&refusal.message);
}

#define MISMATCH "does not match the signature you provided"

START_TEST (a_good_request)
{
  add_header ("Content-Type", "application/x-amz-json-1.1");
  add_header ("X-Amz-Target", "  TrentService.Sign   x ");
  add_header ("User-Agent", "not signed");
  bytes_add_str (&request.body, "{}");
  sign ("content-type;host;x-amz-date;x-amz-target");
  accepts ();
}
END_TEST

START_TEST (another_body)
{
  bytes_add_str (&request.body, "{}");
  sign ("host;x-amz-date");
  accepts ();
  request.body.p[1] = '{';
  refuses (AUTH_SIGNATURE, MISMATCH);
}
END_TEST

START_TEST (another_method_or_host)
{
  sign ("host;x-amz-date");
  accepts ();
  request.method = "PUT";
  refuses (AUTH_SIGNATURE, MISMATCH);
  request.method = "POST";
  accepts ();
  replace_header ("host", "example.amazonaws.com:443");
  refuses (AUTH_SIGNATURE, MISMATCH);
}
END_TEST

START_TEST (another_secret_or_key)
{
  sign_with (_i ? "AKIDOTHER" : KEY_ID, _i ? SECRET : SECRET "x", SCOPE,
             "host;x-amz-date");
  refuses (_i ? AUTH_UNKNOWN : AUTH_SIGNATURE,
           _i ? "security token" : MISMATCH);
}
END_TEST

START_TEST (a_token_that_does_not_belong)
{
  add_header ("X-Amz-Security-Token", "x");
  sign ("host;x-amz-date;x-amz-security-token");
  refuses (AUTH_UNKNOWN, "security token");
}
END_TEST

/* Host, Content-Type and each X-Amz- header must be signed.  */
START_TEST (unsigned_headers)
{
  static const char *const names[]
    = { "X-Amz-Security-Token", "x-amz-target", "CONTENT-TYPE",
        "X-Amz-Content-Sha256" };

  add_header (names[_i], "x");
  sign ("host;x-amz-date");
  refuses (AUTH_SIGNATURE, "must be a 'SignedHeader'");
}
END_TEST

START_TEST (host_or_date_unsigned)
{
  sign (_i ? "host" : "x-amz-date");
  refuses (AUTH_SIGNATURE, _i ? "'X-Amz-Date' must" : "'Host' or ':auth");
}
END_TEST

#define HOST_LINE "host:example.amazonaws.com\n"
#define DATE_LINE "x-amz-date:" TIME "\n"
#define EMPTY_SHA256                                                          \
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* Signatures that would be right if the names were allowed to stand there
 * like that; the first row is, and is accepted.  */
START_TEST (lists_of_names)
{
  /* clang-format off */
  static const struct { const char *names, *headers; } rows[] = {
    { "host;x-amz-date", HOST_LINE DATE_LINE },
    { "x-amz-date;host", DATE_LINE HOST_LINE },
    { "Host;x-amz-date", HOST_LINE DATE_LINE },
    { "Host;x-amz-date", "Host:example.amazonaws.com\n" DATE_LINE },
    { "host;x-amz-date;", HOST_LINE DATE_LINE },
    { "host;;x-amz-date", HOST_LINE DATE_LINE },
    { "host;host;x-amz-date", HOST_LINE HOST_LINE DATE_LINE },
    { "host;x-amz-date;x-none", HOST_LINE DATE_LINE "x-none:\n" },
  };
  /* clang-format on */
  struct bytes canonical = { 0 };
  struct bytes value = { 0 };

  bytes_add_fmt (&canonical, "POST\n/\n\n%s\n%s\n" EMPTY_SHA256,
                 rows[_i].headers, rows[_i].names);
  bytes_add_fmt (&value,
                 "AWS4-HMAC-SHA256 Credential=" KEY_ID "/" SCOPE
                 ", SignedHeaders=%s, Signature=",
                 rows[_i].names);
  ck_ok (sigv4_check_signature (bytes_span (&canonical), TIME,
                                span_text (SCOPE), span_text (SECRET),
                                &value));
  add_header ("Authorization", bytes_text (&value));
  if (_i)
    refuses (AUTH_SIGNATURE, MISMATCH);
  else
    accepts ();
  bytes_drop (&canonical);
  bytes_drop (&value);
}
END_TEST

#define END "aws4_request"

START_TEST (bad_scopes)
{
  /* clang-format off */
  static const struct { const char *scope; int fault; const char *words; }
  rows[] = {
    { "20150830/eu-west-1/service/" END, AUTH_SIGNATURE, "valid region. " },
    { "20150830/us-east-1/kms/" END, AUTH_SIGNATURE, "service: 'service'. " },
    { "20150830/us-east-1/service/x", AUTH_SIGNATURE, "valid terminator" },
    { "20150831/us-east-1/service/" END, AUTH_SIGNATURE, "Date in Cred" },
    { "20150830/us-east-1/service", AUTH_INCOMPLETE, "exactly 5" },
    { SCOPE "/more", AUTH_INCOMPLETE, "exactly 5" },
    { "20150830//service/" END, AUTH_INCOMPLETE, "exactly 5" },
  };
  /* clang-format on */

  sign_with (KEY_ID, SECRET, rows[_i].scope, "host;x-amz-date");
  refuses ((enum auth_fault)rows[_i].fault, rows[_i].words);
}
END_TEST

#define START "AWS4-HMAC-SHA256 "
#define NAMES "SignedHeaders=host"

START_TEST (bad_authorizations)
{
  /* clang-format off */
  static const struct { const char *value; int fault; } rows[] = {
    { NULL, AUTH_MISSING },
    { "Basic x", AUTH_MISSING },
    { "AWS4", AUTH_MISSING },
    { "AWS4-HMAC-SHA256", AUTH_INCOMPLETE },
    { START "Credential=x", AUTH_INCOMPLETE },
    { START "Credential=x, " NAMES, AUTH_INCOMPLETE },
    { START "Credential=x, " NAMES ", Signature=", AUTH_INCOMPLETE },
    { START "Credential=x, " NAMES ", Signature=0,", AUTH_INCOMPLETE },
    { START "Credential=x, Credential=x, " NAMES ", Signature=0",
      AUTH_INCOMPLETE },
    { "AWS4-HMAC-SHA512 Credential=" KEY_ID "/" SCOPE ", " NAMES
      ";x-amz-date, Signature=0", AUTH_INCOMPLETE },
  };
  /* clang-format on */

  if (rows[_i].value)
    add_header ("Authorization", rows[_i].value);
  refuses ((enum auth_fault)rows[_i].fault, "");
}
END_TEST

START_TEST (headers_twice)
{
  static const char *const names[]
    = { "Authorization", "x-amz-date", "X-AMZ-SECURITY-TOKEN" };

  if (_i == 2)
    add_header (names[_i], "x");
  sign ("host;x-amz-date");
  add_header (names[_i], http_header_at (&request, names[_i], 0));
  refuses (AUTH_INCOMPLETE, "twice");
}
END_TEST

START_TEST (bad_dates)
{
  static const char *const dates[]
    = { "20150830T123600", "2015-08-30T12:36:00Z", "20150830T12360xZ",
        "20150832T123600Z", "Sun, 30 Aug 2015" };

  replace_header ("X-Amz-Date", dates[_i]);
  sign ("host;x-amz-date");
  refuses (AUTH_INCOMPLETE, "ISO-8601");
}
END_TEST

/* Five minutes each way; a second of grace for this test's own clock.  */
START_TEST (the_clock)
{
  sign ("host;x-amz-date");
  set_clock (NOW + 298);
  accepts ();
  set_clock (NOW - 298);
  accepts ();
  set_clock (NOW + 302);
  refuses (AUTH_SIGNATURE,
           "Signature expired: " TIME " is now earlier than 20150830T1236");
  refuses (AUTH_SIGNATURE, " - 5 min.)");
  set_clock (NOW - 302);
  refuses (AUTH_SIGNATURE, "Signature not yet current: " TIME
                           " is still later than 20150830T1235");
  refuses (AUTH_SIGNATURE, " + 5 min.)");
}
END_TEST

START_TEST (a_session)
{
  struct temporary_credentials creds = { 0 };

  ck_ok (callers_open_session (&emu.callers, "role", "me", NOW + 60, &creds));
  add_header ("X-Amz-Security-Token", bytes_text (&creds.token));
  sign_with (bytes_text (&creds.access_key), bytes_text (&creds.secret_key),
             SCOPE, "host;x-amz-date;x-amz-security-token");
  set_clock (NOW + 58);
  accepts_from ("arn:aws:sts::111122223333:assumed-role/role/me");
  set_clock (NOW + 62);
  refuses (AUTH_EXPIRED, "is expired");
  temporary_credentials_drop (&creds);
}
END_TEST

int
main (void)
{
  TCase *check = tcase_create ("check");
  TCase *const cases[] = { check };

  tcase_add_checked_fixture (check, setup, teardown);
  tcase_add_test (check, a_good_request);
  tcase_add_test (check, another_body);
  tcase_add_test (check, another_method_or_host);
  tcase_add_loop_test (check, another_secret_or_key, 0, 2);
  tcase_add_test (check, a_token_that_does_not_belong);
  tcase_add_loop_test (check, unsigned_headers, 0, 4);
  tcase_add_loop_test (check, host_or_date_unsigned, 0, 2);
  tcase_add_loop_test (check, lists_of_names, 0, 8);
  tcase_add_loop_test (check, bad_scopes, 0, 7);
  tcase_add_loop_test (check, bad_authorizations, 0, 10);
  tcase_add_loop_test (check, headers_twice, 0, 3);
  tcase_add_loop_test (check, bad_dates, 0, 5);
  tcase_add_test (check, the_clock);
  tcase_add_test (check, a_session);
  return unit_main ("sigv4-check", cases, DIM (cases));
}

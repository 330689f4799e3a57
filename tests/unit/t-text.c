/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text forms: hex, base64, escapes, dates, numbers.  */

#include "config.h"

#include "base/text.h"

#include "tests/unit/unit.h"

#include <limits.h>
#include <stdio.h>

static struct bytes out;

/* What stands before shows that a refusal leaves nothing behind.  */
static void
set_up (void)
{
  memset (&out, 0, sizeof out);
  bytes_add_str (&out, "<");
}

static void
tear_down (void)
{
  bytes_drop (&out);
}

static void
expect (const char *text)
{
  ck_ok (bytes_error (&out));
  ck_assert_int_eq (out.p[0], '<');
  ck_assert_str_eq (bytes_text (&out) + 1, text);
}

/* A text and what it stands for; LEN -1: refused.  */
struct row
{
  const char *text;
  int len;
  const char *bytes;
};

static void
check_parser (const struct row *row,
              gpg_error_t (*parse) (struct bytes *, struct span))
{
  gpg_error_t err = parse (&out, span_text (row->text));
  struct span got = span_of (out.p + 1, out.n - 1);

  if (row->len < 0)
    {
      ck_assert_msg (gpg_err_code (err) == GPG_ERR_INV_VALUE, "accepted: %s",
                     row->text);
      ck_assert_uint_eq (got.n, 0);
      return;
    }
  ck_assert_msg (!err, "refused: %s", row->text);
  ck_assert (span_equal (got, span_of (row->bytes, (size_t)row->len)));
}

static const struct row hex_rows[] = {
  { "", 0, "" },
  { "00", 1, "\0" },
  { "0f10", 2, "\x0f\x10" },
  { "DEADbeef", 4, "\xde\xad\xbe\xef" },
  { "7fff", 2, "\x7f\xff" },
  { "0", -1, NULL },
  { "001", -1, NULL },
  { "0g", -1, NULL },
  { "g0", -1, NULL },
  { "00 0", -1, NULL },
  { " 00 ", -1, NULL },
  { "0x12", -1, NULL },
  { "12:3", -1, NULL },
  { "/0", -1, NULL }, /* The neighbours of the digits and letters.  */
  { ":0", -1, NULL },
  { "@0", -1, NULL },
  { "G0", -1, NULL },
  { "`0", -1, NULL },
  { "\xc3\xa9", -1, NULL },
};

START_TEST (test_unhex) { check_parser (&hex_rows[_i], text_unhex); }
END_TEST

START_TEST (test_hex)
{
  ck_code (text_unhex (&out, span_of ("0\0", 2)), GPG_ERR_INV_VALUE);
  ck_code (text_unhex (&out, span_of ("1234", 3)), GPG_ERR_INV_VALUE);
  text_add_hex (&out, span_of ("\x00\x7f\xab\xff", 4));
  text_add_hex_upper (&out, span_of ("\xab\xff", 2));
  text_add_hex (&out, span_of (NULL, 0));
  expect ("007fabffABFF");

  ck_assert (text_is_hex ("00aF", 4));
  ck_assert (text_is_hex ("", 0));
  ck_assert (!text_is_hex ("00aF", 3));
  ck_assert (!text_is_hex ("00aF", 5));
  ck_assert (!text_is_hex ("00ag", 4));
}
END_TEST

/* RFC 4648 section 10, then what is not canonical.  */
static const struct row base64_rows[] = {
  { "", 0, "" },
  { "Zg==", 1, "f" },
  { "Zm8=", 2, "fo" },
  { "Zm9v", 3, "foo" },
  { "Zm9vYg==", 4, "foob" },
  { "Zm9vYmE=", 5, "fooba" },
  { "Zm9vYmFy", 6, "foobar" },
  { "AAAA", 3, "\0\0\0" },
  { "+/+/", 3, "\xfb\xff\xbf" },
  { "Zg", -1, NULL },
  { "Zg=", -1, NULL },
  { "Z===", -1, NULL },
  { "====", -1, NULL },
  { "Zg===", -1, NULL },
  { "Zh==", -1, NULL }, /* Bits left over are not zero.  */
  { "Zn==", -1, NULL },
  { "Zm9=", -1, NULL },
  { "Zm+=", -1, NULL },
  { "Zg==Zg==", -1, NULL }, /* Padding in the middle.  */
  { "Zm8=Zm9v", -1, NULL },
  { "Zg=v", -1, NULL },
  { "=m9v", -1, NULL },
  { "Zm9v\n", -1, NULL },
  { "Zm9v\r\n\r\n", -1, NULL },
  { "Zm 9", -1, NULL },
  { "Zm9-", -1, NULL }, /* The URL alphabet.  */
  { "Zm9_", -1, NULL },
  { "Zm9\x80", -1, NULL },
};

START_TEST (test_unbase64) { check_parser (&base64_rows[_i], text_unbase64); }
END_TEST

START_TEST (test_base64)
{
  const struct row *row = &base64_rows[_i];

  if (row->len < 0)
    return;
  text_add_base64 (&out, span_of (row->bytes, (size_t)row->len));
  expect (row->text);
}
END_TEST

/* All 256 octets and every length up to there and back.  */
START_TEST (test_base64_all_octets)
{
  unsigned char octets[256];
  struct bytes back = { 0 };
  size_t i;

  for (i = 0; i < sizeof octets; i++)
    octets[i] = (unsigned char)(i * 37);
  for (i = 0; i <= sizeof octets; i++)
    {
      bytes_clear (&out);
      bytes_clear (&back);
      text_add_base64 (&out, span_of (octets, i));
      ck_ok (text_unbase64 (&back, bytes_span (&out)));
      ck_assert (span_equal (bytes_span (&back), span_of (octets, i)));
    }
  ck_code (text_unbase64 (&back, span_of ("Zm9\0", 4)), GPG_ERR_INV_VALUE);
  bytes_drop (&back);
}
END_TEST

START_TEST (test_parsers_out_of_memory)
{
  out.failed = true;
  ck_code (text_unhex (&out, span_text ("00")), GPG_ERR_ENOMEM);
  ck_code (text_unbase64 (&out, span_text ("Zg==")), GPG_ERR_ENOMEM);
  ck_assert_uint_eq (out.n, 1);
}
END_TEST

START_TEST (test_plus_escaped)
{
  text_add_plus_escaped (&out, "");
  expect ("");
  text_add_plus_escaped (&out, "a b+c%d\"e\n\r\t\x1f\x7f~!'\xc3\xa4");
  expect ("a+b%2Bc%25d%22e%0A%0D%09%1F%7F~!'\xc3\xa4");
}
END_TEST

START_TEST (test_uri_escaped)
{
  text_add_uri_escaped (&out, span_of ("aZ09-._~/ +%:@\0\xc3", 16), false);
  expect ("aZ09-._~%2F%20%2B%25%3A%40%00%C3");
  bytes_cut (&out, 1);
  text_add_uri_escaped (&out, span_text ("/a b/"), true);
  expect ("/a%20b/");
}
END_TEST

/* Times and their seconds; REFUSED: not a time.  */
#define REFUSED INT64_MIN

struct time_row
{
  const char *text;
  int64_t seconds;
};

static const struct time_row time_rows[] = {
  { "0", 0 },
  { "1700000000", 1700000000 },
  { "20231114", 20231114 }, /* All digits: seconds, not a day.  */
  { "253402300799", 253402300799 },
  { "253402300800", REFUSED },
  { "99999999999999999999999", REFUSED },
  { "1970-01-01T00:00:00Z", 0 },
  { "1969-12-31T23:59:59Z", -1 },
  { "2021-08-16T20:52:53Z", 1629147173 },
  { "2021-08-16t20:52:53Z", REFUSED },
  { "2021-08-16T20:52:53z", 1629147173 },
  { "2021-08-16 20:52:53Z", 1629147173 },
  { "2021-08-16T20:52:53.999Z", 1629147173 },
  { "2021-08-16T20:52:53.123456789123Z", 1629147173 },
  { "2021-08-16T22:52:53+02:00", 1629147173 },
  { "2021-08-16T15:22:53-05:30", 1629147173 },
  { "2021-08-16T20:52:53.5+00:00", 1629147173 },
  { "2021-08-17T20:51:53+23:59", 1629147173 },
  { "2021-08-16T20:52:53+24:00", REFUSED },
  { "2021-08-16T20:52:53+01:60", REFUSED },
  { "2021-08-16T20:52:53+0100", REFUSED },
  { "2021-08-16T20:52:53+01", REFUSED },
  { "2021-08-16T20:52:53", REFUSED }, /* Whose noon?  */
  { "2021-08-16T20:52:53ZZ", REFUSED },
  { "2021-08-16T20:52:53Z ", REFUSED },
  { " 2021-08-16T20:52:53Z", REFUSED },
  { "2021-08-16T20:52:53.Z", REFUSED },
  { "2021-08-16T20:52Z", REFUSED },
  { "2021-08-16", REFUSED },
  { "2021-8-16T20:52:53Z", REFUSED },
  { "+021-08-16T20:52:53Z", REFUSED },
  { "2024-02-29T00:00:00Z", 1709164800 },
  { "2023-02-29T00:00:00Z", REFUSED },
  { "2100-02-29T00:00:00Z", REFUSED },
  { "2021-06-31T00:00:00Z", REFUSED },
  { "2021-00-16T00:00:00Z", REFUSED },
  { "2021-13-16T00:00:00Z", REFUSED },
  { "2021-08-00T00:00:00Z", REFUSED },
  { "2021-08-32T00:00:00Z", REFUSED },
  { "2021-08-16T24:00:00Z", REFUSED },
  { "2021-08-16T23:60:00Z", REFUSED },
  { "2016-12-31T23:59:60Z", REFUSED }, /* Time of day has no leaps.  */
  { "9999-12-31T23:59:59Z", 253402300799 },
  { "20231114T221320", 1700000000 },
  { "20231114T221320Z", 1700000000 },
  { "20231114 221320", REFUSED },
  { "20231114T221320+02:00", REFUSED },
  { "20231114T221320.5Z", REFUSED },
  { "20231114T22132", REFUSED },
  { "20231314T221320", REFUSED },
  { "2023114T221320", REFUSED },
  { "", REFUSED },
  { "-1", REFUSED },
  { "1700000000.5", REFUSED },
  { "now", REFUSED },
};

/* RFC 9110 section 5.6.7, the preferred form alone.  */
static const struct time_row date_rows[] = {
  { "Tue, 27 Apr 2021 10:11:12 GMT", 1619518272 },
  { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
  { "Sat, 31 Dec 2022 23:59:59 GMT", 1672531199 },
  { "Thu, 29 Feb 2024 00:00:00 GMT", 1709164800 },
  { "Wed, 29 Feb 2023 00:00:00 GMT", REFUSED },
  { "Tue, 27 Apr 2021 10:11:12 EST", REFUSED },
  { "Tue, 27 Apr 2021 10:11:12 +00", REFUSED },
  { "Tue, 27 Apr 2021 10:11:12 GMT ", REFUSED },
  { "Tue, 27 Apr 2021 10:11:12 GM", REFUSED },
  { "Tue, 27 A   2021 10:11:12 GMT", REFUSED },
  { "Tue, 27 prM 2021 10:11:12 GMT", REFUSED },
  { "Tue, 27 apr 2021 10:11:12 GMT", REFUSED },
  { "Tue,  7 Apr 2021 10:11:12 GMT", REFUSED },
  { "Tue, +7 Apr 2021 10:11:12 GMT", REFUSED },
  { "Xxx, 27 Apr 2021 10:11:12 GMT", REFUSED },
  { "Tue, 27 Apr 2021 24:11:12 GMT", REFUSED },
  { "Tue, 27 Apr 2021 10:60:12 GMT", REFUSED },
  { "Tue, 27 Apr 2021 10:11:60 GMT", REFUSED },
  { "Tuesday, 27-Apr-21 10:11:12 GMT", REFUSED },
  { "Tue Apr 27 10:11:12 2021", REFUSED },
  { "", REFUSED },
};

static void
check_time (const struct time_row *row,
            gpg_error_t (*parse) (const char *, int64_t *))
{
  int64_t seconds = REFUSED; /* Kept by a parser that fails.  */
  gpg_error_t err = parse (row->text, &seconds);

  ck_assert_msg (gpg_err_code (err)
                   == (row->seconds == REFUSED ? GPG_ERR_INV_VALUE : 0),
                 "'%s': %s", row->text, gpg_strerror (err));
  ck_assert_int_eq (seconds, row->seconds);
}

START_TEST (test_time) { check_time (&time_rows[_i], text_time); }
END_TEST

START_TEST (test_http_date) { check_time (&date_rows[_i], text_http_date); }
END_TEST

START_TEST (test_add_times)
{
  static const struct
  {
    int64_t seconds;
    const char *iso;
    const char *basic;
  } rows[] = {
    { 0, "1970-01-01T00:00:00Z", "19700101T000000Z" },
    { 951782400, "2000-02-29T00:00:00Z", "20000229T000000Z" },
    { 1700000000, "2023-11-14T22:13:20Z", "20231114T221320Z" },
    { 253402300799, "9999-12-31T23:59:59Z", "99991231T235959Z" },
  };
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      bytes_cut (&out, 1);
      text_add_iso_time (&out, rows[i].seconds);
      expect (rows[i].iso);
      bytes_cut (&out, 1);
      text_add_basic_time (&out, rows[i].seconds);
      expect (rows[i].basic);
    }
}
END_TEST

START_TEST (test_unsigned)
{
  static const struct
  {
    const char *text;
    unsigned long min, max;
    bool fine;
    unsigned long value;
  } rows[] = {
    { "0", 0, 0, true, 0 },
    { "007", 0, 9, true, 7 },
    { "256", 1, 256, true, 256 },
    { "257", 1, 256, false, 0 },
    { "0", 1, 256, false, 0 },
    { "7", 0, 5, false, 0 },
    { "77", 0, 5, false, 0 },
    { "", 0, 9, false, 0 },
    { "-1", 0, ULONG_MAX, false, 0 },
    { "+1", 0, ULONG_MAX, false, 0 },
    { " 1", 0, 9, false, 0 },
    { "1 ", 0, 9, false, 0 },
    { "0x1", 0, 9, false, 0 },
    { "1e1", 0, 99, false, 0 },
    { "99999999999999999999999999", 0, ULONG_MAX, false, 0 },
  };
  char most[32];
  unsigned long value;
  size_t i;

  for (i = 0; i < DIM (rows); i++)
    {
      gpg_error_t err;

      value = 4711;
      err = text_unsigned (rows[i].text, rows[i].min, rows[i].max, &value);
      ck_assert_msg (!err == rows[i].fine, "'%s'", rows[i].text);
      ck_assert_uint_eq (value, rows[i].fine ? rows[i].value : 4711);
    }
  snprintf (most, sizeof most, "%lu", ULONG_MAX);
  ck_ok (text_unsigned (most, 0, ULONG_MAX, &value));
  ck_assert_uint_eq (value, ULONG_MAX);
  ck_code (text_unsigned (most, 0, ULONG_MAX - 1, &value), GPG_ERR_INV_VALUE);
  most[strlen (most) - 1]++;
  ck_code (text_unsigned (most, 0, ULONG_MAX, &value), GPG_ERR_INV_VALUE);
}
END_TEST

START_TEST (test_clean)
{
  char text[] = "a\x01\n\x1f ~\x7f\x80\xff";

  text_clean (text);
  ck_assert_str_eq (text, "a??? ~???");
  text[0] = 0;
  text_clean (text);
  ck_assert_str_eq (text, "");
}
END_TEST

START_TEST (test_small_ones)
{
  char *copy;

  ck_assert (text_starts ("alias/x", "alias/"));
  ck_assert (text_starts ("alias/", "alias/"));
  ck_assert (text_starts ("", ""));
  ck_assert (!text_starts ("alias", "alias/"));
  ck_assert (!text_starts ("Alias/x", "alias/"));
  ck_assert (text_is_blank (NULL));
  ck_assert (text_is_blank (""));
  ck_assert (text_is_blank (" \t\r\n"));
  ck_assert (!text_is_blank (" x"));
  copy = text_copy ("abcdef", 3);
  ck_assert_str_eq (copy, "abc");
  free (copy);
  copy = text_copy ("", 0);
  ck_assert_str_eq (copy, "");
  free (copy);
}
END_TEST

int
main (void)
{
  TCase *text = tcase_create ("text");

  tcase_add_checked_fixture (text, set_up, tear_down);
  tcase_add_loop_test (text, test_unhex, 0, DIM (hex_rows));
  tcase_add_test (text, test_hex);
  tcase_add_loop_test (text, test_unbase64, 0, DIM (base64_rows));
  tcase_add_loop_test (text, test_base64, 0, DIM (base64_rows));
  tcase_add_test (text, test_base64_all_octets);
  tcase_add_test (text, test_parsers_out_of_memory);
  tcase_add_test (text, test_plus_escaped);
  tcase_add_test (text, test_uri_escaped);
  tcase_add_loop_test (text, test_time, 0, DIM (time_rows));
  tcase_add_loop_test (text, test_http_date, 0, DIM (date_rows));
  tcase_add_test (text, test_add_times);
  tcase_add_test (text, test_unsigned);
  tcase_add_test (text, test_clean);
  tcase_add_test (text, test_small_ones);
  return unit_main ("text", &text, 1);
}

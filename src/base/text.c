/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text forms of bytes, numbers and times: hex, base64, escapes, dates.  */

#include "config.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static int
hex_value (unsigned char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return -1;
}

/* What a parser returns that has added to OUT since START: all or
 * nothing.  */
static gpg_error_t
end_parse (struct bytes *out, size_t start)
{
  gpg_error_t err = bytes_error (out);

  if (err)
    bytes_cut (out, start);
  return err;
}

gpg_error_t
text_unhex (struct bytes *out, struct span hex)
{
  size_t start = out->n;
  size_t i;

  if (hex.n % 2)
    return gpg_error (GPG_ERR_INV_VALUE);
  for (i = 0; i < hex.n; i += 2)
    {
      int high = hex_value (hex.p[i]);
      int low = hex_value (hex.p[i + 1]);

      if (high < 0 || low < 0)
        {
          bytes_cut (out, start);
          return gpg_error (GPG_ERR_INV_VALUE);
        }
      bytes_add_byte (out, (unsigned char)(high << 4 | low));
    }
  return end_parse (out, start);
}

static void
add_hex (struct bytes *out, struct span in, const char *digits)
{
  size_t i;

  for (i = 0; i < in.n; i++)
    {
      bytes_add_byte (out, (unsigned char)digits[in.p[i] >> 4]);
      bytes_add_byte (out, (unsigned char)digits[in.p[i] & 15]);
    }
}

void
text_add_hex (struct bytes *out, struct span in)
{
  add_hex (out, in, "0123456789abcdef");
}

void
text_add_hex_upper (struct bytes *out, struct span in)
{
  add_hex (out, in, "0123456789ABCDEF");
}

bool
text_is_hex (const char *s, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    if (hex_value ((unsigned char)s[i]) < 0)
      return false;
  return !s[n];
}

static const char base64_digits[]
  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Four characters at P into at most three bytes; how many, or -1.  Bits
 * that the padding leaves over must be zero, else two texts would stand
 * for the same bytes.  */
static int
unbase64_group (const unsigned char *p, unsigned char *r_bytes)
{
  unsigned long bits = 0;
  int pad = (p[3] == '=') + (p[2] == '=' && p[3] == '=');
  int i;

  for (i = 0; i < 4; i++)
    {
      const char *at = p[i] ? strchr (base64_digits, p[i]) : NULL;

      if (i >= 4 - pad)
        bits <<= 6;
      else if (at)
        bits = bits << 6 | (unsigned long)(at - base64_digits);
      else
        return -1;
    }
  if (pad && (bits & ((1ul << (8 * pad)) - 1)))
    return -1;
  for (i = 0; i < 3; i++)
    r_bytes[i] = (unsigned char)(bits >> (16 - 8 * i));
  return 3 - pad;
}

gpg_error_t
text_unbase64 (struct bytes *out, struct span in)
{
  size_t start = out->n;
  unsigned char group[3];
  size_t i;
  int n;

  if (in.n % 4)
    return gpg_error (GPG_ERR_INV_VALUE);
  for (i = 0; i < in.n; i += 4)
    {
      n = unbase64_group (in.p + i, group);
      if (n < 0 || (n < 3 && i + 4 != in.n))
        {
          explicit_bzero (group, sizeof group);
          bytes_cut (out, start);
          return gpg_error (GPG_ERR_INV_VALUE);
        }
      bytes_add (out, group, (size_t)n);
    }
  explicit_bzero (group, sizeof group);
  return end_parse (out, start);
}

void
text_add_base64 (struct bytes *out, struct span in)
{
  size_t i;

  for (i = 0; i < in.n; i += 3)
    {
      size_t left = in.n - i;
      unsigned long bits = (unsigned long)in.p[i] << 16;

      if (left > 1)
        bits |= (unsigned long)in.p[i + 1] << 8;
      if (left > 2)
        bits |= in.p[i + 2];
      bytes_add_byte (out, (unsigned char)base64_digits[bits >> 18]);
      bytes_add_byte (out, (unsigned char)base64_digits[bits >> 12 & 63]);
      bytes_add_byte (
        out, (unsigned char)(left > 1 ? base64_digits[bits >> 6 & 63] : '='));
      bytes_add_byte (
        out, (unsigned char)(left > 2 ? base64_digits[bits & 63] : '='));
    }
}

void
text_add_plus_escaped (struct bytes *out, const char *s)
{
  for (; *s; s++)
    {
      unsigned char c = (unsigned char)*s;

      if (c == ' ')
        bytes_add_byte (out, '+');
      else if (c < 0x20 || c == 0x7f || strchr ("\"%+", c))
        bytes_add_fmt (out, "%%%02X", c);
      else
        bytes_add_byte (out, c);
    }
}

void
text_add_uri_escaped (struct bytes *out, struct span in, bool keep_slash)
{
  size_t i;

  for (i = 0; i < in.n; i++)
    {
      unsigned char c = in.p[i];

      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9') || (c && strchr ("-._~", c))
          || (c == '/' && keep_slash))
        bytes_add_byte (out, c);
      else
        bytes_add_fmt (out, "%%%02X", c);
    }
}

/* Exactly N decimal digits at *S, which moves behind them.  */
static bool
take_digits (const char **s, int n, int *r_value)
{
  int value = 0;

  for (; n; n--, ++*s)
    {
      if (**s < '0' || **s > '9')
        return false;
      value = value * 10 + (**s - '0');
    }
  *r_value = value;
  return true;
}

static bool
take_char (const char **s, char c)
{
  if (**s != c)
    return false;
  ++*s;
  return true;
}

/* The zone at the end of an RFC 3339 time, as seconds east.  */
static bool
take_zone (const char **s, int *r_seconds)
{
  int sign = **s == '-' ? -1 : 1;
  int hours, minutes;

  *r_seconds = 0;
  if (take_char (s, 'Z') || take_char (s, 'z'))
    return true;
  if (!take_char (s, '+') && !take_char (s, '-'))
    return false;
  if (!take_digits (s, 2, &hours) || !take_char (s, ':')
      || !take_digits (s, 2, &minutes) || hours > 23 || minutes > 59)
    return false;
  *r_seconds = sign * (hours * 3600 + minutes * 60);
  return true;
}

/* Refuse the 31st of June and the like, which timegm would carry over.  */
static bool
to_seconds (struct tm *tm, int64_t *r_seconds)
{
  struct tm given = *tm;
  time_t seconds = timegm (tm);

  if (tm->tm_year != given.tm_year || tm->tm_mon != given.tm_mon
      || tm->tm_mday != given.tm_mday || tm->tm_hour != given.tm_hour
      || tm->tm_min != given.tm_min || tm->tm_sec != given.tm_sec)
    return false;
  *r_seconds = seconds;
  return true;
}

/* Hour, minute and second, with colons or without.  */
static bool
take_clock (const char **s, bool colons, struct tm *tm)
{
  return take_digits (s, 2, &tm->tm_hour) && (!colons || take_char (s, ':'))
         && take_digits (s, 2, &tm->tm_min) && (!colons || take_char (s, ':'))
         && take_digits (s, 2, &tm->tm_sec);
}

/* Date and time with the separators of RFC 3339, or without any.  */
static bool
take_date_time (const char **s, bool separators, struct tm *tm)
{
  memset (tm, 0, sizeof *tm);
  if (!take_digits (s, 4, &tm->tm_year) || (separators && !take_char (s, '-'))
      || !take_digits (s, 2, &tm->tm_mon)
      || (separators && !take_char (s, '-'))
      || !take_digits (s, 2, &tm->tm_mday)
      || (!take_char (s, 'T') && !(separators && take_char (s, ' ')))
      || !take_clock (s, separators, tm))
    return false;
  tm->tm_year -= 1900;
  tm->tm_mon -= 1;
  return true;
}

/* 9999-12-31T23:59:59Z */
#define LAST_SECOND INT64_C (253402300799)

gpg_error_t
text_time (const char *s, int64_t *r_seconds)
{
  gpg_error_t bad = gpg_error (GPG_ERR_INV_VALUE);
  size_t digits = strspn (s, "0123456789");
  int64_t number = digits > 12 ? INT64_MAX : strtoll (s, NULL, 10);
  struct tm tm;
  int zone = 0;

  if (digits && !s[digits])
    {
      if (number > LAST_SECOND)
        return bad;
      *r_seconds = number;
      return 0;
    }
  if (digits == 8)
    {
      if (!take_date_time (&s, false, &tm))
        return bad;
      take_char (&s, 'Z');
    }
  else
    {
      if (!take_date_time (&s, true, &tm))
        return bad;
      if (take_char (&s, '.'))
        {
          if (!strspn (s, "0123456789"))
            return bad;
          s += strspn (s, "0123456789");
        }
      if (!take_zone (&s, &zone))
        return bad;
    }
  if (*s || !to_seconds (&tm, &number))
    return bad;
  *r_seconds = number - zone;
  return 0;
}

static void
break_down (int64_t seconds, struct tm *tm)
{
  time_t t = (time_t)seconds;

  if (!gmtime_r (&t, tm))
    memset (tm, 0, sizeof *tm);
}

void
text_add_iso_time (struct bytes *out, int64_t seconds)
{
  struct tm tm;

  break_down (seconds, &tm);
  bytes_add_fmt (out, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void
text_add_basic_time (struct bytes *out, int64_t seconds)
{
  struct tm tm;

  break_down (seconds, &tm);
  bytes_add_fmt (out, "%04d%02d%02dT%02d%02d%02dZ", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* One of NAMES, three letters each, as its index.  */
static bool
take_name (const char **s, const char *names, int *r_index)
{
  int i;

  for (i = 0; names[3 * i]; i++)
    if (!strncmp (*s, names + 3 * i, 3))
      {
        *s += 3;
        *r_index = i;
        return true;
      }
  return false;
}

gpg_error_t
text_http_date (const char *s, int64_t *r_seconds)
{
  gpg_error_t bad = gpg_error (GPG_ERR_INV_VALUE);
  struct tm tm = { 0 };
  int weekday; /* Follows from the date: only its form is checked.  */

  if (!take_name (&s, "SunMonTueWedThuFriSat", &weekday)
      || !take_char (&s, ',') || !take_char (&s, ' ')
      || !take_digits (&s, 2, &tm.tm_mday) || !take_char (&s, ' ')
      || !take_name (&s, "JanFebMarAprMayJunJulAugSepOctNovDec", &tm.tm_mon)
      || !take_char (&s, ' ') || !take_digits (&s, 4, &tm.tm_year)
      || !take_char (&s, ' ') || !take_clock (&s, true, &tm)
      || strcmp (s, " GMT"))
    return bad;
  tm.tm_year -= 1900;
  return to_seconds (&tm, r_seconds) ? 0 : bad;
}

gpg_error_t
text_unsigned (const char *s, unsigned long min, unsigned long max,
               unsigned long *r_value)
{
  unsigned long value = 0;

  if (!*s)
    return gpg_error (GPG_ERR_INV_VALUE);
  for (; *s; s++)
    {
      unsigned long digit = (unsigned long)(*s - '0');

      if (*s < '0' || *s > '9' || value > max / 10 || value * 10 > max - digit)
        return gpg_error (GPG_ERR_INV_VALUE);
      value = value * 10 + digit;
    }
  if (value < min || value > max)
    return gpg_error (GPG_ERR_INV_VALUE);
  *r_value = value;
  return 0;
}

void
text_clean (char *s)
{
  for (; *s; s++)
    if ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e)
      *s = '?';
}

bool
text_starts (const char *s, const char *prefix)
{
  return !strncmp (s, prefix, strlen (prefix));
}

bool
text_is_blank (const char *s)
{
  return !s || !s[strspn (s, " \t\r\n")];
}

char *
text_copy (const char *s, size_t n)
{
  char *copy = malloc (n + 1);

  if (!copy)
    return NULL;
  memcpy (copy, s, n);
  copy[n] = 0;
  return copy;
}

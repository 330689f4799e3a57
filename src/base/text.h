/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text forms of bytes, numbers and times: hex, base64, escapes, dates.  */

#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/bytes.h"

/* All parsers take the whole of their input or refuse with INV_VALUE (out
 * of memory: ENOMEM); on failure nothing was added.  */

/* Hex digits of either case, an even number of them, nothing else.  */
gpg_error_t text_unhex (struct bytes *out, struct span hex);
void text_add_hex (struct bytes *out, struct span in);       /* lower case */
void text_add_hex_upper (struct bytes *out, struct span in); /* UPPER CASE */

/* True for exactly N hex digits and no more.  */
bool text_is_hex (const char *s, size_t n);

/* RFC 4648 section 4, with padding and without line breaks.  */
gpg_error_t text_unbase64 (struct bytes *out, struct span in);
void text_add_base64 (struct bytes *out, struct span in);

/* The escape of Assuan status lines (GnuPG scd/command.c:
 * send_status_info): space is '+', and '"', '%', '+' and control
 * characters are %XX.  */
void text_add_plus_escaped (struct bytes *out, const char *s);

/* RFC 3986: all but the unreserved characters become %XX; '/' stays if
 * KEEP_SLASH.  */
void text_add_uri_escaped (struct bytes *out, struct span in, bool keep_slash);

/* "2021-08-16T20:52:53Z" (with or without a fraction, which is dropped,
 * and with an offset such as +02:00), "20231114T221320" with or without Z,
 * or seconds since 1970.  */
gpg_error_t text_time (const char *s, int64_t *r_seconds);
void text_add_iso_time (struct bytes *out, int64_t seconds);
/* "20231114T221320Z" */
void text_add_basic_time (struct bytes *out, int64_t seconds);

/* "Tue, 27 Apr 2021 10:11:12 GMT", the Date header of RFC 9110.  */
gpg_error_t text_http_date (const char *s, int64_t *r_seconds);

/* A decimal number from MIN to MAX.  */
gpg_error_t text_unsigned (const char *s, unsigned long min, unsigned long max,
                           unsigned long *r_value);

/* Replace control and non-ASCII characters by '?', in place.  */
void text_clean (char *s);

bool text_starts (const char *s, const char *prefix);

/* NULL, empty or nothing but white space.  */
bool text_is_blank (const char *s);

/* A copy of N bytes with a NUL, or NULL when out of memory.  */
char *text_copy (const char *s, size_t n);

#endif /* BASE_TEXT_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * JSON: typed getters for answers and a builder for flat requests.  */

#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/bytes.h"

/* A parsed document or a node inside one.  */
struct json;

/* One whole document, an object at its top, nothing after it.  BAD_DATA
 * otherwise.  The caller frees the document with json_free; nodes and
 * strings taken from it live as long.  */
gpg_error_t json_parse (struct span text, struct json **r_doc);
void json_free (struct json *doc);

/* The getters give NULL or false when the member is absent, null or of
 * another type; a string with a NUL inside is no string, and a number is
 * finite.  Of two members with one name the later counts.  OBJ may be NULL
 * so that paths can be walked without asking at every step.  */
const char *json_string (const struct json *obj, const char *name);
bool json_number (const struct json *obj, const char *name, double *r_value);
bool json_flag (const struct json *obj, const char *name, bool *r_value);
const struct json *json_member (const struct json *obj, const char *name);

/* Length of an array member and its N-th string.  */
size_t json_count (const struct json *obj, const char *name);
const char *json_string_at (const struct json *obj, const char *name,
                            size_t i);

/* Append a base64 member decoded.  NO_DATA: absent; INV_VALUE: not
 * base64.  */
gpg_error_t json_base64 (const struct json *obj, const char *name,
                         struct bytes *out);

/* Append a string member and overwrite it in the document.  NO_DATA:
 * absent.  */
gpg_error_t json_take_secret (struct json *obj, const char *name,
                              struct bytes *out);

/* The builder writes into OUT; strings are escaped as RFC 8259 wants, and
 * bytes that are not UTF-8 are the caller's mistake.  */
void json_open (struct bytes *out);
void json_close (struct bytes *out);
void json_add_string (struct bytes *out, const char *name, const char *value);
void json_add_base64 (struct bytes *out, const char *name, struct span value);
void json_add_number (struct bytes *out, const char *name, int64_t value);
void json_add_flag (struct bytes *out, const char *name, bool value);
void json_add_null (struct bytes *out, const char *name);
/* VALUE is JSON text already: a nested object or array.  */
void json_add_raw (struct bytes *out, const char *name, struct span value);

#endif /* BASE_JSON_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * The value of a `key` option: a URI and name=value words.  */

#ifndef KEYLINE_H
#define KEYLINE_H

#include "card/card.h"

enum key_scheme
{
  SCHEME_AWS,
  SCHEME_FILE
};

/* What the line says; members it does not name are empty or 0.  Drop with
 * key_line_drop.  */
struct key_line
{
  enum key_scheme scheme;
  struct bytes uri;        /* As written.  */
  struct bytes key_id;     /* What the backend gets.  */
  struct bytes arn_region; /* From an ARN: beats every other region.  */
  struct bytes card;
  struct bytes region;
  struct bytes profile;
  struct bytes endpoint; /* A URL, from endpoint= or awskms://HOST/.  */
  enum slot_no slot;
  unsigned int use;    /* USE_ bits.  */
  unsigned int hashes; /* Bits 1 << HASH_xxx.  */
  int64_t created;
  bool retired;
  struct bytes url;
  char fingerprint[FINGERPRINT_SIZE]; /* Upper case; "" if not given.  */
};

/* URI is awskms:///KEY, awskms://HOST[:PORT]/KEY, file:///PATH, or KEY
 * alone, where KEY is alias/NAME, a key id, or the ARN of either.  INV_VALUE
 * with a reason that quotes the word.  Drop the result in every case.  */
gpg_error_t key_line_parse (struct call *call, const char *text,
                            struct key_line *r_line);
void key_line_drop (struct key_line *line);

/* A comma-separated list of hash names into bits 1 << HASH_xxx; the same
 * errors.  */
gpg_error_t hash_list_parse (struct call *call, const char *text,
                             unsigned int *r_hashes);

#endif /* KEYLINE_H */

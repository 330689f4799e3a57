/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pin file: which key stands behind a configured name (think
 * known_hosts).  */

#ifndef CARD_KNOWN_KEYS_H
#define CARD_KNOWN_KEYS_H

#include "card/pubkey.h"

/* One pinned key.  Drop with known_key_drop.  */
struct known_key
{
  struct bytes uri;    /* As configured.  */
  struct bytes region; /* Of the `key` line; empty if it names none.  */
  struct bytes id;     /* ARN or path.  */
  struct bytes spec;   /* "RSA_4096" */
  struct bytes usage;  /* "sign", "decrypt", "agree" */
  struct bytes spki;
  int64_t created;
  char fingerprint[FINGERPRINT_SIZE]; /* Of the minted certificate; empty
                                         while there is none.  */
};

void known_key_drop (struct known_key *key);

/* The file of the user and, read after it, that of the machine, which is
 * never written.  */
struct known_keys;

/* Read both.  A missing file is an empty one.  A file that cannot be read
 * or a line that is damaged is remembered and reported by known_keys_find
 * for the keys it concerns: a pin must not vanish by accident.  SYSTEM_FILE
 * may be NULL.  With REFUSE_NEW known_keys_add always refuses.  */
gpg_error_t known_keys_new (const char *user_file, const char *system_file,
                            bool refuse_new, struct known_keys **r_known);
void known_keys_free (struct known_keys *known);

/* Can both files be read?  CONFIGURATION with a reason if not.  */
gpg_error_t known_keys_check (struct known_keys *known, struct call *call);

/* A copy of the pin for URI and REGION (NULL: none given).  NOT_FOUND
 * without a reason: not pinned yet.  CONFIGURATION, with a reason: the file
 * is unreadable or the line is damaged.  */
gpg_error_t known_keys_find (struct known_keys *known, struct call *call,
                             const char *uri, const char *region,
                             struct known_key *r_key);

/* Pin KEY, unless another process has pinned that name in the meantime:
 * then CONFLICT when it pinned another key.  Locks the file against a
 * second writer, keeps the lines it does not understand, replaces it
 * atomically.  FORBIDDEN: new keys are refused; CONFIGURATION as with
 * known_keys_find; else the file could not be locked or written.  */
gpg_error_t known_keys_add (struct known_keys *known, struct call *call,
                            const struct known_key *key);

#endif /* CARD_KNOWN_KEYS_H */

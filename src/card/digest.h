/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is to be signed: SETDATA's bytes and --hash, parsed strictly.  */

#ifndef CARD_DIGEST_H
#define CARD_DIGEST_H

#include "card/keyspec.h"

/* A digest whose length has been checked against its hash; or, with
 * HASH_NONE, a message for EdDSA (ssh).  VALUE looks into the input.  */
struct digest
{
  enum hash_id hash;
  struct span value;
};

struct hash_info
{
  const char *name; /* As in --hash=sha256.  */
  size_t length;
  const char *prefix; /* DigestInfo in DER up to the digest.  */
  size_t prefix_len;
};

const struct hash_info *hash_info (enum hash_id hash);

/* The hash of that name ("sha256"); false for any other word.  */
bool hash_find (const char *name, enum hash_id *r_hash);

/* DATA is DigestInfo and digest, or a bare digest that fits HINT.  HINT is
 * the hash of the --hash option, HASH_NONE if there was none.  NO_DATA:
 * empty; INV_VALUE: a digest that contradicts the option; INV_LENGTH:
 * neither form; UNSUPPORTED_ALGORITHM: TLS's MD5SHA1.  Each with a reason.  */
gpg_error_t digest_parse (struct call *call, struct span data,
                          enum hash_id hint, struct digest *r_digest);

/* The same for PKAUTH with an EdDSA key: gpg-agent puts SHA-1's prefix
 * before the whole message (GnuPG agent/divert-scd.c).  */
gpg_error_t digest_parse_message (struct call *call, struct span data,
                                  struct digest *r_digest);

#endif /* CARD_DIGEST_H */

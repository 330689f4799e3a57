/* SPDX-License-Identifier: GPL-3.0-or-later
 * Public keys: SubjectPublicKeyInfo to S-expression, keygrip, fingerprint.  */

#ifndef CARD_PUBKEY_H
#define CARD_PUBKEY_H

#include "card/digest.h"

#define GRIP_SIZE 41        /* 40 hex digits and a NUL.  */
#define FINGERPRINT_SIZE 41 /* The same, of a v4 key.  */

struct public_key
{
  const struct keyspec *spec;
  int openpgp_algo;       /* The row's, or 18 for ECDH.  */
  struct bytes canonical; /* As gpg-agent wants it (agent/protect.c).  */
  struct bytes openpgp;   /* Key material of a v4 packet, RFC 4880 5.5.2.  */
  struct bytes ssh;       /* RFC 4253 section 6.6; empty if none.  */
  char grip[GRIP_SIZE];   /* Upper case.  */
};

/* Parse DER SPKI as a key of SPEC.  BAD_PUBKEY: not that, or anything
 * behind it.  Drop the result in every case.  */
gpg_error_t pubkey_from_spki (const struct keyspec *spec, struct span spki,
                              struct public_key *r_key);
void pubkey_drop (struct public_key *key);

/* KEY, just parsed, is one for key agreement.  UNSUPPORTED_ALGORITHM: KMS
 * does not do that with its spec.  */
gpg_error_t pubkey_make_ecdh (struct public_key *key);

/* The OpenPGP v4 fingerprint of the key made at CREATED, upper case hex.  */
gpg_error_t pubkey_fingerprint (const struct public_key *key, int64_t created,
                                char r_text[FINGERPRINT_SIZE]);

/* Does SIGNATURE, in the card's shape (see card_sign), sign DIGEST?
 * BAD_SIGNATURE if not.  */
gpg_error_t pubkey_verify (const struct public_key *key,
                           const struct digest *digest, struct span signature);

/* FORMAT "advanced": the S-expression for people; "ssh": the line of an
 * authorized_keys file without a comment.  INV_NAME for others,
 * NOT_SUPPORTED if ssh has no such key.  */
gpg_error_t pubkey_format (const struct public_key *key, const char *format,
                           struct bytes *r_text);

#endif /* CARD_PUBKEY_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Key specs: one row says all about an algorithm.  */

#ifndef CARD_KEYSPEC_H
#define CARD_KEYSPEC_H

#include "base/bytes.h"

/* The hashes an OpenPGP signature may use.  */
enum hash_id
{
  HASH_NONE, /* A message for EdDSA, no digest at all.  */
  HASH_MD5,
  HASH_RMD160,
  HASH_SHA1,
  HASH_SHA224,
  HASH_SHA256,
  HASH_SHA384,
  HASH_SHA512,
  HASH_COUNT
};

/* How a signature is made and shaped.  */
enum key_kind
{
  KEY_RSA,
  KEY_ECDSA,
  KEY_EDDSA
};

struct keyspec
{
  const char *name; /* "ECC_NIST_P256", as AWS KMS says it.  */
  enum key_kind kind;
  unsigned int bits;       /* Of the modulus or the field.  */
  const char *curve;       /* libgcrypt's name; NULL for RSA.  */
  struct span spki_head;   /* DER of the AlgorithmIdentifier.  */
  struct span openpgp_oid; /* RFC 6637 section 11; none for RSA.  */
  int openpgp_algo;        /* RFC 4880 section 9.1: 1, 19, 22.  */
  const char *algo;        /* GnuPG's word: "rsa4096", "nistp256".  */
  const char *parameters;  /* KEY-ATTR after the algorithm number.  */
  const char *ssh_name;    /* RFC 4253, 5656, 8709; NULL: none.  */
  /* The KMS algorithm that signs a digest of this hash; NULL: cannot.  */
  const char *sign_algorithm[HASH_COUNT];
  struct span ecdh_kdf; /* RFC 6637 section 9, for an ECDH key; none: KMS
                           does not agree on keys with it.  */
  size_t digest_size;   /* What KMS takes: ECDSA one length per curve; 0:
                         the digest as it is.  */
};

/* NULL when KMS has no such spec or OpenPGP no use for it.  */
const struct keyspec *keyspec_find (const char *name);

/* For table walks: NULL behind the last one.  */
const struct keyspec *keyspec_at (size_t i);

/* Octets of a signature as the card gives it: the modulus, or r and s.  */
size_t keyspec_signature_size (const struct keyspec *spec);

/* Octets of one field element, or of the modulus.  */
size_t keyspec_field_size (const struct keyspec *spec);

#endif /* CARD_KEYSPEC_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * What AWS KMS knows of key specs and signing algorithms, as tables.  */

#ifndef EMULATOR_SPECS_H
#define EMULATOR_SPECS_H

#include "base/bytes.h"

enum key_kind
{
  KIND_RSA,
  KIND_ECDSA,
  KIND_EDDSA,
  KIND_SYMMETRIC,
  KIND_FOREIGN /* Known by name; no key here has it.  */
};

enum scheme
{
  SCHEME_NONE,
  SCHEME_PKCS1,
  SCHEME_PSS,
  SCHEME_ECDSA,
  SCHEME_ED25519,
  SCHEME_ED25519PH
};

enum message_type
{
  MESSAGE_RAW = 1,
  MESSAGE_DIGEST = 2,
  MESSAGE_EXTERNAL_MU = 4
};

struct key_spec
{
  const char *name;
  enum key_kind kind;
  unsigned int bits;      /* RSA: of the modulus; ECC: of the field.  */
  const char *curve;      /* libgcrypt's name.  */
  const char *algorithm;  /* ECC: DER of the AlgorithmIdentifier, hex.  */
  const char *ecdsa_hash; /* The one hash this curve takes.  */
  bool agrees;            /* May have the usage KEY_AGREEMENT.  */
  bool encrypts;          /* May have the usage ENCRYPT_DECRYPT.  */
};

struct signing_algorithm
{
  const char *name;
  enum key_kind kind;
  enum scheme scheme;
  const char *hash;      /* libgcrypt's name.  */
  size_t digest_length;  /* Of a Message of type DIGEST.  */
  unsigned int messages; /* The message types it takes, as bits.  */
};

/* NULL when there is none of that name.  */
const struct key_spec *key_spec_find (const char *name);
const struct signing_algorithm *signing_algorithm_find (const char *name);

/* The table's rows one by one; NULL past the end.  */
const struct key_spec *key_spec_at (size_t i);
const struct signing_algorithm *signing_algorithm_at (size_t i);

/* True if keys of this spec sign with this algorithm.  */
bool key_spec_signs (const struct key_spec *spec,
                     const struct signing_algorithm *algorithm);

/* True if keys of this spec may be made for this KeyUsage.  */
bool key_spec_usable (const struct key_spec *spec, const char *usage);

/* The KeyUsage when none was asked for.  */
const char *key_spec_default_usage (const struct key_spec *spec);

#endif /* EMULATOR_SPECS_H */

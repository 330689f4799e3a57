/* SPDX-License-Identifier: GPL-3.0-or-later
 * Private keys in PKCS#8 (RFC 5208, RFC 8410) for libgcrypt.  */

#ifndef KMS_PKCS8_H
#define KMS_PKCS8_H

#include "base/bytes.h"

struct gcry_sexp;

struct pkcs8_key
{
  char spec[32];          /* In KMS's words: "ECC_NIST_P256".  */
  const char *sexp_name;  /* Of a signature: "rsa", "ecdsa", "eddsa".  */
  size_t width;           /* Octets of the modulus or of a scalar.  */
  struct bytes spki;      /* The public half, DER.  */
  struct gcry_sexp *sexp; /* The private key, in locked memory.  */
};

/* PEM is one block "PRIVATE KEY", text before it is skipped.  RSA of 2048,
 * 3072 or 4096 bits, P-256, P-384, P-521, Ed25519.  BAD_SECKEY: something
 * else.  Drop the result in every case.  */
gpg_error_t pkcs8_from_pem (struct span pem, struct pkcs8_key *r_key);
void pkcs8_drop (struct pkcs8_key *key);

#endif /* KMS_PKCS8_H */

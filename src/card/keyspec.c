/* SPDX-License-Identifier: GPL-3.0-or-later
 * Key specs: one row says all about an algorithm.  */

#include "config.h"

#include "card/keyspec.h"

#include <string.h>

/* clang-format off */

#define BYTES(literal) { (const unsigned char *)literal, sizeof literal - 1 }

/* AlgorithmIdentifiers: RFC 3279, RFC 5480, RFC 8410.  */
#define SPKI_RSA \
  BYTES ("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00")
#define SPKI_P256 \
  BYTES ("\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" \
         "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07")
#define SPKI_P384 \
  BYTES ("\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" \
         "\x06\x05\x2b\x81\x04\x00\x22")
#define SPKI_P521 \
  BYTES ("\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" \
         "\x06\x05\x2b\x81\x04\x00\x23")
#define SPKI_SECP256K1 \
  BYTES ("\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" \
         "\x06\x05\x2b\x81\x04\x00\x0a")
#define SPKI_ED25519 BYTES ("\x30\x05\x06\x03\x2b\x65\x70")

/* PKCS#1 v1.5 names the hash inside the signature, and KMS knows three.  */
#define RSA_ALGORITHMS { \
  [HASH_SHA256] = "RSASSA_PKCS1_V1_5_SHA_256", \
  [HASH_SHA384] = "RSASSA_PKCS1_V1_5_SHA_384", \
  [HASH_SHA512] = "RSASSA_PKCS1_V1_5_SHA_512" }

#define RSA_ROW(size) { \
  .name = "RSA_" #size, .kind = KEY_RSA, .bits = size, \
  .spki_head = SPKI_RSA, .openpgp_algo = 1, .algo = "rsa" #size, \
  .parameters = "rsa" #size " 32 0", .ssh_name = "ssh-rsa", \
  .sign_algorithm = RSA_ALGORITHMS }

static const struct keyspec specs[] = {
  RSA_ROW (2048),
  RSA_ROW (3072),
  RSA_ROW (4096),
  /* A longer digest is cut to the curve's length (the standard uses no
   * more of it); a shorter one no gpg could verify.  */
  { .name = "ECC_NIST_P256", .kind = KEY_ECDSA, .bits = 256,
    .curve = "NIST P-256", .spki_head = SPKI_P256,
    .openpgp_oid = BYTES ("\x2a\x86\x48\xce\x3d\x03\x01\x07"),
    .openpgp_algo = 19, .algo = "nistp256", .parameters = "nistp256",
    .ssh_name = "ecdsa-sha2-nistp256", .digest_size = 32,
    .ecdh_kdf = BYTES ("\x03\x01\x08\x07"),
    .sign_algorithm = { [HASH_SHA256] = "ECDSA_SHA_256",
                        [HASH_SHA384] = "ECDSA_SHA_256",
                        [HASH_SHA512] = "ECDSA_SHA_256" } },
  { .name = "ECC_NIST_P384", .kind = KEY_ECDSA, .bits = 384,
    .curve = "NIST P-384", .spki_head = SPKI_P384,
    .openpgp_oid = BYTES ("\x2b\x81\x04\x00\x22"),
    .openpgp_algo = 19, .algo = "nistp384", .parameters = "nistp384",
    .ssh_name = "ecdsa-sha2-nistp384", .digest_size = 48,
    /* As gpg 2.4 has it; 2.2 takes AES-192, so its fingerprint differs.  */
    .ecdh_kdf = BYTES ("\x03\x01\x09\x09"),
    .sign_algorithm = { [HASH_SHA384] = "ECDSA_SHA_384",
                        [HASH_SHA512] = "ECDSA_SHA_384" } },
  { .name = "ECC_NIST_P521", .kind = KEY_ECDSA, .bits = 521,
    .curve = "NIST P-521", .spki_head = SPKI_P521,
    .openpgp_oid = BYTES ("\x2b\x81\x04\x00\x23"),
    .openpgp_algo = 19, .algo = "nistp521", .parameters = "nistp521",
    .ssh_name = "ecdsa-sha2-nistp521", .digest_size = 64,
    .ecdh_kdf = BYTES ("\x03\x01\x0a\x09"),
    .sign_algorithm = { [HASH_SHA512] = "ECDSA_SHA_512" } },
  { .name = "ECC_SECG_P256K1", .kind = KEY_ECDSA, .bits = 256,
    .curve = "secp256k1", .spki_head = SPKI_SECP256K1,
    .openpgp_oid = BYTES ("\x2b\x81\x04\x00\x0a"),
    .openpgp_algo = 19, .algo = "secp256k1", .parameters = "secp256k1",
    .digest_size = 32,
    .sign_algorithm = { [HASH_SHA256] = "ECDSA_SHA_256",
                        [HASH_SHA384] = "ECDSA_SHA_256",
                        [HASH_SHA512] = "ECDSA_SHA_256" } },
  /* Pure EdDSA over the digest's bytes, never the prehashed variant.  The
   * hashes that are broken or close to it are left out.  */
  { .name = "ECC_NIST_EDWARDS25519", .kind = KEY_EDDSA, .bits = 255,
    .curve = "Ed25519", .spki_head = SPKI_ED25519,
    .openpgp_oid = BYTES ("\x2b\x06\x01\x04\x01\xda\x47\x0f\x01"),
    .openpgp_algo = 22, .algo = "ed25519", .parameters = "ed25519",
    .ssh_name = "ssh-ed25519",
    .sign_algorithm = { [HASH_NONE] = "ED25519_SHA_512",
                        [HASH_SHA224] = "ED25519_SHA_512",
                        [HASH_SHA256] = "ED25519_SHA_512",
                        [HASH_SHA384] = "ED25519_SHA_512",
                        [HASH_SHA512] = "ED25519_SHA_512" } },
};

/* clang-format on */

const struct keyspec *
keyspec_at (size_t i)
{
  return i < DIM (specs) ? &specs[i] : NULL;
}

const struct keyspec *
keyspec_find (const char *name)
{
  size_t i;

  for (i = 0; i < DIM (specs); i++)
    if (!strcmp (specs[i].name, name))
      return &specs[i];
  return NULL;
}

size_t
keyspec_field_size (const struct keyspec *spec)
{
  return (spec->bits + 7) / 8;
}

size_t
keyspec_signature_size (const struct keyspec *spec)
{
  return keyspec_field_size (spec) * (spec->kind == KEY_RSA ? 1 : 2);
}

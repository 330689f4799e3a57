/* SPDX-License-Identifier: GPL-3.0-or-later
 * What AWS KMS knows of key specs and signing algorithms, as tables.  */

#include "config.h"

#include "tests/emulator/specs.h"

#include <string.h>

/* clang-format off */
static const struct key_spec key_specs[] = {
  { "RSA_2048", KIND_RSA, 2048, NULL, NULL, NULL, false, true },
  { "RSA_3072", KIND_RSA, 3072, NULL, NULL, NULL, false, true },
  { "RSA_4096", KIND_RSA, 4096, NULL, NULL, NULL, false, true },
  { "ECC_NIST_P256", KIND_ECDSA, 256, "NIST P-256",
    "301306072a8648ce3d020106082a8648ce3d030107", "sha256", true, false },
  { "ECC_NIST_P384", KIND_ECDSA, 384, "NIST P-384",
    "301006072a8648ce3d020106052b81040022", "sha384", true, false },
  { "ECC_NIST_P521", KIND_ECDSA, 521, "NIST P-521",
    "301006072a8648ce3d020106052b81040023", "sha512", true, false },
  { "ECC_SECG_P256K1", KIND_ECDSA, 256, "secp256k1",
    "301006072a8648ce3d020106052b8104000a", "sha256", false, false },
  { "ECC_NIST_EDWARDS25519", KIND_EDDSA, 255, "Ed25519",
    "300506032b6570", NULL, false, false },
  { "SYMMETRIC_DEFAULT", KIND_SYMMETRIC, 256, NULL, NULL, NULL, false, true },
};

#define EITHER (MESSAGE_RAW | MESSAGE_DIGEST)

static const struct signing_algorithm algorithms[] = {
  { "RSASSA_PKCS1_V1_5_SHA_256", KIND_RSA, SCHEME_PKCS1, "sha256", 32,
    EITHER },
  { "RSASSA_PKCS1_V1_5_SHA_384", KIND_RSA, SCHEME_PKCS1, "sha384", 48,
    EITHER },
  { "RSASSA_PKCS1_V1_5_SHA_512", KIND_RSA, SCHEME_PKCS1, "sha512", 64,
    EITHER },
  { "RSASSA_PSS_SHA_256", KIND_RSA, SCHEME_PSS, "sha256", 32, EITHER },
  { "RSASSA_PSS_SHA_384", KIND_RSA, SCHEME_PSS, "sha384", 48, EITHER },
  { "RSASSA_PSS_SHA_512", KIND_RSA, SCHEME_PSS, "sha512", 64, EITHER },
  { "ECDSA_SHA_256", KIND_ECDSA, SCHEME_ECDSA, "sha256", 32, EITHER },
  { "ECDSA_SHA_384", KIND_ECDSA, SCHEME_ECDSA, "sha384", 48, EITHER },
  { "ECDSA_SHA_512", KIND_ECDSA, SCHEME_ECDSA, "sha512", 64, EITHER },
  { "ED25519_SHA_512", KIND_EDDSA, SCHEME_ED25519, "sha512", 0,
    MESSAGE_RAW },
  { "ED25519_PH_SHA_512", KIND_EDDSA, SCHEME_ED25519PH, "sha512", 64,
    MESSAGE_DIGEST },
  { "SM2DSA", KIND_FOREIGN, SCHEME_NONE, NULL, 0, EITHER },
  { "ML_DSA_SHAKE_256", KIND_FOREIGN, SCHEME_NONE, NULL, 0,
    MESSAGE_RAW | MESSAGE_EXTERNAL_MU },
};
/* clang-format on */

const struct key_spec *
key_spec_at (size_t i)
{
  return i < DIM (key_specs) ? key_specs + i : NULL;
}

const struct signing_algorithm *
signing_algorithm_at (size_t i)
{
  return i < DIM (algorithms) ? algorithms + i : NULL;
}

const struct key_spec *
key_spec_find (const char *name)
{
  size_t i;

  for (i = 0; i < DIM (key_specs); i++)
    if (!strcmp (key_specs[i].name, name))
      return key_specs + i;
  return NULL;
}

const struct signing_algorithm *
signing_algorithm_find (const char *name)
{
  size_t i;

  for (i = 0; i < DIM (algorithms); i++)
    if (!strcmp (algorithms[i].name, name))
      return algorithms + i;
  return NULL;
}

bool
key_spec_signs (const struct key_spec *spec,
                const struct signing_algorithm *algorithm)
{
  return spec->kind == algorithm->kind
         && (!spec->ecdsa_hash || !strcmp (spec->ecdsa_hash, algorithm->hash));
}

bool
key_spec_usable (const struct key_spec *spec, const char *usage)
{
  if (!strcmp (usage, "SIGN_VERIFY"))
    return spec->kind != KIND_SYMMETRIC;
  if (!strcmp (usage, "KEY_AGREEMENT"))
    return spec->agrees;
  return !strcmp (usage, "ENCRYPT_DECRYPT") && spec->encrypts;
}

const char *
key_spec_default_usage (const struct key_spec *spec)
{
  return spec->kind == KIND_SYMMETRIC ? "ENCRYPT_DECRYPT" : "SIGN_VERIFY";
}

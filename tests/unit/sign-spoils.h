/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a service could do to a signature, and what becomes of it.  */

#ifndef TESTS_SIGN_SPOILS_H
#define TESTS_SIGN_SPOILS_H

#include "tests/unit/fake-kms.h"

/* VALUE becomes HEX.  */
static inline void
replace_hex (struct kms_signature *signature, const char *hex)
{
  bytes_clear (&signature->value);
  add_hex (&signature->value, hex);
}

static inline void
replace_text (struct bytes *out, const char *text)
{
  bytes_clear (out);
  bytes_add_str (out, text);
}

static inline void
spoil_last_bit (struct kms_signature *signature)
{
  signature->value.p[signature->value.n - 1] ^= 1;
}

static inline void
spoil_cut (struct kms_signature *signature)
{
  bytes_cut (&signature->value, signature->value.n - 1);
}

static inline void
spoil_half (struct kms_signature *signature)
{
  bytes_cut (&signature->value, signature->value.n / 2);
}

static inline void
spoil_append (struct kms_signature *signature)
{
  bytes_add_byte (&signature->value, 0);
}

static inline void
spoil_empty (struct kms_signature *signature)
{
  bytes_clear (&signature->value);
}

static inline void
spoil_zeros (struct kms_signature *signature)
{
  memset (signature->value.p, 0, signature->value.n);
}

/* A leading zero lost or won, as with numbers instead of octets.  */
static inline void
spoil_first (struct kms_signature *signature)
{
  memmove (signature->value.p, signature->value.p + 1, signature->value.n - 1);
  bytes_cut (&signature->value, signature->value.n - 1);
}

static inline void
spoil_push (struct kms_signature *signature)
{
  bytes_add_byte (&signature->value, 0);
  memmove (signature->value.p + 1, signature->value.p, signature->value.n - 1);
  signature->value.p[0] = 0;
}

/* r and s without DER around them.  */
static inline void
spoil_undress (struct kms_signature *signature)
{
  bytes_clear (&signature->value);
  bytes_add_random (&signature->value, 64);
  signature->value.p[0] = 0x30;
}

#define NUMBER_32                                                             \
  "0220"                                                                      \
  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NUMBER_33                                                             \
  "0221"                                                                      \
  "010123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Well-formed, but of two numbers that sign nothing.  */
static inline void
spoil_numbers (struct kms_signature *signature)
{
  replace_hex (signature, "3044" NUMBER_32 NUMBER_32);
}

static inline void
spoil_negative_r (struct kms_signature *signature)
{
  replace_hex (signature, "3025"
                          "020181" NUMBER_32);
}

static inline void
spoil_negative_s (struct kms_signature *signature)
{
  replace_hex (signature, "3025" NUMBER_32 "0201ff");
}

static inline void
spoil_zero_r (struct kms_signature *signature)
{
  replace_hex (signature, "3025"
                          "020100" NUMBER_32);
}

static inline void
spoil_zero_s (struct kms_signature *signature)
{
  replace_hex (signature, "3025" NUMBER_32 "020100");
}

static inline void
spoil_small (struct kms_signature *signature)
{
  replace_hex (signature, "3006020101020101");
}

static inline void
spoil_long_r (struct kms_signature *signature)
{
  replace_hex (signature, "3045" NUMBER_33 NUMBER_32);
}

static inline void
spoil_long_s (struct kms_signature *signature)
{
  replace_hex (signature, "3045" NUMBER_32 NUMBER_33);
}

static inline void
spoil_padded_r (struct kms_signature *signature)
{
  replace_hex (signature, "3026"
                          "02020001" NUMBER_32);
}

static inline void
spoil_three (struct kms_signature *signature)
{
  replace_hex (signature, "3066" NUMBER_32 NUMBER_32 NUMBER_32);
}

static inline void
spoil_one (struct kms_signature *signature)
{
  replace_hex (signature, "3022" NUMBER_32);
}

static inline void
spoil_no_sequence (struct kms_signature *signature)
{
  replace_hex (signature, NUMBER_32 NUMBER_32);
}

static inline void
spoil_long_length (struct kms_signature *signature)
{
  replace_hex (signature, "308144" NUMBER_32 NUMBER_32);
}

static inline void
spoil_id (struct kms_signature *signature)
{
  replace_text (&signature->key_id, FAKE_ARN "5");
}

static inline void
spoil_id_cut (struct kms_signature *signature)
{
  bytes_cut (&signature->key_id, signature->key_id.n - 1);
}

static inline void
spoil_id_gone (struct kms_signature *signature)
{
  bytes_clear (&signature->key_id);
}

/* clang-format off */
#define EACH "ECC_NIST_P256", "RSA_2048", "ECC_NIST_EDWARDS25519"
static const struct spoil
{
  void (*spoil) (struct kms_signature *);
  gpg_err_code_t code;
  const char *specs[3];
} spoils[] = {
  { spoil_last_bit, GPG_ERR_BAD_SIGNATURE, { EACH } },
  { spoil_cut, GPG_ERR_INV_RESPONSE, { EACH } },
  { spoil_half, GPG_ERR_INV_RESPONSE, { EACH } },
  { spoil_append, GPG_ERR_INV_RESPONSE, { EACH } },
  { spoil_empty, GPG_ERR_INV_RESPONSE, { EACH } },
  { spoil_first, GPG_ERR_INV_RESPONSE, { EACH } },
  { spoil_push, GPG_ERR_INV_RESPONSE, { EACH } },
  { spoil_id, GPG_ERR_CONFLICT, { EACH } },
  { spoil_id_cut, GPG_ERR_CONFLICT, { EACH } },
  { spoil_id_gone, GPG_ERR_INV_RESPONSE, { EACH } },
  { spoil_zeros, GPG_ERR_BAD_SIGNATURE,
    { "RSA_2048", "ECC_NIST_EDWARDS25519" } },
  { spoil_zeros, GPG_ERR_INV_RESPONSE, { "ECC_NIST_P256" } },
  { spoil_numbers, GPG_ERR_INV_RESPONSE,
    { "RSA_2048", "ECC_NIST_EDWARDS25519" } },
  { spoil_numbers, GPG_ERR_BAD_SIGNATURE,
    { "ECC_NIST_P256", "ECC_SECG_P256K1", "ECC_NIST_P521" } },
  { spoil_undress, GPG_ERR_INV_RESPONSE, { "ECC_NIST_P256" } },
  { spoil_undress, GPG_ERR_BAD_SIGNATURE, { "ECC_NIST_EDWARDS25519" } },
  { spoil_negative_r, GPG_ERR_INV_RESPONSE, { "ECC_NIST_P256" } },
  { spoil_negative_s, GPG_ERR_INV_RESPONSE, { "ECC_NIST_P256" } },
  { spoil_zero_r, GPG_ERR_INV_RESPONSE, { "ECC_NIST_P256" } },
  { spoil_zero_s, GPG_ERR_INV_RESPONSE, { "ECC_NIST_P256" } },
  { spoil_small, GPG_ERR_BAD_SIGNATURE,
    { "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521" } },
  { spoil_long_r, GPG_ERR_INV_RESPONSE, { "ECC_NIST_P256" } },
  { spoil_long_s, GPG_ERR_INV_RESPONSE, { "ECC_SECG_P256K1" } },
  { spoil_long_s, GPG_ERR_BAD_SIGNATURE, { "ECC_NIST_P384" } },
  { spoil_padded_r, GPG_ERR_INV_RESPONSE, { "ECC_NIST_P256" } },
  { spoil_three, GPG_ERR_INV_RESPONSE, { "ECC_NIST_P256" } },
  { spoil_one, GPG_ERR_INV_RESPONSE, { "ECC_NIST_P256" } },
  { spoil_no_sequence, GPG_ERR_INV_RESPONSE, { "ECC_NIST_P256" } },
  { spoil_long_length, GPG_ERR_INV_RESPONSE, { "ECC_NIST_P256" } },
};
/* clang-format on */

#endif /* TESTS_SIGN_SPOILS_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Public keys and signatures to be accepted or refused, in hex.  */

#ifndef TESTS_PUBKEY_VECTORS_H
#define TESTS_PUBKEY_VECTORS_H

#include <gpg-error.h>

/* The modulus 2^2047 + 1.  */
#define ZEROS_30 "000000000000000000000000000000000000000000000000000000000000"
#define ZEROS_254                                                             \
  ZEROS_30 ZEROS_30 ZEROS_30 ZEROS_30 ZEROS_30 ZEROS_30 ZEROS_30 ZEROS_30     \
    "0000000000000000000000000000"
#define RSA_N                                                                 \
  "0282010100"                                                                \
  "80" ZEROS_254 "01"
#define RSA_E "0203010001"

#define X_32 "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define Y_32 "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define ED_32                                                                 \
  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

#define RFC6979_Q                                                             \
  "04"                                                                        \
  "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"          \
  "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"

/* clang-format off */
/* Keygrips as libgcrypt and GnuPG give them.  */
static const struct
{
  const char *spec;
  const char *q;
  const char *grip;
} grips[] = {
  /* The base points.  */
  { "ECC_NIST_P256",
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    "95852E917FE2C39152BA998192B5791DB15CDCF0" },
  { "ECC_NIST_P384",
    "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38"
    "5502f25dbf55296c3a545e3872760ab73617de4a96262c6f5d9e98bf9292dc29f8"
    "f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
    "CACDC8B39C5DAD77B9EE85F9B99805111BBFFA34" },
  { "ECC_NIST_P521",
    "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d"
    "3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd"
    "66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e"
    "662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd166"
    "50",
    "B5A5C8618B1F318B75F2ABAC1398167B1BF489B7" },
  { "ECC_SECG_P256K1",
    "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
    "D8575FD3F140878C64ED70EABB65B739EAED33B9" },
  /* RFC 8032, section 7.1, test 1.  */
  { "ECC_NIST_EDWARDS25519",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "B92622F1C6F1BD7C5B2B6A7F388D0B38BC628920" },
};

/* Points, and what becomes of them.  */
static const struct
{
  const char *spec;
  const char *q;
  gpg_err_code_t code;
} points[] = {
  { "ECC_NIST_P256", "04" X_32 Y_32, 0 },
  { "ECC_NIST_P256", "04" X_32 Y_32 "00", GPG_ERR_BAD_PUBKEY },
  { "ECC_NIST_P256", "0400" X_32 Y_32, GPG_ERR_BAD_PUBKEY },
  { "ECC_NIST_P256", "04" X_32, GPG_ERR_BAD_PUBKEY },
  { "ECC_NIST_P256", "05" X_32 Y_32, GPG_ERR_BAD_PUBKEY },
  { "ECC_NIST_P256", "06" X_32 Y_32, GPG_ERR_BAD_PUBKEY }, /* Hybrid.  */
  { "ECC_NIST_P256", "03" X_32, GPG_ERR_BAD_PUBKEY }, /* Compressed.  */
  { "ECC_NIST_P256", "02" X_32, GPG_ERR_BAD_PUBKEY },
  { "ECC_NIST_P256", "40" X_32, GPG_ERR_BAD_PUBKEY },
  { "ECC_NIST_P256", X_32 Y_32, GPG_ERR_BAD_PUBKEY },
  { "ECC_NIST_P256", "00", GPG_ERR_BAD_PUBKEY }, /* Infinity.  */
  { "ECC_NIST_P256", "", GPG_ERR_BAD_PUBKEY },
  { "ECC_NIST_P521", "04" X_32 Y_32, GPG_ERR_BAD_PUBKEY },
  { "ECC_NIST_EDWARDS25519", ED_32, 0 },
  { "ECC_NIST_EDWARDS25519", "40" ED_32, GPG_ERR_BAD_PUBKEY },
  { "ECC_NIST_EDWARDS25519", ED_32 "00", GPG_ERR_BAD_PUBKEY },
  { "ECC_NIST_EDWARDS25519", "d75a9801", GPG_ERR_BAD_PUBKEY },
  { "ECC_NIST_EDWARDS25519", "", GPG_ERR_BAD_PUBKEY },
};

/* The same modulus without its first or its second octet.  */
#define N_SHORT "02820100" "7f" ZEROS_254 "01"
#define N_LONG "0282010200" "80" ZEROS_254 "0001"

static const struct
{
  const char *numbers;
  gpg_err_code_t code;
} moduli[] = {
  { RSA_N RSA_E, 0 },
  { RSA_N "020103", 0 },
  { RSA_N "02080100000000000001", 0 },
  { RSA_N "0209010000000000000001", GPG_ERR_BAD_PUBKEY },
  { RSA_N "0203010000", GPG_ERR_BAD_PUBKEY }, /* Even.  */
  { RSA_N "020102", GPG_ERR_BAD_PUBKEY },
  { RSA_N "020100", GPG_ERR_BAD_PUBKEY },
  { RSA_N "020181", GPG_ERR_BAD_PUBKEY }, /* Negative.  */
  { RSA_N "02020003", GPG_ERR_BAD_PUBKEY }, /* Not the shortest form.  */
  { RSA_N, GPG_ERR_BAD_PUBKEY },
  { RSA_N RSA_E RSA_E, GPG_ERR_BAD_PUBKEY },
  { RSA_N RSA_E "0500", GPG_ERR_BAD_PUBKEY },
  { RSA_E RSA_N, GPG_ERR_BAD_PUBKEY },
  { N_SHORT RSA_E, GPG_ERR_BAD_PUBKEY },
  { N_LONG RSA_E, GPG_ERR_BAD_PUBKEY },
  { "02820100" "80" ZEROS_254 "01" RSA_E, GPG_ERR_BAD_PUBKEY },
  { "", GPG_ERR_BAD_PUBKEY },
};

/* RFC 6979, appendix A.2.5 (message "sample"), and RFC 8032, section 7.1,
 * tests 2 and 3.  */
static const struct
{
  const char *spec;
  const char *q;
  const char *hash;
  const char *digest;
  const char *signature;
} signatures[] = {
  { "ECC_NIST_P256", RFC6979_Q, "sha256",
    "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" },
  { "ECC_NIST_P256", RFC6979_Q, "sha384",
    "9a9083505bc92276aec4be312696ef7bf3bf603f4bbd381196a029f340585312"
    "313bca4a9b5b890efee42c77b1ee25fe",
    "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719"
    "4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954" },
  { "ECC_NIST_P256", RFC6979_Q, "sha512",
    "39a5e04aaff7455d9850c605364f514c11324ce64016960d23d5dc57d3ffd8f4"
    "9a739468ab8049bf18eef820cdb1ad6c9015f838556bc7fad4138b23fdf986c7",
    "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00"
    "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe" },
  { "ECC_NIST_EDWARDS25519",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "none", "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
  { "ECC_NIST_EDWARDS25519",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "none", "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};
/* clang-format on */

#endif /* TESTS_PUBKEY_VECTORS_H */

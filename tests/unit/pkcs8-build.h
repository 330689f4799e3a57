/* SPDX-License-Identifier: GPL-3.0-or-later
 * Building PKCS#8 keys from numbers.  */

#ifndef TESTS_PKCS8_BUILD_H
#define TESTS_PKCS8_BUILD_H

#include "base/der.h"
#include "base/text.h"

#include "tests/unit/unit.h"

static inline void
add_hex (struct bytes *out, const char *hex)
{
  ck_ok (text_unhex (out, span_text (hex)));
}

static inline void
expect_hex (const struct bytes *is, const char *want)
{
  struct bytes hex = { 0 };

  text_add_hex (&hex, bytes_span (is));
  ck_assert_str_eq (bytes_text (&hex), want);
  bytes_drop (&hex);
}

static inline void
add_pem (struct bytes *out, const struct bytes *der)
{
  bytes_add_str (out, "-----BEGIN PRIVATE KEY-----\n");
  text_add_base64 (out, bytes_span (der));
  bytes_add_str (out, "\n-----END PRIVATE KEY-----\n");
}

/* The DER inside PEM, which is one of ours.  */
static inline void
add_der_of (struct bytes *out, const char *pem)
{
  struct bytes digits = { 0 };

  for (pem = strchr (pem, '\n'); *pem != '-'; pem++)
    if (*pem != '\n')
      bytes_add_byte (&digits, (unsigned char)*pem);
  ck_ok (text_unbase64 (out, bytes_span (&digits)));
  bytes_drop (&digits);
}

/* PrivateKeyInfo: VERSION, ALGORITHM (the content, hex), BODY.  */
static inline void
add_info (struct bytes *out, const char *version, const char *algorithm,
          struct span body)
{
  struct bytes seq = { 0 };
  struct bytes id = { 0 };

  add_hex (&seq, version);
  add_hex (&id, algorithm);
  der_add (&seq, DER_SEQUENCE, bytes_span (&id));
  der_add (&seq, DER_OCTET_STRING, body);
  der_add (out, DER_SEQUENCE, bytes_span (&seq));
  bytes_drop (&seq);
  bytes_drop (&id);
}

/* AlgorithmIdentifiers without their SEQUENCE.  */
#define P256 "06072a8648ce3d020106082a8648ce3d030107"
#define ED25519 "06032b6570"

/* clang-format off */
static const struct
{
  const char *spec;
  const char *algorithm;
  const char *spki_head; /* Up to the point.  */
} curves[] = {
  { "ECC_NIST_P256", P256,
    "3059301306072a8648ce3d020106082a8648ce3d030107034200" },
  { "ECC_NIST_P384", "06072a8648ce3d020106052b81040022",
    "3076301006072a8648ce3d020106052b81040022036200" },
  { "ECC_NIST_P521", "06072a8648ce3d020106052b81040023",
    "30819b301006072a8648ce3d020106052b8104002303818600" },
};
/* clang-format on */

static inline size_t
curve_of (const char *spec)
{
  size_t i = 0;

  while (strcmp (curves[i].spec, spec))
    i++;
  return i;
}

/* A key of ALGORITHM with the scalar D (hex) in an ECPrivateKey.  */
static inline void
add_ec_key (struct bytes *out, const char *algorithm, const char *d)
{
  struct bytes seq = { 0 };
  struct bytes body = { 0 };
  struct bytes scalar = { 0 };

  add_hex (&scalar, d);
  add_hex (&seq, "020101");
  der_add (&seq, DER_OCTET_STRING, bytes_span (&scalar));
  der_add (&body, DER_SEQUENCE, bytes_span (&seq));
  add_info (out, "020100", algorithm, bytes_span (&body));
  bytes_drop (&seq);
  bytes_drop (&body);
  bytes_drop (&scalar);
}

static inline void
add_ed_key (struct bytes *out, const char *seed)
{
  struct bytes body = { 0 };
  struct bytes octets = { 0 };

  add_hex (&octets, seed);
  der_add (&body, DER_OCTET_STRING, bytes_span (&octets));
  add_info (out, "020100", ED25519, bytes_span (&body));
  bytes_drop (&body);
  bytes_drop (&octets);
}

#endif /* TESTS_PKCS8_BUILD_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Keys out of nothing but a text: the same text, the same key, on every
 * machine.  For tests; nobody's secret depends on them.  */

#ifndef EMULATOR_MATERIAL_H
#define EMULATOR_MATERIAL_H

#include "base/bytes.h"
#include "tests/emulator/specs.h"

#include <gcrypt.h>

/* An endless stream of bytes: SHAKE256 over the three texts.  */
struct stream
{
  gcry_md_hd_t md;
};

gpg_error_t stream_open (struct stream *s, const char *seed,
                         const char *purpose, const char *name);
void stream_read (struct stream *s, void *p, size_t n);
void stream_close (struct stream *s);

/* The next probable prime of BITS bits, its two upper bits set, for an RSA
 * key with the public exponent 65537.  The caller releases it.  */
gpg_error_t stream_prime (struct stream *s, unsigned int bits,
                          gcry_mpi_t *r_prime);

/* Draw a key pair of SPEC (not the symmetric one) from S: libgcrypt's
 * private-key expression, to be released by the caller, and the public key
 * as DER SubjectPublicKeyInfo (RFC 5280), appended.  */
gpg_error_t material_make (struct stream *s, const struct key_spec *spec,
                           gcry_sexp_t *r_secret, struct bytes *r_spki);

#endif /* EMULATOR_MATERIAL_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Signatures in the shapes of the KMS operation Sign.  */

#ifndef EMULATOR_SIGNER_H
#define EMULATOR_SIGNER_H

#include "base/bytes.h"
#include "tests/emulator/specs.h"

#include <gcrypt.h>

/* Append the signature over MESSAGE, whose length the caller has checked:
 * RSA as wide as the modulus, ECDSA as DER, Ed25519 as R and S.  */
gpg_error_t signer_sign (gcry_sexp_t secret, const struct key_spec *spec,
                         const struct signing_algorithm *algorithm,
                         enum message_type type, struct span message,
                         struct bytes *r_signature);

/* What libgcrypt takes as the data to sign or to verify.  */
gpg_error_t signer_data (const struct signing_algorithm *algorithm,
                         enum message_type type, struct span message,
                         gcry_sexp_t *r_data);

#endif /* EMULATOR_SIGNER_H */

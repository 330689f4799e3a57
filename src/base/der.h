/* SPDX-License-Identifier: GPL-3.0-or-later
 * DER (X.690): a strict cursor for reading and a tiny writer.  */

#ifndef BASE_DER_H
#define BASE_DER_H

#include "base/bytes.h"

enum der_tag
{
  DER_INTEGER = 0x02,
  DER_BIT_STRING = 0x03,
  DER_OCTET_STRING = 0x04,
  DER_NULL = 0x05,
  DER_OID = 0x06,
  DER_SEQUENCE = 0x30,
  DER_CONTEXT_0 = 0xa0,
  DER_CONTEXT_1 = 0xa1
};

/* Every reader takes one element off the front of IN and refuses what is
 * not DER (indefinite or padded lengths, truncation, another tag) with
 * INV_BER, leaving IN untouched.  The results are views into IN.  */
gpg_error_t der_take (struct span *in, unsigned int tag, struct span *r_body);

/* A non-negative INTEGER in its shortest form, as its big-endian
 * magnitude without the leading zero (empty for 0).  */
gpg_error_t der_take_uint (struct span *in, struct span *r_magnitude);

/* A BIT STRING without unused bits.  */
gpg_error_t der_take_bits (struct span *in, struct span *r_body);

/* The tag that comes next, or 0 at the end.  */
unsigned int der_peek (struct span in);

/* INV_BER if something is left.  */
gpg_error_t der_end (struct span in);

void der_add (struct bytes *out, unsigned int tag, struct span body);
void der_add_uint (struct bytes *out, struct span magnitude);
void der_add_bits (struct bytes *out, struct span body);

#endif /* BASE_DER_H */

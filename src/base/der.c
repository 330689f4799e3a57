/* SPDX-License-Identifier: GPL-3.0-or-later
 * DER (X.690): a strict cursor for reading and a tiny writer.  */

#include "config.h"

#include "base/der.h"

static gpg_error_t
bad_der (void)
{
  return gpg_error (GPG_ERR_INV_BER);
}

/* The length octets at P (N bytes are there): how many there are, or 0.
 * Lengths over 64 KiB have no place in a key or a signature.  */
static size_t
read_length (const unsigned char *p, size_t n, size_t *r_length)
{
  if (!n)
    return 0;
  if (p[0] < 0x80)
    {
      *r_length = p[0];
      return 1;
    }
  if (p[0] == 0x81 && n > 1 && p[1] >= 0x80)
    {
      *r_length = p[1];
      return 2;
    }
  if (p[0] == 0x82 && n > 2 && p[1])
    {
      *r_length = (size_t)p[1] << 8 | p[2];
      return 3;
    }
  return 0;
}

gpg_error_t
der_take (struct span *in, unsigned int tag, struct span *r_body)
{
  size_t length, octets;

  if (in->n < 2 || in->p[0] != tag)
    return bad_der ();
  octets = read_length (in->p + 1, in->n - 1, &length);
  if (!octets || length > in->n - 1 - octets)
    return bad_der ();
  *r_body = span_of (in->p + 1 + octets, length);
  in->p += 1 + octets + length;
  in->n -= 1 + octets + length;
  return 0;
}

gpg_error_t
der_take_uint (struct span *in, struct span *r_magnitude)
{
  struct span rest = *in;
  struct span body;

  if (der_take (&rest, DER_INTEGER, &body) || !body.n || body.p[0] & 0x80)
    return bad_der ();
  if (!body.p[0])
    {
      if (body.n > 1 && !(body.p[1] & 0x80))
        return bad_der ();
      body.p++;
      body.n--;
    }
  *in = rest;
  *r_magnitude = body;
  return 0;
}

gpg_error_t
der_take_bits (struct span *in, struct span *r_body)
{
  struct span rest = *in;
  struct span body;

  if (der_take (&rest, DER_BIT_STRING, &body) || !body.n || body.p[0])
    return bad_der ();
  *in = rest;
  *r_body = span_of (body.p + 1, body.n - 1);
  return 0;
}

unsigned int
der_peek (struct span in)
{
  return in.n ? in.p[0] : 0;
}

gpg_error_t
der_end (struct span in)
{
  return in.n ? bad_der () : 0;
}

static void
add_head (struct bytes *out, unsigned int tag, size_t n)
{
  bytes_add_byte (out, (unsigned char)tag);
  if (n > 0xffff)
    out->failed = true;
  else if (n > 0xff)
    {
      bytes_add_byte (out, 0x82);
      bytes_add_byte (out, (unsigned char)(n >> 8));
    }
  else if (n > 0x7f)
    bytes_add_byte (out, 0x81);
  bytes_add_byte (out, (unsigned char)n);
}

void
der_add (struct bytes *out, unsigned int tag, struct span body)
{
  add_head (out, tag, body.n);
  bytes_add_span (out, body);
}

void
der_add_uint (struct bytes *out, struct span magnitude)
{
  bool pad;

  while (magnitude.n && !magnitude.p[0])
    {
      magnitude.p++;
      magnitude.n--;
    }
  pad = !magnitude.n || magnitude.p[0] & 0x80;
  add_head (out, DER_INTEGER, magnitude.n + pad);
  if (pad)
    bytes_add_byte (out, 0);
  bytes_add_span (out, magnitude);
}

void
der_add_bits (struct bytes *out, struct span body)
{
  add_head (out, DER_BIT_STRING, body.n + 1);
  bytes_add_byte (out, 0);
  bytes_add_span (out, body);
}

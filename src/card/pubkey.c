/* SPDX-License-Identifier: GPL-3.0-or-later
 * Public keys: SubjectPublicKeyInfo to S-expression, keygrip, fingerprint.  */

#include "config.h"

#include "card/pubkey.h"

#include "base/der.h"
#include "base/text.h"

#include <gcrypt.h>
#include <string.h>

/* RFC 6637 section 5.  */
#define OPENPGP_ECDH 18

/* What is inside the BIT STRING, by kind.  */
struct key_parts
{
  struct span n, e; /* RSA: magnitudes.  */
  struct span q;    /* EC: the point as it stands there.  */
};

static gpg_error_t
bad_key (void)
{
  return gpg_error (GPG_ERR_BAD_PUBKEY);
}

/* ---- Parsing ----  */

static gpg_error_t
parse_rsa (const struct keyspec *spec, struct span bits,
           struct key_parts *r_parts)
{
  struct span seq;

  if (der_take (&bits, DER_SEQUENCE, &seq) || der_end (bits)
      || der_take_uint (&seq, &r_parts->n) || der_take_uint (&seq, &r_parts->e)
      || der_end (seq))
    return bad_key ();
  if (r_parts->n.n != keyspec_field_size (spec) || !(r_parts->n.p[0] & 0x80))
    return bad_key ();
  if (!r_parts->e.n || r_parts->e.n > 8
      || !(r_parts->e.p[r_parts->e.n - 1] & 1))
    return bad_key ();
  return 0;
}

static gpg_error_t
parse_ecdsa (const struct keyspec *spec, struct span bits,
             struct key_parts *r_parts)
{
  if (bits.n != 1 + 2 * keyspec_field_size (spec) || bits.p[0] != 0x04)
    return bad_key ();
  r_parts->q = bits;
  return 0;
}

static gpg_error_t
parse_eddsa (const struct keyspec *spec, struct span bits,
             struct key_parts *r_parts)
{
  if (bits.n != keyspec_field_size (spec))
    return bad_key ();
  r_parts->q = bits;
  return 0;
}

/* ---- The forms ----  */

/* RFC 4880 section 3.2.  */
static void
add_mpi (struct bytes *out, struct span magnitude)
{
  unsigned int bits = (unsigned int)magnitude.n * 8;
  unsigned char top;

  for (top = magnitude.p[0]; !(top & 0x80); top = (unsigned char)(top << 1))
    bits--;
  bytes_add_byte (out, (unsigned char)(bits >> 8));
  bytes_add_byte (out, (unsigned char)bits);
  bytes_add_span (out, magnitude);
}

/* RFC 4251 section 5: string, and mpint of a positive number.  */
static void
add_ssh_string (struct bytes *out, struct span s)
{
  bytes_add_byte (out, (unsigned char)(s.n >> 24));
  bytes_add_byte (out, (unsigned char)(s.n >> 16));
  bytes_add_byte (out, (unsigned char)(s.n >> 8));
  bytes_add_byte (out, (unsigned char)s.n);
  bytes_add_span (out, s);
}

/* MAGNITUDE as a two's complement number: a leading zero if need be.  */
static void
add_signed (struct bytes *out, struct span magnitude)
{
  if (magnitude.p[0] & 0x80)
    bytes_add_byte (out, 0);
  bytes_add_span (out, magnitude);
}

static gpg_error_t
make_rsa (const struct key_parts *parts, struct public_key *key,
          gcry_sexp_t *r_sexp)
{
  struct bytes n = { 0 };
  struct bytes e = { 0 };
  gpg_error_t err;

  add_mpi (&key->openpgp, parts->n);
  add_mpi (&key->openpgp, parts->e);
  add_signed (&n, parts->n);
  add_signed (&e, parts->e);
  err = bytes_error (&n);
  if (!err)
    err = bytes_error (&e);
  if (err)
    goto leave;
  add_ssh_string (&key->ssh, span_text (key->spec->ssh_name));
  add_ssh_string (&key->ssh, bytes_span (&e));
  add_ssh_string (&key->ssh, bytes_span (&n));
  /* The keygrip depends on n's leading zero.  */
  err = gcry_sexp_build (r_sexp, NULL, "(public-key(rsa(n %b)(e %b)))",
                         (int)n.n, n.p, (int)e.n, e.p);

leave:
  bytes_drop (&n);
  bytes_drop (&e);
  return err;
}

static gpg_error_t
make_ecdsa (const struct key_parts *parts, struct public_key *key,
            gcry_sexp_t *r_sexp)
{
  const struct keyspec *spec = key->spec;

  bytes_add_byte (&key->openpgp, (unsigned char)spec->openpgp_oid.n);
  bytes_add_span (&key->openpgp, spec->openpgp_oid);
  add_mpi (&key->openpgp, parts->q);
  if (spec->ssh_name)
    {
      add_ssh_string (&key->ssh, span_text (spec->ssh_name));
      add_ssh_string (&key->ssh, span_text (spec->algo));
      add_ssh_string (&key->ssh, parts->q);
    }
  return gcry_sexp_build (r_sexp, NULL, "(public-key(ecc(curve %s)(q %b)))",
                          spec->curve, (int)parts->q.n, parts->q.p);
}

static gpg_error_t
make_eddsa (const struct key_parts *parts, struct public_key *key,
            gcry_sexp_t *r_sexp)
{
  const struct keyspec *spec = key->spec;
  struct bytes q = { 0 };
  gpg_error_t err;

  /* GnuPG's native point format: 0x40 says "as EdDSA has it".  */
  bytes_add_byte (&q, 0x40);
  bytes_add_span (&q, parts->q);
  err = bytes_error (&q);
  if (err)
    return err;
  bytes_add_byte (&key->openpgp, (unsigned char)spec->openpgp_oid.n);
  bytes_add_span (&key->openpgp, spec->openpgp_oid);
  add_mpi (&key->openpgp, bytes_span (&q));
  add_ssh_string (&key->ssh, span_text (spec->ssh_name));
  add_ssh_string (&key->ssh, parts->q);
  err = gcry_sexp_build (r_sexp, NULL,
                         "(public-key(ecc(curve %s)(flags eddsa)(q %b)))",
                         spec->curve, (int)q.n, q.p);
  bytes_drop (&q);
  return err;
}

/* ---- Verifying ----  */

static gpg_error_t
verify_input_rsa (const struct digest *digest, struct span sig,
                  gcry_sexp_t *r_data, gcry_sexp_t *r_sig)
{
  gpg_error_t err = gcry_sexp_build (
    r_data, NULL, "(data(flags pkcs1)(hash %s %b))",
    hash_info (digest->hash)->name, (int)digest->value.n, digest->value.p);

  return err ? err
             : gcry_sexp_build (r_sig, NULL, "(sig-val(rsa(s %b)))",
                                (int)sig.n, sig.p);
}

/* Given the hash, libgcrypt itself cuts a digest longer than the curve:
 * a check of our own cutting as well.  */
static gpg_error_t
verify_input_ecdsa (const struct digest *digest, struct span sig,
                    gcry_sexp_t *r_data, gcry_sexp_t *r_sig)
{
  int half = (int)(sig.n / 2);
  gpg_error_t err = gcry_sexp_build (
    r_data, NULL, "(data(flags rfc6979)(hash %s %b))",
    hash_info (digest->hash)->name, (int)digest->value.n, digest->value.p);

  return err ? err
             : gcry_sexp_build (r_sig, NULL, "(sig-val(ecdsa(r %b)(s %b)))",
                                half, sig.p, half, sig.p + half);
}

static gpg_error_t
verify_input_eddsa (const struct digest *digest, struct span sig,
                    gcry_sexp_t *r_data, gcry_sexp_t *r_sig)
{
  int half = (int)(sig.n / 2);
  gpg_error_t err = gcry_sexp_build (
    r_data, NULL, "(data(flags eddsa)(hash-algo sha512)(value %b))",
    (int)digest->value.n, digest->value.p);

  return err ? err
             : gcry_sexp_build (r_sig, NULL, "(sig-val(eddsa(r %b)(s %b)))",
                                half, sig.p, half, sig.p + half);
}

/* What each kind of key does in its own way.  */
/* clang-format off */
static const struct
{
  gpg_error_t (*parse) (const struct keyspec *, struct span bits,
                        struct key_parts *);
  gpg_error_t (*make) (const struct key_parts *, struct public_key *,
                       gcry_sexp_t *);
  gpg_error_t (*verify_input) (const struct digest *, struct span sig,
                               gcry_sexp_t *r_data, gcry_sexp_t *r_sig);
} kinds[] = {
  [KEY_RSA]   = { parse_rsa,   make_rsa,   verify_input_rsa },
  [KEY_ECDSA] = { parse_ecdsa, make_ecdsa, verify_input_ecdsa },
  [KEY_EDDSA] = { parse_eddsa, make_eddsa, verify_input_eddsa },
};
/* clang-format on */

/* SEXP printed in MODE, appended to OUT.  */
static gpg_error_t
print_sexp (gcry_sexp_t sexp, int mode, struct bytes *out)
{
  size_t n = gcry_sexp_sprint (sexp, mode, NULL, 0);
  size_t start = out->n;
  unsigned char *p = n ? bytes_extend (out, n) : NULL;

  if (!p)
    return gpg_error (GPG_ERR_ENOMEM);
  n = gcry_sexp_sprint (sexp, mode, p, n);
  /* In both modes the result is as long as N says, without the NUL.  */
  bytes_cut (out, start + n);
  return 0;
}

static gpg_error_t
set_grip (struct public_key *key, gcry_sexp_t sexp)
{
  unsigned char grip[20];
  struct bytes hex = { 0 };
  gpg_error_t err;

  if (!gcry_pk_get_keygrip (sexp, grip))
    return bad_key ();
  text_add_hex_upper (&hex, span_of (grip, sizeof grip));
  err = bytes_error (&hex);
  if (!err)
    memcpy (key->grip, hex.p, GRIP_SIZE);
  bytes_drop (&hex);
  return err;
}

gpg_error_t
pubkey_from_spki (const struct keyspec *spec, struct span spki,
                  struct public_key *r_key)
{
  struct key_parts parts = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
  struct span head = spec->spki_head;
  struct span seq, bits;
  gcry_sexp_t sexp = NULL;
  gpg_error_t err;

  memset (r_key, 0, sizeof *r_key);
  r_key->spec = spec;
  r_key->openpgp_algo = spec->openpgp_algo;
  if (der_take (&spki, DER_SEQUENCE, &seq) || der_end (spki) || seq.n < head.n
      || memcmp (seq.p, head.p, head.n))
    return bad_key ();
  seq = span_of (seq.p + head.n, seq.n - head.n);
  if (der_take_bits (&seq, &bits) || der_end (seq)
      || kinds[spec->kind].parse (spec, bits, &parts))
    return bad_key ();

  err = kinds[spec->kind].make (&parts, r_key, &sexp);
  if (!err)
    err = print_sexp (sexp, GCRYSEXP_FMT_CANON, &r_key->canonical);
  if (!err)
    err = set_grip (r_key, sexp);
  if (!err)
    err = bytes_error (&r_key->openpgp);
  if (!err)
    err = bytes_error (&r_key->ssh);
  gcry_sexp_release (sexp);
  return err;
}

void
pubkey_drop (struct public_key *key)
{
  bytes_drop (&key->canonical);
  bytes_drop (&key->openpgp);
  bytes_drop (&key->ssh);
  memset (key, 0, sizeof *key);
}

gpg_error_t
pubkey_make_ecdh (struct public_key *key)
{
  if (!key->spec->ecdh_kdf.n)
    return gpg_error (GPG_ERR_UNSUPPORTED_ALGORITHM);
  key->openpgp_algo = OPENPGP_ECDH;
  bytes_add_span (&key->openpgp, key->spec->ecdh_kdf);
  return bytes_error (&key->openpgp);
}

gpg_error_t
pubkey_fingerprint (const struct public_key *key, int64_t created,
                    char r_text[FINGERPRINT_SIZE])
{
  unsigned char sha1[20];
  struct bytes packet = { 0 };
  struct bytes hex = { 0 };
  size_t n = 6 + key->openpgp.n;
  gpg_error_t err;
  int shift;

  bytes_add_byte (&packet, 0x99);
  bytes_add_byte (&packet, (unsigned char)(n >> 8));
  bytes_add_byte (&packet, (unsigned char)n);
  bytes_add_byte (&packet, 4);
  for (shift = 24; shift >= 0; shift -= 8)
    bytes_add_byte (&packet, (unsigned char)(created >> shift));
  bytes_add_byte (&packet, (unsigned char)key->openpgp_algo);
  bytes_add_span (&packet, bytes_span (&key->openpgp));
  err = bytes_error (&packet);
  if (err)
    goto leave;
  gcry_md_hash_buffer (GCRY_MD_SHA1, sha1, packet.p, packet.n);
  text_add_hex_upper (&hex, span_of (sha1, sizeof sha1));
  err = bytes_error (&hex);
  if (!err)
    memcpy (r_text, hex.p, FINGERPRINT_SIZE);

leave:
  bytes_drop (&packet);
  bytes_drop (&hex);
  return err;
}

gpg_error_t
pubkey_verify (const struct public_key *key, const struct digest *digest,
               struct span signature)
{
  gcry_sexp_t sexp = NULL;
  gcry_sexp_t data = NULL;
  gcry_sexp_t sig = NULL;
  gpg_error_t err;

  if (signature.n != keyspec_signature_size (key->spec))
    return gpg_error (GPG_ERR_BAD_SIGNATURE);
  err = gcry_sexp_new (&sexp, key->canonical.p, key->canonical.n, 1);
  if (!err)
    err = kinds[key->spec->kind].verify_input (digest, signature, &data, &sig);
  if (!err && gcry_pk_verify (sig, data, sexp))
    err = gpg_error (GPG_ERR_BAD_SIGNATURE);
  gcry_sexp_release (sexp);
  gcry_sexp_release (data);
  gcry_sexp_release (sig);
  return err;
}

gpg_error_t
pubkey_format (const struct public_key *key, const char *format,
               struct bytes *r_text)
{
  gcry_sexp_t sexp = NULL;
  gpg_error_t err;

  if (!strcmp (format, "ssh"))
    {
      if (!key->ssh.n)
        return gpg_error (GPG_ERR_NOT_SUPPORTED);
      bytes_add_fmt (r_text, "%s ", key->spec->ssh_name);
      text_add_base64 (r_text, bytes_span (&key->ssh));
      bytes_add_byte (r_text, '\n');
      return bytes_error (r_text);
    }
  if (strcmp (format, "advanced"))
    return gpg_error (GPG_ERR_INV_NAME);
  err = gcry_sexp_new (&sexp, key->canonical.p, key->canonical.n, 1);
  if (!err)
    err = print_sexp (sexp, GCRYSEXP_FMT_ADVANCED, r_text);
  gcry_sexp_release (sexp);
  return err;
}

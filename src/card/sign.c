/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a digest to a shaped and verified signature.  */

#include "config.h"

#include "base/der.h"
#include "base/log.h"
#include "card/policy.h"
#include "card/slot.h"
#include "kms/kms.h"

#include <string.h>

/* ---- Shape: what the service gives into what the card gives ----  */

static gpg_error_t
shape_plain (const struct keyspec *spec, struct span raw, struct bytes *r_sig)
{
  if (raw.n != keyspec_signature_size (spec))
    return gpg_error (GPG_ERR_INV_RESPONSE);
  bytes_add_span (r_sig, raw);
  return bytes_error (r_sig);
}

/* MAGNITUDE with zeros before it, WIDTH octets in all.  */
static gpg_error_t
add_padded (struct bytes *out, struct span magnitude, size_t width)
{
  if (!magnitude.n || magnitude.n > width)
    return gpg_error (GPG_ERR_INV_RESPONSE);
  if (!bytes_extend (out, width - magnitude.n))
    return gpg_error (GPG_ERR_ENOMEM);
  bytes_add_span (out, magnitude);
  return bytes_error (out);
}

/* DER SEQUENCE of r and s (RFC 3279 section 2.2.3) to r and s side by
 * side.  */
static gpg_error_t
shape_ecdsa (const struct keyspec *spec, struct span raw, struct bytes *r_sig)
{
  size_t width = keyspec_field_size (spec);
  struct span seq, r, s;
  gpg_error_t err;

  if (der_take (&raw, DER_SEQUENCE, &seq) || der_end (raw)
      || der_take_uint (&seq, &r) || der_take_uint (&seq, &s) || der_end (seq))
    return gpg_error (GPG_ERR_INV_RESPONSE);
  err = add_padded (r_sig, r, width);
  return err ? err : add_padded (r_sig, s, width);
}

/* clang-format off */
static gpg_error_t (*const shapes[]) (const struct keyspec *, struct span raw,
                                      struct bytes *r_sig) = {
  [KEY_RSA]   = shape_plain,
  [KEY_ECDSA] = shape_ecdsa,
  [KEY_EDDSA] = shape_plain,
};
/* clang-format on */

/* ---- The steps ----  */

/* What the user's command means: INDATA and the word of --hash.  */
static gpg_error_t
read_digest (struct call *call, const struct key_slot *slot, enum slot_use use,
             struct span indata, const char *hash, struct digest *r_digest)
{
  enum hash_id hint = HASH_NONE;

  if (hash && !hash_find (hash, &hint))
    return because (call, GPG_ERR_DIGEST_ALGO,
                    "--hash=%.20s is not a hash that can be signed", hash);
  if (use == USE_AUTH && slot->key.spec->kind == KEY_EDDSA)
    return digest_parse_message (call, indata, r_digest);
  return digest_parse (call, indata, hint, r_digest);
}

/* The service's answer for DIGEST, checked for identity.  */
static gpg_error_t
ask_service (struct call *call, const struct key_slot *slot,
             const struct digest *digest, struct kms_signature *r_signature)
{
  const struct keyspec *spec = slot->key.spec;
  struct kms_sign_request request = {
    .algorithm = spec->sign_algorithm[digest->hash],
    .message = digest->value,
    .raw = spec->kind == KEY_EDDSA,
  };
  gpg_error_t err;

  if (spec->digest_size && request.message.n > spec->digest_size)
    request.message.n = spec->digest_size;
  err = kms_sign (slot->backend, call, slot->key_id, &request, r_signature);
  return err ? err : policy_check_identity (call, slot, &r_signature->key_id);
}

/* Shape the answer and prove it with our own public key: neither gpg-agent
 * nor gpg look at an ECC signature again (GnuPG agent/pksign.c).  */
static gpg_error_t
shape_and_prove (struct call *call, const struct key_slot *slot,
                 const struct digest *digest,
                 const struct kms_signature *signature, struct bytes *r_sig)
{
  const struct keyspec *spec = slot->key.spec;
  gpg_error_t err;

  err = shapes[spec->kind](spec, bytes_span (&signature->value), r_sig);
  if (err)
    return because_err (call, err, "%s: the answer is no %s signature",
                        kms_label (slot->uri), spec->algo);
  err = pubkey_verify (&slot->key, digest, bytes_span (r_sig));
  if (err)
    return because_err (call, err,
                        "%s: the signature does not verify with the pinned "
                        "key; withheld",
                        kms_label (slot->uri));
  return 0;
}

static void
count_signature (struct key_slot *slot)
{
  pthread_mutex_lock (&slot->card->set->lock);
  slot->signatures++;
  pthread_mutex_unlock (&slot->card->set->lock);
}

gpg_error_t
card_sign (struct call *call, struct key_slot *slot, enum slot_use use,
           struct span indata, const char *hash, struct bytes *r_signature)
{
  struct kms_signature signature = { 0 };
  struct bytes shaped = { 0 };
  struct digest digest;
  gpg_error_t err;

  err = slot_load (slot, call);
  if (!err)
    err = read_digest (call, slot, use, indata, hash, &digest);
  if (!err)
    err = policy_check (call, slot, use, &digest);
  if (!err)
    err = ask_service (call, slot, &digest, &signature);
  if (!err)
    err = shape_and_prove (call, slot, &digest, &signature, &shaped);
  if (!err)
    {
      bytes_move (r_signature, &shaped);
      count_signature (slot);
      log_note (call, "%s: signed, KMS request %s", slot->uri,
                signature.request_id.n ? bytes_text (&signature.request_id)
                                       : "-");
    }
  kms_signature_drop (&signature);
  bytes_drop (&shaped);
  return err;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a peer's point to the shared one.  */

#include "config.h"

#include "base/der.h"
#include "base/log.h"
#include "card/policy.h"
#include "card/slot.h"
#include "kms/kms.h"

/* An uncompressed point, SEC 1 section 2.3.3.  */
#define UNCOMPRESSED 0x04

/* POINT as the SubjectPublicKeyInfo that the service wants.  */
static gpg_error_t
make_peer (const struct keyspec *spec, struct span point, struct bytes *r_spki)
{
  struct bytes body = { 0 };
  gpg_error_t err;

  bytes_add_span (&body, spec->spki_head);
  der_add_bits (&body, point);
  err = bytes_error (&body);
  if (!err)
    {
      der_add (r_spki, DER_SEQUENCE, bytes_span (&body));
      err = bytes_error (r_spki);
    }
  bytes_drop (&body);
  return err;
}

static gpg_error_t
check_point (struct call *call, const struct key_slot *slot, struct span point)
{
  const struct keyspec *spec = slot->key.spec;

  if (!(slot->use & USE_DECRYPT))
    return because (call, GPG_ERR_WRONG_KEY_USAGE,
                    "%s: not a key to decrypt with", kms_label (slot->uri));
  if (point.n != 1 + 2 * keyspec_field_size (spec)
      || point.p[0] != UNCOMPRESSED)
    return because (call, GPG_ERR_INV_VALUE,
                    "%s: %zu bytes that are no point of %s",
                    kms_label (slot->uri), point.n, spec->algo);
  return 0;
}

/* The answer's X coordinate as a point.  */
static gpg_error_t
shape_point (struct call *call, const struct key_slot *slot,
             const struct kms_secret *secret, struct bytes *r_point)
{
  size_t width = keyspec_field_size (slot->key.spec);

  if (secret->value.n != width)
    return because (call, GPG_ERR_INV_RESPONSE,
                    "%s: a shared secret of %zu bytes instead of %zu",
                    kms_label (slot->uri), secret->value.n, width);
  bytes_add_byte (r_point, UNCOMPRESSED);
  bytes_add_span (r_point, bytes_span (&secret->value));
  bytes_extend (r_point, width);
  return bytes_error (r_point);
}

gpg_error_t
card_decrypt (struct call *call, struct key_slot *slot, struct span indata,
              struct bytes *r_point)
{
  struct kms_secret secret;
  struct bytes peer = { 0 };
  gpg_error_t err;

  kms_secret_init (&secret);
  err = slot_load (slot, call);
  if (!err)
    err = check_point (call, slot, indata);
  if (!err)
    err = make_peer (slot->key.spec, indata, &peer);
  if (!err)
    err = kms_agree (slot->backend, call, slot->key_id, bytes_span (&peer),
                     &secret);
  if (!err)
    err = policy_check_identity (call, slot, &secret.key_id);
  if (!err)
    err = shape_point (call, slot, &secret, r_point);
  if (!err)
    log_note (call, "%s: decrypted, KMS request %s", slot->uri,
              secret.request_id.n ? bytes_text (&secret.request_id) : "-");
  kms_secret_drop (&secret);
  bytes_drop (&peer);
  return err;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * The KMS operation DeriveSharedSecret.  */

#include "config.h"

#include "tests/emulator/kms.h"

#include "base/der.h"
#include "base/text.h"

#include <string.h>

#define MAX_PEER_KEY 8192

bool
kms_check_derive (struct kms_call *call)
{
  const char *algorithm, *text;
  struct bytes peer = { 0 };
  bool flag;

  if (!kms_take_string (call, "KeyAgreementAlgorithm", &algorithm)
      || !kms_take_string (call, "PublicKey", &text)
      || !kms_take_flag (call, "DryRun", &flag))
    return false;
  if (!algorithm)
    kms_violation (call, "Value null at 'keyAgreementAlgorithm' failed to"
                         " satisfy constraint: Member must not be null");
  else if (strcmp (algorithm, "ECDH"))
    kms_violation (call,
                   "Value '%s' at 'keyAgreementAlgorithm' failed to satisfy"
                   " constraint: Member must satisfy enum value set: [ECDH]",
                   algorithm);
  if (!text)
    kms_violation (call, "Value null at 'publicKey' failed to satisfy"
                         " constraint: Member must not be null");
  else if (text_unbase64 (&peer, span_text (text)))
    {
      kms_refuse (call, 400, "SerializationException",
                  "The value of 'PublicKey' is not base64");
      return false;
    }
  else if (!peer.n || peer.n > MAX_PEER_KEY)
    kms_violation (call,
                   "Value at 'publicKey' failed to satisfy constraint:"
                   " Member must have length from 1 to %d",
                   MAX_PEER_KEY);
  bytes_drop (&peer);
  return true;
}

/* The point in SPKI, which must be of the key's own curve.  */
static bool
take_point (const struct key_spec *spec, struct span spki,
            struct span *r_point)
{
  size_t width = (spec->bits + 7) / 8;
  struct bytes head = { 0 };
  struct span body = { NULL, 0 };
  bool good;

  good = !text_unhex (&head, span_text (spec->algorithm))
         && !der_take (&spki, DER_SEQUENCE, &body) && !der_end (spki)
         && body.n > head.n && !memcmp (body.p, head.p, head.n);
  if (good)
    {
      body = span_of (body.p + head.n, body.n - head.n);
      good = !der_take_bits (&body, r_point) && !der_end (body)
             && r_point->n == 1 + 2 * width && r_point->p[0] == 0x04;
    }
  bytes_drop (&head);
  return good;
}

/* The X coordinate of SECRET's scalar times POINT.  BAD_PUBKEY: the point
 * is not on the curve.  */
static gpg_error_t
multiply (gcry_sexp_t secret, struct span point, size_t width,
          struct bytes *r_x)
{
  gcry_sexp_t data = NULL;
  gcry_sexp_t plain = NULL;
  const char *p = NULL;
  size_t n = 0;
  gpg_error_t err;

  err = gcry_sexp_build (&data, NULL, "(enc-val(ecdh(e %b)))", (int)point.n,
                         point.p);
  if (!err && gcry_pk_decrypt (&plain, data, secret))
    err = gpg_error (GPG_ERR_BAD_PUBKEY);
  if (!err)
    p = gcry_sexp_nth_data (plain, 1, &n);
  if (!err && (!p || n != 1 + 2 * width))
    err = gpg_error (GPG_ERR_INTERNAL);
  if (!err)
    {
      bytes_add (r_x, p + 1, width);
      err = bytes_error (r_x);
    }
  gcry_sexp_release (data);
  gcry_sexp_release (plain);
  return err;
}

static void
send_secret (struct kms_call *call, struct bytes *secret)
{
  struct bytes body = { 0 };

  if (call->spoil_signature)
    bytes_cut (secret, secret->n - 1);
  json_open (&body);
  json_add_string (&body, "KeyId", call->named->arn);
  if (!call->omit_signature)
    json_add_base64 (&body, "SharedSecret", bytes_span (secret));
  json_add_string (&body, "KeyAgreementAlgorithm",
                   call->misname_algorithm ? "ECMQV" : "ECDH");
  json_add_string (&body, "KeyOrigin", "AWS_KMS");
  json_close (&body);
  kms_send (call, &body);
  bytes_drop (&body);
}

void
kms_derive_shared_secret (struct kms_call *call)
{
  const struct key_spec *spec = call->key->spec;
  struct bytes peer = { 0 };
  struct bytes secret = { 0 };
  struct span point;
  bool dry = false;
  gpg_error_t err;

  if (!kms_check_state (call, false))
    return;
  if (strcmp (call->key->usage, "KEY_AGREEMENT"))
    {
      kms_refuse (call, 400, "InvalidKeyUsageException",
                  "%s key usage is %s which is not valid for "
                  "DeriveSharedSecret.",
                  call->key->arn, call->key->usage);
      return;
    }
  json_flag (call->doc, "DryRun", &dry);
  err = json_base64 (call->doc, "PublicKey", &peer);
  if (!err)
    err = key_ready (&call->emu->keys, call->signer);
  if (!err && !take_point (spec, bytes_span (&peer), &point))
    err = gpg_error (GPG_ERR_BAD_PUBKEY);
  if (!err)
    err
      = multiply (call->signer->secret, point, (spec->bits + 7) / 8, &secret);
  /* The real service has no words for it.  */
  if (gpg_err_code (err) == GPG_ERR_BAD_PUBKEY)
    kms_refuse_text (call, 400, "ValidationException", "");
  else if (err)
    kms_refuse_text (call, 500, "InternalFailure", gpg_strerror (err));
  else if (dry)
    kms_refuse_dry_run (call);
  else
    send_secret (call, &secret);
  bytes_drop (&peer);
  bytes_drop (&secret);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * The key management service behind a key: one interface, many backends.  */

#include "config.h"

#include "kms/kms.h"

#include <string.h>

void
kms_key_drop (struct kms_key *key)
{
  bytes_drop (&key->id);
  bytes_drop (&key->spec);
  bytes_drop (&key->state);
  bytes_drop (&key->spki);
  memset (key, 0, sizeof *key);
}

void
kms_signature_drop (struct kms_signature *signature)
{
  bytes_drop (&signature->value);
  bytes_drop (&signature->key_id);
  bytes_drop (&signature->request_id);
}

const char *
kms_label (const char *key_id)
{
  const char *arn = strstr (key_id, "arn:");
  const char *colon = arn ? strrchr (arn, ':') : NULL;

  return colon && colon[1] ? colon + 1 : key_id;
}

void
kms_secret_init (struct kms_secret *secret)
{
  memset (secret, 0, sizeof *secret);
  secret->value.secret = true;
}

void
kms_secret_drop (struct kms_secret *secret)
{
  bytes_drop (&secret->value);
  bytes_drop (&secret->key_id);
  bytes_drop (&secret->request_id);
}

static gpg_error_t
cannot (struct kms_backend *backend, struct call *call, const char *key_id,
        const char *what)
{
  return because (call, GPG_ERR_NOT_SUPPORTED, "%s: %s cannot %s",
                  kms_label (key_id), backend ? backend->ops->name : "nothing",
                  what);
}

/* An answer that lacks what was asked for, or holds what has no place in a
 * line of the pin file.  */
static gpg_error_t
check_word (struct call *call, const char *key_id, const struct bytes *word,
            const char *name)
{
  gpg_error_t err = bytes_error (word);
  const char *s = bytes_text (word);

  if (err)
    return err;
  if (!word->n || bytes_has_nul (word) || s[strcspn (s, " \t\r\n")])
    return because (call, GPG_ERR_INV_RESPONSE, "%s: answer without a %s",
                    kms_label (key_id), name);
  return 0;
}

gpg_error_t
kms_describe (struct kms_backend *backend, struct call *call,
              const char *key_id, struct kms_key *r_key)
{
  gpg_error_t err;

  if (!backend || !backend->ops->describe)
    return cannot (backend, call, key_id, "describe a key");
  err = backend->ops->describe (backend, call, key_id, r_key);
  return err ? err : check_word (call, key_id, &r_key->id, "key id");
}

gpg_error_t
kms_get_public_key (struct kms_backend *backend, struct call *call,
                    const char *key_id, struct kms_key *r_key)
{
  gpg_error_t err;

  if (!backend || !backend->ops->get_public_key)
    return cannot (backend, call, key_id, "give a public key");
  err = backend->ops->get_public_key (backend, call, key_id, r_key);
  if (!err)
    err = check_word (call, key_id, &r_key->id, "key id");
  if (!err)
    err = check_word (call, key_id, &r_key->spec, "key spec");
  if (!err)
    err = bytes_error (&r_key->spki);
  if (!err && !r_key->spki.n)
    err = because (call, GPG_ERR_INV_RESPONSE, "%s: answer without a key",
                   kms_label (key_id));
  return err;
}

gpg_error_t
kms_sign (struct kms_backend *backend, struct call *call, const char *key_id,
          const struct kms_sign_request *request,
          struct kms_signature *r_signature)
{
  gpg_error_t err;

  if (!backend || !backend->ops->sign)
    return cannot (backend, call, key_id, "sign");
  err = backend->ops->sign (backend, call, key_id, request, r_signature);
  if (!err)
    err = check_word (call, key_id, &r_signature->key_id, "key id");
  if (!err)
    err = bytes_error (&r_signature->value);
  if (!err && !r_signature->value.n)
    err = because (call, GPG_ERR_INV_RESPONSE,
                   "%s: answer without a signature", kms_label (key_id));
  return err;
}

gpg_error_t
kms_agree (struct kms_backend *backend, struct call *call, const char *key_id,
           struct span peer, struct kms_secret *r_secret)
{
  gpg_error_t err;

  if (!backend || !backend->ops->agree)
    return cannot (backend, call, key_id, "decrypt");
  err = backend->ops->agree (backend, call, key_id, peer, r_secret);
  if (!err)
    err = check_word (call, key_id, &r_secret->key_id, "key id");
  if (!err)
    err = bytes_error (&r_secret->value);
  if (!err && !r_secret->value.n)
    err = because (call, GPG_ERR_INV_RESPONSE, "%s: answer without a secret",
                   kms_label (key_id));
  return err;
}

void
kms_free (struct kms_backend *backend)
{
  if (backend)
    backend->ops->free (backend);
}

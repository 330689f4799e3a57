/* SPDX-License-Identifier: GPL-3.0-or-later
 * The key management service behind a key: one interface, many backends.  */

#ifndef KMS_KMS_H
#define KMS_KMS_H

#include "base/bytes.h"

enum kms_usage
{
  KMS_USAGE_UNKNOWN,
  KMS_USAGE_SIGN,
  KMS_USAGE_DECRYPT,
  KMS_USAGE_AGREE
};

/* What the service says about a key.  Drop with kms_key_drop.  */
struct kms_key
{
  struct bytes id;    /* The name that never changes: an ARN, a path.  */
  struct bytes spec;  /* "RSA_4096": a row of card/keyspec.  */
  struct bytes state; /* "Enabled" or the service's word.  */
  struct bytes spki;  /* DER SubjectPublicKeyInfo.  */
  enum kms_usage usage;
  int64_t created; /* Seconds since 1970; 0 = unknown.  */
};

/* What to sign.  MESSAGE is the digest, or with RAW the message itself
 * (EdDSA, whose message OpenPGP makes of a digest).  */
struct kms_sign_request
{
  const char *algorithm; /* "RSASSA_PKCS1_V1_5_SHA_256" */
  struct span message;
  bool raw;
};

/* What came back.  Drop with kms_signature_drop.  */
struct kms_signature
{
  struct bytes value;      /* As the service gives it.  */
  struct bytes key_id;     /* The key that signed, as in struct kms_key.  */
  struct bytes request_id; /* To be found in the service's own log.  */
};

/* A shared secret.  Between kms_secret_init and kms_secret_drop.  */
struct kms_secret
{
  struct bytes value;  /* secret: the X coordinate, as wide as the field.  */
  struct bytes key_id; /* As in struct kms_signature.  */
  struct bytes request_id;
};

/* Opaque but for its operations.  */
struct kms_backend
{
  const struct kms_ops *ops;
};

/* A backend's functions.  KEY_ID is what the user configured, after the
 * scheme.  NULL means "cannot"; kms.c answers NOT_SUPPORTED then.  */
struct kms_ops
{
  const char *name;   /* "awskms" */
  const char *holder; /* For people, as OpenPGP cards have it: "KMS<<AWS".  */
  /* All of the key but the public part.  */
  gpg_error_t (*describe) (struct kms_backend *, struct call *,
                           const char *key_id, struct kms_key *);
  /* Id, spec, usage and SPKI.  */
  gpg_error_t (*get_public_key) (struct kms_backend *, struct call *,
                                 const char *key_id, struct kms_key *);
  gpg_error_t (*sign) (struct kms_backend *, struct call *, const char *key_id,
                       const struct kms_sign_request *,
                       struct kms_signature *);
  /* ECDH with the peer's public key, a DER SubjectPublicKeyInfo.  NULL:
   * cannot.  */
  gpg_error_t (*agree) (struct kms_backend *, struct call *,
                        const char *key_id, struct span peer,
                        struct kms_secret *);
  void (*free) (struct kms_backend *);
};

/* The calls the study makes.  Each fails with a reason in CALL; results
 * are to be dropped in every case.  An answer without what was asked for
 * is INV_RESPONSE.  */
gpg_error_t kms_describe (struct kms_backend *, struct call *,
                          const char *key_id, struct kms_key *r_key);
gpg_error_t kms_get_public_key (struct kms_backend *, struct call *,
                                const char *key_id, struct kms_key *r_key);
gpg_error_t kms_sign (struct kms_backend *, struct call *, const char *key_id,
                      const struct kms_sign_request *request,
                      struct kms_signature *r_signature);
gpg_error_t kms_agree (struct kms_backend *, struct call *, const char *key_id,
                       struct span peer, struct kms_secret *r_secret);
void kms_free (struct kms_backend *);

/* KEY_ID, or a URI, short enough to leave room in a reason: of an ARN the
 * resource alone.  Borrowed from it.  */
const char *kms_label (const char *key_id);

void kms_key_drop (struct kms_key *key);
void kms_signature_drop (struct kms_signature *signature);
void kms_secret_init (struct kms_secret *secret);
void kms_secret_drop (struct kms_secret *secret);

#endif /* KMS_KMS_H */

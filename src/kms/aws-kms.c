/* SPDX-License-Identifier: GPL-3.0-or-later
 * AWS KMS as a backend: what each operation asks and answers.  */

#include "config.h"

#include "kms/aws-kms.h"

#include "base/json.h"
#include "base/text.h"
#include "kms/aws-post.h"
#include "net/retry.h"

#include <stdlib.h>
#include <string.h>

/* A call for a request that names a key and nothing else.  */
static gpg_error_t
post_key_id (struct aws_kms *self, struct call *call, const char *name,
             const char *key_id, struct json **r_doc)
{
  struct aws_kms_call what = { .name = name, .key_id = key_id };
  struct bytes request_id = { 0 };
  struct bytes body = { 0 };
  gpg_error_t err;

  json_open (&body);
  json_add_string (&body, "KeyId", key_id);
  json_close (&body);
  err = bytes_error (&body);
  what.body = bytes_span (&body);
  if (!err)
    err = aws_kms_post (self, call, &what, r_doc, &request_id);
  bytes_drop (&body);
  bytes_drop (&request_id);
  return err;
}

static void
add_member (struct bytes *out, const struct json *obj, const char *name)
{
  const char *s = json_string (obj, name);

  if (s)
    bytes_add_str (out, s);
}

static enum kms_usage
usage_of (const struct json *obj)
{
  static const struct
  {
    const char *name;
    enum kms_usage usage;
  } usages[] = {
    { "SIGN_VERIFY", KMS_USAGE_SIGN },
    { "ENCRYPT_DECRYPT", KMS_USAGE_DECRYPT },
    { "KEY_AGREEMENT", KMS_USAGE_AGREE },
  };
  const char *name = json_string (obj, "KeyUsage");
  size_t i;

  for (i = 0; name && i < DIM (usages); i++)
    if (!strcmp (name, usages[i].name))
      return usages[i].usage;
  return KMS_USAGE_UNKNOWN;
}

static gpg_error_t
aws_describe (struct kms_backend *backend, struct call *call,
              const char *key_id, struct kms_key *r_key)
{
  struct json *doc = NULL;
  const struct json *meta;
  double created;
  gpg_error_t err;

  err = post_key_id ((struct aws_kms *)backend, call, "DescribeKey", key_id,
                     &doc);
  if (err)
    return err;
  meta = json_member (doc, "KeyMetadata");
  add_member (&r_key->id, meta, "Arn");
  add_member (&r_key->spec, meta, "KeySpec");
  add_member (&r_key->state, meta, "KeyState");
  r_key->usage = usage_of (meta);
  if (json_number (meta, "CreationDate", &created) && created >= 1
      && created < 4294967296.0)
    r_key->created = (int64_t)created;
  json_free (doc);
  return 0;
}

static gpg_error_t
aws_get_public_key (struct kms_backend *backend, struct call *call,
                    const char *key_id, struct kms_key *r_key)
{
  struct json *doc = NULL;
  gpg_error_t err;

  err = post_key_id ((struct aws_kms *)backend, call, "GetPublicKey", key_id,
                     &doc);
  if (err)
    return err;
  add_member (&r_key->id, doc, "KeyId");
  add_member (&r_key->spec, doc, "KeySpec");
  r_key->usage = usage_of (doc);
  if (json_base64 (doc, "PublicKey", &r_key->spki))
    err = because (call, GPG_ERR_INV_RESPONSE,
                   "%s: kms:GetPublicKey: answer without a key",
                   kms_label (key_id));
  json_free (doc);
  return err;
}

/* The answer echoes the algorithm in member NAME.  */
static gpg_error_t
check_algorithm (struct call *call, const char *key_id, const struct json *doc,
                 const char *name, const char *wanted)
{
  const char *algorithm = json_string (doc, name);

  if (algorithm && !strcmp (algorithm, wanted))
    return 0;
  return because (call, GPG_ERR_INV_RESPONSE, "%s: asked for %s, got %s",
                  kms_label (key_id), wanted,
                  algorithm ? algorithm : "nothing");
}

static void
add_sign_request (struct bytes *body, const char *key_id,
                  const struct kms_sign_request *request)
{
  json_open (body);
  json_add_string (body, "KeyId", key_id);
  json_add_base64 (body, "Message", request->message);
  json_add_string (body, "MessageType", request->raw ? "RAW" : "DIGEST");
  json_add_string (body, "SigningAlgorithm", request->algorithm);
  json_close (body);
}

static gpg_error_t
aws_sign (struct kms_backend *backend, struct call *call, const char *key_id,
          const struct kms_sign_request *request,
          struct kms_signature *r_signature)
{
  struct aws_kms_call what = { .name = "Sign", .key_id = key_id };
  struct bytes body = { 0 };
  struct json *doc = NULL;
  gpg_error_t err;

  add_sign_request (&body, key_id, request);
  err = bytes_error (&body);
  what.body = bytes_span (&body);
  if (!err)
    err = aws_kms_post ((struct aws_kms *)backend, call, &what, &doc,
                        &r_signature->request_id);
  if (err)
    goto leave;
  add_member (&r_signature->key_id, doc, "KeyId");
  if (json_base64 (doc, "Signature", &r_signature->value))
    err = because (call, GPG_ERR_INV_RESPONSE,
                   "%s: kms:Sign: answer without a signature",
                   kms_label (key_id));
  else
    err = check_algorithm (call, key_id, doc, "SigningAlgorithm",
                           request->algorithm);

leave:
  json_free (doc);
  bytes_drop (&body);
  return err;
}

/* The secret leaves json-c's memory for locked memory and is decoded there. */
static gpg_error_t
take_secret (struct call *call, const char *key_id, struct json *doc,
             struct kms_secret *r_secret)
{
  struct bytes text = BYTES_SECRET;
  gpg_error_t err;

  err = json_take_secret (doc, "SharedSecret", &text);
  if (!err)
    err = text_unbase64 (&r_secret->value, bytes_span (&text));
  if (err)
    err = because (call, GPG_ERR_INV_RESPONSE,
                   "%s: kms:DeriveSharedSecret: answer without a secret",
                   kms_label (key_id));
  bytes_drop (&text);
  return err;
}

static gpg_error_t
aws_agree (struct kms_backend *backend, struct call *call, const char *key_id,
           struct span peer, struct kms_secret *r_secret)
{
  struct aws_kms_call what
    = { .name = "DeriveSharedSecret", .key_id = key_id, .secret_reply = true };
  struct bytes body = { 0 };
  struct json *doc = NULL;
  gpg_error_t err;

  json_open (&body);
  json_add_string (&body, "KeyId", key_id);
  json_add_string (&body, "KeyAgreementAlgorithm", "ECDH");
  json_add_base64 (&body, "PublicKey", peer);
  json_close (&body);
  err = bytes_error (&body);
  what.body = bytes_span (&body);
  if (!err)
    err = aws_kms_post ((struct aws_kms *)backend, call, &what, &doc,
                        &r_secret->request_id);
  if (err)
    goto leave;
  add_member (&r_secret->key_id, doc, "KeyId");
  err = take_secret (call, key_id, doc, r_secret);
  if (!err)
    err = check_algorithm (call, key_id, doc, "KeyAgreementAlgorithm", "ECDH");

leave:
  json_free (doc);
  bytes_drop (&body);
  return err;
}

static void
aws_free (struct kms_backend *backend)
{
  struct aws_kms *self = (struct aws_kms *)backend;

  retry_bucket_free (self->bucket);
  free (self->region);
  free (self->endpoint_url);
  free (self->profile);
  free (self);
}

static const struct kms_ops aws_ops = {
  .name = "awskms",
  .holder = "KMS<<AWS",
  .describe = aws_describe,
  .get_public_key = aws_get_public_key,
  .sign = aws_sign,
  .agree = aws_agree,
  .free = aws_free,
};

static bool
copy_text (const char *s, char **r_copy)
{
  *r_copy = s ? strdup (s) : NULL;
  return !s || *r_copy;
}

struct kms_backend *
aws_kms_new (const struct aws_kms_settings *settings)
{
  struct aws_kms *self = calloc (1, sizeof *self);

  if (!self)
    return NULL;
  self->base.ops = &aws_ops;
  self->http = settings->http;
  self->creds = settings->creds;
  self->max_attempts = settings->max_attempts;
  self->bucket = retry_bucket_new ();
  if (!self->bucket || !copy_text (settings->region, &self->region)
      || !copy_text (settings->endpoint_url, &self->endpoint_url)
      || !copy_text (settings->profile, &self->profile))
    {
      aws_free (&self->base);
      return NULL;
    }
  return &self->base;
}

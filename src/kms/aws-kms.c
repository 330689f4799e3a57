/* SPDX-License-Identifier: GPL-3.0-or-later
 * AWS KMS as a backend: Sign, GetPublicKey, DescribeKey.  */

#include "config.h"

#include "kms/aws-kms.h"

#include "base/json.h"
#include "kms/aws-post.h"
#include "net/retry.h"

#include <stdlib.h>
#include <string.h>

/* A call for a request that names a key and nothing else.  */
static gpg_error_t
post_key_id (struct aws_kms *self, struct call *call, const char *name,
             const char *key_id, struct json **r_doc)
{
  struct bytes request_id = { 0 };
  struct bytes body = { 0 };
  gpg_error_t err;

  json_open (&body);
  json_add_string (&body, "KeyId", key_id);
  json_close (&body);
  err = bytes_error (&body);
  if (!err)
    err = aws_kms_post (self, call, name, key_id, bytes_span (&body), r_doc,
                        &request_id);
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
  struct bytes body = { 0 };
  struct json *doc = NULL;
  const char *algorithm;
  gpg_error_t err;

  add_sign_request (&body, key_id, request);
  err = bytes_error (&body);
  if (!err)
    err = aws_kms_post ((struct aws_kms *)backend, call, "Sign", key_id,
                        bytes_span (&body), &doc, &r_signature->request_id);
  if (err)
    goto leave;
  add_member (&r_signature->key_id, doc, "KeyId");
  algorithm = json_string (doc, "SigningAlgorithm");
  if (json_base64 (doc, "Signature", &r_signature->value))
    err = because (call, GPG_ERR_INV_RESPONSE,
                   "%s: kms:Sign: answer without a signature",
                   kms_label (key_id));
  else if (!algorithm || strcmp (algorithm, request->algorithm))
    err = because (call, GPG_ERR_INV_RESPONSE,
                   "%s: kms:Sign: asked for %s, got %s", kms_label (key_id),
                   request->algorithm, algorithm ? algorithm : "nothing");

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
  .describe = aws_describe,
  .get_public_key = aws_get_public_key,
  .sign = aws_sign,
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

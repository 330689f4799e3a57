/* SPDX-License-Identifier: GPL-3.0-or-later
 * Keys of every spec in libgcrypt, and a backend that signs with one of
 * them, counts what it is asked, and misbehaves on request.  */

#ifndef TESTS_FAKE_KMS_H
#define TESTS_FAKE_KMS_H

#include "base/der.h"
#include "base/text.h"
#include "card/keyspec.h"
#include "kms/kms.h"
#include "kms/pkcs8.h"

#include "tests/unit/pem-keys.h"
#include "tests/unit/unit.h"

#include <gcrypt.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static inline void
add_hex (struct bytes *out, const char *hex)
{
  ck_ok (text_unhex (out, span_text (hex)));
}

/* ---- Keys ----  */

struct fake_key
{
  const struct keyspec *spec;
  gcry_sexp_t secret;
  struct bytes spki;
};

static inline void
fake_key_drop (struct fake_key *key)
{
  gcry_sexp_release (key->secret);
  bytes_drop (&key->spki);
  memset (key, 0, sizeof *key);
}

/* SPKI: the AlgorithmIdentifier HEAD and what is in the BIT STRING.  */
static inline void
add_spki (struct bytes *out, struct span head, struct span bits)
{
  struct bytes body = { 0 };

  bytes_add_span (&body, head);
  der_add_bits (&body, bits);
  der_add (out, DER_SEQUENCE, bytes_span (&body));
  ck_ok (bytes_error (out));
  bytes_drop (&body);
}

/* The bytes of member NAME of SEXP.  */
static inline void
add_sexp_member (struct bytes *out, gcry_sexp_t sexp, const char *name)
{
  gcry_sexp_t list = gcry_sexp_find_token (sexp, name, 1);
  size_t n;
  const char *p;

  ck_assert_ptr_nonnull (list);
  p = gcry_sexp_nth_data (list, 1, &n);
  ck_assert_ptr_nonnull (p);
  bytes_add (out, p, n);
  gcry_sexp_release (list);
}

/* RSA: the one key of that size there is, for making one takes long.  */
static inline void
fake_key_take_rsa (struct fake_key *key)
{
  struct pkcs8_key pkcs8 = { 0 };
  size_t i = 0;

  while (strcmp (pem_keys[i].spec, key->spec->name))
    i++;
  ck_ok (pkcs8_from_pem (span_text (pem_keys[i].pem), &pkcs8));
  key->secret = pkcs8.sexp;
  pkcs8.sexp = NULL;
  pkcs8_drop (&pkcs8);
  add_hex (&key->spki, pem_keys[i].spki);
}

static inline void
fake_key_make_ecc (struct fake_key *key)
{
  struct bytes q = { 0 };
  gcry_sexp_t parameters = NULL;
  gcry_sexp_t pair = NULL;
  bool eddsa = key->spec->kind == KEY_EDDSA;

  /* Transient: the strongest randomness is slow, and not needed here.  */
  ck_ok (gcry_sexp_build (
    &parameters, NULL,
    eddsa ? "(genkey(ecc(curve %s)(flags eddsa transient-key)))"
          : "(genkey(ecc(curve %s)(flags transient-key)))",
    key->spec->curve));
  ck_ok (gcry_pk_genkey (&pair, parameters));
  key->secret = gcry_sexp_find_token (pair, "private-key", 0);
  ck_assert_ptr_nonnull (key->secret);
  add_sexp_member (&q, key->secret, "q");
  ck_assert_uint_eq (q.n, eddsa ? 32 : 1 + 2 * keyspec_field_size (key->spec));
  add_spki (&key->spki, key->spec->spki_head, bytes_span (&q));
  bytes_drop (&q);
  gcry_sexp_release (parameters);
  gcry_sexp_release (pair);
}

static inline void
fake_key_make (struct fake_key *key, const char *spec)
{
  memset (key, 0, sizeof *key);
  key->spec = keyspec_find (spec);
  ck_assert_ptr_nonnull (key->spec);
  if (key->spec->kind == KEY_RSA)
    fake_key_take_rsa (key);
  else
    fake_key_make_ecc (key);
}

/* Member NAME of a signature, WIDTH bytes.  */
static inline void
add_half (struct bytes *out, gcry_sexp_t sig, const char *name, size_t width)
{
  struct bytes half = { 0 };
  size_t skip = 0;

  add_sexp_member (&half, sig, name);
  while (half.n - skip > width && !half.p[skip])
    skip++;
  ck_assert_uint_le (half.n - skip, width);
  bytes_extend (out, width - (half.n - skip));
  bytes_add (out, half.p + skip, half.n - skip);
  bytes_drop (&half);
}

/* Sign MESSAGE as it is: for RSA a digest by HASH, for EdDSA a message.
 * The result has the card's shape.  */
static inline void
fake_key_sign (const struct fake_key *key, const char *hash,
               struct span message, struct bytes *r_sig)
{
  size_t width = keyspec_field_size (key->spec);
  gcry_sexp_t data = NULL;
  gcry_sexp_t sig = NULL;
  int n = (int)message.n;

  if (key->spec->kind == KEY_RSA)
    ck_ok (gcry_sexp_build (&data, NULL, "(data(flags pkcs1)(hash %s %b))",
                            hash, n, message.p));
  else
    ck_ok (
      gcry_sexp_build (&data, NULL,
                       key->spec->kind == KEY_ECDSA
                         ? "(data(flags raw)(value %b))"
                         : "(data(flags eddsa)(hash-algo sha512)(value %b))",
                       n, message.p));
  ck_ok (gcry_pk_sign (&sig, data, key->secret));
  if (key->spec->kind == KEY_RSA)
    add_half (r_sig, sig, "s", width);
  else
    {
      add_half (r_sig, sig, "r", width);
      add_half (r_sig, sig, "s", width);
    }
  gcry_sexp_release (data);
  gcry_sexp_release (sig);
}

/* r and s side by side as DER.  */
static inline void
add_der_signature (struct bytes *out, struct span r, struct span s)
{
  struct bytes numbers = { 0 };

  der_add_uint (&numbers, r);
  der_add_uint (&numbers, s);
  der_add (out, DER_SEQUENCE, bytes_span (&numbers));
  bytes_drop (&numbers);
}

/* ---- The backend ----  */

#define FAKE_ARN "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"

/* What misbehaviour there is; all zero is a well-behaved service.  */
struct fake_kms
{
  struct kms_backend base;
  pthread_mutex_t lock; /* Guards the counters and what was asked.  */
  struct fake_key key;
  const char *id;          /* What it calls the key; FAKE_ARN.  */
  const char *describe_id; /* The same, of DescribeKey.  */
  const char *spec;        /* What it says of the key's spec.  */
  enum kms_usage usage;
  int64_t created;
  gpg_err_code_t failure; /* Every call fails with it.  */
  unsigned int delay_ms;  /* Before each answer.  */
  char want_short;        /* 'r' or 's': sign until it has a leading zero.  */
  void (*spoil) (struct kms_signature *signature);
  void (*hook) (void); /* At each call.  */

  unsigned int n_describe;
  unsigned int n_get;
  unsigned int n_sign;
  char key_id[64]; /* What Sign was asked last.  */
  char algorithm[32];
  bool raw;
  struct bytes message;
};

static inline unsigned int
fake_kms_calls (struct fake_kms *fake)
{
  unsigned int n;

  pthread_mutex_lock (&fake->lock);
  n = fake->n_describe + fake->n_get + fake->n_sign;
  pthread_mutex_unlock (&fake->lock);
  return n;
}

/* Count a call and take the time it takes.  */
static inline gpg_error_t
fake_kms_enter (struct fake_kms *fake, struct call *call, unsigned int *count)
{
  pthread_mutex_lock (&fake->lock);
  ++*count;
  pthread_mutex_unlock (&fake->lock);
  if (fake->hook)
    fake->hook ();
  usleep (fake->delay_ms * 1000);
  return fake->failure
           ? because (call, fake->failure, "the fake service is away")
           : 0;
}

static inline gpg_error_t
fake_kms_describe (struct kms_backend *backend, struct call *call,
                   const char *key_id, struct kms_key *r_key)
{
  struct fake_kms *fake = (struct fake_kms *)backend;
  gpg_error_t err = fake_kms_enter (fake, call, &fake->n_describe);

  (void)key_id;
  if (err)
    return err;
  bytes_add_str (&r_key->id, fake->describe_id);
  bytes_add_str (&r_key->spec, fake->spec);
  bytes_add_str (&r_key->state, "Enabled");
  r_key->usage = fake->usage;
  r_key->created = fake->created;
  return 0;
}

static inline gpg_error_t
fake_kms_get_public_key (struct kms_backend *backend, struct call *call,
                         const char *key_id, struct kms_key *r_key)
{
  struct fake_kms *fake = (struct fake_kms *)backend;
  gpg_error_t err = fake_kms_enter (fake, call, &fake->n_get);

  (void)key_id;
  if (err)
    return err;
  bytes_add_str (&r_key->id, fake->id);
  bytes_add_str (&r_key->spec, fake->spec);
  bytes_add_span (&r_key->spki, bytes_span (&fake->key.spki));
  r_key->usage = fake->usage;
  return 0;
}

static inline void
fake_kms_remember (struct fake_kms *fake, const char *key_id,
                   const struct kms_sign_request *request)
{
  pthread_mutex_lock (&fake->lock);
  snprintf (fake->key_id, sizeof fake->key_id, "%s", key_id);
  snprintf (fake->algorithm, sizeof fake->algorithm, "%s", request->algorithm);
  fake->raw = request->raw;
  bytes_clear (&fake->message);
  bytes_add_span (&fake->message, request->message);
  pthread_mutex_unlock (&fake->lock);
}

/* "RSASSA_PKCS1_V1_5_SHA_256" names "sha256".  */
static inline const char *
fake_kms_hash (const char *algorithm)
{
  size_t n = strlen (algorithm);

  return n < 3                                ? ""
         : !strcmp (algorithm + n - 3, "256") ? "sha256"
         : !strcmp (algorithm + n - 3, "384") ? "sha384"
                                              : "sha512";
}

static inline gpg_error_t
fake_kms_sign (struct kms_backend *backend, struct call *call,
               const char *key_id, const struct kms_sign_request *request,
               struct kms_signature *r_signature)
{
  struct fake_kms *fake = (struct fake_kms *)backend;
  size_t width = keyspec_field_size (fake->key.spec);
  struct bytes sig = { 0 };
  gpg_error_t err = fake_kms_enter (fake, call, &fake->n_sign);

  if (err)
    return err;
  fake_kms_remember (fake, key_id, request);
  do
    {
      bytes_clear (&sig);
      fake_key_sign (&fake->key, fake_kms_hash (request->algorithm),
                     request->message, &sig);
    }
  while ((fake->want_short == 'r' && sig.p[0])
         || (fake->want_short == 's' && sig.p[width]));
  if (fake->key.spec->kind == KEY_ECDSA)
    add_der_signature (&r_signature->value, span_of (sig.p, width),
                       span_of (sig.p + width, width));
  else
    bytes_add_span (&r_signature->value, bytes_span (&sig));
  bytes_add_str (&r_signature->key_id, fake->id);
  bytes_add_str (&r_signature->request_id, "request-1");
  if (fake->spoil)
    fake->spoil (r_signature);
  bytes_drop (&sig);
  return 0;
}

static inline void
fake_kms_drop (struct fake_kms *fake)
{
  fake_key_drop (&fake->key);
  bytes_drop (&fake->message);
  pthread_mutex_destroy (&fake->lock);
}

/* A backend with a key of SPEC that may be changed until it is used; it
 * lives where the test puts it.  */
static inline void
fake_kms_init (struct fake_kms *fake, const char *spec)
{
  static const struct kms_ops ops = {
    .name = "fake",
    .holder = "KMS<<Fake",
    .describe = fake_kms_describe,
    .get_public_key = fake_kms_get_public_key,
    .sign = fake_kms_sign,
  };

  memset (fake, 0, sizeof *fake);
  fake->base.ops = &ops;
  pthread_mutex_init (&fake->lock, NULL);
  fake_key_make (&fake->key, spec);
  fake->id = fake->describe_id = FAKE_ARN;
  fake->spec = spec;
  fake->usage = KMS_USAGE_SIGN;
  fake->created = 1700000000;
}

#endif /* TESTS_FAKE_KMS_H */

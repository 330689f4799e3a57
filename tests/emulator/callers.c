/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who may call: one user with a lasting access key, and the sessions that
 * STS has opened.  */

#include "config.h"

#include "tests/emulator/callers.h"

#include "base/text.h"

#include <gcrypt.h>
#include <stdlib.h>
#include <string.h>

struct session
{
  struct session *next;
  struct temporary_credentials creds;
  struct bytes arn;
  struct bytes user_id;
};

void
callers_init (struct callers *callers, const char *access_key,
              const char *secret_key, const char *account)
{
  memset (callers, 0, sizeof *callers);
  callers->access_key = access_key;
  callers->secret_key = secret_key;
  callers->account = account;
  pthread_mutex_init (&callers->lock, NULL);
}

void
temporary_credentials_drop (struct temporary_credentials *creds)
{
  bytes_drop (&creds->access_key);
  bytes_drop (&creds->secret_key);
  bytes_drop (&creds->token);
}

static void
session_free (struct session *session)
{
  temporary_credentials_drop (&session->creds);
  bytes_drop (&session->arn);
  bytes_drop (&session->user_id);
  free (session);
}

void
callers_drop (struct callers *callers)
{
  while (callers->sessions)
    {
      struct session *next = callers->sessions->next;

      session_free (callers->sessions);
      callers->sessions = next;
    }
  pthread_mutex_destroy (&callers->lock);
}

/* N characters of the base32 alphabet that AWS uses for its ids.  */
static void
add_id_text (struct bytes *out, const unsigned char *p, size_t n)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  size_t i;

  for (i = 0; i < n; i++)
    bytes_add_byte (out, (unsigned char)digits[p[i] & 31]);
}

void
callers_add_session_arn (const struct callers *callers, const char *role,
                         const char *session_name, struct bytes *out)
{
  bytes_add_fmt (out, "arn:aws:sts::%s:assumed-role/%s/%s", callers->account,
                 role, session_name);
}

void
callers_add_session_id (const char *role, const char *session_name,
                        struct bytes *out)
{
  unsigned char digest[32];

  gcry_md_hash_buffer (GCRY_MD_SHA256, digest, role, strlen (role));
  bytes_add_str (out, "AROA");
  add_id_text (out, digest, 17);
  bytes_add_fmt (out, ":%s", session_name);
}

static void
draw_credentials (struct temporary_credentials *creds)
{
  struct bytes random = { 0 };

  bytes_add_random (&random, 16 + 30 + 300);
  if (!random.failed)
    {
      bytes_add_str (&creds->access_key, "ASIA");
      add_id_text (&creds->access_key, random.p, 16);
      text_add_base64 (&creds->secret_key, span_of (random.p + 16, 30));
      /* Real tokens have '/', '+' and '=' in them, too.  */
      bytes_add_str (&creds->token, "IQoJb3JpZ2luX2Vj");
      text_add_base64 (&creds->token, span_of (random.p + 46, 300));
      bytes_add_str (&creds->token, "/+==");
    }
  creds->token.failed |= random.failed;
  bytes_drop (&random);
}

static gpg_error_t
credentials_error (const struct temporary_credentials *creds)
{
  gpg_error_t err = bytes_error (&creds->access_key);

  if (!err)
    err = bytes_error (&creds->secret_key);
  return err ? err : bytes_error (&creds->token);
}

static void
copy_credentials (const struct temporary_credentials *from,
                  struct temporary_credentials *to)
{
  bytes_add_span (&to->access_key, bytes_span (&from->access_key));
  bytes_add_span (&to->secret_key, bytes_span (&from->secret_key));
  bytes_add_span (&to->token, bytes_span (&from->token));
  to->expires = from->expires;
}

gpg_error_t
callers_open_session (struct callers *callers, const char *role,
                      const char *session_name, int64_t expires,
                      struct temporary_credentials *r_creds)
{
  struct session *session = calloc (1, sizeof *session);
  gpg_error_t err;

  if (!session)
    return gpg_error (GPG_ERR_ENOMEM);
  draw_credentials (&session->creds);
  session->creds.expires = expires;
  callers_add_session_arn (callers, role, session_name, &session->arn);
  callers_add_session_id (role, session_name, &session->user_id);
  copy_credentials (&session->creds, r_creds);
  err = credentials_error (r_creds);
  if (!err)
    err = bytes_error (&session->arn);
  if (!err)
    err = bytes_error (&session->user_id);
  if (err)
    {
      session_free (session);
      return err;
    }
  pthread_mutex_lock (&callers->lock);
  session->next = callers->sessions;
  callers->sessions = session;
  pthread_mutex_unlock (&callers->lock);
  return 0;
}

/* LOCK is held.  */
static struct session *
find_session (struct callers *callers, struct span access_key)
{
  struct session *session = callers->sessions;

  while (session
         && !span_equal (bytes_span (&session->creds.access_key), access_key))
    session = session->next;
  return session;
}

static bool
find_temporary (struct callers *callers, struct span access_key,
                const char *token, int64_t now, struct caller *r_caller)
{
  struct session *session;
  bool found;

  pthread_mutex_lock (&callers->lock);
  session = find_session (callers, access_key);
  found
    = session && token && !strcmp (bytes_text (&session->creds.token), token);
  if (found)
    {
      bytes_add_span (&r_caller->secret_key,
                      bytes_span (&session->creds.secret_key));
      bytes_add_span (&r_caller->arn, bytes_span (&session->arn));
      bytes_add_span (&r_caller->user_id, bytes_span (&session->user_id));
      r_caller->expired = session->creds.expires <= now;
    }
  pthread_mutex_unlock (&callers->lock);
  return found;
}

bool
callers_find (struct callers *callers, struct span access_key,
              const char *token, int64_t now, struct caller *r_caller)
{
  if (!span_equal (access_key, span_text (callers->access_key)))
    return find_temporary (callers, access_key, token, now, r_caller);
  if (token)
    return false;
  bytes_add_str (&r_caller->secret_key, callers->secret_key);
  bytes_add_fmt (&r_caller->arn, "arn:aws:iam::%s:user/emulator",
                 callers->account);
  bytes_add_str (&r_caller->user_id, "AIDAEMULATOREXAMPLE00");
  return true;
}

void
caller_drop (struct caller *caller)
{
  bytes_drop (&caller->secret_key);
  bytes_drop (&caller->arn);
  bytes_drop (&caller->user_id);
}

void
callers_expire_all (struct callers *callers)
{
  struct session *session;

  pthread_mutex_lock (&callers->lock);
  for (session = callers->sessions; session; session = session->next)
    session->creds.expires = 0;
  pthread_mutex_unlock (&callers->lock);
}

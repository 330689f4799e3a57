/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who may call: one user with a lasting access key, and the sessions that
 * STS has opened.  */

#ifndef EMULATOR_CALLERS_H
#define EMULATOR_CALLERS_H

#include "base/bytes.h"

#include <pthread.h>

struct session;

struct callers
{
  const char *access_key;
  const char *secret_key;
  const char *account;
  pthread_mutex_t lock; /* Guards the list.  */
  struct session *sessions;
};

/* What STS hands out.  */
struct temporary_credentials
{
  struct bytes access_key;
  struct bytes secret_key;
  struct bytes token;
  int64_t expires; /* Seconds since 1970.  */
};

/* Someone who is known; copies, to be dropped.  */
struct caller
{
  struct bytes secret_key;
  struct bytes arn;
  struct bytes user_id;
  bool expired;
};

void callers_init (struct callers *callers, const char *access_key,
                   const char *secret_key, const char *account);
void callers_drop (struct callers *callers);

/* Open a session of ROLE (its bare name).  */
gpg_error_t callers_open_session (struct callers *callers, const char *role,
                                  const char *session_name, int64_t expires,
                                  struct temporary_credentials *r_creds);
void temporary_credentials_drop (struct temporary_credentials *creds);

/* TOKEN is NULL when none was sent.  False: an unknown access key, or a
 * token that does not belong to it.  */
bool callers_find (struct callers *callers, struct span access_key,
                   const char *token, int64_t now, struct caller *r_caller);
void caller_drop (struct caller *caller);

/* End all sessions now.  */
void callers_expire_all (struct callers *callers);

/* ARN and user id of a session, as GetCallerIdentity shows them.  */
void callers_add_session_arn (const struct callers *callers, const char *role,
                              const char *session_name, struct bytes *out);
void callers_add_session_id (const char *role, const char *session_name,
                             struct bytes *out);

#endif /* EMULATOR_CALLERS_H */

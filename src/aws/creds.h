/* SPDX-License-Identifier: GPL-3.0-or-later
 * AWS credentials: the provider interface, the chain, and the cache with
 * one refresh at a time.  */

#ifndef AWS_CREDS_H
#define AWS_CREDS_H

#include "base/bytes.h"

/* Drop with aws_credentials_drop; all zero but for the secret flags.  */
struct aws_credentials
{
  struct bytes access_key_id;
  struct bytes secret_key; /* secret */
  struct bytes token;      /* secret; empty for long-lived keys.  */
  int64_t expires;         /* Seconds since 1970; 0 = never.  */
};

void aws_credentials_init (struct aws_credentials *creds);
void aws_credentials_drop (struct aws_credentials *creds);
gpg_error_t aws_credentials_copy (struct aws_credentials *dst,
                                  const struct aws_credentials *src);

/* Copy texts into CREDS, which is empty; TOKEN may be NULL.  */
gpg_error_t aws_credentials_set (struct aws_credentials *creds,
                                 const char *access_key_id,
                                 const char *secret_key, const char *token);

/* Out of memory, or 0.  */
gpg_error_t aws_credentials_error (const struct aws_credentials *creds);

/* A source.  FETCH gives fresh credentials (into R_CREDS, initialised and
 * empty; the caller drops it in every case) or an error with its reason.
 * NOT_FOUND alone means "not configured here, ask the next": every other
 * error ends the chain, since falling through to another identity is a
 * decision the user did not make.  */
struct creds_provider
{
  const char *name; /* For people: "environment", "profile".  */
  gpg_error_t (*fetch) (struct creds_provider *self, struct call *call,
                        struct aws_credentials *r_creds);
  void (*free) (struct creds_provider *self);
};

/* The ordered providers and what they gave last.  */
struct creds_chain;

/* Takes over the N providers (also when it fails: NULL, out of memory).  */
struct creds_chain *creds_chain_new (struct creds_provider *const *providers,
                                     size_t n);
void creds_chain_free (struct creds_chain *chain);

/* A copy of valid credentials (into R_CREDS, which is initialised), fetched or
 * refreshed first if need be (from five minutes before they expire; while they
 * are still valid a failed refresh only logs).  One refresh at a time; waiters
 * wait no longer than their call's deadline.  NO_AUTH: nothing is configured,
 * and the reason names what was asked.  */
gpg_error_t creds_get (struct creds_chain *chain, struct call *call,
                       struct aws_credentials *r_creds);

/* The service refused USED as expired or unknown: fetch anew at the next
 * creds_get, unless another call has done so already.  This and the next
 * wait for a refresh under way, which has that call's deadline.  */
void creds_reject (struct creds_chain *chain,
                   const struct aws_credentials *used);

/* Name of the provider that gave the present credentials, "" if none.  */
const char *creds_source (struct creds_chain *chain);

#endif /* AWS_CREDS_H */

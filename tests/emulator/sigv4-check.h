/* SPDX-License-Identifier: GPL-3.0-or-later
 * The check of a request's AWS Signature Version 4, written from AWS's
 * description and sharing nothing with the signer it is to judge.  */

#ifndef EMULATOR_SIGV4_CHECK_H
#define EMULATOR_SIGV4_CHECK_H

#include "tests/emulator/emulator.h"

enum auth_fault
{
  AUTH_MISSING,    /* No signature at all.  */
  AUTH_INCOMPLETE, /* Not the shape of one.  */
  AUTH_SIGNATURE,  /* Wrong scope, date, headers or value.  */
  AUTH_UNKNOWN,    /* Nobody with that key and token.  */
  AUTH_EXPIRED,    /* The session is over.  */
  N_AUTH_FAULTS
};

struct auth_dialect
{
  const char *service;             /* In the credential scope.  */
  unsigned int minutes;            /* How wrong a clock may be.  */
  const struct auth_error *errors; /* One for each fault.  */
};

struct auth_error
{
  unsigned int status;
  const char *code;
};

struct auth_refusal
{
  const struct auth_error *error;
  struct bytes message;
};

/* True: the signature is good and R_CALLER says whose it is.  False: the
 * refusal says why not.  Drop both in every case.  */
bool sigv4_check (struct emulator *emu, const struct http_request *request,
                  const struct auth_dialect *dialect, struct caller *r_caller,
                  struct auth_refusal *r_refusal);

/* The two stages between a request and its signature, for their own test.
 * SIGNED_HEADERS is as it stands in the Authorization header.  */
gpg_error_t sigv4_check_canonical (const struct http_request *request,
                                   struct span signed_headers,
                                   struct bytes *r_canonical);
/* SCOPE is "DATE/REGION/SERVICE/aws4_request", TIME as in X-Amz-Date.  */
gpg_error_t sigv4_check_signature (struct span canonical, const char *time,
                                   struct span scope, struct span secret_key,
                                   struct bytes *r_hex);

#endif /* EMULATOR_SIGV4_CHECK_H */

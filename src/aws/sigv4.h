/* SPDX-License-Identifier: GPL-3.0-or-later
 * AWS Signature Version 4 for a request's headers: canonical request,
 * string to sign, signature, each a function of its own.  */

#ifndef AWS_SIGV4_H
#define AWS_SIGV4_H

#include "base/bytes.h"

struct aws_credentials;

#define SIGV4_MAX_HEADERS 32
#define SIGV4_MAX_PAIRS 32

struct sigv4_header
{
  struct span name; /* Any case.  */
  struct span value;
};

/* All borrowed.  HEADERS are exactly the ones to sign, Host and X-Amz-Date
 * among them, in any order, a name perhaps more than once.  */
struct sigv4_request
{
  struct span method;
  struct span path;  /* As sent, before the '?'.  Empty counts as "/".  */
  struct span query; /* As sent, after the '?'; SIGV4_MAX_PAIRS at most.  */
  struct sigv4_header headers[SIGV4_MAX_HEADERS];
  size_t n_headers;
  struct span body;
  bool normalize_path; /* Remove dot segments (every service but S3).  */
  const char *region;
  const char *service;
  int64_t time; /* Seconds since 1970; the same as in X-Amz-Date.  */
};

/* The three stages, each appending to its result.  The only errors are out
 * of memory and TOO_MANY for a longer query.  */
gpg_error_t sigv4_canonical (const struct sigv4_request *request,
                             struct bytes *r_canonical);
gpg_error_t sigv4_string_to_sign (const struct sigv4_request *request,
                                  struct span canonical,
                                  struct bytes *r_string);
/* 64 hex digits.  */
gpg_error_t sigv4_signature (const struct sigv4_request *request,
                             struct span secret_key, struct span string,
                             struct bytes *r_signature);

/* All of it: the value of the Authorization header.  */
gpg_error_t sigv4_authorization (const struct sigv4_request *request,
                                 const struct aws_credentials *creds,
                                 struct bytes *r_value);

#endif /* AWS_SIGV4_H */

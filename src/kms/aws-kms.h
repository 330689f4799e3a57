/* SPDX-License-Identifier: GPL-3.0-or-later
 * AWS KMS as a backend: what each operation asks and answers.  */

#ifndef KMS_AWS_KMS_H
#define KMS_AWS_KMS_H

#include "kms/kms.h"

struct creds_chain;
struct http;

/* All strings are copied, NULL where not configured.  */
struct aws_kms_settings
{
  struct http *http;         /* Borrowed.  */
  struct creds_chain *creds; /* Borrowed.  */
  const char *region;
  const char *endpoint_url;
  const char *profile;
  unsigned int max_attempts;
};

/* One per region, endpoint and identity.  NULL when out of memory.  */
struct kms_backend *aws_kms_new (const struct aws_kms_settings *settings);

#endif /* KMS_AWS_KMS_H */

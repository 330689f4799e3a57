/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where a service is: region, host name, overrides.  */

#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include "base/bytes.h"

struct aws_profile;

struct endpoint
{
  struct bytes url;    /* "https://kms.eu-west-1.amazonaws.com/" */
  struct bytes host;   /* The Host header: no default port.  */
  struct bytes path;   /* "/" or the override's prefix.  */
  struct bytes region; /* To sign for.  */
};

/* SERVICE is "kms" or "sts".  OVERRIDE is a URL from our own configuration
 * or NULL; after it come AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the
 * profile's endpoint_url (PROFILE may be NULL), and the host name built
 * from REGION and its partition.  CONFIGURATION with a reason: an override
 * that is no http(s) URL.  The caller drops the result in every case.  */
gpg_error_t endpoint_resolve (struct call *call, const char *service,
                              const char *region, const char *override_url,
                              const struct aws_profile *profile,
                              struct endpoint *r_endpoint);
void endpoint_drop (struct endpoint *endpoint);

/* The region to use: CONFIGURED (may be NULL), AWS_REGION,
 * AWS_DEFAULT_REGION, the profile's.  CONFIGURATION with a reason when
 * there is none or it is not a region's name: there is no default.  */
gpg_error_t endpoint_region (struct call *call, const char *configured,
                             const struct aws_profile *profile,
                             struct bytes *r_region);

#endif /* AWS_ENDPOINT_H */

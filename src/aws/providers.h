/* SPDX-License-Identifier: GPL-3.0-or-later
 * The credential sources that exist, one constructor each.  */

#ifndef AWS_PROVIDERS_H
#define AWS_PROVIDERS_H

#include "aws/creds.h"

struct http;

/* All constructors give NULL when out of memory.  */

/* AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.  */
struct creds_provider *creds_env_new (void);

/* AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE through STS
 * AssumeRoleWithWebIdentity; REGION_HINT (may be NULL) is used when the
 * environment names none.  HTTP is borrowed.  */
struct creds_provider *creds_web_identity_new (struct http *http,
                                               const char *region_hint);

/* Static keys of PROFILE, or of AWS_PROFILE or default when NULL.  */
struct creds_provider *creds_profile_new (const char *profile);

#endif /* AWS_PROVIDERS_H */

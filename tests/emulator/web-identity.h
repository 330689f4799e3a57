/* SPDX-License-Identifier: GPL-3.0-or-later
 * OpenID Connect tokens, as far as STS looks at them.  */

#ifndef EMULATOR_WEB_IDENTITY_H
#define EMULATOR_WEB_IDENTITY_H

#include "base/bytes.h"

/* The claims that come back in the answer; empty when absent.  */
struct web_identity
{
  struct bytes subject;
  struct bytes audience;
  struct bytes issuer;
};

/* Read TOKEN: three parts of base64url, the first two JSON, with an "exp"
 * that lies ahead of NOW.  The signature is not checked.  On failure
 * *R_CODE is the STS error code and R_MESSAGE its message.  Drop the
 * identity in every case.  */
bool web_identity_read (const char *token, int64_t now,
                        struct web_identity *r_identity, const char **r_code,
                        struct bytes *r_message);
void web_identity_drop (struct web_identity *identity);

#endif /* EMULATOR_WEB_IDENTITY_H */

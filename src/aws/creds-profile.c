/* SPDX-License-Identifier: GPL-3.0-or-later
 * Credentials from a profile of the shared files: static keys.  */

#include "config.h"

#include "aws/providers.h"

#include "aws/environment.h"
#include "aws/profile.h"
#include "base/text.h"

#include <stdlib.h>

struct profile_provider
{
  struct creds_provider provider;
  struct bytes name;    /* The provider's, for people.  */
  struct bytes profile; /* Empty: AWS_PROFILE or default.  */
};

/* Keys that ask for another kind of credentials than ours.  A role is
 * assumed with the static keys beside it: those alone would be another
 * identity than the one the profile means.  */
/* clang-format off */
static const struct foreign
{
  const char *key;
  bool beside_static; /* Refused even beside static keys.  */
} foreign_keys[] = {
  { "role_arn",                true },
  { "source_profile",          false },
  { "credential_source",       false },
  { "web_identity_token_file", false },
  { "sso_session",             false },
  { "sso_start_url",           false },
  { "sso_account_id",          false },
  { "sso_role_name",           false },
  { "login_session",           false },
  { "credential_process",      false },
};
/* clang-format on */

/* The key's value; NULL as well when it is blank.  */
static const char *
get (const struct aws_profile *profile, const char *key)
{
  const char *value = aws_profile_get (profile, key);

  return text_is_blank (value) ? NULL : value;
}

static gpg_error_t
refuse_foreign (struct call *call, const struct aws_profile *profile,
                const char *name, bool have_static)
{
  size_t i;

  for (i = 0; i < DIM (foreign_keys); i++)
    if (get (profile, foreign_keys[i].key)
        && (!have_static || foreign_keys[i].beside_static))
      return because (call, GPG_ERR_NOT_SUPPORTED,
                      "profile '%s': %s is not supported", name,
                      foreign_keys[i].key);
  return 0;
}

static gpg_error_t
take_static (struct call *call, const struct aws_profile *profile,
             const char *name, struct aws_credentials *r_creds)
{
  const char *id = get (profile, "aws_access_key_id");
  const char *secret = get (profile, "aws_secret_access_key");
  const char *token = get (profile, "aws_session_token");
  gpg_error_t err;

  err = refuse_foreign (call, profile, name, id || secret);
  if (err)
    return err;
  if (!id && !secret)
    return gpg_error (GPG_ERR_NOT_FOUND);
  if (!id || !secret)
    return because (call, GPG_ERR_CONFIGURATION, "profile '%s': no %s", name,
                    id ? "aws_secret_access_key" : "aws_access_key_id");
  return aws_credentials_set (r_creds, id, secret, token);
}

/* The files are read anew each time: other programs change them.  */
static gpg_error_t
profile_fetch (struct creds_provider *self, struct call *call,
               struct aws_credentials *r_creds)
{
  struct profile_provider *mine = (struct profile_provider *)self;
  const char *name
    = mine->profile.n ? bytes_text (&mine->profile) : aws_profile_name ();
  bool named = mine->profile.n || aws_env ("AWS_PROFILE");
  const struct aws_profile *profile;
  struct aws_files *files = NULL;
  gpg_error_t err;

  err = aws_files_read (call, &files);
  if (err)
    return err;
  profile = aws_files_profile (files, name);
  if (profile)
    err = take_static (call, profile, name, r_creds);
  else if (named)
    err
      = because (call, GPG_ERR_CONFIGURATION,
                 "profile '%s' is in no AWS config or credentials file", name);
  else
    err = gpg_error (GPG_ERR_NOT_FOUND);
  aws_files_free (files);
  return err;
}

static void
profile_free (struct creds_provider *self)
{
  struct profile_provider *mine = (struct profile_provider *)self;

  bytes_drop (&mine->name);
  bytes_drop (&mine->profile);
  free (mine);
}

struct creds_provider *
creds_profile_new (const char *profile)
{
  struct profile_provider *mine = calloc (1, sizeof *mine);

  if (!mine)
    return NULL;
  if (profile)
    bytes_add_str (&mine->profile, profile);
  bytes_add_fmt (&mine->name, "profile '%s'",
                 profile ? profile : aws_profile_name ());
  if (bytes_error (&mine->profile) || bytes_error (&mine->name))
    {
      profile_free (&mine->provider);
      return NULL;
    }
  mine->provider.name = bytes_text (&mine->name);
  mine->provider.fetch = profile_fetch;
  mine->provider.free = profile_free;
  return &mine->provider;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * The shared config and credentials files: sections and their keys.  */

#ifndef AWS_PROFILE_H
#define AWS_PROFILE_H

#include "base/bytes.h"

/* Either file is refused above this size.  */
#define AWS_FILE_MAX 1048576

/* Both files, merged: the credentials file wins key by key.  */
struct aws_files;

enum aws_file
{
  AWS_FILE_CONFIG,
  AWS_FILE_CREDENTIALS
};

enum aws_section
{
  AWS_SECTION_PROFILE,
  AWS_SECTION_SSO_SESSION,
  AWS_SECTION_SERVICES
};

/* Read the files named by AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE,
 * else ~/.aws/config and ~/.aws/credentials.  A missing file is an empty
 * one; a broken one is CONFIGURATION with file, line and reason.  */
gpg_error_t aws_files_read (struct call *call, struct aws_files **r_files);
void aws_files_free (struct aws_files *files);

/* One of the two texts into FILES, the config first.  NAME is for
 * messages.  Exposed for the tests.  */
gpg_error_t aws_files_new (struct aws_files **r_files);
gpg_error_t aws_files_parse (struct aws_files *files, struct call *call,
                             enum aws_file which, const char *name,
                             struct span text);

/* The profile NAME; NULL when it stands in neither file.  Borrowed.  */
struct aws_profile;
const struct aws_profile *aws_files_profile (const struct aws_files *files,
                                             const char *name);

/* The same for a section of any kind.  */
const struct aws_profile *aws_files_section (const struct aws_files *files,
                                             enum aws_section kind,
                                             const char *name);

/* A key's value (key in lower case), or NULL.  The lines of a value that is
 * continued are joined by line feeds; nested keys begin with one.
 * Borrowed.  PROFILE may be NULL.  */
const char *aws_profile_get (const struct aws_profile *profile,
                             const char *key);

/* AWS_PROFILE or "default".  */
const char *aws_profile_name (void);

#endif /* AWS_PROFILE_H */

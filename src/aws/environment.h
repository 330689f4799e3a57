/* SPDX-License-Identifier: GPL-3.0-or-later
 * The one place that reads AWS_* environment variables.  */

#ifndef AWS_ENVIRONMENT_H
#define AWS_ENVIRONMENT_H

/* The variable's value; NULL if unset, empty or blank (as the SDKs see
 * it).  Nobody calls setenv once threads run.  */
const char *aws_env (const char *name);

#endif /* AWS_ENVIRONMENT_H */

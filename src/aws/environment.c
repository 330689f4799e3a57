/* SPDX-License-Identifier: GPL-3.0-or-later
 * The one place that reads AWS_* environment variables.  */

#include "config.h"

#include "aws/environment.h"

#include "base/text.h"

#include <stdlib.h>

const char *
aws_env (const char *name)
{
  const char *value = getenv (name);

  return text_is_blank (value) ? NULL : value;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * What AWS's error types mean: gpg's code, whether to try again, and what
 * to tell the user.  */

#ifndef KMS_AWS_ERRORS_H
#define KMS_AWS_ERRORS_H

#include "net/retry.h"

struct aws_error_row
{
  const char *type;          /* NULL: the row of last resort.  */
  const char *message_start; /* NULL: any message.  */
  gpg_err_code_t code;
  enum retry_class retry;
  bool refresh; /* Other credentials may help, once.  */
  const char *advice;
};

/* The row for an error TYPE with MESSAGE and HTTP STATUS; never NULL: the
 * last resort says SERVER_FAILED.  */
const struct aws_error_row *aws_error_find (const char *type,
                                            const char *message, int status);

/* For table walks: NULL behind the last one.  */
const struct aws_error_row *aws_error_at (size_t i);

#endif /* KMS_AWS_ERRORS_H */

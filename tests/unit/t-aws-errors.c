/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of AWS's errors: each row, which one wins, and the last
 * resort.  */

#include "config.h"

#include "kms/aws-errors.h"

#include "base/text.h"

#include "tests/unit/aws-kms-cases.h"
#include "tests/unit/unit.h"

START_TEST (test_row)
{
  const struct error_case *want = &error_cases[_i];
  const struct aws_error_row *row
    = aws_error_find (want->type, want->message, 400);

  ck_assert_str_eq (row->type, want->type);
  ck_assert_int_eq (row->code, want->code);
  ck_assert_int_eq (row->retry, want->retry);
  ck_assert_int_eq (row->refresh, want->refresh);
  ck_assert_ptr_eq (aws_error_find (want->type, want->message, 500), row);
}
END_TEST

/* No row hides another, and none has a code that gpg-agent takes for a
 * missing card or the user's will.  */
START_TEST (test_rows)
{
  static const gpg_err_code_t bad[]
    = { GPG_ERR_NO_ERROR,         GPG_ERR_GENERAL,      GPG_ERR_CARD,
        GPG_ERR_CARD_NOT_PRESENT, GPG_ERR_CARD_REMOVED, GPG_ERR_CANCELED,
        GPG_ERR_FULLY_CANCELED,   GPG_ERR_NO_SECKEY };
  const struct aws_error_row *row, *other;
  size_t i, j;

  for (i = 0; (row = aws_error_at (i)); i++)
    {
      ck_assert (*row->type && *row->advice && strlen (row->advice) < 50);
      ck_assert (!row->refresh || row->retry == RETRY_NEVER);
      for (j = 0; j < DIM (bad); j++)
        ck_assert_int_ne (row->code, bad[j]);
      for (j = 0; j < i; j++)
        {
          other = aws_error_at (j);
          ck_assert (strcmp (row->type, other->type)
                     || (other->message_start
                         && (!row->message_start
                             || !text_starts (row->message_start,
                                              other->message_start))));
        }
    }
  ck_assert_uint_eq (i, DIM (error_cases));
  ck_assert_ptr_null (aws_error_at (i + 1));
}
END_TEST

START_TEST (test_row_of_last_resort)
{
  static const char *const types[]
    = { "", "FooException", "Throttl", "accessdeniedexception" };
  size_t i;

  for (i = 0; i < DIM (types); i++)
    {
      ck_assert_ptr_null (aws_error_find (types[i], "", 400)->type);
      ck_assert_int_eq (aws_error_find (types[i], "", 400)->code,
                        GPG_ERR_SERVER_FAILED);
      ck_assert_int_eq (aws_error_find (types[i], "", 400)->retry,
                        RETRY_NEVER);
      ck_assert_int_eq (aws_error_find (types[i], "", 499)->retry,
                        RETRY_NEVER);
      ck_assert_int_eq (aws_error_find (types[i], "", 500)->code,
                        GPG_ERR_SERVER_FAILED);
      ck_assert_int_eq (aws_error_find (types[i], "", 500)->retry,
                        RETRY_TRANSIENT);
    }
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("aws-errors");

  tcase_add_loop_test (cases, test_row, 0, DIM (error_cases));
  tcase_add_test (cases, test_rows);
  tcase_add_test (cases, test_row_of_last_resort);
  return unit_main ("aws-errors", &cases, 1);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * A call: its clock, its deadline, and the reason of its failure.  */

#include "config.h"

#include "base/call.h"

#include "tests/unit/unit.h"

#include <limits.h>

#define WALL 1700000000

static struct test_clock tc;
static struct call call;

/* Every test starts with a call of ten seconds.  */
static void
set_up (void)
{
  test_clock_init (&tc, WALL);
  call_init (&call, &tc.clock, 10000);
}

START_TEST (test_init)
{
  memset (&call, 0xff, sizeof call);
  call_init (&call, &tc.clock, 5000);
  ck_assert_uint_eq (call.session_no, 0);
  ck_assert_uint_eq (call.command_no, 0);
  ck_assert_uint_eq (call.reason_for, 0);
  ck_assert_str_eq (call.reason, "");
  ck_assert_int_eq (call_now (&call), WALL);
  ck_assert_int_eq (call_mono_ms (&call), tc.mono);
  ck_assert_uint_eq (call_remaining_ms (&call), 5000);
}
END_TEST

START_TEST (test_remaining)
{
  tc.mono += 9999;
  ck_assert_uint_eq (call_remaining_ms (&call), 1);
  tc.mono += 1;
  ck_assert_uint_eq (call_remaining_ms (&call), 0);
  tc.mono += 100000;
  ck_assert_uint_eq (call_remaining_ms (&call), 0);
}
END_TEST

/* The deadline is on the other clock: setting the date moves nothing.  */
START_TEST (test_wall_clock_steps)
{
  tc.wall -= 86400000;
  ck_assert_int_eq (call_now (&call), WALL - 86400);
  ck_assert_uint_eq (call_remaining_ms (&call), 10000);
}
END_TEST

START_TEST (test_longest_timeout)
{
  call_renew (&call, UINT_MAX);
  ck_assert_uint_eq (call_remaining_ms (&call), UINT_MAX);
  call_renew (&call, 0);
  ck_assert_uint_eq (call_remaining_ms (&call), 0);
}
END_TEST

START_TEST (test_renew)
{
  call.session_no = 2;
  call.command_no = 7;
  because (&call, GPG_ERR_INV_ID, "no such slot");
  tc.mono += 20000;
  call_renew (&call, 3000);
  ck_assert_uint_eq (call_remaining_ms (&call), 3000);
  ck_assert_uint_eq (call.reason_for, 0);
  ck_assert_str_eq (call.reason, "");
  ck_assert_uint_eq (call.session_no, 2);
  ck_assert_uint_eq (call.command_no, 7);
}
END_TEST

/* Would it sleep, these minutes would run into the test's own limit.  */
START_TEST (test_sleep_refused)
{
  call_renew (&call, 600000);
  ck_assert (!call_sleep_ms (&call, 600000));
  ck_assert (!call_sleep_ms (&call, UINT_MAX));
  tc.mono += 600000;
  ck_assert (!call_sleep_ms (&call, 0));
}
END_TEST

START_TEST (test_sleeps)
{
  int64_t before;

  call_init (&call, &system_clock, 60000);
  before = call_mono_ms (&call);
  ck_assert (call_sleep_ms (&call, 20));
  ck_assert_int_ge (call_mono_ms (&call) - before, 19);
  ck_assert (call_sleep_ms (&call, 0));
}
END_TEST

START_TEST (test_system_clock)
{
  int64_t mono = system_clock.mono_ms (NULL);

  ck_assert_int_gt (system_clock.wall_ms (NULL), INT64_C (1700000000000));
  ck_assert_int_ge (system_clock.mono_ms (NULL), mono);
}
END_TEST

START_TEST (test_because)
{
  gpg_error_t err = because (&call, GPG_ERR_INV_ID, "no slot '%s' on card %d",
                             "OPENPGP.4 %s%n", 3);

  ck_code (err, GPG_ERR_INV_ID);
  ck_assert_int_eq (gpg_err_source (err), GPG_ERR_SOURCE_SCD);
  ck_assert_uint_eq (call.reason_for, err);
  ck_assert_str_eq (call_why (&call, err),
                    "no slot 'OPENPGP.4 %s%n' on card 3");
}
END_TEST

START_TEST (test_because_err_keeps_it)
{
  gpg_error_t err = gpg_err_make (GPG_ERR_SOURCE_GCRYPT, GPG_ERR_BAD_MPI);

  ck_assert_uint_eq (because_err (&call, err, "modulus of %s", "x"), err);
  ck_assert_str_eq (call_why (&call, err), "modulus of x");
}
END_TEST

START_TEST (test_first_reason_wins)
{
  gpg_error_t first = because (&call, GPG_ERR_TIMEOUT, "the first");
  gpg_error_t second = because (&call, GPG_ERR_NETWORK, "the second");

  because_err (&call, first, "the third");
  ck_code (second, GPG_ERR_NETWORK);
  ck_assert_str_eq (call_why (&call, first), "the first");
  ck_assert_str_eq (call_why (&call, second), gpg_strerror (second));
}
END_TEST

/* A retry that went well must not leave the reason of the try before.  */
START_TEST (test_forget)
{
  gpg_error_t err = because (&call, GPG_ERR_TIMEOUT, "the first");

  call_forget (&call);
  ck_assert_str_eq (call_why (&call, err), gpg_strerror (err));
  because (&call, GPG_ERR_TIMEOUT, "the next");
  ck_assert_str_eq (call_why (&call, err), "the next");
}
END_TEST

START_TEST (test_why_of_another_error)
{
  gpg_error_t err = because (&call, GPG_ERR_TIMEOUT, "ours");
  gpg_error_t other = gpg_err_make (GPG_ERR_SOURCE_ASSUAN, GPG_ERR_TIMEOUT);

  ck_assert_str_eq (call_why (&call, other), gpg_strerror (other));
  ck_assert_str_eq (call_why (&call, 0), gpg_strerror (0));
  ck_assert_str_eq (call_why (&call, err), "ours");
}
END_TEST

START_TEST (test_reason_is_cut)
{
  static const struct
  {
    int length;
    size_t kept;
  } rows[] = { { 0, 0 }, { 98, 98 }, { 99, 99 }, { 100, 99 }, { 9999, 99 } };
  char text[10000];
  size_t i;

  memset (text, 'x', sizeof text);
  for (i = 0; i < DIM (rows); i++)
    {
      call_forget (&call);
      because (&call, GPG_ERR_GENERAL, "%.*s", rows[i].length, text);
      ck_assert_uint_eq (strlen (call.reason), rows[i].kept);
    }
}
END_TEST

START_TEST (test_reason_is_clean)
{
  because (&call, GPG_ERR_GENERAL, "a\nERR 0\r\t\033[31mb\177 %s", "\303\244");
  ck_assert_str_eq (call.reason, "a?ERR 0???[31mb? ??");
}
END_TEST

int
main (void)
{
  TCase *times = tcase_create ("clock");
  TCase *reasons = tcase_create ("reason");
  TCase *cases[] = { times, reasons };

  tcase_add_checked_fixture (times, set_up, NULL);
  tcase_add_test (times, test_init);
  tcase_add_test (times, test_remaining);
  tcase_add_test (times, test_wall_clock_steps);
  tcase_add_test (times, test_longest_timeout);
  tcase_add_test (times, test_renew);
  tcase_add_test (times, test_sleep_refused);
  tcase_add_test (times, test_sleeps);
  tcase_add_test (times, test_system_clock);
  tcase_add_checked_fixture (reasons, set_up, NULL);
  tcase_add_test (reasons, test_because);
  tcase_add_test (reasons, test_because_err_keeps_it);
  tcase_add_test (reasons, test_first_reason_wins);
  tcase_add_test (reasons, test_forget);
  tcase_add_test (reasons, test_why_of_another_error);
  tcase_add_test (reasons, test_reason_is_cut);
  tcase_add_test (reasons, test_reason_is_clean);
  return unit_main ("call", cases, DIM (cases));
}

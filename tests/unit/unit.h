/* SPDX-License-Identifier: GPL-3.0-or-later
 * What every unit test needs: Check, a call with a clock that tests move,
 * and the main function.  */

#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include "base/bytes.h"
#include "base/log.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A clock that stands until a test moves it.  */
struct test_clock
{
  struct clock clock;
  int64_t wall;
  int64_t mono;
};

static inline int64_t
test_clock_wall (void *cookie)
{
  return ((struct test_clock *)cookie)->wall;
}

static inline int64_t
test_clock_mono (void *cookie)
{
  return ((struct test_clock *)cookie)->mono;
}

/* WALL in seconds since 1970.  */
static inline void
test_clock_init (struct test_clock *tc, int64_t wall)
{
  tc->clock.wall_ms = test_clock_wall;
  tc->clock.mono_ms = test_clock_mono;
  tc->clock.cookie = tc;
  tc->wall = wall * 1000;
  tc->mono = 1000;
}

#define ck_code(err, code) ck_assert_uint_eq (gpg_err_code (err), code)
#define ck_ok(err) ck_code (err, 0)

/* NAME is the suite's; the test cases are in CASES.  CK_FORK=no is honoured
 * by Check itself.  */
static inline int
unit_main (const char *name, TCase *const *cases, size_t n)
{
  Suite *suite = suite_create (name);
  SRunner *runner;
  int failed;
  size_t i;

  if (bytes_global_init ())
    return 99;
  /* Opens the library's log stream before any thread exists.  */
  log_setup (false, 0);
  for (i = 0; i < n; i++)
    suite_add_tcase (suite, cases[i]);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed ? 1 : 0;
}

#endif /* TESTS_UNIT_H */

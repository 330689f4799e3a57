/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where our daemon rightly answers otherwise than the recorded prototype.  */

#ifndef TESTS_DIFFERENCES_H
#define TESTS_DIFFERENCES_H

#include "base/bytes.h"

enum difference
{
  DIFFERENCE_NONE,
  DIFFERENCE_LINES, /* Some lines are others, or not there.  */
  DIFFERENCE_ANY    /* Any well-formed answer will do.  */
};

/* NAMES are those of the recordings, each with a line feed, RECORDED is the
 * answer to COMMAND in normal form; if it has no end its last line is
 * "(nothing more)".  What our daemon has to answer goes to
 * R_EXPECTED.  */
enum difference differences_apply (const char *names, const char *command,
                                   const char *recorded,
                                   struct bytes *r_expected);

/* Print how often each was met.  */
void differences_print (void);

#endif /* TESTS_DIFFERENCES_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Patterns of transcript lines, and the names that they capture.  */

#ifndef TESTS_PATTERN_H
#define TESTS_PATTERN_H

#include "base/bytes.h"

#define NAMES_MAX 32

struct name
{
  struct bytes name;
  struct bytes value;
};

struct names
{
  struct name name[NAMES_MAX];
  size_t n;
};

/* Does LINE match PATTERN (see play.c)?  New names are kept.  */
bool names_match (struct names *names, const char *pattern, struct span line);

/* Append TEXT with its repetitions and names replaced.  */
void names_expand (struct names *names, const char *text, struct bytes *out);

void names_drop (struct names *names);

#endif /* TESTS_PATTERN_H */

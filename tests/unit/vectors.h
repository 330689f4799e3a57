/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walking the large public test vectors, which are arrays of objects.  */

#ifndef TESTS_UNIT_VECTORS_H
#define TESTS_UNIT_VECTORS_H

#include "base/bytes.h"

/* The next object of the JSON array that *REST looks into; an empty span
 * at its end.  Good for texts whose strings have braces in pairs.  */
static inline struct span
next_object (struct span *rest)
{
  size_t depth = 0;
  size_t start = 0;
  size_t i;

  for (i = 0; i < rest->n; i++)
    if (rest->p[i] == '{' && !depth++)
      start = i;
    else if (rest->p[i] == '}' && !--depth)
      {
        struct span object = span_of (rest->p + start, i + 1 - start);

        *rest = span_of (rest->p + i + 1, rest->n - i - 1);
        return object;
      }
    else if (rest->p[i] == ']' && !depth)
      break;
  return span_of (NULL, 0);
}

#endif /* TESTS_UNIT_VECTORS_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Patterns of transcript lines, and the names that they capture.  */

#include "config.h"

#include "tests/transcripts/pattern.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- Names ----  */

static void
name_drop (struct name *name)
{
  bytes_drop (&name->name);
  bytes_drop (&name->value);
}

static struct name *
find_name (struct names *names, struct span name)
{
  size_t i;

  for (i = 0; i < names->n; i++)
    if (span_equal (bytes_span (&names->name[i].name), name))
      return &names->name[i];
  return NULL;
}

static bool
is_upper_hex (struct span value, size_t n)
{
  static const char digits[] = "0123456789ABCDEF";
  size_t i;

  for (i = 0; i < value.n; i++)
    if (!value.p[i] || !strchr (digits, value.p[i]))
      return false;
  return value.n == n;
}

/* Does VALUE fit what the NAME promises?  */
static bool
fits_name (struct span name, struct span value)
{
  if (name.n >= 4 && !memcmp (name.p, "GRIP", 4))
    return is_upper_hex (value, 40);
  if (name.n >= 2 && !memcmp (name.p, "SN", 2))
    return is_upper_hex (value, 32);
  return value.n > 0;
}

/* The start of LINE is NAME's value: take it off.  */
static bool
match_name (struct names *names, struct span name, struct span *line)
{
  struct name *known = find_name (names, name);
  struct span value = { line->p, 0 };

  if (!known)
    {
      while (value.n < line->n && line->p[value.n] != ' ')
        value.n++;
      if (!fits_name (name, value) || names->n == NAMES_MAX)
        return false;
      known = &names->name[names->n++];
      bytes_add_span (&known->name, name);
      bytes_add_span (&known->value, value);
    }
  value.n = known->value.n;
  if (value.n > line->n || !span_equal (bytes_span (&known->value), value))
    return false;
  *line = span_of (line->p + value.n, line->n - value.n);
  return true;
}

/* ---- Patterns ----  */

/* PATTERN and some end of LINE.  What was captured in vain is forgotten.  */
static bool
match_some_end (struct names *names, const char *pattern, struct span line)
{
  size_t n_names = names->n;
  size_t i;

  for (i = 0; i <= line.n; i++)
    {
      if (names_match (names, pattern, span_of (line.p + i, line.n - i)))
        return true;
      while (names->n > n_names)
        name_drop (&names->name[--names->n]);
    }
  return false;
}

bool
names_match (struct names *names, const char *pattern, struct span line)
{
  const char *end;

  for (; *pattern; pattern++)
    if (*pattern == '*')
      return match_some_end (names, pattern + 1, line);
    else if (*pattern == '{' && (end = strchr (pattern, '}')))
      {
        if (!match_name (names,
                         span_of (pattern + 1, (size_t)(end - pattern - 1)),
                         &line))
          return false;
        pattern = end;
      }
    else if (line.n && line.p[0] == (unsigned char)*pattern)
      line = span_of (line.p + 1, line.n - 1);
    else
      return false;
  return !line.n;
}

/* TEXT is "NAME}" or "NAME:lower}".  False: no such name.  */
static bool
expand_name (struct names *names, const char *text, struct bytes *out)
{
  size_t n = strcspn (text, ":}");
  struct name *known = find_name (names, span_of (text, n));
  size_t i;

  if (!known)
    return false;
  for (i = 0; i < known->value.n; i++)
    bytes_add_byte (out, (unsigned char)(text[n] == ':'
                                           ? tolower (known->value.p[i])
                                           : known->value.p[i]));
  return true;
}

/* TEXT is "TEXT*N}", and END its brace.  False: there is no star.  */
static bool
expand_repetition (const char *text, const char *end, struct bytes *out)
{
  const char *star = memchr (text, '*', (size_t)(end - text));
  int n;

  if (!star)
    return false;
  for (n = atoi (star + 1); n > 0; n--)
    bytes_add (out, text, (size_t)(star - text));
  return true;
}

void
names_expand (struct names *names, const char *text, struct bytes *out)
{
  const char *end;

  for (; *text; text++)
    if (*text == '{' && (end = strchr (text, '}'))
        && (expand_repetition (text + 1, end, out)
            || expand_name (names, text + 1, out)))
      text = end;
    else
      bytes_add_byte (out, (unsigned char)*text);
}

void
names_drop (struct names *names)
{
  while (names->n)
    name_drop (&names->name[--names->n]);
}

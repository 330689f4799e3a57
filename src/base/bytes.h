/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bytes that grow, remember a failure and wipe themselves when secret.  */

#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/call.h"

#include <stdbool.h>
#include <stddef.h>

#define DIM(array) (sizeof (array) / sizeof *(array))

/* A view; owns nothing and is valid as long as what it looks at.  */
struct span
{
  const unsigned char *p;
  size_t n;
};

/* All zero is an empty buffer.  P[N] is always a NUL once anything was
 * added, so that text can be read in place.  After a failed allocation
 * FAILED sticks and nothing more is added: append ten times, ask
 * bytes_error once.  */
struct bytes
{
  unsigned char *p;
  size_t n;
  size_t cap;
  bool secret; /* In locked memory, wiped on drop and on growth.  */
  bool failed;
};

#define BYTES_SECRET                                                          \
  {                                                                           \
    .secret = true                                                            \
  }

/* Initialise libgcrypt with its pool of locked memory.  Call once, before
 * the first thread.  CONFIGURATION: the library is too old.  */
gpg_error_t bytes_global_init (void);

/* Wipe if secret, free, and leave an empty buffer of the same kind.  */
void bytes_drop (struct bytes *b);

/* Forget the content, keep the memory (wiped if secret).  */
void bytes_clear (struct bytes *b);

void bytes_add (struct bytes *b, const void *p, size_t n);
void bytes_add_byte (struct bytes *b, unsigned char c);
void bytes_add_str (struct bytes *b, const char *s);
void bytes_add_span (struct bytes *b, struct span s);
void bytes_add_fmt (struct bytes *b, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

/* N zero bytes at the end, to be written to by the caller; NULL when out
 * of memory.  */
unsigned char *bytes_extend (struct bytes *b, size_t n);

/* Shorten to N bytes; N must not exceed the length.  */
void bytes_cut (struct bytes *b, size_t n);

/* Out of memory, or 0.  */
gpg_error_t bytes_error (const struct bytes *b);

/* What SRC owns moves to DST (which is dropped first); SRC is empty then.  */
void bytes_move (struct bytes *dst, struct bytes *src);

struct span bytes_span (const struct bytes *b);

/* The content as text, "" when there is none.  Borrowed.  */
const char *bytes_text (const struct bytes *b);

/* True if a NUL stands inside the content: no text then.  */
bool bytes_has_nul (const struct bytes *b);

struct span span_of (const void *p, size_t n);
struct span span_text (const char *s);
bool span_equal (struct span a, struct span b);

/* N random bytes of nonce strength.  */
void bytes_add_random (struct bytes *b, size_t n);

#endif /* BASE_BYTES_H */

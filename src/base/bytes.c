/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bytes that grow, remember a failure and wipe themselves when secret.  */

#include "config.h"

#include "base/bytes.h"

#include <gcrypt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for a handful of credentials; the pool grows when it must.  */
#define SECURE_POOL 65536
/* One buffer fits into one piece, so it must hold the largest reply, which
 * doubles as it grows.  */
#define SECURE_GROWTH 262144

gpg_error_t
bytes_global_init (void)
{
  if (!gcry_check_version ("1.10.0"))
    return gpg_error (GPG_ERR_CONFIGURATION);
  /* A container often forbids to lock memory: work all the same.  */
  gcry_control (GCRYCTL_DISABLE_SECMEM_WARN);
  gcry_control (GCRYCTL_INIT_SECMEM, SECURE_POOL, 0);
  gcry_control (GCRYCTL_AUTO_EXPAND_SECMEM, SECURE_GROWTH, 0);
  gcry_control (GCRYCTL_INITIALIZATION_FINISHED, 0);
  return 0;
}

static unsigned char *
get_memory (size_t n, bool secret)
{
  return secret ? gcry_malloc_secure (n) : malloc (n);
}

static void
put_memory (unsigned char *p, size_t n, bool secret)
{
  if (!p)
    return;
  if (secret)
    {
      explicit_bzero (p, n);
      gcry_free (p);
    }
  else
    free (p);
}

/* Make room for N more bytes and the closing NUL.  */
static bool
make_room (struct bytes *b, size_t n)
{
  unsigned char *p;
  size_t cap;

  if (b->failed)
    return false;
  if (b->cap - b->n > n)
    return true;
  cap = b->n + n + 1;
  if (cap <= n)
    {
      b->failed = true;
      return false;
    }
  if (cap < b->cap * 2)
    cap = b->cap * 2;
  else if (cap < 32)
    cap = 32;
  p = get_memory (cap, b->secret);
  if (!p)
    {
      b->failed = true;
      return false;
    }
  if (b->n)
    memcpy (p, b->p, b->n);
  put_memory (b->p, b->cap, b->secret);
  b->p = p;
  b->cap = cap;
  return true;
}

void
bytes_drop (struct bytes *b)
{
  bool secret = b->secret;

  put_memory (b->p, b->cap, secret);
  memset (b, 0, sizeof *b);
  b->secret = secret;
}

void
bytes_clear (struct bytes *b)
{
  if (b->secret && b->p)
    explicit_bzero (b->p, b->cap);
  b->n = 0;
  b->failed = false;
  if (b->p)
    b->p[0] = 0;
}

unsigned char *
bytes_extend (struct bytes *b, size_t n)
{
  unsigned char *p;

  if (!make_room (b, n))
    return NULL;
  p = b->p + b->n;
  memset (p, 0, n + 1);
  b->n += n;
  return p;
}

void
bytes_add (struct bytes *b, const void *p, size_t n)
{
  unsigned char *at = bytes_extend (b, n);

  if (at && n)
    memcpy (at, p, n);
}

void
bytes_add_byte (struct bytes *b, unsigned char c)
{
  bytes_add (b, &c, 1);
}

void
bytes_add_str (struct bytes *b, const char *s)
{
  bytes_add (b, s, strlen (s));
}

void
bytes_add_span (struct bytes *b, struct span s)
{
  bytes_add (b, s.p, s.n);
}

void
bytes_add_fmt (struct bytes *b, const char *format, ...)
{
  va_list args;
  int n;

  va_start (args, format);
  n = vsnprintf (NULL, 0, format, args);
  va_end (args);
  if (n < 0 || !make_room (b, (size_t)n))
    {
      b->failed = true;
      return;
    }
  va_start (args, format);
  vsnprintf ((char *)b->p + b->n, (size_t)n + 1, format, args);
  va_end (args);
  b->n += (size_t)n;
}

void
bytes_cut (struct bytes *b, size_t n)
{
  if (n >= b->n)
    return;
  if (b->secret)
    explicit_bzero (b->p + n, b->n - n);
  b->n = n;
  b->p[n] = 0;
}

gpg_error_t
bytes_error (const struct bytes *b)
{
  return b->failed ? gpg_error (GPG_ERR_ENOMEM) : 0;
}

void
bytes_move (struct bytes *dst, struct bytes *src)
{
  bool secret = src->secret;

  bytes_drop (dst);
  *dst = *src;
  memset (src, 0, sizeof *src);
  src->secret = secret;
}

struct span
bytes_span (const struct bytes *b)
{
  return span_of (b->p, b->n);
}

const char *
bytes_text (const struct bytes *b)
{
  return b->p ? (const char *)b->p : "";
}

bool
bytes_has_nul (const struct bytes *b)
{
  return b->n && memchr (b->p, 0, b->n);
}

struct span
span_of (const void *p, size_t n)
{
  struct span s = { p, n };

  return s;
}

struct span
span_text (const char *s)
{
  return span_of (s, strlen (s));
}

bool
span_equal (struct span a, struct span b)
{
  return a.n == b.n && (!a.n || !memcmp (a.p, b.p, a.n));
}

void
bytes_add_random (struct bytes *b, size_t n)
{
  unsigned char *p = bytes_extend (b, n);

  if (p && n)
    gcry_create_nonce (p, n);
}

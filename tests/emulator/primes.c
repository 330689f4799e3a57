/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stream of bytes that all keys come from, and primes out of it.  */

#include "config.h"

#include "tests/emulator/material.h"

#include <stdlib.h>
#include <string.h>

/* A candidate is looked for among so many odd numbers from a random start
 * on; the mean distance of primes of 2048 bits is 1420.  */
#define WINDOW 32768
#define SMALL_PRIMES_END 65536
#define RSA_EXPONENT 65537

gpg_error_t
stream_open (struct stream *s, const char *seed, const char *purpose,
             const char *name)
{
  static const char domain[] = "kms-emulator 1";
  gpg_error_t err = gcry_md_open (&s->md, GCRY_MD_SHAKE256, 0);

  if (err)
    return err;
  /* With their NULs, so that no two triples run together.  */
  gcry_md_write (s->md, domain, sizeof domain);
  gcry_md_write (s->md, seed, strlen (seed) + 1);
  gcry_md_write (s->md, purpose, strlen (purpose) + 1);
  gcry_md_write (s->md, name, strlen (name) + 1);
  return 0;
}

void
stream_read (struct stream *s, void *p, size_t n)
{
  gcry_md_extract (s->md, GCRY_MD_SHAKE256, p, n);
}

void
stream_close (struct stream *s)
{
  gcry_md_close (s->md);
  s->md = NULL;
}

/* The big-endian number P modulo DIVISOR.  */
static unsigned int
remainder_of (const unsigned char *p, size_t n, unsigned int divisor)
{
  uint64_t rest = 0;
  size_t i;

  for (i = 0; i + 4 <= n; i += 4)
    rest = (rest << 32 | (uint32_t)p[i] << 24 | (uint32_t)p[i + 1] << 16
            | (uint32_t)p[i + 2] << 8 | p[i + 3])
           % divisor;
  return (unsigned int)rest;
}

/* Mark each K for which START + 2K is a multiple of DIVISOR.  */
static void
strike (bool *struck, const unsigned char *start, size_t n,
        unsigned int divisor)
{
  unsigned int rest = remainder_of (start, n, divisor);
  unsigned int gap = rest ? divisor - rest : 0;
  size_t k;

  if (gap % 2)
    gap += divisor;
  for (k = gap / 2; k < WINDOW; k += divisor)
    struck[k] = true;
}

/* Strike out all candidates from START on that have a small factor.  */
static gpg_error_t
sieve (bool *struck, const unsigned char *start, size_t n)
{
  bool *composite = calloc (SMALL_PRIMES_END, sizeof *composite);
  unsigned int i, k;

  if (!composite)
    return gpg_error (GPG_ERR_ENOMEM);
  for (i = 3; i < SMALL_PRIMES_END; i += 2)
    {
      if (composite[i])
        continue;
      for (k = 3 * i; k < SMALL_PRIMES_END; k += 2 * i)
        composite[k] = true;
      strike (struck, start, n, i);
    }
  free (composite);
  return 0;
}

/* Fermat's test.  For a random number of this size a composite that
 * passes it is out of the question (Damgaard, Landrock, Pomerance 1993);
 * gcry_prime_check with its 64 rounds would double the time.  */
static bool
passes (gcry_mpi_t p, unsigned int base)
{
  gcry_mpi_t b = gcry_mpi_set_ui (NULL, base);
  gcry_mpi_t e = gcry_mpi_copy (p);
  bool yes;

  gcry_mpi_sub_ui (e, e, 1);
  gcry_mpi_powm (b, b, e, p);
  yes = !gcry_mpi_cmp_ui (b, 1);
  gcry_mpi_release (b);
  gcry_mpi_release (e);
  return yes;
}

/* True if P is prime and P - 1 has no factor in common with the public
 * exponent (itself a prime).  */
static bool
suits (gcry_mpi_t p)
{
  gcry_mpi_t rest = gcry_mpi_new (0);
  gcry_mpi_t e = gcry_mpi_set_ui (NULL, RSA_EXPONENT);
  bool yes;

  gcry_mpi_mod (rest, p, e);
  yes = gcry_mpi_cmp_ui (rest, 1) && passes (p, 2) && passes (p, 3);
  gcry_mpi_release (rest);
  gcry_mpi_release (e);
  return yes;
}

/* The first prime of the window from START on.  NOT_FOUND: none there.  */
static gpg_error_t
search (const unsigned char *start, size_t n, gcry_mpi_t *r_prime)
{
  bool *struck = calloc (WINDOW, sizeof *struck);
  gcry_mpi_t first = NULL;
  gcry_mpi_t p = gcry_mpi_new (0);
  gpg_error_t err;
  size_t k;

  err = struck ? sieve (struck, start, n) : gpg_error (GPG_ERR_ENOMEM);
  if (!err)
    err = gcry_mpi_scan (&first, GCRYMPI_FMT_USG, start, n, NULL);
  if (err)
    goto leave;
  err = gpg_error (GPG_ERR_NOT_FOUND);
  for (k = 0; err && k < WINDOW; k++)
    {
      if (struck[k])
        continue;
      gcry_mpi_add_ui (p, first, 2 * k);
      if (suits (p))
        err = 0;
    }
  if (!err)
    {
      *r_prime = p;
      p = NULL;
    }

leave:
  free (struck);
  gcry_mpi_release (first);
  gcry_mpi_release (p);
  return err;
}

gpg_error_t
stream_prime (struct stream *s, unsigned int bits, gcry_mpi_t *r_prime)
{
  unsigned char start[256];
  size_t n = bits / 8;
  gpg_error_t err;

  if (n > sizeof start)
    return gpg_error (GPG_ERR_INV_VALUE);
  do
    {
      stream_read (s, start, n);
      /* Two such primes multiply to exactly twice as many bits.  */
      start[0] |= 0xc0;
      start[n - 1] |= 1;
      err = search (start, n, r_prime);
    }
  while (gpg_err_code (err) == GPG_ERR_NOT_FOUND);
  return err;
}

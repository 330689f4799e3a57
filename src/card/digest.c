/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is to be signed: SETDATA's bytes and --hash, parsed strictly.  */

#include "config.h"

#include "card/digest.h"

#include <string.h>

/* clang-format off */

#define PREFIX(literal) literal, sizeof literal - 1

/* RFC 8017 section 9.2, note 1, and GnuPG agent/divert-scd.c.  */
static const struct hash_info hashes[HASH_COUNT] = {
  [HASH_NONE]   = { "none", 0, PREFIX ("") },
  [HASH_MD5]    = { "md5", 16, PREFIX (
    "\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00"
    "\x04\x10") },
  [HASH_RMD160] = { "rmd160", 20, PREFIX (
    "\x30\x21\x30\x09\x06\x05\x2b\x24\x03\x02\x01\x05\x00\x04\x14") },
  [HASH_SHA1]   = { "sha1", 20, PREFIX (
    "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14") },
  [HASH_SHA224] = { "sha224", 28, PREFIX (
    "\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00"
    "\x04\x1c") },
  [HASH_SHA256] = { "sha256", 32, PREFIX (
    "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00"
    "\x04\x20") },
  [HASH_SHA384] = { "sha384", 48, PREFIX (
    "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00"
    "\x04\x30") },
  [HASH_SHA512] = { "sha512", 64, PREFIX (
    "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00"
    "\x04\x40") },
};

/* clang-format on */

/* MD5 and SHA-1 side by side, as TLS before 1.2 signed them.  */
#define TLS_MD5SHA1_LEN 36

const struct hash_info *
hash_info (enum hash_id hash)
{
  return &hashes[hash];
}

bool
hash_find (const char *name, enum hash_id *r_hash)
{
  int i;

  for (i = HASH_NONE + 1; i < HASH_COUNT; i++)
    if (!strcmp (hashes[i].name, name))
      {
        *r_hash = (enum hash_id)i;
        return true;
      }
  return false;
}

static bool
has_prefix (struct span data, enum hash_id hash)
{
  const struct hash_info *info = &hashes[hash];

  return data.n >= info->prefix_len
         && !memcmp (data.p, info->prefix, info->prefix_len);
}

/* The hash whose DigestInfo DATA is, or HASH_NONE.  */
static enum hash_id
digest_info_hash (struct span data)
{
  int i;

  for (i = HASH_NONE + 1; i < HASH_COUNT; i++)
    if (data.n == hashes[i].prefix_len + hashes[i].length
        && has_prefix (data, (enum hash_id)i))
      return (enum hash_id)i;
  return HASH_NONE;
}

gpg_error_t
digest_parse (struct call *call, struct span data, enum hash_id hint,
              struct digest *r_digest)
{
  enum hash_id hash = digest_info_hash (data);
  size_t skip = hashes[hash].prefix_len;

  if (!data.n)
    return because (call, GPG_ERR_NO_DATA, "nothing to sign: no SETDATA");
  if (hash && hint && hash != hint)
    return because (call, GPG_ERR_INV_VALUE,
                    "the data is a %s digest, but --hash says %s",
                    hashes[hash].name, hashes[hint].name);
  if (!hash)
    {
      if (data.n == TLS_MD5SHA1_LEN)
        return because (call, GPG_ERR_UNSUPPORTED_ALGORITHM,
                        "an MD5SHA1 digest of TLS 1.1 cannot be signed");
      if (!hint)
        return because (call, GPG_ERR_INV_LENGTH,
                        "%zu bytes are no DigestInfo and --hash is not given",
                        data.n);
      if (data.n != hashes[hint].length)
        return because (call, GPG_ERR_INV_LENGTH,
                        "%zu bytes are neither a %s digest nor its DigestInfo",
                        data.n, hashes[hint].name);
      hash = hint;
    }
  r_digest->hash = hash;
  r_digest->value = span_of (data.p + skip, data.n - skip);
  return 0;
}

gpg_error_t
digest_parse_message (struct call *call, struct span data,
                      struct digest *r_digest)
{
  size_t skip = hashes[HASH_SHA1].prefix_len;

  if (!has_prefix (data, HASH_SHA1) || data.n == skip)
    return because (call, GPG_ERR_INV_VALUE,
                    "no message behind the prefix of gpg-agent");
  r_digest->hash = HASH_NONE;
  r_digest->value = span_of (data.p + skip, data.n - skip);
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Signatures of the study without keys: the right size, nothing more.  */

#include "config.h"

#include "tests/transcripts/fake-study.h"

#include "base/text.h"
#include "card/keyspec.h"

#include <string.h>
#include <time.h>

/* What HASH and DATA, in upper case hex, may be.  */
/* clang-format off */
static const struct fake_digest
{
  const char *hash;
  const char *prefix;
  size_t size;
} digests[] = {
  { "sha1",   "3021300906052B0E03021A05000414", 20 },
  { "sha256", "3031300D060960864801650304020105000420", 32 },
  { "sha384", "3041300D060960864801650304020205000430", 48 },
  { "sha512", "3051300D060960864801650304020305000440", 64 },
};
/* clang-format on */

/* DATA's row: by its prefix, or by HASH and the length.  */
static const struct fake_digest *
find_digest (struct span data, const char *hash)
{
  const struct fake_digest *found = NULL;
  struct bytes hex = { 0 };
  size_t i;

  text_add_hex_upper (&hex, data);
  for (i = 0; i < DIM (digests); i++)
    if ((text_starts (bytes_text (&hex), digests[i].prefix)
         && data.n == strlen (digests[i].prefix) / 2 + digests[i].size)
        || (hash && !strcmp (hash, digests[i].hash)
            && data.n == digests[i].size))
      found = &digests[i];
  bytes_drop (&hex);
  return found;
}

/* Of the real rules, one of each kind.  What ssh has signed is a message
 * after the prefix of SHA-1.  */
static gpg_error_t
check_data (struct call *call, enum slot_use use, struct span data,
            const char *hash)
{
  const struct fake_digest *digest = find_digest (data, hash);

  if (use == USE_AUTH && data.n > 15)
    return 0;
  if (hash && (strlen (hash) != 6 || !text_starts (hash, "sha")))
    return because (call, GPG_ERR_DIGEST_ALGO, "--hash=%.20s cannot be signed",
                    hash);
  if (digest == digests)
    return because (call, GPG_ERR_DIGEST_ALGO, "SHA-1 cannot be signed");
  if (digest)
    return 0;
  /* Without a reason: whose does the client see?  */
  if (data.n == 1)
    return gpg_error (GPG_ERR_INV_LENGTH);
  return because (call, GPG_ERR_INV_LENGTH, "%zu bytes are no digest", data.n);
}

gpg_error_t
card_decrypt (struct call *call, struct key_slot *slot, struct span indata,
              struct bytes *r_point)
{
  (void)indata;
  (void)r_point;
  return because (call, GPG_ERR_WRONG_KEY_USAGE, "%s may not do that",
                  slot_uri (slot));
}

gpg_error_t
card_sign (struct call *call, struct key_slot *slot, enum slot_use use,
           struct span indata, const char *hash, struct bytes *r_signature)
{
  struct timespec slow = { fake_study.slow_ms / 1000,
                           (long)(fake_study.slow_ms % 1000) * 1000000 };
  size_t i;
  gpg_error_t err;

  if (!(slot_use (slot) & use))
    return because (call, GPG_ERR_WRONG_KEY_USAGE, "%s may not do that",
                    slot_uri (slot));
  err = check_data (call, use, indata, hash);
  if (err)
    return err;
  nanosleep (&slow, NULL);
  for (i = 0; i < slot_spec (slot)->bits / 8; i++)
    bytes_add_byte (r_signature, (unsigned char)i);
  fake_count_signature (slot);
  return bytes_error (r_signature);
}

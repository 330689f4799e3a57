/* SPDX-License-Identifier: GPL-3.0-or-later
 * The value of a `key` option: a URI and name=value words.  */

#include "config.h"

#include "keyline.h"

#include "aws/endpoint.h"
#include "base/text.h"
#include "net/http.h"

#include <ctype.h>
#include <string.h>

#define BLANKS " \t\r\n"
/* AWS API: KeyIdType.  */
#define MAX_KEY_ID 2048
#define MAX_LABEL 64
/* The OpenPGP card specification's limit.  */
#define MAX_URL 254

static gpg_error_t
bad_word (struct call *call, const char *what, const char *word)
{
  return because (call, GPG_ERR_INV_VALUE, "%s: '%.60s'", what, word);
}

void
key_line_drop (struct key_line *line)
{
  bytes_drop (&line->uri);
  bytes_drop (&line->key_id);
  bytes_drop (&line->arn_region);
  bytes_drop (&line->card);
  bytes_drop (&line->region);
  bytes_drop (&line->profile);
  bytes_drop (&line->endpoint);
  bytes_drop (&line->url);
  memset (line, 0, sizeof *line);
}

/* ---- The URI ----  */

/* alias/NAME, an ARN, or a key id, which has neither colon nor slash;
 * nothing but the characters that AWS allows there.  */
static bool
is_key_name (const char *s)
{
  size_t n = strspn (s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789:/_-");

  if (!n || s[n] || n > MAX_KEY_ID)
    return false;
  if (text_starts (s, "alias/"))
    return n > strlen ("alias/");
  return text_starts (s, "arn:") || !strpbrk (s, ":/");
}

/* The fourth field of arn:PARTITION:kms:REGION:ACCOUNT:RESOURCE.  */
static gpg_error_t
take_arn_region (struct call *call, const char *arn, struct key_line *line)
{
  const char *field[6] = { arn };
  const char *name;
  size_t i;

  for (i = 1; i < DIM (field); i++)
    {
      const char *colon = strchr (field[i - 1], ':');

      if (!colon)
        return bad_word (call, "not an ARN of a KMS key or alias", arn);
      field[i] = colon + 1;
    }
  name = strchr (field[5], '/');
  if (!text_starts (field[2], "kms:") || field[4] == field[3] + 1
      || (!text_starts (field[5], "key/") && !text_starts (field[5], "alias/"))
      || !name[1])
    return bad_word (call, "not an ARN of a KMS key or alias", arn);
  bytes_add (&line->arn_region, field[3], (size_t)(field[4] - field[3] - 1));
  return bytes_error (&line->arn_region);
}

static gpg_error_t
take_aws_key (struct call *call, const char *name, struct key_line *line)
{
  if (!is_key_name (name))
    return bad_word (call, "not a KMS key id, alias or ARN", name);
  bytes_add_str (&line->key_id, name);
  return text_starts (name, "arn:") ? take_arn_region (call, name, line)
                                    : bytes_error (&line->key_id);
}

/* The endpoint is one that can be used, whatever the region; WORD is where
 * it stands.  */
static gpg_error_t
check_endpoint (struct call *call, const struct key_line *line,
                const char *word)
{
  struct endpoint endpoint;
  gpg_error_t err = bytes_error (&line->endpoint);

  if (err)
    return err;
  err = endpoint_resolve (call, "kms", "us-east-1",
                          bytes_text (&line->endpoint), NULL, &endpoint);
  endpoint_drop (&endpoint);
  if (gpg_err_code (err) != GPG_ERR_CONFIGURATION)
    return err;
  call_forget (call);
  return bad_word (call, "not a URL or HOST:PORT", word);
}

/* HOST[:PORT]/KEY, behind "awskms://".  An emulator on this machine speaks
 * plain http; everything else TLS.  */
static gpg_error_t
take_aws_uri (struct call *call, const char *rest, struct key_line *line)
{
  size_t host_len
    = *rest == '[' ? strcspn (rest, "]/") + 1 : strcspn (rest, ":/");
  size_t n = strcspn (rest, "/");
  struct bytes host = { 0 };
  gpg_error_t err;

  if (!rest[n])
    return bad_word (call, "no key behind the host name", rest);
  if (n)
    {
      bytes_add (&host, rest, host_len < n ? host_len : n);
      bytes_add_fmt (&line->endpoint, "%s://%.*s",
                     http_host_is_loopback (bytes_text (&host)) ? "http"
                                                                : "https",
                     (int)n, rest);
      err = bytes_error (&host);
      bytes_drop (&host);
      if (!err)
        err = check_endpoint (call, line, rest);
      if (err)
        return err;
    }
  return take_aws_key (call, rest + n + 1, line);
}

static gpg_error_t
take_file_uri (struct call *call, const char *rest, struct key_line *line)
{
  if (rest[0] != '/' || !rest[1])
    return bad_word (call, "not an absolute path", rest);
  line->scheme = SCHEME_FILE;
  bytes_add_str (&line->key_id, rest);
  return bytes_error (&line->key_id);
}

static gpg_error_t
take_uri (struct call *call, const char *uri, struct key_line *line)
{
  /* clang-format off */
  static const struct
  {
    const char *prefix;
    gpg_error_t (*take) (struct call *, const char *, struct key_line *);
  } schemes[] = {
    { "awskms://", take_aws_uri },
    { "file://",   take_file_uri },
  };
  /* clang-format on */
  size_t i;

  bytes_add_str (&line->uri, uri);
  for (i = 0; i < DIM (schemes); i++)
    if (text_starts (uri, schemes[i].prefix))
      return schemes[i].take (call, uri + strlen (schemes[i].prefix), line);
  if (strstr (uri, "://"))
    return bad_word (call, "unknown kind of key", uri);
  return take_aws_key (call, uri, line);
}

/* ---- name=value ----  */

/* Add up the bits of the comma-separated words in TEXT; FIND gives one
 * word's bit, 0 if unknown.  */
static gpg_error_t
read_bits (struct call *call, const char *what, const char *text,
           unsigned int (*find) (const char *word), unsigned int *r_bits)
{
  unsigned int bits = 0;

  for (;;)
    {
      size_t n = strcspn (text, ",");
      char word[16];
      unsigned int bit = 0;

      if (n < sizeof word)
        {
          memcpy (word, text, n);
          word[n] = 0;
          bit = find (word);
        }
      if (!bit)
        return bad_word (call, what, text);
      bits |= bit;
      if (!text[n])
        break;
      text += n + 1;
    }
  *r_bits = bits;
  return 0;
}

static unsigned int
hash_bit (const char *word)
{
  enum hash_id hash;

  return hash_find (word, &hash) ? 1u << hash : 0;
}

gpg_error_t
hash_list_parse (struct call *call, const char *text, unsigned int *r_hashes)
{
  return read_bits (call, "unknown hash in list", text, hash_bit, r_hashes);
}

static gpg_error_t
set_hash (struct call *call, const char *value, struct key_line *line)
{
  return hash_list_parse (call, value, &line->hashes);
}

static unsigned int
use_bit (const char *word)
{
  return !strcmp (word, "sign")      ? USE_SIGN | USE_CERT
         : !strcmp (word, "auth")    ? USE_AUTH
         : !strcmp (word, "decrypt") ? USE_DECRYPT
                                     : 0;
}

static gpg_error_t
set_usage (struct call *call, const char *value, struct key_line *line)
{
  return read_bits (call, "unknown usage in list", value, use_bit, &line->use);
}

static gpg_error_t
set_slot (struct call *call, const char *value, struct key_line *line)
{
  static const char *const names[CARD_SLOTS + 1] = {
    [SLOT_SIGN] = "sign",
    [SLOT_DECRYPT] = "decrypt",
    [SLOT_AUTH] = "auth",
  };
  int i;

  for (i = SLOT_SIGN; i <= CARD_SLOTS; i++)
    if (!strcmp (names[i], value))
      {
        line->slot = (enum slot_no)i;
        return 0;
      }
  return bad_word (call, "slot= is sign, decrypt or auth, not", value);
}

static gpg_error_t
set_created (struct call *call, const char *value, struct key_line *line)
{
  if (text_time (value, &line->created) || line->created <= 0
      || line->created > UINT32_MAX)
    return bad_word (call, "not a time such as 2026-06-02T00:00:00Z", value);
  return 0;
}

static gpg_error_t
set_card (struct call *call, const char *value, struct key_line *line)
{
  if (strlen (value) > MAX_LABEL)
    return bad_word (call, "name of a card too long", value);
  bytes_add_str (&line->card, value);
  return bytes_error (&line->card);
}

static gpg_error_t
set_region (struct call *call, const char *value, struct key_line *line)
{
  (void)call;
  bytes_add_str (&line->region, value);
  return bytes_error (&line->region);
}

static gpg_error_t
set_profile (struct call *call, const char *value, struct key_line *line)
{
  (void)call;
  bytes_add_str (&line->profile, value);
  return bytes_error (&line->profile);
}

static gpg_error_t
set_endpoint (struct call *call, const char *value, struct key_line *line)
{
  bytes_clear (&line->endpoint);
  bytes_add_str (&line->endpoint, value);
  return check_endpoint (call, line, value);
}

static gpg_error_t
set_retired (struct call *call, const char *value, struct key_line *line)
{
  if (strcmp (value, "yes"))
    return bad_word (call, "retired= is yes or not there, not", value);
  line->retired = true;
  return 0;
}

static gpg_error_t
set_url (struct call *call, const char *value, struct key_line *line)
{
  if (!text_starts (value, "https://") || strlen (value) > MAX_URL)
    return bad_word (call, "url= is not an https URL", value);
  bytes_add_str (&line->url, value);
  return bytes_error (&line->url);
}

static gpg_error_t
set_fingerprint (struct call *call, const char *value, struct key_line *line)
{
  size_t i;

  if (strlen (value) != FINGERPRINT_SIZE - 1
      || !text_is_hex (value, FINGERPRINT_SIZE - 1))
    return bad_word (call, "fpr= is not 40 hex digits", value);
  for (i = 0; i < FINGERPRINT_SIZE; i++)
    line->fingerprint[i] = (char)toupper ((unsigned char)value[i]);
  return 0;
}

static gpg_error_t
take_word (struct call *call, const char *word, struct key_line *line,
           unsigned int *seen)
{
  /* clang-format off */
  static const struct
  {
    const char *name;
    gpg_error_t (*set) (struct call *, const char *, struct key_line *);
  } names[] = {
    { "card=",     set_card },
    { "slot=",     set_slot },
    { "usage=",    set_usage },
    { "hash=",     set_hash },
    { "created=",  set_created },
    { "region=",   set_region },
    { "profile=",  set_profile },
    { "endpoint=", set_endpoint },
    { "fpr=",      set_fingerprint },
    { "retired=",  set_retired },
    { "url=",      set_url },
  };
  /* clang-format on */
  size_t i;

  for (i = 0; i < DIM (names); i++)
    {
      const char *value = word + strlen (names[i].name);

      if (!text_starts (word, names[i].name))
        continue;
      if (*seen & 1u << i)
        return bad_word (call, "given twice", word);
      if (!*value)
        return bad_word (call, "no value", word);
      *seen |= 1u << i;
      return names[i].set (call, value, line);
    }
  return bad_word (call, "unknown word", word);
}

gpg_error_t
key_line_parse (struct call *call, const char *text, struct key_line *r_line)
{
  unsigned int seen = 0;
  bool first = true;
  gpg_error_t err = 0;

  memset (r_line, 0, sizeof *r_line);
  text += strspn (text, BLANKS);
  if (!*text)
    return because (call, GPG_ERR_INV_VALUE, "no key given");
  while (!err && *text)
    {
      struct bytes word = { 0 };
      size_t n = strcspn (text, BLANKS);

      bytes_add (&word, text, n);
      err = bytes_error (&word);
      if (!err)
        err = first ? take_uri (call, bytes_text (&word), r_line)
                    : take_word (call, bytes_text (&word), r_line, &seen);
      bytes_drop (&word);
      first = false;
      text += n;
      text += strspn (text, BLANKS);
    }
  if (!err && r_line->scheme == SCHEME_FILE
      && (r_line->region.n || r_line->profile.n || r_line->endpoint.n))
    err = because (call, GPG_ERR_INV_VALUE,
                   "region=, profile= and endpoint= are not for a file");
  return err ? err : bytes_error (&r_line->uri);
}

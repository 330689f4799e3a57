/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pin file: which key stands behind a configured name (think
 * known_hosts).  */

#include "config.h"

#include "card/known-keys.h"

#include "base/file.h"
#include "base/text.h"
#include "kms/kms.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* A line is
 *   key URI id=ARN spec=RSA_4096 usage=sign created=1700000000 spki=BASE64
 * and perhaps region=NAME and fpr=HEX.  Names that are not known are kept.
 * Lines that start otherwise belong to someone else.  */

#define MAX_FILE (1024 * 1024)
#define LOCK_POLL_MS 20
#define LOCK_WAIT_MS 3000

struct known_keys
{
  pthread_mutex_t lock; /* Guards TEXT and UNREADABLE.  */
  char *user_file;
  char *system_file;
  bool refuse_new;
  struct bytes text; /* Both files, a line feed between them.  */
  gpg_error_t unreadable;
  const char *unreadable_file; /* One of the two above.  */
};

void
known_key_drop (struct known_key *key)
{
  bytes_drop (&key->uri);
  bytes_drop (&key->region);
  bytes_drop (&key->id);
  bytes_drop (&key->spec);
  bytes_drop (&key->usage);
  bytes_drop (&key->spki);
  memset (key, 0, sizeof *key);
}

/* ---- Reading ----  */

/* Take the next line, or word, off the front of IN.  False at the end.  */
static bool
take_piece (struct span *in, const char *ends, struct span *r_piece)
{
  size_t n = 0;

  while (in->n && strchr (ends, in->p[0]) && in->p[0])
    *in = span_of (in->p + 1, in->n - 1);
  if (!in->n)
    return false;
  while (n < in->n && (!in->p[n] || !strchr (ends, in->p[n])))
    n++;
  *r_piece = span_of (in->p, n);
  *in = span_of (in->p + n, in->n - n);
  return true;
}

/* Text members of a line and where they go.  */
/* clang-format off */
static const struct { const char *name; size_t offset; } members[] = {
  { "region=", offsetof (struct known_key, region) },
  { "id=",     offsetof (struct known_key, id) },
  { "spec=",   offsetof (struct known_key, spec) },
  { "usage=",  offsetof (struct known_key, usage) },
};
/* clang-format on */

/* If WORD starts with NAME, the rest of it.  */
static bool
after_name (struct span word, const char *name, struct span *r_value)
{
  size_t n = strlen (name);

  if (word.n <= n || memcmp (word.p, name, n))
    return false;
  *r_value = span_of (word.p + n, word.n - n);
  return true;
}

static gpg_error_t
read_number (struct span value, int64_t *r_number)
{
  struct bytes text = { 0 };
  gpg_error_t err;

  bytes_add_span (&text, value);
  err = bytes_error (&text);
  if (!err)
    err = text_time (bytes_text (&text), r_number);
  bytes_drop (&text);
  return err;
}

static gpg_error_t
read_fingerprint (struct span value, char *r_text)
{
  if (value.n != FINGERPRINT_SIZE - 1)
    return gpg_error (GPG_ERR_INV_VALUE);
  memcpy (r_text, value.p, value.n);
  r_text[value.n] = 0;
  return text_is_hex (r_text, value.n) ? 0 : gpg_error (GPG_ERR_INV_VALUE);
}

static gpg_error_t
read_member (struct span word, struct known_key *key)
{
  struct span value;
  size_t i;

  for (i = 0; i < DIM (members); i++)
    if (after_name (word, members[i].name, &value))
      {
        struct bytes *member
          = (struct bytes *)((char *)key + members[i].offset);

        bytes_clear (member);
        bytes_add_span (member, value);
        return bytes_error (member);
      }
  if (after_name (word, "created=", &value))
    return read_number (value, &key->created);
  if (after_name (word, "spki=", &value))
    {
      bytes_clear (&key->spki);
      return text_unbase64 (&key->spki, value);
    }
  if (after_name (word, "fpr=", &value))
    return read_fingerprint (value, key->fingerprint);
  return 0;
}

/* Read a line into KEY.  NOT_FOUND: not a `key` line.  INV_VALUE: one with
 * a URI, set in KEY, but damaged.  */
static gpg_error_t
read_line (struct span line, struct known_key *key)
{
  gpg_error_t bad, err = 0;
  struct span word;

  if (!take_piece (&line, " \t\r", &word)
      || !span_equal (word, span_text ("key"))
      || !take_piece (&line, " \t\r", &word))
    return gpg_error (GPG_ERR_NOT_FOUND);
  bytes_add_span (&key->uri, word);
  /* To the end, whatever is wrong: a region may follow.  */
  while (take_piece (&line, " \t\r", &word))
    {
      bad = read_member (word, key);
      if (!err)
        err = bad;
    }
  if (!err)
    err = bytes_error (&key->uri);
  if (!err
      && (!key->id.n || !key->spec.n || !key->usage.n || !key->spki.n
          || key->created <= 0 || key->created > UINT32_MAX))
    err = gpg_error (GPG_ERR_INV_VALUE);
  return err;
}

/* Find the first pin of that name in TEXT.  */
static gpg_error_t
find_in (struct span text, const char *uri, const char *region,
         struct known_key *r_key)
{
  struct known_key key = { 0 };
  struct span line;
  gpg_error_t err;

  while (take_piece (&text, "\n", &line))
    {
      err = read_line (line, &key);
      if (gpg_err_code (err) != GPG_ERR_NOT_FOUND
          && !strcmp (bytes_text (&key.uri), uri)
          && !strcmp (bytes_text (&key.region), region ? region : ""))
        {
          if (err)
            known_key_drop (&key);
          else
            *r_key = key;
          return err;
        }
      known_key_drop (&key);
    }
  return gpg_error (GPG_ERR_NOT_FOUND);
}

/* Append FILE's content.  A missing file is an empty one.  */
static gpg_error_t
append_file (const char *file, struct bytes *text)
{
  gpg_error_t err = file_read (file, MAX_FILE, text);

  if (gpg_err_code (err) == GPG_ERR_ENOENT)
    err = 0;
  if (!err)
    bytes_add_byte (text, '\n');
  return err;
}

/* Read both files into KNOWN, whose lock is held or not needed yet.  */
static void
read_files (struct known_keys *known)
{
  bytes_clear (&known->text);
  known->unreadable_file = known->user_file;
  known->unreadable = append_file (known->user_file, &known->text);
  if (!known->unreadable && known->system_file)
    {
      known->unreadable_file = known->system_file;
      known->unreadable = append_file (known->system_file, &known->text);
    }
  if (!known->unreadable)
    known->unreadable = bytes_error (&known->text);
}

gpg_error_t
known_keys_new (const char *user_file, const char *system_file,
                bool refuse_new, struct known_keys **r_known)
{
  struct known_keys *known = calloc (1, sizeof *known);

  if (!known)
    return gpg_error (GPG_ERR_ENOMEM);
  pthread_mutex_init (&known->lock, NULL);
  known->refuse_new = refuse_new;
  known->user_file = strdup (user_file);
  known->system_file = system_file ? strdup (system_file) : NULL;
  if (!known->user_file || (system_file && !known->system_file))
    {
      known_keys_free (known);
      return gpg_error (GPG_ERR_ENOMEM);
    }
  read_files (known);
  *r_known = known;
  return 0;
}

void
known_keys_free (struct known_keys *known)
{
  if (!known)
    return;
  pthread_mutex_destroy (&known->lock);
  free (known->user_file);
  free (known->system_file);
  bytes_drop (&known->text);
  free (known);
}

/* With KNOWN's lock held.  */
static gpg_error_t
check_readable (struct known_keys *known, struct call *call)
{
  if (!known->unreadable)
    return 0;
  return because (call, GPG_ERR_CONFIGURATION, "%s: %s",
                  known->unreadable_file, gpg_strerror (known->unreadable));
}

gpg_error_t
known_keys_check (struct known_keys *known, struct call *call)
{
  gpg_error_t err;

  pthread_mutex_lock (&known->lock);
  err = check_readable (known, call);
  pthread_mutex_unlock (&known->lock);
  return err;
}

/* The same.  */
static gpg_error_t
find_pin (struct known_keys *known, struct call *call, const char *uri,
          const char *region, struct known_key *r_key)
{
  gpg_error_t err = check_readable (known, call);

  if (err)
    return err;
  err = find_in (bytes_span (&known->text), uri, region, r_key);
  if (gpg_err_code (err) == GPG_ERR_INV_VALUE)
    err = because (call, GPG_ERR_CONFIGURATION,
                   "%s: the known-keys line is damaged", kms_label (uri));
  return err;
}

gpg_error_t
known_keys_find (struct known_keys *known, struct call *call, const char *uri,
                 const char *region, struct known_key *r_key)
{
  gpg_error_t err;

  pthread_mutex_lock (&known->lock);
  err = find_pin (known, call, uri, region, r_key);
  pthread_mutex_unlock (&known->lock);
  return err;
}

/* ---- Writing ----  */

static void
add_line (struct bytes *text, const struct known_key *key)
{
  bytes_add_fmt (text, "key %s", bytes_text (&key->uri));
  if (key->region.n)
    bytes_add_fmt (text, " region=%s", bytes_text (&key->region));
  bytes_add_fmt (text, " id=%s spec=%s usage=%s created=%" PRId64,
                 bytes_text (&key->id), bytes_text (&key->spec),
                 bytes_text (&key->usage), key->created);
  if (key->fingerprint[0])
    bytes_add_fmt (text, " fpr=%s", key->fingerprint);
  bytes_add_str (text, " spki=");
  text_add_base64 (text, bytes_span (&key->spki));
  bytes_add_byte (text, '\n');
}

/* Hold the lock that keeps a second writer out; a file of its own, since
 * the pin file itself is replaced.  Writing takes a moment, so whoever holds
 * it longer than LOCK_WAIT_MS is stuck, and a signature shall not be lost
 * for that.  */
static gpg_error_t
lock_file (const char *user_file, struct call *call, int *r_fd)
{
  struct bytes name = { 0 };
  unsigned int waited;
  gpg_error_t err;
  int fd = -1;

  bytes_add_fmt (&name, "%s.lock", user_file);
  err = bytes_error (&name);
  if (err)
    goto leave;
  fd = open (bytes_text (&name), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
             0600);
  if (fd < 0)
    err = gpg_error_from_syserror ();
  for (waited = 0; !err && flock (fd, LOCK_EX | LOCK_NB);
       waited += LOCK_POLL_MS)
    if (errno != EWOULDBLOCK && errno != EINTR)
      err = gpg_error_from_syserror ();
    else if (waited >= LOCK_WAIT_MS || !call_sleep_ms (call, LOCK_POLL_MS))
      err = gpg_error (GPG_ERR_TIMEOUT);
  if (!err)
    *r_fd = fd;
  else if (fd >= 0)
    close (fd);

leave:
  bytes_drop (&name);
  return err;
}

/* The user's file with a line for KEY at its end.  */
static gpg_error_t
extend_file (const char *user_file, const struct known_key *key,
             struct bytes *text)
{
  gpg_error_t err = file_read (user_file, MAX_FILE, text);

  if (gpg_err_code (err) == GPG_ERR_ENOENT)
    {
      bytes_add_str (text, "# Keys that kms-scdaemon has seen.  A key that "
                           "changes is refused;\n"
                           "# delete its line to accept the new one.\n");
      err = 0;
    }
  if (err)
    return err;
  if (text->n && text->p[text->n - 1] != '\n')
    bytes_add_byte (text, '\n');
  add_line (text, key);
  err = bytes_error (text);
  return !err && text->n > MAX_FILE ? gpg_error (GPG_ERR_TOO_LARGE) : err;
}

/* With both locks held: look again, then append and replace.  */
static gpg_error_t
add_locked (struct known_keys *known, struct call *call,
            const struct known_key *key)
{
  const char *uri = bytes_text (&key->uri);
  struct known_key other = { 0 };
  struct bytes text = { 0 };
  gpg_error_t err;

  read_files (known);
  err = find_pin (known, call, uri,
                  key->region.n ? bytes_text (&key->region) : NULL, &other);
  if (gpg_err_code (err) != GPG_ERR_NOT_FOUND)
    {
      if (!err
          && !span_equal (bytes_span (&other.spki), bytes_span (&key->spki)))
        err = because (call, GPG_ERR_CONFLICT,
                       "%s: another key was pinned in the meantime",
                       kms_label (uri));
      known_key_drop (&other);
      return err;
    }
  err = extend_file (known->user_file, key, &text);
  if (!err)
    err = file_replace (known->user_file, bytes_span (&text));
  if (!err)
    read_files (known);
  bytes_drop (&text);
  return err;
}

gpg_error_t
known_keys_add (struct known_keys *known, struct call *call,
                const struct known_key *key)
{
  gpg_error_t err;
  int fd = -1;

  if (known->refuse_new)
    return because (call, GPG_ERR_FORBIDDEN,
                    "%s is not a known key and refuse-new-keys is set",
                    kms_label (bytes_text (&key->uri)));
  /* The file's lock keeps our own threads out, too, and takes no longer
   * than this call has; then the other is held for a moment only.  */
  err = lock_file (known->user_file, call, &fd);
  if (!err)
    {
      pthread_mutex_lock (&known->lock);
      err = add_locked (known, call, key);
      pthread_mutex_unlock (&known->lock);
      close (fd);
    }
  if (err)
    because_err (call, err, "%s: %s", known->user_file, gpg_strerror (err));
  return err;
}

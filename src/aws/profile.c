/* SPDX-License-Identifier: GPL-3.0-or-later
 * The shared config and credentials files: sections and their keys.
 *
 * The rules are those of the SDKs' common test suite, not those of
 * Python's INI parser, where the two differ.  */

#include "config.h"

#include "aws/profile.h"

#include "aws/environment.h"
#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NAME_CHARACTERS                                                       \
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/.%@:+"

struct property
{
  struct property *next;
  struct bytes value;
  char key[];
};

struct aws_profile
{
  struct aws_profile *next;
  struct property *properties;
  enum aws_section kind;
  bool prefixed; /* Came as [profile default], which beats [default].  */
  char name[];
};

struct aws_files
{
  struct aws_profile *sections;
};

/* Where the parser is.  */
struct parser
{
  struct aws_files *files;
  struct call *call;
  enum aws_file which;
  const char *name;
  unsigned int line;
  bool in_section;
  bool in_property;
  bool nested;                 /* The property's value began empty.  */
  struct aws_profile *section; /* NULL: one that is ignored.  */
  struct bytes *value;         /* NULL: one that is ignored.  */
};

/* clang-format off */
static const struct { const char *word; enum aws_section kind; } prefixes[] = {
  { "profile",     AWS_SECTION_PROFILE },
  { "sso-session", AWS_SECTION_SSO_SESSION },
  { "services",    AWS_SECTION_SERVICES },
};

/* The values that are kept in locked memory.  */
static const char *const secret_keys[] = {
  "aws_secret_access_key",
  "aws_session_token",
};
/* clang-format on */

static void
properties_free (struct property *property)
{
  while (property)
    {
      struct property *next = property->next;

      bytes_drop (&property->value);
      free (property);
      property = next;
    }
}

gpg_error_t
aws_files_new (struct aws_files **r_files)
{
  struct aws_files *files = calloc (1, sizeof *files);

  if (!files)
    return gpg_error (GPG_ERR_ENOMEM);
  *r_files = files;
  return 0;
}

void
aws_files_free (struct aws_files *files)
{
  struct aws_profile *section, *next;

  if (!files)
    return;
  for (section = files->sections; section; section = next)
    {
      next = section->next;
      properties_free (section->properties);
      free (section);
    }
  free (files);
}

static bool
is_blank (unsigned char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

static struct span
trim (struct span s)
{
  while (s.n && is_blank (s.p[s.n - 1]))
    s.n--;
  while (s.n && is_blank (s.p[0]))
    s = span_of (s.p + 1, s.n - 1);
  return s;
}

static bool
is_name (struct span s)
{
  size_t i;

  for (i = 0; i < s.n; i++)
    if (!s.p[i] || !strchr (NAME_CHARACTERS, s.p[i]))
      return false;
  return s.n;
}

/* S without its comment: from the first '#' or ';' on, which must follow a
 * blank if AFTER_BLANK.  */
static struct span
without_comment (struct span s, bool after_blank)
{
  size_t i;

  for (i = 0; i < s.n; i++)
    if ((s.p[i] == '#' || s.p[i] == ';')
        && (!after_blank || (i && is_blank (s.p[i - 1]))))
      break;
  return span_of (s.p, i);
}

static gpg_error_t
complain (struct parser *p, const char *what)
{
  return because (p->call, GPG_ERR_CONFIGURATION, "%s:%u: %s", p->name,
                  p->line, what);
}

/* The section of that kind and name, made if need be; NULL when out of
 * memory.  */
static struct aws_profile *
get_section (struct aws_files *files, enum aws_section kind, struct span name)
{
  struct aws_profile **at = &files->sections;

  for (; *at; at = &(*at)->next)
    if ((*at)->kind == kind && span_equal (span_text ((*at)->name), name))
      return *at;
  *at = calloc (1, sizeof **at + name.n + 1);
  if (!*at)
    return NULL;
  (*at)->kind = kind;
  memcpy ((*at)->name, name.p, name.n);
  return *at;
}

/* What stands between the brackets: kind and name; false when the section
 * is none of ours.  */
static bool
section_of (enum aws_file which, struct span words, bool *r_prefixed,
            enum aws_section *r_kind, struct span *r_name)
{
  struct span word = words;
  size_t n = 0;
  size_t i;

  while (n < words.n && !is_blank (words.p[n]))
    n++;
  word.n = n;
  *r_prefixed = n < words.n;
  *r_name = *r_prefixed ? trim (span_of (words.p + n, words.n - n)) : words;
  *r_kind = AWS_SECTION_PROFILE;
  if (which == AWS_FILE_CREDENTIALS)
    return !*r_prefixed && is_name (words);
  if (!*r_prefixed)
    return span_equal (words, span_text ("default"));
  for (i = 0; i < DIM (prefixes); i++)
    if (span_equal (word, span_text (prefixes[i].word)))
      {
        *r_kind = prefixes[i].kind;
        return is_name (*r_name);
      }
  return false;
}

static gpg_error_t
parse_section (struct parser *p, struct span line)
{
  struct aws_profile *section;
  enum aws_section kind;
  struct span name;
  bool prefixed;

  line = trim (without_comment (line, false));
  if (line.p[line.n - 1] != ']')
    return complain (p, "a section without its ']'");
  p->in_section = true;
  p->in_property = false;
  p->section = NULL;
  if (!section_of (p->which, trim (span_of (line.p + 1, line.n - 2)),
                   &prefixed, &kind, &name))
    return 0;
  section = get_section (p->files, kind, name);
  if (!section)
    return gpg_error (GPG_ERR_ENOMEM);
  if (p->which == AWS_FILE_CONFIG && section->prefixed && !prefixed)
    return 0;
  if (p->which == AWS_FILE_CONFIG && prefixed && !section->prefixed)
    {
      /* What a plain [default] said so far does not count.  */
      properties_free (section->properties);
      section->properties = NULL;
      section->prefixed = true;
    }
  p->section = section;
  return 0;
}

/* The place for KEY's value in SECTION; an older value is forgotten.  NULL
 * when out of memory.  */
static struct bytes *
get_value (struct aws_profile *section, struct span key)
{
  struct property *property = calloc (1, sizeof *property + key.n + 1);
  struct property **at = &section->properties;
  size_t i;

  if (!property)
    return NULL;
  for (i = 0; i < key.n; i++)
    property->key[i] = key.p[i] >= 'A' && key.p[i] <= 'Z'
                         ? (char)(key.p[i] + ('a' - 'A'))
                         : (char)key.p[i];
  for (i = 0; i < DIM (secret_keys); i++)
    if (!strcmp (property->key, secret_keys[i]))
      property->value.secret = true;
  while (*at && strcmp ((*at)->key, property->key))
    at = &(*at)->next;
  if (*at)
    {
      free (property);
      bytes_clear (&(*at)->value);
      return &(*at)->value;
    }
  *at = property;
  return &property->value;
}

static gpg_error_t
parse_property (struct parser *p, struct span line)
{
  struct span key, value;
  const unsigned char *sign;

  if (!p->in_section)
    return complain (p, "a key before the first section");
  line = without_comment (line, true);
  sign = memchr (line.p, '=', line.n);
  if (!sign)
    return complain (p, "a key without its '='");
  key = trim (span_of (line.p, (size_t)(sign - line.p)));
  value = trim (span_of (sign + 1, line.n - (size_t)(sign + 1 - line.p)));
  if (!key.n)
    return complain (p, "a value without its key");
  p->in_property = true;
  p->nested = !value.n;
  p->value = NULL;
  if (!p->section || !is_name (key))
    return 0;
  p->value = get_value (p->section, key);
  if (!p->value)
    return gpg_error (GPG_ERR_ENOMEM);
  bytes_add_span (p->value, value);
  return bytes_error (p->value);
}

/* A line that begins with a blank: it continues the value, or is a key
 * below a key.  */
static gpg_error_t
parse_continuation (struct parser *p, struct span line)
{
  const unsigned char *sign;

  line = trim (line);
  if (!p->in_section)
    return complain (p, "an indented line before the first section");
  if (!p->in_property)
    return complain (p, "an indented line that continues no value");
  if (p->nested)
    {
      sign = memchr (line.p, '=', line.n);
      if (!sign)
        return complain (p, "a nested key without its '='");
      if (sign == line.p)
        return complain (p, "a nested value without its key");
    }
  if (!p->value)
    return 0;
  bytes_add_byte (p->value, '\n');
  bytes_add_span (p->value, line);
  return bytes_error (p->value);
}

static gpg_error_t
parse_line (struct parser *p, struct span line)
{
  p->line++;
  if (!trim (line).n || line.p[0] == '#' || line.p[0] == ';')
    return 0;
  if (line.p[0] == '[')
    return parse_section (p, line);
  if (is_blank (line.p[0]))
    return parse_continuation (p, line);
  return parse_property (p, line);
}

gpg_error_t
aws_files_parse (struct aws_files *files, struct call *call,
                 enum aws_file which, const char *name, struct span text)
{
  struct parser p
    = { .files = files, .call = call, .which = which, .name = name };
  gpg_error_t err = 0;
  size_t i, n;

  if (text.n && memchr (text.p, 0, text.n))
    return because (call, GPG_ERR_CONFIGURATION, "%s: not a text file", name);
  for (i = 0; !err && i < text.n; i += n + 1)
    {
      for (n = 0; i + n < text.n && text.p[i + n] != '\n'; n++)
        ;
      err = parse_line (&p, span_of (text.p + i, n));
    }
  return err;
}

/* Room for the file NAME in one piece: growing would leave copies of its
 * secrets behind.  */
static void
reserve (struct bytes *text, const char *name)
{
  size_t room = AWS_FILE_MAX;
  struct stat st;

  if (!stat (name, &st) && S_ISREG (st.st_mode) && st.st_size < AWS_FILE_MAX)
    room = (size_t)st.st_size;
  bytes_extend (text, room);
  bytes_cut (text, 0);
}

/* Parse the file that VARIABLE names, else HOME/.aws/LEAF.  */
static gpg_error_t
read_one (struct aws_files *files, struct call *call, enum aws_file which,
          const char *variable, const char *leaf)
{
  struct bytes text = { 0 }; /* Locked memory has no room for this much.  */
  struct bytes name = { 0 };
  const char *home = aws_env ("HOME");
  gpg_error_t err;

  if (aws_env (variable))
    bytes_add_str (&name, aws_env (variable));
  else if (home)
    bytes_add_fmt (&name, "%s/.aws/%s", home, leaf);
  err = bytes_error (&name);
  if (err || !name.n)
    goto leave;
  reserve (&text, bytes_text (&name));
  err = bytes_error (&text);
  if (err)
    goto leave;
  err = file_read (bytes_text (&name), AWS_FILE_MAX, &text);
  if (gpg_err_code (err) == GPG_ERR_ENOENT)
    err = 0;
  else if (err)
    err = because (call, GPG_ERR_CONFIGURATION, "%s: %s", bytes_text (&name),
                   gpg_strerror (err));
  else
    err = aws_files_parse (files, call, which, bytes_text (&name),
                           bytes_span (&text));

leave:
  if (text.p)
    explicit_bzero (text.p, text.cap);
  bytes_drop (&text);
  bytes_drop (&name);
  return err;
}

gpg_error_t
aws_files_read (struct call *call, struct aws_files **r_files)
{
  struct aws_files *files = NULL;
  gpg_error_t err;

  err = aws_files_new (&files);
  if (!err)
    err = read_one (files, call, AWS_FILE_CONFIG, "AWS_CONFIG_FILE", "config");
  if (!err)
    err = read_one (files, call, AWS_FILE_CREDENTIALS,
                    "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  if (err)
    aws_files_free (files);
  else
    *r_files = files;
  return err;
}

const struct aws_profile *
aws_files_section (const struct aws_files *files, enum aws_section kind,
                   const char *name)
{
  const struct aws_profile *section = files->sections;

  while (section && (section->kind != kind || strcmp (section->name, name)))
    section = section->next;
  return section;
}

const struct aws_profile *
aws_files_profile (const struct aws_files *files, const char *name)
{
  return aws_files_section (files, AWS_SECTION_PROFILE, name);
}

const char *
aws_profile_get (const struct aws_profile *profile, const char *key)
{
  const struct property *property = profile ? profile->properties : NULL;

  while (property && strcmp (property->key, key))
    property = property->next;
  return property ? bytes_text (&property->value) : NULL;
}

const char *
aws_profile_name (void)
{
  const char *name = aws_env ("AWS_PROFILE");

  return name ? name : "default";
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * The normal form of recorded conversations.  */

#include "config.h"

#include "tests/transcripts/normal.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_SERIAL "D276000124010304FFFE000000000000"
#define NO_GRIP "0123456789012345678901234567890123456789"
#define POINT_START 64 /* Where a point that is sent in two lines is cut.  */
#define WORD_MAX 12

/* ---- Our cards ----  */

static struct stage_card *
card_of (struct stage *stage, const char *serial)
{
  size_t i;

  for (i = 0; i < STAGE_CARDS; i++)
    {
      if (!*stage->card[i].serial)
        snprintf (stage->card[i].serial, sizeof stage->card[i].serial, "%s",
                  serial);
      if (!strcmp (stage->card[i].serial, serial))
        return &stage->card[i];
    }
  return NULL;
}

/* LINE is one of the answer to KEYINFO --list.  */
static bool
learn_key (struct stage *stage, const char *line)
{
  struct stage_card *card;
  char grip[41], serial[33];
  int slot;

  if (sscanf (line, "S KEYINFO %40s T %32s OPENPGP.%d", grip, serial, &slot)
      != 3)
    return false;
  card = card_of (stage, serial);
  if (!card || slot < 1 || slot > STAGE_SLOTS)
    return false;
  memcpy (card->grip[slot - 1], grip, sizeof grip);
  return true;
}

static bool
learn_keys (struct stage *stage, struct peer *peer)
{
  struct bytes line = { 0 };
  bool ok = peer_send (peer, "KEYINFO --list");

  while (ok && peer_read (peer, &line, LINE_LIMIT_MS) == PEER_LINE
         && !text_starts (bytes_text (&line), "OK"))
    ok = learn_key (stage, bytes_text (&line));
  ok = ok && text_starts (bytes_text (&line), "OK");
  bytes_drop (&line);
  return ok;
}

/* How the card of that key is shown to people.  */
static bool
learn_shown (struct stage_card *card, struct peer *peer, const char *grip)
{
  struct bytes line = { 0 };
  char command[80];
  bool ok;

  snprintf (command, sizeof command, "GETATTR $DISPSERIALNO %s", grip);
  ok = peer_send (peer, command)
       && peer_read (peer, &line, LINE_LIMIT_MS) == PEER_LINE
       && sscanf (bytes_text (&line), "S $DISPSERIALNO %64s", card->shown) == 1
       && peer_greeted (peer);
  bytes_drop (&line);
  return ok;
}

/* The q of the public key with that grip.  */
static bool
learn_point (struct stage_card *card, struct peer *peer, const char *grip)
{
  struct bytes key = { 0 };
  char command[80];
  const char *q;
  char *colon = NULL;
  size_t n = 0;
  bool ok;

  snprintf (command, sizeof command, "READKEY -- %s", grip);
  ok = !peer_ask (peer, command, &key);
  q = ok ? strstr (bytes_text (&key), "(1:q") : NULL;
  if (q)
    n = strtoul (q + 4, &colon, 10);
  ok = n && (size_t)((char *)key.p + key.n - colon) > n;
  if (ok)
    bytes_add (&card->point, colon + 1, n);
  bytes_drop (&key);
  return ok;
}

bool
stage_learn (struct stage *stage, struct peer *peer)
{
  struct stage_card *card;
  bool ok = learn_keys (stage, peer) && *stage->card[0].serial;
  size_t i;

  for (i = 0; ok && i < STAGE_CARDS; i++)
    {
      card = &stage->card[i];
      if (*card->grip[0])
        ok = learn_shown (card, peer, card->grip[0]);
      if (ok && *card->grip[1])
        ok = learn_point (card, peer, card->grip[1]);
    }
  return ok;
}

void
stage_drop (struct stage *stage)
{
  size_t i;

  for (i = 0; i < STAGE_CARDS; i++)
    bytes_drop (&stage->card[i].point);
}

/* ---- What the client says ----  */

/* NAME is "A1}": the fourth key of a card is with us the first of another,
 * and nobody's key has a grip that is not there.  */
static const char *
grip_named (const struct stage *stage, const char *name)
{
  size_t card = (size_t)(name[0] - 'A');
  size_t slot = (size_t)(name[1] - '1');

  if (slot == STAGE_SLOTS)
    return stage->card[1].grip[0];
  if (card >= STAGE_CARDS || slot > STAGE_SLOTS)
    return NO_GRIP;
  return stage->card[card].grip[slot];
}

/* The grip as bytes, as far as gpg-agent 2.5.12 gets with it.  */
static void
expand_raw (const struct stage *stage, const char *rest, struct bytes *out)
{
  struct bytes grip = { 0 };
  size_t n = 0;

  text_unhex (&grip, span_text (grip_named (stage, rest)));
  while (n < grip.n && grip.p[n] && grip.p[n] != '\n')
    n++;
  bytes_add (out, grip.p, n);
  bytes_drop (&grip);
}

/* REST is "A2}", "A2:start}" or "A2:rest}".  */
static void
expand_point (const struct stage *stage, const char *rest, struct bytes *out)
{
  struct span point = bytes_span (&stage->card[rest[0] == 'B'].point);

  if (text_starts (rest + 2, ":start"))
    point.n = POINT_START;
  else if (text_starts (rest + 2, ":rest"))
    point = span_of (point.p + POINT_START, point.n - POINT_START);
  text_add_hex_upper (out, point);
}

/* clang-format off */
static const struct data
{
  const char *name;
  const char *prefix;
} data[] = {
  { "bytes:",  "" },
  { "sha1:",   "3021300906052B0E03021A05000414" },
  { "sha256:", "3031300D060960864801650304020105000420" },
  { "sha384:", "3041300D060960864801650304020205000430" },
  { "sha512:", "3051300D060960864801650304020305000440" },
};
/* clang-format on */

static void
expand_data (const char *name, struct bytes *out)
{
  size_t i;
  int n;

  for (i = 0; i < DIM (data); i++)
    if (text_starts (name, data[i].name))
      {
        bytes_add_str (out, data[i].prefix);
        for (n = atoi (name + strlen (data[i].name)); n > 0; n--)
          bytes_add_str (out, "A5");
      }
}

static void
expand_name (const struct stage *stage, const char *name, struct bytes *out)
{
  if (text_starts (name, "raw "))
    expand_raw (stage, name + 4, out);
  else if (text_starts (name, "point "))
    expand_point (stage, name + 6, out);
  else if (islower ((unsigned char)*name))
    expand_data (name, out);
  else if (name[1] != '}')
    bytes_add_str (out, grip_named (stage, name));
  else
    bytes_add_str (out,
                   *name == 'X' ? NO_SERIAL : stage->card[*name - 'A'].serial);
}

void
stage_expand (const struct stage *stage, const char *line, struct bytes *out)
{
  for (; *line; line++)
    if (*line == '{')
      {
        expand_name (stage, line + 1, out);
        line += strcspn (line, "}");
      }
    else
      bytes_add_byte (out, (unsigned char)*line);
}

/* ---- What the daemon answers ----  */

/* A word of a public key, or how long its number is.  */
static void
normal_atom (struct span atom, struct bytes *out)
{
  bool is_word = atom.n <= WORD_MAX;
  size_t i;

  for (i = 0; i < atom.n; i++)
    is_word = is_word && isprint (atom.p[i]);
  if (out->p[out->n - 1] != '(')
    bytes_add_byte (out, ' ');
  if (is_word)
    bytes_add_span (out, atom);
  else
    bytes_add_fmt (out, "{%zu bytes}", atom.n);
}

/* KEY is a canonical S-expression: the advanced form, to the point where
 * it is none.  */
static void
normal_key (struct span key, struct bytes *out)
{
  const char *at = (const char *)key.p;
  const char *end = at + key.n;
  char *colon;
  size_t n;

  while (at < end)
    if (*at == '(' || *at == ')')
      {
        if (*at == '(' && !strchr ("( ", out->p[out->n - 1]))
          bytes_add_byte (out, ' ');
        bytes_add_byte (out, (unsigned char)*at++);
      }
    else
      {
        n = strtoul (at, &colon, 10);
        if (colon == at || *colon != ':' || n >= (size_t)(end - colon))
          break;
        normal_atom (span_of (colon + 1, n), out);
        at = colon + 1 + n;
      }
}

static void
normal_data (const char *command, struct span content, struct bytes *out)
{
  bytes_add_str (out, "D ");
  if (text_starts (command, "READKEY "))
    normal_key (content, out);
  else if (!strcmp (command, "GETINFO socket_name"))
    bytes_add_str (out, "{socket}");
  else if (!strcmp (command, "GETINFO version"))
    bytes_add_str (out, "{version}");
  else
    bytes_add_fmt (out, "{%zu bytes}", content.n);
}

/* clang-format off */
static const struct keyword
{
  const char *start;
  const char *instead; /* Of the next word,  */
  bool is_rest;        /* or of all that follows.  */
} keywords[] = {
  { "S READER ",       "{text}",   true },
  { "S LOGIN-DATA ",   "{text}",   true },
  { "S DISP-NAME ",    "{text}",   true },
  { "S EXTCAP ",       "{text}",   true },
  { "S MANUFACTURER ", "{number}", false },
  { "S SIG-COUNTER ",  "{number}", false },
  { "S APPVERSION ",   "{number}", false },
  { "S KEY-FPR 1 ",    "{fpr}",    false },
  { "S KEY-FPR 2 ",    "{fpr}",    false },
  { "S KEY-FPR 3 ",    "{fpr}",    false },
};
/* clang-format on */

static bool
is_number (struct span word)
{
  size_t i;

  for (i = 0; i < word.n; i++)
    if (!isdigit (word.p[i]))
      return false;
  return word.n > 0;
}

/* What stands for WORD: its name, or the word itself.  */
static void
normal_word (const struct stage *stage, struct span word, struct bytes *out)
{
  const struct stage_card *card;
  size_t i, slot;

  for (i = 0; i < STAGE_CARDS; i++)
    {
      card = &stage->card[i];
      if (*card->serial
          && (span_equal (word, span_text (card->serial))
              || span_equal (word, span_text (card->shown))))
        {
          bytes_add_fmt (out, "{%c}", (int)('A' + i));
          return;
        }
      for (slot = 0; slot < STAGE_SLOTS; slot++)
        if (*card->grip[slot]
            && span_equal (word, span_text (card->grip[slot])))
          {
            bytes_add_fmt (out, "{%c%zu}", (int)('A' + i), slot + 1);
            return;
          }
    }
  if (span_equal (word, span_text (NO_GRIP)))
    bytes_add_str (out, "{X1}");
  else if (word.n == 10 && is_number (word))
    bytes_add_str (out, "{time}");
  else
    bytes_add_span (out, word);
}

static void
normal_status (const struct stage *stage, const char *line, struct bytes *out)
{
  size_t i, n;

  for (i = 0; i < DIM (keywords); i++)
    if (text_starts (line, keywords[i].start))
      {
        bytes_add_str (out, keywords[i].start);
        bytes_add_str (out, keywords[i].instead);
        line += strlen (keywords[i].start);
        line += keywords[i].is_rest ? strlen (line) : strcspn (line, " ");
      }
  for (; *line; line += n)
    {
      for (; *line == ' '; line++)
        bytes_add_byte (out, ' ');
      n = strcspn (line, " ");
      normal_word (stage, span_of (line, n), out);
    }
}

void
stage_normal (const struct stage *stage, const char *command, struct span line,
              struct bytes *out)
{
  const char *text = (const char *)line.p;

  if (text_starts (text, "D "))
    normal_data (command, span_of (text + 2, line.n - 2), out);
  else if (text_starts (text, "ERR "))
    bytes_add_fmt (out, "ERR %d", atoi (text + 4));
  else if (!strcmp (text, "OK") || text_starts (text, "OK "))
    bytes_add_str (out, "OK");
  else
    normal_status (stage, text, out);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where our daemon rightly answers otherwise than the recorded prototype.  */

#include "config.h"

#include "tests/transcripts/differences.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#define P256_KEY "D (public-key (ecc (curve NIST P-256) (q {65 bytes})))"
#define MANUFACTURER "S MANUFACTURER {number} unmanaged S/N range"
#define APPVERSION_TO_MANUFACTURER                                            \
  "S APPVERSION {number}\nS EXTCAP {text}\n" MANUFACTURER
#define CARD                                                                  \
  "S SERIALNO {A}\nS APPTYPE openpgp\n" APPVERSION_TO_MANUFACTURER            \
  "\nS DISP-NAME {text}\nS DISP-SEX 9\nS LOGIN-DATA {text}\n"                 \
  "S KEY-FPR 1 {fpr}\nS KEY-TIME 1 {time}\n"                                  \
  "S CHV-STATUS +1+127+127+127+3+0+3\nS SIG-COUNTER {number}"
#define KEY_PAIR "S KEYPAIRINFO {A1} OPENPGP.1 sc {time} nistp384"
#define KEYINFO_1 "S KEYINFO {A1} T {A} OPENPGP.1 sc"
#define KEYINFO_2 "S KEYINFO {A2} T {A} OPENPGP.2 e"
#define KEYINFO_3 "S KEYINFO {A3} T {A} OPENPGP.3 a"

/* Recordings of a card with nothing but a signing key: badaid, emptyversion,
 * failattr, minimal, nokpi, nosocket, oldversion and sigonly.  */
#define ONE_KEY "*-cardstatus-empty-[befmnos]*"

/* For recordings, commands and recorded lines that fit these patterns of
 * fnmatch(3) we answer with OURS instead of that line: with nothing if it is
 * "", with several lines, or with any well-formed answer if it is NULL.  The
 * first one that fits counts.  */
/* clang-format off */
static const struct known
{
  const char *names;
  const char *command;
  const char *line;
  const char *ours;
} known[] = {
  /* We tell APPVERSION, and no language; EXTCAP comes before MANUFACTURER.
   * The agent looks for each by its name.  */
  { "*", "LEARN --force", MANUFACTURER, APPVERSION_TO_MANUFACTURER },
  { "*", "LEARN --force", "S EXTCAP {text}", "" },
  { "*", "LEARN --force", "S DISP-LANG en", "" },

  /* A KMS has no Curve25519, and no RSA keys that decrypt a PKCS#1 block as
   * OpenPGP makes it: those cards have a P-256 key instead.  */
  { "*", "LEARN --*", "S KEYPAIRINFO {A2} OPENPGP.2 e {time} cv25519",
    "S KEYPAIRINFO {A2} OPENPGP.2 e {time} nistp256" },
  { "*", "LEARN --*", "S KEYPAIRINFO {A2} OPENPGP.2 e {time} rsa*",
    "S KEYPAIRINFO {A2} OPENPGP.2 e {time} nistp256" },
  { "*", "READKEY --info -- OPENPGP.2",
    "S KEYPAIRINFO {A2} OPENPGP.2 e {time} cv25519",
    "S KEYPAIRINFO {A2} OPENPGP.2 e {time} nistp256" },
  { "*", "READKEY --info -- OPENPGP.2",
    "S KEYPAIRINFO {A2} OPENPGP.2 e {time} rsa*",
    "S KEYPAIRINFO {A2} OPENPGP.2 e {time} nistp256" },
  { "*", "READKEY *OPENPGP.2", "D (public-key (ecc (curve Curve25519) *",
    P256_KEY },
  { "*", "READKEY *OPENPGP.2", "D (public-key (rsa *", P256_KEY },
  { "*", "GETATTR KEY-ATTR", "S KEY-ATTR 2 18 cv25519",
    "S KEY-ATTR 2 18 nistp256" },
  { "*", "GETATTR KEY-ATTR", "S KEY-ATTR 2 1 rsa4096 32 0",
    "S KEY-ATTR 2 18 nistp256" },
  { "*-decrypt-*25519*", "PKDECRYPT {A2}", "D {3[23] bytes}",
    "D {65 bytes}" },
  { "*-decrypt-*rsa*", "PKDECRYPT {A2}", "S PADDING 0", "" },
  { "*-decrypt-*rsa*", "PKDECRYPT {A2}", "D {35 bytes}", "D {65 bytes}" },

  /* The prototype tried what a shared point may look like: x, 04 x, and the
   * form with zeros for y, which is ours since gpg 2.5 takes no other.  */
  { "*-decrypt-*p256*", "PKDECRYPT {A2}", "D {3[23] bytes}", "D {65 bytes}" },
  { "*-decrypt-*p384*", "PKDECRYPT {A2}", "D {4[89] bytes}", "D {97 bytes}" },
  { "*-decrypt-*p521*", "PKDECRYPT {A2}", "D {6[67] bytes}",
    "D {133 bytes}" },

  /* gpg-agent 2.5.12 sends a keygrip as raw bytes: what is left of that
   * depends on the key.  Even the right key would not have helped it.  */
  { "2.5.12-decrypt-*", "READKEY -- {raw A2}", "*", NULL },

  /* The one-key card: slots without a key have other errors, and lines.  */
  { ONE_KEY, "READKEY *OPENPGP.[23]", "ERR 100663313", "ERR 100663305" },
  { ONE_KEY, "GETATTR $AUTHKEYID", "S $AUTHKEYID OPENPGP.3",
    "ERR 100663384" },
  { ONE_KEY, "GETATTR $AUTHKEYID", "OK", "" },
  { ONE_KEY, "GETATTR KEY-ATTR", "S KEY-ATTR 1 19 nistp384",
    "S KEY-ATTR 1 19 nistp384\nS KEY-ATTR 2 0 0 UNKNOWN\n"
    "S KEY-ATTR 3 0 0 UNKNOWN" },

  /* The prototype was told to leave things away: its version, its socket,
   * attributes, keys.  */
  { "*-cardstatus-empty-emptyversion", "GETINFO version", "OK",
    "D {version}\nOK" },
  { "*-*-nosock*", "GETINFO socket_name", "ERR 100663354",
    "D {socket}\nOK" },
  { "*-cardstatus-empty-minimal", "LEARN --force", "S SERIALNO {A}",
    "S READER {text}\n" CARD },
  { "*-cardstatus-empty-failattr", "LEARN --force", "ERR 100663384",
    CARD "\n" KEY_PAIR "\nOK" },
  { "*-cardstatus-empty-nokpi", "LEARN --force", "S SIG-COUNTER {number}",
    "S SIG-COUNTER {number}\n" KEY_PAIR },

  /* It was told to fail where we do not.  */
  { "*-lookup-SERIALNO-*", "SERIALNO *", "ERR *", "S SERIALNO {A}\nOK" },
  { "*-lookup-KEYINFO-*", "KEYINFO {A1}", "ERR *", KEYINFO_1 "\nOK" },
  { "*-lookup-KEYINFOLIST-*", "KEYINFO --list", "ERR *",
    KEYINFO_1 "\n" KEYINFO_2 "\n" KEYINFO_3 "\nOK" },
  { "*-errors", "PKSIGN *", "ERR *", "D {96 bytes}\nOK" },
  { "*-msg-dec-*", "PKDECRYPT {A2}", "ERR *", "D {97 bytes}\nOK" },
  { "*-msg-dec-*", "PKDECRYPT {A2}", "S WARNING *", "" },
  { "*-msg-*", "PKSIGN *", "ERR *", "D {96 bytes}\nOK" },
  { "*-msg-PINCACHE", "PKSIGN *", "S PINCACHE_PUT *", "" },
  { "*-msg-S-WARNING", "PKSIGN *", "S WARNING *", "" },
  { "*-msg-S-WARNING", "PKSIGN *", "S NOTE *", "" },
  { "*-msg-S-WARNING", "PKSIGN *", "S ERROR *", "" },
  { "*-msg-S-WARNING", "PKSIGN *", "S PROGRESS *", "" },
  { "*-msg-S-WARNING", "PKSIGN *", "[#] *", "" },

  { "*-daemon-killed", "PKSIGN *", "(nothing more)", "D {64 bytes}\nOK" },

  /* It made inquiries.  We never do: what answers them is a command.  */
  { "*-msg-*", "PKSIGN *", "INQUIRE *", "D {96 bytes}\nOK" },
  { "*-msg-*", "PKSIGN *", "(nothing more)", "" },
  { "*-msg-*", "END", "INQUIRE *", "ERR 100663365" },
  { "*-msg-*", "END", "(nothing more)", "" },
  { "*-msg-*", "CAN", "ERR 100663395", "ERR 100663571" },
  { "*-msg-*", "END", "ERR 100663547", "ERR 100663365" },

  /* KEYINFO with a grip answers always; a card that is not there is
   * NOT_FOUND.  */
  { "*-missing-card-sign", "KEYINFO {X1}", "ERR 100663313",
    "S KEYINFO {X1} T {A} OPENPGP.1 sc\nOK" },
  { "*-missing-card-sign", "SERIALNO --demand={X}", "ERR 100696144",
    "ERR 100663323" },

  /* Serial numbers in ascending order; the cards of recorded.sh have
   * theirs from names.  */
  { "*-two-cards-card-status-all", "GETINFO card_list", "S SERIALNO {A}",
    "S SERIALNO {B}\nS SERIALNO {A}" },
  { "*-two-cards-card-status-all", "GETINFO card_list", "S SERIALNO {B}",
    "" },

  /* Four keys are two cards.  */
  { "*-one-card-four-keys-sign", "KEYINFO *",
    "S KEYINFO {A4} T {A} OPENPGP.4 sc", "S KEYINFO {B1} T {B} OPENPGP.1 sc" },
};
/* clang-format on */

static unsigned int uses[DIM (known)];

/* The line at TEXT, without its line feed; TEXT moves behind it.  */
static bool
next_line (const char **text, char *line, size_t size)
{
  size_t n = strcspn (*text, "\n");

  if (!**text)
    return false;
  snprintf (line, size, "%.*s", (int)n, *text);
  *text += n + 1;
  return true;
}

static bool
has_name (const char *names, const char *pattern)
{
  char name[128];

  while (next_line (&names, name, sizeof name))
    if (!fnmatch (pattern, name, 0))
      return true;
  return false;
}

static const struct known *
find_known (const char *names, const char *command, const char *line)
{
  size_t i;

  for (i = 0; i < DIM (known); i++)
    if (!fnmatch (known[i].line, line, 0)
        && !fnmatch (known[i].command, command, 0)
        && has_name (names, known[i].names))
      {
        uses[i]++;
        return &known[i];
      }
  return NULL;
}

enum difference
differences_apply (const char *names, const char *command,
                   const char *recorded, struct bytes *r_expected)
{
  enum difference result = DIFFERENCE_NONE;
  const struct known *found;
  char line[256];

  while (next_line (&recorded, line, sizeof line))
    {
      found = find_known (names, command, line);
      if (found && !found->ours)
        return DIFFERENCE_ANY;
      if (found)
        result = DIFFERENCE_LINES;
      bytes_add_str (r_expected, found ? found->ours : line);
      if (!found || *found->ours)
        bytes_add_byte (r_expected, '\n');
    }
  return result;
}

void
differences_print (void)
{
  size_t i;

  for (i = 0; i < DIM (known); i++)
    printf ("%s %u: %s, %s, %s\n", uses[i] ? "difference" : "UNUSED", uses[i],
            known[i].names, known[i].command, known[i].line);
}

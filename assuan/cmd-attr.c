/* SPDX-License-Identifier: GPL-3.0-or-later
 * GETATTR: a table of attributes and their printers.  */

#include "config.h"

#include "assuan/attr.h"
#include "assuan/command.h"
#include "base/text.h"
#include "card/keyspec.h"

#include <inttypes.h>
#include <string.h>

/* What an attribute prints: its name, and what the table has for it.  */
struct attribute
{
  const char *name;
  gpg_error_t (*print) (struct session *session, const struct current *current,
                        const struct attribute *attr);
  const char *value;
  unsigned int flags;
};

enum attribute_flags
{
  ATTR_LEARN = 1,      /* A line of LEARN.  */
  ATTR_NEVER_FAILS = 2 /* gpg-agent crashes if it is not answered.  */
};

static gpg_error_t
print_value (struct session *session, const struct current *current,
             const struct attribute *attr)
{
  (void)current;
  session_status (session, attr->name, "%s", attr->value);
  return 0;
}

/* Known, but without a value: no line.  */
static gpg_error_t
print_nothing (struct session *session, const struct current *current,
               const struct attribute *attr)
{
  (void)session;
  (void)current;
  (void)attr;
  return 0;
}

static gpg_error_t
print_serial (struct session *session, const struct current *current,
              const struct attribute *attr)
{
  session_status (session, attr->name, "%s", current->serial);
  return 0;
}

static gpg_error_t
print_escaped (struct session *session, const struct attribute *attr,
               const char *text)
{
  struct bytes escaped = { 0 };
  gpg_error_t err;

  text_add_plus_escaped (&escaped, text);
  err = bytes_error (&escaped);
  if (!err)
    session_status (session, attr->name, "%s", bytes_text (&escaped));
  bytes_drop (&escaped);
  return err;
}

static gpg_error_t
print_display_serial (struct session *session, const struct current *current,
                      const struct attribute *attr)
{
  char text[DISPLAY_SIZE];

  card_display_serial (current->card, text);
  return print_escaped (session, attr, text);
}

static gpg_error_t
print_name (struct session *session, const struct current *current,
            const struct attribute *attr)
{
  return print_escaped (session, attr, card_name (current->card));
}

/* An empty value is an OK without a line.  */
static gpg_error_t
print_url (struct session *session, const struct current *current,
           const struct attribute *attr)
{
  const char *url = card_url (current->card);

  return *url ? print_escaped (session, attr, url) : 0;
}

static gpg_error_t
print_holder (struct session *session, const struct current *current,
              const struct attribute *attr)
{
  const char *holder = card_holder (current->card);

  return *holder ? print_escaped (session, attr, holder) : 0;
}

static gpg_error_t
print_signatures (struct session *session, const struct current *current,
                  const struct attribute *attr)
{
  session_status (session, attr->name, "%u", card_signatures (current->card));
  return 0;
}

/* The slot that gpg 2.2 offers to ssh: OPENPGP.3, or the signing key if it
 * may do that too.  */
static gpg_error_t
print_auth_keyref (struct session *session, const struct current *current,
                   const struct attribute *attr)
{
  static const enum slot_no order[] = { SLOT_AUTH, SLOT_SIGN };
  struct key_slot *slot;
  size_t i;

  for (i = 0; i < DIM (order); i++)
    {
      slot = card_slot (current->card, order[i]);
      if (slot && (slot_use (slot) & USE_AUTH))
        {
          session_status (session, attr->name, "%s", slot_keyref (slot));
          return 0;
        }
    }
  return because (&session->call, GPG_ERR_INV_NAME,
                  "card '%.40s' has no key for authentication",
                  card_name (current->card));
}

static gpg_error_t
print_fingerprints (struct session *session, const struct current *current,
                    const struct attribute *attr)
{
  struct key_slot *slot;
  int no = 0;

  while ((slot = next_loaded_slot (current->card, &no)))
    if (slot_fingerprint (slot))
      session_status (session, attr->name, "%d %s", no,
                      slot_fingerprint (slot));
  return 0;
}

static gpg_error_t
print_times (struct session *session, const struct current *current,
             const struct attribute *attr)
{
  struct key_slot *slot;
  int no = 0;

  while ((slot = next_loaded_slot (current->card, &no)))
    session_status (session, attr->name, "%d %" PRId64, no,
                    slot_created (slot));
  return 0;
}

/* gpg takes the curve from the end of the line.  */
static gpg_error_t
print_algorithms (struct session *session, const struct current *current,
                  const struct attribute *attr)
{
  const struct keyspec *spec;
  struct key_slot *slot;
  int no;

  for (no = 1; no <= CARD_SLOTS; no++)
    {
      slot = card_slot (current->card, (enum slot_no)no);
      spec = slot && slot_is_loaded (slot) ? slot_spec (slot) : NULL;
      if (spec)
        session_status (session, attr->name, "%d %d %s", no,
                        slot_openpgp_algo (slot), spec->parameters);
      else
        session_status (session, attr->name, "%d 0 0 UNKNOWN", no);
    }
  return 0;
}

/* clang-format off */
static const struct attribute attributes[] = {
  { "READER",        print_value,          "Cloud+KMS",    ATTR_LEARN },
  { "SERIALNO",      print_serial,         NULL,           ATTR_LEARN },
  { "APPTYPE",       print_value,          "openpgp",      ATTR_LEARN },
  { "APPVERSION",    print_value,          "304",          ATTR_LEARN },
  { "EXTCAP",        print_value,
    "gc=0+ki=0+fc=0+pd=0+mcl3=0+aac=0+sm=0+si=5+dec=0+bt=0+kdf=0",
                                                           ATTR_LEARN },
  { "MANUFACTURER",  print_value, "65534 unmanaged S/N range", ATTR_LEARN },
  { "DISP-NAME",     print_holder,         NULL,           ATTR_LEARN },
  { "DISP-SEX",      print_value,          "9",            ATTR_LEARN },
  { "PUBKEY-URL",    print_url,            NULL,           ATTR_LEARN },
  { "LOGIN-DATA",    print_name,           NULL,           ATTR_LEARN },
  { "KEY-FPR",       print_fingerprints,   NULL,           ATTR_LEARN },
  { "KEY-TIME",      print_times,          NULL,           ATTR_LEARN },
  /* The first field: the PIN is good for more than one signature.  */
  { "CHV-STATUS",    print_value,          "+1+127+127+127+3+0+3",
                                                           ATTR_LEARN },
  { "SIG-COUNTER",   print_signatures,     NULL,           ATTR_LEARN },
  { "AID",           print_serial,         NULL,           0 },
  { "$DISPSERIALNO", print_display_serial, NULL,           ATTR_NEVER_FAILS },
  { "$SIGNKEYID",    print_value,          "OPENPGP.1",    0 },
  { "$ENCRKEYID",    print_value,          "OPENPGP.2",    0 },
  { "$AUTHKEYID",    print_auth_keyref,    NULL,           0 },
  { "KEY-ATTR",      print_algorithms,     NULL,           0 },
  { "CARDTYPE",      print_nothing,        NULL,           0 },
  { "DISP-LANG",     print_nothing,        NULL,           0 },
  { "CA-FPR",        print_nothing,        NULL,           0 },
  /* An error here makes "gpg-card list" fail.  */
  { "KEY-LABEL",     print_nothing,        NULL,           0 },
  /* gpg reads 23 bytes of a KDF line unseen.  */
  { "KDF",           print_nothing,        NULL,           0 },
  { "UIF",           print_nothing,        NULL,           0 },
  { "UIF-1",         print_nothing,        NULL,           0 },
  { "UIF-2",         print_nothing,        NULL,           0 },
  { "UIF-3",         print_nothing,        NULL,           0 },
  { "PRIVATE-DO-1",  print_nothing,        NULL,           0 },
  { "PRIVATE-DO-2",  print_nothing,        NULL,           0 },
  { "PRIVATE-DO-3",  print_nothing,        NULL,           0 },
  { "PRIVATE-DO-4",  print_nothing,        NULL,           0 },
};
/* clang-format on */

gpg_error_t
attr_learn (struct session *session, const struct current *current)
{
  gpg_error_t err = 0;
  size_t i;

  for (i = 0; !err && i < DIM (attributes); i++)
    if (attributes[i].flags & ATTR_LEARN)
      err = attributes[i].print (session, current, &attributes[i]);
  return err;
}

static const struct attribute *
attribute_find (const char *name)
{
  size_t i;

  for (i = 0; i < DIM (attributes); i++)
    if (!strcmp (attributes[i].name, name))
      return &attributes[i];
  return NULL;
}

/* The card that is meant: the one with the key GRIP if that is not NULL.  */
static gpg_error_t
find_card (struct session *session, const struct attribute *attr,
           const char *grip, struct current *r_current)
{
  struct key_slot *slot;
  gpg_error_t err;

  if (grip)
    {
      err = current_grip (session, grip, &slot);
      if (!err)
        current_set (r_current, slot_card (slot));
      if (!err || !(attr->flags & ATTR_NEVER_FAILS))
        return err;
      call_forget (&session->call);
    }
  return current_card (session, r_current);
}

gpg_error_t
cmd_getattr (struct session *session, const struct args *args)
{
  const struct attribute *attr = attribute_find (args_word (args, 0));
  struct current current;
  gpg_error_t err;

  if (!attr)
    return because (&session->call, GPG_ERR_INV_NAME, "no attribute '%.40s'",
                    args_word (args, 0));
  err = find_card (session, attr, args_word (args, 1), &current);
  return err ? err : attr->print (session, &current, attr);
}

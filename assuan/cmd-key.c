/* SPDX-License-Identifier: GPL-3.0-or-later
 * READKEY, READCERT, CHECKPIN, and the polite refusals of all that would
 * change a card.  */

#include "config.h"

#include "assuan/command.h"
#include "assuan/current.h"
#include "card/keyspec.h"

#include <inttypes.h>
#include <string.h>

/* The text form that is wanted; NULL for the canonical S-expression.  */
static gpg_error_t
wanted_format (struct session *session, const struct args *args,
               const char **r_format)
{
  const char *format = args_option (args, "format");

  if (args_option (args, "advanced"))
    format = "advanced";
  if (format && strcmp (format, "advanced") && strcmp (format, "ssh"))
    return because (&session->call, GPG_ERR_ASS_PARAMETER,
                    "--format takes advanced or ssh");
  *r_format = format;
  return 0;
}

static gpg_error_t
send_key (struct session *session, struct key_slot *slot, const char *format)
{
  struct bytes text = { 0 };
  gpg_error_t err;

  if (!format)
    {
      session_data (session, slot_public_key (slot));
      return 0;
    }
  err = slot_format_key (slot, format, &text);
  if (!err)
    session_data (session, bytes_span (&text));
  bytes_drop (&text);
  return err;
}

gpg_error_t
cmd_readkey (struct session *session, const struct args *args)
{
  bool info_only = args_option (args, "info-only") != NULL;
  bool info = info_only || args_option (args, "info");
  struct key_slot *slot;
  const char *format = NULL;
  gpg_error_t err;

  err = wanted_format (session, args, &format);
  if (!err)
    err = current_slot (session, args_word (args, 0), &slot);
  if (err)
    return err;
  if (info)
    session_status (session, "KEYPAIRINFO", "%s %s %s %" PRId64 " %s",
                    slot_grip (slot), slot_keyref (slot),
                    slot_use_letters (slot), slot_created (slot),
                    slot_spec (slot)->algo);
  return info_only ? 0 : send_key (session, slot, format);
}

gpg_error_t
cmd_readcert (struct session *session, const struct args *args)
{
  return because (&session->call, GPG_ERR_NOT_FOUND,
                  "there is no certificate for %.40s", args_word (args, 0));
}

gpg_error_t
cmd_checkpin (struct session *session, const struct args *args)
{
  (void)session;
  (void)args;
  return 0;
}

/* Before any INQUIRE: nobody shall send a secret key here in vain.  */
gpg_error_t
cmd_refuse (struct session *session, const struct args *args)
{
  (void)args;
  return because (&session->call, GPG_ERR_NOT_SUPPORTED,
                  "virtual cards cannot be changed; see the key management "
                  "service");
}

gpg_error_t
cmd_no_descriptors (struct session *session, const struct args *args)
{
  (void)args;
  return because (&session->call, GPG_ERR_NOT_IMPLEMENTED,
                  "no command reads from or writes to a descriptor");
}

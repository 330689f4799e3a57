/* SPDX-License-Identifier: GPL-3.0-or-later
 * SETDATA, PKSIGN, PKAUTH, PKDECRYPT: the commands that use a key, and the
 * only ones that report the key management service's troubles.  */

#include "config.h"

#include "assuan/command.h"
#include "assuan/current.h"
#include "base/text.h"

#include <stdio.h>

/* The longest is what ssh has signed: a whole message.  */
#define INDATA_MAX 4096

/* After a failure nothing is set: a client that goes on all the same must
 * not sign half of its data, or that of an earlier command.  */
gpg_error_t
cmd_setdata (struct session *session, const struct args *args)
{
  struct bytes *indata = &session->indata;
  gpg_error_t err;

  if (!args_option (args, "append"))
    bytes_drop (indata);
  err = text_unhex (indata, span_text (args_word (args, 0)));
  if (gpg_err_code (err) == GPG_ERR_INV_VALUE)
    err = because (&session->call, GPG_ERR_ASS_PARAMETER,
                   "the data is not pairs of hex digits");
  else if (!err && indata->n > INDATA_MAX)
    err = because (&session->call, GPG_ERR_TOO_LARGE,
                   "more than %d bytes of data", INDATA_MAX);
  if (err)
    bytes_drop (indata);
  return err;
}

/* What the log says: the keyref and the card, not the grip.  */
static void
note_subject (struct session *session, struct key_slot *slot, const char *hash)
{
  snprintf (session->about, sizeof session->about, " %s %.60s%s%.10s",
            slot_keyref (slot), card_name (slot_card (slot)), hash ? " " : "",
            hash ? hash : "");
}

static gpg_error_t
check_indata (struct session *session)
{
  if (session->indata.n)
    return 0;
  return because (&session->call, GPG_ERR_NO_DATA,
                  "no data: SETDATA comes first");
}

/* Sign the data and forget it.  */
static gpg_error_t
sign (struct session *session, const char *word, enum slot_use use,
      const char *hash)
{
  struct bytes signature = { 0 };
  struct key_slot *slot;
  gpg_error_t err;

  err = current_slot (session, word, &slot);
  if (err)
    goto leave;
  note_subject (session, slot, hash);
  err = check_indata (session);
  if (!err)
    err = card_sign (&session->call, slot, use, bytes_span (&session->indata),
                     hash, &signature);
  if (!err)
    session_data (session, bytes_span (&signature));

leave:
  bytes_drop (&session->indata);
  bytes_drop (&signature);
  return err;
}

gpg_error_t
cmd_pksign (struct session *session, const struct args *args)
{
  return sign (session, args_word (args, 0), USE_SIGN,
               args_option (args, "hash"));
}

gpg_error_t
cmd_pkauth (struct session *session, const struct args *args)
{
  if (args_option (args, "challenge-response"))
    return because (&session->call, GPG_ERR_NOT_SUPPORTED,
                    "no challenge-response: the key signs data only");
  return sign (session, args_word (args, 0), USE_AUTH, NULL);
}

/* Decrypt the data and forget it.  */
gpg_error_t
cmd_pkdecrypt (struct session *session, const struct args *args)
{
  struct bytes point = BYTES_SECRET;
  struct key_slot *slot;
  gpg_error_t err;

  err = current_slot (session, args_word (args, 0), &slot);
  if (err)
    goto leave;
  note_subject (session, slot, NULL);
  err = check_indata (session);
  if (!err)
    err = card_decrypt (&session->call, slot, bytes_span (&session->indata),
                        &point);
  if (!err)
    {
      /* The line is kept until the command has ended, and so must this be:
       * libassuan does not log it and wipes it then.  */
      assuan_begin_confidential (session->ctx);
      session_data (session, bytes_span (&point));
    }

leave:
  bytes_drop (&session->indata);
  bytes_drop (&point);
  return err;
}

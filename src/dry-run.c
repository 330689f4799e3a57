/* SPDX-License-Identifier: GPL-3.0-or-later
 * The dry run, --check: ask the KMS for each key and show it.  */

#include "config.h"

#include "dry-run.h"

#include "base/text.h"
#include "card/card.h"

#include <stdio.h>

/* The pinned key is shown, and what the service says of it at present.  */
static gpg_error_t
show_loaded (struct key_slot *slot, struct call *call)
{
  char fingerprint[FINGERPRINT_SIZE];
  struct bytes created = { 0 };
  struct bytes state = { 0 };
  gpg_error_t err;

  text_add_iso_time (&created, slot_created (slot));
  printf ("  key          %s\n", slot_arn (slot));
  printf ("  algorithm    %s\n", slot_spec (slot)->algo);
  printf ("  usage        %s\n", slot_use_letters (slot));
  printf ("  created      %s\n", bytes_text (&created));
  printf ("  keygrip      %s\n", slot_grip (slot));
  err = slot_compute_fingerprint (slot, fingerprint);
  if (!err)
    printf ("  fingerprint  %s%s\n", fingerprint,
            slot_fingerprint (slot) ? "" : " (if minted with that time)");
  if (!err)
    err = slot_ask_state (slot, call, &state);
  if (!err)
    printf ("  state        %s\n", bytes_text (&state));
  bytes_drop (&created);
  bytes_drop (&state);
  return err;
}

static gpg_error_t
show_slot (struct key_slot *slot, unsigned int timeout_ms)
{
  struct call call;
  gpg_error_t err;

  call_init (&call, &system_clock, timeout_ms);
  err = slot_load (slot, &call);
  printf (" %s  %s\n", slot_keyref (slot), slot_uri (slot));
  if (!err)
    err = show_loaded (slot, &call);
  if (err)
    printf ("  failed       %s\n", call_why (&call, err));
  return err;
}

gpg_error_t
dry_run (struct card_set *set, unsigned int timeout_ms)
{
  struct virtual_card *card;
  struct key_slot *slot;
  char serial[SERIAL_SIZE];
  gpg_error_t first = 0;
  gpg_error_t err;
  size_t i, j;

  for (i = 0; (card = card_set_at (set, i)); i++)
    {
      printf ("card %s\n", card_name (card));
      for (j = 0; (slot = card_key_at (card, j)); j++)
        {
          err = show_slot (slot, timeout_ms);
          if (!first)
            first = err;
        }
      card_serial (card, serial);
      printf ("  serial       %s\n", serial);
    }
  return first;
}

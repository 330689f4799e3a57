/* SPDX-License-Identifier: GPL-3.0-or-later
 * Virtual cards, their slots, and the set of all of them.  */

#ifndef CARD_CARD_H
#define CARD_CARD_H

#include "card/pubkey.h"

struct card_set;
struct key_slot;
struct keyspec;
struct kms_backend;
struct known_keys;
struct virtual_card;

#define SERIAL_SIZE 33 /* 32 hex digits and a NUL.  */
#define DISPLAY_SIZE 16
#define CARD_SLOTS 3

enum slot_no
{
  SLOT_BY_USAGE = 0,
  SLOT_SIGN = 1,
  SLOT_DECRYPT = 2,
  SLOT_AUTH = 3
};

/* What a key may be used for; also the letters of KEYPAIRINFO.  */
enum slot_use
{
  USE_SIGN = 1,
  USE_CERT = 2,
  USE_AUTH = 4,
  USE_DECRYPT = 8
};

/* One `key` line.  Strings are copied.  */
struct key_config
{
  const char *uri;    /* As configured: the name in messages and pins.  */
  const char *region; /* Of the line, or NULL: part of the pin's name.  */
  const char *key_id; /* What the backend gets.  */
  const char *where;  /* "kms-scdaemon.conf:3", for messages.  */
  const char *card;   /* Label, or NULL: a card of its own.  */
  struct kms_backend *backend; /* Borrowed; owned by the set's OWNER.  */
  enum slot_no slot;
  unsigned int use;        /* USE_ bits, 0 = by the slot.  */
  unsigned int hashes;     /* Bits 1 << HASH_xxx allowed, 0 = all.  */
  int64_t created;         /* 0 = the backend's.  */
  bool retired;            /* Shown, but it signs no more.  */
  const char *url;         /* Where the certificate is published, or NULL.  */
  const char *fingerprint; /* Of the certificate; "" or NULL: see the pin. */
};

/* ---- Building: before the first thread ----  */

/* KNOWN is borrowed until the set is freed; OWNER is handed to RELEASE
 * then, after the slots are gone.  The set starts with one reference.  NULL
 * when out of memory.  */
struct card_set *card_set_new (struct known_keys *known,
                               void (*release) (void *owner), void *owner);

/* CONFLICT with a reason when the card's slot is taken, or the key has a
 * card of its own already.  */
gpg_error_t card_set_add (struct card_set *set, struct call *call,
                          const struct key_config *config);

/* A configuration that could not be read becomes a card whose key can
 * never be loaded: lookups are answered, uses fail with ERR and REASON.  */
gpg_error_t card_set_add_broken (struct card_set *set, gpg_error_t err,
                                 const char *reason);

struct card_set *card_set_ref (struct card_set *set);
void card_set_unref (struct card_set *set);

/* ---- Looking things up ----
 *
 * A slot is *loaded* once its public key is known.  Pins are loaded when
 * the set is built; a key seen for the first time is fetched by the
 * functions that say so, once for all who wait, and not again for a few
 * seconds after a failure.  A slot that is not loaded is a *doubt*: a stub
 * may exist for it, so lookups are answered in its name (no gpg-agent
 * takes an error well there) and only its use fails, with the reason.  */

/* Fetch what is not loaded yet, within CALL's deadline.  Failures are kept
 * for slot_load.  */
void card_set_load (struct card_set *set, struct call *call);

size_t card_set_count (const struct card_set *set);
struct virtual_card *card_set_at (struct card_set *set, size_t i);

/* The card with this serial number (any case); NULL if there is none.
 * Fetches nothing.  */
struct virtual_card *card_set_find_serial (struct card_set *set,
                                           const char *serial);

/* Some slot that is not loaded, or NULL.  */
struct key_slot *card_set_doubt (struct card_set *set);

/* WORD is a keyref ("OPENPGP.1", on CARD) or a keygrip (on any card).
 * Fetches what it must.  The slot is loaded then.  INV_ID: no such form;
 * NO_PUBKEY: an empty slot or an unknown grip; else why the slot that is
 * meant cannot be loaded.  */
gpg_error_t card_set_find (struct card_set *set, struct call *call,
                           struct virtual_card *card, const char *word,
                           struct key_slot **r_slot);

/* Is WORD the form of a keygrip: 40 hex digits?  */
bool word_is_grip (const char *word);

/* ---- Cards ----  */

/* The serial number: of its first loaded key, else a provisional one from
 * its name.  */
void card_serial (struct virtual_card *card, char r_serial[SERIAL_SIZE]);

/* What people see of it: "FFFE 1A2B3C4D".  */
void card_display_serial (struct virtual_card *card,
                          char r_text[DISPLAY_SIZE]);

/* "alias/acme-release-v1", the label.  */
const char *card_name (const struct virtual_card *card);

/* Where its certificate is published; "" if nobody says.  */
const char *card_url (const struct virtual_card *card);

/* Who keeps its keys, as DISP-NAME has it: "KMS<<AWS".  */
const char *card_holder (const struct virtual_card *card);

/* NULL when the slot is empty.  A key that is not loaded and has no slot=
 * counts as the signing key unless there is another.  */
struct key_slot *card_slot (struct virtual_card *card, enum slot_no no);

/* The card's I-th key in the order of configuration, loaded or not; NULL
 * behind the last.  */
struct key_slot *card_key_at (struct virtual_card *card, size_t i);

/* Signatures made since the daemon started.  */
unsigned int card_signatures (struct virtual_card *card);

/* ---- Slots ----  */

/* Load the slot if it is not yet: its failure, with the reason, is this
 * call's.  */
gpg_error_t slot_load (struct key_slot *slot, struct call *call);
bool slot_is_loaded (struct key_slot *slot);

struct virtual_card *slot_card (const struct key_slot *slot);
enum slot_no slot_number (const struct key_slot *slot);
const char *slot_keyref (const struct key_slot *slot); /* "OPENPGP.1" */
const char *slot_uri (const struct key_slot *slot);
unsigned int slot_use (const struct key_slot *slot);
const char *slot_use_letters (const struct key_slot *slot); /* "sc" */

/* The rest is for loaded slots only.  Borrowed, as long as the set lives.  */
const struct keyspec *slot_spec (const struct key_slot *slot);
const char *slot_grip (const struct key_slot *slot);
struct span slot_public_key (const struct key_slot *slot); /* canonical */
int slot_openpgp_algo (const struct key_slot *slot); /* RFC 4880: 1, 18...  */
int64_t slot_created (const struct key_slot *slot);
const char *slot_arn (const struct key_slot *slot);
/* 40 hex digits, or NULL while no certificate is known to exist.  */
const char *slot_fingerprint (const struct key_slot *slot);
/* The v4 fingerprint that a certificate minted at slot_created has.  */
gpg_error_t slot_compute_fingerprint (const struct key_slot *slot,
                                      char r_text[FINGERPRINT_SIZE]);
/* What the service says of the key at present: "Enabled".  */
gpg_error_t slot_ask_state (const struct key_slot *slot, struct call *call,
                            struct bytes *r_state);
/* The key as text: see pubkey_format.  */
gpg_error_t slot_format_key (struct key_slot *slot, const char *format,
                             struct bytes *r_text);

/* ---- Using a key ----  */

/* Sign INDATA (see digest.h) with SLOT for USE_SIGN or USE_AUTH.  HASH is
 * the --hash option's word or NULL.  The signature has the card's shape:
 * RSA the modulus' width, ECDSA r and s side by side, EdDSA R and S; it
 * has been verified with the pinned public key.  */
gpg_error_t card_sign (struct call *call, struct key_slot *slot,
                       enum slot_use use, struct span indata, const char *hash,
                       struct bytes *r_signature);

/* The point that SLOT's key and the peer's share.  INDATA is the peer's
 * point, 04 X Y; so is the answer, but with zeros for Y, which the service
 * does not tell and no GnuPG looks at (2.5 wants the length).  R_POINT
 * should be secret.  */
gpg_error_t card_decrypt (struct call *call, struct key_slot *slot,
                          struct span indata, struct bytes *r_point);

#endif /* CARD_CARD_H */

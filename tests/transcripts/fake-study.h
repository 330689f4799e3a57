/* SPDX-License-Identifier: GPL-3.0-or-later
 * A study without keys: what tests of the hall put below it.  */

#ifndef TESTS_FAKE_STUDY_H
#define TESTS_FAKE_STUDY_H

#include "card/card.h"

/* How the fake cards behave; set before the first thread.  */
struct fake_study
{
  bool doubt;           /* A third card, whose key never loads.  */
  bool late;            /* The Ed25519 card loads when it is asked to.  */
  bool minted;          /* The RSA key has a certificate.  */
  bool alone;           /* The RSA card only.  */
  unsigned int slow_ms; /* How long a signature takes.  */
};

extern struct fake_study fake_study;

/* Two cards with a signing key each: RSA and, also for ssh, Ed25519.  */
struct card_set *fake_study_new (void);

void fake_count_signature (struct key_slot *slot);

#endif /* TESTS_FAKE_STUDY_H */

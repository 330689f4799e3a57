/* SPDX-License-Identifier: GPL-3.0-or-later
 * Misbehaviour by name: a key whose alias ends in "-badsig", "-throttle2"
 * and so on answers accordingly.  */

#ifndef EMULATOR_FAULTS_H
#define EMULATOR_FAULTS_H

#include "base/bytes.h"

struct http_reply;
struct kms_call;
struct fault_row;

struct fault
{
  const struct fault_row *row; /* NULL: this key behaves.  */
  unsigned long count;         /* The 2 of "-throttle2".  */
  bool all;                    /* "-all": on every operation.  */
};

/* Read the fault from the end of an alias.  */
void fault_parse (const char *alias, struct fault *r_fault);

/* True if another key takes part in this fault.  */
bool fault_wants_stand_in (const struct fault *fault);

/* Apply the key's fault, if it has one for this operation.  True: the
 * reply is complete.  False: go on, with what the fault changed in CALL. */
bool fault_before (struct kms_call *call);

/* Spoil the complete reply of a call for which fault_before said false.  */
void fault_after (struct kms_call *call);

/* The N-th word of the table, for the documentation's test; or NULL.  */
const char *fault_word_at (size_t n);

#endif /* EMULATOR_FAULTS_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * The KMS half: requests in JSON, refusals in JSON, four operations.  */

#ifndef EMULATOR_KMS_H
#define EMULATOR_KMS_H

#include "base/json.h"
#include "tests/emulator/emulator.h"

#define KMS_JSON_TYPE "application/x-amz-json-1.1"

struct kms_operation;

/* One call being answered.  */
struct kms_call
{
  struct emulator *emu;
  const struct http_request *request;
  struct http_reply *reply;
  const struct kms_operation *operation;
  struct json *doc;
  struct caller caller;
  struct bytes violations; /* Of the members' constraints.  */
  unsigned int n_violations;

  struct key *key;    /* The one that KeyId names.  */
  struct key *named;  /* The one that the answer names.  */
  struct key *signer; /* The one that does the work.  */
  bool spoil_signature;
  bool omit_signature;
  bool misname_algorithm;
};

struct kms_operation
{
  const char *name;
  enum counter counter;
  const char *bad_arn; /* The error type for an ARN that is none.  */

  /* Check the members beyond KeyId and GrantTokens: kms_violation for each
   * that breaks a constraint.  False: refused already.  NULL: none.  */
  bool (*check) (struct kms_call *call);
  void (*run) (struct kms_call *call);
  bool private; /* Uses the private key: what most faults spoil.  */
};

/* Answer a request whose Content-Type is KMS_JSON_TYPE.  */
void kms_answer (struct emulator *emu, const struct http_request *request,
                 struct http_reply *reply);

/* An error as KMS sends it; no "message" member when MESSAGE is empty.  */
void kms_refuse_text (struct kms_call *call, unsigned int status,
                      const char *type, const char *message);
void kms_refuse (struct kms_call *call, unsigned int status, const char *type,
                 const char *format, ...)
  __attribute__ ((format (printf, 4, 5)));

/* A complete answer: the JSON object that was put into BODY.  */
void kms_send (struct kms_call *call, struct bytes *body);

/* A member that breaks a constraint: "VALUE at 'member' failed to satisfy
 * constraint: ..."  All of them become one ValidationException.  */
void kms_violation (struct kms_call *call, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

/* The member is absent, null or of the type asked for; else the call is
 * refused with SerializationException and this is false.  */
bool kms_take_string (struct kms_call *call, const char *name,
                      const char **r_value);
bool kms_take_flag (struct kms_call *call, const char *name, bool *r_value);

/* Find the key that KeyId names.  False: refused.  */
bool kms_find_key (struct kms_call *call);

/* Refuse unless the key's state is Enabled (or Disabled, if that will
 * do).  */
bool kms_check_state (struct kms_call *call, bool disabled_will_do);

/* The members KeySpec, KeyUsage and the list of algorithms.  */
void kms_add_key_facts (struct bytes *out, const struct key *key);

/* The request was good, but DryRun was asked for.  */
void kms_refuse_dry_run (struct kms_call *call);

/* The operations (kms-sign.c, kms-derive.c, kms-describe.c).  */
bool kms_check_sign (struct kms_call *call);
void kms_sign (struct kms_call *call);
bool kms_check_derive (struct kms_call *call);
void kms_derive_shared_secret (struct kms_call *call);
void kms_get_public_key (struct kms_call *call);
void kms_describe_key (struct kms_call *call);

/* "1.767225612345E9", as AWS prints a time.  */
void kms_add_time (struct bytes *out, const char *name, int64_t ms);

#endif /* EMULATOR_KMS_H */

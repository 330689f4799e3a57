/* SPDX-License-Identifier: GPL-3.0-or-later
 * The STS half: form posts in, XML out.  */

#ifndef EMULATOR_STS_H
#define EMULATOR_STS_H

#include "tests/emulator/emulator.h"

/* One call being answered.  */
struct sts_call
{
  struct emulator *emu;
  const struct http_request *request;
  struct http_reply *reply;
  struct form form;
  struct caller caller;
};

/* Answer a request whose body is a form.  */
void sts_answer (struct emulator *emu, const struct http_request *request,
                 struct http_reply *reply);

/* An error as STS sends it.  */
void sts_refuse (struct sts_call *call, unsigned int status, const char *code,
                 const char *format, ...)
  __attribute__ ((format (printf, 4, 5)));

/* Wrap RESULT, a run of elements, as the answer to ACTION.  */
void sts_send (struct sts_call *call, const char *action,
               const struct bytes *result);

/* "<NAME>TEXT</NAME>", TEXT being escaped.  */
void sts_add_element (struct bytes *out, const char *name, const char *text);

/* The action in sts-assume.c.  */
void sts_assume_role_with_web_identity (struct sts_call *call);

#endif /* EMULATOR_STS_H */

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Misbehaviour by name: one row per word at the end of an alias.  */

#include "config.h"

#include "tests/emulator/faults.h"

#include "base/text.h"
#include "tests/emulator/kms.h"

#include <string.h>

#define SLOW_MS 60000
#define HUGE_BODY (10 * 1024 * 1024)
#define WITHHELD 64

/* What happens instead of the operation.  True: the reply is complete.  */
typedef bool fault_fn (struct kms_call *call, const struct fault_row *row);

struct fault_row
{
  const char *word;
  bool counted; /* A number follows the word: for so many calls only.  */
  fault_fn *before;
  void (*after) (struct kms_call *call);
  bool stand_in;       /* Another key signs...  */
  unsigned int status; /* For refuse_plainly.  */
  const char *type;
  const char *message;
};

static bool
refuse_plainly (struct kms_call *call, const struct fault_row *row)
{
  kms_refuse_text (call, row->status, row->type, row->message);
  return true;
}

static bool
deny (struct kms_call *call, const struct fault_row *row)
{
  kms_refuse (call, row->status, row->type,
              "User: %s is not authorized to perform: kms:%s on resource: %s"
              " because no identity-based policy allows the kms:%s action",
              bytes_text (&call->caller.arn), call->operation->name,
              call->key->arn, call->operation->name);
  return true;
}

static bool
be_slow (struct kms_call *call, const struct fault_row *row)
{
  (void)row;
  emulator_wait (call->emu, call->request, SLOW_MS);
  return false;
}

static bool
send_huge (struct kms_call *call, const struct fault_row *row)
{
  unsigned char *p;

  (void)row;
  http_reply_text (call->reply, 200, KMS_JSON_TYPE, "");
  p = bytes_extend (&call->reply->body, HUGE_BODY);
  if (p)
    memset (p, ' ', HUGE_BODY);
  return true;
}

/* STATUS and MESSAGE as they stand, TYPE being the Content-Type.  */
static bool
send_text (struct kms_call *call, const struct fault_row *row)
{
  http_reply_text (call->reply, row->status, row->type, row->message);
  return true;
}

static bool
flip_a_bit (struct kms_call *call, const struct fault_row *row)
{
  (void)row;
  call->spoil_signature = true;
  return false;
}

static bool
omit_signature (struct kms_call *call, const struct fault_row *row)
{
  (void)row;
  call->omit_signature = true;
  return false;
}

static bool
misname_algorithm (struct kms_call *call, const struct fault_row *row)
{
  (void)row;
  call->misname_algorithm = true;
  return false;
}

static bool
use_other_key (struct kms_call *call, const struct fault_row *row)
{
  (void)row;
  call->signer = call->key->stand_in;
  call->named = call->key->stand_in;
  return false;
}

static bool
lie (struct kms_call *call, const struct fault_row *row)
{
  (void)row;
  call->signer = call->key->stand_in;
  return false;
}

static void
truncate_reply (struct kms_call *call)
{
  struct bytes *body = &call->reply->body;
  size_t sent = body->n > WITHHELD ? body->n - WITHHELD : body->n / 2;

  call->reply->withheld = body->n - sent;
  bytes_cut (body, sent);
}

/* clang-format off */
static const struct fault_row fault_rows[] = {
  { "throttle", true, refuse_plainly, NULL, false,
    400, "ThrottlingException",
    "You have exceeded the rate at which you may call KMS. Reduce the "
    "frequency of your calls." },
  { "500x", true, refuse_plainly, NULL, false,
    500, "KMSInternalException",
    "An internal error has occurred. The request can be retried." },
  { "500", false, refuse_plainly, NULL, false,
    500, "KMSInternalException",
    "An internal error has occurred. The request can be retried." },
  { "unavailable", false, refuse_plainly, NULL, false,
    500, "KeyUnavailableException",
    "The key is not available. The request can be retried." },
  { "denied", false, deny, NULL, false,
    400, "AccessDeniedException", NULL },
  { "slow", false, be_slow, NULL, false, 0, NULL, NULL },
  { "hugebody", false, send_huge, NULL, false, 0, NULL, NULL },
  { "garbage", false, send_text, NULL, false,
    200, KMS_JSON_TYPE, "{\"KeyId\": nonsense" },
  { "html", false, send_text, NULL, false,
    502, "text/html",
    "<html><head><title>502 Bad Gateway</title></head>\n"
    "<body><center><h1>502 Bad Gateway</h1></center></body></html>\n" },
  { "truncate", false, NULL, truncate_reply, false, 0, NULL, NULL },
  { "badsig", false, flip_a_bit, NULL, false, 0, NULL, NULL },
  { "nosig", false, omit_signature, NULL, false, 0, NULL, NULL },
  { "wrongalg", false, misname_algorithm, NULL, false, 0, NULL, NULL },
  { "wrongkey", false, use_other_key, NULL, true, 0, NULL, NULL },
  { "liar", false, lie, NULL, true, 0, NULL, NULL },
};
/* clang-format on */

/* True if WORD is the row's word, followed by a number if it needs one.  */
static bool
row_matches (const struct fault_row *row, const char *word,
             unsigned long *r_count)
{
  *r_count = 0;
  if (!row->counted)
    return !strcmp (row->word, word);
  return text_starts (word, row->word)
         && !text_unsigned (word + strlen (row->word), 1, 1000000, r_count);
}

static void
parse_word (const char *word, struct fault *r_fault)
{
  size_t i;

  for (i = 0; i < DIM (fault_rows); i++)
    if (row_matches (fault_rows + i, word, &r_fault->count))
      {
        r_fault->row = fault_rows + i;
        return;
      }
}

void
fault_parse (const char *alias, struct fault *r_fault)
{
  struct bytes name = { 0 };
  char *dash;

  memset (r_fault, 0, sizeof *r_fault);
  bytes_add_str (&name, alias);
  dash = strrchr (bytes_text (&name), '-');
  if (dash && !strcmp (dash, "-all"))
    {
      r_fault->all = true;
      *dash = 0;
      dash = strrchr (bytes_text (&name), '-');
    }
  if (dash)
    parse_word (dash + 1, r_fault);
  bytes_drop (&name);
}

bool
fault_wants_stand_in (const struct fault *fault)
{
  return fault->row && fault->row->stand_in;
}

static bool
applies (const struct kms_call *call)
{
  const struct fault *fault = &call->key->fault;

  return fault->row && (fault->all || call->operation->private);
}

bool
fault_before (struct kms_call *call)
{
  const struct fault *fault = &call->key->fault;

  if (!applies (call) || !fault->row->before)
    return false;
  if (fault->row->counted
      && !key_still_faulted (&call->emu->keys, call->key, fault->count))
    return false;
  return fault->row->before (call, fault->row);
}

void
fault_after (struct kms_call *call)
{
  if (applies (call) && call->key->fault.row->after)
    call->key->fault.row->after (call);
}

const char *
fault_word_at (size_t n)
{
  return n < DIM (fault_rows) ? fault_rows[n].word : NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * The emulated account as a whole: its clock, its counters, and which half
 * answers a request.  */

#include "config.h"

#include "tests/emulator/emulator.h"

#include "base/text.h"
#include "tests/emulator/admin.h"
#include "tests/emulator/kms.h"
#include "tests/emulator/sts.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

const char *
counter_name (enum counter which)
{
  static const char *const names[N_COUNTERS] = {
    [COUNT_SIGN] = "Sign",
    [COUNT_DERIVE_SHARED_SECRET] = "DeriveSharedSecret",
    [COUNT_GET_PUBLIC_KEY] = "GetPublicKey",
    [COUNT_DESCRIBE_KEY] = "DescribeKey",
    [COUNT_ASSUME_ROLE_WITH_WEB_IDENTITY] = "AssumeRoleWithWebIdentity",
    [COUNT_GET_CALLER_IDENTITY] = "GetCallerIdentity",
    [COUNT_REFUSED] = "refused",
    [COUNT_TOTAL] = "total",
    [COUNT_CONNECTIONS] = "connections",
  };

  return names[which];
}

int64_t
emulator_now_ms (struct emulator *emu)
{
  return system_clock.wall_ms (NULL)
         + (int64_t)atomic_load (&emu->clock_offset) * 1000;
}

int64_t
emulator_now (struct emulator *emu)
{
  return emulator_now_ms (emu) / 1000;
}

bool
emulator_wait (struct emulator *emu, const struct http_request *request,
               unsigned long ms)
{
  int64_t end = system_clock.mono_ms (NULL) + (int64_t)ms;
  struct pollfd fds[2] = { { .fd = emu->stop_fd, .events = POLLIN },
                           { .fd = request->socket, .events = POLLRDHUP } };

  for (;;)
    {
      int64_t left = end - system_clock.mono_ms (NULL);
      int n;

      if (left <= 0)
        return true;
      n = poll (fds, DIM (fds), (int)left);
      if (n > 0 || (n < 0 && errno != EINTR))
        return false;
    }
}

static void
answer_service (struct emulator *emu, const struct http_request *request,
                struct http_reply *reply)
{
  bool proper
    = !strcmp (request->method, "POST") && !strcmp (request->uri, "/");

  if (proper && http_has_type (request, "application/x-www-form-urlencoded"))
    sts_answer (emu, request, reply);
  else if (proper && http_has_type (request, KMS_JSON_TYPE))
    kms_answer (emu, request, reply);
  else
    http_reply_text (reply, 404, NULL, "<UnknownOperationException/>\n");
}

void
emulator_answer (struct emulator *emu, const struct http_request *request,
                 struct http_reply *reply)
{
  unsigned long latency = atomic_load (&emu->latency_ms);

  http_reply_number (reply);
  if (request->too_large)
    {
      http_reply_text (reply, 413, NULL, "");
      return;
    }
  if (text_starts (request->uri, ADMIN_PREFIX))
    {
      admin_answer (emu, request, reply);
      return;
    }
  atomic_fetch_add (&emu->counters[COUNT_TOTAL], 1);
  if (latency)
    emulator_wait (emu, request, latency);
  answer_service (emu, request, reply);
  if (reply->status >= 400)
    atomic_fetch_add (&emu->counters[COUNT_REFUSED], 1);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Many sessions at once, and what clients do that transcripts do not: leave
 * in the middle, stop reading, lock each other out.  */

#include "config.h"

#include "tests/transcripts/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define CROWD 64
#define ROUNDS 4
#define SIGN "PKSIGN --hash=sha256 OPENPGP.1"

/* Check's assertions are for the main thread: others report here.  */
struct client
{
  pthread_t thread;
  struct peer peer;
  unsigned int no;
  bool ok;
};

/* ---- Many at once ----  */

static bool
sign_once (struct peer *peer)
{
  struct bytes signature = { 0 };
  bool ok;

  ok = !peer_ask (peer, SET_DIGEST, NULL) && !peer_ask (peer, SIGN, &signature)
       && signature.n == SIGNATURE_SIZE;
  bytes_drop (&signature);
  return ok;
}

static void *
be_busy (void *arg)
{
  struct client *client = arg;
  struct peer *peer = &client->peer;
  int i;

  client->ok = true;
  for (i = 0; client->ok && i < ROUNDS; i++)
    {
      client->ok = !peer_ask (peer, "SERIALNO --all", NULL) && sign_once (peer)
                   && !peer_ask (peer, "KEYINFO --list", NULL)
                   && peer_ask (peer, SIGN, NULL) == GPG_ERR_NO_DATA
                   && !peer_ask (peer, "RESTART", NULL);
      if (client->ok && client->no % 8 == 0)
        client->ok = !peer_ask (peer, "KILLSCD", NULL);
    }
  return NULL;
}

START_TEST (test_crowd)
{
  struct client clients[CROWD + 1];
  struct peer_daemon daemon;
  size_t i;

  stage_start (&daemon, "--slow", "5", NULL);
  memset (clients, 0, sizeof clients);
  for (i = 0; i < CROWD; i++)
    {
      clients[i].no = (unsigned int)i;
      stage_connect (&daemon, &clients[i].peer);
    }
  ck_assert_uint_eq (ask_number (&daemon.pipe, "GETINFO connections"),
                     CROWD + 1);
  /* The pipe's session works like the others.  */
  clients[CROWD].no = CROWD;
  clients[CROWD].peer = daemon.pipe;
  for (i = 0; i <= CROWD; i++)
    ck_assert_int_eq (
      pthread_create (&clients[i].thread, NULL, be_busy, &clients[i]), 0);
  for (i = 0; i <= CROWD; i++)
    pthread_join (clients[i].thread, NULL);
  daemon.pipe = clients[CROWD].peer;
  for (i = 0; i <= CROWD; i++)
    ck_assert_msg (clients[i].ok, "client %zu", i);
  for (i = 0; i < CROWD; i++)
    {
      expect_code (&clients[i].peer, "BYE", 0);
      expect_end (&clients[i].peer);
      peer_close (&clients[i].peer);
    }
  ck_assert_int_eq (daemon_end (&daemon), 0);
}
END_TEST

/* One slow command does not hold up the others.  */
START_TEST (test_parallel)
{
  struct peer peers[8];
  struct peer_daemon daemon;
  struct bytes line = { 0 };
  size_t i;

  stage_start (&daemon, "--slow", "1500", NULL);
  for (i = 0; i < DIM (peers); i++)
    {
      stage_connect (&daemon, &peers[i]);
      expect_code (&peers[i], SET_DIGEST, 0);
      ck_assert (peer_send (&peers[i], SIGN));
    }
  stage_await_log ("C PKSIGN", DIM (peers));
  /* All are in their command; none has an answer.  */
  for (i = 0; i < DIM (peers); i++)
    ck_assert_int_eq (peer_read (&peers[i], &line, 0), PEER_TIMEOUT);
  expect_code (&daemon.pipe, "SERIALNO", 0);
  for (i = 0; i < DIM (peers); i++)
    {
      ck_assert_int_eq (peer_read (&peers[i], &line, LINE_LIMIT_MS),
                        PEER_LINE);
      peer_close (&peers[i]);
    }
  bytes_drop (&line);
  ck_assert_int_eq (daemon_end (&daemon), 0);
}
END_TEST

/* ---- Clients that leave ----  */

static void
await_connections (struct peer_daemon *daemon, unsigned long n)
{
  int tries;

  for (tries = 0; tries < 1000; tries++)
    {
      if (ask_number (&daemon->pipe, "GETINFO connections") == n)
        return;
      poll (NULL, 0, 20);
    }
  ck_abort_msg ("not %lu connections", n);
}

START_TEST (test_vanish)
{
  static const char *const last_words[] = {
    SIGN "\n", SIGN "\n" SIGN "\n", "SERIALNO",
    "\n",      "SETDATA 00",        "LEARN --force\nLEARN --force\nLEARN"
  };
  struct peer peers[48];
  struct peer_daemon daemon;
  size_t i;

  stage_start (&daemon, "--slow", "100", NULL);
  for (i = 0; i < DIM (peers); i++)
    stage_connect (&daemon, &peers[i]);
  for (i = 0; i < DIM (peers); i++)
    {
      const char *words = last_words[i % DIM (last_words)];

      expect_code (&peers[i], SET_DIGEST, 0);
      ck_assert (peer_send_bytes (&peers[i], words, strlen (words)));
      peer_close (&peers[i]);
    }
  await_connections (&daemon, 1);
  expect_signature (&daemon.pipe);
  ck_assert_int_eq (daemon_end (&daemon), 0);
}
END_TEST

/* Ask and ask and never listen, until the daemon is stuck in an answer and
 * takes no more questions.  */
static void
play_deaf (struct peer *peer)
{
  static const char question[] = "RANDOM 4096\n";
  struct pollfd fd = { .fd = peer->out, .events = POLLOUT };
  int i;

  ck_assert_int_eq (fcntl (peer->out, F_SETFL, O_NONBLOCK), 0);
  for (i = 0; i < 1000000; i++)
    if (write (peer->out, question, strlen (question)) < 0 && errno == EAGAIN
        && !poll (&fd, 1, 500))
      break;
  ck_assert_int_lt (i, 1000000);
}

/* That is no reason to stay.  */
START_TEST (test_deaf)
{
  struct peer_daemon daemon;
  struct peer peer;

  stage_start (&daemon, NULL);
  stage_connect (&daemon, &peer);
  play_deaf (&peer);
  play_deaf (&daemon.pipe);
  ck_assert_int_eq (kill (daemon.pid, SIGTERM), 0);
  ck_assert_int_eq (daemon_wait (&daemon), 0);
  peer_close (&peer);
  peer_close (&daemon.pipe);
}
END_TEST

/* ---- LOCK ----  */

static void *
wait_for_lock (void *arg)
{
  struct client *client = arg;

  client->ok = !peer_ask (&client->peer, "LOCK --wait", NULL);
  return NULL;
}

START_TEST (test_lock)
{
  struct client second = { 0 };
  struct peer_daemon daemon;
  struct peer *first = &daemon.pipe;

  stage_start (&daemon, NULL);
  stage_connect (&daemon, &second.peer);
  expect_code (first, "LOCK", 0);
  expect_code (&second.peer, "LOCK", GPG_ERR_LOCKED);
  expect_code (&second.peer, "UNLOCK", GPG_ERR_NOT_LOCKED);
  /* It keeps nobody from anything else.  */
  expect_signature (&second.peer);
  expect_code (&second.peer, "SERIALNO", 0);
  expect_code (&second.peer, "RESTART", 0);
  expect_code (&second.peer, "LOCK", GPG_ERR_LOCKED);

  pthread_create (&second.thread, NULL, wait_for_lock, &second);
  stage_await_log ("C LOCK --wait", 1);
  expect_code (first, "UNLOCK", 0);
  pthread_join (second.thread, NULL);
  ck_assert (second.ok);
  expect_code (first, "LOCK", GPG_ERR_LOCKED);

  /* Who goes leaves it behind.  */
  peer_close (&second.peer);
  await_connections (&daemon, 1);
  expect_code (first, "LOCK", 0);
  ck_assert_int_eq (daemon_end (&daemon), 0);
}
END_TEST

START_TEST (test_lock_deadline)
{
  struct peer_daemon daemon;
  struct peer peer;

  stage_start (&daemon, "--timeout", "300", NULL);
  stage_connect (&daemon, &peer);
  expect_code (&daemon.pipe, "LOCK", 0);
  expect_code (&peer, "LOCK --wait", GPG_ERR_LOCKED);
  /* Who has given up waiting has given up waiting.  */
  ck_assert (peer_send (&peer, "LOCK --wait"));
  peer_close (&peer);
  await_connections (&daemon, 1);
  ck_assert_int_eq (daemon_end (&daemon), 0);
}
END_TEST

/* ---- DEVINFO --watch ----  */

START_TEST (test_watch)
{
  struct peer_daemon daemon;
  struct peer peers[2];
  struct bytes line = { 0 };
  size_t i;

  stage_start (&daemon, NULL);
  /* The main function keeps the first set.  */
  expect_code (&daemon.pipe, "KILLSCD", 0);
  for (i = 0; i < DIM (peers); i++)
    {
      stage_connect (&daemon, &peers[i]);
      ck_assert (peer_send (&peers[i], "DEVINFO --watch"));
      do
        ck_assert_int_eq (peer_read (&peers[i], &line, LINE_LIMIT_MS),
                          PEER_LINE);
      while (strcmp (bytes_text (&line), "S DEVINFO_END"));
    }
  /* They keep no old cards alive.  */
  expect_code (&daemon.pipe, "KILLSCD", 0);
  stage_await_log ("a set of cards is gone", 1);
  peer_close (&peers[0]);
  await_connections (&daemon, 2);
  ck_assert_int_eq (kill (daemon.pid, SIGTERM), 0);
  ck_assert_int_eq (daemon_wait (&daemon), 0);
  ck_assert_int_eq (peer_read (&peers[1], &line, LINE_LIMIT_MS), PEER_LINE);
  ck_assert_str_eq (bytes_text (&line), "OK");
  expect_end (&peers[1]);
  bytes_drop (&line);
  peer_close (&peers[1]);
  peer_close (&daemon.pipe);
}
END_TEST

int
main (void)
{
  TCase *many = tcase_create ("many");
  TCase *rude = tcase_create ("rude");
  TCase *waiting = tcase_create ("waiting");
  TCase *const cases[] = { many, rude, waiting };
  size_t i;

  for (i = 0; i < DIM (cases); i++)
    {
      tcase_add_checked_fixture (cases[i], stage_open, stage_close);
      tcase_set_timeout (cases[i], 120);
    }
  tcase_add_test (many, test_crowd);
  tcase_add_test (many, test_parallel);
  tcase_add_test (rude, test_vanish);
  tcase_add_test (rude, test_deaf);
  tcase_add_test (waiting, test_lock);
  tcase_add_test (waiting, test_lock_deadline);
  tcase_add_test (waiting, test_watch);
  return unit_main ("sessions", cases, DIM (cases));
}

# SPDX-License-Identifier: GPL-3.0-or-later
# tests/transcripts/local.mk - the hall's tests: conversations and stress.

FAKE_LIBS = assuan/libhall.a $(LIBASSUAN_LIBS) $(GROUND_LIBS)
FAKE_STUDY = tests/transcripts/fake-sign.c \
  tests/transcripts/fake-study.c tests/transcripts/fake-study.h
FAKE_PEER = tests/transcripts/peer.c tests/transcripts/peer.h
FAKE_STAGE = $(FAKE_PEER) tests/transcripts/stage.c tests/transcripts/stage.h

check_PROGRAMS += \
  tests/transcripts/fake-scdaemon \
  tests/transcripts/play \
  tests/transcripts/replay
dist_check_SCRIPTS += tests/transcripts/t-transcripts.sh
TESTS += tests/transcripts/t-transcripts.sh

tests_transcripts_fake_scdaemon_SOURCES = \
  tests/transcripts/fake-scdaemon.c $(FAKE_STUDY)
tests_transcripts_fake_scdaemon_LDADD = $(FAKE_LIBS)
tests_transcripts_play_SOURCES = \
  tests/transcripts/pattern.c tests/transcripts/pattern.h \
  tests/transcripts/play.c $(FAKE_PEER)
tests_transcripts_play_LDADD = $(GROUND_LIBS)
tests_transcripts_replay_SOURCES = \
  tests/transcripts/differences.c tests/transcripts/differences.h \
  tests/transcripts/normal.c tests/transcripts/normal.h \
  tests/transcripts/player.c tests/transcripts/player.h \
  tests/transcripts/replay.c $(FAKE_PEER)
tests_transcripts_replay_LDADD = $(GROUND_LIBS)

hall_tests = \
  tests/transcripts/t-server \
  tests/transcripts/t-sessions \
  tests/transcripts/t-socket \
  tests/unit/t-hall

if HAVE_CHECK
check_PROGRAMS += $(hall_tests)
TESTS += $(hall_tests)
endif

tests_transcripts_t_server_SOURCES = tests/transcripts/t-server.c $(FAKE_STAGE)
tests_transcripts_t_server_CFLAGS = $(UNIT_CFLAGS)
tests_transcripts_t_server_LDADD = $(UNIT_GROUND)
tests_transcripts_t_sessions_SOURCES = \
  tests/transcripts/t-sessions.c $(FAKE_STAGE)
tests_transcripts_t_sessions_CFLAGS = $(UNIT_CFLAGS)
tests_transcripts_t_sessions_LDADD = $(UNIT_GROUND)
tests_transcripts_t_socket_SOURCES = tests/transcripts/t-socket.c $(FAKE_STAGE)
tests_transcripts_t_socket_CFLAGS = $(UNIT_CFLAGS)
tests_transcripts_t_socket_LDADD = $(UNIT_GROUND)
tests_unit_t_hall_SOURCES = tests/unit/t-hall.c $(FAKE_STUDY)
tests_unit_t_hall_CFLAGS = $(UNIT_CFLAGS) $(LIBASSUAN_CFLAGS)
tests_unit_t_hall_LDADD = $(FAKE_LIBS) $(CHECK_LIBS)

transcripts = \
  tests/transcripts/connections-pipe.txt \
  tests/transcripts/connections-socket.txt \
  tests/transcripts/devinfo-watch-pipe.txt \
  tests/transcripts/devinfo-watch-socket.txt \
  tests/transcripts/devinfo.txt \
  tests/transcripts/getattr.txt \
  tests/transcripts/getinfo.txt \
  tests/transcripts/gpg-2.2.40-addcardkey.txt \
  tests/transcripts/gpg-2.2.40-card-status-all.txt \
  tests/transcripts/gpg-2.2.40-card-status.txt \
  tests/transcripts/gpg-2.2.40-gpgconf.txt \
  tests/transcripts/gpg-2.2.40-gpgsm-csr.txt \
  tests/transcripts/gpg-2.2.40-mint.txt \
  tests/transcripts/gpg-2.2.40-sign.txt \
  tests/transcripts/gpg-2.2.40-ssh.txt \
  tests/transcripts/gpg-2.4.7-card-status.txt \
  tests/transcripts/gpg-2.4.7-fresh-sign.txt \
  tests/transcripts/gpg-2.4.7-ssh.txt \
  tests/transcripts/gpg-2.4.7-two-cards-sign.txt \
  tests/transcripts/gpg-2.5.12-addcardkey.txt \
  tests/transcripts/gpg-2.5.12-card-status.txt \
  tests/transcripts/gpg-2.5.12-decrypt.txt \
  tests/transcripts/gpg-2.5.12-gpg-card-list.txt \
  tests/transcripts/gpg-2.5.12-quickgen.txt \
  tests/transcripts/gpg-2.5.12-sign.txt \
  tests/transcripts/keyinfo.txt \
  tests/transcripts/killscd.txt \
  tests/transcripts/learn.txt \
  tests/transcripts/lock.txt \
  tests/transcripts/minimal.txt \
  tests/transcripts/pkauth.txt \
  tests/transcripts/pkdecrypt.txt \
  tests/transcripts/pksign.txt \
  tests/transcripts/random.txt \
  tests/transcripts/readkey.txt \
  tests/transcripts/refuse.txt \
  tests/transcripts/serialno.txt \
  tests/transcripts/session.txt \
  tests/transcripts/setdata.txt \
  tests/transcripts/switch.txt \
  tests/transcripts/syntax.txt \
  tests/transcripts/toolong.txt \
  tests/transcripts/fake/alone-killscd.txt \
  tests/transcripts/fake/data.txt \
  tests/transcripts/fake/doubt.txt \
  tests/transcripts/fake/late-demand.txt \
  tests/transcripts/fake/late-keyinfo.txt \
  tests/transcripts/fake/late-list.txt \
  tests/transcripts/fake/late-select.txt \
  tests/transcripts/fake/late.txt \
  tests/transcripts/fake/minted.txt \
  tests/transcripts/fake/nosocket.txt \
  tests/transcripts/fake/shrink-killscd.txt \
  tests/transcripts/fake/stale-reason.txt
recordings = \
  tests/transcripts/recorded/README \
  tests/transcripts/recorded/convert.py \
  tests/transcripts/recorded/gpg-2.2.40.txt \
  tests/transcripts/recorded/gpg-2.4.7.txt \
  tests/transcripts/recorded/gpg-2.5.12.txt
EXTRA_DIST += $(transcripts) $(recordings)

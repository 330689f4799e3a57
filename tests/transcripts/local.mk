# SPDX-License-Identifier: GPL-3.0-or-later
# tests/transcripts/local.mk - the hall's tests: conversations and stress.

FAKE_LIBS = assuan/libhall.a $(LIBASSUAN_LIBS) $(GROUND_LIBS)
FAKE_STUDY = tests/transcripts/fake-study.c tests/transcripts/fake-study.h
FAKE_PEER = tests/transcripts/peer.c tests/transcripts/peer.h
FAKE_STAGE = $(FAKE_PEER) tests/transcripts/stage.c tests/transcripts/stage.h

check_PROGRAMS += \
  tests/transcripts/fake-scdaemon \
  tests/transcripts/play
dist_check_SCRIPTS += tests/transcripts/t-transcripts.sh
TESTS += tests/transcripts/t-transcripts.sh

tests_transcripts_fake_scdaemon_SOURCES = \
  tests/transcripts/fake-scdaemon.c $(FAKE_STUDY)
tests_transcripts_fake_scdaemon_LDADD = $(FAKE_LIBS)
tests_transcripts_play_SOURCES = tests/transcripts/play.c $(FAKE_PEER)
tests_transcripts_play_LDADD = $(GROUND_LIBS)

hall_tests = \
  tests/transcripts/t-server \
  tests/transcripts/t-sessions \
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
tests_unit_t_hall_SOURCES = tests/unit/t-hall.c $(FAKE_STUDY)
tests_unit_t_hall_CFLAGS = $(UNIT_CFLAGS) $(LIBASSUAN_CFLAGS)
tests_unit_t_hall_LDADD = $(FAKE_LIBS) $(CHECK_LIBS)

# SPDX-License-Identifier: GPL-3.0-or-later
# tests/emulator/local.mk - the strict stand-in for AWS KMS.

if HAVE_LIBMICROHTTPD
noinst_LIBRARIES += tests/emulator/libemulator.a
noinst_PROGRAMS += tests/emulator/kms-emulator
endif

EMULATOR_CFLAGS = $(AM_CFLAGS) $(LIBGCRYPT_CFLAGS) $(LIBMICROHTTPD_CFLAGS)

# All but the server and main, so that a unit test can link it.
tests_emulator_libemulator_a_SOURCES = \
  tests/emulator/admin.c tests/emulator/admin.h \
  tests/emulator/callers.c tests/emulator/callers.h \
  tests/emulator/emulator.c tests/emulator/emulator.h \
  tests/emulator/faults.c tests/emulator/faults.h \
  tests/emulator/http.c tests/emulator/http.h \
  tests/emulator/keys.c tests/emulator/keys.h \
  tests/emulator/kms.c tests/emulator/kms.h \
  tests/emulator/kms-derive.c \
  tests/emulator/kms-describe.c \
  tests/emulator/kms-key-id.c \
  tests/emulator/kms-sign.c \
  tests/emulator/material.c tests/emulator/material.h \
  tests/emulator/primes.c \
  tests/emulator/signer.c tests/emulator/signer.h \
  tests/emulator/sigv4-canonical.c \
  tests/emulator/sigv4-check.c tests/emulator/sigv4-check.h \
  tests/emulator/specs.c tests/emulator/specs.h \
  tests/emulator/sts.c tests/emulator/sts.h \
  tests/emulator/sts-assume.c \
  tests/emulator/web-identity.c tests/emulator/web-identity.h
tests_emulator_libemulator_a_CFLAGS = $(EMULATOR_CFLAGS)

tests_emulator_kms_emulator_SOURCES = \
  tests/emulator/main.c \
  tests/emulator/options.c tests/emulator/options.h \
  tests/emulator/server.c tests/emulator/server.h
tests_emulator_kms_emulator_CFLAGS = $(EMULATOR_CFLAGS)
tests_emulator_kms_emulator_LDADD = tests/emulator/libemulator.a \
  $(LIBMICROHTTPD_LIBS) $(GROUND_LIBS)

# Its own tests.  Without it the scripts say so and skip.
emulator_scripts = \
  tests/emulator/t-emulator.sh \
  tests/emulator/t-emulator-admin.sh \
  tests/emulator/t-emulator-auth.sh \
  tests/emulator/t-emulator-faults.sh \
  tests/emulator/t-emulator-recorded.sh

dist_check_SCRIPTS += $(emulator_scripts)
TESTS += $(emulator_scripts)
EXTRA_DIST += tests/emulator/README tests/emulator/emulator.sh

emulator_tests = tests/emulator/t-emulator-keys \
  tests/emulator/t-emulator-parts tests/emulator/t-sigv4-check \
  tests/emulator/t-sigv4-examples

if HAVE_LIBMICROHTTPD
check_PROGRAMS += tests/emulator/check-signature
if HAVE_CHECK
check_PROGRAMS += $(emulator_tests)
TESTS += $(emulator_tests)
endif
endif

EMULATOR_TEST_CFLAGS = $(EMULATOR_CFLAGS) $(CHECK_CFLAGS)
EMULATOR_TEST_LIBS = tests/emulator/libemulator.a $(GROUND_LIBS)

tests_emulator_check_signature_CFLAGS = $(EMULATOR_CFLAGS)
tests_emulator_check_signature_LDADD = $(EMULATOR_TEST_LIBS)
tests_emulator_t_emulator_keys_CFLAGS = $(EMULATOR_TEST_CFLAGS)
tests_emulator_t_emulator_keys_LDADD = $(EMULATOR_TEST_LIBS) $(CHECK_LIBS)
tests_emulator_t_emulator_parts_CFLAGS = $(EMULATOR_TEST_CFLAGS)
tests_emulator_t_emulator_parts_LDADD = $(EMULATOR_TEST_LIBS) $(CHECK_LIBS)
tests_emulator_t_sigv4_check_CFLAGS = $(EMULATOR_TEST_CFLAGS)
tests_emulator_t_sigv4_check_LDADD = $(EMULATOR_TEST_LIBS) $(CHECK_LIBS)
tests_emulator_t_sigv4_examples_CFLAGS = $(EMULATOR_TEST_CFLAGS)
tests_emulator_t_sigv4_examples_LDADD = $(EMULATOR_TEST_LIBS) $(CHECK_LIBS)

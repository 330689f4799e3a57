# SPDX-License-Identifier: GPL-3.0-or-later
# tests/local.mk - what `make check` runs.

AM_TESTS_ENVIRONMENT = \
  top_srcdir='$(top_srcdir)'; top_builddir='$(top_builddir)'; \
  CC='$(CC)'; export top_srcdir top_builddir CC;

# House rules: they look at sources and documents.
house_tests = \
  tests/t-docs.sh \
  tests/t-doors.sh \
  tests/t-floors.sh \
  tests/t-headers.sh \
  tests/t-sizes.sh

dist_check_SCRIPTS += $(house_tests)
TESTS += $(house_tests)
noinst_HEADERS += \
  tests/unit/aws-kms-cases.h \
  tests/unit/aws-kms-rig.h \
  tests/unit/canned-kms.h \
  tests/unit/card-rig.h \
  tests/unit/fake-kms.h \
  tests/unit/gpg-keys.h \
  tests/unit/known-keys-lines.h \
  tests/unit/pem-keys.h \
  tests/unit/pkcs8-build.h \
  tests/unit/pubkey-vectors.h \
  tests/unit/scalars.h \
  tests/unit/sign-spoils.h \
  tests/unit/unit.h \
  tests/unit/vectors.h

# Unit tests: each links its own floor and those below it, so that a call
# upwards is an undefined reference.
ground_tests = tests/unit/t-bytes tests/unit/t-call tests/unit/t-der \
  tests/unit/t-file tests/unit/t-json tests/unit/t-log tests/unit/t-text
road_tests = tests/unit/t-http tests/unit/t-retry
cloud_tests = tests/unit/t-creds tests/unit/t-endpoint \
  tests/unit/t-profile tests/unit/t-request tests/unit/t-sigv4
desk_tests = tests/unit/t-aws-errors tests/unit/t-aws-kms \
  tests/unit/t-file-kms tests/unit/t-kms
study_tests = tests/unit/t-card tests/unit/t-decrypt tests/unit/t-digest \
  tests/unit/t-keyspec tests/unit/t-known-keys tests/unit/t-load tests/unit/t-policy tests/unit/t-pubkey \
  tests/unit/t-sign
roof_tests = tests/unit/t-keyline

if HAVE_CHECK
unit_tests = $(ground_tests) $(road_tests) $(cloud_tests) $(desk_tests) \
  $(study_tests) $(roof_tests)
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif

UNIT_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(LIBGCRYPT_CFLAGS)
UNIT_GROUND = $(GROUND_LIBS) $(CHECK_LIBS)
UNIT_ROAD = $(ROAD_LIBS) $(CHECK_LIBS)
UNIT_CLOUD = $(CLOUD_LIBS) $(CHECK_LIBS)
UNIT_DESK = $(DESK_LIBS) $(CHECK_LIBS)
UNIT_STUDY = $(STUDY_LIBS) $(CHECK_LIBS)

tests_unit_t_bytes_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_bytes_LDADD = $(UNIT_GROUND)
tests_unit_t_call_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_call_LDADD = $(UNIT_GROUND)
tests_unit_t_der_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_der_LDADD = $(UNIT_GROUND)
tests_unit_t_file_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_file_LDADD = $(UNIT_GROUND)
tests_unit_t_json_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_json_LDADD = $(UNIT_GROUND)
tests_unit_t_log_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_log_LDADD = $(UNIT_GROUND)
tests_unit_t_text_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_text_LDADD = $(UNIT_GROUND)
tests_unit_t_http_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_http_LDADD = $(UNIT_ROAD)
tests_unit_t_retry_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_retry_LDADD = $(UNIT_ROAD)
tests_unit_t_creds_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_creds_LDADD = $(UNIT_CLOUD)
tests_unit_t_endpoint_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_endpoint_LDADD = $(UNIT_CLOUD)
tests_unit_t_profile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_profile_LDADD = $(UNIT_CLOUD)
tests_unit_t_request_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_request_LDADD = $(UNIT_CLOUD)
tests_unit_t_sigv4_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_sigv4_LDADD = $(UNIT_CLOUD)
tests_unit_t_aws_kms_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_aws_kms_LDADD = $(UNIT_DESK)
tests_unit_t_file_kms_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_file_kms_LDADD = $(UNIT_DESK)
tests_unit_t_kms_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_kms_LDADD = $(UNIT_DESK)
tests_unit_t_card_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_card_LDADD = $(UNIT_STUDY)
tests_unit_t_digest_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_digest_LDADD = $(UNIT_STUDY)
tests_unit_t_keyspec_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_keyspec_LDADD = $(UNIT_STUDY)
tests_unit_t_known_keys_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_known_keys_LDADD = $(UNIT_STUDY)
tests_unit_t_policy_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_policy_LDADD = $(UNIT_STUDY)
tests_unit_t_pubkey_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_pubkey_LDADD = $(UNIT_STUDY)
tests_unit_t_sign_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_sign_LDADD = $(UNIT_STUDY)
tests_unit_t_load_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_load_LDADD = $(UNIT_STUDY)
tests_unit_t_decrypt_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_decrypt_LDADD = $(UNIT_STUDY)
tests_unit_t_aws_errors_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_aws_errors_LDADD = $(UNIT_DESK)
tests_unit_t_keyline_SOURCES = tests/unit/t-keyline.c src/keyline.c
tests_unit_t_keyline_CFLAGS = $(UNIT_CFLAGS)
tests_unit_t_keyline_LDADD = $(UNIT_STUDY)

# End to end: stock gpg, one feature each.
e2e_tests = \
  tests/e2e/card-status.sh \
  tests/e2e/cards.sh \
  tests/e2e/config.sh \
  tests/e2e/decrypt.sh \
  tests/e2e/digests.sh \
  tests/e2e/down.sh \
  tests/e2e/file-key.sh \
  tests/e2e/fresh.sh \
  tests/e2e/gpgsm.sh \
  tests/e2e/life.sh \
  tests/e2e/mint.sh \
  tests/e2e/parallel.sh \
  tests/e2e/recorded.sh \
  tests/e2e/refuse.sh \
  tests/e2e/retired.sh \
  tests/e2e/sign.sh \
  tests/e2e/ssh.sh \
  tests/e2e/tls.sh \
  tests/e2e/transcripts.sh \
  tests/e2e/traps.sh \
  tests/e2e/upkeep.sh \
  tests/e2e/web-identity.sh

dist_check_SCRIPTS += $(e2e_tests)
EXTRA_DIST += tests/e2e/lib.sh
TESTS += $(e2e_tests)

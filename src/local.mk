# SPDX-License-Identifier: GPL-3.0-or-later
# src/local.mk - one convenience library per floor, and the daemon.

noinst_LIBRARIES += src/libground.a src/libroad.a src/libcloud.a \
  src/libdesk.a src/libstudy.a

src_libground_a_SOURCES = \
  src/base/bytes.c src/base/bytes.h \
  src/base/call.c src/base/call.h \
  src/base/der.c src/base/der.h \
  src/base/file.c src/base/file.h \
  src/base/json.c src/base/json.h \
  src/base/log.c src/base/log.h \
  src/base/text.c src/base/text.h
src_libground_a_CFLAGS = $(AM_CFLAGS) $(LIBGCRYPT_CFLAGS) $(JSON_C_CFLAGS)

src_libroad_a_SOURCES = \
  src/net/http.c src/net/http.h \
  src/net/pool.c src/net/pool.h \
  src/net/retry.c src/net/retry.h
src_libroad_a_CFLAGS = $(AM_CFLAGS) $(LIBCURL_CFLAGS)

src_libcloud_a_SOURCES = \
  src/aws/creds.c src/aws/creds.h \
  src/aws/creds-env.c \
  src/aws/creds-profile.c \
  src/aws/creds-sts.c \
  src/aws/endpoint.c src/aws/endpoint.h \
  src/aws/environment.c src/aws/environment.h \
  src/aws/profile.c src/aws/profile.h \
  src/aws/providers.h \
  src/aws/request.c src/aws/request.h \
  src/aws/sigv4.c src/aws/sigv4.h
src_libcloud_a_CFLAGS = $(AM_CFLAGS) $(LIBGCRYPT_CFLAGS)

src_libdesk_a_SOURCES = \
  src/kms/aws-errors.c src/kms/aws-errors.h \
  src/kms/aws-kms.c src/kms/aws-kms.h \
  src/kms/aws-post.c src/kms/aws-post.h \
  src/kms/file-kms.c src/kms/file-kms.h \
  src/kms/kms.c src/kms/kms.h \
  src/kms/pkcs8.c src/kms/pkcs8.h
src_libdesk_a_CFLAGS = $(AM_CFLAGS) $(LIBGCRYPT_CFLAGS)

src_libstudy_a_SOURCES = \
  src/card/card.c src/card/card.h \
  src/card/card-set.c \
  src/card/decrypt.c \
  src/card/digest.c src/card/digest.h \
  src/card/keyspec.c src/card/keyspec.h \
  src/card/known-keys.c src/card/known-keys.h \
  src/card/load.c \
  src/card/policy.c src/card/policy.h \
  src/card/pubkey.c src/card/pubkey.h \
  src/card/sign.c \
  src/card/slot.c src/card/slot.h
src_libstudy_a_CFLAGS = $(AM_CFLAGS) $(LIBGCRYPT_CFLAGS)

# What a program links to reach a floor and all below it.
GROUND_LIBS = src/libground.a $(LIBGCRYPT_LIBS) $(JSON_C_LIBS) \
  $(GPG_ERROR_LIBS)
ROAD_LIBS = src/libroad.a $(LIBCURL_LIBS) $(GROUND_LIBS)
CLOUD_LIBS = src/libcloud.a $(ROAD_LIBS)
DESK_LIBS = src/libdesk.a $(CLOUD_LIBS)
STUDY_LIBS = src/libstudy.a $(DESK_LIBS)
HALL_LIBS = assuan/libhall.a $(LIBASSUAN_LIBS) $(STUDY_LIBS)

bin_PROGRAMS += src/kms-scdaemon
src_kms_scdaemon_SOURCES = \
  src/dry-run.c src/dry-run.h \
  src/keyline.c src/keyline.h \
  src/main.c \
  src/options.c src/options.h \
  src/wiring.c src/wiring.h
src_kms_scdaemon_LDADD = $(HALL_LIBS)

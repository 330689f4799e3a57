# SPDX-License-Identifier: GPL-3.0-or-later
# assuan/local.mk - the hall: lines to commands, sessions, sockets.

noinst_LIBRARIES += assuan/libhall.a

assuan_libhall_a_SOURCES = \
  assuan/attr.h assuan/cmd-attr.c \
  assuan/cmd-card.c \
  assuan/cmd-control.c \
  assuan/cmd-crypto.c \
  assuan/cmd-key.c \
  assuan/command.c assuan/command.h \
  assuan/current.c assuan/current.h \
  assuan/hall.c assuan/hall.h \
  assuan/listener.c assuan/listener.h \
  assuan/server.c assuan/server.h \
  assuan/session.c assuan/session.h
assuan_libhall_a_CFLAGS = $(AM_CFLAGS) $(LIBASSUAN_CFLAGS)

# SPDX-License-Identifier: GPL-3.0-or-later
# doc/local.mk - man pages and guides.

dist_man_MANS += doc/kms-scdaemon.1 doc/kms-scdaemon.conf.5
dist_doc_DATA += doc/GNUPG doc/HACKING doc/PROTOCOL

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A Debian repository, published from a snapshot.
#
# Setup: aptly publish -gpg-key=FINGERPRINT; gpgProvider stays "gpg"

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
# shellcheck source=tests/tools/debian.sh
. "$top_srcdir/tests/tools/debian.sh"
need aptly dpkg-deb apt-get
release_tool "$(version_of aptly version)"

publish ()
{
  acme_deb
  cat >conf <<EOF
{"rootDir": "$PWD/aptly", "architectures": ["amd64"]}
EOF
  ok "$kind: repo create" aptly -config=conf repo create acme
  ok "$kind: repo add" aptly -config=conf repo add acme acme_1.0_all.deb
  ok "$kind: snapshot" aptly -config=conf snapshot create one from repo acme
  no_signature "aptly publish" aptly -config=conf publish snapshot \
    -distribution=stable -gpg-key="$fpr" one
  signs 2 "aptly publish -gpg-key" aptly -config=conf publish snapshot \
    -distribution=stable -gpg-key="$fpr" one
  apt_accepts "$PWD/aptly/public" stable
  ok "$kind: drop" aptly -config=conf publish drop stable
  signs 2 "aptly publish -batch" aptly -config=conf publish snapshot \
    -distribution=stable -batch one
  apt_accepts "$PWD/aptly/public" stable
}

each_kind publish
finish

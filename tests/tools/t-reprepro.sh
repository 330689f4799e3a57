#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A Debian repository that is signed whenever it changes.
#
# Setup: conf/distributions: SignWith: FINGERPRINT (or "yes": default key)

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
# shellcheck source=tests/tools/debian.sh
. "$top_srcdir/tests/tools/debian.sh"
need reprepro dpkg-deb apt-get
release_tool "$(version_of reprepro --version)"

configure () # SIGN-WITH
{
  mkdir -p repo/conf
  cat >repo/conf/distributions <<EOF
Origin: ACME
Codename: stable
Architectures: amd64
Components: main
SignWith: $1
EOF
}

publish ()
{
  acme_deb
  configure "$fpr"
  signs 2 "reprepro includedeb" reprepro -b repo includedeb stable \
    acme_1.0_all.deb
  apt_accepts "$PWD/repo" stable
  configure yes
  signs 2 "SignWith: yes" reprepro -b repo export stable
  apt_accepts "$PWD/repo" stable
  no_signature "reprepro export" reprepro -b repo export stable
}

each_kind publish
finish

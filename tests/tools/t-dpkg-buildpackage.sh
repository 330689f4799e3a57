#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A build that signs its .dsc, .buildinfo and .changes.
#
# Setup: dpkg-buildpackage -kFINGERPRINT, or DEB_SIGN_KEYID; without them
# Setup: the key of the mail address in debian/changelog

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
# shellcheck source=tests/tools/debian.sh
. "$top_srcdir/tests/tools/debian.sh"
need dpkg-buildpackage dscverify make
release_tool "$(version_of dpkg-buildpackage --version)"

build () # OPTION...
(
  cd acme-1.0 && dpkg-buildpackage "$@"
)

build_and_sign ()
{
  acme_source acme-1.0
  signs 3 "dpkg-buildpackage -k" build "-k$fpr"
  changes=$(echo acme_1.0_*.changes)
  ok "$kind: dscverify" dscverify_with "$cert.gpg" "$changes"
  for file in acme_1.0.dsc acme_1.0_*.buildinfo "$changes"; do
    ok "$kind: $file" as_reader gpg --batch --verify "$file"
    says "Good signature"
    sed 's/^Source: acme/&x/' "$file" >"$work/changed"
    fails "$kind: $file, changed" \
      as_reader gpg --batch --verify "$work/changed"
    says "BAD signature"
  done
  rm -f acme_1.0*
  signs 3 "dpkg-buildpackage" build
  ok "$kind: dscverify again" dscverify_with "$cert.gpg" "$changes"
  fails "$kind: another key" dscverify_with "$other.gpg" "$changes"
  sed -i 's/^Source: acme/&x/' "$changes"
  fails "$kind: changed" dscverify_with "$cert.gpg" "$changes"
  rm -f acme_1.0*
  no_signature "dpkg-buildpackage -k" build "-k$fpr"
}

each_kind build_and_sign
finish

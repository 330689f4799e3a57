#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Signing what was built without a signature, as on a release machine.
#
# Setup: debsign -kFINGERPRINT, or DEBSIGN_KEYID in ~/.devscripts

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
# shellcheck source=tests/tools/debian.sh
. "$top_srcdir/tests/tools/debian.sh"
need debsign dscverify dpkg-buildpackage make
release_tool "$(version_of debsign --version)"

build ()
(
  cd acme-1.0 && dpkg-buildpackage -us -uc
)

sign_the_built ()
{
  acme_source acme-1.0
  ok "$kind: build" build
  changes=$(echo acme_1.0_*.changes)
  fails "$kind: not signed yet" dscverify_with "$cert.gpg" "$changes"
  no_signature "debsign -k" debsign --no-conf "-k$fpr" "$changes"
  signs 3 "debsign -k" debsign --no-conf "-k$fpr" "$changes"
  ok "$kind: dscverify" dscverify_with "$cert.gpg" "$changes"
  fails "$kind: another key" dscverify_with "$other.gpg" "$changes"
  signs 3 "debsign --re-sign -e" debsign --no-conf --re-sign \
    -e'ACME Releases <release@acme.example>' "$changes"
  ok "$kind: dscverify again" dscverify_with "$cert.gpg" "$changes"
  sed -i 's/^Source: acme/&x/' acme_1.0.dsc
  fails "$kind: changed" dscverify_with "$cert.gpg" acme_1.0.dsc
}

each_kind sign_the_built
finish

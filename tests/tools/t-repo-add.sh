#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A package database of pacman, with signatures.
#
# Setup: repo-add --sign --key FINGERPRINT, or GPGKEY; look for the .sig,
# Setup: because repo-add only warns when there is none

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
need repo-add bsdtar
release_tool "$(version_of repo-add --version)"

make_package ()
{
  mkdir -p tree/usr/share/acme
  echo 1.0 >tree/usr/share/acme/version
  cat >tree/.PKGINFO <<EOF
pkgname = acme
pkgbase = acme
pkgver = 1.0-1
pkgdesc = Nothing at all
url = https://acme.example/
builddate = 1767225600
packager = ACME Releases <release@acme.example>
size = 4
arch = any
license = GPL3
EOF
  bsdtar -czf acme-1.0-1-any.pkg.tar.gz -C tree .PKGINFO usr
}

# It warns of a missing signature, and ends with status 0.
add_and_look ()
{
  repo-add --sign --key "$fpr" new.db.tar.gz acme-1.0-1-any.pkg.tar.gz \
    && [ -s new.db.tar.gz.sig ]
}

sign_database ()
{
  ok "$kind: package" make_package
  signs 1 "gpg --detach-sign (.pkg)" gpg --batch -u "$fpr" --detach-sign \
    --use-agent --no-armor acme-1.0-1-any.pkg.tar.gz
  signs 2 "repo-add --sign --key" repo-add --sign --key "$fpr" \
    acme.db.tar.gz acme-1.0-1-any.pkg.tar.gz
  accepted acme.db.tar.gz acme.db.tar.gz.sig
  accepted acme.files.tar.gz acme.files.tar.gz.sig
  accepted acme-1.0-1-any.pkg.tar.gz acme-1.0-1-any.pkg.tar.gz.sig
  signs 2 "repo-add --verify --sign" repo-add --verify --sign \
    acme.db.tar.gz acme-1.0-1-any.pkg.tar.gz
  change_byte acme.db.tar.gz changed
  cp changed acme.db.tar.gz
  fails "$kind: repo-add --verify, changed" as_reader repo-add --verify \
    acme.db.tar.gz acme-1.0-1-any.pkg.tar.gz
  no_signature "repo-add" add_and_look
}

each_kind sign_database
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Signed RPM packages, judged by rpmkeys with a database of its own.
#
# Setup: ~/.rpmmacros: %_gpg_name FINGERPRINT; on Debian also
# Setup: %__gpg /usr/bin/gpg, because its rpm looks for gpg2

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
need rpmsign rpmbuild rpmkeys
release_tool "$(version_of rpmsign --version)"

build_rpm ()
{
  cat >acme.spec <<EOF
Name: acme
Version: 1.0
Release: 1
Summary: Nothing at all
License: GPL-3.0-or-later
BuildArch: noarch
%description
It contains one file.
%install
mkdir -p %{buildroot}/usr/share/acme
echo 1.0 >%{buildroot}/usr/share/acme/version
%files
/usr/share/acme/version
EOF
  rpmbuild -bb --define "_topdir $PWD" --define "_dbpath $PWD/db" acme.spec \
    && cp RPMS/noarch/acme-1.0-1.noarch.rpm acme.rpm
}

import_key () # DATABASE CERTIFICATE
{
  rpmkeys --define "_dbpath $PWD/$1" --import "$2"
}

# check DATABASE PACKAGE: good, and by a key that is known.
check ()
{
  rpmkeys --define "_dbpath $PWD/$1" --define '_pkgverify_level signature' \
    -Kv "$2"
}

sign_package ()
{
  if [ "$kind" = p256 ] && ! import_key reader "$cert.asc" 2>/dev/null; then
    unable "this rpmkeys imports no ECDSA key"
    return
  fi
  ok "$kind: rpmkeys --import" import_key reader "$cert.asc"
  ok "$kind: rpmkeys --import, another key" import_key stranger "$other.asc"
  ok "$kind: rpmbuild" build_rpm
  fails "$kind: not signed yet" check reader acme.rpm
  printf '%%_gpg_name %s\n%%__gpg %s\n' "$fpr" "$(command -v gpg)" \
    >"$HOME/.rpmmacros"
  no_signature "rpmsign" rpmsign --addsign acme.rpm
  signs 1 "rpmsign --addsign" rpmsign --addsign acme.rpm
  ok "$kind: rpmkeys -K" check reader acme.rpm
  change_byte acme.rpm changed.rpm
  fails "$kind: changed" check reader changed.rpm
  fails "$kind: another key" check stranger acme.rpm
  says NOKEY
  signs 1 "rpmsign --resign" rpmsign --resign acme.rpm
  ok "$kind: rpmkeys -K again" check reader acme.rpm
}

each_kind sign_package
finish

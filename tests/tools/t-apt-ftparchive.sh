#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The usual script around apt-ftparchive: gpg itself signs the Release file.
#
# Setup: gpg --default-key FINGERPRINT or -u FINGERPRINT, as they stand in
# Setup: the script

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
# shellcheck source=tests/tools/debian.sh
. "$top_srcdir/tests/tools/debian.sh"
need apt-ftparchive dpkg-deb apt-get
release_tool "$(version_of apt-ftparchive --version)"

index ()
(
  cd repo || exit 1
  mkdir -p pool dists/stable/main/binary-amd64
  cp ../acme_1.0_all.deb pool/
  apt-ftparchive packages pool >dists/stable/main/binary-amd64/Packages \
    && apt-ftparchive -o APT::FTPArchive::Release::Codename=stable \
      -o APT::FTPArchive::Release::Components=main \
      -o APT::FTPArchive::Release::Architectures=amd64 \
      release dists/stable >Release.new \
    && mv Release.new dists/stable/Release
)

# A script that wants -e, as they do.
make_script () # OPTIONS
{
  cat >sign.sh <<EOF
cd repo/dists/stable
rm -f InRelease Release.gpg
gpg --batch $1 -abs -o Release.gpg Release
gpg --batch $1 --clearsign -o InRelease Release
EOF
}

publish ()
{
  mkdir repo
  acme_deb
  ok "$kind: index" index
  make_script "--default-key $fpr"
  signs 2 "gpg --default-key" sh -e sign.sh
  apt_accepts "$PWD/repo" stable
  make_script "-u $fpr"
  signs 2 "gpg -u" sh -e sign.sh
  apt_accepts "$PWD/repo" stable
  no_signature "gpg -u" sh -e sign.sh
}

each_kind publish
finish

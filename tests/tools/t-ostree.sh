#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A commit and the summary of an ostree repository, pulled by a reader.
#
# Setup: ostree commit --gpg-sign=FINGERPRINT, ostree summary -u --gpg-sign=

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
need ostree
release_tool "$(ostree --version | sed -n "s/^ *Version: '\(.*\)'/\1/p")"

# pull NAME CERTIFICATE: into a repository that asks for both signatures.
pull ()
{
  rm -rf "$1"
  ostree --repo="$1" init --mode=archive \
    && ostree --repo="$1" remote add --gpg-import="$2" \
      --set=gpg-verify=true --set=gpg-verify-summary=true \
      acme "file://$PWD/repo" \
    && ostree --repo="$1" pull acme stable
}

commit () # OPTION...
{
  ostree --repo=repo commit --branch=stable --subject="Release 1.0" "$@" tree
}

sign_repository ()
{
  mkdir tree
  echo 1.0 >tree/version
  ok "$kind: init" ostree --repo=repo init --mode=archive
  no_signature "ostree commit" commit --gpg-sign="$fpr"
  ok "$kind: unsigned commit" commit
  signs 1 "ostree summary --gpg-sign" ostree --repo=repo summary -u \
    --gpg-sign="$fpr"
  fails "$kind: pull without a signed commit" as_reader pull reader "$cert.asc"
  signs 1 "ostree commit --gpg-sign" commit --gpg-sign="$fpr"
  ok "$kind: summary again" ostree --repo=repo summary -u \
    --gpg-sign="$fpr"
  ok "$kind: pull" as_reader pull reader "$cert.asc"
  ok "$kind: show" as_reader ostree --repo=reader show acme:stable
  says "Good signature from \"ACME Releases"
  fails "$kind: another key" as_stranger pull stranger "$other.asc"
  ok "$kind: summary changed" change_byte repo/summary changed
  cp changed repo/summary
  fails "$kind: pull of a changed summary" as_reader pull reader "$cert.asc"
}

each_kind sign_repository
finish

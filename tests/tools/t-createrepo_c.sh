#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The metadata of an RPM repository with a detached signature.
#
# Setup: gpg -u FINGERPRINT --detach-sign --armor repodata/repomd.xml

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
need createrepo_c
release_tool "$(version_of createrepo_c --version)"

sign_repository ()
{
  mkdir repo
  ok "$kind: createrepo_c" createrepo_c repo
  signs 1 "gpg --detach-sign --armor" gpg --batch -u "$fpr" --detach-sign \
    --armor repo/repodata/repomd.xml
  accepted repo/repodata/repomd.xml repo/repodata/repomd.xml.asc
  no_signature "gpg --detach-sign" gpg --batch --yes -u "$fpr" --detach-sign \
    --armor repo/repodata/repomd.xml
}

each_kind sign_repository
finish

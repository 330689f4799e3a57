#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The library behind reprepro, ostree, mutt and others, from Python.
#
# Setup: gpg.Context(signers=list of keys found by FINGERPRINT, secret=True)

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
find_python gpg
script=$top_srcdir/tests/tools/sign-gpgme.py
release_tool "$(version_of "$python" "$script" version)"

sign_files ()
{
  seq 1 1000 >data
  no_signature "Context.sign" "$python" "$script" detach data "$fpr"
  signs 1 "Context.sign, clear" "$python" "$script" clear data "$fpr"
  ok "$kind: clear text" as_reader gpg --batch --verify data.asc
  for way in "detach data $fpr" "default data" "loopback data $fpr"; do
    what=${way%% *}
    # shellcheck disable=SC2086 # Words.
    signs 1 "Context.sign, $what" "$python" "$script" $way
    ok "$kind: Context.verify" as_reader "$python" "$script" verify data
    says "$fpr"
    accepted data data.asc
  done
  fails "$kind: Context.verify, another key" as_stranger "$python" "$script" \
    verify data
  change_byte data changed
  cp changed data
  fails "$kind: Context.verify, changed" as_reader "$python" "$script" \
    verify data
  says BadSignatures
}

each_kind sign_files
finish

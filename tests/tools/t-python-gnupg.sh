#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The Python module that runs gpg.
#
# Setup: gnupg.GPG().sign_file(FILE, keyid=FINGERPRINT); a passphrase may be
# Setup: given, and is ignored

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
find_python gnupg
script=$top_srcdir/tests/tools/sign-python-gnupg.py
release_tool "$(version_of "$python" "$script" version)"

sign_files ()
{
  seq 1 1000 >data
  no_signature "sign_file" "$python" "$script" detach data "$fpr"
  signs 1 "sign_file, clearsign" "$python" "$script" clear data "$fpr"
  ok "$kind: clear text" as_reader gpg --batch --verify data.asc
  for way in "detach data $fpr" "default data" "loopback data $fpr"; do
    what=${way%% *}
    # shellcheck disable=SC2086 # Words.
    signs 1 "sign_file, $what" "$python" "$script" $way
    ok "$kind: verify_file" as_reader "$python" "$script" verify data
    says "$fpr"
    accepted data data.asc
  done
  fails "$kind: verify_file, another key" as_stranger "$python" "$script" \
    verify data
  change_byte data changed
  cp changed data
  fails "$kind: verify_file, changed" as_reader "$python" "$script" verify data
  says "signature bad"
}

each_kind sign_files
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The conversations of tests/transcripts with the whole daemon: what
# gpg-agent 2.2, 2.4 and 2.5 have said, and every command.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
play=$here/tests/transcripts/play
[ -x "$play" ] || skip "no transcript player"
start_emulator --key alias/fake-rsa=RSA_2048 \
  --key alias/fake-ed25519=ECC_NIST_EDWARDS25519
new_home a <<EOF
key alias/fake-rsa
key alias/fake-ed25519 usage=sign,auth
EOF
# So that the first conversation finds the keys pinned.
ok "the keys are there" "$daemon" --homedir "$GNUPGHOME" --check

for file in "${top_srcdir:-.}"/tests/transcripts/*.txt; do
  ok "${file##*/}" "$play" "$file" -- "$daemon" --multi-server \
    --homedir "$GNUPGHOME"
done
printf 'C: GETINFO version\nS: D 1.0.0\nS: OK\n' >"$work/bad.txt"
fails "the twin: another version" "$play" "$work/bad.txt" -- "$daemon" \
  --multi-server --homedir "$GNUPGHOME"
finish

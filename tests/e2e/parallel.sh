#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# 64 gpg processes at once: 64 good signatures, 64 calls.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
n=64
start_emulator --key alias/p=ECC_NIST_P256 --latency-ms 200
new_home a <<EOF
key awskms:///alias/p
EOF
mint "Parallel" ECDSA
gpg --batch -o "$work/pub" --export "$fpr"
admin POST reset >/dev/null
for i in $(seq $n); do
  echo "file $i" >"$work/$i"
  gpg --batch --yes -u "$fpr" --detach-sign -o "$work/$i.sig" "$work/$i" \
    >"$work/$i.err" 2>&1 </dev/null &
  pids="${pids:-} $!"
done
failed=0
for pid in $pids; do
  wait "$pid" || failed=$((failed + 1))
done
[ $failed = 0 ] || cat "$work"/*.err
equal "gpg processes that failed" $failed 0
equal "calls" "$(calls Sign)" $n
verifier_home "$work/pub"
good=0
for i in $(seq $n); do
  gpg -q --batch --verify "$work/$i.sig" "$work/$i" 2>/dev/null \
    && good=$((good + 1))
done
equal "good signatures" $good $n
fails "the twin: another's file" gpg --batch --verify "$work/1.sig" "$work/2"
finish

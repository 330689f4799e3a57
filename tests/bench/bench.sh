#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a signature costs, as ratios to something measured in the same run.
# Nothing here passes or fails.

# Functions are called by took.
# shellcheck disable=SC2317,SC2086
# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
latency=200
many=64
runs=20

milliseconds ()
{
  echo $(($(date +%s%N) / 1000000))
}

# took COMMAND...: its duration in ms, in $ms.
took ()
{
  start=$(milliseconds)
  "$@" >"$work/out" 2>&1 </dev/null || {
    cat "$work/out" >&2
    die "$*"
  }
  ms=$(($(milliseconds) - start))
}

sign ()
{
  gpg --batch --yes -u "$fpr" --detach-sign -o "$work/data.sig" "$work/data"
}

sign_one_after_the_other ()
{
  i=0
  while [ $i -lt $runs ]; do
    sign || return 1
    i=$((i + 1))
  done
}

sign_all_at_once ()
{
  pids=
  for i in $(seq $many); do
    gpg --batch --yes -u "$fpr" --detach-sign -o "$work/$i.sig" \
      "$work/data" &
    pids="$pids $!"
  done
  for pid in $pids; do
    wait "$pid" || return 1
  done
}

row () # WHAT VALUE BASE
{
  awk -v what="$1" -v value="$2" -v base="$3" 'BEGIN {
    printf "%-52s %8.1f ms %7.2f\n", what, value, value / base }'
}

start_emulator --key alias/p=ECC_NIST_P256
seq 1 10000 >"$work/data"

# A key of gpg's own, to compare with.
GNUPGHOME=$work/software
export GNUPGHOME
homes="$homes $GNUPGHOME"
mkdir -m 700 "$GNUPGHOME"
echo disable-scdaemon >"$GNUPGHOME/gpg-agent.conf"
gpg -q --batch --passphrase '' --quick-gen-key software nistp256 sign never \
  2>/dev/null || die "software key"
fpr=$(gpg --batch --with-colons -k 2>/dev/null \
  | awk -F: '$1 == "fpr" {print $10; exit}')
sign 2>/dev/null
took sign_one_after_the_other
base=$(awk -v ms="$ms" -v n=$runs 'BEGIN {print ms / n}')

new_home card <<EOF
key alias/p
EOF
mint "Bench" ECDSA 2>/dev/null
printf '%-52s %11s %7s\n' "P-256, one signature of gpg --detach-sign" time ratio
row "software key of gpg's own (the measure)" "$base" "$base"
sign
took sign_one_after_the_other
row "KMS key, service answers at once" \
  "$(awk -v ms="$ms" -v n=$runs 'BEGIN {print ms / n}')" "$base"

admin POST "latency?ms=$latency" >/dev/null
took sign
one=$ms
row "KMS key, service takes $latency ms" "$one" "$base"
admin POST reset >/dev/null
admin POST "latency?ms=$latency" >/dev/null
took sign_all_at_once
row "$many gpg processes at once, all of them" "$ms" "$one"
echo "(the last ratio is to one such signature)"
echo "calls for these $many: $(calls Sign) Sign, $(calls total) in all;" \
  "connections opened: $(calls connections), the counting included"
exit 0

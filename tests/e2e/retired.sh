#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A retired card is shown and answers lookups, but signs no more; what it
# signed before stays good, and its successor signs.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
start_emulator --key alias/v1=RSA_2048 --key alias/v2=ECC_NIST_P256
seq 1 100 >"$work/data"
new_home a <<EOF
key alias/v1
EOF
mint "Version 1" RSA
v1=$fpr
ok "v1 signs" gpg --batch -u "$v1" --detach-sign -o "$work/v1.sig" \
  "$work/data"
gpg --batch -o "$work/v1.pub" --export "$v1"

sed -i 's|^key alias/v1|key alias/v2\n& retired=yes|' \
  "$GNUPGHOME/kms-scdaemon.conf"
ok "reload" gpgconf --reload scdaemon
mint "Version 2" ECDSA
v2=$fpr
gpg --batch -o "$work/v2.pub" --export "$v2"
ok "both are shown" gpg --batch --card-status all
says "alias/v1"
says "alias/v2"
admin POST reset >/dev/null
for mode in default loopback; do
  fails "v1 signs no more, pinentry mode $mode" timeout 30 gpg --batch \
    --yes --pinentry-mode $mode -u "$v1" --detach-sign -o "$work/x.sig" \
    "$work/data"
  says "Key disabled"
done
logged "retired by kms-scdaemon.conf:"
equal "KMS was not asked" "$(calls total)" 0
ok "v2 signs" gpg --batch -u "$v2" --detach-sign -o "$work/v2.sig" \
  "$work/data"
verifier_home "$work/v1.pub" "$work/v2.pub"
ok "v1's signature is good still" gpg --batch --verify "$work/v1.sig" \
  "$work/data"
ok "v2's is good" gpg --batch --verify "$work/v2.sig" "$work/data"
finish

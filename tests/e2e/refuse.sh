#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What must not be signed, and what must not be handed out: every failure has
# its own code at gpg and its sentence in the log, and no prompt appears.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin

# fault: what gpg says : what the log says
cases='badsig|Bad signature|does not verify with the pinned key
wrongkey|Conflicting use|another key than the pinned one
liar|Bad signature|does not verify with the pinned key
denied|Forbidden|denied by IAM or the key policy
garbage|Invalid response|the answer is not JSON
nosig|Invalid response|answer without a signature
wrongalg|Invalid response|asked for RSASSA_PKCS1_V1_5_SHA_512, got
truncate|Network error|ended early
hugebody|Provided object is too large|too long
html|Server indicated a failure|HTTP 502
500|Server indicated a failure|internal error
throttle9|Limit reached|throttled
unavailable|Try again later|not available at the moment'

set -- --key alias/good=RSA_2048 --key alias/moving=RSA_2048 \
  --key alias/p384=ECC_NIST_P384 --key alias/ecc-badsig=ECC_NIST_P256 \
  --key alias/again-throttle2=RSA_2048 \
  --key alias/again-500x2=RSA_2048
for name in $(echo "$cases" | cut -d'|' -f1); do
  set -- "$@" --key "alias/key-$name=RSA_2048"
done
start_emulator "$@"
seq 1 1000 >"$work/data"

# The fault concerns kms:Sign, so the key can be learned, but no certificate
# minted: the daemon is asked as gpg-agent would ask it.
sign () # HASH-AND-DIGESTINFO...
{
  gpg-connect-agent 'SCD SERIALNO' "SCD SETDATA $2" \
    "SCD PKSIGN --hash=$1 $grip" /bye >"$work/reply" 2>&1
  cat "$work/reply"
  grep -q '^D ' "$work/reply"
}
sha512=3051300D060960864801650304020305000440
sha512=$sha512$(sha512sum <"$work/data" | cut -d' ' -f1)
sha256=3031300D060960864801650304020105000420
sha256=$sha256$(sha256sum <"$work/data" | cut -d' ' -f1)
sha1=3021300906052B0E03021A05000414$(sha1sum <"$work/data" | cut -d' ' -f1)

echo "$cases" >"$work/cases"
while IFS='|' read -r name message reason; do
  new_home "$name" <<EOF
key awskms:///alias/key-$name
EOF
  grip=$(keypairinfo OPENPGP.1 1)
  [ -n "$grip" ] || die "$name: not learned"
  fails "$name: refused" sign sha512 "$sha512"
  says "$message"
  logged "$reason"
done <"$work/cases"

new_home good <<EOF
key awskms:///alias/good
EOF
grip=$(keypairinfo OPENPGP.1 1)
ok "the twin: a good key signs" sign sha512 "$sha512"
fails "RSA and SHA-1" sign sha1 "$sha1"
says "Invalid digest algorithm"
fails "a hash that contradicts its name" sign sha256 "$sha512"
says "Invalid value"
admin POST 'state?name=alias/good&state=Disabled' >/dev/null
fails "disabled key" sign sha512 "$sha512"
says "Key disabled"
admin POST 'state?name=alias/good&state=PendingDeletion' >/dev/null
fails "key about to be deleted" sign sha512 "$sha512"
says "Unusable secret key"
admin POST 'state?name=alias/good&state=Enabled' >/dev/null
ok "enabled again" sign sha512 "$sha512"

new_home p384 <<EOF
key awskms:///alias/p384
EOF
grip=$(keypairinfo OPENPGP.1 1)
admin POST reset >/dev/null
fails "P-384 and SHA-256" sign sha256 "$sha256"
says "Invalid digest algorithm"
equal "not even asked for" "$(calls Sign)" 0
ok "P-384 and SHA-512" sign sha512 "$sha512"

# Of an ECC signature nobody else would notice.
new_home ecc <<EOF
key alias/ecc-badsig
EOF
grip=$(keypairinfo OPENPGP.1 1)
fails "an ECDSA signature that is wrong" sign sha256 "$sha256"
says "Bad signature"

# Trouble that passes is not shown to anybody.
for name in again-throttle2 again-500x2; do
  new_home "$name" <<EOF
key awskms:///alias/$name
EOF
  grip=$(keypairinfo OPENPGP.1 1)
  ok "$name: the third try" sign sha512 "$sha512"
done

# An alias that moves to another key.
new_home moving <<EOF
key awskms:///alias/moving
EOF
mint "Moving" RSA
ok "before the move" gpg --batch --yes --detach-sign -o "$work/sig" \
  "$work/data"
admin POST 'alias?name=alias/moving&target=alias/good' >/dev/null
rm -f "$work/sig"
fails "after the move" gpg --batch --yes --detach-sign -o "$work/sig" \
  "$work/data"
says "Conflicting use"
logged "pinned is arn:aws:kms:"
[ ! -s "$work/sig" ] || die "a signature was written"
gpgconf --kill gpg-agent
fails "after a restart as well" gpg --batch --yes --detach-sign \
  -o "$work/sig" "$work/data"
says "Conflicting use"
finish

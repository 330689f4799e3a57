#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The care of a certificate: expiry, user ids, subkeys, a signature of the
# old key on the new one, and revocation; each seen from another home.

# Functions are called by ok and fails.
# shellcheck disable=SC2317
# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
start_emulator --key alias/v1=RSA_2048 --key alias/v2=ECC_NIST_P256 \
  --key alias/sub=RSA_2048 --key alias/sub2=RSA_3072 \
  --key alias/ed=ECC_NIST_EDWARDS25519
seq 1 1000 >"$work/data"
seq 1 1001 >"$work/forged"

# seen FPR: the certificate goes to the verifier, whose home is the present
# one from here on.
seen ()
{
  ok "export $1" gpg --batch --yes -o "$work/pub" --export "$1"
  back=${GNUPGHOME##*/}
  verifier_home "$work/pub"
}

# field RECORD FIELD KEY: of the key list's records of that kind.
field ()
{
  gpg --batch --with-colons -k "$3" 2>/dev/null \
    | awk -F: -v r="$1" -v f="$2" '$1 == r {print $f}'
}

# The good signatures on KEY that SIGNER made.
good_signatures () # KEY SIGNER
{
  gpg --batch --with-colons --check-sigs "$1" 2>/dev/null \
    | awk -F: -v by="${2#????????????????????????}" \
      '($1 == "sig" || $1 == "rev") && $2 == "!" && $5 == by' | wc -l
}

sign () # OPTIONS...
{
  timeout 60 gpg --batch --yes "$@" --detach-sign -o "$work/sig" "$work/data"
}

new_home a <<EOF
key alias/v1
key alias/v2
EOF
mint "Upkeep" RSA
fpr_v1=$fpr

# Expiry.
admin POST reset >/dev/null
ok "set an expiry" gpg --batch --quick-set-expire "$fpr" 2y
equal "one call" "$(calls Sign)" 1
ok "sign" sign -u "$fpr"
seen "$fpr"
until=$(field pub 7 "$fpr")
checks=$((checks + 1))
[ "${until:-0}" -gt "$(date +%s)" ] || die "no expiry: '$until'"
ok "good today" gpg --batch --verify "$work/sig" "$work/data"
ok "expired in ten years" gpg --batch --status-fd 1 \
  --faked-system-time "$(($(date +%s) + 315360000))" --verify "$work/sig" \
  "$work/data"
says "EXPKEYSIG"
fails "the verifier cannot set it" gpg --batch --quick-set-expire "$fpr" never
use_home "$back"
ok "no expiry again" gpg --batch --quick-set-expire "$fpr" never
seen "$fpr"
equal "it is off" "$(field pub 7 "$fpr")" ""

# User ids.
use_home "$back"
ok "add a user id" gpg --batch --quick-add-uid "$fpr" "New <new@acme.example>"
seen "$fpr"
equal "two user ids" "$(field uid 10 "$fpr" | wc -l)" 2
ok "found by the new one" gpg --batch --no-auto-key-locate -k new@acme.example
checks=$((checks + 1))
[ "$(good_signatures "$fpr" "$fpr")" -ge 2 ] || die "a self-signature is bad"
use_home "$back"
ok "revoke the old one" gpg --batch --quick-revoke-uid "$fpr" \
  "Upkeep <release@acme.example>"
seen "$fpr"
equal "one is revoked" "$(field uid 2 "$fpr" | grep -c r)" 1
fails "a user id that is not there" gpg --batch --quick-revoke-uid "$fpr" \
  "Nobody <nobody@acme.example>"

# A software subkey for encryption, certified by the key in KMS.
use_home "$back"
ok "add an encryption subkey" gpg --batch --pinentry-mode loopback \
  --passphrase '' --quick-add-key "$fpr" rsa2048 encr never
seen "$fpr"
ok "encrypt" gpg --batch --yes --trust-model always --no-auto-key-locate \
  -r new@acme.example -o "$work/secret" -e "$work/data"
fails "the verifier cannot read it" gpg --batch -d "$work/secret"
use_home "$back"
ok "decrypt" gpg --batch --yes -o "$work/plain" -d "$work/secret"
ok "the same text" cmp "$work/plain" "$work/data"

# The old key signs the new one.
ok "card status of all" gpg --batch --card-status all
new_home v2 <<EOF
key alias/v2
EOF
mint "Upkeep 2" ECDSA
fpr_v2=$fpr
ok "export of the new key" gpg --batch -o "$work/v2.pub" --export "$fpr"
use_home a
ok "import of the new key" gpg --batch --import "$work/v2.pub"
equal "not signed yet" "$(good_signatures "$fpr_v2" "$fpr_v1")" 0
ok "sign the new key" gpg --batch --yes -u "$fpr_v1" --quick-sign-key "$fpr_v2"
seen "$fpr_v2"
equal "the old key's signature" "$(good_signatures "$fpr_v2" "$fpr_v1")" 1
equal "none the other way" "$(good_signatures "$fpr_v1" "$fpr_v2")" 0

# A primary key in software, and keys in KMS as its signing subkeys: by the
# card's menu or by a keygrip.  (gpg crashes if a parameter file has a
# Subkey-Grip that is to sign.)

# software_primary: sets fpr and its keygrip.
software_primary ()
{
  ok "card status" gpg --batch --card-status all
  ok "a primary key" gpg --batch --passphrase '' --pinentry-mode loopback \
    --quick-gen-key "Offline <offline@acme.example>" rsa2048 cert never
  fpr=$(field fpr 10 offline@acme.example | head -n 1)
  primary=$(gpg --batch --with-colons --with-keygrip -k "$fpr" 2>/dev/null \
    | awk -F: '$1 == "grp" {print $10; exit}')
}
# At the end of its answers gpg sends itself SIGHUP, and asks on for ever
# where that is ignored, as below nohup.
edit () # ANSWERS...
{
  printf '%s\n' "$@" save >"$work/script"
  timeout 60 env --default-signal=HUP gpg --no-tty --expert --status-fd 1 \
    --command-fd 0 --edit-key "$fpr" <"$work/script"
}
grips ()
{
  scd 'LEARN --keypairinfo --multi' | awk '$2 == "KEYPAIRINFO" {print $3}'
}
# offline WHAT: the primary key leaves this machine; each subkey signs, and
# nothing else goes.
offline ()
{
  mv "$GNUPGHOME/private-keys-v1.d/$primary.key" "$work/primary.key"
  fails "$1: no user id without the primary" gpg --batch \
    --quick-add-uid "$fpr" "Other <other@acme.example>"
  seen "$fpr"
  equal "$1: usage" "$(field sub 12 "$fpr" | sort -u)" s
  for subkey in $(field fpr 10 "$fpr" | sed 1d); do
    use_home "$back"
    ok "$1: sign" sign -u "$subkey!"
    use_home verifier
    ok "$1: verify" gpg --batch --status-fd 1 --verify "$work/sig" \
      "$work/data"
    says "VALIDSIG $subkey"
    says " $fpr"
    fails "$1: forged" gpg --batch --verify "$work/sig" "$work/forged"
  done
  use_home "$back"
  ok "$1: sign by name" sign -u offline@acme.example
}

new_home offline <<EOF
key alias/sub
key alias/sub2
EOF
software_primary
admin POST reset >/dev/null
ok "a subkey from the card" edit addkey 14 1 =s 0
equal "its signature back, and no other" "$(calls Sign)" 1
ok "a subkey by its keygrip" edit addkey 13 "$(grips | sed -n 2p)" =s 0
equal "one more" "$(calls Sign)" 2
fails "a keygrip that nobody has" edit addkey 13 \
  0123456789ABCDEF0123456789ABCDEF01234567
equal "the subkeys are those on the cards" \
  "$(gpg --batch --with-colons --with-keygrip -k "$fpr" 2>/dev/null \
    | awk -F: '$1 == "sub" {s = 1} $1 == "grp" && s {print $10}' | sort)" \
  "$(grips | sort)"
offline "RSA"

new_home offline-ed <<EOF
key alias/ed
EOF
software_primary
# By the menu gpg 2.2 makes a subkey without any usage of an Ed25519 key.
ok "an Ed25519 subkey from the card" gpg --batch --quick-add-key "$fpr" \
  card/sign sign never
offline "Ed25519"

# The revocation certificates that were written when the keys were minted;
# a colon protects them from accidents.
use_home a
ok "sign before the revocation" sign -u "$fpr_v1"
seen "$fpr_v1"
ok "good" gpg --batch --status-fd 1 --verify "$work/sig" "$work/data"
says "GOODSIG"
rev=$work/a/openpgp-revocs.d/$fpr_v1.rev
fails "the colon protects" gpg --batch --import "$rev"
sed 's/^:---/---/' "$rev" >"$work/rev"
ok "import of the revocation" gpg --batch --import "$work/rev"
gpg --batch --status-fd 1 --verify "$work/sig" "$work/data" \
  >"$work/out" 2>"$work/err"
says "REVKEYSIG"
says_not "GOODSIG"
equal "revoked" "$(field pub 2 "$fpr_v1")" r
equal "the other is not" "$(field pub 2 "$fpr_v2" | tr -d 'q-')" ""
finish

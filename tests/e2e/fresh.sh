#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A fresh release machine: it imports the certificate and signs.  gpg 2.4
# needs nothing else; gpg 2.2 wants to be shown the card once, by a card
# status or a learn.

# Functions are called by ok and fails.
# shellcheck disable=SC2317
# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
start_emulator --key alias/k=RSA_2048 --key alias/ec=ECC_NIST_P256
seq 1 1000 >"$work/data"
seq 1 1001 >"$work/forged"

# The machine that minted.
new_home mint <<EOF
key alias/k
EOF
mint "Fresh" RSA
ok "export" gpg --batch -o "$work/pub" --export "$fpr"
ok "export of the stub" gpg --batch -o "$work/stub" --export-secret-keys "$fpr"

fresh () # NAME: a home that has the certificate and nothing else
{
  new_home "at-$1" <<EOF
key alias/k
EOF
  ok "$1: import" gpg --batch --import "$work/pub"
}

sign () # OPTIONS...
{
  timeout 60 gpg --batch --yes "$@" --detach-sign -o "$work/sig" "$work/data"
}

# signs WHAT OPTIONS...: and the certificate verifies it.
signs ()
{
  subject=$1
  shift
  rm -f "$work/sig"
  ok "$subject" sign "$@"
  ok "$subject: verify" gpg --batch --verify "$work/sig" "$work/data"
  says "Good signature"
  fails "$subject: forged" gpg --batch --verify "$work/sig" "$work/forged"
}

# in_every_way: what works in a home that knows its card.
in_every_way ()
{
  signs "$1: by fingerprint" -u "$fpr"
  signs "$1: by mail address" -u release@acme.example
  signs "$1: without a name"
  signs "$1: default key" --default-key "$fpr"
  fails "$1: a name that nobody has" sign -u nobody@acme.example
  says "No secret key"
}

# Nothing but the import.
fresh bare
if gnupg_before 2.4; then
  fails "bare: 2.2 does not know the card" sign -u "$fpr"
  says "No secret key"
  [ ! -e "$GNUPGHOME/daemon.log" ] || die "the daemon was started"
else
  signs "bare: 2.4 finds the key" -u "$fpr"
  ok "bare: and makes a stub" grep -q shadowed-private-key \
    "$GNUPGHOME/private-keys-v1.d/$grip.key"
fi

# The fixed step, in its two forms.
fresh status
ok "status: card status" gpg --batch --card-status
in_every_way status
fresh learn
ok "learn: learn" gpg-connect-agent 'learn --force' /bye
says "OK"
in_every_way learn

# An exported stub brings the certificate only, on every version of gpg,
# which itself says what is missing.
new_home at-stub <<EOF
key alias/k
EOF
ok "stub: import" gpg --batch --import "$work/stub"
says "run: gpg --card-status"
if gnupg_before 2.4; then
  fails "stub: 2.2 has made no use of it" sign -u "$fpr"
  says "No secret key"
fi
ok "stub: card status" gpg --batch --card-status
in_every_way stub

# The stub's file: the serial number is the same on every machine.
fresh file
[ -d "$GNUPGHOME/private-keys-v1.d" ] \
  || mkdir -m 700 "$GNUPGHOME/private-keys-v1.d"
cp "$work/mint/private-keys-v1.d/$grip.key" "$GNUPGHOME/private-keys-v1.d/"
in_every_way file
ok "file: list of secret keys" gpg --batch --with-colons -K "$fpr"
serial=$(scd SERIALNO | awk '$2 == "SERIALNO" {print $3}')
equal "file: serial number" \
  "$(awk -F: '$1 == "sec" {print $15}' "$work/out")" "$serial"

# A stub that is deleted comes back.
use_home at-status
ok "delete the stub" gpg --batch --yes --delete-secret-keys "$fpr"
if gnupg_before 2.4; then
  fails "no stub" sign -u "$fpr"
fi
ok "card status again" gpg --batch --card-status
signs "the stub is back" -u "$fpr"

# default-key in a configuration file; one that cannot be used is passed by.
fresh default
echo "default-key $fpr" >"$GNUPGHOME/gpg.conf"
ok "default: card status" gpg --batch --card-status
signs "default: from gpg.conf"
new_home ec <<EOF
key alias/ec
EOF
fpr_k=$fpr
mint "Other" ECDSA
ok "ec: export" gpg --batch -o "$work/ec.pub" --export "$fpr"
use_home at-default
ok "default: import of another" gpg --batch --import "$work/ec.pub"
echo "default-key $fpr" >"$GNUPGHOME/gpg.conf"
signs "default: a key without its card"
says "$fpr_k"

# A fingerprint in the pin file is shown by the card.  gpg finds the key by
# it without a stub, and fails if the certificate is not there: so it must
# not be shown before one exists.
fresh shown
equal "no fingerprint is shown by itself" \
  "$(scd 'GETATTR KEY-FPR' | grep -c KEY-FPR)" 0
gpgconf --kill gpg-agent
pins=$GNUPGHOME/kms-scdaemon.keys
sed "s/^key .*/& fpr=$fpr_k/" "$pins" >"$work/pins"
cp "$work/pins" "$pins"
signs "shown: without a name, a stub or a card status"
ok "shown: card status" gpg --batch --card-status
says "Fresh <release@acme.example>"
new_home alone <<EOF
key alias/k
EOF
cp "$work/pins" "$GNUPGHOME/kms-scdaemon.keys"
fails "shown, and no certificate" sign
says "No public key"
finish

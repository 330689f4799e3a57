#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# X.509 with gpgsm: requests and self-signed certificates whose key is in
# KMS, and signatures with them; openssl has the second opinion.

# Functions are called by ok and fails.
# shellcheck disable=SC2317
# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
need gpgsm openssl
start_emulator --key alias/rsa=RSA_2048 --key alias/p256=ECC_NIST_P256 \
  --key alias/ed25519=ECC_NIST_EDWARDS25519
seq 1 1000 >"$work/data"
seq 1 1001 >"$work/forged"

# parameters KEY-LINES...: of a request; a serial number makes it a
# certificate.
parameters ()
{
  printf '%s\n' "$@"
  cat <<EOF
Key-Usage: sign, cert
Name-DN: CN=Release,O=Acme
Name-Email: release@acme.example
%commit
EOF
}
generate () # KEY-LINES...
{
  parameters "$@" >"$work/parameters"
  rm -f "$work/generated"
  gpgsm --batch --armor -o "$work/generated" --gen-key "$work/parameters"
}
# zero_before FILE FORM: gpg-agent 2.2 puts a zero before each RSA signature
# of a card whose first bit is set.  gpgsm takes that, openssl does not.
zero_before ()
{
  gnupg_before 2.4 || return
  openssl asn1parse -inform "$2" -in "$1" 2>/dev/null \
    | grep -q 'l= 258 prim: BIT STRING\|l= 257 prim: OCTET STRING' || return
  echo "skipped: what openssl says of this signature of gpg-agent 2.2"
}
request_is_good ()
{
  openssl req -in "$work/generated" -verify -noout 2>&1 \
    | grep -q 'verify OK'
}
# A request of which one letter of the subject was changed.
request_is_forged ()
{
  openssl req -in "$work/generated" -outform DER 2>/dev/null \
    | sed 's/Release/Reliase/' >"$work/forged.der"
  openssl req -in "$work/forged.der" -inform DER -verify -noout 2>&1 \
    | grep -q 'verify fail'
}

# requests WHAT KEY-LINES...
requests ()
{
  subject=$1
  shift
  admin POST reset >/dev/null
  ok "$subject: request" generate "$@"
  equal "$subject: one call" "$(calls Sign) $(calls total)" "1 1"
  zero_before "$work/generated" PEM && return
  ok "$subject: openssl takes it" request_is_good
  ok "$subject: openssl sees a forgery" request_is_forged
}

# certifies WHAT KEY-LINES...: a self-signed certificate; sets id.
certifies ()
{
  subject=$1
  shift
  ok "$subject: certificate" generate "$@" "Serial: random"
  cp "$work/generated" "$work/certificate"
  zero_before "$work/certificate" PEM \
    || ok "$subject: openssl takes it" openssl verify -check_ss_sig \
      -CAfile "$work/certificate" "$work/certificate"
  ok "$subject: import" gpgsm --batch --import "$work/certificate"
  id=$(openssl x509 -in "$work/certificate" -noout -fingerprint -sha1 \
    | sed 's/.*=//; s/://g')
  echo "$id S relax" >"$GNUPGHOME/trustlist.txt"
  gpgconf --reload gpg-agent
}

cms ()
{
  openssl cms -verify -inform DER -in "$work/signature" -content "$1" \
    -binary -certfile "$work/certificate" -CAfile "$work/certificate" \
    -purpose any -out /dev/null
}

# signs WHAT: with the certificate id.
signs ()
{
  rm -f "$work/signature"
  admin POST reset >/dev/null
  ok "$1: sign" gpgsm --batch --disable-crl-checks -u "$id" \
    -o "$work/signature" --detach-sign "$work/data"
  equal "$1: one call" "$(calls Sign) $(calls total)" "1 1"
  ok "$1: verify" gpgsm --batch --disable-crl-checks --verify \
    "$work/signature" "$work/data"
  says "Good signature"
  fails "$1: forged" gpgsm --batch --disable-crl-checks --verify \
    "$work/signature" "$work/forged"
  zero_before "$work/signature" DER && return
  ok "$1: openssl verifies" cms "$work/data"
  fails "$1: openssl refuses the forgery" cms "$work/forged"
}

# smart_home NAME: of the key of that name; sets grip.
smart_home ()
{
  new_home "$1" <<EOF
key alias/$1
EOF
  ok "$1: card status" gpg --batch --card-status
  grip=$(keypairinfo OPENPGP.1 1)
}

smart_home rsa
requests "RSA on the card" "Key-Type: card:OPENPGP.1"
requests "RSA by its grip" "Key-Type: RSA" "Key-Grip: $grip"
requests "RSA and SHA-384" "Key-Type: RSA" "Key-Grip: $grip" \
  "Hash-Algo: SHA384"
fails "an empty slot" generate "Key-Type: card:OPENPGP.2"
fails "RSA and SHA-1" generate "Key-Type: RSA" "Key-Grip: $grip" \
  "Hash-Algo: SHA1"
certifies "RSA by its grip" "Key-Type: RSA" "Key-Grip: $grip"
signs "RSA"
use_home rsa
certifies "RSA on the card" "Key-Type: card:OPENPGP.1"
signs "RSA, made on the card"
ok "learn the card" gpgsm --batch --learn-card
admin POST 'state?name=alias/rsa&state=Disabled' >/dev/null
fails "a disabled key" gpgsm --batch --disable-crl-checks --yes -u "$id" \
  -o "$work/signature" --detach-sign "$work/data"
says "Key disabled"

smart_home p256
if gnupg_before 2.4; then
  echo "skipped: gpgsm 2.2 cannot do ECDSA"
else
  requests "P-256 on the card" "Key-Type: card:OPENPGP.1"
  requests "P-256 by its grip" "Key-Type: ECDSA" "Key-Grip: $grip"
  certifies "P-256" "Key-Type: ECDSA" "Key-Grip: $grip"
  signs "P-256"
fi
finish

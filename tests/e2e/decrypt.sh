#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# KEY_AGREEMENT keys decrypt, as encryption subkeys of a signing key on the
# same card; each message costs one kms:DeriveSharedSecret.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
set --
for name in p256 p384 p521 denied-denied short-badsig; do
  set -- "$@" --key "alias/sign-for-$name-key=ECC_NIST_P256"
done
start_emulator "$@" \
  --key alias/p256=ECC_NIST_P256:KEY_AGREEMENT \
  --key alias/p384=ECC_NIST_P384:KEY_AGREEMENT \
  --key alias/p521=ECC_NIST_P521:KEY_AGREEMENT \
  --key alias/other=ECC_NIST_P256:KEY_AGREEMENT \
  --key alias/denied-denied=ECC_NIST_P256:KEY_AGREEMENT \
  --key alias/short-badsig=ECC_NIST_P256:KEY_AGREEMENT \
  --key alias/rsa=RSA_2048:ENCRYPT_DECRYPT
seq 1 3000 >"$work/data"

# mint_pair NAME: a signing primary and an encryption subkey; sets fpr.
mint_pair ()
{
  learn
  grip=$(keypairinfo OPENPGP.1 1)
  encr=$(keypairinfo OPENPGP.2 1)
  equal "$1: usage of the second key" "$(keypairinfo OPENPGP.2 3)" e
  cat >"$work/parameters" <<EOF
Key-Type: ECDSA
Key-Grip: $grip
Key-Usage: cert sign
Subkey-Type: ECDH
Subkey-Grip: $encr
Subkey-Usage: encrypt
Creation-Date: seconds=$(keypairinfo OPENPGP.1 4)
Name-Real: Decrypt $1
Name-Email: $1@acme.example
Expire-Date: 0
%commit
EOF
  ok "$1: mint" gpg --batch --gen-key "$work/parameters"
  fpr=$(gpg --batch --with-colons -k "$1@acme.example" 2>/dev/null \
    | awk -F: '$1 == "fpr" {print $10; exit}')
  ok "$1: export" gpg --batch --yes -o "$work/$1.pub" --export "$fpr"
}

# encrypt NAME: as somebody else.
encrypt ()
{
  back=$GNUPGHOME
  verifier_home "$work/$1.pub"
  ok "$1: encrypt" gpg --batch --yes --trust-model always \
    -r "$1@acme.example" -o "$work/$1.gpg" -e "$work/data"
  GNUPGHOME=$back
}

for name in p256 p384 p521; do
  new_home "$name" <<EOF
key alias/sign-for-$name-key card=release
key alias/$name card=release
EOF
  mint_pair "$name"
  encrypt "$name"
  admin POST reset >/dev/null
  ok "$name: decrypt" gpg --batch --yes -o "$work/plain" -d "$work/$name.gpg"
  ok "$name: the same text" cmp "$work/plain" "$work/data"
  equal "$name: one call" "$(calls DeriveSharedSecret) $(calls total)" "1 1"
  ok "$name: sign and encrypt to self" gpg --batch --yes \
    --trust-model always -r "$name@acme.example" -o "$work/se.gpg" \
    -se "$work/data"
  ok "$name: decrypt that" gpg --batch --yes -o "$work/plain" \
    -d "$work/se.gpg"
  says "Good signature"
done

# Twins: somebody else's message, and answers that must not be used.
use_home p384
fails "another's message" gpg --batch --yes -o "$work/plain" \
  -d "$work/p256.gpg"
for case in "denied-denied|Forbidden" "short-badsig|Invalid response"; do
  name=${case%%|*}
  new_home "$name" <<EOF
key alias/sign-for-$name-key card=release
key alias/$name card=release
EOF
  mint_pair "$name"
  encrypt "$name"
  fails "$name" gpg --batch --yes -o "$work/plain" -d "$work/$name.gpg"
  says "${case#*|}"
done

# An alias that moved: the secret of another key would be of no use anyway,
# but it is not even looked at.
use_home p256
admin POST 'alias?name=alias/p256&target=alias/other' >/dev/null
fails "a key that moved" gpg --batch --yes -o "$work/plain" \
  -d "$work/p256.gpg"
says "Conflicting use"

# What KMS calls encryption is not OpenPGP's.
new_home rsa <<EOF
key alias/rsa
EOF
fails "an RSA encryption key" gpg --batch --card-status
says "Wrong key usage"
logged "neither signs nor agrees"
finish

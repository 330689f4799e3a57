#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every kind of key signs in every way, another home verifies, and a forgery
# is refused; each signature costs one call.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin

# alias suffix, KMS spec, OpenPGP type, mint and sign with gpg 2.2.40
keys="rsa2048:RSA_2048:RSA rsa3072:RSA_3072:RSA rsa4096:RSA_4096:RSA
 p256:ECC_NIST_P256:ECDSA p384:ECC_NIST_P384:ECDSA p521:ECC_NIST_P521:ECDSA
 k256:ECC_SECG_P256K1:ECDSA ed25519:ECC_NIST_EDWARDS25519:EDDSA"
set --
for key in $keys; do
  spec=${key#*:}
  set -- "$@" --key "alias/${key%%:*}=${spec%:*}"
done
start_emulator "$@"
seq 1 2000 >"$work/data"
seq 1 2001 >"$work/forged"

for key in $keys; do
  name=${key%%:*}
  new_home "$name" <<EOF
key awskms:///alias/$name
EOF
  mint "Signer $name" "${key##*:}"
  ok "$name: export" gpg --batch --yes -o "$work/$name.pub" --export "$fpr"
  admin POST reset >/dev/null
  ok "$name: detached" gpg --batch --yes --armor --detach-sign -u "$fpr" \
    -o "$work/$name.asc" "$work/data"
  equal "$name: one kms:Sign and nothing else" \
    "$(calls Sign) $(calls total)" "1 1"
  ok "$name: clear text" gpg --batch --yes --clearsign -u "$fpr" \
    -o "$work/$name.clear" "$work/data"
  ok "$name: inline" gpg --batch --yes --sign -u "$fpr" \
    -o "$work/$name.gpg" "$work/data"
  ok "$name: without a name" gpg --batch --yes --detach-sign \
    -o "$work/$name.sig" "$work/data"
  equal "$name: four signatures, four calls" \
    "$(calls Sign) $(calls total)" "4 4"

  verifier_home "$work/$name.pub"
  ok "$name: verify detached" gpg --batch --verify "$work/$name.asc" \
    "$work/data"
  says "Good signature"
  fails "$name: forged data" gpg --batch --verify "$work/$name.asc" \
    "$work/forged"
  says "BAD signature"
  ok "$name: verify clear text" gpg --batch --verify "$work/$name.clear"
  ok "$name: verify inline" gpg --batch --yes -o "$work/plain" \
    --decrypt "$work/$name.gpg"
  ok "$name: same text" cmp "$work/plain" "$work/data"
  ok "$name: verify unnamed" gpg --batch --verify "$work/$name.sig" \
    "$work/data"
done
finish

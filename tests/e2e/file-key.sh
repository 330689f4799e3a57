#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The second backend: a PEM key on disk behind the same card.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
need openssl
url=http://127.0.0.1:1
seq 1 10 >"$work/data"
for key in RSA:RSA:rsa_keygen_bits:2048 EC:ECDSA:ec_paramgen_curve:P-256 \
  ED25519:EDDSA::; do
  IFS=: read -r kind type option value <<EOF
$key
EOF
  openssl genpkey -algorithm "$kind" ${option:+-pkeyopt "$option:$value"} \
    -out "$work/$kind.pem" 2>/dev/null || die "openssl genpkey $kind"
  chmod 600 "$work/$kind.pem"
  new_home "$kind" <<EOF
key file://$work/$kind.pem created=2026-01-01T00:00:00Z card=$kind
EOF
  mint "File $kind" "$type"
  ok "$kind: sign" gpg --batch --detach-sign -o "$work/$kind.sig" \
    "$work/data"
  gpg --batch -o "$work/$kind.pub" --export
  chmod 644 "$work/$kind.pem"
  fails "$kind: a key that others can read" gpg --batch --yes --detach-sign \
    -o "$work/x" "$work/data"
  logged "chmod 600"
  verifier_home "$work/$kind.pub"
  ok "$kind: verify" gpg --batch --verify "$work/$kind.sig" "$work/data"
done

# Another key in the same place is not the pinned one.
use_home RSA
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 \
  -out "$work/RSA.pem" 2>/dev/null
chmod 600 "$work/RSA.pem"
fails "the file was replaced" gpg --batch --yes --detach-sign -o "$work/x" \
  "$work/data"
says "Bad signature"
finish

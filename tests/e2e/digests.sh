#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Hashes that gpg is told to use: what fits the key is signed and verifies,
# what does not is refused before KMS is asked.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
start_emulator --key alias/rsa=RSA_2048 --key alias/p256=ECC_NIST_P256 \
  --key alias/p384=ECC_NIST_P384 --key alias/p521=ECC_NIST_P521 \
  --key alias/ed25519=ECC_NIST_EDWARDS25519
seq 1 500 >"$work/data"

number () # HASH: its number in RFC 4880
{
  case $1 in
    SHA224) echo 11 ;;
    SHA256) echo 8 ;;
    SHA384) echo 9 ;;
    SHA512) echo 10 ;;
  esac
}

# key:type:hashes that it signs:hashes that it does not
while IFS=: read -r name type good bad; do
  new_home "$name" <<EOF
key alias/$name
EOF
  mint "Digests $name" "$type"
  gpg --batch --yes -o "$work/$name.pub" --export "$fpr"
  for hash in $good; do
    use_home "$name"
    rm -f "$work/sig"
    ok "$name signs $hash" gpg --batch --digest-algo "$hash" --detach-sign \
      -o "$work/sig" "$work/data"
    verifier_home "$work/$name.pub"
    ok "$name, $hash: verify" gpg --batch --verify "$work/sig" "$work/data"
    ok "$name, $hash: packets" gpg --batch --list-packets "$work/sig"
    says "digest algo $(number "$hash"),"
  done
  use_home "$name"
  for hash in $bad; do
    admin POST reset >/dev/null
    rm -f "$work/sig"
    fails "$name refuses $hash" gpg --batch --digest-algo "$hash" \
      --detach-sign -o "$work/sig" "$work/data"
    says "Invalid digest algorithm"
    equal "$name, $hash: KMS was not asked" "$(calls Sign)" 0
    [ ! -s "$work/sig" ] || die "a signature was written"
  done
done <<'EOF'
rsa:RSA:SHA256 SHA384 SHA512:SHA1 SHA224 RIPEMD160
p256:ECDSA:SHA256 SHA384 SHA512:SHA1 SHA224 RIPEMD160
p384:ECDSA:SHA384 SHA512:SHA1 SHA224 SHA256
p521:ECDSA:SHA512:SHA1 SHA256 SHA384
ed25519:EDDSA:SHA224 SHA256 SHA384 SHA512:SHA1 RIPEMD160
EOF

# A key line may allow less than the key can do.
new_home narrow <<EOF
key alias/rsa
EOF
mint "Narrow" RSA
sed -i 's/^key .*/& hash=sha512/' "$GNUPGHOME/kms-scdaemon.conf"
ok "reload" gpgconf --reload scdaemon
ok "hash=sha512 and SHA-512" gpg --batch --yes --digest-algo SHA512 \
  --detach-sign -o "$work/sig" "$work/data"
fails "hash=sha512 and SHA-256" gpg --batch --yes --digest-algo SHA256 \
  --detach-sign -o "$work/sig" "$work/data"
says "Forbidden"
finish

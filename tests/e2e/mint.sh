#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The certificate minted by stock gpg has the same fingerprint in two fresh
# homes, the one --check foretells, and the public key travels.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
start_emulator --key alias/r=RSA_2048 --key alias/e=ECC_NIST_P256 \
  --key alias/d=ECC_NIST_EDWARDS25519

for key in r:RSA e:ECDSA d:EDDSA; do
  name=${key%:*}
  for home in one two; do
    new_home "$name$home" <<EOF
key awskms:///alias/$name
EOF
    mint "Release" "${key#*:}"
    eval "fpr_$home=$fpr"
  done
  # shellcheck disable=SC2154
  equal "$name: same fingerprint in two homes" "$fpr_one" "$fpr_two"
  ok "$name: --check" "$daemon" --homedir "$GNUPGHOME" --check
  says "$fpr_one"
  says Enabled
done

# RSA signatures repeat, so the whole certificate does.
for home in one two; do
  use_home "r$home"
  ok "export from home $home" gpg --batch --export -o "$work/$home.pub"
done
ok "the same bytes" cmp "$work/one.pub" "$work/two.pub"

# Another creation time is another key.
new_home other <<EOF
key awskms:///alias/r created=2020-01-01T00:00:00Z
EOF
fpr_r=$(gpg --homedir "$work/rone" --batch --with-colons -k 2>/dev/null \
  | awk -F: '$1 == "fpr" {print $10; exit}')
mint "Release" RSA
checks=$((checks + 1))
[ "$fpr" != "$fpr_r" ] || die "created= changes nothing"

# A machine that imports the public key instead of minting it.
new_home import <<EOF
key awskms:///alias/r
EOF
ok "import" gpg --batch --import "$work/one.pub"
seq 1 100 >"$work/data"
sign ()
{
  gpg --batch --yes -u "$fpr_r" --detach-sign -o "$work/x.sig" "$work/data"
}
# gpg 2.2 needs the stubs, later ones ask the card.
if gnupg_before 2.4; then
  fails "no stub yet" sign
else
  ok "no stub needed" sign
fi
ok "card status" gpg --batch --card-status
rm -f "$work/x.sig"
ok "sign on the importing machine" sign
verifier_home "$work/one.pub"
ok "verify" gpg --batch --verify "$work/x.sig" "$work/data"
finish

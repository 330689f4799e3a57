#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# gpg --card-status in an empty home: the card is shown, stubs are made, and
# nothing is warned of.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
start_emulator --key alias/acme-release-v1=RSA_2048
new_home a <<EOF
key awskms:///alias/acme-release-v1
EOF

ok "card status of an empty home" gpg --batch --card-status
says 'alias/acme-release-v1'
says 'rsa2048'
says_not 'WARNING'
equal "nothing on stderr" \
  "$(grep -v '^gpg: keybox\|trustdb created\|directory' "$work/err")" ""
serial=$(sed -n 's/^Application ID ...: \([0-9A-F]*\)$/\1/p' "$work/out")
case $serial in
  D276000124010304FFFE????????0000) echo "ok: serial number $serial" ;;
  *) die "serial number '$serial'" ;;
esac
grip=$(keypairinfo OPENPGP.1 1)
ok "a stub was made" grep -q shadowed-private-key \
  "$GNUPGHOME/private-keys-v1.d/$grip.key"
equal "calls while the key was new" \
  "$(calls GetPublicKey) $(calls DescribeKey) $(calls Sign)" "1 1 0"
ok "card status again" gpg --batch --card-status
equal "no further call" "$(calls total)" 2

# Another machine sees the same card.
new_home b <<EOF
key awskms:///alias/acme-release-v1
EOF
ok "card status of another home" gpg --batch --card-status
says "$serial"

# What people look at: reader, name, URL, alias, fingerprint, counter.
mint "Shown" RSA
cat >>"$GNUPGHOME/kms-scdaemon.conf" <<EOF
verbose
EOF
sed -i "s|^key .*|& url=https://acme.example/key.asc fpr=$fpr|" \
  "$GNUPGHOME/kms-scdaemon.conf"
ok "reload" gpgconf --reload scdaemon
ok "card status with url= and fpr=" gpg --batch --card-status
for shown in 'Reader ...........: Cloud KMS' 'Name of cardholder: AWS KMS' \
  'URL of public key : https://acme.example/key.asc' \
  'Login data .......: alias/acme-release-v1' \
  'Signature counter :' 'sec>'; do
  says "$shown"
done
says "$(echo "$fpr" | sed 's/\(....\)/\1 /g; s/ $//; s/^\(.\{24\}\)/\1 /')"
says_not WARNING
ok "sign without a name" gpg --batch --detach-sign -o "$work/sig" \
  "$work/parameters"
ok "verify" gpg --batch --verify "$work/sig" "$work/parameters"
sed -i "s|fpr=....|fpr=0000|" "$GNUPGHOME/kms-scdaemon.conf"
gpgconf --kill gpg-agent
fails "another fingerprint than the key's" gpg --batch --card-status
logged "it is $fpr"

# Twin: without a key there is no card to show.
new_home c </dev/null
fails "no key line" gpg --batch --card-status
says 'Configuration error'
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Several cards at once: this year's key beside last year's, each selected
# in the ways of gpg 2.2 and of 2.4; a card of several slots; and what stays
# when the configuration or a file is away.

# Functions are called by ok and fails.
# shellcheck disable=SC2317
# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
start_emulator --key alias/acme-v1=RSA_2048 --key alias/acme-v2=ECC_NIST_P256 \
  --key alias/acme-v3=ECC_NIST_EDWARDS25519 --key alias/acme-ssh=ECC_NIST_P384
seq 1 1000 >"$work/data"
seq 1 1001 >"$work/forged"

# elsewhere NAME TYPE: the certificate comes from another home; sets fpr,
# grip and sn.
elsewhere ()
{
  new_home "mint-$1" <<EOF
key alias/acme-$1
EOF
  mint "Release $1" "$2"
  sn=$(scd SERIALNO | awk '$2 == "SERIALNO" {print $3}')
  ok "$1: export" gpg --batch -o "$work/$1.pub" --export "$fpr"
}
elsewhere v1 RSA
fpr_v1=$fpr grip_v1=$grip sn_v1=$sn
elsewhere v2 ECDSA
fpr_v2=$fpr grip_v2=$grip sn_v2=$sn
elsewhere v3 EDDSA
fpr_v3=$fpr grip_v3=$grip sn_v3=$sn

new_home cards <<EOF
debug ipc
key alias/acme-v1
key alias/acme-v2
key alias/acme-v3
EOF
ok "import" gpg --batch --import "$work/v1.pub" "$work/v2.pub" "$work/v3.pub"
stubs=$GNUPGHOME/private-keys-v1.d

ok "card status" gpg --batch --card-status
says "alias/acme-v1"
says_not "alias/acme-v2"
ok "card status of all" gpg --batch --card-status all
for name in v1 v2 v3; do
  says "alias/acme-$name"
done
for grip in "$grip_v1" "$grip_v2" "$grip_v3"; do
  ok "the stub $grip" grep -q shadowed-private-key "$stubs/$grip.key"
done
ok "card status of one" gpg --batch --card-status "$sn_v2"
says "alias/acme-v2"
says_not "alias/acme-v1"
gpg --batch --card-status "${sn_v2%0000}0001" >"$work/out" 2>"$work/err"
says_not "alias/"
equal "the list of cards" \
  "$(scd 'GETINFO card_list' | awk '$2 == "SERIALNO" {print $3}' | sort)" \
  "$(printf '%s\n' "$sn_v1" "$sn_v2" "$sn_v3" | sort)"

sign () # OPTIONS...
{
  timeout 60 gpg --batch --yes "$@" --detach-sign -o "$work/sig" "$work/data"
}

# own_way NAME FPR SN GRIP: sign; the mark of this gpg's way to the card is
# in the log.
own_way ()
{
  : >"$GNUPGHOME/daemon.log"
  ok "$1: sign" sign -u "$2"
  cp "$work/sig" "$work/$1.sig"
  if gnupg_before 2.4; then
    logged "C SERIALNO --demand=$3"
  else
    logged "C KEYINFO $4"
  fi
  logged "PKSIGN OPENPGP.1 alias/acme-$1"
}
own_way v1 "$fpr_v1" "$sn_v1" "$grip_v1"
own_way v2 "$fpr_v2" "$sn_v2" "$grip_v2"
own_way v3 "$fpr_v3" "$sn_v3" "$grip_v3"

# Both ways by hand, so that each is tried with every gpg.
sha256=3031300D060960864801650304020105000420
sha256=$sha256$(sha256sum <"$work/data" | cut -d' ' -f1)
way () # SELECT-COMMAND KEY
{
  gpg-connect-agent "SCD $1" "SCD SETDATA $sha256" \
    "SCD PKSIGN --hash=sha256 $2" /bye >"$work/reply" 2>&1
  grep -a -v '^D ' "$work/reply"
  grep -a -q '^D ' "$work/reply"
}
for key in "$grip_v2" OPENPGP.1; do
  : >"$GNUPGHOME/daemon.log"
  ok "the way of 2.2, $key" way "SERIALNO --demand=$sn_v2" \
    "$key"
  logged "PKSIGN OPENPGP.1 alias/acme-v2"
done
: >"$GNUPGHOME/daemon.log"
ok "the way of 2.4" way "SERIALNO --all" "$grip_v2"
says "S SERIALNO $sn_v1"
logged "PKSIGN OPENPGP.1 alias/acme-v2"
fails "an empty slot" way "SERIALNO --demand=$sn_v2" OPENPGP.3

# What 2.4 writes when it makes the stub of another card's key itself: the
# serial number of the first card.  2.2 shall sign with it all the same.
cp "$stubs/$grip_v2.key" "$work/stub"
sed "s/$sn_v2/$sn_v1/" "$work/stub" >"$stubs/$grip_v2.key"
ok "the stub names another card" grep -q "$sn_v1" "$stubs/$grip_v2.key"
: >"$GNUPGHOME/daemon.log"
ok "sign with that stub" sign -u "$fpr_v2"
logged "PKSIGN OPENPGP.1 alias/acme-v2"
cp "$work/stub" "$stubs/$grip_v2.key"

# One file, signed by two and by three keys.
admin POST reset >/dev/null
ok "two signatures" sign -u "$fpr_v1" -u "$fpr_v2"
cp "$work/sig" "$work/two.sig"
equal "two calls" "$(calls Sign)" 2
ok "three signatures" sign -u "$fpr_v1" -u "$fpr_v2" -u "$fpr_v3"
cp "$work/sig" "$work/three.sig"
admin POST 'state?name=alias/acme-v2&state=Disabled' >/dev/null
rm -f "$work/sig"
fails "one of two keys is disabled" sign -u "$fpr_v1" -u "$fpr_v2"
says "Key disabled"
[ ! -s "$work/sig" ] || die "half a pair of signatures was written"
admin POST 'state?name=alias/acme-v2&state=Enabled' >/dev/null

# marks KEYWORD N SIGNATURE DATA: that many signatures have that status.
marks ()
{
  gpg --batch --status-fd 1 --verify "$3" "$4" >"$work/marks" 2>/dev/null
  [ "$(grep -c "^\[GNUPG:\] $1 " "$work/marks")" = "$2" ]
}
verifier_home "$work/v1.pub" "$work/v2.pub" "$work/v3.pub"
for name in v1 v2 v3; do
  ok "$name: verify" gpg --batch --verify "$work/$name.sig" "$work/data"
done
ok "both are good" marks GOODSIG 2 "$work/two.sig" "$work/data"
# With --batch gpg stops at the first one that is bad.
ok "the twin: a bad one" marks BADSIG 1 "$work/two.sig" "$work/forged"
ok "the twin: none is good" marks GOODSIG 0 "$work/two.sig" "$work/forged"
ok "all three are good" marks GOODSIG 3 "$work/three.sig" "$work/data"
ok "of three none is good" marks GOODSIG 0 "$work/three.sig" "$work/forged"

# A key that is configured no more, although its stub is still there.
use_home cards
cp "$GNUPGHOME/kms-scdaemon.conf" "$work/conf"
sed -i '/acme-v2/d' "$GNUPGHOME/kms-scdaemon.conf"
ok "reload without the second key" gpgconf --reload scdaemon
for mode in default loopback; do
  fails "a key that was removed, pinentry mode $mode" \
    sign --pinentry-mode $mode -u "$fpr_v2"
  says "signing failed"
  says_not "cancelled"
done
fails "beside one that is there" sign -u "$fpr_v1" -u "$fpr_v2"
ok "the others sign" sign -u "$fpr_v1" -u "$fpr_v3"
cp "$work/conf" "$GNUPGHOME/kms-scdaemon.conf"
ok "reload with all keys" gpgconf --reload scdaemon
ok "the key is back" sign -u "$fpr_v2"

# Slots of one card: one for signatures, one for ssh.
new_home slots <<EOF
debug ipc
key alias/acme-ssh card=acme slot=auth
key alias/acme-v1 card=acme
EOF
mint "Slots" RSA
equal "one card" "$(scd 'GETINFO card_list' | grep -c SERIALNO)" 1
equal "the slots" "$(keypairinfo OPENPGP.1 3) $(keypairinfo OPENPGP.3 3)" \
  "sc a"
equal "their keys" "$(keypairinfo OPENPGP.1 5) $(keypairinfo OPENPGP.3 5)" \
  "rsa2048 nistp384"
ok "sign with the first slot" sign -u "$fpr"
ok "card status" gpg --batch --card-status
says "Login data .......: acme"
grip_auth=$(keypairinfo OPENPGP.3 1)
ok "stubs of both" test -s "$GNUPGHOME/private-keys-v1.d/$grip_auth.key"
for key in OPENPGP.3 "$grip_auth"; do
  fails "the slot for ssh does not sign" way SERIALNO "$key"
  says "Wrong key usage"
done
ok "the twin: the slot for signatures" way SERIALNO OPENPGP.1

new_home taken <<EOF
key alias/acme-v1 card=acme slot=sign
key alias/acme-v2 card=acme slot=sign
EOF
fails "two keys for one slot" "$daemon" --homedir "$GNUPGHOME" --check
says "is taken by alias/acme-v1"
new_home by-usage <<EOF
key alias/acme-v1 card=acme
key alias/acme-v2 card=acme
EOF
fails "two keys that take one slot" "$daemon" --homedir "$GNUPGHOME" --check
says "is taken by alias/acme-v1"
mint "Half a card" RSA
ok "the first is a card all the same" sign -u "$fpr"

# What is known stays known, whatever happens to the files it came from.
use_home cards
pins=$GNUPGHOME/kms-scdaemon.keys
ok "a look at the pins" cp "$pins" "$work/pins"
rm "$pins"
admin POST reset >/dev/null
ok "no pin file: the first key" sign -u "$fpr_v1"
ok "no pin file: the third key" sign -u "$fpr_v3"
equal "two signatures and no other call" "$(calls Sign) $(calls total)" "2 2"
ok "reload without a pin file" gpgconf --reload scdaemon
ok "the keys are fetched anew" sign -u "$fpr_v2"
ok "the same pins" cmp "$pins" "$work/pins"

# A directory is what not even root can read as a file.
rm "$pins"
mkdir "$pins"
ok "reload with an unreadable pin file" gpgconf --reload scdaemon
ok "the keys have stayed" sign -u "$fpr_v2"
logged "Is a directory"
gpgconf --kill gpg-agent
fails "a start with an unreadable pin file" sign -u "$fpr_v2"
says "Configuration error"
ok "the list of secret keys" gpg --batch -K "$fpr_v2"
rmdir "$pins"
cp "$work/pins" "$pins"
ok "reload with the pin file" gpgconf --reload scdaemon
ok "the keys are back" sign -u "$fpr_v2"

# The files of AWS.
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
mkdir "$HOME/.aws"
cat >"$HOME/.aws/credentials" <<EOF
[default]
aws_access_key_id = AKIAEMULATOREXAMPLE
aws_secret_access_key = emulator-secret-key
region = eu-west-1
EOF
cp "$HOME/.aws/credentials" "$work/credentials"
sed -i '/^region/d' "$GNUPGHOME/kms-scdaemon.conf"
gpgconf --kill gpg-agent
ok "credentials and region from a file" sign -u "$fpr_v1"
# aws_is WHAT CONTENT MESSAGE: the file is that for a moment.
aws_is ()
{
  printf '%s\n' "$2" >"$HOME/.aws/credentials"
  ok "reload with $1" gpgconf --reload scdaemon
  fails "sign with $1" sign -u "$fpr_v1"
  says "signing failed: $3"
  ok "card status with $1" gpg --batch --card-status all
  says "alias/acme-v2"
  cp "$work/credentials" "$HOME/.aws/credentials"
  ok "the file is whole again" sign -u "$fpr_v1"
}
aws_is "half a file" '[default' "Configuration error"
aws_is "an empty file" '' "Configuration error"
aws_is "a file without keys" '[default]
region = eu-west-1' "Not authenticated"
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The traps between gpg, gpg-agent and a card daemon, as they are known from
# the sources of gpg-agent 2.2 to 2.5, each provoked once.
#
#  1 $DISPSERIALNO unanswered: agent crashes    here
#  2 loopback and an unknown key: no end        here, cards.sh, down.sh
#  3 a prompt instead of the reason             every test (finish in lib.sh)
#  4 lines too many: conversation out of step   transcripts.sh
#  5 no time-out, no Ctrl-C in the agent        here, down.sh
#  6 KEY-FPR without its certificate            fresh.sh
#  7 2.2 needs a stub, with that serial number  fresh.sh, mint.sh
#  8 2.4: key from the card's menu              here, upkeep.sh
#  9 2.2: "card" wants a key for encryption     here
# 10 expiry counts from the creation time       here
# 11 another creation time, another key         here, mint.sh
# 12 one bad READKEY ends LEARN                 here
# 13 a short KDF line is read too far           here
# 14 KEYINFO --list at every start of gpg       here
# 15 SETDATA in pieces, --hash= without a word  transcripts.sh, ssh.sh
# 16 2.4: a connection stays marked as used     not reachable from a daemon
# 17 the same key in two places                 here
# 18 grips and serial numbers in lower case     transcripts.sh
# 19 RESTART that fails or takes its time       transcripts.sh, parallel.sh
# 20 no standard error, the agent's environment here
# 21 2.4 writes another card's serial number    cards.sh
# 22 nobody verifies an ECC signature           refuse.sh
# 23 two homes, one socket                      life.sh
# 24 --compliance=openpgp; an agent of systemd  here; cards.sh (AWS files)
# 25 scdaemon-program with a relative path      fails in gpg-agent, before us
# 26 --reload and --kill of scdaemon            here, life.sh
# 27 unknown attributes when decrypting         here
# 28 2.4 prefers a subkey that is on a card     here
# 29 a reload that forgets keys                 here, cards.sh

# Functions are called by ok and fails.
# shellcheck disable=SC2317
# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
start_emulator --key alias/one=RSA_2048 --key alias/two=ECC_NIST_P256 \
  --key alias/three=ECC_NIST_EDWARDS25519 --key alias/bad-denied-all=RSA_2048
seq 1 1000 >"$work/data"
seq 1 1001 >"$work/forged"

sign () # OPTIONS...
{
  timeout 60 gpg --batch --yes "$@" --detach-sign -o "$work/sig" "$work/data"
}
agent_pid ()
{
  gpg-connect-agent 'GETINFO pid' /bye | sed -n 's/^D //p'
}
daemon_pid ()
{
  scd 'GETINFO pid' | sed -n 's/^D //p'
}
# within SECONDS WHAT COMMAND...: succeeds before that.
within ()
{
  limit=$1
  shift
  start=$(date +%s)
  ok "$@"
  [ $(($(date +%s) - start)) -le "$limit" ] || die "it took too long"
}
latency () # MILLISECONDS
{
  admin POST "latency?ms=$1" >/dev/null
}
gone () # PID
{
  tries=0
  while kill -0 "$1" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || return 1
    sleep 0.1
  done
}

new_home a <<EOF
key alias/one
EOF
mint "Traps" RSA
fpr_one=$fpr
gpg --batch -o "$work/one.pub" --export "$fpr"

# 1: with stubs in place, the card is looked at again and again.
pid=$(agent_pid)
for i in 1 2; do
  ok "card status $i" gpg --batch --card-status
  ok "learn $i" gpg-connect-agent 'learn --force' /bye
  says "OK"
done
# shellcheck disable=SC2016 # The dollars are the attribute's.
ok "the serial number for any key" scd \
  'GETATTR $DISPSERIALNO 0123456789ABCDEF0123456789ABCDEF01234567'
# shellcheck disable=SC2016
says 'S $DISPSERIALNO FFFE+'
equal "the same agent" "$(agent_pid)" "$pid"

# 5: Ctrl-C, and a gpg that is killed, in the middle of a signature; the
# next one does not wait for it.

# asked N: so many calls have come to KMS since the reset.
asked ()
{
  tries=0
  until [ "$(calls total)" -ge "$1" ]; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || die "KMS was not asked $1 times"
    sleep 0.1
  done
}
# begin_signing FILE: in the background; its process is signer.  A shell
# without job control has such processes ignore SIGINT.
begin_signing ()
{
  env --default-signal=INT gpg --batch --yes --detach-sign -o "$1.sig" "$1" \
    >"$1.err" 2>&1 </dev/null &
  signer=$!
}
for signal in INT KILL; do
  admin POST reset >/dev/null
  latency 4000
  begin_signing "$work/data"
  asked 1
  kill -$signal $signer
  wait $signer
  equal "gpg ends on SIG$signal" "$(kill -l $?)" $signal
  latency 0
  within 5 "sign after SIG$signal" sign
  ok "verify after SIG$signal" gpg --batch --verify "$work/sig" "$work/data"
  fails "forged" gpg --batch --verify "$work/sig" "$work/forged"
done

# An agent that is killed takes its daemon along.
pid=$(daemon_pid)
kill -KILL "$(agent_pid)"
ok "the daemon goes" gone "$pid"
ok "the next one" sign
# ... also while it signs.
pid=$(daemon_pid)
admin POST reset >/dev/null
latency 3000
begin_signing "$work/data"
asked 1
kill -KILL "$(agent_pid)"
checks=$((checks + 1))
wait $signer && die "a signature without an agent"
ok "the busy daemon goes" gone "$pid"
latency 0
ok "the next one after that" sign

# 26: reload and kill while eight sign.
pid=$(daemon_pid)
admin POST reset >/dev/null
latency 3000
signers=
for i in 1 2 3 4 5 6 7 8; do
  echo "file $i" >"$work/$i"
  begin_signing "$work/$i"
  signers="$signers $signer"
done
asked 8
ok "reload" gpgconf --reload scdaemon
ok "kill" gpgconf --kill scdaemon
kill -HUP "$pid"
equal "all are still signing" "$(calls Sign)" 0
lost=0
for signer in $signers; do
  wait "$signer" || lost=$((lost + 1))
done
[ $lost = 0 ] || cat "$work"/[1-8].err >&2
equal "signatures that were lost" $lost 0
equal "calls" "$(calls Sign)" 8
for i in 1 2 3 4 5 6 7 8; do
  ok "verify $i" gpg --batch --verify "$work/$i.sig" "$work/$i"
done
fails "the twin" gpg --batch --verify "$work/1.sig" "$work/2"
latency 0
ok "sign at once after a kill" sign
equal "the same process" "$(daemon_pid)" "$pid"

# 29: SIGHUP with a key less and another one more.
cards ()
{
  scd 'GETINFO card_list' | grep -c SERIALNO
}
cp "$GNUPGHOME/kms-scdaemon.conf" "$work/conf"
sed -i 's,alias/one,alias/two,' "$GNUPGHOME/kms-scdaemon.conf"
echo "key alias/three" >>"$GNUPGHOME/kms-scdaemon.conf"
kill -HUP "$pid"
tries=0
until [ "$(cards)" = 2 ]; do
  tries=$((tries + 1))
  [ $tries -lt 50 ] || die "SIGHUP does not reload"
  sleep 0.1
done
ok "card status of the new ones" gpg --batch --card-status all
says "alias/two"
says "alias/three"
says_not "alias/one"

# 2: the key has a stub here and no card, whatever is to become of prompts.
for mode in default loopback cancel error; do
  fails "unknown key, pinentry mode $mode" sign --pinentry-mode $mode \
    -u "$fpr_one"
  says "signing failed"
  says_not "ancel"
  says_not "pinentry"
done
cp "$work/conf" "$GNUPGHOME/kms-scdaemon.conf"
kill -HUP "$pid"
tries=0
until sign -u "$fpr_one" >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ $tries -lt 50 ] || die "SIGHUP does not bring the key back"
  sleep 0.1
done

# 12: a key that cannot be had beside one that can.
for card in '' ' card=acme'; do
  new_home "bad${card#*=}" <<EOF
key alias/one$card slot=sign
key alias/bad-denied-all$card slot=auth
EOF
  ok "card status beside a bad key$card" gpg --batch --card-status
  says "rsa2048"
  mint "Beside$card" RSA
  ok "sign beside a bad key$card" sign
  equal "the same key$card" "$fpr" "$fpr_one"
done

# 13: never a KDF line.
ok "KDF" scd 'GETATTR KDF'
says_not "S KDF"
says "OK"

# 14, 27: what gpg does without the key costs no call.
use_home a
ok "someone else's key" gpg --batch --homedir "$work/user" --passphrase '' \
  --pinentry-mode loopback --quick-gen-key "Bob <bob@example.org>" \
  default default never
homes="$homes $work/user"
ok "a message for them" gpg --batch --homedir "$work/user" --yes \
  --no-auto-key-locate -o "$work/secret" -r bob@example.org -e "$work/data"
admin POST reset >/dev/null
ok "list of keys" gpg --batch -k
ok "list of secret keys" gpg --batch -K
ok "verification" gpg --batch --verify "$work/8.sig" "$work/8"
fails "a message for others" gpg --batch -d "$work/secret"
says "No secret key"
says_not "error retrieving"
says_not "card"
equal "no call" "$(calls total)" 0

# 17: one key under two names, and in two slots.
ok "--check" "$daemon" --homedir "$GNUPGHOME" --check
arn=$(sed -n 's/^ *key *\(arn:[^ ]*\)$/\1/p' "$work/out")
new_home twice <<EOF
key alias/one
key $arn
EOF
ok "one key twice: card status" gpg --batch --card-status all
ok "one key twice: import" gpg --batch --import "$work/one.pub"
ok "one key twice: sign" sign -u "$fpr_one"
new_home slots <<EOF
key alias/one card=acme slot=sign
key $arn card=acme slot=auth
EOF
ok "one key in two slots: card status" gpg --batch --card-status
ok "one key in two slots: import" gpg --batch --import "$work/one.pub"
ok "one key in two slots: sign" sign -u "$fpr_one"

# 20: the environment of a later gpg does not reach the daemon.
use_home a
export AWS_SECRET_ACCESS_KEY=wrong
ok "a later environment is not seen" sign
gpgconf --kill gpg-agent
fails "but that of the agent" sign
says "Bad authentication"
export AWS_SECRET_ACCESS_KEY=emulator-secret-key
gpgconf --kill gpg-agent
ok "and a good one" sign

# 24: 2.2 goes back to SHA-1 then, which KMS does not sign.
if gnupg_before 2.4; then
  fails "compliance, 2.2" sign --compliance openpgp
  says "Invalid digest algorithm"
  ok "compliance, 2.2, with a hash" sign --compliance openpgp \
    --digest-algo SHA256
else
  ok "compliance" sign --compliance openpgp
fi
ok "verify with compliance" gpg --batch --compliance openpgp --verify \
  "$work/sig" "$work/data"

# 8 to 11: keys that gpg makes from the card without a keygrip.
created=$(keypairinfo OPENPGP.1 4)
at=$(date -u -d "@$created" +%Y%m%dT%H%M%S)
new_home quick <<EOF
key alias/one
EOF
ok "quick: card status" gpg --batch --card-status
fails "9: a card without a key for encryption" gpg --batch \
  --faked-system-time "$at!" --quick-gen-key "Quick <quick@acme.example>" \
  card default never
ok "9: only certify and sign" gpg --batch --faked-system-time "$at!" \
  --quick-gen-key "Quick <quick@acme.example>" card/cert,sign - never
ok "11: the same key as by its grip" gpg --batch -k "$fpr_one"
new_home menu <<EOF
key alias/one
EOF
ok "menu: card status" gpg --batch --card-status
printf '14\n1\n=cs\n0\nThe Menu\nmenu@acme.example\n\nO\n' >"$work/answers"
env --default-signal=HUP gpg --no-tty --expert \
  --faked-system-time "$at!" --status-fd 1 \
  --command-fd 0 --full-gen-key <"$work/answers" >"$work/out" 2>"$work/err"
if gnupg_before 2.4.8 && ! gnupg_before 2.4.0 \
  && grep -q 'KEY_NOT_CREATED\|No such' "$work/out" "$work/err"; then
  echo "skipped: 8: the menu of this gpg is broken"
else
  ok "8: the same key by the menu" gpg --batch -k "$fpr_one"
fi

# 28: two subkeys that sign, the one in software the newer.
new_home prefers <<EOF
key alias/one
EOF
ok "28: card status" gpg --batch --card-status
ok "28: a primary key" gpg --batch --passphrase '' --pinentry-mode loopback \
  --quick-gen-key "Two subkeys <two@acme.example>" rsa2048 cert never
fpr=$(gpg --batch --with-colons -k two@acme.example 2>/dev/null \
  | awk -F: '$1 == "fpr" {print $10; exit}')
ok "28: a subkey on the card" gpg --batch --quick-add-key "$fpr" \
  card/sign sign never
ok "28: a newer one in software" gpg --batch --passphrase '' \
  --pinentry-mode loopback --faked-system-time "$(($(date +%s) + 60))" \
  --quick-add-key "$fpr" rsa2048 sign never
admin POST reset >/dev/null
ok "28: sign" sign -u "$fpr" --faked-system-time "$(($(date +%s) + 120))"
if gnupg_before 2.4; then
  equal "28: 2.2 takes the newer one" "$(calls Sign)" 0
else
  equal "28: 2.4 takes the one on the card" "$(calls Sign)" 1
fi
subkey=$(gpg --batch --with-colons -k "$fpr" 2>/dev/null \
  | awk -F: '$1 == "sub" {s++} $1 == "fpr" && s == 2 {print $10}')
admin POST reset >/dev/null
ok "28: the one in software" sign -u "$subkey!" \
  --faked-system-time "$(($(date +%s) + 120))"
equal "28: without KMS" "$(calls total)" 0

new_home old <<EOF
key alias/one created=2015-01-01T00:00:00Z
EOF
ok "old: card status" gpg --batch --card-status
printf '%s\n' "Key-Type: RSA" "Key-Grip: $(keypairinfo OPENPGP.1 1)" \
  "Creation-Date: 20150101T000000" "Name-Real: Old" "Expire-Date: 2y" \
  >"$work/parameters"
ok "10: two years from then" gpg --batch --gen-key "$work/parameters"
fails "10: expired at birth" sign -u Old
printf '%s\n' "Key-Type: RSA" "Key-Grip: $(keypairinfo OPENPGP.1 1)" \
  "Creation-Date: 20150101T000000" "Name-Real: Older" "Expire-Date: 0" \
  >"$work/parameters"
ok "10: the twin never expires" gpg --batch --gen-key "$work/parameters"
ok "10: the twin signs" sign -u Older
finish

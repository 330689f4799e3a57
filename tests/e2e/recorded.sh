#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Everything that gpg-agent 2.2.40, 2.4.7 and 2.5.12 were recorded to say
# (tests/transcripts/recorded), said to the whole daemon.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
replay=$here/tests/transcripts/replay
[ -x "$replay" ] || skip "no player for recordings"
recorded=${top_srcdir:-.}/tests/transcripts/recorded
set --
for key in 25519=ECC_NIST_EDWARDS25519 p256=ECC_NIST_P256 \
  p384=ECC_NIST_P384 p521=ECC_NIST_P521 rsa2048=RSA_2048 rsa4096=RSA_4096; do
  for use in s a; do
    set -- "$@" --key "alias/${key%=*}-$use=${key#*=}"
  done
done
for curve in 256 384 521; do
  set -- "$@" --key "alias/p$curve-e=ECC_NIST_P$curve:KEY_AGREEMENT"
done
start_emulator "$@"

# key_lines STAGE: "p384-se+rsa2048-s" is one card with two P-384 keys and
# one with an RSA key.  Keys that the service cannot have decrypt with P-256.
key_lines ()
{
  for card in $(echo "$1" | tr + ' '); do
    type=${card%-*}
    case $type in
      p*) encr=$type ;;
      *) encr=p256 ;;
    esac
    case $card in
      *-s*) echo "key alias/$type-s card=$type" ;;
    esac
    case $card in
      *-*e*) echo "key alias/$encr-e card=$type" ;;
    esac
    case $card in
      *-*a) echo "key alias/$type-a card=$type slot=auth usage=auth" ;;
    esac
  done
}

# The fingerprints are those that the daemon itself names.
for stage in $(sed -n 's/^on //p' "$recorded"/*.txt | sort -u); do
  key_lines "$stage" >"$work/keys"
  new_home "$stage" <"$work/keys"
  ok "$stage" "$daemon" --homedir "$GNUPGHOME" --check
  awk '$1 == "fingerprint" {print $2}' "$work/out" >"$work/fingerprints"
  sed -i '/^key /d' "$GNUPGHOME/kms-scdaemon.conf"
  paste -d ' ' "$work/keys" "$work/fingerprints" \
    | sed 's/ \([^ ]*\)$/ fpr=\1/' >>"$GNUPGHOME/kms-scdaemon.conf"
  ok "$stage with fingerprints" "$daemon" --homedir "$GNUPGHOME" --check
done

replay ()
{
  "$replay" "$@" -- "$daemon" --multi-server
}

# all WHAT OPTION...: every recording, and every known difference is met.
all ()
{
  what=$1
  shift
  ok "$what" replay "$@" "$work" "$recorded"/gpg-*.txt
  tail -n 3 "$work/out"
  says "425 recordings"
  says_not UNUSED
}

all "over the pipe"
all "over sockets only" --socket

# The player itself: each changed conversation must be found out.
awk -v RS= '/(^|\n)= 2.4.7-fresh-sign-p384\n/' "$recorded/gpg-2.4.7.txt" \
  >"$work/one.txt"
ok "one recording" replay "$work" "$work/one.txt"
says "1 recordings"

# twin WHAT SED-SCRIPT
twin ()
{
  sed "$2" "$work/one.txt" >"$work/twin.txt"
  ok "the twin is another: $1" different "$work/one.txt" "$work/twin.txt"
  fails "$1" replay "$work" "$work/twin.txt"
  says "-- expected"
}

different ()
{
  ! cmp -s "$1" "$2"
}

twin "a line less" '/S KEYINFO {A2}/d'
twin "a line more" 's/^1 S: S SERIALNO.*/&\n&/'
twin "another grip" 's/S KEYPAIRINFO {A1}/S KEYPAIRINFO {A2}/'
twin "another card" 's/S: S SERIALNO {A}/S: S SERIALNO {B}/'
twin "another usage" 's/OPENPGP.1 sc$/OPENPGP.1 sca/'
twin "another algorithm" 's/nistp384$/nistp521/'
twin "another key" 's/NIST P-384/NIST P-521/'
twin "another length" 's/D {96 bytes}/D {64 bytes}/'
twin "an error" '/D {96 bytes}/{N;s/.*/1 S: ERR 100663547/}'
twin "no error" 's/PKSIGN --hash=sha384/PKSIGN --hash=sha1/'
twin "no answer" '/D {96 bytes}/{N;d}'
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A daemon's life: little memory, reload in place, kill, two homes at once,
# and an end with its agent.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
start_emulator --key alias/one=ECC_NIST_P256 --key alias/two=ECC_NIST_P384
new_home a <<EOF
key alias/one
EOF
mint "Life" ECDSA
seq 1 10 >"$work/data"
sign ()
{
  gpg --batch --yes -u "$fpr" --detach-sign -o "$work/sig" "$work/data"
}
ok "sign" sign
pid=$(scd 'GETINFO pid' | sed -n 's/^D //p')
[ -n "$pid" ] || die "no pid"
# Its own memory, and all of it.  Most of that are pages of shared libraries,
# more on Debian 13 than on 12.  The sanitizers need more.
own=$(awk '$1 == "RssAnon:" {print $2}' "/proc/$pid/status")
all=$(awk '$1 == "VmRSS:" {print $2}' "/proc/$pid/status")
limit=12288
gnupg_before 2.4 || limit=16384
echo "resident: $own of $all KiB are its own"
if ! nm -D "$daemon" 2>/dev/null | grep -q '__[at]san_'; then
  checks=$((checks + 1))
  [ "$own" -lt 4096 ] || die "$own KiB of its own"
  [ "$all" -lt $limit ] || die "$all KiB resident"
fi

# Reload: a key is added, the process stays, no signature fails.
cp "$GNUPGHOME/kms-scdaemon.conf" "$work/conf"
echo "key alias/two" >>"$GNUPGHOME/kms-scdaemon.conf"
ok "reload" gpgconf --reload scdaemon
ok "sign at once" sign
equal "the same process" "$(scd 'GETINFO pid' | sed -n 's/^D //p')" "$pid"
equal "two cards" "$(scd 'GETINFO card_list' | grep -c SERIALNO)" 2
echo "nonsense" >>"$GNUPGHOME/kms-scdaemon.conf"
ok "reload of a broken file" gpgconf --reload scdaemon
ok "the old configuration stays" sign
logged "unknown option"
cp "$work/conf" "$GNUPGHOME/kms-scdaemon.conf"
kill -HUP "$pid"
tries=0
until [ "$(scd 'GETINFO card_list' | grep -c SERIALNO)" = 1 ]; do
  tries=$((tries + 1))
  [ $tries -lt 50 ] || die "SIGHUP does not reload"
  sleep 0.1
done

# Two homes, two agents, two daemons.
fpr_a=$fpr
new_home b <<EOF
key alias/two
EOF
mint "Other" ECDSA
ok "sign in the second home" sign
use_home a
fpr=$fpr_a
ok "sign in the first home" sign
other=$(GNUPGHOME=$work/b scd 'GETINFO pid' | sed -n 's/^D //p')
[ "$other" != "$pid" ] || die "two homes share a daemon"

# The end: with the agent, and on SIGTERM.
gone () # PID
{
  tries=0
  while kill -0 "$1" 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 50 ] || return 1
    sleep 0.1
  done
}
gpgconf --kill gpg-agent
ok "gone with its agent" gone "$pid"
checks=$((checks + 1))
[ ! -e "$GNUPGHOME/S.kms-scdaemon" ] || die "the socket is left behind"
use_home b
kill -TERM "$other"
ok "gone on SIGTERM" gone "$other"
use_home a
ok "a new agent starts a new daemon" sign
finish

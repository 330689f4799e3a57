#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# gpg-agent as the agent of ssh: keys for authentication are offered and log
# in to a real sshd, ssh-keygen signs with them, and others are not offered.

# Functions are called by ok and fails.
# shellcheck disable=SC2317
# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
PATH=$PATH:/usr/sbin:/sbin
begin
need ssh ssh-add ssh-keygen ssh-keyscan sshd
sshd_pid=
privsep=

stop_sshd ()
{
  [ -z "$sshd_pid" ] || kill "$sshd_pid" 2>/dev/null
  [ -z "$privsep" ] || rmdir "$privsep" 2>/dev/null
}
tidy_up ()
{
  rc=$?
  stop_sshd
  (exit "$rc")
  clean_up
}
trap tidy_up EXIT

# An sshd of our own on a free port; sets ssh_port.
start_sshd ()
{
  if [ "$(id -u)" = 0 ] && [ ! -d /run/sshd ]; then
    mkdir /run/sshd || skip "no /run/sshd"
    privsep=/run/sshd
  fi
  ssh-keygen -q -t ed25519 -N '' -f "$work/host" || die "ssh-keygen"
  ssh-keygen -q -t rsa -b 4096 -N '' -f "$work/host-rsa" || die "ssh-keygen"
  cat >"$work/sshd_config" <<EOF
HostKey $work/host
HostKey $work/host-rsa
AuthorizedKeysFile $work/authorized
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 200
EOF
  : >"$work/authorized"
  sshd=$(command -v sshd)
  # Later ones let nobody in for a while after a failed login.
  set --
  "$sshd" -t -f "$work/sshd_config" -o PerSourcePenalties=no 2>/dev/null \
    && set -- -o PerSourcePenalties=no
  for n in 1 2 3 4 5 6 7 8 9; do
    ssh_port=$((20000 + ($$ + n * 4441) % 40000))
    "$sshd" -D -e -f "$work/sshd_config" -p $ssh_port \
      -o ListenAddress=127.0.0.1 "$@" 2>>"$work/sshd.log" &
    sshd_pid=$!
    tries=0
    while kill -0 $sshd_pid 2>/dev/null && [ $tries -lt 50 ]; do
      ssh-keyscan -p $ssh_port 127.0.0.1 2>/dev/null >"$work/known"
      grep -qF "$(cut -d' ' -f2 "$work/host.pub")" "$work/known" && return
      tries=$((tries + 1))
      sleep 0.1
    done
  done
  cat "$work/sshd.log" >&2
  skip "sshd does not start"
}

# login OPTIONS...: says "in" if it worked.
login ()
{
  timeout 60 ssh -F /dev/null -p $ssh_port -o BatchMode=yes \
    -o PreferredAuthentications=publickey -o IdentityFile=none \
    -o "UserKnownHostsFile=$work/known" -o GlobalKnownHostsFile=/dev/null \
    "$@" 127.0.0.1 echo in
}

# ssh_home NAME: a home whose agent serves ssh, with the key lines from
# standard input.
ssh_home ()
{
  new_home "$1"
  echo enable-ssh-support >>"$GNUPGHOME/gpg-agent.conf"
  gpgconf --launch gpg-agent
  SSH_AUTH_SOCK=$(gpgconf --list-dirs agent-ssh-socket)
  export SSH_AUTH_SOCK
}

start_emulator --key alias/rsa=RSA_2048 --key alias/p256=ECC_NIST_P256 \
  --key alias/ed25519=ECC_NIST_EDWARDS25519 --key alias/release=RSA_2048
unset SSH_AGENT_PID SSH_ASKPASS
start_sshd

# The control: without any card, a key in a file.
export SSH_AUTH_SOCK="$work/none"
ssh-keygen -q -t ed25519 -N '' -f "$work/file" || die "ssh-keygen"
cp "$work/file.pub" "$work/authorized"
login -i "$work/file" >/dev/null 2>"$work/err" || {
  cat "$work/err" >&2
  skip "sshd lets nobody in here"
}

# uses NAME: the one key in the agent logs in and signs.
uses ()
{
  ok "$1: one key is offered" ssh-add -L
  cp "$work/out" "$work/$1.pub"
  equal "$1: no other" "$(grep -c . "$work/$1.pub")" 1
  says "cardno:"
  cp "$work/file.pub" "$work/authorized"
  fails "$1: a key that sshd does not know" login
  says "Permission denied"
  cp "$work/$1.pub" "$work/authorized"
  admin POST reset >/dev/null
  ok "$1: login" login
  says "in"
  equal "$1: one call" "$(calls Sign) $(calls total)" "1 1"
  if [ "${1%%-*}" = rsa ]; then
    ok "$1: login with SHA-256" login \
      -o PubkeyAcceptedAlgorithms=rsa-sha2-256
    logged "PKAUTH"
    fails "$1: not with SHA-1" login -o PubkeyAcceptedAlgorithms=ssh-rsa
  fi

  echo "a commit" >"$work/message"
  echo "another commit" >"$work/forged"
  rm -f "$work/message.sig"
  ok "$1: sign for git" ssh-keygen -Y sign -n git -f "$work/$1.pub" \
    "$work/message"
  echo "release@acme.example $(cat "$work/$1.pub")" >"$work/signers"
  verify ()
  {
    ssh-keygen -Y verify -f "$work/signers" -I release@acme.example -n "$1" \
      -s "$work/message.sig" <"$2"
  }
  checks=$((checks + 1))
  verify git "$work/message" >"$work/out" 2>&1 || die "$1: $(cat "$work/out")"
  verify git "$work/forged" >"$work/out" 2>&1 && die "$1: a forgery verifies"
  verify file "$work/message" >"$work/out" 2>&1 && die "$1: wrong namespace"
  echo "ok: $1: verified, and forgeries refused"
  cp "$work/file.pub" "$work/other.pub"
  fails "$1: a key that is not in the agent" ssh-keygen -Y sign -n git \
    -f "$work/other.pub" "$work/message"
}

for name in rsa p256 ed25519; do
  ssh_home "$name-both" <<EOF
key alias/$name usage=sign,auth
EOF
  uses "$name-both"
  ssh_home "$name-slot" <<EOF
key alias/$name slot=auth
EOF
  uses "$name-slot"
done

# The message that Ed25519 signs names the server's key.  If that is a long
# one, gpg-agent 2.2 and 2.4 cannot hand it to a card; ssh can leave it out.
use_home ed25519-slot
SSH_AUTH_SOCK=$(gpgconf --list-dirs agent-ssh-socket)
cp "$work/ed25519-slot.pub" "$work/authorized"
ok "Ed25519 and a server with RSA" login -o HostKeyAlgorithms=rsa-sha2-512 \
  -o PubkeyAuthentication=unbound
if ! login -o HostKeyAlgorithms=rsa-sha2-512 >"$work/out" 2>"$work/err"; then
  says "agent refused operation"
  echo "skipped: this gpg-agent cannot hand on more than 476 bytes"
fi

# A key for releases beside one for ssh: only the latter is offered.
ssh_home two-cards <<EOF
key alias/release
key alias/ed25519 slot=auth
EOF
uses two-cards
ssh_home one-card <<EOF
key alias/release card=acme
key alias/ed25519 card=acme slot=auth
EOF
uses one-card

# No key for authentication: nothing is offered, and nothing signed.
ssh_home release <<EOF
key alias/release
EOF
ok "card status" gpg --batch --card-status
fails "a key for releases is not offered" ssh-add -L
says "no identities"
learn
grip=$(keypairinfo OPENPGP.1 1)
sha256=3031300D060960864801650304020105000420$(sha256sum </dev/null \
  | cut -d' ' -f1)
use () # COMMAND
{
  gpg-connect-agent "SCD SERIALNO" "SCD SETDATA $sha256" "SCD $1 $grip" /bye
}
ok "used for ssh all the same" use PKAUTH
says "Wrong key usage"
ok "the twin: used for a signature" use "PKSIGN --hash=sha256"
says_not "ERR"

# An error at KMS is the end of the login, not a prompt.
ssh_home disabled <<EOF
key alias/p256 slot=auth
EOF
cp "$work/p256-slot.pub" "$work/authorized"
ok "login" login
admin POST 'state?name=alias/p256&state=Disabled' >/dev/null
fails "login with a disabled key" login
says "Permission denied"
logged "the key is disabled"
ok "the key is still offered" ssh-add -L
finish

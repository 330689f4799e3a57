# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lib.sh - what every end-to-end test needs: an emulator, GnuPG homes whose
# agent starts our daemon, a pinentry that must stay unused, and clean-up.
#
# A test sources this file, calls `begin`, does its work with `ok` and
# `fails`, and ends with `finish`.

# The callers use these.
# shellcheck disable=SC2034
set -u

here=$(cd "${top_builddir:-.}" && pwd)
daemon=$here/src/kms-scdaemon
emulator=$here/tests/emulator/kms-emulator
checks=0

skip ()
{
  echo "skipped: $*"
  exit 77
}

die ()
{
  echo "FAILED: $*" >&2
  show_logs >&2
  exit 1
}

need ()
{
  for tool in "$@"; do
    command -v "$tool" >/dev/null 2>&1 || skip "no $tool"
  done
}

show_logs ()
{
  for log in "$work"/*/daemon.log "$work"/*/agent.log "$work"/emulator.log; do
    [ -s "$log" ] || continue
    echo "--- last lines of $log"
    tail -n 25 "$log"
  done
}

# Nothing of the user who runs the tests may reach the daemon.
clean_environment ()
{
  for name in $(env | sed -n 's/^\(AWS_[A-Z0-9_]*\)=.*/\1/p'); do
    unset "$name"
  done
  unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY GPG_TTY \
    DISPLAY DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR
  export LC_ALL=C HOME="$work/user" no_proxy='*'
  export AWS_ACCESS_KEY_ID=AKIAEMULATOREXAMPLE
  export AWS_SECRET_ACCESS_KEY=emulator-secret-key
}

begin ()
{
  [ -x "$emulator" ] || skip "no kms-emulator (libmicrohttpd is missing)"
  need gpg gpg-agent gpgconf gpg-connect-agent curl jq
  # Short: the path of a socket ends at 108 bytes.
  work=$(mktemp -d /tmp/kse.XXXXXX)
  mkdir -m 700 "$work/user"
  emulator_pid=
  homes=
  trap clean_up EXIT
  trap 'exit 129' HUP PIPE
  trap 'exit 130' INT
  trap 'exit 143' TERM
  clean_environment
  make_pinentry
}

clean_up ()
{
  status=$?
  for home in $homes; do
    gpgconf --homedir "$home" --kill all >/dev/null 2>&1
    # Where there is a /run/user/UID the sockets have a directory there.
    gpgconf --homedir "$home" --remove-socketdir >/dev/null 2>&1
  done
  stop_emulator
  rm -rf "$work"
  exit $status
}

# A pinentry that writes down that it was asked, and cancels.
make_pinentry ()
{
  cat >"$work/pinentry" <<EOF
#!/bin/sh
echo started >>"$work/pinentry.log"
echo "OK ready"
while read -r line; do
  echo "\$line" >>"$work/pinentry.log"
  case \$line in
    GETPIN*|CONFIRM*) echo "ERR 83886179 Operation cancelled <Pinentry>" ;;
    BYE*) echo OK; exit ;;
    *) echo OK ;;
  esac
done
EOF
  chmod 755 "$work/pinentry"
}

# gnupg_before VERSION: the gpg here is older.
gnupg_before ()
{
  have=$(gpg --version | sed -n '1s/.* \([0-9][0-9.]*\).*/\1/p')
  [ -n "$have" ] || die "gpg tells no version"
  [ "$have" != "$1" ] \
    && [ "$(printf '%s\n%s\n' "$have" "$1" | sort -V | head -n 1)" = "$have" ]
}

# start_emulator OPTIONS...
start_emulator ()
{
  rm -f "$work/port"
  "$emulator" --port 0 --port-file "$work/port" "$@" \
    >>"$work/emulator.log" 2>&1 &
  emulator_pid=$!
  tries=0
  until [ -s "$work/port" ]; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || die "the emulator does not start"
    kill -0 $emulator_pid 2>/dev/null || die "the emulator has ended"
    sleep 0.1
  done
  port=$(cat "$work/port")
  url=http://127.0.0.1:$port
}

stop_emulator ()
{
  [ -n "$emulator_pid" ] || return 0
  kill "$emulator_pid" 2>/dev/null
  wait "$emulator_pid" 2>/dev/null
  emulator_pid=
}

admin () # METHOD PATH
{
  curl -sSf -X "$1" "$url/_emulator/$2" || die "emulator: $1 $2"
}

calls () # OPERATION
{
  admin GET calls | jq -r --arg op "$1" '.[$op] // 0'
}

# new_home NAME: make it the GNUPGHOME.  The daemon's configuration comes
# from standard input; region and endpoint are added.
new_home ()
{
  GNUPGHOME=$work/$1
  export GNUPGHOME
  homes="$homes $GNUPGHOME"
  mkdir -m 700 "$GNUPGHOME"
  cat >"$GNUPGHOME/gpg-agent.conf" <<EOF
scdaemon-program $daemon
pinentry-program $work/pinentry
log-file $GNUPGHOME/agent.log
EOF
  {
    echo "log-file $GNUPGHOME/daemon.log"
    echo verbose
    echo region eu-west-1
    echo "endpoint-url $url"
    cat
  } >"$GNUPGHOME/kms-scdaemon.conf"
}

use_home () # NAME
{
  GNUPGHOME=$work/$1
  export GNUPGHOME
}

# A home that has public keys only and never asks a daemon.
verifier_home () # PUBLIC-KEY-FILES...
{
  GNUPGHOME=$work/verifier
  export GNUPGHOME
  if [ ! -d "$GNUPGHOME" ]; then
    homes="$homes $GNUPGHOME"
    mkdir -m 700 "$GNUPGHOME"
    echo disable-scdaemon >"$GNUPGHOME/gpg-agent.conf"
  fi
  for file in "$@"; do
    gpg -q --batch --import "$file" || die "import of $file"
  done
}

scd () # COMMAND
{
  gpg-connect-agent "SCD $1" /bye
}

learn ()
{
  gpg-connect-agent 'learn --force' /bye >/dev/null || die "learn"
}

# The Nth word after the keygrip in the N-th slot's KEYPAIRINFO.
keypairinfo () # KEYREF FIELD(1=grip 2=keyref 3=usage 4=time 5=algo)
{
  scd 'LEARN --keypairinfo' \
    | awk -v ref="$1" -v f="$2" \
      '$2 == "KEYPAIRINFO" && $4 == ref {print $(f + 2)}'
}

# mint UID TYPE: the certificate of OPENPGP.1; sets fpr.
mint ()
{
  learn
  grip=$(keypairinfo OPENPGP.1 1)
  created=$(keypairinfo OPENPGP.1 4)
  [ -n "$grip" ] && [ -n "$created" ] || die "no KEYPAIRINFO for OPENPGP.1"
  cat >"$work/parameters" <<EOF
Key-Type: $2
Key-Grip: $grip
Key-Usage: cert sign
Creation-Date: seconds=$created
Name-Real: $1
Name-Email: release@acme.example
Expire-Date: 0
%commit
EOF
  gpg --batch --status-fd 3 --gen-key "$work/parameters" \
    3>"$work/status" 2>"$work/mint.err" </dev/null || {
    cat "$work/mint.err" >&2
    die "mint $1"
  }
  fpr=$(sed -n 's/.*KEY_CREATED P \([0-9A-F]*\).*/\1/p' "$work/status")
  [ -n "$fpr" ] || die "mint $1: no fingerprint"
}

# ok WHAT COMMAND...: must succeed.
ok ()
{
  what=$1
  shift
  checks=$((checks + 1))
  if "$@" >"$work/out" 2>"$work/err" </dev/null; then
    echo "ok: $what"
  else
    echo "status $?" >&2
    cat "$work/out" "$work/err" >&2
    die "$what"
  fi
}

# fails WHAT COMMAND...: must not.
fails ()
{
  what=$1
  shift
  checks=$((checks + 1))
  if "$@" >"$work/out" 2>"$work/err" </dev/null; then
    cat "$work/out" "$work/err" >&2
    die "$what: succeeded"
  fi
  echo "ok: $what"
}

# says WORDS: the last command's messages contain them.
says ()
{
  checks=$((checks + 1))
  grep -qF -e "$1" "$work/out" "$work/err" || {
    cat "$work/out" "$work/err" >&2
    die "does not say: $1"
  }
}

says_not ()
{
  checks=$((checks + 1))
  grep -qF -e "$1" "$work/out" "$work/err" || return 0
  cat "$work/out" "$work/err" >&2
  die "says: $1"
}

# logged WORDS: the daemon of the present home has logged them.
logged ()
{
  checks=$((checks + 1))
  grep -qF -e "$1" "$GNUPGHOME/daemon.log" || die "not in the log: $1"
}

equal () # WHAT A B
{
  checks=$((checks + 1))
  [ "$2" = "$3" ] || die "$1: '$2' is not '$3'"
  echo "ok: $1"
}

finish ()
{
  [ ! -e "$work/pinentry.log" ] || {
    cat "$work/pinentry.log" >&2
    die "the pinentry was started"
  }
  [ $checks -gt 0 ] || die "nothing was checked"
  echo "$checks checks"
  exit 0
}

# SPDX-License-Identifier: GPL-3.0-or-later
# emulator.sh - to be sourced by tests that need kms-emulator: starts and
# stops it, sends it signed calls with curl, compares answers.
# shellcheck shell=sh disable=SC2034

EMULATOR=${top_builddir:-.}/tests/emulator/kms-emulator
EMU_USER=AKIAEMULATOREXAMPLE:emulator-secret-key
EMU_REGION=eu-west-1
EMU_ACCOUNT=111122223333

# need PROGRAM...: skip the test when one is missing.
need ()
{
  for need_program in "$@"; do
    command -v "$need_program" >/dev/null || {
      echo "skipped: no $need_program"
      exit 77
    }
  done
}

# Without libmicrohttpd there is no emulator.
test -x "$EMULATOR" || { echo "skipped: no kms-emulator"; exit 77; }
need curl jq openssl
tmp=$(mktemp -d) || exit 99
emu_pids=
failures=0
trap emulator_cleanup EXIT
trap 'exit 99' INT TERM HUP

emulator_cleanup ()
{
  for emu_pid in $emu_pids; do
    kill "$emu_pid" 2>/dev/null
  done
  wait
  rm -rf "$tmp"
}

# emulator_start NAME OPTION...: its pid, port and URL are in NAME_pid,
# NAME_port and NAME_url; what it says in $tmp/NAME.log.
emulator_start ()
{
  emu_name=$1
  shift
  "$EMULATOR" --port-file "$tmp/$emu_name.port" "$@" \
    2>"$tmp/$emu_name.log" &
  emu_pid=$!
  emu_pids="$emu_pids $emu_pid"
  emu_tries=0
  until test -s "$tmp/$emu_name.port"; do
    emu_tries=$((emu_tries + 1))
    if test $emu_tries -gt 200 || ! kill -0 "$emu_pid" 2>/dev/null; then
      echo "FATAL: kms-emulator $* does not start"
      cat "$tmp/$emu_name.log"
      exit 99
    fi
    sleep 0.05
  done
  emu_port=$(cat "$tmp/$emu_name.port")
  eval "${emu_name}_pid=$emu_pid ${emu_name}_port=$emu_port"
  eval "${emu_name}_url=http://127.0.0.1:$emu_port"
}

# emulator_stop PID: as an init system would; the exit status is to be 0.
emulator_stop ()
{
  kill "$1"
  wait "$1"
  emu_status=$?
  emu_pids=$(echo "$emu_pids" | sed "s/ $1\\b//")
  check "exit status at SIGTERM" 0 "$emu_status"
}

# check WHAT EXPECTED GOT
check ()
{
  test "$2" = "$3" && return 0
  echo "FAILED: $1"
  echo "  expected: $2"
  echo "  got:      $3"
  failures=$((failures + 1))
  return 1
}

# check_true WHAT COMMAND...
check_true ()
{
  check_what=$1
  shift
  "$@" >/dev/null 2>"$tmp/check.err" && return 0
  echo "FAILED: $check_what: $*"
  cat "$tmp/check.err"
  failures=$((failures + 1))
}

# check_false WHAT COMMAND...: a refusal, not a crash.
check_false ()
{
  check_what=$1
  shift
  "$@" >/dev/null 2>&1
  check_status=$?
  test $check_status -gt 0 && test $check_status -lt 126 && return 0
  echo "FAILED: $check_what: status $check_status: $*"
  failures=$((failures + 1))
}

# raw URL CURL-OPTION...: one request; status, headers and body end up in
# $tmp/status, $tmp/headers and $tmp/body.  A hanging server fails the test.
raw ()
{
  raw_url=$1
  shift
  : >"$tmp/body"
  curl -sS --max-time 60 -o "$tmp/body" -D "$tmp/headers" \
    -w '%{http_code}' "$@" "$raw_url" >"$tmp/status" 2>"$tmp/curl.err"
}

# kms URL OPERATION JSON [CURL-OPTION...]: a signed call, by $kms_user.
kms_user=$EMU_USER
kms ()
{
  kms_url=$1
  kms_operation=$2
  printf '%s' "$3" >"$tmp/request"
  shift 3
  raw "$kms_url/" --aws-sigv4 "aws:amz:$EMU_REGION:kms" --user "$kms_user" \
    -H 'Content-Type: application/x-amz-json-1.1' \
    -H "X-Amz-Target: TrentService.$kms_operation" \
    --data-binary "@$tmp/request" "$@"
}

# sts URL FORM [CURL-OPTION...]: a signed call.
sts ()
{
  sts_url=$1
  sts_form=$2
  shift 2
  raw "$sts_url/" --aws-sigv4 "aws:amz:$EMU_REGION:sts" --user "$kms_user" \
    -H 'Content-Type: application/x-www-form-urlencoded' \
    -d "$sts_form" "$@"
}

# admin URL METHOD PATH
admin ()
{
  raw "$1/_emulator/$3" -X "$2"
  check "$2 $3" 200 "$(cat "$tmp/status")"
}

# get FILTER: what jq finds in the last answer.
get ()
{
  jq -r "$1" <"$tmp/body"
}

# xml ELEMENT: its text in the last answer.
xml ()
{
  sed -n "s|.*<$1>\\(.*\\)</$1>.*|\\1|p" <"$tmp/body"
}

# expect_kms WHAT STATUS TYPE MESSAGE: the last answer was that error.
expect_kms ()
{
  check "$1" "$2 $3: $4" \
    "$(cat "$tmp/status") $(get '.__type + ": " + (.message // "")')"
}

# expect_sts WHAT STATUS CODE MESSAGE
expect_sts ()
{
  check "$1" "$2 $3: $4" "$(cat "$tmp/status") $(xml Code): $(xml Message)"
}

# expect_ok WHAT
expect_ok ()
{
  check "$1" 200 "$(cat "$tmp/status")" || cat "$tmp/body" "$tmp/curl.err"
}

# sign_json KEY-ID TYPE ALGORITHM FILE: the request that signs FILE.
sign_json ()
{
  jq -nc --arg id "$1" --arg type "$2" --arg alg "$3" \
    --arg message "$(base64 -w0 <"$4")" \
    '{KeyId: $id, MessageType: $type, SigningAlgorithm: $alg,
      Message: $message}'
}

# jwt SECONDS-FROM-NOW: an OpenID Connect token whose signature is nonsense.
jwt ()
{
  jwt_exp=$(($(date +%s) + $1))
  jwt_claims='{"iss":"https://issuer.example","aud":"sts.amazonaws.com"'
  jwt_claims="$jwt_claims,\"sub\":\"repo:acme/x\",\"exp\":$jwt_exp}"
  printf '%s.%s.%s' \
    "$(printf '{"alg":"RS256","typ":"JWT"}' | base64url)" \
    "$(printf '%s' "$jwt_claims" | base64url)" \
    "$(printf 'no signature' | base64url)"
}

base64url ()
{
  base64 -w0 | tr '+/' '-_' | tr -d '='
}

# The last line of a test.
finish ()
{
  test "$failures" = 0 || { echo "$failures failed"; exit 1; }
  exit 0
}

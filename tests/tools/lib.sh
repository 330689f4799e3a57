# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lib.sh - what the tests of release tools share: a signer's home for each
# kind of key, a reader who has the certificate only, a stranger who has
# nothing, and the price of a signature.
#
# A test sources this file, tells the version of its tool to
# `release_tool`, gives a function to `each_kind`, and ends with `finish`.

# The callers use these.
# shellcheck disable=SC2034
# Tests change the directory.
top_srcdir=$(cd "${top_srcdir:-.}" && pwd) || exit 99
top_builddir=$(cd "${top_builddir:-.}" && pwd) || exit 99
# shellcheck source=tests/e2e/lib.sh
. "$top_srcdir/tests/e2e/lib.sh"

all_kinds="rsa4096 p256 ed25519"
rows=${TOOL_ROWS:-/dev/null}

# The first number with a dot in what COMMAND... says.
version_of ()
{
  "$@" 2>&1 </dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1
}

# release_tool VERSION: a KMS with one key of each kind.
release_tool ()
{
  printf 'version\t%s\n' "$1" >>"$rows"
  for name in $(env | sed -n \
    -e 's/^\(GIT_[A-Z_]*\)=.*/\1/p' -e 's/^\(DEB[A-Z_]*\)=.*/\1/p' \
    -e 's/^\(TWINE_[A-Z_]*\)=.*/\1/p' -e 's/^\(MAVEN_[A-Z_]*\)=.*/\1/p')
  do
    unset "$name"
  done
  unset EMAIL GPGKEY
  begin
  start_emulator --key alias/rsa4096=RSA_4096 --key alias/p256=ECC_NIST_P256 \
    --key alias/ed25519=ECC_NIST_EDWARDS25519
}

# each_kind FUNCTION [KIND...]: call it with signer, reader and stranger at
# hand, in a directory of its own; without kinds, for all of them.
each_kind ()
{
  function=$1
  shift
  # shellcheck disable=SC2086 # A list.
  [ $# -gt 0 ] || set -- $all_kinds
  new_stranger
  for kind in "$@"; do
    new_signer
    new_reader
    mkdir "$work/in-$kind"
    cd "$work/in-$kind" || die "no directory"
    use_home "$kind"
    $function
    cd / || exit 99
  done
}

# Sets fpr, and puts the certificate into $cert.asc and $cert.gpg.
new_signer ()
{
  case $kind in
    rsa*) type=RSA ;;
    p*) type=ECDSA ;;
    ed*) type=EDDSA ;;
  esac
  new_home "$kind" <<EOF
key awskms:///alias/$kind
EOF
  mint "ACME Releases" "$type"
  cert=$work/cert-$kind
  gpg --batch --armor --export "$fpr" >"$cert.asc" || die "export"
  gpg --batch --export "$fpr" >"$cert.gpg" || die "export"
}

new_reader ()
{
  mkdir -m 700 "$work/reader-$kind"
  echo disable-scdaemon >"$work/reader-$kind/gpg-agent.conf"
  homes="$homes $work/reader-$kind"
  as_reader gpg -q --batch --import "$cert.asc" || die "import"
}

# Somebody who trusts another key only, which is in $other.asc and $other.gpg.
new_stranger ()
{
  mkdir -m 700 "$work/stranger"
  echo disable-scdaemon >"$work/stranger/gpg-agent.conf"
  homes="$homes $work/stranger"
  other=$work/cert-other
  use_home stranger
  gpg -q --batch --pinentry-mode loopback --passphrase '' \
    --quick-gen-key "Another <another@acme.example>" ed25519 sign never \
    2>"$work/err" || die "another key"
  gpg --batch --armor --export >"$other.asc" || die "export"
  gpg --batch --export >"$other.gpg" || die "export"
}

as_reader () # COMMAND...
{
  in_home "reader-$kind" "$@"
}

as_stranger () # COMMAND...
{
  in_home stranger "$@"
}

in_home () # NAME COMMAND...
{
  use_home "$1"
  shift
  "$@"
  result=$?
  use_home "$kind"
  return $result
}

# signs N OPERATION COMMAND...: it succeeds, and costs N calls of kms:Sign.
signs ()
{
  expected=$1
  operation=$2
  shift 2
  before=$(calls Sign)
  ok "$kind: $operation" "$@"
  equal "$kind: $operation: kms:Sign calls" $(($(calls Sign) - before)) \
    "$expected"
  printf 'row\t%s\t%s\t%s\n' "$operation" "$kind" "$expected" >>"$rows"
}

# no_signature OPERATION COMMAND...: it fails while the key is disabled.
no_signature ()
{
  operation=$1
  shift
  admin POST "state?name=alias/$kind&state=Disabled" >/dev/null
  fails "$kind: $operation, key disabled" "$@"
  admin POST "state?name=alias/$kind&state=Enabled" >/dev/null
  logged DisabledException
}

# unable WHY: this kind of key is not for this tool.
unable ()
{
  echo "not for $kind: $1"
  printf 'unable\t%s\t%s\n' "$kind" "$1" >>"$rows"
}

# accepted FILE SIGNATURE: gpg has nothing against it, but against FILE with
# one byte changed.
accepted ()
{
  ok "$kind: $2" as_reader gpg --batch --verify "$2" "$1"
  says "Good signature"
  change_byte "$1" "$work/changed"
  fails "$kind: $2, byte changed" \
    as_reader gpg --batch --verify "$2" "$work/changed"
  says "BAD signature"
  fails "$kind: $2, no public key" as_stranger gpg --batch --verify "$2" "$1"
  says "No public key"
}

# change_byte FROM TO: one, near the end, where RPM has no padding.
change_byte ()
{
  place=$(($(wc -c <"$1") * 7 / 8))
  {
    head -c "$place" "$1"
    tail -c "+$((place + 1))" "$1" | head -c 1 \
      | tr '\000-\377' '\001-\377\000'
    tail -c "+$((place + 2))" "$1"
  } >"$2"
}

# find_python MODULE: a python that has it, into $python.
find_python ()
{
  for name in /usr/bin/python3 python3; do
    # What stands in the PATH may ask for the user's home.
    python=$("$name" -c "import $1, sys; print(sys.executable)" 2>/dev/null) \
      && return
  done
  skip "no python3 with $1"
}

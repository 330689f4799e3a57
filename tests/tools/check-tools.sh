#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# check-tools.sh - run release tools on a KMS key, and make a table of it.
#
# usage: check-tools.sh [NAME...]     run t-NAME.sh; without names, all
#        check-tools.sh --measure     run all, keep the table in the sources
#        check-tools.sh --doc         print doc/TOOLS from what was measured
#
# Each tool is run without a terminal.  The table is shown and stands in
# tests/tools/check-tools.log of the build; what each test has said is in
# t-NAME.log beside it.

set -u
LC_ALL=C
export LC_ALL
src=$(cd "${top_srcdir:-.}" && pwd)/tests/tools || exit 99
out=$(cd "${top_builddir:-.}" && pwd)/tests/tools || exit 99
# What a test may take, with a slow machine and a slow network.
limit=300

mkdir -p "$out" || exit 99
work=$(mktemp -d) || exit 99
rows=$work/rows
running=
passed=0
failed=0
skipped=0
trap 'rm -rf "$work"' EXIT
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM HUP

stop ()
{
  [ -z "$running" ] || { kill "$running" && wait "$running"; } 2>/dev/null
}

names_of_all ()
{
  find "$src" -name 't-*.sh' | sed 's|.*/t-||; s|\.sh$||' | sort
}

# run NAME: its rows, and between them how it ended.
run ()
{
  log=$out/t-$1.log
  printf 'begin\t%s\n' "$1" >>"$rows"
  signed=$(grep -c '^row' "$rows")
  TOOL_ROWS=$rows setsid timeout "$limit" sh "$src/t-$1.sh" \
    >"$log" 2>&1 </dev/null &
  running=$!
  wait "$running"
  status=$?
  running=
  note=$(tail -n 1 "$log")
  case $status in
    0) verdict=PASS result=ok ;;
    77) verdict=SKIP result=${note:-skipped} ;;
    124) verdict=FAIL result=FAILED note="no end after $limit s" ;;
    *) verdict=FAIL result=FAILED note=$(grep '^FAILED' "$log" | head -n 1) ;;
  esac
  if [ $status = 0 ] && [ "$(grep -c '^row' "$rows")" = "$signed" ]; then
    verdict=FAIL result=FAILED note="nothing was signed"
  fi
  printf 'end\t%s\n' "$result" >>"$rows"
  say $verdict "$1: ${note:-see $log}"
  [ $verdict != FAIL ] || tail -n 40 "$log"
}

say () # VERDICT WHAT
{
  printf '%s: %s\n' "$1" "$2"
  case $1 in
    PASS) passed=$((passed + 1)) ;;
    FAIL) failed=$((failed + 1)) ;;
    SKIP) skipped=$((skipped + 1)) ;;
  esac
}

# From rows to a table: the calls of each operation under the kind of key.
table ()
{
  host=$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release 2>/dev/null)
  gpg --version | awk -v "host=${host:-$(uname -s)}" '
    NR == 1 { printf "%s, %s, ", host, $0 }
    NR == 2 { print $0 ":" }'
  awk -F '\t' '
    BEGIN {
      line = "%-17s %-8s %-26s %4s %5s %7s %s\n"
      printf "\n%54s   kms:Sign calls\n", ""
      printf line, "tool", "version", "operation", "RSA", "P-256", "Ed25519",
        "result"
    }
    function cell (kind)
    {
      return (operations[i], kind) in calls ? calls[operations[i], kind] : "-"
    }
    $1 == "begin" { tool = $2; version = ""; n = 0; split ("", calls) }
    $1 == "version" { version = $2 }
    $1 == "row" {
      if (! (($2, "any") in calls))
        operations[++n] = $2
      calls[$2, "any"] = calls[$2, $3] = $4
    }
    $1 == "unable" { notes = notes "\n" tool ", " $2 ": " $3 "." }
    $1 == "end" && ! n { printf "%-17s %-8s %s\n", tool, version, $2 }
    $1 == "end" {
      for (i = 1; i <= n; i++)
        printf line, i == 1 ? tool : "", i == 1 ? version : "",
          operations[i], cell("rsa4096"), cell("p256"), cell("ed25519"),
          i == 1 ? $2 : ""
    }
    END { if (notes) print notes }' "$rows" | sed 's/ *$//'
}

# What stands behind "# Setup:" in the head of each test.
setups ()
{
  for name in $(names_of_all); do
    printf '%s\n' "$name"
    sed -n 's/^# Setup: /    /p' "$src/t-$name.sh"
    echo
  done
}

document ()
{
  cat <<'EOF'
TOOLS - release tools with a key in a KMS
=========================================

What "make check-tools" has found; written by "make tools-doc".

Each tool is the unmodified one of the distribution (the plugin: of Maven
Central), run without a terminal and with nothing on standard input.  The
keys are RSA_4096, ECC_NIST_P256 and ECC_NIST_EDWARDS25519; "-" was not run.
"ok" means: the signature was accepted by the tool's own verifier or by gpg
in a home that has the certificate only; it was refused after a change, and
by somebody without the certificate; while the KMS key was disabled, the
tool made no signature; and no pinentry was started.

EOF
  for measured in "$src"/gpg-*.table; do
    echo
    cat "$measured"
    echo
  done
  cat <<'EOF'

Setup
-----

gpg is set up as in README, and has the certificate.  Then:

EOF
  setups
  cat <<'EOF'

Not here
--------

dpkg-sig
    not in Debian 12.
makepkg --sign
    does not run as root, as tests often do; it calls gpg as repo-add does.
flatpak
    signs through libostree.
goreleaser
    not in Debian 12; it calls gpg as a release script does.
helm, nfpm, gradle's signing plugin by default
    read private keys themselves and never call gpg.
EOF
}

check_document ()
{
  if document | cmp -s - "$src/../../doc/TOOLS"; then
    say PASS "doc/TOOLS: up to date"
  else
    say FAIL "doc/TOOLS: out of date, 'make tools-doc' writes it"
  fi
}

run_each () # NAME...
{
  : >"$rows"
  for name in "$@"; do
    [ -f "$src/t-$name.sh" ] || { echo "no tool '$name'" >&2; exit 99; }
    run "$name"
  done
  echo
  table | tee "$out/check-tools.log"
  echo
  echo "$passed passed, $failed failed, $skipped skipped"
  [ $failed = 0 ] && [ $passed -gt 0 ]
}

measure ()
{
  # shellcheck disable=SC2046 # One word each.
  run_each $(names_of_all) || exit 1
  [ $skipped = 0 ] || { echo "a tool is missing" >&2; exit 1; }
  version=$(gpg --version | sed -n '1s/.* //p')
  cp "$out/check-tools.log" "$src/gpg-$version.table"
}

check_all ()
{
  check_document
  # shellcheck disable=SC2046 # One word each.
  run_each $(names_of_all)
}

case ${1-} in
  --doc) document ;;
  --measure) measure ;;
  '') check_all ;;
  *) run_each "$@" ;;
esac

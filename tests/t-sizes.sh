#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# t-sizes.sh - no file and no function grows out of sight.

set -u
LC_ALL=C
export LC_ALL
top_srcdir=${top_srcdir:-.}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

# Print what is too long in the tree at $1, "warning" where it is only
# about to be.  A function is what stands between a brace in column 0 and
# a lone closing one, both counted; its name is the last word in column 0
# that an opening parenthesis follows.
complaints ()
{
  (
    cd "$1" || exit 99
    find src assuan tests \( -name '*.[ch]' -o -name '*.sh' \) | sort
  ) >"$tmp/files"
  (
    cd "$1" || exit 99
    # shellcheck disable=SC2016 # The dollars are awk's.
    xargs awk '
    function judge (where, what, n, limit, warn)
    {
      if (n > limit)
        print where what " has " n " lines, more than " limit
      else if (n > warn)
        print "warning: " where what " has " n " lines"
    }
    function end_file ()
    {
      if (file)
        judge (file ": ", "the file", lines, 600, 400)
    }
    FNR == 1 { end_file (); file = FILENAME; start = 0 }
    { lines = FNR }
    file !~ /\.[ch]$/ { next }
    /^[A-Za-z_][A-Za-z0-9_]* *\(/ {
      name = $0
      if (sub (/^START_TEST *\(/, "", name))
        sub (/\).*/, "", name)
      sub (/ *\(.*/, "", name)
    }
    /^\{/ { start = FNR }
    /^\}/ {
      if (start && /^\}[ \t]*$/)
        judge (file ":" start ": ", name, FNR - start + 1, 60, 45)
      start = 0
    }
    END { end_file () }' /dev/null
  ) <"$tmp/files"
}

lines () # N: N lines of no meaning
{
  awk -v "n=$1" 'BEGIN { while (n-- > 0) print "  ;" }'
}

function_of () # LINES FILE: a function of so many lines, braces and all
{
  mkdir -p "$tmp/sample/${2%/*}"
  {
    printf 'struct x\n{\n'
    lines 99
    printf '};\n\nstatic int\nfunction_%s (int a,\n  int b)\n{\n' "$1"
    lines $(($1 - 2))
    printf '}\n'
  } >"$tmp/sample/$2"
}

must_say () # TEXT: the check of the sample says it
{
  if ! complaints "$tmp/sample" | grep -qxF -- "$1"; then
    echo "t-sizes.sh cannot fail: it did not say '$1'"
    exit 99
  fi
}

mkdir -p "$tmp/sample/src/base" "$tmp/sample/assuan" "$tmp/sample/tests/unit"
function_of 45 src/base/a.c
lines 400 >"$tmp/sample/src/base/a.h"
if [ -n "$(complaints "$tmp/sample")" ]; then
  echo "t-sizes.sh refuses what is right:"
  complaints "$tmp/sample"
  exit 99
fi
function_of 46 src/base/b.c
function_of 60 assuan/c.c
function_of 61 tests/unit/d.c
lines 401 >"$tmp/sample/src/e.c"
lines 600 >"$tmp/sample/src/f.h"
lines 601 >"$tmp/sample/tests/g.sh"
{
  printf 'START_TEST (test_h)\n{\n'
  lines 70
  printf '}\nEND_TEST\n'
} >"$tmp/sample/tests/unit/h.c"
must_say 'warning: src/base/b.c:107: function_46 has 46 lines'
must_say 'warning: assuan/c.c:107: function_60 has 60 lines'
must_say 'tests/unit/d.c:107: function_61 has 61 lines, more than 60'
must_say 'warning: src/e.c: the file has 401 lines'
must_say 'warning: src/f.h: the file has 600 lines'
must_say 'tests/g.sh: the file has 601 lines, more than 600'
must_say 'tests/unit/h.c:2: test_h has 72 lines, more than 60'

complaints "$top_srcdir" >"$tmp/said"
cat "$tmp/said"
[ -s "$tmp/files" ] || { echo "no sources in $top_srcdir"; exit 99; }
! grep -qv '^warning: ' "$tmp/said"

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# t-floors.sh - a floor includes itself and the floors below it, never
# above, and every include is written from the root.

set -u
LC_ALL=C
export LC_ALL
top_srcdir=${top_srcdir:-.}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

# Print what is wrong with the tree at $1.
complaints ()
{
  (cd "$1" && find src assuan tests -name '*.[ch]' | sort) >"$tmp/files"
  (cd "$1" && xargs grep -n '^[ 	]*#[ 	]*include' /dev/null) \
    <"$tmp/files" >"$tmp/includes"
  awk '
    BEGIN {
      n = split ("base net aws kms card assuan roof", name, " ")
      for (i = 1; i <= n; i++)
        rank[name[i]] = i
    }
    function floor (path)
    {
      if (path ~ /^tests\//)
        return "tests"
      sub (/^src\//, "", path)
      return sub (/\/.*/, "", path) ? path : "roof"
    }
    FNR == NR { known[$0] = 1; next }
    {
      split ($0, part, ":")
      where = part[1] ":" part[2] ": "
      quoted = match ($0, /"[^"]*"/)
      if (!quoted && !match ($0, /<[^>]*>/))
        {
          print where "what does this include?"
          next
        }
      target = substr ($0, RSTART + 1, RLENGTH - 2)
      from = floor (part[1])
      path = "src/" target
      if (!(path in known) && target ~ /^(assuan|tests)\//)
        path = target
      if (!(path in known))
        {
          if (quoted && target != "config.h")
            print where "\"" target "\" is not written from the root"
          next
        }
      if (!quoted)
        print where "<" target "> would find our " path
      to = floor (path)
      if (from == "tests")
        next
      if (!(from in rank))
        print where from " is no floor"
      else if (!(to in rank) || rank[to] > rank[from])
        print where from " reaches up to " to
    }' "$tmp/files" "$tmp/includes"
}

put () # FILE LINE: a file of one line in the sample tree
{
  mkdir -p "$tmp/sample/${1%/*}"
  printf '%s\n' "$2" >"$tmp/sample/$1"
}

must_say () # TEXT: the check of the sample says it
{
  if ! complaints "$tmp/sample" | grep -qF -- "$1"; then
    echo "t-floors.sh cannot fail: it did not say '$1'"
    exit 99
  fi
}

put src/base/a.h ''
put src/card/b.h ''
put src/roof.h ''
put assuan/c.h ''
put tests/unit/d.h ''
put src/card/good.c '#include "base/a.h"'
put src/main.c '#include "assuan/c.h"'
put tests/unit/t-a.c '#include "tests/unit/d.h"'
if [ -n "$(complaints "$tmp/sample")" ]; then
  echo "t-floors.sh refuses what is right:"
  complaints "$tmp/sample"
  exit 99
fi
put src/base/up.c '#include "card/b.h"'
put src/net/up.c '  #  include "roof.h"'
put src/card/up.c '#include "assuan/c.h"'
put assuan/up.c '#include "tests/unit/d.h"'
put src/base/near.c '#include "a.h"'
put src/net/dots.c '#include "../base/a.h"'
put src/net/angle.c '#include <base/a.h>'
put src/attic/x.c '#include "base/a.h"'
put tests/unit/t-b.c '#include "d.h"'
put tests/unit/t-c.c '#include WHAT'
must_say 'src/base/up.c:1: base reaches up to card'
must_say 'src/net/up.c:1: net reaches up to roof'
must_say 'src/card/up.c:1: card reaches up to assuan'
must_say 'assuan/up.c:1: assuan reaches up to tests'
must_say 'src/base/near.c:1: "a.h" is not written from the root'
must_say 'src/net/dots.c:1: "../base/a.h" is not written from the root'
must_say 'src/net/angle.c:1: <base/a.h> would find our'
must_say 'src/attic/x.c:1: attic is no floor'
must_say 'tests/unit/t-b.c:1: "d.h" is not written from the root'
must_say 'tests/unit/t-c.c:1: what does this include?'

said=$(complaints "$top_srcdir")
[ -z "$said" ] || { printf '%s\n' "$said"; exit 1; }
[ -s "$tmp/includes" ] || { echo "no sources in $top_srcdir"; exit 99; }

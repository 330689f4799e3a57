#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# t-doors.sh - each library has one door: who may include its headers.

set -u
LC_ALL=C
export LC_ALL
top_srcdir=${top_srcdir:-.}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

# Header and door, both as regular expressions; tests/ may include all.
cat >"$tmp/doors" <<'EOF'
assuan\.h            assuan/
curl/.*              src/net/
json(-c/.*|_.*)?\.h  src/base/json\.c$
gcrypt(-.*)?\.h      (src/base/bytes\.c|src/aws/sigv4\.c)$
gcrypt(-.*)?\.h      src/kms/(file-kms|pkcs8)\.c$
gcrypt(-.*)?\.h      src/card/
microhttpd\.h        tests/
EOF

# Print what is wrong with the tree at $1.
complaints ()
{
  (
    cd "$1" || exit 99
    find src assuan tests -name assuan.h \
      | sed 's/$/: hides the header of libassuan/'
    find src assuan tests -name '*.[ch]' -exec \
      grep -n '^[ 	]*#[ 	]*include' /dev/null {} +
  ) | awk '
    FNR == NR { header[NR] = "^(" $1 ")$"; door[NR] = "^" $2; n = NR; next }
    !/include/ { print; next }
    /^tests\// { next }
    match ($0, /[<"][^>"]*[>"]/) {
      target = substr ($0, RSTART + 1, RLENGTH - 2)
      split ($0, part, ":")
      guarded = open = 0
      for (i = 1; i <= n; i++)
        if (target ~ header[i])
          {
            guarded = 1
            open = open || part[1] ~ door[i]
          }
      if (guarded && !open)
        print part[1] ":" part[2] ": no door for <" target ">"
    }' "$tmp/doors" -
}

put () # FILE LINE: a file of one line in the sample tree
{
  mkdir -p "$tmp/sample/${1%/*}"
  printf '%s\n' "$2" >"$tmp/sample/$1"
}

must_say () # TEXT: the check of the sample says it
{
  if ! complaints "$tmp/sample" | grep -qF -- "$1"; then
    echo "t-doors.sh cannot fail: it did not say '$1'"
    exit 99
  fi
}

put assuan/a.c '#include <assuan.h>'
put src/net/a.c '#include <curl/curl.h>'
put src/base/json.c '#include <json.h>'
put src/base/bytes.c '#include <gcrypt.h>'
put src/aws/sigv4.c '#include <gcrypt.h>'
put src/kms/pkcs8.c '#include <gcrypt.h>'
put src/card/a.h '#include <gcrypt.h>'
put src/card/b.c '#include "base/json.h"'
put tests/emulator/a.c '#include <microhttpd.h>'
if [ -n "$(complaints "$tmp/sample")" ]; then
  echo "t-doors.sh refuses what is right:"
  complaints "$tmp/sample"
  exit 99
fi
put src/main.c '#include <assuan.h>'
put src/aws/a.h ' # include <curl/easy.h>'
put src/base/json.h '#include <json.h>'
put src/base/b.c '#include "json-c/json_object.h"'
put src/base/c.c '#include <json_tokener.h>'
put src/aws/creds.c '#include <gcrypt.h>'
put src/kms/aws-kms.c '#include <gcrypt.h>'
put assuan/b.c '#include "gcrypt.h"'
put src/net/b.c '#include <microhttpd.h>'
put src/net/assuan.h ''
must_say 'src/main.c:1: no door for <assuan.h>'
must_say 'src/aws/a.h:1: no door for <curl/easy.h>'
must_say 'src/base/json.h:1: no door for <json.h>'
must_say 'src/base/b.c:1: no door for <json-c/json_object.h>'
must_say 'src/base/c.c:1: no door for <json_tokener.h>'
must_say 'src/aws/creds.c:1: no door for <gcrypt.h>'
must_say 'src/kms/aws-kms.c:1: no door for <gcrypt.h>'
must_say 'assuan/b.c:1: no door for <gcrypt.h>'
must_say 'src/net/b.c:1: no door for <microhttpd.h>'
must_say 'src/net/assuan.h: hides'

[ -d "$top_srcdir/src" ] || { echo "no sources in $top_srcdir"; exit 99; }
said=$(complaints "$top_srcdir")
[ -z "$said" ] || { printf '%s\n' "$said"; exit 1; }

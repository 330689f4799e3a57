#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# t-headers.sh - each header compiles alone and is guarded by its own name;
# each source says its licence.

set -u
LC_ALL=C
export LC_ALL
top_srcdir=${top_srcdir:-.}
top_builddir=${top_builddir:-.}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
libraries='gpg-error libassuan libgcrypt libcurl json-c'
flags="-std=gnu11 -Wall -Wextra -Wstrict-prototypes -Werror"
# shellcheck disable=SC2086 # They are several words.
flags="$flags $(${PKG_CONFIG:-pkg-config} --cflags $libraries 2>/dev/null)"

# ROOT HEADER: compiles, twice in a row as well, with config.h alone.
check_alone ()
{
  printf '#include "config.h"\n#include "%s"\n#include "%s"\n' \
    "$2" "$2" >"$tmp/alone.c"
  # shellcheck disable=SC2086 # Both may hold several words.
  ${CC:-cc} $flags -I"$top_builddir" -I"$1/src" -I"$1" -fsyntax-only \
    "$tmp/alone.c" >"$tmp/said" 2>&1 \
    || { echo "$2: does not compile alone:"; cat "$tmp/said"; }
}

# ROOT HEADER FILE: BASE_CALL_H around all of base/call.h.
check_guard ()
{
  guard=$(printf '%s' "$2" | tr '[:lower:]' '[:upper:]' \
    | tr -c '[:alnum:]' '_')
  awk -v "g=$guard" '
    /^#/ && ++n == 1 && $0 != "#ifndef " g { bad = 1 }
    /^#/ && n == 2 && $0 != "#define " g { bad = 1 }
    NF { last = $0 }
    END { exit bad || n < 3 || last != "#endif /* " g " */" }' "$1/$3" \
    || echo "$3: is not guarded by $guard"
}

# Print what is wrong with the tree at $1.
complaints ()
{
  find "$1/src" "$1/assuan" -name '*.h' | sort | while read -r file; do
    file=${file#"$1"/}
    check_alone "$1" "${file#src/}"
    check_guard "$1" "${file#src/}" "$file"
  done
  {
    find "$1/src" "$1/assuan" "$1/tests" "$1/doc" -name '*.[ch]' \
      -o -name '*.sh' -o -name '*.mk'
    ls "$1/configure.ac" "$1/Makefile.am" "$1/quickstart"
  } 2>/dev/null | sort | while read -r file; do
    head -n 2 "$file" \
      | grep -q 'SPDX-License-Identifier: GPL-3\.0-or-later' \
      || echo "${file#"$1"/}: no SPDX line"
  done
}

licence='/* SPDX-License-Identifier: GPL-3.0-or-later */'

header () # FILE GUARD LINE: a guarded header in the sample tree
{
  mkdir -p "$tmp/sample/${1%/*}"
  printf '%s\n\n#ifndef %s\n#define %s\n\n%s\n\n#endif /* %s */\n' \
    "$licence" "$2" "$2" "$3" "$2" >"$tmp/sample/$1"
}

must_say () # TEXT: the check of the sample says it
{
  if ! complaints "$tmp/sample" | grep -qF -- "$1"; then
    echo "t-headers.sh cannot fail: it did not say '$1'"
    exit 99
  fi
}

header src/base/good.h BASE_GOOD_H 'struct good { int x; };'
header src/good.h GOOD_H '#include "base/good.h"'
header assuan/so-good.h ASSUAN_SO_GOOD_H '#include <stddef.h>'
printf '#!/bin/sh\n# %s\n' "$licence" >"$tmp/sample/quickstart"
if [ -n "$(complaints "$tmp/sample")" ]; then
  echo "t-headers.sh refuses what is right:"
  complaints "$tmp/sample"
  exit 99
fi
header src/base/alone.h BASE_ALONE_H 'bool needs_stdbool (void);'
header src/base/name.h NAME_H 'struct name { int x; };'
printf '%s\n' "$licence" >"$tmp/sample/src/base/bare.h"
printf '%s\nstruct twice { int x; };\n' "$licence" \
  >"$tmp/sample/src/base/twice.h"
printf '#ifndef ASSUAN_FREE_H\n#define ASSUAN_FREE_H\n%s\n' \
  '#endif /* ASSUAN_FREE_H */' >"$tmp/sample/assuan/free.h"
printf 'int free_code;\n' >"$tmp/sample/src/free.c"
printf '#!/bin/sh\n# free\n%s\n' "$licence" >"$tmp/sample/quickstart"
must_say 'base/alone.h: does not compile alone'
must_say 'base/twice.h: does not compile alone'
must_say 'src/base/name.h: is not guarded by BASE_NAME_H'
must_say 'src/base/bare.h: is not guarded by BASE_BARE_H'
must_say 'assuan/free.h: no SPDX line'
must_say 'src/free.c: no SPDX line'
must_say 'quickstart: no SPDX line'

[ -d "$top_srcdir/src" ] || { echo "no sources in $top_srcdir"; exit 99; }
said=$(complaints "$top_srcdir")
[ -z "$said" ] || { printf '%s\n' "$said"; exit 1; }

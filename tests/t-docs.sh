#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The man pages name every option that the program has, and no other.

set -u
src=${top_srcdir:-.}
daemon=${top_builddir:-.}/src/kms-scdaemon
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
status=0

# One option a line, without dashes, sorted.
in_program ()
{
  "$daemon" --dump-options | sed 's/^--//' | sort -u
}

# What a page says in bold as --option.
in_page () # FILE
{
  sed 's/\\-/-/g' "$1" | grep -o -e '--[a-z][a-z-]*' | sed 's/^--//' | sort -u
}

# compare WHAT PROGRAM-FILE PAGE-FILE: complains about each difference.
compare ()
{
  for word in $(comm -23 "$2" "$3"); do
    echo "$1: --$word is not described"
  done
  for word in $(comm -13 "$2" "$3"); do
    echo "$1: --$word does not exist"
  done
}

in_program >"$work/program"
[ -s "$work/program" ] || {
  echo "no options from $daemon"
  exit 1
}

# The check must be able to fail.
printf 'one\ntwo\n' >"$work/a"
printf 'three\ntwo\n' >"$work/b"
[ "$(compare test "$work/a" "$work/b" | wc -l)" = 2 ] || {
  echo "the comparison itself does not work"
  exit 1
}

# Options of other programs that the pages mention.
in_page "$src/doc/kms-scdaemon.1" \
  | grep -vxE 'card-status|kill|reload' >"$work/page"
compare kms-scdaemon.1 "$work/program" "$work/page" >"$work/complaints"

# In the file stand all of them but commands and what concerns the file.
grep -vxE 'multi-server|server|daemon|check|gpgconf-(list|test)|help|version' \
  "$work/program" \
  | grep -vxE 'warranty|dump-option(s|-table)|homedir|(no-)?options' \
  | grep -vxE 'no-detach|no-greeting' >"$work/config"
sed 's/\\-/-/g' "$src/doc/kms-scdaemon.conf.5" >"$work/conf.5"
while read -r word; do
  grep -qE "^\.(BI?|BR) ([a-z]+ \", \" )*$word( |$)" "$work/conf.5" \
    || echo "kms-scdaemon.conf.5: $word is not described"
done <"$work/config" >>"$work/complaints"

if [ -s "$work/complaints" ]; then
  cat "$work/complaints"
  status=1
fi
exit $status

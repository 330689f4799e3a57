#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Plays all transcripts with the hall over a study without keys.

set -eu
: "${top_srcdir:=.}" "${top_builddir:=.}"
here=$top_srcdir/tests/transcripts
play=$top_builddir/tests/transcripts/play
daemon=$top_builddir/tests/transcripts/fake-scdaemon
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# run FILE... -- OPTION...: over the daemon with these options.
run ()
{
  files=
  while [ "$1" != -- ]
  do
    files="$files $1"
    shift
  done
  shift
  # shellcheck disable=SC2086 # names without blanks, many of them
  "$play" $files -- "$daemon" --socket-dir "$dir" --log-file "$dir/log" "$@"
}

run "$here"/*.txt --
run "$here"/fake/stale-reason.txt "$here"/fake/data.txt --
run "$here"/fake/doubt.txt -- --doubt
run "$here"/fake/late*.txt -- --late
run "$here"/fake/minted.txt -- --minted
run "$here"/fake/alone-killscd.txt -- --alone
run "$here"/fake/shrink-killscd.txt -- --shrink
run "$here"/fake/nosocket.txt -- --no-socket

# The player itself: each of these must be found out.
refuse ()
{
  printf '%s\n' "$@" >"$dir/bad.txt"
  if run "$dir/bad.txt" -- >"$dir/out"
  then
    echo "the player took:"
    cat "$dir/bad.txt"
    exit 1
  fi
}

refuse 'C: GETINFO version' 'S: OK'                   # a line too many
refuse 'C: GETINFO version' 'S: D 9.9.9'              # at the end, too
refuse 'C: GETINFO version' 'S: D 9.9.8' 'S: OK'      # another line
refuse 'C: GETINFO version' 'S: D 9.9' 'S: OK'        # longer
refuse 'C: GETINFO version' 'S: D 9.9.9.9' 'S: OK'    # shorter
refuse 'C: GETINFO version' 'D: 4' 'S: OK'            # other data
refuse 'C: NOP' 'D: 1' 'S: OK'                        # no data
refuse 'C: NOP' 'E:'                                  # no end
refuse 'C: BYE' 'S: OK closing connection'            # an end
refuse 'C: SERIALNO' 'S: S SERIALNO {GRIP1}' 'S: OK'  # not of that kind
refuse 'C: GETATTR READER' 'S: S READER {A}' 'S: OK' \
       'C: GETATTR APPTYPE' 'S: S APPTYPE {A}' 'S: OK' # not the same
refuse 'X: NOP'                                       # no such line

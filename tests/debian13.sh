#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# debian13.sh - `make check` once more in a Debian 13 below this system:
# libassuan 3 and GnuPG 2.4.
#
# Usage: debian13.sh SOURCE-TREE BUILD-TREE
#
# The Debian is made once, with debootstrap, and kept in a cache.  It is used
# read-only and in namespaces of its own: mounts and processes end with this
# script, however it ends.  Exit status: 0 all tests have passed, 77 there can
# be no Debian 13 here (it says why), else something has failed.

set -u
suite=trixie
packages='autoconf automake build-essential ca-certificates check curl git
  gnupg gpg-agent gpgsm jq libassuan-dev libcurl4-openssl-dev libgcrypt20-dev
  libgpg-error-dev libjson-c-dev libmicrohttpd-dev openssh-client
  openssh-server openssl pkg-config procps'

say ()
{
  printf 'debian13: %s\n' "$*"
}

die ()
{
  say "$*" >&2
  exit 1
}

skip ()
{
  printf 'SKIP: check-debian13: %s\n' "$*"
  exit 77
}

# LOG COMMAND...: the end of what it says is shown if it fails.
logged ()
{
  log=$1
  shift
  "$@" >"$log" 2>&1 </dev/null && return
  tail -n 30 "$log" >&2
  return 1
}

# ---- What runs in the namespaces, and then in the root ----

# ROOT WORK: WORK/tmp becomes its /tmp.
mount_all ()
{
  mount --bind "$1" "$1" \
    && mount -o remount,bind,ro "$1" \
    && mount -t proc proc "$1/proc" \
    && mount --bind /dev "$1/dev" \
    && mount -t tmpfs -o mode=755 tmpfs "$1/run" \
    && mount -t tmpfs -o mode=700 tmpfs "$1/root" \
    && mount --bind "$2/tmp" "$1/tmp" || return
  # What sshd wants, and what a login would have made.
  mkdir "$1/run/sshd" "$1/run/user" && mkdir -m 700 "$1/run/user/0" || return
  [ -n "$KMS_TEST_DATA" ] || return 0
  mount --bind "$KMS_TEST_DATA" "$1/tmp/data" \
    && mount -o remount,bind,ro "$1/tmp/data"
}

walled () # ROOT WORK
{
  mount_all "$1" "$2" || die "cannot mount"
  path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  # Not exec: the first process of a namespace has to collect the orphans.
  chroot "$1" env -i --default-signal PATH="$path" HOME=/root LC_ALL=C \
    ${KMS_TEST_DATA:+KMS_TEST_DATA=/tmp/data} \
    sh /tmp/source/tests/debian13.sh --inside
}

build_all ()
{
  if [ ! -x configure ]; then
    logged /tmp/logs/autoreconf.log autoreconf -fi || die "autoreconf failed"
  fi
  cd /tmp/build || exit 1
  logged /tmp/logs/configure.log ../source/configure --quiet --enable-devel \
    || die "configure failed"
  jobs=$(nproc)
  logged /tmp/logs/build.log make -j"$jobs" || die "make failed"
  logged /tmp/logs/build-tests.log make -j"$jobs" check TESTS= \
    || die "make check TESTS= failed"
  ! grep -h 'warning:' /tmp/logs/*.log || die "there were warnings"
}

# gpg-agent sees only after a while that its home has gone.
nothing_left ()
{
  tries=50
  while left=$(pgrep -l 'gpg-agent|keyboxd|dirmngr|sshd|scdaemon|emulator')
  do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || die "the tests have left running: $left"
    sleep 0.2
  done
}

inside ()
{
  cd /tmp/source || exit 1
  say "building with libassuan $(pkg-config --modversion libassuan)"
  build_all
  say "testing with $(gpg --version | sed -n 1p)"
  make -j"$(nproc)" check >/tmp/logs/check.log 2>&1 </dev/null
  status=$?
  grep -E '^(PASS|FAIL|SKIP|XFAIL|XPASS|ERROR): ' /tmp/logs/check.log
  nothing_left
  exit "$status"
}

case ${1-} in
  --walled) walled "$2" "$3"; exit ;;
  --inside) inside ;;
esac

# ---- The walls ----

need ()
{
  for tool in "$@"; do
    command -v "$tool" >/dev/null 2>&1 || skip "no $tool"
  done
}

# COMMAND...: in namespaces of its own.  Whatever it starts ends with it, and
# it ends with this script.
in_namespaces ()
{
  setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child "$@" \
    </dev/null 9>&- &
  child=$!
  wait "$child"
  status=$?
  child=
  return "$status"
}

clean_up ()
{
  trap - EXIT
  trap '' INT TERM HUP
  if [ -n "$child" ]; then
    # unshare waits for the first process in there, that for all others.
    first=$(ps -o pid= --ppid "$child")
    # shellcheck disable=SC2086 # A blank may stand before the number.
    kill -KILL ${first:-$child}
    wait "$child"
  fi
  for dir in "$new" "$work"; do
    [ -z "$dir" ] || rm -rf --one-file-system "$dir"
  done
}

# ---- The root ----

root_is_good ()
{
  [ "$(cat "$root/packages" 2>/dev/null)" = "$stamp" ]
}

# Until it is whole, the root has another name.
make_root ()
{
  say "making a Debian 13 in $root, for this and later times"
  for dir in "$root".new.* "$root".old; do
    [ ! -e "$dir" ] || rm -rf --one-file-system "$dir"
  done
  new=$(mktemp -d "$root.new.XXXXXX") || die "cannot write to $cache"
  chmod 755 "$new"
  logged "$root.log" in_namespaces debootstrap --variant=minbase \
    --include="$(printf %s "$list" | tr ' ' ',')" "$suite" "$new" \
    || skip "debootstrap has failed; all it said is in $root.log"
  rm -f "$new"/var/cache/apt/archives/*.deb
  echo "$stamp" >"$new/packages"
  [ ! -e "$root" ] || mv -T "$root" "$root.old" || die "cannot move $root"
  mv -T "$new" "$root" || die "cannot move $new"
  new=
  rm -rf --one-file-system "$root.old"
}

# The lock is held to the end, so that nobody replaces the root meanwhile.
find_root ()
{
  cache=${KMS_SCDAEMON_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kms-scdaemon}
  mkdir -p "$cache" || die "cannot make $cache"
  root=$(cd "$cache" && pwd -P)/debian13 || exit 1
  # shellcheck disable=SC2086,SC2116 # This makes one line of it.
  list=$(echo $packages)
  stamp="$suite: $list"
  exec 9>"$root.lock" || exit 1
  flock -s 9 || exit 1
  root_is_good && return
  need debootstrap
  flock -x 9 || exit 1
  root_is_good || make_root
  flock -s 9 || exit 1
  root_is_good || die "somebody has changed $root"
}

# ---- The sources ----

git_here ()
{
  git -c safe.directory="$source" -C "$source" "$@"
}

# What git knows or would add; without git, what a release would have.
copy_sources ()
{
  if [ "$(git_here rev-parse --show-toplevel 2>/dev/null)" = "$source" ]
  then
    # Not what has been deleted.
    # shellcheck disable=SC2016 # The inner shell expands it.
    git_here ls-files -z --cached --others --exclude-standard \
      | (cd "$source" && xargs -0 sh -c \
        'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' sh) \
      | tar -C "$source" --null --no-recursion -T - -cf - \
      | tar -C "$work/tmp/source" --no-same-owner -xf -
  else
    rmdir "$work/tmp/source"
    logged "$work/tmp/logs/distdir.log" make -C "$build" distdir \
      distdir="$work/tmp/source"
  fi
  [ -f "$work/tmp/source/tests/debian13.sh" ] || die "cannot copy $source"
}

# ---- The results ----

keep_results ()
{
  mkdir -p "$results" && cp -R "$work/tmp/logs/." "$results" || return
  (
    cd "$work/tmp/build" || return
    find . \( -name '*.trs' -o -name '*.log' \) -print0 \
      | tar --null -T - -cf -
  ) | tar -C "$results" -xf -
}

# Print "N passed, N failed, N skipped"; fail if that is no success.
count ()
{
  find "$results" -name '*.trs' \
    -exec sed -n 's/^:test-result: //p' {} + | awk '
    $1 == "PASS" || $1 == "XFAIL" { passed++; next }
    $1 == "SKIP" { skipped++; next }
    { failed++ }
    END {
      printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
      exit failed || !passed
    }'
}

[ $# = 2 ] || die "usage: debian13.sh SOURCE-TREE BUILD-TREE"
source=$(cd "$1" && pwd -P) || exit 1
build=$(cd "$2" && pwd -P) || exit 1
results=$build/debian13-results
rm -rf "$results"
KMS_TEST_DATA=${KMS_TEST_DATA:-}
if [ -n "$KMS_TEST_DATA" ]; then
  KMS_TEST_DATA=$(cd "$KMS_TEST_DATA" && pwd -P) || exit 1
fi
export KMS_TEST_DATA
[ "$(id -u)" = 0 ] || skip "only root can change its root"
need chroot flock mount ps setpriv unshare

child=
new=
work=
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
in_namespaces true 2>/dev/null || skip "no namespaces can be made here"
find_root
work=$(mktemp -d "${TMPDIR:-/tmp}/kms-debian13.XXXXXX") || exit 1
mkdir -m 1777 "$work/tmp"
mkdir "$work/tmp/source" "$work/tmp/build" "$work/tmp/logs" "$work/tmp/data"
copy_sources
in_namespaces sh "$work/tmp/source/tests/debian13.sh" --walled "$root" "$work"
keep_results
count || status=1
[ "$status" = 0 ] || die "it has failed; see $results"

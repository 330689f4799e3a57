#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# An upload to a Python package index, signature included.
#
# Setup: twine upload --sign --identity FINGERPRINT; PyPI itself throws
# Setup: signatures away, other indices keep them

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
need twine tar
twine upload --help 2>/dev/null | grep -q -e --sign \
  || skip "twine $(version_of twine --version) does not sign"
find_python http.server
release_tool "$(version_of twine --version)"

make_sdist ()
{
  mkdir -p acme-1.0 dist
  cat >acme-1.0/PKG-INFO <<EOF
Metadata-Version: 2.1
Name: acme
Version: 1.0
Summary: Nothing at all
Description-Content-Type: text/plain

It contains one file.
EOF
  tar -czf dist/acme-1.0.tar.gz acme-1.0 && twine check --strict dist/*
}

# It ends by itself.
start_index ()
{
  mkdir received
  "$python" "$top_srcdir/tests/tools/package-index.py" received \
    >"$work/index.log" 2>&1 &
  index_pid=$!
  tries=0
  until [ -s received/port ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || die "the package index does not start"
    sleep 0.1
  done
}

upload ()
{
  twine upload --non-interactive --sign --identity "$fpr" -u acme -p acme \
    --repository-url "http://127.0.0.1:$(cat received/port)/" \
    dist/acme-1.0.tar.gz
}

upload_signed ()
{
  ok "$kind: package" make_sdist
  start_index
  no_signature "twine upload" upload
  [ ! -e received/acme-1.0.tar.gz ] || die "$kind: uploaded all the same"
  signs 1 "twine upload --sign" upload
  ok "$kind: index" wait "$index_pid"
  ok "$kind: file received" cmp dist/acme-1.0.tar.gz received/acme-1.0.tar.gz
  accepted received/acme-1.0.tar.gz received/acme-1.0.tar.gz.asc
}

each_kind upload_signed
finish

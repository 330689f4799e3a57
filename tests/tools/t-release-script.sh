#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Release scripts that name no key, as the Apache projects have them, and
# others that call gpg with what they are used to.
#
# Setup: none; the key on the card is the default key

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
release_tool "$(version_of gpg --version)"

# The scripts want -e, so every command in them has to succeed.
make_scripts ()
{
  cat >apache.sh <<'EOF'
for file in acme-1.0.tar.gz acme-1.0.zip; do
  gpg --armor --output $file.asc --detach-sign $file
  sha512sum $file >$file.sha512
done
EOF
  # Nobody needs that passphrase.
  cat >passphrase.sh <<'EOF'
echo secret | gpg --passphrase-fd 0 --pinentry-mode loopback --batch --yes \
  --no-tty --armor --output acme-1.0.zip.asc --detach-sign acme-1.0.zip
EOF
  cat >checksums.sh <<EOF
sha256sum acme-1.0.tar.gz acme-1.0.zip >SHA256SUMS
gpg --batch --local-user $fpr --detach-sign SHA256SUMS
EOF
}

sign_release ()
{
  seq 1 1000 >acme-1.0.tar.gz
  seq 1 2000 >acme-1.0.zip
  make_scripts
  signs 2 "gpg --detach-sign, 2 files" sh -e apache.sh
  accepted acme-1.0.tar.gz acme-1.0.tar.gz.asc
  accepted acme-1.0.zip acme-1.0.zip.asc
  rm acme-1.0.*.asc
  no_signature "gpg --detach-sign" sh -e apache.sh
  signs 1 "gpg --passphrase-fd 0" sh -e passphrase.sh
  accepted acme-1.0.zip acme-1.0.zip.asc
  no_signature "gpg --passphrase-fd 0" sh -e passphrase.sh
  signs 1 "gpg --local-user" sh -e checksums.sh
  accepted SHA256SUMS SHA256SUMS.sig
  for mode in error cancel ask; do
    signs 1 "gpg --pinentry-mode $mode" gpg --batch --yes --passphrase "" \
      --pinentry-mode "$mode" -u release@acme.example --detach-sign SHA256SUMS
    accepted SHA256SUMS SHA256SUMS.sig
  done
}

each_kind sign_release
finish

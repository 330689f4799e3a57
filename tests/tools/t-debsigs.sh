#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A signature inside a Debian package, and the policy that asks for it.
#
# Setup: debsigs -k FINGERPRINT; for RSA also, in gpg.conf,
# Setup: personal-digest-preferences SHA512 SHA256, because debsigs 0.1 calls
# Setup: gpg --openpgp, which means SHA-1, and KMS does not sign that

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
# shellcheck source=tests/tools/debian.sh
. "$top_srcdir/tests/tools/debian.sh"
need debsigs debsig-verify dpkg-deb ar
# What it says of itself is not true.
release_tool "$(version_of dpkg-query -W debsigs)"

# make_policy CERTIFICATE: packages of that name must be signed by $fpr.
make_policy ()
{
  id=$(printf %s "$fpr" | tail -c 16)
  rm -rf policies keyrings
  mkdir -p "policies/$id" "keyrings/$id"
  cp "$1" "keyrings/$id/acme.gpg"
  cat >"policies/$id/acme.pol" <<EOF
<?xml version="1.0"?>
<!DOCTYPE Policy SYSTEM "https://www.debian.org/debsig/1.0/policy.dtd">
<Policy xmlns="https://www.debian.org/debsig/1.0/">
  <Origin Name="ACME" id="$id" Description="ACME Releases"/>
  <Selection>
    <Required Type="origin" File="acme.gpg" id="$id"/>
  </Selection>
  <Verification>
    <Required Type="origin" File="acme.gpg" id="$id"/>
  </Verification>
</Policy>
EOF
}

verify () # PACKAGE
{
  debsig-verify --debug --policies-dir "$PWD/policies" \
    --keyrings-dir "$PWD/keyrings" "$1"
}

forge () # PACKAGE: another data.tar, the signature kept
{
  mkdir forged
  (
    cd forged || exit 1
    ar x "../$1" && change_byte data.tar.gz data.new \
      && mv data.new data.tar.gz \
      && ar rc "../forged.deb" debian-binary control.tar.gz data.tar.gz \
        _gpgorigin
  )
}

sign_package ()
{
  acme_deb
  make_policy "$cert.gpg"
  fails "$kind: not signed yet" verify acme_1.0_all.deb
  cp acme_1.0_all.deb sha1.deb
  if ! debsigs --sign=origin -k "$fpr" sha1.deb >"$work/out" 2>&1; then
    [ "$kind" = rsa4096 ] || die "$kind: debsigs"
    logged "cannot sign a sha1 digest"
  fi
  echo personal-digest-preferences SHA512 SHA256 >"$GNUPGHOME/gpg.conf"
  no_signature "debsigs" debsigs --sign=origin -k "$fpr" acme_1.0_all.deb
  signs 1 "debsigs --sign=origin -k" debsigs --sign=origin -k "$fpr" \
    acme_1.0_all.deb
  ok "$kind: debsig-verify" verify acme_1.0_all.deb
  says "Verified package"
  ok "$kind: forge" forge acme_1.0_all.deb
  fails "$kind: forged" verify forged.deb
  says "BAD signature"
  make_policy "$other.gpg"
  fails "$kind: another key" verify acme_1.0_all.deb
}

each_kind sign_package
finish

# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# debian.sh - a package to be built, and apt as the one who must be
# convinced of a repository.

# Set in lib.sh.
# shellcheck disable=SC2154

# acme_source DIRECTORY: a native source package that needs dpkg-dev only.
acme_source ()
{
  mkdir -p "$1/debian/source"
  echo '3.0 (native)' >"$1/debian/source/format"
  cat >"$1/debian/changelog" <<EOF
acme (1.0) unstable; urgency=medium

  * Release.

 -- ACME Releases <release@acme.example>  Thu, 01 Jan 2026 00:00:00 +0000
EOF
  cat >"$1/debian/control" <<EOF
Source: acme
Section: misc
Priority: optional
Maintainer: ACME Releases <release@acme.example>
Standards-Version: 4.6.2
Rules-Requires-Root: no

Package: acme
Architecture: all
Description: nothing at all
 It contains one file.
EOF
  cat >"$1/debian/rules" <<'EOF'
#!/usr/bin/make -f
build build-arch build-indep:
binary-arch: build
binary binary-indep: build
	mkdir -p debian/acme/DEBIAN debian/acme/usr/share/acme
	echo 1.0 >debian/acme/usr/share/acme/version
	dpkg-gencontrol -pacme -Pdebian/acme
	dpkg-deb --root-owner-group -Zgzip -b debian/acme ..
clean:
	rm -rf debian/acme debian/files
EOF
  chmod 755 "$1/debian/rules"
}

# acme_deb: make acme_1.0_all.deb in the present directory.
acme_deb ()
{
  mkdir -p tree/DEBIAN tree/usr/share/acme
  echo 1.0 >tree/usr/share/acme/version
  cat >tree/DEBIAN/control <<EOF
Package: acme
Version: 1.0
Section: misc
Priority: optional
Architecture: all
Maintainer: ACME Releases <release@acme.example>
Description: nothing at all
 It contains one file.
EOF
  dpkg-deb --root-owner-group -Zgzip -b tree acme_1.0_all.deb
}

dscverify_with () # KEYRING FILE...
{
  keyring=$1
  shift
  dscverify --no-conf --verbose --no-default-keyrings --keyring "$keyring" \
    "$@"
}

# apt_update REPOSITORY CERTIFICATE SUITE: apt-get update in a root of its
# own, for that repository alone.
apt_update ()
{
  rm -rf apt
  mkdir -p apt/lists/partial apt/cache/archives/partial apt/etc apt/parts
  : >apt/status
  echo "deb [signed-by=$2] file:$1 $3 main" >apt/etc/sources.list
  cat >apt/conf <<EOF
Dir::Etc "$PWD/apt/etc";
Dir::Etc::Parts "$PWD/apt/parts";
Dir::State "$PWD/apt";
Dir::State::status "$PWD/apt/status";
Dir::Cache "$PWD/apt/cache";
APT::Architecture "amd64";
APT::Architectures "amd64";
APT::Sandbox::User "";
Acquire::Languages "none";
EOF
  APT_CONFIG=$PWD/apt/conf apt-get -q --error-on=any update \
    && APT_CONFIG=$PWD/apt/conf apt-cache show acme
}

# refuses REASONS REPOSITORY CERTIFICATE SUITE: apt does, for one of the reasons as gpgv and
# sqv word them.
refuses ()
{
  reasons=$1
  shift
  fails "$kind: apt, $form: $reasons" apt_update "$@"
  grep -qE "$reasons" "$work/out" "$work/err" || {
    cat "$work/out" "$work/err" >&2
    die "apt has other reasons"
  }
}

# apt_accepts REPOSITORY SUITE: apt takes the repository with InRelease
# alone and with Release.gpg alone, and takes nothing that was changed.
apt_accepts ()
{
  release=dists/$2
  for form in InRelease Release.gpg; do
    rm -rf copy
    cp -R "$1" copy
    case $form in
      InRelease) rm copy/"$release"/Release copy/"$release"/Release.gpg ;;
      Release.gpg) rm copy/"$release"/InRelease ;;
    esac
    ok "$kind: apt, $form" apt_update "$PWD/copy" "$cert.asc" "$2"
    says "Package: acme"
    refuses "NO_PUBKEY|Missing key" "$PWD/copy" "$other.asc" "$2"
    sed -i 's/^Codename: ./Codename: X/' copy/"$release"/*Release
    refuses "BADSIG|manipulated" "$PWD/copy" "$cert.asc" "$2"
  done
}

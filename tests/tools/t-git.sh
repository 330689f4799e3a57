#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Signed tags and commits.
#
# Setup: git config user.signingkey FINGERPRINT; without it, git signs with
# Setup: the key of the committer's mail address

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
need git
release_tool "$(version_of git --version)"

# forge TYPE NAME WORD: the object NAME with another WORD, signature kept.
forge ()
{
  git cat-file "$1" "$2" | sed "s/$3/forged/" \
    | git hash-object -t "$1" -w --stdin
}

sign_with_git ()
{
  ok "$kind: repository" git init -q .
  git config user.name "ACME Releases"
  git config user.email release@acme.example
  git config user.signingkey "$fpr"
  echo 1.0 >VERSION
  git add VERSION
  signs 1 "git commit -S" git commit -q -S -m "Release 1.0"
  signs 1 "git tag -s" git tag -s -m "ACME 1.0" v1.0
  git config --unset user.signingkey
  signs 1 "git tag -s, no signingkey" git tag -s -m "ACME 1.0.1" v1.0.1
  git config tag.gpgSign true
  signs 1 "git tag, tag.gpgSign" git tag -m "ACME 1.0.2" v1.0.2
  no_signature "git tag -s" git tag -s -m "ACME 1.1" v1.1
  fails "$kind: no unsigned tag instead" git rev-parse -q --verify v1.1

  ok "$kind: verify-commit" as_reader git verify-commit HEAD
  for tag in v1.0 v1.0.1 v1.0.2; do
    ok "$kind: verify-tag $tag" as_reader git verify-tag "$tag"
    says "Good signature"
  done
  forged=$(forge commit HEAD Release)
  fails "$kind: forged commit" as_reader git verify-commit "$forged"
  says "BAD signature"
  forged=$(forge tag v1.0 ACME)
  fails "$kind: forged tag" as_reader git verify-tag "$forged"
  says "BAD signature"
  fails "$kind: no public key" as_stranger git verify-tag v1.0
  says "No public key"
}

each_kind sign_with_git
finish

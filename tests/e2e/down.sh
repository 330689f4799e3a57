#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# KMS out of reach: a clear failure within the deadline, never a prompt, and
# work goes on when KMS is back.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
start_emulator --key alias/k=RSA_2048 --key alias/k-slow=RSA_2048
new_home a <<EOF
key awskms:///alias/k
EOF
mint "Down" RSA
gpg --batch -o "$work/pub" --export "$fpr"
seq 1 10 >"$work/data"

# within SECONDS COMMAND...: fails before that.
within ()
{
  limit=$1
  shift
  start=$(date +%s)
  fails "$@"
  [ $(($(date +%s) - start)) -le "$limit" ] || die "it took too long"
}

kill -STOP $emulator_pid
sed -i 's/^verbose/&\noperation-timeout 4\nrequest-timeout 2/' \
  "$GNUPGHOME/kms-scdaemon.conf"
gpgconf --kill gpg-agent
within 15 "KMS does not answer" gpg --batch --yes --detach-sign \
  -o "$work/sig" "$work/data"
says "Timeout"
kill -CONT $emulator_pid

stop_emulator
within 15 "KMS is not there" gpg --batch --yes --detach-sign -o "$work/sig" \
  "$work/data"
says "Network error"
logged "cannot connect"
ok "card status all the same" gpg --batch --card-status
says "alias/k"

# A key that was never seen, and no KMS: lookups are answered, a stub that
# exists leads to the true reason and not to a prompt.
new_home b <<EOF
key awskms:///alias/k
EOF
ok "import" gpg --batch --import "$work/pub"
cp "$work"/a/private-keys-v1.d/*.key "$GNUPGHOME/private-keys-v1.d/" \
  2>/dev/null || {
  mkdir -m 700 "$GNUPGHOME/private-keys-v1.d"
  cp "$work"/a/private-keys-v1.d/*.key "$GNUPGHOME/private-keys-v1.d/"
}
for mode in default loopback; do
  within 15 "unknown key, no KMS, pinentry mode $mode" \
    timeout 30 gpg --batch --pinentry-mode $mode -u "$fpr" --yes \
    --detach-sign -o "$work/sig" "$work/data"
  says "Network error"
done
finish

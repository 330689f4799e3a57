#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Bad configuration: a sentence with file and line and status 2 at a shell; a
# code and a log line, never silence or a prompt, below gpg-agent.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
start_emulator --key alias/good=RSA_2048 --key alias/sym=SYMMETRIC_DEFAULT \
  --key alias/agree=ECC_NIST_P256:KEY_AGREEMENT \
  --key alias/enc=RSA_2048:ENCRYPT_DECRYPT --key alias/gone-denied-all=RSA_2048
n=0

# bad LINE REASON: the daemon's configuration ends with LINE.
bad ()
{
  n=$((n + 1))
  new_home "bad$n" <<EOF
$1
EOF
  checks=$((checks + 1))
  "$daemon" --homedir "$GNUPGHOME" --check >"$work/out" 2>"$work/err"
  equal "status for '$1'" $? 2
  [ -z "$2" ] || says "kms-scdaemon.conf:5: $2"
  fails "gpg with '$1'" gpg --batch --card-status
  says "Configuration error"
  logged "kms-scdaemon.conf:5: $2"
}

bad 'key' ''
bad 'keyy awskms:///alias/good' 'unknown option'
bad 'key awskms:///alias/good colour=blue' "unknown word: 'colour=blue'"
bad 'key awskms:///alias/good card=' "no value: 'card='"
bad 'key awskms:///alias/go%20d' 'not a KMS key id, alias or ARN'
bad 'key vault:///secret' 'unknown kind of key'
bad 'key awskms:///alias/good created=yesterday' 'not a time such as'
bad 'key arn:aws:s3:::bucket' 'not an ARN of a KMS key'
bad 'key awskms:///alias/good slot=4' 'slot= is sign, decrypt or auth'
bad 'request-timeout soon' 'the value is not a number in range'
bad 'debug everything' 'debug takes'

fails "unknown option" "$daemon" --no-such-option
says "no-such-option"
"$daemon" --no-such-option >/dev/null 2>&1
equal "its status" $? 2
"$daemon" >/dev/null 2>&1
equal "status without a command" $? 2
ok "version" "$daemon" --version
ok "help" "$daemon" --help
says "--check"
fails "gpgconf-test of a bad file" "$daemon" --homedir "$GNUPGHOME" \
  --gpgconf-test

# unusable LINE REASON: well-formed, but the key cannot be used.
unusable ()
{
  n=$((n + 1))
  new_home "unusable$n" <<EOF
$1
EOF
  [ -z "${3:-}" ] || sed -i "$3" "$GNUPGHOME/kms-scdaemon.conf"
  "$daemon" --homedir "$GNUPGHOME" --check >"$work/out" 2>"$work/err"
  equal "status for '$1'" $? 1
  says "$2"
}

unusable 'key alias/nobody' 'no such key'
unusable 'key alias/sym' 'not an asymmetric key'
unusable 'key alias/enc' 'neither signs nor agrees'
unusable 'key alias/agree slot=sign' 'does not fit the slot'
unusable 'key alias/gone-denied-all' 'denied by IAM'
unusable 'key alias/good region=us-east-1' 'Credential should be scoped' ''
unusable 'key alias/good' 'no AWS region' '/^region/d'
unusable 'key alias/good' 'refuse-new-keys' '1i refuse-new-keys'
unusable 'key alias/good profile=nobody' 'nobody'
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
unusable 'key alias/good' 'no AWS credentials'
export AWS_ACCESS_KEY_ID=AKIAEMULATOREXAMPLE
unusable 'key alias/good' 'AWS_SECRET_ACCESS_KEY'
export AWS_SECRET_ACCESS_KEY=wrong
unusable 'key alias/good' 'the secret access key is wrong'

export AWS_SECRET_ACCESS_KEY=emulator-secret-key
new_home twin <<EOF
key alias/good
EOF
ok "the twin: a good file" "$daemon" --homedir "$GNUPGHOME" --check
says 'fingerprint'
ok "gpgconf-test" "$daemon" --homedir "$GNUPGHOME" --gpgconf-test
ok "gpgconf-list" "$daemon" --homedir "$GNUPGHOME" --gpgconf-list
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# kms-emulator: command line, keys, signatures, operations.  curl signs the
# requests and openssl verifies the signatures, so that nothing of ours
# vouches for itself.

# shellcheck disable=SC2317
# shellcheck source=tests/emulator/emulator.sh
. "${top_srcdir:-.}/tests/emulator/emulator.sh"

CHECK_SIGNATURE=${top_builddir:-.}/tests/emulator/check-signature
KEYS='alias/rsa2=RSA_2048 alias/rsa3=RSA_3072 alias/rsa4=RSA_4096
  alias/p256=ECC_NIST_P256 alias/p384=ECC_NIST_P384
  alias/p521=ECC_NIST_P521 alias/k256=ECC_SECG_P256K1
  alias/ed=ECC_NIST_EDWARDS25519 alias/agree=ECC_NIST_P256:KEY_AGREEMENT
  alias/oaep=RSA_2048:ENCRYPT_DECRYPT alias/sym=SYMMETRIC_DEFAULT'

key_options=
for key in $KEYS; do key_options="$key_options --key $key"; done

# --- The command line.

usage ()
{
  "$EMULATOR" "$@" >"$tmp/out" 2>"$tmp/err"
  check "exit status of $*" 2 $?
  check_true "a reason for refusing $*" test -s "$tmp/err"
}

check_true "--help" "$EMULATOR" --help
check_true "--version" "$EMULATOR" --version
usage --nonsense
usage --port 65536
usage --port x
usage --latency-ms -1
usage --account 12
usage --region 'eu west'
usage --tls-cert /nowhere
usage --access-key ''
usage stray
usage --key alias/x
usage --key alias/x=RSA_1024
usage --key 'alias/x y=RSA_2048'
usage --key alias/aws/x=RSA_2048
usage --key x=RSA_2048
usage --key alias/x=RSA_2048:KEY_AGREEMENT
usage --key alias/x=SYMMETRIC_DEFAULT:SIGN_VERIFY
usage --key alias/x=RSA_2048 --key alias/x=RSA_3072

# shellcheck disable=SC2086
emulator_start emu --verbose $key_options
# shellcheck disable=SC2154
url=$emu_url

"$EMULATOR" --port "$emu_port" >/dev/null 2>&1
check "exit status when the port is taken" 1 $?
check_false "an answer on another address" \
  curl -s --max-time 5 "http://127.0.0.2:$emu_port/_emulator/calls"

# --- Signatures of each key, verified by openssl.

printf 'the message to sign\n' >"$tmp/msg"
printf 'the message to sigh\n' >"$tmp/bad"
for hash in 256 384 512; do
  openssl dgst -sha$hash -binary "$tmp/msg" >"$tmp/msg.$hash"
  openssl dgst -sha$hash -binary "$tmp/bad" >"$tmp/bad.$hash"
done

# openssl_verifies ALGORITHM: $tmp/sig over $tmp/msg with $tmp/pub.pem.
openssl_verifies ()
{
  hash=${1##*_}
  case $1 in
    *_PSS_*)
      openssl dgst -sha"$hash" -verify "$tmp/pub.pem" \
        -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:$((hash / 8)) \
        -signature "$tmp/sig" "$tmp/msg" ;;
    ED25519_SHA_512)
      openssl pkeyutl -verify -pubin -inkey "$tmp/pub.pem" -rawin \
        -in "$tmp/msg" -sigfile "$tmp/sig" ;;
    ED25519_PH_SHA_512)
      "$CHECK_SIGNATURE" "$1" DIGEST "$tmp/pub.der" "$tmp/msg.512" \
        "$tmp/sig" ;;
    *)
      openssl dgst -sha"$hash" -verify "$tmp/pub.pem" \
        -signature "$tmp/sig" "$tmp/msg" ;;
  esac
}

# try_sign ALIAS TYPE ALGORITHM SUFFIX: sign $tmp/msg or one of its digests.
try_sign ()
{
  kms "$url" Sign "$(sign_json "$1" "$2" "$3" "$tmp/msg$4")"
  expect_ok "Sign $1 $2 $3" || return
  get .Signature | base64 -d >"$tmp/sig"
  check "SigningAlgorithm of $1 $3" "$3" "$(get .SigningAlgorithm)"
  check "KeyId of $1 $3" "$arn" "$(get .KeyId)"
  check_true "$1 $2 $3 verifies" openssl_verifies "$3"
  check_true "$1 $2 $3 verifies with libgcrypt" \
    "$CHECK_SIGNATURE" "$3" "$2" "$tmp/pub.der" "$tmp/msg$4" "$tmp/sig"
  check_false "$1 $2 $3 verifies for another message" \
    "$CHECK_SIGNATURE" "$3" "$2" "$tmp/pub.der" "$tmp/bad$4" "$tmp/sig"
}

for key in $KEYS; do
  alias=${key%%=*}
  case $key in *:* | *SYMMETRIC*) continue ;; esac
  kms "$url" GetPublicKey "{\"KeyId\":\"$alias\"}"
  expect_ok "GetPublicKey $alias"
  arn=$(get .KeyId)
  spec=$(get .KeySpec)
  check "KeySpec of $alias" "${key#*=}" "$spec"
  get .PublicKey | base64 -d >"$tmp/pub.der"
  check_true "SPKI of $alias" openssl pkey -pubin -inform DER \
    -in "$tmp/pub.der" -out "$tmp/pub.pem"
  for algorithm in $(get '.SigningAlgorithms[]'); do
    case $algorithm in
      ED25519_SHA_512) try_sign "$alias" RAW "$algorithm" "" ;;
      ED25519_PH_SHA_512) try_sign "$alias" DIGEST "$algorithm" .512 ;;
      *)
        try_sign "$alias" RAW "$algorithm" ""
        try_sign "$alias" DIGEST "$algorithm" ".${algorithm##*_}" ;;
    esac
  done
done

# The encodings' widths.
width ()
{
  kms "$url" Sign "$(sign_json "alias/$1" RAW "$2" "$tmp/msg")"
  check "width of $1" "$3" "$(get .Signature | base64 -d | wc -c)"
}
width rsa2 RSASSA_PKCS1_V1_5_SHA_256 256
width rsa3 RSASSA_PSS_SHA_512 384
width rsa4 RSASSA_PKCS1_V1_5_SHA_512 512
width ed ED25519_SHA_512 64

# --- What a key is.

kms "$url" DescribeKey '{"KeyId":"alias/p384","Unknown":[{"x":1}]}'
expect_ok "DescribeKey with an unknown member"
check "usage and state" "SIGN_VERIFY Enabled true ECDSA_SHA_384" \
  "$(get '.KeyMetadata | .KeyUsage + " " + .KeyState + " "
     + (.Enabled | tostring) + " " + .SigningAlgorithms[0]')"
check_true "CreationDate in E-notation with a fraction" \
  grep -Eq '"CreationDate":1\.767[0-9]{6,9}E9,' "$tmp/body"
check_true "x-amzn-RequestId" \
  grep -Eiq '^x-amzn-requestid: [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' \
  "$tmp/headers"
check_true "Content-Type" \
  grep -iq '^content-type: application/x-amz-json-1.1' "$tmp/headers"
kms "$url" DescribeKey '{"KeyId":"alias/agree"}'
check "KeyAgreementAlgorithms" ECDH \
  "$(get '.KeyMetadata.KeyAgreementAlgorithms[]')"
kms "$url" GetPublicKey '{"KeyId":"alias/oaep"}'
check "EncryptionAlgorithms" "RSAES_OAEP_SHA_1 RSAES_OAEP_SHA_256 null" \
  "$(get '(.EncryptionAlgorithms | join (" ")) + " "
     + (.SigningAlgorithms | tostring)')"

# --- The four forms of KeyId.

kms "$url" DescribeKey '{"KeyId":"alias/p256"}'
id=$(get .KeyMetadata.KeyId)
arn=$(get .KeyMetadata.Arn)
for form in "$id" "$arn" "arn:aws:kms:$EMU_REGION:$EMU_ACCOUNT:alias/p256"; do
  kms "$url" GetPublicKey "{\"KeyId\":\"$form\"}"
  check "KeyId $form" "$arn" "$(get .KeyId)"
done

# no_key KEY-ID TYPE MESSAGE
no_key ()
{
  kms "$url" GetPublicKey "{\"KeyId\":\"$1\"}"
  expect_kms "KeyId $1" 400 "$2" "$3"
}
no_key "arn:aws:kms:us-east-1:$EMU_ACCOUNT:key/$id" NotFoundException \
  'Invalid arn us-east-1'
other=arn:aws:kms:$EMU_REGION:999999999999
no_key "$other:key/$id" NotFoundException "Key '$other:key/$id' does not exist"
no_key "$other:alias/p256" NotFoundException \
  "Alias $other:alias/p256 is not found."
no_key alias/none NotFoundException \
  "Alias arn:aws:kms:$EMU_REGION:$EMU_ACCOUNT:alias/none is not found."
no_key nonsense NotFoundException "Invalid keyId 'nonsense'"
no_key arn:aws:s3:::bucket InvalidArnException \
  'Invalid arn arn:aws:s3:::bucket'

# --- Members of Sign.

# bad_sign WHAT JSON TYPE MESSAGE
bad_sign ()
{
  kms "$url" Sign "$2"
  expect_kms "$1" 400 "$3" "$4"
}
one='1 validation error detected:'
tail='failed to satisfy constraint: Member must'
alg='"SigningAlgorithm":"ECDSA_SHA_256"'
key='"KeyId":"alias/p256"'
bad_sign "no KeyId" "{\"Message\":\"eA==\",$alg}" ValidationException \
  "$one Value null at 'keyId' $tail not be null"
bad_sign "no Message" "{$key,$alg}" ValidationException \
  "$one Value null at 'message' $tail not be null"
bad_sign "an empty Message" "{$key,$alg,\"Message\":\"\"}" \
  ValidationException \
  "$one Value at 'message' $tail have length greater than or equal to 1"
long=$(head -c 4097 /dev/zero | base64 -w0)
bad_sign "4097 bytes" "{$key,$alg,\"Message\":\"$long\"}" ValidationException \
  "$one Value at 'message' $tail have length less than or equal to 4096"
long=$(head -c 4096 /dev/zero | base64 -w0)
kms "$url" Sign "{$key,$alg,\"Message\":\"$long\"}"
expect_ok "4096 bytes"
kms "$url" Sign "{$key,$alg,\"Message\":\"eA==\",\"MessageType\":null}"
expect_ok "null is absent"
bad_sign "no base64" "{$key,$alg,\"Message\":\"%\"}" SerializationException \
  "The value of 'Message' is not base64"
bad_sign "two mistakes" "{$alg,\"Message\":\"\"}" ValidationException \
  "2 validation errors detected: Value null at 'keyId' $tail not be null;\
 Value at 'message' $tail have length greater than or equal to 1"
kms "$url" Sign "{$key,\"Message\":\"eA==\",\"SigningAlgorithm\":\"RSA\"}"
check "an unknown algorithm" ValidationException "$(get .__type)"
kms "$url" Sign "{$key,$alg,\"Message\":\"eA==\",\"MessageType\":\"HASH\"}"
check "an unknown MessageType" ValidationException "$(get .__type)"
tokens='"1","2","3","4","5","6","7","8","9","10"'
kms "$url" Sign "{$key,$alg,\"Message\":\"eA==\",\"GrantTokens\":[$tokens]}"
expect_ok "ten grant tokens"
bad_sign "eleven grant tokens" \
  "{$key,$alg,\"Message\":\"eA==\",\"GrantTokens\":[$tokens,\"11\"]}" \
  ValidationException \
  "$one Value at 'grantTokens' $tail have length less than or equal to 10"
kms "$url" Sign "{$key,$alg,\"Message\":\"eA==\",\"GrantTokens\":\"x\"}"
check "grant tokens that are no list" SerializationException "$(get .__type)"

# --- Determinism.

identities ()
{
  for alias in rsa2 p256 ed; do
    kms "$1" GetPublicKey "{\"KeyId\":\"alias/$alias\"}"
    get '.KeyId, .PublicKey'
    kms "$1" DescribeKey "{\"KeyId\":\"alias/$alias\"}"
    get .KeyMetadata.CreationDate
  done
}
three='--key alias/rsa2=RSA_2048 --key alias/p256=ECC_NIST_P256'
three="$three --key alias/ed=ECC_NIST_EDWARDS25519"
# shellcheck disable=SC2086
{
  emulator_start one --seed one $three
  emulator_start uno --seed one $three
  emulator_start two --seed two $three
}
# shellcheck disable=SC2154
{
  identities "$one_url" >"$tmp/one"
  identities "$uno_url" >"$tmp/uno"
  identities "$two_url" >"$tmp/two"
}
check "facts of three keys" 9 "$(wc -l <"$tmp/one")"
check_true "same seed, same keys" cmp "$tmp/one" "$tmp/uno"
check "same facts with another seed" 0 \
  "$(sort "$tmp/one" "$tmp/two" | uniq -d | wc -l)"

finish

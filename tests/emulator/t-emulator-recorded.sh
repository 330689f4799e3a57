#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# kms-emulator against recorded answers of the real KMS: each recording that
# it can be brought into is provoked and compared, and the recorded
# signatures verify by the same means as the emulator's.
#
# KMS_TEST_DATA=DIR, where DIR/stackd-kms-native/kms-native.json and
# DIR/localstack/test_kms.snapshot.json are.

# shellcheck disable=SC2317
# shellcheck source=tests/emulator/emulator.sh
. "${top_srcdir:-.}/tests/emulator/emulator.sh"

CHECK_SIGNATURE=${top_builddir:-.}/tests/emulator/check-signature
NATIVE=${KMS_TEST_DATA:-}/stackd-kms-native/kms-native.json
SNAPSHOT=${KMS_TEST_DATA:-}/localstack/test_kms.snapshot.json

test -n "${KMS_TEST_DATA:-}" || { echo "skipped: no KMS_TEST_DATA"; exit 77; }
test -r "$NATIVE" || { echo "skipped: no $NATIVE"; exit 77; }
test -r "$SNAPSHOT" || { echo "skipped: no $SNAPSHOT"; exit 77; }

emulator_start emu --key alias/p256=ECC_NIST_P256 \
  --key alias/p384=ECC_NIST_P384 --key alias/k256=ECC_SECG_P256K1 \
  --key alias/rsa=RSA_2048 --key alias/rsa4=RSA_4096 \
  --key alias/ed=ECC_NIST_EDWARDS25519 \
  --key alias/oaep=RSA_2048:ENCRYPT_DECRYPT \
  --key alias/sym=SYMMETRIC_DEFAULT
# shellcheck disable=SC2154
url=$emu_url
printf 'x' >"$tmp/x"

alias_for ()
{
  case $1 in
    RSA_2048) echo alias/rsa ;;
    RSA_4096) echo alias/rsa4 ;;
    ECC_NIST_P256) echo alias/p256 ;;
    ECC_NIST_P384) echo alias/p384 ;;
    ECC_SECG_P256K1) echo alias/k256 ;;
    ECC_NIST_EDWARDS25519) echo alias/ed ;;
    *) echo "FATAL: no key for $1" >&2; exit 99 ;;
  esac
}

arn_of ()
{
  kms "$url" DescribeKey "{\"KeyId\":\"$1\"}"
  get .KeyMetadata.Arn
}

# sign ALIAS TYPE ALGORITHM [JSON-TO-ADD]
sign ()
{
  sign_json "$1" "$2" "$3" "$tmp/x" | jq -c ". + ${4:-{\}}" >"$tmp/sign"
  kms "$url" Sign "$(cat "$tmp/sign")"
}

# --- stackd-kms-native: signatures.

# shape FILE: what can be compared of two signatures that differ.
shape ()
{
  case $algorithm in
    ECDSA_*)
      # Two positive INTEGERs in a SEQUENCE, neither wider than the curve.
      openssl asn1parse -inform DER -in "$1" |
        sed 's/^ *[0-9]*:\(d=[0-9]\).*\(prim\|cons\): \([A-Z]*\).*/\1 \3/' ;;
    *) wc -c <"$1" ;;
  esac
}

openssl_opinion ()
{
  case $algorithm in
    *_PSS_*)
      openssl dgst -sha"$hash" -verify "$tmp/pub.pem" \
        -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:$((hash / 8)) \
        -signature "$1" "$tmp/message" ;;
    ED25519_SHA_512)
      openssl pkeyutl -verify -pubin -inkey "$tmp/pub.pem" -rawin \
        -in "$tmp/message" -sigfile "$1" ;;
    ED25519_PH_SHA_512) ;; # openssl has no such thing before 3.2.
    *)
      openssl dgst -sha"$hash" -verify "$tmp/pub.pem" -signature "$1" \
        "$tmp/message" ;;
  esac
}

# both_verify WHAT: $tmp/given, as signed, and $tmp/message, with $tmp/pub.
both_verify ()
{
  openssl pkey -pubin -inform DER -in "$tmp/pub.der" -out "$tmp/pub.pem"
  check_true "$1 verifies with libgcrypt" "$CHECK_SIGNATURE" "$algorithm" \
    "$type" "$tmp/pub.der" "$tmp/given" "$tmp/sig"
  check_true "$1 verifies with openssl" openssl_opinion "$tmp/sig"
  head -c "$(wc -c <"$tmp/given")" /dev/zero >"$tmp/zeros"
  check_false "$1 verifies for zeros" "$CHECK_SIGNATURE" "$algorithm" \
    "$type" "$tmp/pub.der" "$tmp/zeros" "$tmp/sig"
}

n=$(jq '.signatures | length' <"$NATIVE")
i=0
while test $i -lt "$n"; do
  jq ".signatures[$i]" <"$NATIVE" >"$tmp/case"
  spec=$(jq -r .keySpec "$tmp/case")
  type=$(jq -r .messageType "$tmp/case")
  algorithm=$(jq -r .signingAlgorithm "$tmp/case")
  hash=${algorithm##*_}
  jq -r .publicKeySpkiB64 "$tmp/case" | base64 -d >"$tmp/pub.der"
  jq -r .signatureB64 "$tmp/case" | base64 -d >"$tmp/sig"
  jq -jr .rawMessageUtf8 "$tmp/case" >"$tmp/message"
  cp "$tmp/message" "$tmp/given"
  test "$type" = RAW ||
    openssl dgst -sha"$hash" -binary "$tmp/message" >"$tmp/given"
  what="signature $i ($spec $type $algorithm)"
  both_verify "recorded $what"
  recorded=$(shape "$tmp/sig")

  alias=$(alias_for "$spec")
  kms "$url" GetPublicKey "{\"KeyId\":\"$alias\"}"
  get .PublicKey | base64 -d >"$tmp/pub.der"
  kms "$url" Sign "$(sign_json "$alias" "$type" "$algorithm" "$tmp/given")"
  expect_ok "$what"
  get .Signature | base64 -d >"$tmp/sig"
  both_verify "our $what"
  check "shape of $what" "$recorded" "$(shape "$tmp/sig")"
  i=$((i + 1))
done
check "recorded signatures seen" 13 "$n"

# --- stackd-kms-native: errors.

# The recordings left out:
#   DeriveSharedSecret, CreateKey: operations that the emulator lacks.

# provoke WHEN: send what led to the recorded error.
provoke ()
{
  case $1 in
    "DIGEST with wrong length") sign alias/p256 DIGEST ECDSA_SHA_256 ;;
    "algorithm not for the key spec")
      sign alias/p256 RAW RSASSA_PSS_SHA_256 ;;
    "ED25519_SHA_512 with DIGEST") sign alias/ed DIGEST ED25519_SHA_512 ;;
    "ED25519_PH_SHA_512 with RAW") sign alias/ed RAW ED25519_PH_SHA_512 ;;
    "EXTERNAL_MU on an ECC key")
      sign alias/p256 EXTERNAL_MU ECDSA_SHA_256 ;;
    "DryRun true, would succeed")
      sign alias/p256 RAW ECDSA_SHA_256 '{"DryRun":true}' ;;
    "key disabled")
      admin "$url" POST 'state?name=alias/p256&state=Disabled'
      kms "$url" GetPublicKey '{"KeyId":"alias/p256"}' ;;
    "key pending deletion")
      admin "$url" POST 'state?name=alias/p256&state=PendingDeletion'
      kms "$url" GetPublicKey '{"KeyId":"alias/p256"}' ;;
    *) return 1 ;;
  esac
}

arn=$(arn_of alias/p256)
provoked=0
n=$(jq '.errors | length' <"$NATIVE")
i=0
while test $i -lt "$n"; do
  jq ".errors[$i]" <"$NATIVE" >"$tmp/case"
  i=$((i + 1))
  case $(jq -r .op "$tmp/case") in DeriveSharedSecret | CreateKey) continue ;;
  esac
  when=$(jq -r .when "$tmp/case")
  if ! provoke "$when"; then
    check "a recording that nobody knows" known "$when"
    continue
  fi
  provoked=$((provoked + 1))
  if test "$(jq -r .type "$tmp/case")" = null; then
    expect_ok "$when"
  else
    expect_kms "$when" 400 "$(jq -r .type "$tmp/case")" \
      "$(jq -r --arg arn "$arn" '.message | sub ("<key-arn>"; $arn)' \
        "$tmp/case")"
  fi
  admin "$url" POST 'state?name=alias/p256&state=Enabled'
done
check "recorded errors provoked" 8 $provoked

# --- localstack: errors of Sign, GetPublicKey and DescribeKey.

# The recordings left out:
#   Verify, Encrypt, Decrypt, ReEncrypt, GenerateMac, VerifyMac,
#   GenerateDataKey*, GenerateRandom, DeriveSharedSecret, CreateKey, tags,
#   rotation, import, replication, aliases: operations the emulator lacks;
#   "is pending import" and multi-Region keys: states and keys it lacks;
#   test_error_messaging_for_invalid_keys/sign-invalid-key-id: its usage,
#   GENERATE_VERIFY_MAC, is replaced by ENCRYPT_DECRYPT below.

# recorded TEST STEP: "STATUS TYPE MESSAGE" of that recording.
recorded ()
{
  jq -r --arg test "tests/aws/services/kms/test_kms.py::TestKMS::$1" \
    --arg step "$2" '.[$test]["recorded-content"][$step]
      | "\(.ResponseMetadata.HTTPStatusCode) \(.Error.Code) "
        + .Error.Message' <"$SNAPSHOT"
}

# same TEST STEP SED-SCRIPT: the last answer is that recording, whose
# placeholders the script replaces.
same ()
{
  check "$1 $2" "$(recorded "$1" "$2" | sed "$3")" \
    "$(cat "$tmp/status") $(get '.__type + " " + .message')"
}

# describe KEY-ID
describe ()
{
  kms "$url" DescribeKey "{\"KeyId\":\"$1\"}"
}

ids="s|111111111111|$EMU_ACCOUNT|; s|<partition>|aws|; s|<region>|$EMU_REGION|"
none=134f2428-cec1-4b25-a1ae-9048164dba47
mrk="mrk-134f2428cec14b25a1ae9048164dba47"
here=arn:aws:kms:$EMU_REGION:$EMU_ACCOUNT:key

describe fake-key-id
same test_get_key_invalid_uuid describe-key-with-invalid-uuid ''
describe 134f2428cec14b25a1ae9048164dba47
same test_get_key_invalid_uuid describe-key-with-invalid-uuid-2 ''
describe mrk-fake-key-id
same test_get_key_invalid_uuid describe-key-with-invalid-uuid-mrk ''
describe $none
same test_get_key_does_not_exist describe-nonexistent-key-with-id \
  "s|<key-arn>|$here/$none|"
describe "$here/$none"
same test_get_key_does_not_exist describe-nonexistent-with-arn \
  "s|<key-arn>|$here/$none|"
describe $mrk
same test_get_key_does_not_exist describe-key-with-valid-id-mrk \
  "s|<mrk-key-arn>|$here/$mrk|"
describe $none
same test_get_key_in_different_region describe-key-diff-region-with-id \
  "$ids; s|<key-id:1>|$none|"
describe "arn:aws:kms:ap-southeast-2:$EMU_ACCOUNT:key/$none"
same test_get_key_in_different_region describe-key-diff-region-with-arn \
  's|<secondary-region>|ap-southeast-2|'

oaep=$(arn_of alias/oaep)
sign alias/oaep RAW RSASSA_PSS_SHA_256
same test_error_messaging_for_invalid_keys sign-invalid-key-id \
  "s|<key-arn>|$oaep|; s|GENERATE_VERIFY_MAC|ENCRYPT_DECRYPT|"

# Every signature test of theirs ends with a digest that is too short.
tests=$(jq -r 'to_entries[]
  | select (.value["recorded-content"]["bad-digest"]) | .key' <"$SNAPSHOT" |
  sed 's/.*:://')
seen=0
for test in $tests; do
  pair=${test#*\[}
  pair=${pair%]}
  sign "$(alias_for "${pair%-*}")" DIGEST "${pair#*-}"
  same "$test" bad-digest ''
  seen=$((seen + 1))
done
check_true "tests with a bad digest" test $seen -ge 7

# Members that KMS tells of a symmetric key and of a signing key, in any
# order; those of imported keys that ours cannot have are taken away.
members ()
{
  get '.KeyMetadata | keys | join (" ")'
}
of_snapshot ()
{
  jq -r --arg test "tests/aws/services/kms/test_kms.py::TestKMS::$1" \
    --arg step "$2" '.[$test]["recorded-content"][$step].KeyMetadata
      | del (.ExpirationModel) | keys | join (" ")' <"$SNAPSHOT"
}
describe "arn:aws:kms:$EMU_REGION:$EMU_ACCOUNT:alias/sym"
check "members of a symmetric key" \
  "$(of_snapshot test_describe_with_alias_arn describe-key)" "$(members)"
describe alias/p256
check "members of a signing key" \
  "$(of_snapshot 'test_import_key_ecc_keys[ECC_NIST_P256]' \
    describe-key-after-import)" "$(members)"

# States on Sign: DisabledException was recorded for DeriveSharedSecret.
admin "$url" POST 'state?name=alias/p256&state=Disabled'
sign alias/p256 RAW ECDSA_SHA_256
expect_kms "Sign with a disabled key" 400 DisabledException "$arn is disabled."
admin "$url" POST 'state?name=alias/p256&state=PendingDeletion'
sign alias/p256 RAW ECDSA_SHA_256
expect_kms "Sign with a key to be deleted" 400 KMSInvalidStateException \
  "$arn is pending deletion."
describe alias/p256
check "DescribeKey with a key to be deleted" "PendingDeletion false number" \
  "$(get '.KeyMetadata | .KeyState + " " + (.Enabled | tostring) + " "
     + (.DeletionDate | type)')"
kms "$url" GetPublicKey '{"KeyId":"alias/sym"}'
expect_kms "GetPublicKey of a symmetric key" 400 \
  UnsupportedOperationException ''

finish

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# kms-emulator: each fault that a key's name can ask for.

# shellcheck disable=SC2317
# shellcheck source=tests/emulator/emulator.sh
. "${top_srcdir:-.}/tests/emulator/emulator.sh"

CHECK_SIGNATURE=${top_builddir:-.}/tests/emulator/check-signature

options=
for fault in throttle2 500x1 500 slow truncate badsig hugebody garbage html \
  wrongkey liar wrongalg nosig denied unavailable throttle1-all 500-all \
  denied-all wrongkey-all liar-all html-all; do
  options="$options --key alias/x-$fault=ECC_NIST_P256"
done
for name in slow-lane x-throttle x-badsigs x-500x; do
  options="$options --key alias/$name=ECC_NIST_P256"
done
# shellcheck disable=SC2086
emulator_start emu --key alias/ed-badsig=ECC_NIST_EDWARDS25519 \
  --key alias/rsa-badsig=RSA_2048 $options
# shellcheck disable=SC2154
url=$emu_url
printf 'text' >"$tmp/msg"

# sign NAME [ALGORITHM]
sign ()
{
  kms "$url" Sign \
    "$(sign_json "alias/$1" RAW "${2:-ECDSA_SHA_256}" "$tmp/msg")"
}

# public KEY-ID: its key into $tmp/pub.der, its ARN into $arn.
public ()
{
  kms "$url" GetPublicKey "{\"KeyId\":\"$1\"}"
  get .PublicKey | base64 -d >"$tmp/pub.der"
  arn=$(get .KeyId)
}

# verifies [ALGORITHM]: the last answer's signature.
verifies ()
{
  get .Signature | base64 -d >"$tmp/sig"
  "$CHECK_SIGNATURE" "${1:-ECDSA_SHA_256}" RAW "$tmp/pub.der" "$tmp/msg" \
    "$tmp/sig"
}

# Names that only look like faults.
for name in slow-lane x-throttle x-badsigs x-500x; do
  public "alias/$name"
  sign $name
  expect_ok "$name"
  check_true "$name behaves" verifies
done

# Refusals.
rate='You have exceeded the rate at which you may call KMS. Reduce the'
rate="$rate frequency of your calls."
sign x-throttle2
expect_kms "throttled once" 400 ThrottlingException "$rate"
sign x-throttle2
expect_kms "throttled twice" 400 ThrottlingException "$rate"
sign x-throttle2
expect_ok "not throttled any more"
admin "$url" POST reset
sign x-throttle2
check "throttled again after a reset" 400 "$(cat "$tmp/status")"
sign x-500x1
check "one server error" "500 KMSInternalException" \
  "$(cat "$tmp/status") $(get .__type)"
sign x-500x1
expect_ok "no more server errors"
sign x-500
sign x-500
check "always a server error" "500 KMSInternalException" \
  "$(cat "$tmp/status") $(get .__type)"
sign x-unavailable
check "unavailable" "500 KeyUnavailableException" \
  "$(cat "$tmp/status") $(get .__type)"
public alias/x-denied
sign x-denied
expect_kms "denied" 400 AccessDeniedException \
  "User: arn:aws:iam::$EMU_ACCOUNT:user/emulator is not authorized to perform:\
 kms:Sign on resource: $arn because no identity-based policy allows the\
 kms:Sign action"
kms_user=${EMU_USER}x
sign x-denied
check "a signature is asked for first" \
  com.amazon.coral.service#InvalidSignatureException "$(get .__type)"
kms_user=$EMU_USER

# Answers that are none.
sign x-hugebody
check "10 MiB" 10485760 "$(wc -c <"$tmp/body")"
sign x-garbage
check "garbage comes as a success" 200 "$(cat "$tmp/status")"
check_false "garbage is JSON" jq . "$tmp/body"
sign x-html
check "a proxy's page" 502 "$(cat "$tmp/status")"
check_true "a proxy's page is HTML" grep -iq '^content-type: text/html' \
  "$tmp/headers"
sign x-truncate
check "curl's exit status for a truncated answer" 18 $?
check_false "truncated JSON" jq . "$tmp/body"

# Answers that lie.
public alias/x-badsig
sign x-badsig
expect_ok "badsig"
check_false "badsig verifies" verifies
check_true "badsig is DER" openssl asn1parse -inform DER -in "$tmp/sig"
public alias/ed-badsig
sign ed-badsig ED25519_SHA_512
check_false "an Ed25519 badsig verifies" verifies ED25519_SHA_512
check "an Ed25519 badsig's width" 64 "$(wc -c <"$tmp/sig")"
public alias/rsa-badsig
sign rsa-badsig RSASSA_PKCS1_V1_5_SHA_512
check_false "an RSA badsig verifies" verifies RSASSA_PKCS1_V1_5_SHA_512
check "an RSA badsig's width" 256 "$(wc -c <"$tmp/sig")"

public alias/x-wrongkey
right=$arn
sign x-wrongkey
expect_ok "wrongkey"
named=$(get .KeyId)
get .Signature >"$tmp/wrong"
check_false "wrongkey names the right key" test "$named" = "$right"
check_false "wrongkey verifies with the right key" verifies
public "$named"
check "the wrong key exists" "$named" "$arn"
base64 -d <"$tmp/wrong" >"$tmp/sig"
check_true "wrongkey verifies with the key it names" "$CHECK_SIGNATURE" \
  ECDSA_SHA_256 RAW "$tmp/pub.der" "$tmp/msg" "$tmp/sig"

public alias/x-liar
sign x-liar
check "liar names the right key" "$arn" "$(get .KeyId)"
check_false "liar verifies with the right key" verifies

public alias/x-wrongalg
sign x-wrongalg
check_false "wrongalg names the right algorithm" \
  test "$(get .SigningAlgorithm)" = ECDSA_SHA_256
check_true "wrongalg verifies" verifies

sign x-nosig
check "nosig" "200 null" "$(cat "$tmp/status") $(get .Signature)"

# On Sign only, or everywhere.
for name in x-denied x-500 x-html x-unavailable; do
  kms "$url" DescribeKey "{\"KeyId\":\"alias/$name\"}"
  expect_ok "DescribeKey $name"
done
kms "$url" DescribeKey '{"KeyId":"alias/x-denied-all"}'
check_true "denied everywhere" grep -q 'perform: kms:DescribeKey on' \
  "$tmp/body"
kms "$url" GetPublicKey '{"KeyId":"alias/x-500-all"}'
check "server errors everywhere" 500 "$(cat "$tmp/status")"
kms "$url" GetPublicKey '{"KeyId":"alias/x-html-all"}'
check "pages everywhere" 502 "$(cat "$tmp/status")"
kms "$url" GetPublicKey '{"KeyId":"alias/x-throttle1-all"}'
check "the first call of any kind is throttled" 400 "$(cat "$tmp/status")"
sign x-throttle1-all
expect_ok "the second is not"
for name in wrongkey liar; do
  public "alias/x-$name-all"
  sign "x-$name-all"
  check "$name is consistent" "$arn" "$(get .KeyId)"
  check_true "$name-all verifies" verifies
done

# A slow key: the client gives up, and the server ends in time although
# somebody waits.
kms "$url" Sign "$(sign_json alias/x-slow RAW ECDSA_SHA_256 "$tmp/msg")" \
  --max-time 1
check "curl's exit status after waiting" 28 $?
kms "$url" Sign "$(sign_json alias/x-slow RAW ECDSA_SHA_256 "$tmp/msg")" &
waiting=$!
sleep 1
began=$(date +%s)
# shellcheck disable=SC2154
emulator_stop "$emu_pid"
took=$(($(date +%s) - began))
check_true "the end took $took seconds" test $took -lt 10
wait $waiting

finish

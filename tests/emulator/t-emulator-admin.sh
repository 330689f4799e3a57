#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# kms-emulator: the admin endpoints, the log, many clients at once, TLS.

# shellcheck source=tests/emulator/emulator.sh
. "${top_srcdir:-.}/tests/emulator/emulator.sh"

emulator_start emu --verbose --key alias/p256=ECC_NIST_P256 \
  --key alias/rsa2=RSA_2048
# shellcheck disable=SC2154
url=$emu_url
ask='{"KeyId":"alias/p256"}'
good="aws:amz:$EMU_REGION:kms"
json='Content-Type: application/x-amz-json-1.1'

kms "$url" GetPublicKey "$ask"
arn=$(get .KeyId)

# --- Repointing, reset, counters.

kms "$url" GetPublicKey '{"KeyId":"alias/rsa2"}'
arn2=$(get .KeyId)
admin "$url" POST 'alias?name=alias/p256&target=alias/rsa2'
kms "$url" GetPublicKey "$ask"
check "a repointed alias" "$arn2" "$(get .KeyId)"
raw "$url/_emulator/alias?name=alias/p256&target=alias/none" -X POST
check "repointing to nowhere" 400 "$(cat "$tmp/status")"
raw "$url/_emulator/state?name=alias/p256&state=Lost" -X POST
check "an unknown state" 400 "$(cat "$tmp/status")"
raw "$url/_emulator/calls" -X POST
check "a wrong method" 404 "$(cat "$tmp/status")"
admin "$url" POST reset
kms "$url" GetPublicKey "$ask"
check "the alias after a reset" "$arn" "$(get .KeyId)"
kms "$url" DescribeKey '{"KeyId":"alias/none"}'
kms "$url" Shred '{}'
admin "$url" GET calls
check "the counters" "0 1 1 0 0 2 3" \
  "$(get '[.Sign, .GetPublicKey, .DescribeKey, .AssumeRoleWithWebIdentity,
           .GetCallerIdentity, .refused, .total] | join (" ")')"
connections=$(get .connections)
curl -s "$url/_emulator/calls" "$url/_emulator/calls" >/dev/null
admin "$url" GET calls
check "connections: one for two requests, one for asking" 2 \
  $(($(get .connections) - connections))

check_false "secrets in the log" \
  grep emulator-secret-key "$tmp/emu.log"
check_true "calls in the log" \
  grep -q 'GetPublicKey alias/p256: 200' "$tmp/emu.log"
emulator_stop "$emu_pid"

# --- Waiting side by side.

emulator_start late --latency-ms 1000 --key alias/p256=ECC_NIST_P256
printf x >"$tmp/x"
printf '%s' "$(sign_json alias/p256 RAW ECDSA_SHA_256 "$tmp/x")" \
  >"$tmp/request"
began=$(date +%s)
waiting=
i=0
while test $i -lt 64; do
  # shellcheck disable=SC2154
  curl -s --max-time 60 -o /dev/null -w '%{http_code}\n' \
    --aws-sigv4 "$good" --user "$EMU_USER" -H "$json" \
    -H 'X-Amz-Target: TrentService.Sign' --data-binary "@$tmp/request" \
    "$late_url/" >"$tmp/status.$i" &
  waiting="$waiting $!"
  i=$((i + 1))
done
# shellcheck disable=SC2086
wait $waiting
took=$(($(date +%s) - began))
check "64 signatures" 64 "$(cat "$tmp"/status.* | grep -c "^200\$")"
check_true "64 seconds of waiting in $took" test $took -lt 30

# --- TLS.

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -keyout "$tmp/tls.key" -out "$tmp/tls.crt" -days 2 -subj /CN=localhost \
  -addext subjectAltName=IP:127.0.0.1 2>/dev/null
emulator_start tls --tls-cert "$tmp/tls.crt" --tls-key "$tmp/tls.key" \
  --key alias/p256=ECC_NIST_P256
# shellcheck disable=SC2154
kms "https://127.0.0.1:$tls_port" GetPublicKey "$ask" --cacert "$tmp/tls.crt"
expect_ok "over TLS"

finish

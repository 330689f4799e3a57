#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# kms-emulator: who may call it, with which clock and in which envelope;
# STS and its sessions.  The signatures are curl's.

# shellcheck source=tests/emulator/emulator.sh
. "${top_srcdir:-.}/tests/emulator/emulator.sh"

emulator_start emu --key alias/p256=ECC_NIST_P256
# shellcheck disable=SC2154
url=$emu_url

# --- Who may call.

ask='{"KeyId":"alias/p256"}'
good="aws:amz:$EMU_REGION:kms"
coral=com.amazon.coral.service
json='Content-Type: application/x-amz-json-1.1'
target='X-Amz-Target: TrentService.GetPublicKey'

# ask_as SCOPE USER CURL-OPTION...
ask_as ()
{
  as_scope=$1
  as_user=$2
  shift 2
  raw "$url/" --aws-sigv4 "$as_scope" --user "$as_user" -d "$ask" "$@"
}

mismatch='The request signature we calculated does not match the signature'
mismatch="$mismatch you provided. Check your AWS Secret Access Key and"
mismatch="$mismatch signing method. Consult the service documentation for"
mismatch="$mismatch details."
invalid='The security token included in the request is invalid.'

ask_as "$good" "$EMU_USER" -H "$json" -H "$target"
expect_ok "a good signature"
ask_as "$good" "${EMU_USER}x" -H "$json" -H "$target"
expect_kms "a wrong secret" 400 "$coral#InvalidSignatureException" "$mismatch"
ask_as "$good" "X$EMU_USER" -H "$json" -H "$target"
expect_kms "an unknown key" 400 "$coral#UnrecognizedClientException" "$invalid"
ask_as "$good" "$EMU_USER" -H "$json" -H "$target" \
  -H 'X-Amz-Security-Token: nonsense'
expect_kms "a token where none belongs" 400 \
  "$coral#UnrecognizedClientException" "$invalid"
ask_as aws:amz:us-east-1:kms "$EMU_USER" -H "$json" -H "$target"
expect_kms "a wrong region" 400 "$coral#InvalidSignatureException" \
  'Credential should be scoped to a valid region. '
ask_as "aws:amz:$EMU_REGION:sts" "$EMU_USER" -H "$json" -H "$target"
expect_kms "a wrong service" 400 "$coral#InvalidSignatureException" \
  "Credential should be scoped to correct service: 'kms'. "
raw "$url/" -d "$ask" -H "$json" -H "$target"
expect_kms "no signature" 400 "$coral#MissingAuthenticationTokenException" \
  'Request is missing Authentication Token'
raw "$url/" -d "$ask" -H "$json" -H "$target" \
  -H 'Authorization: AWS4-HMAC-SHA256 Credential=x'
check "half a signature" "$coral#IncompleteSignatureException" \
  "$(get .__type)"
parameters='Credential=x, SignedHeaders=host, Signature=00'
raw "$url/" -d "$ask" -H "$json" -H "$target" -H 'X-Amz-Date: now' \
  -H "Authorization: AWS4-HMAC-SHA256 $parameters"
check "a bad date" "$coral#IncompleteSignatureException" "$(get .__type)"

raw "$url/" -d "$ask" -H "$json" -H "$target" \
  -H 'X-Amz-Date: 20260101T000000Z' -H 'X-Amz-Date: 20260102T000000Z' \
  -H "Authorization: AWS4-HMAC-SHA256 $parameters"
check "X-Amz-Date twice" "$coral#IncompleteSignatureException" "$(get .__type)"

# --- The clock.

admin "$url" POST 'clock?offset=400'
kms "$url" GetPublicKey "$ask"
check "type when the caller is late" "$coral#InvalidSignatureException" \
  "$(get .__type)"
pattern='^Signature expired: [0-9TZ]{16} is now earlier than'
pattern="$pattern [0-9TZ]{16} \\([0-9TZ]{16} - 5 min\\.\\)\$"
check_true "message when the caller is late" \
  sh -c "jq -r .message <$tmp/body | grep -Eq '$pattern'"
sts "$url" 'Action=GetCallerIdentity&Version=2011-06-15'
expect_ok "STS allows 15 minutes"
admin "$url" POST 'clock?offset=-400'
kms "$url" GetPublicKey "$ask"
pattern='^Signature not yet current: [0-9TZ]{16} is still later than'
pattern="$pattern [0-9TZ]{16} \\([0-9TZ]{16} \\+ 5 min\\.\\)\$"
check_true "message when the caller is early" \
  sh -c "jq -r .message <$tmp/body | grep -Eq '$pattern'"
date=$(sed -n 's/^[Dd]ate: \(.*\).$/\1/p' "$tmp/headers")
skew=$(($(date -d "$date" +%s) - $(date +%s)))
check_true "the Date header shows it" test $skew -le -390 -a $skew -ge -410
admin "$url" POST 'clock?offset=-200'
kms "$url" GetPublicKey "$ask"
expect_ok "200 seconds are tolerated"
admin "$url" POST 'clock?offset=0'

# --- The envelope.

ask_as "$good" "$EMU_USER" -H "$json" -H 'X-Amz-Target: TrentService.Shred'
expect_kms "an unknown operation" 400 UnknownOperationException ''
ask_as "$good" "$EMU_USER" -H "$json"
expect_kms "no target" 400 UnknownOperationException ''
ask_as "$good" "$EMU_USER" -H "$target" -H 'Content-Type: application/json'
check "a wrong Content-Type" "404 <UnknownOperationException/>" \
  "$(cat "$tmp/status" "$tmp/body" | sed 's/^404/404 /')"
raw "$url/"
check "GET" 404 "$(cat "$tmp/status")"
raw "$url/kms" -d "$ask" -H "$json" -H "$target"
check "another path" 404 "$(cat "$tmp/status")"
kms "$url" GetPublicKey 'no JSON'
expect_kms "no JSON" 400 SerializationException ''
kms "$url" GetPublicKey '{"KeyId":7}'
check "a number for a string" SerializationException "$(get .__type)"
head -c 1100000 /dev/zero >"$tmp/big"
raw "$url/" -H "$json" -H "$target" -H Expect: --data-binary "@$tmp/big"
check "a body of 1.1 MB" 413 "$(cat "$tmp/status")"

# --- STS.

web ()
{
  raw "$url/" -H 'Content-Type: application/x-www-form-urlencoded' \
    -d Action=AssumeRoleWithWebIdentity -d Version=2011-06-15 \
    --data-urlencode "RoleArn=$1" --data-urlencode "RoleSessionName=$2" \
    --data-urlencode "WebIdentityToken=$3"
}
role=arn:aws:iam::$EMU_ACCOUNT:role/ci/signer
sts "$url" 'Action=GetCallerIdentity&Version=2011-06-15'
check "GetCallerIdentity" "arn:aws:iam::$EMU_ACCOUNT:user/emulator" \
  "$(xml Arn)"
kms_user=${EMU_USER}x
sts "$url" 'Action=GetCallerIdentity&Version=2011-06-15'
expect_sts "STS: a wrong secret" 403 SignatureDoesNotMatch "$mismatch"
kms_user=X$EMU_USER
sts "$url" 'Action=GetCallerIdentity&Version=2011-06-15'
expect_sts "STS: an unknown key" 403 InvalidClientTokenId "$invalid"
kms_user=$EMU_USER
raw "$url/" -d 'Action=GetCallerIdentity&Version=2011-06-15'
expect_sts "STS: no signature" 403 MissingAuthenticationToken \
  'Request is missing Authentication Token'
sts "$url" 'Action=Fly&Version=2011-06-15'
expect_sts "STS: an unknown action" 400 InvalidAction \
  'Could not find operation Fly for version 2011-06-15'

web "$role" ci-run "$(jwt -10)"
check "an expired token" "400 ExpiredTokenException" \
  "$(cat "$tmp/status") $(xml Code)"
web "$role" ci-run nonsense
check "no token at all" "400 InvalidIdentityToken" \
  "$(cat "$tmp/status") $(xml Code)"
web "$role" 'a b' "$(jwt 60)"
check "a bad session name" "400 ValidationError" \
  "$(cat "$tmp/status") $(xml Code)"
web arn:aws:iam::1:role/x ci-run "$(jwt 60)"
check "a bad role" "400 ValidationError" "$(cat "$tmp/status") $(xml Code)"
web "$role-denied" ci-run "$(jwt 60)"
expect_sts "a role that trusts somebody else" 403 AccessDenied \
  'Not authorized to perform sts:AssumeRoleWithWebIdentity'
web "$role" ci-run "$(jwt 60)"
expect_ok "AssumeRoleWithWebIdentity"
assumed=arn:aws:sts::$EMU_ACCOUNT:assumed-role/signer/ci-run
check "the assumed role" "$assumed" "$(xml Arn)"
check_true "Expiration" \
  sh -c "echo '$(xml Expiration)' | grep -Eq '^20[0-9-]{8}T[0-9:]{8}Z\$'"
token=$(xml SessionToken)
kms_user=$(xml AccessKeyId):$(xml SecretAccessKey)
check_true "ASIA..." sh -c "echo '$kms_user' | grep -Eq '^ASIA[A-Z2-7]{16}:'"
sts "$url" 'Action=GetCallerIdentity&Version=2011-06-15' \
  -H "X-Amz-Security-Token: $token"
check "who the session is" "$assumed" "$(xml Arn)"
kms "$url" GetPublicKey "$ask" -H "X-Amz-Security-Token: $token"
expect_ok "the session may call KMS"
kms "$url" GetPublicKey "$ask"
expect_kms "the session without its token" 400 \
  "$coral#UnrecognizedClientException" "$invalid"
kms "$url" GetPublicKey "$ask" -H "X-Amz-Security-Token: x$token"
expect_kms "the session with another token" 400 \
  "$coral#UnrecognizedClientException" "$invalid"
admin "$url" POST expire
kms "$url" GetPublicKey "$ask" -H "X-Amz-Security-Token: $token"
expect_kms "the session is over" 400 "$coral#ExpiredTokenException" \
  'The security token included in the request is expired'
kms_user=$EMU_USER

# --- Short sessions.

emulator_start brief --session-seconds 1 --key alias/p256=ECC_NIST_P256
# shellcheck disable=SC2154
url=$brief_url
web "$role" ci-run "$(jwt 60)"
token=$(xml SessionToken)
kms_user=$(xml AccessKeyId):$(xml SecretAccessKey)
sleep 2
kms "$url" GetPublicKey "$ask" -H "X-Amz-Security-Token: $token"
check "a session of one second" "$coral#ExpiredTokenException" "$(get .__type)"
kms_user=$EMU_USER

finish

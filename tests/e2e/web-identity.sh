#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The way of a CI job: a role and a token file, exchanged at STS once and
# again when the credentials expire.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
start_emulator --key alias/k=ECC_NIST_P256
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
base64url ()
{
  base64 -w0 | tr '+/' '-_' | tr -d '='
}
token () # LIFETIME
{
  printf '%s.%s.%s\n' "$(printf '{"alg":"RS256"}' | base64url)" \
    "$(printf '{"sub":"repo:acme/app","exp":%d}' $(($(date +%s) + $1)) \
      | base64url)" "$(printf 'signature' | base64url)"
}
token 600 >"$work/token"
export AWS_ROLE_ARN=arn:aws:iam::111122223333:role/release-signer
export AWS_WEB_IDENTITY_TOKEN_FILE="$work/token"
export AWS_ENDPOINT_URL_STS="$url"
new_home a <<EOF
key alias/k
EOF
mint "Web identity" ECDSA
seq 1 10 >"$work/data"
admin POST reset >/dev/null
sign ()
{
  gpg --batch --yes --detach-sign -o "$work/sig" "$work/data"
}
ok "first signature" sign
ok "second signature" sign
equal "the exchange was made before" \
  "$(calls AssumeRoleWithWebIdentity) $(calls Sign)" "0 2"
admin POST expire >/dev/null
ok "after the credentials have expired" sign
equal "one more exchange" "$(calls AssumeRoleWithWebIdentity)" 1
if grep -qF "$(cut -d. -f2 "$work/token")" "$GNUPGHOME/daemon.log"; then
  die "the token is in the log"
fi

token -60 >"$work/token"
admin POST expire >/dev/null
fails "an expired token" sign
says "Bad authentication"
: >"$work/token"
admin POST expire >/dev/null
fails "an empty token file" sign
logged "$work/token"
token 600 >"$work/token"
ok "a new token is picked up" sign

export AWS_ROLE_ARN=arn:aws:iam::111122223333:role/signer-denied
new_home denied <<EOF
key alias/k
EOF
fails "a role that does not trust the token" "$daemon" \
  --homedir "$GNUPGHOME" --check
says "role"
finish

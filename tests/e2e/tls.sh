#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# TLS: the server's certificate is always verified; plain http goes to this
# machine only.

# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:-.}/tests/e2e/lib.sh"
begin
need openssl
seq 1 10 >"$work/data"

certificate () # NAME SUBJECT-ALT-NAME
{
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" \
    -addext "subjectAltName=$2" -keyout "$work/$1.key" -out "$work/$1.pem" \
    2>/dev/null || die "openssl"
}
certificate good IP:127.0.0.1
certificate other DNS:kms.example

refused () # WHAT CONF-LINE
{
  n=$((${n:-0} + 1))
  new_home "refused$n" <<EOF
$2
key alias/k
EOF
  fails "$1" "$daemon" --homedir "$GNUPGHOME" --check
  says "${3:-certificate}"
}

start_emulator --key alias/k=ECC_NIST_P256 --tls-cert "$work/good.pem" \
  --tls-key "$work/good.key"
url=https://127.0.0.1:$port
refused "a certificate nobody vouches for" "verbose"
refused "another CA" "ca-bundle $work/other.pem"
new_home good <<EOF
ca-bundle $work/good.pem
key alias/k
EOF
mint "TLS" ECDSA
ok "the twin: a known CA" gpg --batch --detach-sign -o "$work/sig" \
  "$work/data"
stop_emulator

start_emulator --key alias/k=ECC_NIST_P256 --tls-cert "$work/other.pem" \
  --tls-key "$work/other.key"
url=https://127.0.0.1:$port
refused "a certificate for another name" "ca-bundle $work/other.pem"
url=http://192.0.2.1
refused "plain http to another machine" "verbose" "http"
finish

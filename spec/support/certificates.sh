#!/bin/sh
# certificates.sh DIRECTORY: creates certificates for a TLS server on 127.0.0.1 with the openssl command
# (1.1.1 to 3.x). Each is in NAME.pem, its key is in NAME.key.
#   ca           the authority to trust, which signed the next three
#   good         for localhost, 127.0.0.1 and ::1
#   other-host   for elsewhere.invalid only
#   expired      as good, but expired
#   self-signed  as good, signed by itself
#   unknown-ca   as good, signed by an unknown authority
# Creates the directory if it is missing. Prints nothing unless it fails.
set -eu
mkdir -p "$1"
cd "$1"
work=$(mktemp -d "$PWD/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
here='DNS:localhost, IP:127.0.0.1, IP:::1'

quietly() {
  "$@" >"$work/output" 2>&1 || { cat "$work/output" >&2; exit 1; }
}

# `openssl ca` needs an index of the certificates that it has signed, and a policy for names.
: >"$work/index"
cat >"$work/config" <<END
[req]
distinguished_name = name
prompt = no
[name]
commonName = glacier test
[ca]
default_ca = authority
[authority]
new_certs_dir = $work
database = $work/index
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
END

# extensions IS_CA NAMES: prints a section that both `req` and `ca` can read
extensions() {
  echo "[shown]"
  if [ "$1" = yes ]; then
    echo "basicConstraints = critical, CA:TRUE"
    echo "keyUsage = critical, keyCertSign, cRLSign"
    echo "subjectKeyIdentifier = hash"
  else
    echo "basicConstraints = critical, CA:FALSE"
    echo "extendedKeyUsage = serverAuth"
    echo "subjectAltName = $2"
  fi
}

key() {
  quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
}

# self_signed NAME IS_CA NAMES
self_signed() {
  key "$1"
  { cat "$work/config"; extensions "$2" "$3"; } >"$work/self"
  quietly openssl req -x509 -new -config "$work/self" -extensions shown -key "$1.key" -sha256 \
    -days 3650 -subj "/CN=glacier test ${1##*/}" -out "$1.pem"
}

# signed NAME AUTHORITY NAMES FROM TO
signed() {
  key "$1"
  extensions no "$3" >"$work/extensions"
  quietly openssl req -new -config "$work/config" -key "$1.key" -subj "/CN=glacier test $1" \
    -out "$work/request"
  quietly openssl ca -batch -notext -config "$work/config" -cert "$2.pem" -keyfile "$2.key" \
    -extfile "$work/extensions" -extensions shown -startdate "$4" -enddate "$5" \
    -in "$work/request" -out "$1.pem"
}

past=20200101000000Z over=20200102000000Z far=20491231000000Z
self_signed ca yes ''
self_signed self-signed no "$here"
signed good ca "$here" "$past" "$far"
signed other-host ca DNS:elsewhere.invalid "$past" "$far"
signed expired ca "$here" "$past" "$over"
self_signed "$work/authority" yes ''
signed unknown-ca "$work/authority" "$here" "$past" "$far"

#!/bin/sh
# Makes the Secrets that k8s/overlays/production needs, and writes them as YAML:
#
#   k8s/secrets.sh skein | kubectl -n skein apply -f -
#
# NAMESPACE is part of the names in the certificate. "skein" holds the admin's token and the secret between the nodes;
# "skein-tls" a certificate for the clients' doors and the authority that signed it, made for this purpose alone, good for
# ten years, whose key is thrown away. Where cert-manager or another authority is at hand, have it make "skein-tls" instead,
# with the names below. What it writes is in the cluster then and nowhere else. Every call makes new ones: call it once, as
# nodes with different secrets do not speak with each other (README: TLS and the peers' secret, on how to change it).
set -eu
umask 077

[ $# = 1 ] || {
    echo "usage: k8s/secrets.sh NAMESPACE | kubectl -n NAMESPACE apply -f -" >&2
    exit 64
}
namespace=$1
command -v openssl >/dev/null || {
    echo "secrets.sh: openssl is needed" >&2
    exit 69
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# localhost: what kubectl port-forward leads to.
names=DNS:localhost,DNS:skein,DNS:skein.$namespace,DNS:skein.$namespace.svc,DNS:skein.$namespace.svc.cluster.local
names="$names,DNS:*.skein-peers.$namespace.svc,DNS:*.skein-peers.$namespace.svc.cluster.local"
for ordinal in 0 1 2 3 4 5 6 7 8; do
    names=$names,DNS:skein-$ordinal.skein-peers
done

days=3650
quietly() {
    "$@" 2>"$work/said" || {
        cat "$work/said" >&2
        exit 1
    }
}
quietly openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days $days -subj "/CN=skein authority" \
    -keyout "$work/ca.key" -out "$work/ca.crt"
quietly openssl req -newkey rsa:3072 -nodes -sha256 -subj "/CN=skein" -keyout "$work/tls.key" -out "$work/tls.csr"
echo "subjectAltName=$names" >"$work/names"
quietly openssl x509 -req -in "$work/tls.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -sha256 \
    -days $days -extfile "$work/names" -out "$work/tls.crt"
for secret in admin-token peer-secret; do
    openssl rand -base64 24 >"$work/$secret"
done

encoded() {
    openssl base64 -A -in "$work/$1"
}

cat <<YAML
apiVersion: v1
kind: Secret
metadata:
  name: skein
  labels:
    app.kubernetes.io/name: skein
type: Opaque
data:
  admin-token: $(encoded admin-token)
  peer-secret: $(encoded peer-secret)
---
apiVersion: v1
kind: Secret
metadata:
  name: skein-tls
  labels:
    app.kubernetes.io/name: skein
type: kubernetes.io/tls
data:
  tls.crt: $(encoded tls.crt)
  tls.key: $(encoded tls.key)
  ca.crt: $(encoded ca.crt)
YAML

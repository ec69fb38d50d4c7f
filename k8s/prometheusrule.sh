#!/bin/sh
# Copies the alerts of grafana/alerts.yml into the PrometheusRule of k8s/overlays/production: after every change of them.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd -P)
alerts=$home/grafana/alerts.yml
rule=$home/k8s/overlays/production/prometheusrule.yaml
[ -f "$alerts" ] || {
    echo "prometheusrule.sh: there is no $alerts" >&2
    exit 66
}
{
    cat <<'YAML'
# Made by k8s/prometheusrule.sh of grafana/alerts.yml, which says what the alerts are for.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: skein
  labels:
    app.kubernetes.io/name: skein
spec:
YAML
    sed -n -e '/^groups:/,$p' "$alerts" | sed -e 's/^\(.\)/  \1/'
} >"$rule.new"
mv "$rule.new" "$rule"

#!/bin/sh
# Makes a cluster smaller, one node after the other, the last pod first:
#
#   k8s/scale-down.sh REPLICAS [kubectl's options, for example -n skein]
#
# A node is removed from the cluster before its pod goes: it copies nobody's log any more, and nobody waits for its vote.
# The other way round the cluster would go on counting a node that is gone, and with the second or third of them there
# would be no majority. It goes no lower than the nodes that SKEIN_PEERS lists, whose names the others look for.
#
# Each step is made only when all nodes that stay are ready. Broken off, it can be started again. The disks stay: what it
# prints at the end removes them. Then the new number belongs into the overlay's kustomization.yaml, or the next apply would
# bring the pods back.
set -eu

[ $# -ge 1 ] || {
    echo "usage: k8s/scale-down.sh REPLICAS [options of kubectl]" >&2
    exit 64
}
wanted=$1
shift

fail() {
    echo "scale-down.sh: $1" >&2
    exit "${2:-1}"
}

case $wanted in
    '' | *[!0-9]*) fail "REPLICAS is a number, not \"$wanted\"" 64 ;;
esac

now=$(kubectl "$@" get statefulset skein -o 'jsonpath={.spec.replicas}')
# shellcheck disable=SC2016 # the pod's own variable
listed=$(kubectl "$@" exec skein-0 -c skein -- /bin/sh -c 'echo "$SKEIN_PEERS"' | tr ',' '\n' | grep -c =)
[ "$wanted" -ge "$listed" ] || fail "the first $listed are listed in SKEIN_PEERS and stay" 64
[ "$wanted" -le "$now" ] || fail "there are only $now; more of them: kubectl scale statefulset skein --replicas=$wanted" 64

claims=
while [ "$now" -gt "$wanted" ]; do
    last=$((now - 1))
    ready=$(kubectl "$@" get statefulset skein -o 'jsonpath={.status.readyReplicas}')
    # The one that goes need not be ready; all others have to be.
    others=${ready:-0}
    if kubectl "$@" get pod "skein-$last" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' | grep -q True; then
        others=$((others - 1))
    fi
    [ "$others" -ge "$last" ] || fail "of the $last nodes that stay only $others are ready; nothing was changed"

    # A repeat finds that it is no member any more.
    if kubectl "$@" exec skein-0 -c skein -- skein members list --json | grep -q "\"id\":\"skein-$last\""; then
        kubectl "$@" exec skein-0 -c skein -- skein members remove "skein-$last"
    fi
    kubectl "$@" scale statefulset skein --current-replicas="$now" --replicas="$last"
    kubectl "$@" wait --for=delete "pod/skein-$last" --timeout=120s
    claims="$claims data-skein-$last"
    now=$last
done

[ -z "$claims" ] || echo "the disks are still there: kubectl $* delete pvc$claims"

#!/usr/bin/env bash
# Starts a cluster with one node. Runs as the first process of network, mount and process namespaces of its own: every
# address, port, mount and packet rule below is the cluster's alone, and all of it is gone when this process is.
#
#   start.sh PLACE PROGRAMS CGROUP
#
# PLACE has the configuration, and gets the logs. PROGRAMS has what was built from the Kubernetes module. CGROUP is the
# name of the control group that the pods are put under, which is the only thing that is seen from outside.
set -euo pipefail
place=$1 programs=$2 cgroup=$3
pki=$place/pki

names=("first process")
run() {
    local name=$1
    shift
    "$@" >"$place/log/$name.log" 2>&1 &
    names[$!]=$name
}

# until_true WHAT COMMAND…: waits for it, notes when it was so, and gives up when a program has ended or after minutes.
until_true() {
    local what=$1 pid
    shift
    until "$@" >/dev/null 2>&1; do
        for pid in "${!names[@]}"; do
            ((pid == 0)) || kill -0 "$pid" 2>/dev/null || give_up "${names[$pid]}" "ended before $what"
        done
        ((SECONDS < 240)) || give_up kubelet "$what took too long"
        sleep 0.05
    done
    printf '%s s: %s\n' "$SECONDS" "$what" >>"$place/log/start.log"
}

give_up() {
    printf 'the cluster does not start: %s %s\n' "$1" "$2" >&2
    tail -n 30 "$place/log/$1.log" >&2 || true
    exit 1
}

api() {
    curl --silent --fail --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" "https://127.0.0.1:6443$1"
}

has() {
    [[ "$(api "$1")" == *"$2"* ]]
}

# What programs write at places of their own stays inside, and is forgotten.
for folder in /run /opt /var/lib /var/log; do
    mount -t tmpfs tmpfs "$folder"
done
mount -t tmpfs tmpfs "$place/work"
mkdir -p /run/netns /run/containerd "$place/work/containerd" "$place/work/pods"

ip link set lo up
# With an address of its own: else it takes one of a pod's, and another when that pod goes, and packets are lost meanwhile.
ip link add cluster0 address 0a:58:0a:f4:4d:01 type bridge
ip addr add 10.244.77.1/24 dev cluster0
ip link set cluster0 up
# Nothing leads out. Packets to unknown addresses are refused at once instead of timing out.
ip route add unreachable default
# Addresses of services are turned into those of pods, but only for packets that have a way.
ip route add 10.96.0.0/16 dev cluster0

if [[ -f /sys/fs/cgroup/cgroup.controllers ]]; then
    mkdir -p "/sys/fs/cgroup/$cgroup"
    for controller in cpu cpuset io memory pids; do
        echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
    done
else
    for controller in /sys/fs/cgroup/*/; do
        [[ -f "$controller/cgroup.procs" ]] && mkdir -p "$controller$cgroup"
    done
    for file in cpuset.cpus cpuset.mems; do
        cat "/sys/fs/cgroup/cpuset/$file" >"/sys/fs/cgroup/cpuset/$cgroup/$file"
    done
fi

run containerd containerd --config "$place/containerd.toml"
run etcd "$programs/etcd" --name test --data-dir "$place/work/etcd" --unsafe-no-fsync \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
    --initial-cluster test=http://127.0.0.1:2380
until_true "etcd answered" curl --silent --fail http://127.0.0.1:2379/health
# Killed by a test, it is there again a second later.
keep() {
    until false; do
        "$@" || (($? == 137)) || return 1
        sleep 1
    done
}
run kube-apiserver keep "$programs/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 \
    --bind-address=127.0.0.1 --advertise-address=127.0.0.1 --secure-port=6443 \
    --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$pki/tokens.pub" \
    --service-account-signing-key-file="$pki/tokens.key" --service-cluster-ip-range=10.96.0.0/16 \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --kubelet-client-certificate="$pki/apiserver-kubelet.crt" --kubelet-client-key="$pki/apiserver-kubelet.key" \
    --kubelet-certificate-authority="$pki/ca.crt" --kubelet-preferred-address-types=Hostname \
    --requestheader-client-ca-file="$pki/ca.crt" --requestheader-allowed-names=front-proxy \
    --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
    --requestheader-extra-headers-prefix=X-Remote-Extra- --enable-aggregator-routing=true \
    --proxy-client-cert-file="$pki/front-proxy.crt" --proxy-client-key-file="$pki/front-proxy.key" \
    --endpoint-reconciler-type=none --allow-privileged=false --anonymous-auth=false
until_true "containerd answered" ctr --address /run/containerd/containerd.sock version
ctr --address /run/containerd/containerd.sock --namespace k8s.io images import "$place/images.tar" >"$place/log/import.log" 2>&1 ||
    give_up import "failed"
until_true "the API server was ready" api /readyz
# It registers its node's drivers with pauses that grow sixfold: begun too early, it is ready minutes later.
run kubelet "$programs/kubelet" --config="$place/kubelet.yaml" --kubeconfig="$pki/node.kubeconfig" \
    --hostname-override=localhost --node-ip=10.244.77.1 --root-dir="$place/work/kubelet"
# They end when they are there before the API server.
run kube-controller-manager "$programs/kube-controller-manager" --bind-address=127.0.0.1 \
    --kubeconfig="$pki/controllers.kubeconfig" --authentication-kubeconfig="$pki/controllers.kubeconfig" \
    --authorization-kubeconfig="$pki/controllers.kubeconfig" --service-account-private-key-file="$pki/tokens.key" \
    --root-ca-file="$pki/ca.crt" --use-service-account-credentials=true --leader-elect=false \
    --horizontal-pod-autoscaler-sync-period=2s --horizontal-pod-autoscaler-initial-readiness-delay=1s \
    --allocate-node-cidrs=false --flex-volume-plugin-dir="$place/work/plugins"
run kube-scheduler "$programs/kube-scheduler" --bind-address=127.0.0.1 --leader-elect=false \
    --kubeconfig="$pki/scheduler.kubeconfig" --authentication-kubeconfig="$pki/scheduler.kubeconfig" \
    --authorization-kubeconfig="$pki/scheduler.kubeconfig"
run kube-proxy "$programs/kube-proxy" --config="$place/proxy.yaml"
until_true "there was an account for pods" api /api/v1/namespaces/default/serviceaccounts/default
until_true "the node was ready" has /api/v1/nodes/localhost KubeletReady
printf 'the cluster is ready\n' >&2
wait -n -p ended || true
give_up "${names[$ended]}" "ended"

#!/usr/bin/env bash
# Build a real Kubernetes control plane from its public Go modules, once, outside the repository.
#
# The result (five binaries and kwok's stage files) lies in $K8SVIEW_CONTROLPLANE, by default in
# $XDG_CACHE_HOME/k8sview/controlplane, under a folder named after the versions in the go.mod files.
# Takes about nine minutes on two cores the first time and seconds from Go's build cache.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${K8SVIEW_CONTROLPLANE:-${XDG_CACHE_HOME:-$HOME/.cache}/k8sview/controlplane}
target=$root/$(cat "$here"/build/*/go.mod "${BASH_SOURCE[0]}" | sha256sum | cut -c1-16)

if [ "${1:-}" = --print ]; then echo "$target"; exit 0; fi
if [ -f "$target/complete" ]; then echo "control plane: $target"; exit 0; fi
command -v go >/dev/null || { echo "building the control plane needs Go 1.26 or newer on PATH" >&2; exit 2; }

export CGO_ENABLED=0 GOFLAGS="-trimpath -mod=readonly"
mkdir -p "$target"
build() { # MODULE PACKAGE NAME LDFLAGS
  echo "building $3 ..." >&2
  (cd "$here/build/$1" && go build -ldflags "-s -w ${4:-}" -o "$target/$3" "$2")
}
version=v1.37.2
stamp="-X k8s.io/component-base/version.gitVersion=$version -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=37"
build etcd go.etcd.io/etcd/server/v3 etcd
build kubernetes k8s.io/kubernetes/cmd/kube-apiserver kube-apiserver "$stamp"
build kubernetes k8s.io/kubernetes/cmd/kube-controller-manager kube-controller-manager "$stamp"
build kubernetes k8s.io/kubernetes/cmd/kube-scheduler kube-scheduler "$stamp"
build kwok sigs.k8s.io/kwok/cmd/kwok kwok
stages=$(cd "$here/build/kwok" && go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/stage
rm -rf "$target/stage" && cp -r "$stages" "$target/stage" && chmod -R u+w "$target/stage"
touch "$target/complete"
echo "control plane: $target"

#!/usr/bin/env bash
# Builds kube-apiserver from the Go module proxy into build/kubernetes, and takes there the definitions that the manifests
# use. Needs Go; about a quarter of an hour on two cores.
#   tests/deploy/apiserver.sh
set -euo pipefail
target=$(cd "$(dirname "$0")/../.." && pwd)/build/kubernetes
version=1.34.4
export GOFLAGS=-mod=mod
mkdir -p "$target/crds" "$target/source"
cd "$target/source"
directory() { go mod download -json "$1" | sed -n 's/^\t"'"$2"'": "\(.*\)",$/\1/p'; }
gomod=$(directory "k8s.io/kubernetes@v$version" GoMod)
{
    printf 'module apiserver\n\n%s\n\nrequire k8s.io/kubernetes v%s\n\nreplace (\n' "$(grep -E '^go ' "$gomod")" "$version"
    grep -oE 'k8s\.io/\S+ => \./staging' "$gomod" | sed -E "s| => .*||; s|(.*)|\t\1 => \1 v0.${version#1.}|"
    printf ')\n'
} >go.mod
printf 'package main\n\nimport _ "k8s.io/kubernetes/cmd/kube-apiserver/app"\n\nfunc main() {}\n' >main.go
go mod tidy
stamp=k8s.io/component-base/version
go build -trimpath -o "$target/kube-apiserver" \
    -ldflags "-s -w -X $stamp.gitVersion=v$version -X $stamp.gitMajor=1 -X $stamp.gitMinor=34" k8s.io/kubernetes/cmd/kube-apiserver
cp "$(directory github.com/kedacore/keda/v2@v2.18.0 Dir)"/config/crd/bases/keda.sh_scaledobjects.yaml "$target/crds/"
cp "$(directory github.com/prometheus-operator/prometheus-operator@v0.85.0 Dir)"/example/prometheus-operator-crd/monitoring.coreos.com_{alertmanagerconfigs,podmonitors,prometheusrules}.yaml "$target/crds/"
cp "$(directory github.com/cloudnative-pg/cloudnative-pg@v1.27.0 Dir)"/config/crd/bases/postgresql.cnpg.io_clusters.yaml "$target/crds/"
chmod -R u+w "$target/crds"

#!/usr/bin/env bash
# Makes a base image from Debian packages alone, where no image registry is reachable. Needs root, debootstrap, buildah.
#   deploy/images/base.sh NAME[:TAG]      then: buildah build --build-arg BASE=NAME:TAG ...
set -euo pipefail
name=${1:?name of the image to make}
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
debootstrap --variant=minbase --include=python3,python3-venv,python3-pip,ca-certificates,tzdata bookworm "$work/root" >"$work/log" \
    || { tail -20 "$work/log" >&2; exit 1; }
rm -rf "$work/root/var/cache/apt"/* "$work/root/var/lib/apt/lists"/* "$work/root/usr/share/doc"/* "$work/root/usr/share/man"/* \
    "$work/root/usr/share/locale"/* "$work/root/var/log"/*
container=$(buildah from scratch)
buildah add --quiet "$container" "$work/root" / >/dev/null
buildah config --env PATH=/usr/local/bin:/usr/bin:/bin --env LANG=C.UTF-8 "$container"
buildah commit --quiet --rm "$container" "$name" >/dev/null
printf '%s\n' "$name"

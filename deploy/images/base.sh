#!/usr/bin/env bash
# Makes a base image from Debian packages alone, where no image registry is reachable. Needs root, debootstrap, buildah.
#   deploy/images/base.sh NAME[:TAG]      then: buildah build --build-arg BASE=NAME:TAG ...
set -euo pipefail
name=${1:?name of the image to make}
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates,tzdata bookworm "$work/tree" >"$work/log" \
    || { tail -20 "$work/log" >&2; exit 1; }
rm -rf "$work/tree/var/cache/apt"/* "$work/tree/var/lib/apt/lists"/* "$work/tree/usr/share/doc"/* "$work/tree/usr/share/man"/* \
    "$work/tree/usr/share/locale"/* "$work/tree/var/log"/*
container=$(buildah from scratch)
buildah add --quiet "$container" "$work/tree" / >/dev/null
buildah config --env PATH=/usr/local/bin:/usr/bin:/bin --env LANG=C.UTF-8 "$container"
buildah commit --quiet --rm "$container" "$name" >/dev/null
printf '%s\n' "$name"

#!/usr/bin/env bash
# Renews the hash-locked requirement files from pyproject.toml. Wheels only, so that an install never runs foreign build code.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() { # lock FILE EXTRA...
    local file=$1; shift
    local extras=(); for extra in "$@"; do extras+=(--extra "$extra"); done
    uv pip compile pyproject.toml "${extras[@]}" --universal --python-version 3.11 --only-binary :all: \
        --generate-hashes --no-header --no-annotate --quiet -o "requirements/$file.txt"
}
everything=(ingest anonymizer detector notifier lexicon demo)
lock dev "${everything[@]}" test lint browser
lock all "${everything[@]}"
for service in ingest anonymizer detector notifier; do lock "$service" "$service"; done
lock lexicon lexicon
# What compiles the inner loops of anonymizer and detector: mypy looks into what it imports.
lock compile anonymizer compile
# What turns a checkout into a wheel, for the images.
grep -E '^(setuptools|wheel)' requirements/all.txt | sed 's/ .*//' | uv pip compile - --universal --python-version 3.11 \
    --only-binary :all: --generate-hashes --no-header --no-annotate --quiet -o requirements/build.txt
# Tools that judge manifests, images and code (`make test-deploy`): an environment of their own too.
uv pip compile requirements/deploy.in --universal --python-version 3.11 --only-binary :all: \
    --generate-hashes --no-header --no-annotate --quiet -o requirements/deploy.txt
# Peers of the detector for `make bench`: an environment of their own, never one that runs.
uv pip compile requirements/bench.in --universal --python-version 3.11 --only-binary :all: \
    --generate-hashes --no-header --no-annotate --quiet -o requirements/bench.txt

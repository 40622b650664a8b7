"""Overlays as the cluster would get them, and the tools that judge them."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.brokers.services import REPOSITORY

OVERLAYS = sorted(path.name for path in (REPOSITORY / "deploy/kubernetes/overlays").iterdir())
TOOLS = Path(os.environ.get("SEINPOST_TEST_TOOLS", REPOSITORY / "build/tools/bin"))
Document = dict[str, Any]


def program(name: str) -> str:
    """Path of a tool; skips where it is not installed (`make test-deploy` installs those that come as packages)."""
    found = shutil.which(name, path=f"{TOOLS}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


@cache
def text_of(overlay: str) -> str:
    command = [program("kubectl"), "kustomize", str(REPOSITORY / "deploy/kubernetes/overlays" / overlay)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def documents(overlay: str) -> tuple[Document, ...]:
    return tuple(YAML(typ="safe", pure=True).load_all(text_of(overlay)))


def of_kind(overlay: str, kind: str) -> list[Document]:
    return [each for each in documents(overlay) if each["kind"] == kind]


def pods(overlay: str) -> dict[str, Document]:
    """Pod templates by the name of their workload, with its kind under ``kind``."""
    found = {}
    for each in documents(overlay):
        spec = each.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", {}).get("template") or spec.get("template")
        if each["kind"] in ("Deployment", "StatefulSet", "CronJob"):
            found[each["metadata"]["name"]] = {**template, "kind": each["kind"]}
    return found

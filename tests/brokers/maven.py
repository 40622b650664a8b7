"""Jars through Maven, once, into the user's cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path


class Unavailable(Exception):
    """Java or Maven is missing here."""


def jars(pom: Path, name: str) -> Path:
    """Directory with everything that a pom names; fetched at the first call. Raises `Unavailable`."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        raise Unavailable(f"{name} needs java and mvn on the PATH")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "seinpost"
    target = cache / f"{name}-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test workers must not fetch into one directory at once
        if not target.exists():
            partial = target.with_suffix(".partial")
            subprocess.run(
                ["mvn", "-q", "-f", pom, "dependency:copy-dependencies", f"-DoutputDirectory={partial}"], check=True
            )
            partial.rename(target)
    return target

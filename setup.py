"""Compiles the inner loops when SEINPOST_COMPILE is 1; otherwise they run as the Python they are.

`make compiled` builds them into build/compiled; the images are built with them. Needs mypy, a C compiler and Python's
headers. `[tool.seinpost.compiled]` in pyproject.toml says which modules; ADR 0021 and 0022 why and how it is proven.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from setuptools import setup


def extensions() -> list[Any]:
    if os.environ.get("SEINPOST_COMPILE") != "1":
        return []
    from mypyc.build import mypycify  # noqa: PLC0415 (only where it is compiled)

    groups = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["seinpost"]["compiled"]
    found: list[Any] = []
    for group, modules in groups.items():
        files = [f"services/{group}/{module}.py" for module in modules]
        found += mypycify(files, opt_level="2", debug_level="0", group_name=group, target_dir=f"build/c/{group}")
    return found


setup(ext_modules=extensions())

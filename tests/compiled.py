"""The same question to what is compiled, which runs here, and to the source that it is made of."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.brokers.services import REPOSITORY

ASKED = os.environ.get("SEINPOST_COMPILED") == "1"
"""What runs is to be compiled, as in `make test-compiled`."""
only_compiled = pytest.mark.skipif(not ASKED, reason="compares what is compiled with its source: make test-compiled")


def of_the_source(module: str, script: str) -> str:
    """What ``script`` prints where ``module`` is the Python it is written as."""
    whole = f"""
import {module} as module
assert module.__file__.endswith(".py"), module.__file__
{script}
"""
    source = os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONHASHSEED": "1"}
    done = subprocess.run([sys.executable, "-c", whole], env=source, capture_output=True, text=True, check=True)
    return done.stdout.strip()

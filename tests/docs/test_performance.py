"""The commands of docs/performance.md, in their short form: they run, and count right. Nothing is judged by time."""

from __future__ import annotations

import json
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from tests.brokers.services import REPOSITORY


def run(module: str, *arguments: str, stdin: str = "") -> str:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.timeout(600)
def test_steps_are_measured_and_plotted() -> None:
    lines = run("benchmarks.detector", "steps", "--short")
    steps, floors = map(json.loads, lines.splitlines())
    assert steps["us_a_post"].keys() >= {"decode", "fold", "detect"}
    assert floors["series from bytes"] > 0
    ElementTree.fromstring(run("benchmarks.plot", "series", stdin=lines))


@pytest.mark.broker
@pytest.mark.kafka
@pytest.mark.timeout(600)
def test_throughput_and_memory_are_measured_and_counts_are_right() -> None:
    lines = [json.loads(line) for line in run("benchmarks.detector", "throughput", "memory", "--short").splitlines()]
    assert {line["part"] for line in lines} == {"throughput", "memory"}

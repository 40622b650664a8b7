"""The commands of docs/performance.md, in their short form: they run, and count right. Nothing is judged by time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.brokers.services import REPOSITORY


def run(module: str, *arguments: str, stdin: str = "") -> str:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_steps_are_measured() -> None:
    steps, floors = map(json.loads, run("benchmarks.detector", "steps", "--short").splitlines())
    assert steps["us_a_post"].keys() >= {"decode", "fold", "detect"}
    assert floors["series from bytes"] > 0


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_posts_that_count_are_counted() -> None:
    found = json.loads(run("benchmarks.counting", "--short"))
    assert 0 < found["counted"] < found["posts"]


@pytest.mark.broker
@pytest.mark.kafka
@pytest.mark.timeout(600)
def test_throughput_and_memory_are_measured_and_plotted_and_counts_are_right(tmp_path: Path) -> None:
    told = run("benchmarks.detector", "throughput", "memory", "--short", "--images", str(tmp_path))
    assert {json.loads(line)["part"] for line in told.splitlines()} == {"throughput", "memory"}
    ElementTree.fromstring((tmp_path / "posts-by-series.svg").read_text())
    ElementTree.fromstring(run("benchmarks.plot", "workers", stdin=told))


@pytest.mark.broker
@pytest.mark.kafka
@pytest.mark.timeout(600)
def test_the_whole_way_loses_no_post_and_alerts() -> None:
    lines = run("benchmarks.pipeline", "throughput", "latency", "--short").splitlines()
    whole, alerts = map(json.loads, lines)
    assert whole["posts"] == 3_000
    assert alerts["alerts"] > 0

"""The detector from `posts.anonymous` to `alerts`: `python -m benchmarks.detector PART...`. JSON, a line each.

    throughput  posts a second of one worker, by share of posts that count and by number of active series
    workers     posts a second of one and of two workers
    steps       microseconds a post by step, in this process, beside the floor of each
    memory      memory and changelog of a worker at 10,000 and 200,000 series, and the time to restore 100,000

All posts are on the broker before a worker starts, so the producer is never the limit. Speed is reported, never judged;
wrong counts are an error. ``--short`` makes each part small enough for a test.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.detector_memory import memory
from benchmarks.detector_posts import START, Workload, expected_counts
from benchmarks.detector_steps import steps
from benchmarks.rig import (
    Rig,
    Watch,
    machine,
    renew,
    rig,
    rss_mb,
    send_posts,
    show,
    states_of,
    term_minutes,
    whole,
)
from configuration import Configuration
from contracts.topics import ALERTS, SERIES_DELTAS, SIGNALS
from tests.brokers.services import run_service


def run(workload: Workload, workers: int = 1) -> dict[str, Any]:
    config = whole()
    with tempfile.TemporaryDirectory() as directory, rig(Path(directory)) as here:
        send_posts(here, workload, config)
        return measure(here, workload, config, workers)


def measure(
    here: Rig, workload: Workload, config: Configuration, workers: int = 1, group: str = "bench"
) -> dict[str, Any]:
    """Workers of a new group read what is on `posts.anonymous`, until its last delta is taken."""
    renew(here, (SERIES_DELTAS, SIGNALS, ALERTS))
    settings = {"SEINPOST_DETECTOR__GROUP": group}
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                run_service("detector", here.broker, here.directory / f"{number}.log", settings, wait_ready=False)
            )
            for number in range(workers)
        ]
        watch = Watch(running)
        took = watch.until(workload.posts)
        written = watch.total('seinpost_detector_table_bytes_total{table="series"}')
        memory_mb = max(rss_mb(worker.process.pid) for worker in running)
    states = states_of(here, group)
    counted = term_minutes(states, range(START, workload.minute(workload.posts) + 1))
    if counted != expected_counts(workload, config):
        raise AssertionError("the counts of terms are not those of the posts")
    return {
        "broker": here.name,
        "posts": workload.posts,
        "matching": workload.matching,
        "workers": workers,
        "series": len(states),
        "posts_per_s": round(took["posts"] / took["seconds"]),
        "posts_per_cpu_s": round(took["posts"] / took["cpu_seconds"]),
        "changelog_bytes_per_post": round(written / workload.posts, 1),
        "rss_mb": round(memory_mb),
    } | machine()


def throughput(*, short: bool) -> None:
    posts = 8_000 if short else 600_000
    for series, matching in ((1_000, 0.1), (10_000, 0.02)) if short else (
        (10_000, 0.02), (10_000, 0.1), (10_000, 1.0), (100, 0.1), (1_000, 0.1), (30_000, 0.1),
    ):  # fmt: skip
        show({"part": "throughput"} | run(Workload(posts=posts, series=series, matching=matching, partitions=4)))


def workers(*, short: bool) -> None:
    for number in (1, 2):
        show({"part": "workers"} | run(Workload(posts=8_000 if short else 1_000_000, partitions=4), number))


def main() -> None:
    parts = {"throughput": throughput, "workers": workers, "steps": steps, "memory": memory}
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("parts", nargs="+", choices=parts)
    arguments.add_argument("--short", action="store_true")
    options = arguments.parse_args()
    os.chdir(Path(__file__).parents[1])
    for part in options.parts:
        parts[part](short=options.short)


if __name__ == "__main__":
    main()

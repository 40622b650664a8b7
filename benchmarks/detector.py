"""The detector from `posts.anonymous` to `alerts`: `python -m benchmarks.detector PART...`. JSON, a line each.

    throughput  posts a second of one worker, by share of posts that count and by number of active series
    workers     posts a second of one, two and four workers
    steps       microseconds a post by step, in this process, beside the floor of each
    memory      memory and changelog of a worker at 10,000 and 200,000 series, and the time to restore 100,000

All posts are on the broker before a worker starts, so the producer is never the limit. Speed is reported, never judged;
wrong counts are an error. ``--short`` makes each part small enough for a test.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import plot
from benchmarks.detector_memory import memory
from benchmarks.detector_posts import COUNTING, START, Workload, expected_counts
from benchmarks.detector_steps import steps
from benchmarks.rig import (
    Rig,
    Watch,
    changelog_of,
    machine,
    renew,
    rig,
    rss_mb,
    send_posts,
    show,
    term_minutes,
    whole,
)
from configuration import Configuration
from contracts.topics import ALERTS, SERIES_DELTAS, SIGNALS
from tests.brokers.services import run_service

Lines = Iterator[dict[str, Any]]
GATHER_MS = 6_000
"""Several workers take their first posts together: what is measured is their speed, not a rebalance on the way."""


def run(workload: Workload, workers: int = 1) -> dict[str, Any]:
    config = whole()
    gather_ms = GATHER_MS if workers > 1 else 0
    with tempfile.TemporaryDirectory() as directory, rig(Path(directory), gather_ms=gather_ms) as here:
        send_posts(here, workload, config)
        return measure(here, workload, config, workers)


def measure(
    here: Rig,
    workload: Workload,
    config: Configuration,
    workers: int = 1,
    group: str = "bench",
    module: str | None = None,
) -> dict[str, Any]:
    """Workers of a new group read what is on `posts.anonymous`, until its last delta is taken. ``module``: what they
    run instead of the service."""
    renew(here, (SERIES_DELTAS, SIGNALS, ALERTS))
    # All posts are there from the start: a partition that gives none for a while is held up, and not silent.
    settings = {"SEINPOST_DETECTOR__GROUP": group, "SEINPOST_DETECTOR__IDLE_SECONDS": "20"}
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                run_service(
                    "detector",
                    here.broker,
                    here.directory / f"{number}.log",
                    settings,
                    wait_ready=False,
                    module=module,
                )
            )
            for number in range(workers)
        ]
        watch = Watch(running)
        took = watch.until(workload.posts, here, group)
        memory_mb = max(rss_mb(worker.process.pid) for worker in running)
    states, written = changelog_of(here, group)
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


def throughput(*, short: bool) -> Lines:
    """One worker, by active series and by share of posts that count."""
    for series, matching, posts in ((1_000, 0.1, 8_000),) if short else (
        (100, COUNTING, 500_000), (1_000, COUNTING, 500_000), (10_000, COUNTING, 500_000), (30_000, COUNTING, 500_000),
        (10_000, 0.1, 200_000), (10_000, 1.0, 40_000),
    ):  # fmt: skip
        workload = Workload(posts=posts, series=series, matching=matching, partitions=4)
        yield {"part": "throughput", "asked": series} | run(workload)


def workers(*, short: bool) -> Lines:
    for number in (1, 2) if short else (1, 2, 4):
        yield {"part": "workers"} | run(Workload(posts=8_000 if short else 800_000, partitions=4), number)


def main() -> None:
    parts: dict[str, Callable[..., Lines]] = {
        "throughput": throughput,
        "workers": workers,
        "steps": steps,
        "memory": memory,
    }
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("parts", nargs="+", choices=parts)
    arguments.add_argument("--short", action="store_true")
    arguments.add_argument("--images", type=Path, help="directory to write plots to, of throughput and workers")
    options = arguments.parse_args()
    images: Path | None = options.images and options.images.resolve()
    os.chdir(Path(__file__).parents[1])
    lines: list[Mapping[str, Any]] = []
    for part in options.parts:
        for line in parts[part](short=options.short):
            show(line)
            lines.append(line)
    if images is not None:
        plot.write(lines, images)


if __name__ == "__main__":
    main()

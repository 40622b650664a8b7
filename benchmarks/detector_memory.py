"""Memory, changelog and restore of a worker that holds many series."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.detector_posts import START
from benchmarks.rig import Rig, Watch, cpu_seconds, machine, rig, rss_mb, send
from contracts.alert import Place
from contracts.codec import encode
from contracts.series_deltas import SeriesDelta, SeriesDeltas, Share, Subject, partition_for
from contracts.topics import SERIES_DELTAS
from tests.brokers.services import run_service

SHARES = 6
"""Minutes in which each series is added to, one or two posts each: most series are small."""


def deltas(series: int, partitions: int) -> Iterator[tuple[int, bytes]]:
    """What a fold would send: each series in some minutes of an hour."""
    rng = random.Random(1)
    by_target: list[list[SeriesDelta]] = [[] for _ in range(partitions)]
    for number in range(series):
        name = f"watch:rellen@GM{number:06}"
        minutes = sorted(rng.sample(range(60), SHARES))
        shares = tuple(
            Share(
                offset=1 + minute,
                minute=START + minute,
                posts=1,
                source="bluesky",
                authors=(f"{rng.getrandbits(64):016x}",),
                words={"menigte": (0,), "station": (0,)},
            )
            for minute in minutes
        )
        place = Place(name=f"Plaats {number}", gemeente=f"Plaats {number}", gemeente_code=f"GM{number:06}")
        delta = SeriesDelta(series=name, subject=Subject(phenomenon="rellen", place=place), shares=shares)
        target = partition_for(name, partitions)
        by_target[target].append(delta)
        if len(by_target[target]) == 200:
            yield target, _record(by_target, target)
    for target in range(partitions):
        for source in range(partitions):
            yield target, _record(by_target, target, source=source, watermark=START + 61)


def _record(by_target: list[list[SeriesDelta]], target: int, *, source: int = 0, watermark: int | None = None) -> bytes:
    taken, by_target[target] = by_target[target], []
    upto = 1 + watermark if watermark is not None else 61
    return encode(
        SeriesDeltas(source=source, sources=len(by_target), upto=upto, watermark=watermark, deltas=tuple(taken))
    )


def memory(*, short: bool) -> Iterator[dict[str, Any]]:
    for series in (500,) if short else (10_000, 100_000, 200_000):
        with tempfile.TemporaryDirectory() as directory, rig(Path(directory)) as here:
            yield _measure(here, series)


def _measure(here: Rig, series: int) -> dict[str, Any]:
    log = here.directory / "worker.log"
    with run_service("detector", here.broker, log) as worker:
        empty_mb, start_s = rss_mb(worker.process.pid), cpu_seconds(worker.process.pid)
    send(here.broker, SERIES_DELTAS.name, deltas(series, here.broker.partitions))
    with run_service("detector", here.broker, log) as worker:
        watch = Watch([worker])
        while watch.total('seinpost_detector_table_values{table="series"}') < series:
            time.sleep(0.2)
        full_mb = rss_mb(worker.process.pid)
        written = watch.total('seinpost_detector_table_bytes_total{table="series"}')
    began = time.perf_counter()
    with run_service("detector", here.broker, log) as worker:
        ready_s = time.perf_counter() - began
        spent = cpu_seconds(worker.process.pid)
        restored_mb = rss_mb(worker.process.pid)
    return {
        "part": "memory",
        "broker": here.name,
        "series": series,
        "rss_mb_empty": round(empty_mb),
        "rss_mb": round(full_mb),
        "rss_mb_restored": round(restored_mb),
        "changelog_bytes_per_series": round(written / series),
        "restore_s_until_ready": round(ready_s, 1),
        "restore_cpu_s": round(spent - start_s, 1),
    } | machine()

"""The whole way, from `posts.raw` to `alerts`, one process a service: `python -m benchmarks.pipeline PART...`.

    throughput  posts a second, sustained: all posts are on the broker before the services start
    latency     seconds from the creation of a post to the record of its alert, while 360 posts a second come in

Posts are those of quiet exercises, from texts to alerts: nothing is prepared. JSON, a line each; speed is reported,
never judged; posts that are lost on the way are an error. ``--short`` makes each part small enough for a test.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from aiokafka import ConsumerRecord

from benchmarks.detector_posts import terms
from benchmarks.rig import (
    LOOK_EACH_S,
    PATIENCE_S,
    REPOSITORY,
    Rig,
    Watch,
    cpu_seconds,
    machine,
    rig,
    rss_mb,
    show,
    whole,
)
from broker.producer import AcknowledgedProducer
from configuration import Configuration
from contracts.alert import Alert
from contracts.codec import Decoder, encode
from contracts.raw_post import RawPost, key
from contracts.topics import ALERTS, POSTS_RAW
from exercises.generator import posts as posts_of
from exercises.scenario import load
from services.anonymizer.settings import AnonymizerSettings
from services.detector.settings import DetectorSettings
from tests.brokers.records import read_topic
from tests.brokers.services import RunningService, run_service

QUIET = ("koningsdag-2023", "onweer", "talentenshow", "concert-amsterdam")
"""Exercises in which nothing is planted: about three posts in a hundred count."""
SERVICES = ("notifier", "detector", "anonymizer")
"""In the order they are started: the posts are for the last one."""
RATE = 360
"""Posts a second: ten times the peak of the network that is read."""
EVENT_TIME = 10
"""Times life."""
CROWD = 40
"""Posts of a planted crowd, by as many people, created within a tenth of a second."""
SETTLE_S = 12.0
"""Before the first crowd; and after the last, for its alert."""


def texts() -> Iterator[tuple[str, str, str]]:
    """Text, author and source of one post after another; never ends and seldom repeats itself."""
    for seed in count(1):
        for scenario in QUIET:
            for post in posts_of(load(scenario), seed):
                yield post.text, f"{post.author}-{seed}", post.source


def raw(number: int, said: tuple[str, str, str], created_ms: int) -> RawPost:
    text, author, source = said
    return RawPost(
        source=source,
        id=str(number),
        created_ms=created_ms,
        received_ms=created_ms,
        text=text,
        author=author,
        langs=("nl",),
    )


@contextlib.contextmanager
def services(here: Rig, *, wait: bool = True) -> Iterator[dict[str, RunningService]]:
    settings = {"SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{here.directory}/notifier.sqlite3"}
    with contextlib.ExitStack() as stack:
        running = {}
        for name in SERVICES:
            log = here.directory / f"{name}.log"
            started = run_service(name, here.broker, log, settings, wait_ready=wait or name != SERVICES[-1])
            running[name] = stack.enter_context(started)
        yield running


def throughput(*, short: bool) -> None:
    number = 3_000 if short else 150_000
    with tempfile.TemporaryDirectory() as directory, rig(Path(directory)) as here:
        asyncio.run(_send_all(here, number))
        with services(here, wait=False) as running:
            first = _wait(running["anonymizer"], "seinpost_anonymizer_posts_total", 1)
            began, spent = time.perf_counter(), _cpu(running)
            passed = _wait(running["anonymizer"], "seinpost_anonymizer_posts_total", number)
            projected = time.perf_counter() - began
            rest = Watch([running["detector"]]).until(number, here, DetectorSettings().group)
            seconds = projected + rest["seconds"]
            cpu = {name: _cpu(running)[name] - spent[name] for name in running}
            memory = {name: round(rss_mb(service.process.pid)) for name, service in running.items()}
    show(
        {
            "part": "pipeline throughput",
            "broker": here.name,
            "posts": round(passed),
            "posts_per_s": round((number - first) / seconds),
            "posts_per_cpu_s": {name: round((number - first) / max(used, 0.01)) for name, used in cpu.items()},
            "rss_mb": memory,
        }
        | machine()
    )


def _wait(service: RunningService, metric: str, least: float) -> float:
    deadline = time.monotonic() + PATIENCE_S
    while (found := _read(service, metric)) < least:
        if service.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{service.name} took {found:.0f} of {least:.0f} posts:\n{service.tail()}")
        time.sleep(LOOK_EACH_S)
    return found


def _read(service: RunningService, metric: str) -> float:
    with contextlib.suppress(httpx.HTTPError):
        return service.metrics().get(metric, 0.0)
    return 0.0


def _cpu(running: dict[str, RunningService]) -> dict[str, float]:
    return {name: cpu_seconds(service.process.pid) for name, service in running.items()}


async def _send_all(here: Rig, number: int) -> None:
    """Posts of the last minutes, in event time ten times as fast as the aim of 20,000 a second asks."""
    now_ms, pace = time.time_ns() // 1_000_000, 20_000 / EVENT_TIME
    async with AcknowledgedProducer(here.broker, "benchmark") as producer:
        for at, said in zip(range(number), texts(), strict=False):
            post = raw(at, said, now_ms - round((number - at) / pace * 1000))
            await producer.send(POSTS_RAW.name, encode(post), key=key(post))
        await producer.flush()


def latency(*, short: bool) -> None:
    config, crowds = whole(), 3 if short else 45
    with tempfile.TemporaryDirectory() as directory, rig(Path(directory)) as here, services(here):
        created = asyncio.run(_pace(here, config, crowds, settle_s=3.0 if short else SETTLE_S))
        records = asyncio.run(read_topic(here.broker, ALERTS.name))
    took = _took(created, records)
    if not took:
        raise AssertionError("no alert of any planted crowd")
    ranked = sorted(took)
    show(
        {
            "part": "pipeline latency",
            "broker": here.name,
            "posts_per_s": RATE,
            "crowds": len(created),
            "alerts": len(took),
            "p50_s": round(statistics.median(ranked), 2),
            "p99_s": round(ranked[min(len(ranked) - 1, int(0.99 * len(ranked)))], 2),
            "least_s": round(ranked[0], 2),
            "most_s": round(ranked[-1], 2),
            "packing_s": AnonymizerSettings().batch_ms / 1000,
            "checkpoints_s": DetectorSettings().flush_seconds,
        }
        | machine()
    )


async def _pace(here: Rig, config: Configuration, crowds: int, settle_s: float) -> dict[str, int]:
    """Posts at an even pace, and a crowd a second, each in another town. Returns when each began, by gemeente."""
    topics, created = terms(config), {}
    towns = sorted(town.name for town in config.gazetteer.gemeenten.values() if " " not in town.name)
    background, numbers = texts(), count()
    began, sent = time.time(), 0
    ends = began + settle_s + crowds
    async with AcknowledgedProducer(here.broker, "benchmark", linger_ms=2) as producer:

        async def say(said: tuple[str, str, str]) -> int:
            now_ms = time.time_ns() // 1_000_000
            post = raw(next(numbers), said, now_ms)
            await producer.send(POSTS_RAW.name, encode(post), key=key(post))
            return now_ms

        while (now := time.time()) < ends + settle_s:
            due = int((now - began) * RATE)
            for _ in range(due - sent):
                await say(next(background))
            sent = due
            if len(created) < min(crowds, now - began - settle_s):
                town = towns[len(created) * 7 % len(towns)]
                topic = topics[len(created) % len(topics)]
                at = [await say((f"{topic} in {town}", f"{town}-{one}", "bluesky")) for one in range(CROWD)]
                created[town] = at[0]
                sent += CROWD
            await asyncio.sleep(0.02)
        await producer.flush()
    return created


def _took(created: dict[str, int], records: list[ConsumerRecord]) -> list[float]:
    """Seconds from the first post of each crowd to the first record of an alert of its town."""
    decoder: Decoder[Alert] = Decoder(Alert)
    first: dict[str, int] = {}
    for record in records:
        if record.value is not None and (town := decoder.decode(record.value).place.gemeente) is not None:
            first[town] = min(first.get(town, record.timestamp), record.timestamp)
    return [(first[town] - at) / 1000 for town, at in created.items() if town in first]


def main() -> None:
    parts: dict[str, Any] = {"throughput": throughput, "latency": latency}
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("parts", nargs="+", choices=parts)
    arguments.add_argument("--short", action="store_true")
    options = arguments.parse_args()
    os.chdir(REPOSITORY)
    for part in options.parts:
        parts[part](short=options.short)


if __name__ == "__main__":
    main()

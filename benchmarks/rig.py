"""What the benchmarks of the detector share: a broker, posts on it, a worker that is watched from outside."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from aiokafka.admin import AIOKafkaAdminClient

import configuration
from benchmarks.detector_posts import Workload, batches
from broker.embedded import embedded_broker
from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from configuration import Configuration
from contracts.codec import encode
from contracts.topics import POSTS_ANONYMOUS, SERIES_DELTAS, Topic
from runtime.compiled import is_compiled
from services.detector import detection
from services.detector.state import SeriesState
from tests.brokers.apache_kafka import apache_kafka, jars
from tests.brokers.groups import progress_of
from tests.brokers.maven import Unavailable
from tests.brokers.records import read_topic
from tests.brokers.services import RunningService
from tests.detector.changelog import states_in

PATIENCE_S = 900
LOOK_EACH_S = 0.25
"""A worker answers each look at its metrics with a millisecond or three of its own time."""
TICKS = os.sysconf("SC_CLK_TCK")
REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    name: str
    broker: BrokerSettings
    directory: Path


@contextlib.contextmanager
def rig(directory: Path, *, gather_ms: int = 0) -> Iterator[Rig]:
    """Apache Kafka where Java and Maven are, else the embedded broker; all topics exist and are empty.

    ``gather_ms``: as `tests.brokers.apache_kafka.apache_kafka` has it.
    """
    try:
        jars()
        name, run = "Apache Kafka", partial(apache_kafka, gather_ms=gather_ms)
    except Unavailable:
        name, run = "embedded", partial(embedded_broker)
    with run(directory / "broker") as address:
        settings = BrokerSettings(bootstrap_servers=address)
        asyncio.run(ensure_topics(settings))
        yield Rig(name=name, broker=settings, directory=directory)


def whole() -> Configuration:
    return configuration.load(REPOSITORY / "config")


def machine() -> dict[str, Any]:
    """For the record: a figure without its machine and its load says little."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "compiled": is_compiled(detection),
        "load": round(os.getloadavg()[0], 1),
    }


def renew(rig: Rig, topics: Iterable[Topic]) -> None:
    """Empty topics: deleted, and made anew once they are gone."""

    async def delete() -> None:
        admin = AIOKafkaAdminClient(**rig.broker.client())
        await admin.start()
        try:
            names = {topic.name for topic in topics}
            await admin.delete_topics(sorted(names))
            while names & set(await admin.list_topics()):  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.1)
        finally:
            await admin.close()

    asyncio.run(delete())
    asyncio.run(ensure_topics(rig.broker))


def send(broker: BrokerSettings, topic: str, records: Iterable[tuple[int, bytes]]) -> None:
    """Records as (partition, value)."""

    async def produce() -> None:
        async with AcknowledgedProducer(broker, "benchmark") as producer:
            for partition, value in records:
                await producer.send(topic, value, partition=partition)
            await producer.flush()

    asyncio.run(produce())


def send_posts(rig: Rig, workload: Workload, config: Configuration) -> None:
    made = batches(workload, config)
    send(rig.broker, POSTS_ANONYMOUS.name, ((batch.partition % rig.broker.partitions, encode(batch)) for batch in made))


def cpu_seconds(pid: int) -> float:
    """Of a process and the children it waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


async def _deltas_of_all(broker: BrokerSettings, group: str, each: Callable[[], object]) -> int:
    """How many records `series.deltas` holds once the group has committed all of `posts.anonymous`; ``each``: what is
    done while it is waited for."""
    async with progress_of(group, broker) as progress:
        posts = await progress.ends(POSTS_ANONYMOUS)
        each()
        while await progress.behind(posts):
            await asyncio.sleep(LOOK_EACH_S)
            each()
        return sum((await progress.ends(SERIES_DELTAS)).values())


@dataclass(slots=True)
class Watch:
    """Progress of some workers, read from their metrics."""

    workers: list[RunningService]

    def total(self, metric: str) -> float:
        found = 0.0
        for worker in self.workers:
            with contextlib.suppress(httpx.HTTPError):
                found += worker.metrics().get(metric, 0.0)
        return found

    def cpu(self) -> float:
        return sum(cpu_seconds(worker.process.pid) for worker in self.workers)

    def until(self, posts: int, here: Rig, group: str) -> dict[str, float]:
        """From the first post to the last delta that is taken; wall and processor seconds between them.

        The broker says how many deltas there are, once all posts are committed: nothing is committed before what it
        leads to was sent. Metrics alone would do as long as a worker has the time to renew them.
        """
        folded, taken = "seinpost_detector_posts_total", 'seinpost_detector_records_total{topic="series.deltas"}'
        deadline = time.monotonic() + PATIENCE_S
        while not (first := self.total(folded)):
            self._check(deadline)
            time.sleep(0.02)
        began, spent = time.perf_counter(), self.cpu()
        while self.total(folded) < posts:
            self._check(deadline)
            time.sleep(LOOK_EACH_S)
        looks: list[tuple[float, float, float]] = []

        def look() -> None:
            self._check(deadline)
            at, cpu = time.perf_counter(), self.cpu()
            looks.append((self.total(taken), at, cpu))

        deltas = asyncio.run(_deltas_of_all(here.broker, group, look))
        while looks[-1][0] < deltas:
            time.sleep(LOOK_EACH_S)
            look()
        _, ended, cpu = next(look for look in looks if look[0] >= deltas)
        return {"posts": posts - first, "seconds": ended - began, "cpu_seconds": cpu - spent}

    def _check(self, deadline: float) -> None:
        for worker in self.workers:
            if worker.process.poll() is not None:
                raise RuntimeError(f"a worker ended with {worker.process.returncode}:\n{worker.tail()}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"no end after {PATIENCE_S} s")


def changelog_of(rig: Rig, group: str) -> tuple[dict[str, SeriesState], int]:
    """Every series as it stands in the changelog, and the bytes of all that was written there."""
    records = asyncio.run(read_topic(rig.broker, f"{group}-series-changelog"))
    return states_in(records), sum(len(record.key) + len(record.value or b"") for record in records)


def term_minutes(states: dict[str, SeriesState], minutes: Iterable[int]) -> dict[str, int]:
    """Posts per term and minute, as ``term|minute``: what peers are asked for."""
    found = {}
    for name, state in states.items():
        if name.startswith("/term:"):
            for minute in minutes:
                if count := state.counts._read(minute, minute + 1):
                    found[f"{name.removeprefix('/term:')}|{minute}"] = count
    return found


def show(result: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()

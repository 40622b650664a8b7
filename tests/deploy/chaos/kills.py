"""One run of a whole stream, with SIGKILL at seeded random moments, also of one worker while another comes back."""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from aiokafka import ConsumerRecord

from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from contracts.alert import Alert, Change
from contracts.anonymous_posts import AnonymousBatch
from contracts.codec import Decoder
from contracts.raw_post import RawRecord
from contracts.topics import ALERTS, POSTS_ANONYMOUS, POSTS_RAW
from seinpost.webhook_receiver import webhook_receiver
from services.detector.settings import DetectorSettings
from services.detector.state import SeriesState
from tests.brokers.apache_kafka import apache_kafka
from tests.brokers.records import read_topic
from tests.deploy.chaos.workers import ACKNOWLEDGED, Broker, Steady, Worker, ended, running, until

BACK_PATIENCE_S = 600.0
DOWN_TOGETHER = 2
"""So many may be down at once; the broker only alone, or nothing could be said of how long it took."""
BROKER_EVERY = 10
CHANGELOG = f"{DetectorSettings().group}-series-changelog"
A_DAY = 96
"""Quarters of an hour."""


@dataclass(frozen=True, slots=True)
class Back:
    """A kill, and how long until the process killed (or for the broker: the chain) had done work again."""

    name: str
    seconds: float
    cpu_s: float
    """Processor seconds of its own until then: what a start costs on any machine."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    alerts: dict[str, Alert]
    """Last record of each id."""
    opened: list[str]
    """``gemeente`` of each opening, replays of the same id counted once."""
    received: dict[str, str]
    """Alert id → gemeente, as the webhook got it."""
    back: list[Back]
    ended_by_themselves: int
    idle: int
    """Kills after the stream had run out: they prove less."""
    waiting: dict[str, float | None]
    """Records that services still say to wait for at the end."""
    posts_read: int
    """Different posts that the detector could read."""
    posts_repeated: int
    """Posts that ingest wrote again after a kill."""
    posts_doubled: int
    """Of those, posts that the anonymizer took for new ones."""
    counts: dict[str, dict[int, int]]
    """Posts by series and quarter of an hour (its first minute), as the detector kept them."""
    seconds: float


def run(
    directory: Path, posts: Path, *, kills: int, seed: int, speed: float, with_broker: bool, seconds_a_kill: float
) -> Outcome:
    """``kills`` 0 is the undisturbed run."""
    directory.mkdir()
    shutil.copy(posts, directory / "posts.jsonl")
    source = {"id": "proef", "kind": "file", "path": str(directory / "posts.jsonl"), "speed": speed}
    began = time.monotonic()
    with apache_kafka(directory / "kafka") as address, webhook_receiver() as received:
        broker, settings = Broker(directory / "kafka"), BrokerSettings(bootstrap_servers=address)
        asyncio.run(ensure_topics(settings))
        try:
            with running(directory, lambda _: settings, received, source) as workers:
                loop = _Kills(workers, broker, random.Random(seed), kills, seconds_a_kill, with_broker)
                loop.run()
                until(lambda: ended(workers), workers, 900, "the stream is not read to its end")
                until(Steady(workers, received), workers, 600, "it does not come to rest")
                waiting = {worker.name: worker.waiting() for worker in workers}
                gone = sum(worker.ended_by_itself for worker in workers)
                records = asyncio.run(read_topic(settings, ALERTS.name))
                posts_read, posts_repeated, posts_doubled = asyncio.run(_accounted(settings))
                counts = _counted(asyncio.run(read_topic(settings, CHANGELOG)))
        finally:
            broker.stop()
    decoder: Decoder[Alert] = Decoder(Alert)
    alerts = [decoder.decode(record.value) for record in records]
    openings = {alert.id: alert.place.gemeente or "" for alert in alerts if alert.change is Change.OPENED}
    return Outcome(
        alerts={alert.id: alert for alert in alerts},
        opened=list(openings.values()),
        received={name: openings.get(name, "") for name in received.alerts},
        back=loop.back,
        ended_by_themselves=gone,
        idle=loop.idle,
        waiting={name: number for name, number in waiting.items() if number},
        posts_read=posts_read,
        posts_repeated=posts_repeated,
        posts_doubled=posts_doubled,
        counts=counts,
        seconds=round(time.monotonic() - began, 1),
    )


class _Kills:
    def __init__(
        self,
        workers: list[Worker],
        broker: Broker,
        rng: random.Random,
        kills: int,
        seconds_a_kill: float,
        with_broker: bool,
    ) -> None:
        self._workers, self._broker, self._kills = workers, broker, kills
        self._rng, self._slot, self._with_broker = rng, seconds_a_kill, with_broker
        self._down: dict[str, tuple[Worker | None, float, float]] = {}
        """Who (None: the broker), since when by a clock that only runs, and by that of the wall."""
        self._turns: list[Worker] = []
        self._number = 0
        self.back: list[Back] = []
        self.idle = 0

    def run(self) -> None:
        began = time.monotonic()
        due = 0.0
        while self._number < self._kills or self._down:
            for worker in self._workers:
                worker.revive()
            for name in list(self._down):
                self._look(name)
            if self._number < self._kills and time.monotonic() - began >= due and self._may_kill():
                self._kill()
                due = max(time.monotonic() - began, self._number * self._slot) + self._rng.uniform(0, 0.8 * self._slot)
            time.sleep(0.5)

    def _turn_of_broker(self) -> bool:
        return self._with_broker and self._number % BROKER_EVERY == BROKER_EVERY - 3

    def _may_kill(self) -> bool:
        together = 1 if self._turn_of_broker() or "broker" in self._down else DOWN_TOGETHER
        return len(self._down) < together

    def _kill(self) -> None:
        if self._turn_of_broker():
            self._broker.kill_and_start()
            self._down["broker"] = (None, time.monotonic(), time.time())
        else:
            victim = self._next()
            victim.kill()
            self._down[victim.name] = (victim, time.monotonic(), time.time())
        self._number += 1

    def _next(self) -> Worker:
        """In an order of chance, but each as often as the others."""
        if not any(worker.name not in self._down for worker in self._turns):
            self._turns += self._rng.sample(self._workers, len(self._workers))
        return self._turns.pop(next(at for at, one in enumerate(self._turns) if one.name not in self._down))

    def _look(self, name: str) -> None:
        """Back: it has done its own work again (or the stream is over, and it is ready)."""
        victim, since, killed_at = self._down[name]
        seconds = time.monotonic() - since
        if seconds > BACK_PATIENCE_S:
            until(lambda: False, self._workers, 0, f"{name} is not back at work")
        ingest = self._workers[-1].metrics()
        over = ingest.get("ended", 0) == 1
        if victim is None:
            back = over or ingest.get(ACKNOWLEDGED, 0) > killed_at
        else:
            back = victim.working() or (over and victim.ready())
        if back:
            del self._down[name]
            cpu = victim.metrics().get("process_cpu_seconds_total", 0.0) if victim else 0.0
            self.back.append(Back(name, round(seconds, 1), round(cpu, 1)))
            self.idle += over
            sys.stderr.write(f"kill {len(self.back)}/{self._kills}: {name} back at work in {seconds:.1f} s\n")


def _counted(records: list[ConsumerRecord]) -> dict[str, dict[int, int]]:
    """Of the changelog: the last of each series. A worker writes what it counted some seconds later."""
    kept = {record.key.decode().partition("/")[2]: record.value for record in records}
    states = {name: SeriesState.from_bytes(value) for name, value in kept.items() if value is not None}
    now = max(state.counts.head for state in states.values())
    return {
        name: {start: seen for start, seen, _ in state.counts.points(now, A_DAY, 15) if seen}
        for name, state in states.items()
    }


async def _accounted(settings: BrokerSettings) -> tuple[int, int, int]:
    """Follows every post from posts.raw to posts.anonymous by partition and offset."""
    raw: Decoder[RawRecord] = Decoder(RawRecord)
    anonymous: Decoder[AnonymousBatch] = Decoder(AnonymousBatch)
    written = {
        (record.partition, record.offset): raw.decode(record.value).id
        for record in await read_topic(settings, POSTS_RAW.name)
    }
    passed = {
        (record.partition, post.offset)
        for record in await read_topic(settings, POSTS_ANONYMOUS.name)
        for post in anonymous.decode(record.value).posts
    }
    ids, read = list(written.values()), {written[place] for place in passed}
    return len(read), len(ids) - len(set(ids)), len(passed) - len(read)

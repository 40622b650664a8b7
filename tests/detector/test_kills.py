"""Two workers, killed at chance moments: every series ends as in a run nobody disturbed.

    window of a round  [..................................................]
    killed at            10 %               50 %                  90 %      while posts keep coming

Three rounds of one kill here; ``make test-kills ROUNDS=30`` is the long proof: thirty rounds of all three.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import os
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.alert import Alert
from contracts.anonymous_posts import AnonymousBatch, partition_for
from contracts.codec import encode
from contracts.topics import POSTS_ANONYMOUS, SERIES_DELTAS
from services.detector.pipeline import Pipeline
from services.detector.state import SeriesState
from tests.brokers.groups import progress_of
from tests.brokers.records import read_topic
from tests.brokers.services import RunningService, wait_until_ready
from tests.conftest import StartService
from tests.detector.changelog import states_in
from tests.detector.posts import MONDAY_NOON, TOWNS, batches, chatter, crowd, last, whole
from tests.detector.test_service import alerts_in, renumbered

# The embedded broker never evicts a member that was killed, so this is for Apache Kafka.
pytestmark = [pytest.mark.broker, pytest.mark.kafka]

T = MONDAY_NOON
GROUP = "killed"
ROUNDS = int(os.environ.get("SEINPOST_KILL_ROUNDS", "3"))
LONG = "SEINPOST_KILL_ROUNDS" in os.environ
SEED = int(os.environ.get("SEINPOST_KILL_SEED", "1"))
MOMENTS = (0.1, 0.5, 0.9)
QUIET, WINDOW = 60, 60
"""Minutes of a round: before the crowds come, and of the crowds."""
PATIENCE_S = 120
SETTINGS = {
    "SEINPOST_DETECTOR__GROUP": GROUP,
    "SEINPOST_DETECTOR__FLUSH_SECONDS": "0.2",
    "SEINPOST_DETECTOR__STATE_SECONDS": "1",
    "SEINPOST_DETECTOR__SESSION_TIMEOUT_SECONDS": "6",
    "SEINPOST_DETECTOR__REBALANCE_TIMEOUT_SECONDS": "8",
    # An hour of event time passes here in a second or two: a worker that is held up must not pass for silent.
    "SEINPOST_DETECTOR__IDLE_SECONDS": "6",
}


def round_of(number: int) -> list[list[AnonymousBatch]]:
    """Records of one round by raw partition: talk all the time, crowds at three towns in the window."""
    start = T + number * (QUIET + WINDOW)
    posts = chatter(start, QUIET + WINDOW, seed=number)
    for what, size in (("rellen", 100), ("plunderen", 40), ("blokkade", 12)):
        for town in TOWNS:
            posts += crowd(start + QUIET, f"{what} in {town} verschrikkelijk", size, minutes=WINDOW)
    posts += crowd(start + QUIET, "kom_allemaal morgen 20:00 naar Coolsingel rellen", 20, minutes=WINDOW)
    return renumbered(batches(posts, 4, size=8), (number + 1) * 1_000_000)


async def produce(
    broker: BrokerSettings, records: list[list[AnonymousBatch]], moments: list[float], kill: Iterator[None]
) -> None:
    """Send a round at an even pace; take a step of ``kill`` at each moment of the window."""
    in_time = sorted(
        ((batch.posts[0].minute, raw, batch) for raw, mine in enumerate(records) for batch in mine),
        key=lambda one: (one[0], one[1]),
    )
    start = in_time[0][0] + QUIET
    waiting = [start + int(moment * WINDOW) for moment in moments]
    async with AcknowledgedProducer(broker, "test") as producer:
        for minute, raw, batch in in_time:
            while waiting and minute >= waiting[0]:
                waiting.pop(0)
                await producer.flush()
                await asyncio.to_thread(next, kill)
            await producer.send(POSTS_ANONYMOUS.name, encode(batch), partition=partition_for(raw, broker.partitions))
            await asyncio.sleep(0.01)
        await producer.flush()


async def wait_until_taken(broker: BrokerSettings) -> None:
    """All posts are folded and committed, then all deltas of them: whatever was counted is in the changelog."""
    async with progress_of(GROUP, broker) as progress:
        for topic in (POSTS_ANONYMOUS, SERIES_DELTAS):
            ends = await progress.ends(topic)
            deadline = time.monotonic() + PATIENCE_S
            while behind := await progress.behind(ends):
                assert time.monotonic() < deadline, f"not committed after {PATIENCE_S} s: {behind}"
                await asyncio.sleep(0.2)


def settled_states(broker: BrokerSettings) -> dict[str, SeriesState]:
    """Once the partitions have said they idle, no minute waits for another partition any more."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = states_in(asyncio.run(read_topic(broker, f"{GROUP}-series-changelog")))
        if not any(state.kept.ahead for state in found.values()):
            return found
        assert time.monotonic() < deadline, f"minutes still wait after {PATIENCE_S} s"
        time.sleep(0.5)


def figures(state: SeriesState, now: int) -> dict[str, Any]:
    """Everything counted of one series, whatever the order in which partitions were read."""
    counts, kept = state.counts, state.kept
    hashes, minutes, registers = counts._authors.to_parts()
    figures = {
        "minutes": [seen for _, seen, _ in counts.points(now, 120, 1)],
        "hours": [seen for _, seen, _ in counts.points(now, 150, 60)],
        "authors": (hashes, minutes, registers),
        "sources": counts._source_mix(now - 119, now + 1, 10**6).keys(),
        "posts": (kept.named, kept.unnamed),
        "callers": kept.callers,
        "words": {word: (entry.posts, len(entry.users)) for word, entry in kept.words.items()},
        "places": {key: entry.posts for key, entry in kept.places.items()},
    }
    counts.advance(now + 180)
    return figures | {"baseline": counts._baseline.values.tobytes()}


class Undisturbed:
    """The same records through the detector in this process."""

    def __init__(self) -> None:
        self._pipeline = Pipeline(whole(), partitions=4)
        self._offsets = [itertools.count() for _ in range(4)]
        self.alerts: dict[str, Alert] = {}

    def take(self, records: list[list[AnonymousBatch]]) -> None:
        for raw, mine in enumerate(records):
            for batch in mine:
                self._pipeline.add(batch, raw, next(self._offsets[raw]))
        for source in range(4):
            self._note(self._pipeline.flush(source))
        self._note(self._pipeline.finish())

    def _note(self, alerts: list[Alert]) -> None:
        self.alerts |= last(alerts)

    @property
    def states(self) -> dict[str, SeriesState]:
        return {
            name: SeriesState.from_bytes(store[name].to_bytes()) for store in self._pipeline.series for name in store
        }


@dataclasses.dataclass
class Workers:
    """Two workers, of which now and then one is killed and another takes its place."""

    start: StartService
    rng: random.Random
    running: list[RunningService] = dataclasses.field(default_factory=list)

    def begin(self) -> None:
        self.running = [self.start("detector", SETTINGS, wait_ready=number == 1) for number in range(2)]

    def kills(self) -> Iterator[None]:
        while True:
            time.sleep(self.rng.random() * 0.5)
            self.running.pop(self.rng.randrange(2)).kill()
            self.running.append(self.start("detector", SETTINGS, wait_ready=False))
            yield

    def end(self) -> None:
        for worker in self.running:
            # One that took another's place just now may not listen to signals yet.
            wait_until_ready(worker)
        for worker in self.running:
            assert worker.stop() == 0, worker.tail()


@pytest.mark.timeout(180 + ROUNDS * 120)
def test_no_series_is_changed_by_kills(broker: BrokerSettings, start_service: StartService) -> None:
    undisturbed, workers = Undisturbed(), Workers(start_service, random.Random(SEED))
    workers.begin()
    kill = workers.kills()
    for number in range(ROUNDS):
        records = round_of(number)
        undisturbed.take(records)
        moments = list(MOMENTS) if LONG else [MOMENTS[number % 3]]
        asyncio.run(produce(broker, records, moments, kill))
        if LONG or number == ROUNDS - 1:
            asyncio.run(wait_until_taken(broker))
            now = T + (number + 1) * (QUIET + WINDOW)
            live = {name: figures(state, now) for name, state in settled_states(broker).items()}
            expected = {name: figures(state, now) for name, state in undisturbed.states.items()}
            assert live.keys() == expected.keys()
            differing = [name for name, found in live.items() if found != expected[name]]
            assert not differing, f"round {number + 1}: {_differences(live, expected, differing[0])}"
            assert len(expected) > 10
    assert last(alerts_in(broker)).keys() == undisturbed.alerts.keys()
    workers.end()


def _differences(live: dict[str, Any], expected: dict[str, Any], name: str) -> dict[str, Any]:
    pairs = {key: (live[name][key], wanted) for key, wanted in expected[name].items() if live[name][key] != wanted}
    return {name: pairs}

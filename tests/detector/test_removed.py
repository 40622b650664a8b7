"""A session of an exercise that is removed leaves nothing in the detector: no value and no alert."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.alert import Alert
from contracts.anonymous_posts import AnonymousBatch
from contracts.codec import Decoder, encode
from contracts.exercise_removed import ExerciseRemoved, key
from contracts.topics import ALERTS, EXERCISES_REMOVED
from services.detector.pipeline import Pipeline
from services.detector.removed import Removed
from tests.brokers.records import read_topic
from tests.conftest import StartService
from tests.detector.posts import MONDAY_NOON, batches, chatter, crowd, whole
from tests.detector.test_service import send

SESSION, WORLD = "oef-1", "oefening.oef-1"
GROUP = "removed"
TABLES = ("folded", "series", "clocks", "worlds", "episodes")
ALERT: Decoder[Alert] = Decoder(Alert)


def removed(*sessions: str) -> Removed:
    found = Removed()
    for session in sessions:
        found.take(ExerciseRemoved(session=session, removed_ms=0))
    return found


def happening(exercise: str | None, partitions: int = 2) -> list[list[AnonymousBatch]]:
    posts = [*chatter(MONDAY_NOON, 90), *crowd(MONDAY_NOON + 60, "rellen in Rotterdam verschrikkelijk", 80)]
    return batches(posts, partitions, exercise=exercise)


def test_only_the_session_that_was_told_and_never_real_life() -> None:
    gone = removed(SESSION)
    assert gone.holds(WORLD)
    assert gone.holds(SESSION)
    assert not any(gone.holds(world) for world in (None, "", "real", "oefening", "oefening.oef-12", "oef-1.b"))
    before = gone.version
    gone.take(ExerciseRemoved(session=SESSION, removed_ms=9))
    assert gone.version == before, "told again is nothing new"


def test_every_stage_forgets_and_the_rest_stays_as_it_was() -> None:
    pipeline, worlds = Pipeline(whole(), partitions=2), (None, WORLD, "oefening.oef-2")
    told: list[Alert] = []
    for world in worlds:
        for source, mine in enumerate(happening(world)):
            for offset, batch in enumerate(mine):
                pipeline.add(batch, source, offset)
                told += pipeline.flush(source)
    told += pipeline.finish()
    of_session = {alert.id for alert in told if alert.exercise == WORLD}
    assert of_session
    assert {alert.exercise for alert in told} == set(worlds)

    def held() -> dict[str, bytes]:
        found = {f"series {name}": state.to_bytes() for store in pipeline.series for name, state in store.items()}
        found |= {f"clock {name}": encode(clock) for store in pipeline.clocks for name, clock in store.items()}
        found |= {f"world {name}": encode(world) for name, world in pipeline.worlds.items()}
        found |= {f"episode {name}": encode(one) for name, one in pipeline.open_episodes.items()}
        return found | {f"folded {name}": b"" for fold in pipeline.folds for name in fold.folded}

    before, gone = held(), removed(SESSION).holds
    assert any(WORLD in name for name in before)
    for fold in pipeline.folds:
        fold.forget(gone)
    for detection in pipeline.detections:
        detection.forget(gone)
    assert set(pipeline._episodes.forget(gone)) == of_session
    assert held() == {name: value for name, value in before.items() if WORLD not in name}
    worlds_told = {record.exercise for sent in pipeline.folds[0].flush(idle=True).values() for record in sent}
    assert worlds_told == {None, "oefening.oef-2"}, "time goes on without it"


@pytest.mark.broker
@pytest.mark.timeout(480)
def test_the_service_forgets_it_for_good(broker: BrokerSettings, start_service: StartService) -> None:
    own = {"SEINPOST_DETECTOR__GROUP": GROUP, "SEINPOST_DETECTOR__STATE_SECONDS": "1"}
    service = start_service("detector", own)
    send(broker, happening(None, 4))
    send(broker, happening(WORLD, 4))
    until(lambda: {None, WORLD} <= {alert.exercise for alert in alerts(broker)})
    until(lambda: any(WORLD in name for name in last(broker, f"{GROUP}-series-changelog")))

    async def remove() -> None:
        record = ExerciseRemoved(session=SESSION, removed_ms=0)
        async with AcknowledgedProducer(broker, "test") as producer:
            await producer.send(EXERCISES_REMOVED.name, encode(record), key=key(record))
            await producer.flush()

    asyncio.run(remove())
    until(lambda: kept(broker) == [])
    assert {alert.exercise for alert in alerts(broker)} == {None}
    assert any(":/" in name and value for name, value in last(broker, f"{GROUP}-series-changelog").items())
    # What still comes of it, and a worker that begins anew, bring nothing back.
    assert service.stop() == 0
    send(broker, happening(WORLD, 4))
    service = start_service("detector", own)
    until(lambda: service.metrics().get('seinpost_detector_lag_records{topic="posts.anonymous"}') == 0)
    assert service.stop() == 0
    assert kept(broker) == []


def kept(broker: BrokerSettings) -> list[str]:
    """What there still is of the session, in state and in alerts."""
    found = [
        f"{table} {name}"
        for table in TABLES
        for name, value in last(broker, f"{GROUP}-{table}-changelog").items()
        if WORLD in name and value is not None
    ]
    return found + [f"alert {alert.id}" for alert in alerts(broker) if alert.exercise == WORLD]


def alerts(broker: BrokerSettings) -> list[Alert]:
    return [ALERT.decode(value) for value in last(broker, ALERTS.name).values() if value is not None]


def last(broker: BrokerSettings, topic: str) -> dict[str, bytes | None]:
    """As compaction leaves it."""
    return {record.key.decode(): record.value for record in asyncio.run(read_topic(broker, topic))}


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 180
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in three minutes"
        time.sleep(0.3)

"""The service as operators run it, on a real broker: posts.anonymous in, alerts out, nothing counted twice."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence

import pytest

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.alert import Alert, Change
from contracts.anonymous_posts import AnonymousBatch, AnonymousPost, partition_for
from contracts.codec import MAX_RECORD_BYTES, Decoder, encode
from contracts.topics import ALERTS, DEAD_LETTERS, POSTS_ANONYMOUS
from seinpost.backtest import line_of
from services.detector.faust_app import MAX_FETCH_BYTES
from tests.brokers.records import read_topic
from tests.compiled import ASKED
from tests.conftest import StartService
from tests.detector.posts import MONDAY_NOON, batches, chatter, crowd, last, replay, whole

pytestmark = pytest.mark.broker

T = MONDAY_NOON
ALERT: Decoder[Alert] = Decoder(Alert)
PATIENCE_S = 120
LATER = 30
"""Minutes of chatter after a happening, so that its minutes are complete."""


def send(broker: BrokerSettings, records: Sequence[Sequence[AnonymousBatch | bytes]]) -> None:
    async def produce() -> None:
        async with AcknowledgedProducer(broker, "test") as producer:
            for raw, mine in enumerate(records):
                for record in mine:
                    value = record if isinstance(record, bytes) else encode(record)
                    await producer.send(POSTS_ANONYMOUS.name, value, partition=partition_for(raw, broker.partitions))
            await producer.flush()

    asyncio.run(produce())


def alerts_in(broker: BrokerSettings) -> list[Alert]:
    return [ALERT.decode(record.value) for record in asyncio.run(read_topic(broker, ALERTS.name))]


def wait_for(broker: BrokerSettings, enough: Callable[[list[Alert]], bool]) -> list[Alert]:
    deadline = time.monotonic() + PATIENCE_S
    while not enough(alerts := alerts_in(broker)):
        seen = [(alert.change.value, alert.observation.observed) for alert in alerts]
        assert time.monotonic() < deadline, f"after {PATIENCE_S} s only {seen}"
        time.sleep(0.3)
    return alerts


def renumbered(records: list[list[AnonymousBatch]], start: int) -> list[list[AnonymousBatch]]:
    return [
        [
            AnonymousBatch(
                partition=batch.partition,
                posts=tuple(
                    AnonymousPost(
                        offset=one.offset + start,
                        minute=one.minute,
                        source=one.source,
                        tokens=one.tokens,
                        author=one.author,
                    )
                    for one in batch.posts
                ),
            )
            for batch in mine
        ]
        for mine in records
    ]


def test_a_record_larger_than_a_fetch_is_taken(broker: BrokerSettings, start_service: StartService) -> None:
    wide = [
        AnonymousPost(offset=number, minute=T, source="rss", tokens=("gewoon",) * 100, author=f"{number:016x}")
        for number in range(1_000)
    ]
    record = encode(AnonymousBatch(partition=0, posts=tuple(wide)))
    assert MAX_FETCH_BYTES < len(record) < MAX_RECORD_BYTES
    after = AnonymousBatch(partition=0, posts=(AnonymousPost(offset=1_000, minute=T, source="rss", tokens=("en",)),))
    send(broker, [[record, after]])
    service = start_service("detector")
    deadline = time.monotonic() + PATIENCE_S
    while service.metrics()["seinpost_detector_posts_total"] != 1_001:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    assert service.metrics()["seinpost_detector_compiled"] == ASKED
    assert service.stop() == 0


@pytest.mark.timeout(480)
def test_from_posts_to_alerts_through_stops_and_replays(broker: BrokerSettings, start_service: StartService) -> None:
    first = batches([*chatter(T, 600), *crowd(T + 500, "rellen in Rotterdam verschrikkelijk", 40)], 4)
    second = renumbered(
        batches([*chatter(T + 600, 60 + LATER), *crowd(T + 600, "rellen in Rotterdam verschrikkelijk", 200)], 4),
        100_000,
    )
    both = [[*a, *b] for a, b in zip(first, second, strict=True)]
    expected = last(replay(whole(), both))
    poisoned: list[list[AnonymousBatch | bytes]] = [list(mine) for mine in first]
    poisoned[1][3:3] = [b'{"contract":"anonymous-batch.v9"}', b"\x00\xff", b'{"a":' * 2_000]
    send(broker, poisoned)
    # However impatient: a partition is only passed by when nothing waits in it.
    impatient = {"SEINPOST_DETECTOR__IDLE_SECONDS": "0.05"}
    service = start_service("detector", impatient)
    alerts = wait_for(broker, bool)
    assert alerts[0].change is Change.OPENED
    assert alerts[0].place.gemeente == "Rotterdam"
    # A stop in the middle: what was counted is kept, what was not is read.
    assert service.stop() == 0
    send(broker, second)
    service = start_service("detector", impatient)
    told = [line_of(alert) for alert in expected.values()]
    # Not only until it is as large: what is told may still change after that.
    wait_for(broker, lambda found: [line_of(alert) for alert in last(found).values()] == told)
    metrics = service.metrics()
    assert metrics["seinpost_detector_posts_total"] == sum(len(batch.posts) for mine in second for batch in mine)
    letters = [json.loads(record.value) for record in asyncio.run(read_topic(broker, DEAD_LETTERS.name))]
    assert sorted(letter["reason"] for letter in letters) == ["invalid_json", "invalid_utf8", "unknown_version"]
    assert {(letter["topic"], letter["partition"]) for letter in letters} == {(POSTS_ANONYMOUS.name, 1)}
    assert [line_of(alert) for alert in last(alerts_in(broker)).values()] == told
    assert service.stop() == 0
    # Another group reads everything again, from nothing: the same ids, and no figure is doubled.
    before = len(alerts_in(broker))
    service = start_service("detector", {"SEINPOST_DETECTOR__GROUP": "again"} | impatient)
    wait_for(broker, lambda found: [line_of(alert) for alert in last(found[before:]).values()] == told)

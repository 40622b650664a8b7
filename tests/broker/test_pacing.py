"""An idle consumer asks seldom, and still hears of a record at once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest

from broker import follower as follower_module
from broker.consumer import FETCH_MAX_WAIT_MS, BatchConsumer
from broker.follower import Follower
from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.topics import ALERTS, SOURCE_HEALTH

pytestmark = pytest.mark.broker


@contextlib.contextmanager
def fetches_of(consumer: Any) -> Iterator[list[float]]:
    """When it asked for records."""
    asked: list[float] = []
    client = consumer._client
    send = client.send

    async def counted(node_id: object, request: object, **options: object) -> object:
        if type(request).__name__ == "FetchRequest":
            asked.append(time.monotonic())
        return await send(node_id, request, **options)

    client.send = counted
    yield asked
    client.send = send


async def test_an_idle_consumer_asks_about_twenty_times_a_second(broker: BrokerSettings) -> None:
    async with BatchConsumer(broker, topics=[ALERTS.name], group="idle", client_id="idle") as consumer:
        await consumer.batch(max_records=10, timeout_ms=2_000)  # join the group
        with fetches_of(consumer._consumer) as asked:
            await asyncio.sleep(1)
        assert len(asked) <= 2 * 1000 / FETCH_MAX_WAIT_MS


async def test_one_who_follows_an_idle_topic_asks_a_few_times_a_second(broker: BrokerSettings) -> None:
    async with Follower(broker, SOURCE_HEALTH, client_id="idle") as follower:
        with fetches_of(follower._consumer) as asked:
            waiting = asyncio.create_task(anext(follower.records()))
            await asyncio.sleep(2)
        assert 0 < len(asked) <= 2 * 2000 / follower_module.FETCH_MAX_WAIT_MS
        async with AcknowledgedProducer(broker, "test") as producer:
            await producer.send(SOURCE_HEALTH.name, b"{}", key=b"a")
            await producer.flush()
        assert (await asyncio.wait_for(waiting, 30)).value == b"{}"


async def test_a_record_is_heard_of_soon(broker: BrokerSettings) -> None:
    async with (
        BatchConsumer(broker, topics=[ALERTS.name], group="soon", client_id="soon") as consumer,
        AcknowledgedProducer(broker, "test") as producer,
    ):
        while not consumer._consumer.assignment():
            await consumer.batch(max_records=10, timeout_ms=100)
        waits = []
        for _ in range(5):
            await producer.send(ALERTS.name, b"{}", key=b"a")
            await producer.flush()
            sent = time.monotonic()
            while not await consumer.batch(max_records=10, timeout_ms=1_000):
                assert time.monotonic() - sent < 10
            waits.append(time.monotonic() - sent)
        assert min(waits) < 1

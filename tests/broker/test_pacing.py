"""An idle consumer asks seldom, and still hears of a record at once."""

from __future__ import annotations

import asyncio
import time

import pytest

from broker.consumer import FETCH_MAX_WAIT_MS, BatchConsumer
from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.topics import ALERTS

pytestmark = pytest.mark.broker


async def test_an_idle_consumer_asks_about_twenty_times_a_second(broker: BrokerSettings) -> None:
    async with BatchConsumer(broker, topics=[ALERTS.name], group="idle", client_id="idle") as consumer:
        await consumer.batch(max_records=10, timeout_ms=2_000)  # join the group
        asked = 0
        client = consumer._consumer._client
        send = client.send

        async def counted(node_id: object, request: object, **options: object) -> object:
            nonlocal asked
            asked += type(request).__name__ == "FetchRequest"
            return await send(node_id, request, **options)

        client.send = counted
        await asyncio.sleep(1)
        assert asked <= 2 * 1000 / FETCH_MAX_WAIT_MS


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

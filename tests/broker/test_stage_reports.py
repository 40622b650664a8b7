"""A worker says what it works on: seldom, all topics of its stage, and without ending when nobody hears it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from broker.embedded import embedded_broker
from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from broker.stage_reports import StageReports
from broker.topics import ensure_topics
from contracts.codec import Decoder
from contracts.stage_health import Input, Stage, StageHealth
from contracts.topics import SERIES_DELTAS, SIGNALS, STAGE_HEALTH
from tests.brokers.records import read_topic

pytestmark = pytest.mark.broker


async def test_it_speaks_at_once_then_not_again_for_a_while(broker: BrokerSettings) -> None:
    async with AcknowledgedProducer(broker, "test") as producer:
        reports = StageReports(producer, Stage.DETECTOR, {SERIES_DELTAS: 4, SIGNALS: 1})
        for _ in range(3):
            await reports.tell({SERIES_DELTAS.name: {2, 0}, "a table": {1}})
    (record,) = await read_topic(broker, STAGE_HEALTH.name)
    found = Decoder(StageHealth).decode(record.value)
    assert (record.key, found.stage) == (b"detector", Stage.DETECTOR)
    assert found.inputs == (
        Input(topic="series.deltas", of=4, partitions=(0, 2)),
        Input(topic="signals", of=1),
    )


@pytest.mark.embedded
async def test_a_broker_that_is_gone_keeps_nobody_from_working(tmp_path: Path) -> None:
    with embedded_broker(tmp_path) as address:
        settings = BrokerSettings(bootstrap_servers=address)
        await ensure_topics(settings)
        producer = AcknowledgedProducer(settings, "test")
        await producer.__aenter__()
        await producer.mention(STAGE_HEALTH.name, b"{}", key=b"detector")
    began_s = time.monotonic()
    await producer.mention(STAGE_HEALTH.name, b"{}", key=b"detector")
    await producer.flush()
    assert (time.monotonic() - began_s < 2, producer.waiting_s) == (True, 0.0)
    await producer.__aexit__(None, None, None)

"""What a service says of itself: each replica for itself, again and again while it is so."""

from __future__ import annotations

import asyncio

import pytest

from broker.notices import Notices
from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.codec import Decoder
from contracts.notice import About, Notice, key
from contracts.topics import NOTICES
from tests.brokers.records import read_topic

pytestmark = pytest.mark.broker


async def told(broker: BrokerSettings) -> list[Notice]:
    decoder = Decoder(Notice)
    found = []
    for record in await read_topic(broker, NOTICES.name):
        found.append(decoder.decode(record.value))
        assert record.key == key(found[-1])
    return found


async def test_replicas_have_keys_of_their_own_and_repeat_what_is_active(broker: BrokerSettings) -> None:
    async with AcknowledgedProducer(broker, "test") as producer:
        bad = Notices(producer, "detector", replica="detector-0", repeat_s=0.01)
        good = Notices(producer, "detector", replica="detector-1", repeat_s=0.01)
        await bad.tell(About.CONFIGURATION, active=True, count=1)
        await good.tell(About.CONFIGURATION, active=False)
        async with asyncio.timeout(120):
            found = await told(broker)
            while sum(notice.active for notice in found) < 3:
                found = await told(broker)
        await bad.tell(About.CONFIGURATION, active=False)
    assert len({key(notice) for notice in found}) == 2
    repeated = [notice for notice in found if notice.active]
    assert len({notice.since_ms for notice in repeated}) == 1
    assert repeated[-1].at_ms > repeated[0].at_ms
    assert not any(b"detector-0" in key(notice) for notice in found)

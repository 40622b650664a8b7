"""What goes wrong between Faust and the group is mended: records it dropped are read, offsets refused are told again.

posts.anonymous  [ 0 1 2 3 ]            nothing committed, the position of the client is behind the last
                          ^ client      nothing comes any more: it must be sought
posts.anonymous  [ 0 1 2 3 ] 4          the first that comes is not the first that stands there
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from faust.types import TP

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.anonymous_posts import AnonymousBatch
from contracts.codec import encode
from contracts.topics import POSTS_ANONYMOUS, SERIES_DELTAS
from services.detector.application import Application
from services.detector.coverage import SourceCoverage
from services.detector.settings import DetectorSettings
from tests.detector.posts import MONDAY_NOON, batches, crowd, whole

pytestmark = pytest.mark.broker

PATIENCE_S = 90.0


@contextlib.asynccontextmanager
async def worker(broker: BrokerSettings, group: str, directory: Path) -> AsyncIterator[Application]:
    """A worker in this process, so that its client can be put where Faust would leave it."""
    settings = DetectorSettings(group=group, data_dir=directory, flush_seconds=0.1, state_seconds=0.2)
    async with AcknowledgedProducer(broker, "detector") as producer:
        application = Application(settings, broker, whole(), producer, SourceCoverage())
        starting = asyncio.create_task(application.faust.start())
        try:
            yield application
        finally:
            await asyncio.wait_for(application.faust.stop(), 30)
            await starting


async def send(broker: BrokerSettings, records: list[AnonymousBatch], partition: int) -> None:
    async with AcknowledgedProducer(broker, "test") as producer:
        for record in records:
            await producer.send(POSTS_ANONYMOUS.name, encode(record), partition=partition)
        await producer.flush()


def counted(application: Application, term: str) -> int:
    parts = [application.series.part(target) for target in range(SERIES_DELTAS.partitions)]
    return sum(state.kept.named for part in parts if (state := part.get(f"/term:{term}")) is not None)


@pytest.mark.parametrize(
    ("term", "partition", "after"),
    [("rellen", 0, 0), ("plunderen", 1, 1)],
    ids=["nothing comes after", "another comes after"],
)
async def test_what_was_dropped_before_the_first_commit_is_sought(
    broker: BrokerSettings, tmp_path: Path, term: str, partition: int, after: int
) -> None:
    posts = crowd(MONDAY_NOON, f"{term} in Utrecht verschrikkelijk", 40)
    records = batches(posts, partition + 1, size=8)[partition]
    expected = sum(len(record.posts) for record in records)
    dropped = len(records) - after
    place = TP(POSTS_ANONYMOUS.name, partition)
    async with asyncio.timeout(PATIENCE_S), worker(broker, f"dropped-{after}", tmp_path) as application:
        while application.faust.rebalancing or not application.faust.tables.actives_ready:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        consumer = application.faust.consumer
        consumer.pause_partitions({place})
        await send(broker, records[:dropped], partition)
        await consumer.seek(place, dropped)
        consumer.resume_partitions({place})
        await send(broker, records[dropped:], partition)
        while counted(application, term) < expected:
            await application.tick()
            await asyncio.sleep(0.1)
        assert counted(application, term) == expected


async def test_a_commit_that_a_rebalance_refused_is_made_again(
    broker: BrokerSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = batches(crowd(MONDAY_NOON, "blokkade in Utrecht verschrikkelijk", 40), 3, size=8)[2]
    place = TopicPartition(POSTS_ANONYMOUS.name, 2)
    admin = AIOKafkaAdminClient(**broker.client())
    await admin.start()
    try:
        async with asyncio.timeout(PATIENCE_S), worker(broker, "refused", tmp_path) as application:
            while application.faust.rebalancing or not application.faust.tables.actives_ready:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            consumer, refused = application.faust.consumer, []
            commit = consumer._commit

            async def refusing(offsets: dict[TP, int]) -> bool:
                if TP(*place) in offsets and len(refused) < 2:
                    refused.append(offsets)
                    return False
                taken: bool = await commit(offsets)
                return taken

            monkeypatch.setattr(consumer, "_commit", refusing)
            await send(broker, records, 2)
            # Nothing more comes: only what is told again can reach the group.
            while (
                kept := (await admin.list_consumer_group_offsets("refused", partitions=[place]))[place].offset
            ) < len(records):
                await application.tick()
                await asyncio.sleep(0.1)
            assert (kept, len(refused)) == (len(records), 2)
    finally:
        await admin.close()

"""How far a group of consumers is, as the broker says it: metrics are as old as their last look."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from broker.settings import BrokerSettings
from broker.topics import partitions_of
from contracts.topics import Topic


@dataclass(frozen=True, slots=True)
class Progress:
    group: str
    broker: BrokerSettings
    admin: AIOKafkaAdminClient
    consumer: AIOKafkaConsumer

    async def ends(self, topic: Topic) -> dict[TopicPartition, int]:
        """Offset of the next record to be written, by partition."""
        partitions = [TopicPartition(topic.name, number) for number in range(partitions_of(topic, self.broker))]
        ends: dict[TopicPartition, int] = await self.consumer.end_offsets(partitions)
        return ends

    async def behind(self, ends: dict[TopicPartition, int]) -> dict[TopicPartition, tuple[int, int]]:
        """End and committed offset of each partition that the group has not committed up to its end."""
        kept = await self.admin.list_consumer_group_offsets(self.group, partitions=list(ends))
        return {one: (end, kept[one].offset) for one, end in ends.items() if end and kept[one].offset < end}


@contextlib.asynccontextmanager
async def progress_of(group: str, broker: BrokerSettings) -> AsyncIterator[Progress]:
    admin = AIOKafkaAdminClient(**broker.client())
    consumer = AIOKafkaConsumer(**broker.client())
    await admin.start()
    await consumer.start()
    try:
        yield Progress(group, broker, admin, consumer)
    finally:
        await consumer.stop()
        await admin.close()

"""A small topic of one partition, read whole and then followed: what every worker must know, without a group."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from broker.pacing import pace_empty_fetches
from broker.settings import BrokerSettings
from contracts.topics import Topic

FETCH_MAX_WAIT_MS = 500
"""What is followed beside the work itself need not come at once."""


class Follower:
    """Use as an async context manager, then iterate ``records``."""

    def __init__(self, settings: BrokerSettings, topic: Topic, *, client_id: str) -> None:
        self._partition = TopicPartition(topic.name, 0)
        self._consumer = AIOKafkaConsumer(
            **settings.client(),
            group_id=None,
            auto_offset_reset="earliest",
            client_id=client_id,
            fetch_max_wait_ms=FETCH_MAX_WAIT_MS,
        )
        pace_empty_fetches(self._consumer, FETCH_MAX_WAIT_MS / 1000)

    async def __aenter__(self) -> Follower:
        await self._consumer.start()
        self._consumer.assign([self._partition])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def records(self) -> AsyncIterator[ConsumerRecord]:
        """From the first, without end."""
        async for record in self._consumer:
            yield record

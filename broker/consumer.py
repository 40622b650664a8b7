"""A `getmany` loop: read a batch, handle it, make sure of its effects, only then commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, RebalanceInProgressError

from broker.pacing import pace_empty_fetches
from broker.settings import BrokerSettings

FETCH_MAX_WAIT_MS = 50
Records = dict[TopicPartition, list[ConsumerRecord]]


class BatchConsumer:
    """Consumer of one group, offsets committed by hand. Use as an async context manager.

    At least once: after a crash the records since the last commit are read again, so handlers are idempotent.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        *,
        topics: Collection[str],
        group: str,
        client_id: str,
        on_assigned: Callable[[set[TopicPartition]], None] | None = None,
        on_revoked: Callable[[set[TopicPartition]], Awaitable[None]] | None = None,
    ) -> None:
        self._topics = list(topics)
        self._listener = _Listener(on_assigned, on_revoked)
        self._consumer = AIOKafkaConsumer(
            **settings.client(),
            group_id=group,
            client_id=client_id,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            # An idle topic on the same node otherwise stalls every fetch for this long.
            fetch_max_wait_ms=FETCH_MAX_WAIT_MS,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=3_000,
            # A handler slower than this loses its partitions; batches are sized to take well under a second.
            max_poll_interval_ms=60_000,
        )
        pace_empty_fetches(self._consumer, FETCH_MAX_WAIT_MS / 1000)

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        self._consumer.subscribe(self._topics, listener=self._listener)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def batch(self, *, max_records: int, timeout_ms: int) -> Records:
        """Up to ``max_records`` records, or none after ``timeout_ms``. Offset order within a partition.

        Partitions take turns with equal shares: left to itself the client empties one partition after the other, and a
        backlog would come out hours of event time apart.
        """
        assigned = sorted(self._consumer.assignment())
        share = max(1, max_records // max(1, len(assigned)))
        records: Records = {}
        for partition in assigned:
            records |= await self._consumer.getmany(partition, max_records=share, timeout_ms=0)
        if not records:
            records = await self._consumer.getmany(max_records=share, timeout_ms=timeout_ms)
        return records

    async def commit(self, offsets: dict[TopicPartition, int]) -> bool:
        """Commit the next offset to read of each partition. False when a rebalance took it away: not ours any more."""
        try:
            await self._consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError, RebalanceInProgressError):
            return False
        return True

    async def lag(self) -> dict[TopicPartition, int]:
        """Records behind the end of each assigned partition, as far as the last fetch knows."""
        behind = {}
        for partition in self._consumer.assignment():
            end = self._consumer.highwater(partition)
            if end is not None:
                behind[partition] = max(0, end - await self._consumer.position(partition))
        return behind

    def assignment(self) -> set[TopicPartition]:
        assigned: set[TopicPartition] = self._consumer.assignment()
        return assigned


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(
        self,
        assigned: Callable[[set[TopicPartition]], None] | None,
        revoked: Callable[[set[TopicPartition]], Awaitable[None]] | None,
    ) -> None:
        self._assigned = assigned
        self._revoked = revoked

    async def on_partitions_revoked(self, revoked: Any) -> None:
        if self._revoked is not None:
            await self._revoked(set(revoked))

    async def on_partitions_assigned(self, assigned: Any) -> None:
        if self._assigned is not None:
            self._assigned(set(assigned))
        await asyncio.sleep(0)

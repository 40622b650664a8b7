"""A `getmany` loop: read a batch, handle it, make sure of its effects, only then commit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, RebalanceInProgressError

from broker.pacing import pace_empty_fetches
from broker.settings import BrokerSettings

FETCH_MAX_WAIT_MS = 50
ASK_S = 5.0
"""Longest wait for the place of a partition; a reader that hangs would be taken for dead."""
Records = dict[TopicPartition, list[ConsumerRecord]]


class BatchConsumer:
    """Consumer of one group, offsets committed by hand. Use as an async context manager.

    At least once: after a crash the records since the last commit are read again, so handlers are idempotent. A handler
    that must remember more than that asks for the ``look_back`` records before them too, and calls `rewind`.
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
        look_back: int | None = None,
    ) -> None:
        self._topics = list(topics)
        self._look_back = look_back or 0
        self.generation = 0
        """Rises when partitions are given to us: what was read before comes again."""
        self._fresh: set[TopicPartition] = set()
        """Partitions that were not rewound since they were given to us."""
        self._new_from: dict[TopicPartition, int] = {}
        self._done: dict[TopicPartition, int] = {}
        """Next offset of each partition, as handed to `commit` since it was given to us."""

        def assigned(partitions: set[TopicPartition]) -> None:
            self.generation += 1
            self._fresh = set() if look_back is None else set(partitions)
            self._new_from.clear()
            self._done.clear()
            if on_assigned is not None:
                on_assigned(partitions)

        self._listener = _Listener(assigned, on_revoked)
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
        for partition in self._fresh & records.keys():  # given to us while we waited; they come again after the rewind
            del records[partition]
        return records

    async def rewind(self, *, everything: bool = False) -> None:
        """Go back ``look_back`` records in each partition that is new to us, or in all of them.

        What is read again comes before what is new, which begins at `new_from`: at what was committed last, whatever
        was read since. A broker that does not say where that is, is asked again at the next call; until then `batch`
        gives nothing of that partition.
        """
        if everything:
            for partition in self._consumer.assignment() - self._fresh:
                # Not asked of the broker: one with no answer at that moment would make everything it keeps new again.
                self._go_back(partition, self._done.get(partition, self.new_from(partition)))
        for partition in list(self._fresh):
            try:
                async with asyncio.timeout(ASK_S):
                    place = await self._consumer.committed(partition)
                    if place is None:
                        found = await self._consumer.beginning_offsets([partition])
                        place = found[partition]
            except TimeoutError:
                continue
            self._go_back(partition, place)

    def _go_back(self, partition: TopicPartition, place: int) -> None:
        with contextlib.suppress(IllegalStateError):  # taken away meanwhile
            # Before the oldest record that is still kept the client begins with that one.
            self._consumer.seek(partition, max(0, place - self._look_back))
            self._new_from[partition] = place
            self._fresh.discard(partition)

    def new_from(self, partition: TopicPartition) -> int:
        """Offset below which records were committed before and are read again."""
        return self._new_from.get(partition, 0)

    async def commit(self, offsets: dict[TopicPartition, int]) -> bool:
        """Commit the next offset to read of each partition. False when a rebalance took it away: not ours any more."""
        self._done |= offsets
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
                place = max(await self._consumer.position(partition), self.new_from(partition))
                behind[partition] = max(0, end - place)
        return behind

    def assignment(self) -> set[TopicPartition]:
        assigned: set[TopicPartition] = self._consumer.assignment()
        return assigned


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(
        self,
        assigned: Callable[[set[TopicPartition]], None],
        revoked: Callable[[set[TopicPartition]], Awaitable[None]] | None,
    ) -> None:
        self._assigned = assigned
        self._revoked = revoked

    async def on_partitions_revoked(self, revoked: Any) -> None:
        if self._revoked is not None:
            await self._revoked(set(revoked))

    async def on_partitions_assigned(self, assigned: Any) -> None:
        self._assigned(set(assigned))
        await asyncio.sleep(0)

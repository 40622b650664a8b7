"""A producer that never loses silently: every record is acknowledged, or the caller learns that it was not."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from broker.settings import BrokerSettings

MAX_IN_FLIGHT = 5_000
"""Records sent but not acknowledged. At this many `send` waits: a slow broker slows the source, memory stays flat."""

BATCH_BYTES = 256_000
"""Of `AcknowledgedProducer.send_all`; a record that is larger travels alone."""
STOP_PATIENCE_S = 2.0
"""How long stopping waits for records that nobody flushed."""


class AcknowledgedProducer:
    """Sends with ``acks=all`` and idempotence. Use as an async context manager.

    `send` queues a record and returns; `flush` returns when all queued records are acknowledged and raises the first
    failure. Commit a cursor or an offset only after `flush`.
    """

    def __init__(self, settings: BrokerSettings, client_id: str, *, linger_ms: int = 5) -> None:
        self._producer = AIOKafkaProducer(
            **settings.client(),
            client_id=client_id,
            acks="all",
            enable_idempotence=True,
            linger_ms=linger_ms,
            max_batch_size=BATCH_BYTES,
            max_request_size=2_000_000,
        )
        self._followed: set[str] = set()
        self._slots = asyncio.Semaphore(MAX_IN_FLIGHT)
        self._pending: set[asyncio.Future[object]] = set()
        self._failure: BaseException | None = None
        self._waiting_since = 0.0

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Flushing is the caller's affair; here a broker that is gone must not keep the process from stopping.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_PATIENCE_S):
                await self._producer.stop()

    async def send(
        self,
        topic: str,
        value: bytes | None,
        *,
        key: bytes | None = None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
    ) -> None:
        """Queue one record; waits while `MAX_IN_FLIGHT` are unacknowledged. Raises an earlier failure."""
        self._follow(topic)
        await self._queue(self._producer.send, topic, value, key=key, partition=partition, timestamp_ms=timestamp_ms)

    async def send_all(self, topic: str, records: Iterable[tuple[bytes, bytes | None]], *, partition: int) -> None:
        """`send` of many keys and values to one partition, in this order; a tenth of the work."""
        batch = self._producer.create_batch()
        for key, value in records:
            if batch.append(key=key, value=value, timestamp=None) is None:
                await self._send_batch(batch, topic, partition)
                batch = self._producer.create_batch()
                batch.append(key=key, value=value, timestamp=None)
        if batch.record_count():
            await self._send_batch(batch, topic, partition)

    async def mention(self, topic: str, value: bytes, *, key: bytes) -> None:
        """Queue one record that may be lost: it is not flushed, and its failure is nobody's. Who says something again
        and again must not end because a broker did not hear it once."""
        self._follow(topic)
        with contextlib.suppress(KafkaError):
            (await self._producer.send(topic, value, key=key)).add_done_callback(_heard)

    def _follow(self, topic: str) -> None:
        """Have the client ask for this topic whenever it asks what the cluster holds.

        At its start it asks for all topics, and from the first that was not there yet for those alone that it had to
        add: the others it forgets, and what waits to be sent to them expires (`NotLeaderForPartitionError`).
        """
        if topic not in self._followed:
            self._followed.add(topic)
            self._producer.client.add_topic(topic)

    async def _send_batch(self, batch: Any, topic: str, partition: int) -> None:
        self._follow(topic)
        batch.close()
        await self._queue(self._producer.send_batch, batch, topic, partition=partition)

    async def _queue(self, send: Callable[..., Awaitable[asyncio.Future[Any]]], *what: Any, **where: Any) -> None:
        self._raise_failure()
        await self._slots.acquire()
        try:
            future = await send(*what, **where)
        except BaseException:
            self._slots.release()
            raise
        if not self._pending:
            self._waiting_since = time.monotonic()
        self._pending.add(future)
        future.add_done_callback(self._acknowledged)

    async def flush(self) -> None:
        """Wait until everything queued is acknowledged. Raises the first failure."""
        if self._pending:
            await asyncio.wait(set(self._pending))
        self._raise_failure()

    @property
    def waiting_s(self) -> float:
        """How long nothing was acknowledged although something is due; 0 when nothing is."""
        return time.monotonic() - self._waiting_since if self._pending else 0.0

    async def partitions(self, topic: str) -> int:
        return len(await self._producer.partitions_for(topic))

    def _acknowledged(self, future: asyncio.Future[object]) -> None:
        self._pending.discard(future)
        self._waiting_since = time.monotonic()
        self._slots.release()
        if not future.cancelled() and (error := future.exception()) is not None and self._failure is None:
            self._failure = error

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure


def _heard(mentioned: asyncio.Future[object]) -> None:
    """Asked for its failure, so that nothing complains of one that nobody asked for."""
    if not mentioned.cancelled():
        mentioned.exception()

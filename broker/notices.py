"""Tells the operator, through the notifier, what a service wants known of itself; and when it is over."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import time
from collections.abc import Sequence

from aiokafka.errors import KafkaError
from msgspec.structs import replace

from broker.producer import AcknowledgedProducer
from contracts.codec import encode
from contracts.notice import About, Notice, key
from contracts.topics import NOTICES
from runtime.logs import log

MOST_PLACES = 5
REPEAT_S = 60.0
"""Well within `contracts.notice.FORGOTTEN_MS`."""


class Notices:
    """One per process. Say at start that all is well: what an earlier process of this name told may be over.

    A replica speaks for itself alone: that all is well here does not take back what another one told.
    """

    def __init__(
        self, producer: AcknowledgedProducer, service: str, *, replica: str | None = None, repeat_s: float = REPEAT_S
    ) -> None:
        """``replica``: the name of the host unless told otherwise; only a hash of it is sent."""
        self._producer = producer
        self._service = service
        name = socket.gethostname() if replica is None else replica
        self._replica = hashlib.blake2b(name.encode(), digest_size=5).hexdigest()
        self._repeat_s = repeat_s
        self._told: dict[About, Notice] = {}
        self._repeating: asyncio.Task[None] | None = None

    async def tell(
        self, about: About, *, active: bool, count: int = 0, places: Sequence[str] = (), version: str = ""
    ) -> None:
        """Acknowledged when this returns. Raises what the producer raises. What is active is repeated until over."""
        now_ms = time.time_ns() // 1_000_000
        before = self._told.get(about)
        notice = Notice(
            service=self._service,
            about=about,
            active=active,
            since_ms=before.since_ms if before is not None and before.active == active else now_ms,
            at_ms=now_ms,
            count=count,
            places=tuple(places[:MOST_PLACES]),
            version=version,
            replica=self._replica,
        )
        self._told[about] = notice
        await self._send(notice)
        if active and self._repeating is None:
            self._repeating = asyncio.create_task(self._repeat())

    async def _send(self, notice: Notice) -> None:
        await self._producer.send(NOTICES.name, encode(notice), key=key(notice))
        await self._producer.flush()

    async def _repeat(self) -> None:
        while any(notice.active for notice in self._told.values()):
            await asyncio.sleep(self._repeat_s)
            for about in list(self._told):
                notice = self._told[about]
                if notice.active:
                    self._told[about] = replace(notice, at_ms=time.time_ns() // 1_000_000)
                    try:
                        await self._send(self._told[about])
                    except KafkaError as error:
                        log().warning("notice not repeated", reason=type(error).__name__)
        self._repeating = None

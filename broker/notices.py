"""Tells the operator, through the notifier, what a service wants known of itself; and when it is over."""

from __future__ import annotations

import time
from collections.abc import Sequence

from broker.producer import AcknowledgedProducer
from contracts.codec import encode
from contracts.notice import About, Notice, key
from contracts.topics import NOTICES

MOST_PLACES = 5


class Notices:
    """One per process. Say at start that all is well: what an earlier process told may be over."""

    def __init__(self, producer: AcknowledgedProducer, service: str) -> None:
        self._producer = producer
        self._service = service
        self._since: dict[About, tuple[bool, int]] = {}

    async def tell(
        self, about: About, *, active: bool, count: int = 0, places: Sequence[str] = (), version: str = ""
    ) -> None:
        """Acknowledged when this returns. Raises what the producer raises."""
        now_ms = time.time_ns() // 1_000_000
        before, since_ms = self._since.get(about, (not active, now_ms))
        if before != active:
            since_ms = now_ms
        self._since[about] = (active, since_ms)
        notice = Notice(
            service=self._service,
            about=about,
            active=active,
            since_ms=since_ms,
            at_ms=now_ms,
            count=count,
            places=tuple(places[:MOST_PLACES]),
            version=version,
        )
        await self._producer.send(NOTICES.name, encode(notice), key=key(notice))
        await self._producer.flush()

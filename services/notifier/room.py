"""What the pages and the API work with. Built in `__main__`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request

from configuration.whole import Configuration
from services.notifier.access.actor import Actor
from services.notifier.delivery.body import Bodies
from services.notifier.delivery.receiver import Receiver
from services.notifier.delivery.trial import Trials
from services.notifier.settings import Settings
from services.notifier.store import audit
from services.notifier.store.database import Database
from services.notifier.stream import Stream

READ_AGAIN_MS = 10 * 60_000
"""Reading the same alert again within this time is one reading in the audit log: pages refresh themselves."""


SHARED_S = 0.3
"""How old a shared page may be. A console asks 0.4 s after an event, so what it gets always holds that event."""


@dataclass(slots=True)
class Rendered:
    """Pages that several consoles share for a moment. Dropped whenever an operator of this process does something."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    generation: int = 0
    _pages: dict[tuple[object, ...], tuple[float, str]] = field(default_factory=dict)

    def get(self, key: tuple[object, ...]) -> str | None:
        made, html = self._pages.get(key, (0.0, ""))
        return html if time.monotonic() - made < SHARED_S else None

    def put(self, key: tuple[object, ...], html: str, generation: int) -> str:
        """``generation`` as it was before rendering: what an action overtook is not shared."""
        if generation != self.generation:
            return html
        fresh = {known: page for known, page in self._pages.items() if time.monotonic() - page[0] < SHARED_S}
        self._pages = fresh | {key: (time.monotonic(), html)}
        return html

    def drop(self) -> None:
        self.generation += 1
        self._pages = {}


@dataclass(slots=True, kw_only=True)
class Room:
    database: Database
    stream: Stream
    configuration: Configuration
    settings: Settings
    receivers: dict[str, Receiver]
    now_ms: Callable[[], int]
    rendered: Rendered = field(default_factory=Rendered)
    trials: Trials = field(init=False)
    _read: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = self.settings.notifier
        self.trials = Trials(
            database=self.database,
            receivers=self.receivers,
            bodies=Bodies.of(self.configuration, own.cap_sender),
            timeout_s=own.request_timeout_s,
            now_ms=self.now_ms,
        )

    def acted(self) -> None:
        """An operator did something: everybody sees it at once."""
        self.rendered.drop()
        self.stream.wake.set()

    async def audit_reading(self, actor: Actor, object_id: str, region: str | None) -> None:
        """``region``: of the alert."""
        now = self.now_ms()
        known = (actor.name, object_id)
        if now - self._read.get(known, -READ_AGAIN_MS) < READ_AGAIN_MS:
            return
        async with self.database.writing() as connection:
            await audit.append(
                connection,
                at_ms=now,
                actor=actor.name,
                action="read",
                object_id=object_id,
                result="done",
                origin=actor.origin,
                region=region,
            )
        self._read = {name: at for name, at in self._read.items() if now - at < READ_AGAIN_MS} | {known: now}

    async def audit_missing(self, actor: Actor, alert_id: str) -> None:
        """Somebody asked for an alert that is not there, or not within reach: the two look the same from outside."""
        async with self.database.writing() as connection:
            await audit.append(
                connection,
                at_ms=self.now_ms(),
                actor=actor.name,
                action="read",
                object_id=alert_id,
                result="unknown",
                origin=actor.origin,
                region=actor.home,
            )


def room(request: Request) -> Room:
    """The room of the application that serves this request."""
    found: Room = request.app.state.room
    return found


def actor(request: Request) -> Actor:
    """Who does this: set by `services.notifier.security`, which refuses requests without one."""
    found: Actor = request.scope["seinpost.actor"]
    return found

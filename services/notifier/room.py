"""What the pages and the API work with. Built in `__main__`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request

from configuration.whole import Configuration
from services.notifier.delivery.webhook import Receiver
from services.notifier.handling import Actor
from services.notifier.settings import Settings
from services.notifier.store import audit
from services.notifier.store.database import Database
from services.notifier.stream import Stream

READ_AGAIN_MS = 10 * 60_000
"""Reading the same alert again within this time is one reading in the audit log: pages refresh themselves."""


@dataclass(slots=True, kw_only=True)
class Room:
    database: Database
    stream: Stream
    configuration: Configuration
    settings: Settings
    receivers: dict[str, Receiver]
    now_ms: Callable[[], int]
    _read: dict[tuple[str, str], int] = field(default_factory=dict)

    async def audit_reading(self, actor: Actor, object_id: str) -> None:
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
            )
        self._read = {name: at for name, at in self._read.items() if now - at < READ_AGAIN_MS} | {known: now}


def room(request: Request) -> Room:
    """The room of the application that serves this request."""
    found: Room = request.app.state.room
    return found


def actor(request: Request) -> Actor:
    """Who does this: set by `services.notifier.security`, which refuses requests without one."""
    found: Actor = request.scope["seinpost.actor"]
    return found

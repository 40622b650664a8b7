"""Ends with its mandate what the picture and themes hold: within a second, whichever replica sees it first."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from configuration.mandates import Cover, Mandate, cover
from runtime.logs import log
from services.notifier.rounds import ORIGIN, SYSTEM
from services.notifier.store import audit, picture, themes
from services.notifier.store.database import Database

EVERY_S = 0.5
AFTER_MS = 10_000
"""So long after a change each look removes again: a transaction that began before it may end after it."""


@dataclass(slots=True, kw_only=True)
class Mandated:
    database: Database
    mandates: Callable[[], tuple[Mandate, ...]]
    """Those of the configuration in force."""
    now_ms: Callable[[], int]
    _cover: Cover | None = None
    _before: Cover | None = None
    """In force before the last change; what is in force when that is not known."""
    _changed_ms: int = 0
    _done: bool = False

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.look()
            except (SQLAlchemyError, OSError) as error:
                log().error("mandates_unavailable", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)

    async def look(self) -> int:
        """Removes what mandates do not let be held, when they changed, began or ended a moment ago. Returns how many
        blocks went."""
        now_ms = self.now_ms()
        allowed = cover_at(self.mandates(), now_ms)
        if allowed != self._cover:
            self._before, self._cover = self._cover or allowed, allowed
            self._changed_ms, self._done = now_ms, False
        if self._done or self._before is None:
            return 0
        async with self.database.writing() as connection:
            dropped = {
                "the picture": await picture.drop_uncovered(connection, allowed, self._before),
                "themes": await themes.drop_uncovered(connection, allowed, self._before),
            }
            for what, gone in dropped.items():
                if gone:
                    await audit.append(
                        connection,
                        at_ms=now_ms,
                        actor=SYSTEM,
                        action="mandate-ended",
                        object_id=f"{gone} blocks of {what}",
                        result="done",
                        origin=ORIGIN,
                        region=None,
                    )
        self._done = now_ms >= self._changed_ms + AFTER_MS
        return sum(dropped.values())


def cover_at(mandates: tuple[Mandate, ...], now_ms: int) -> Cover:
    return cover(mandates, datetime.datetime.fromtimestamp(now_ms / 1000, datetime.UTC))

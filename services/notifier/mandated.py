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


@dataclass(slots=True, kw_only=True)
class Mandated:
    database: Database
    mandates: Callable[[], tuple[Mandate, ...]]
    """Those of the configuration in force."""
    now_ms: Callable[[], int]
    _done: tuple[tuple[Mandate, ...], Cover] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.look()
            except (SQLAlchemyError, OSError) as error:
                log().error("mandates_unavailable", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)

    async def look(self) -> int:
        """Removes what no mandate covers, when mandates changed, began or ended since the last look. Returns how many
        blocks went."""
        mandates, now = self.mandates(), datetime.datetime.fromtimestamp(self.now_ms() / 1000, datetime.UTC)
        if self._done is not None and self._done[0] == mandates:
            changes = self._done[1].changes_at
            if changes is None or now < changes:
                return 0
        allowed = cover(mandates, now)
        async with self.database.writing() as connection:
            dropped = {
                "the picture": await picture.drop_uncovered(connection, allowed),
                "themes": await themes.drop_uncovered(connection, allowed),
            }
            for what, gone in dropped.items():
                if gone:
                    await audit.append(
                        connection,
                        at_ms=self.now_ms(),
                        actor=SYSTEM,
                        action="mandate-ended",
                        object_id=f"{gone} blocks of {what}",
                        result="done",
                        origin=ORIGIN,
                        region=None,
                    )
        self._done = mandates, allowed
        return sum(dropped.values())

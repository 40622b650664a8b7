"""Notices that somebody fell silent, or speaks again. No record tells that, so each replica looks for itself."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from contracts.source_health import Reason, SourceHealth
from runtime.logs import log
from services.notifier.room import Room
from services.notifier.store import events

EVERY_S = 1.0


@dataclass(slots=True, kw_only=True)
class Lookout:
    room: Room
    _unheard: frozenset[str] = frozenset()

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.look()
            except (SQLAlchemyError, OSError) as error:
                log().error("lookout_unavailable", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)

    async def look(self) -> None:
        """Pages are fetched again when a source begins or ceases to be believed. Told twice by two replicas, it is
        looked at twice."""
        async with self.room.database.reading() as connection:
            found = {health.source: health for health in await self.room.sources(connection)}
        unheard = frozenset(name for name, health in found.items() if health.reason is Reason.UNHEARD)
        changed = [found[name] for name in sorted(unheard ^ self._unheard) if name in found]
        if changed:
            await self._tell(changed)
        self._unheard = unheard

    async def _tell(self, changed: list[SourceHealth]) -> None:
        now = self.room.now_ms()
        async with self.room.database.writing() as connection:
            for health in changed:
                data = {"source": health.source, "status": health.status.value, "reason": health.reason.value}
                await events.append(connection, events.Kind.SOURCE, health.source, data, now, region=events.FOR_ALL)
                said = "source unheard" if health.reason is Reason.UNHEARD else "source heard"
                log().warning(said, source=health.source)
        self.room.acted()

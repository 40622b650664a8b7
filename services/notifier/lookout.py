"""Notices that a source or a stage fell silent, or speaks again.

No record tells that, so each replica looks for itself.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from contracts.source_health import Reason, SourceHealth, Status
from contracts.stage_health import Stage
from runtime.logs import log
from services.notifier import metrics, stages
from services.notifier.room import Room
from services.notifier.store import events

EVERY_S = 1.0


@dataclass(slots=True, kw_only=True)
class Lookout:
    room: Room
    _unheard: dict[str, Reason] = field(default_factory=dict)
    """What no record told, by source or stage."""

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
        unheard = {name: health.reason for name, health in found.items() if _unheard(health)}
        named = sorted(unheard.keys() | self._unheard.keys())
        changed = [found[name] for name in named if name in found and unheard.get(name) != self._unheard.get(name)]
        if changed:
            await self._tell(changed)
        self._unheard = unheard
        for stage in Stage:
            metrics.STAGE_BLIND.labels(stage.value).set(stages.name(stage) in unheard)

    async def _tell(self, changed: list[SourceHealth]) -> None:
        now = self.room.now_ms()
        async with self.room.database.writing() as connection:
            for health in changed:
                data = {"source": health.source, "status": health.status.value, "reason": health.reason.value}
                await events.append(connection, events.Kind.SOURCE, health.source, data, now, region=events.FOR_ALL)
                said = "source unheard" if _unheard(health) else "source heard"
                log().warning(said, source=health.source, reason=health.reason.value)
        self.room.acted()


def _unheard(health: SourceHealth) -> bool:
    return health.reason is Reason.UNHEARD or (health.kind == stages.KIND and health.status is Status.BLIND)

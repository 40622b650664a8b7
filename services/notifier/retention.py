"""Ends what has been kept long enough. Runs by itself; the audit log stays whole and is not touched."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.logs import log
from services.notifier import metrics
from services.notifier.life import Status
from services.notifier.store.database import Database
from services.notifier.store.tables import actions, alerts, attempts, deliveries, events, revisions

EVERY_S = 3600.0
EVENTS_KEPT_MS = 7 * 86_400_000
"""A reader of the live stream may be away this long and still continue."""
DAY_MS = 86_400_000
STEP = 200
"""Alerts per transaction: the intake waits no longer than one step takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    database: Database
    alerts_days: int
    now_ms: Callable[[], int]

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.sweep()
            except (SQLAlchemyError, OSError) as error:
                log().error("retention_failed", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)

    async def sweep(self) -> int:
        """Removes alerts closed by an operator longer ago than ``alerts_days``, with all that belongs to them. Returns
        how many. An alert that still waits for an operator is never removed."""
        now, removed = self.now_ms(), 0
        async with self.database.writing_rows() as connection:
            await connection.execute(delete(events).where(events.c.at_ms < now - EVENTS_KEPT_MS))
        while True:
            async with self.database.writing_rows() as connection:
                ids = await _expired(connection, now - self.alerts_days * DAY_MS)
                if not ids:
                    return removed
                await _remove(connection, ids)
            removed += len(ids)
            metrics.REMOVED.inc(len(ids))


async def _expired(connection: AsyncConnection, before_ms: int) -> list[str]:
    query = select(alerts.c.id).where(alerts.c.status == Status.CLOSED.value, alerts.c.status_ms < before_ms)
    return list((await connection.execute(query.limit(STEP))).scalars())


async def _remove(connection: AsyncConnection, ids: list[str]) -> None:
    sent = select(deliveries.c.id).where(deliveries.c.alert.in_(ids))
    await connection.execute(delete(attempts).where(attempts.c.delivery.in_(sent)))
    for table in (deliveries, actions, revisions):
        await connection.execute(delete(table).where(table.c.alert.in_(ids)))
    await connection.execute(delete(alerts).where(alerts.c.id.in_(ids)))

"""Ends what has been kept long enough. Runs by itself every hour; the audit log stays whole and is not touched."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.alert import State
from runtime.logs import log
from services.notifier import metrics
from services.notifier.access.reach import EVERYTHING
from services.notifier.dossier.ending import delete_dossier
from services.notifier.life import Status
from services.notifier.playing.removal import expire
from services.notifier.playing.telling import named
from services.notifier.rounds import ORIGIN, SYSTEM
from services.notifier.store import audit, dossiers, exercises, housekeeping, picture, themes
from services.notifier.store.database import Database
from services.notifier.store.forgetting import forget_alerts
from services.notifier.store.tables import alerts, events, feedback, silences
from services.notifier.withholding import Held

EVERY_S = 3600.0
EVENTS_KEPT_DAYS = 7
"""A reader of the live stream may be away this long and still continue."""
DAY_MS = 86_400_000
STEP = 200
"""Alerts per transaction: the intake waits no longer than one step takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    database: Database
    alerts_days: int
    feedback_days: int = 1825
    dossier_days: int = 365
    picture_days: int = 400
    exercise_days: int = 30
    exercise_report_days: int = 1825
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
        """Removes alerts closed by an operator longer ago than ``alerts_days``, with all that belongs to them, and what
        else has had its time. Returns how many alerts.

        An alert that waits for an operator is never removed. One that was silenced, or stood under its event, until
        its happening was over, waits for nobody.
        """
        now = self.now_ms()
        before = now - self.alerts_days * DAY_MS
        # Dossiers first: they must know when an alert was closed before it goes.
        removed_dossiers = await self._remove_dossiers(now)
        removed_exercises = await self._remove_exercises(now)
        removed = await self._remove_alerts(before)
        async with self.database.writing_rows() as connection:
            old = {
                "events": delete(events).where(events.c.at_ms < now - EVENTS_KEPT_DAYS * DAY_MS),
                "silences": delete(silences).where(silences.c.ended_ms < before, ~_holding()),
                "feedback": delete(feedback).where(feedback.c.at_ms < now - self.feedback_days * DAY_MS),
            }
            gone = {name: (await connection.execute(statement)).rowcount for name, statement in old.items()}
            gone["exercise_reports"] = await exercises.expire_reports(
                connection, now - self.exercise_report_days * DAY_MS
            )
            gone["picture"] = await picture.expire(connection, now - self.picture_days * DAY_MS)
            gone["themes"] = await themes.expire(connection, now - self.picture_days * DAY_MS)
        async with self.database.writing() as connection:
            for name, number in {
                "alerts": removed,
                "dossiers": removed_dossiers,
                "exercises": removed_exercises,
                **gone,
            }.items():
                await housekeeping.note(connection, name, number, now)
            if removed:
                await audit.append(
                    connection,
                    at_ms=now,
                    actor=SYSTEM,
                    action="retention",
                    object_id=f"{removed} alerts",
                    result="done",
                    origin=ORIGIN,
                    region=None,
                )
            head = await audit.head(connection)
        if head is not None:
            # Kept elsewhere, in the log of the service: who rewrites the whole chain cannot rewrite this.
            log().info("audit_head", count=head.seq, digest=head.digest)
        return removed

    async def _remove_dossiers(self, now: int) -> int:
        async with self.database.writing() as connection:
            await dossiers.follow_alerts(connection, now)
        removed = 0
        while True:
            async with self.database.writing() as connection:
                found = await dossiers.over(connection, now - self.dossier_days * DAY_MS, STEP)
                for dossier in found:
                    await delete_dossier(connection, dossier, days=self.dossier_days, now_ms=now)
            if not found:
                return removed
            removed += len(found)

    async def _remove_exercises(self, now: int) -> int:
        """Those that ended, or were made and never ended, longer ago than ``exercise_days``; their reports stay."""
        async with self.database.reading() as connection:
            over = await exercises.over(connection, now - self.exercise_days * DAY_MS)
        for session in over:
            async with self.database.writing() as connection:
                if await exercises.find(connection, session.id, EVERYTHING) is None:
                    continue  # another replica was first
                await expire(connection, session, now)
                await audit.append(
                    connection,
                    at_ms=now,
                    actor=SYSTEM,
                    action="exercise-remove",
                    object_id=named(session.id),
                    result="done",
                    origin=ORIGIN,
                    region=session.region,
                )
        return len(over)

    async def _remove_alerts(self, before_ms: int) -> int:
        removed = 0
        while True:
            async with self.database.writing_rows() as connection:
                ids = await _expired(connection, before_ms)
                if not ids:
                    return removed
                await forget_alerts(connection, ids)
            removed += len(ids)
            metrics.REMOVED.inc(len(ids))


def _holding() -> ColumnElement[bool]:
    return select(alerts.c.id).where(alerts.c.held_by == silences.c.id).exists()


async def _expired(connection: AsyncConnection, before_ms: int) -> list[str]:
    handled = and_(alerts.c.status == Status.CLOSED.value, alerts.c.status_ms < before_ms)
    never_shown = and_(
        alerts.c.held.in_([Held.SILENCED.value, Held.INHIBITED.value]),
        alerts.c.state == State.CLOSED.value,
        alerts.c.stored_ms < before_ms,
    )
    query = select(alerts.c.id).where(or_(handled, never_shown))
    return list((await connection.execute(query.limit(STEP))).scalars())

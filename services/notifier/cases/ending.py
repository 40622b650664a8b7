"""The clock of reports: the idle end, the ended are destroyed, keys move to the newest key of the store. Every hour."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace

from sqlalchemy.exc import SQLAlchemyError

from runtime.logs import log
from services.notifier import metrics
from services.notifier.access.actor import Actor
from services.notifier.cases import store
from services.notifier.cases.desk import CaseDesk
from services.notifier.cases.progress import DAY_MS, Status
from services.notifier.cases.vault import Sealed
from services.notifier.rounds import ORIGIN, SYSTEM
from services.notifier.store import audit, housekeeping

EVERY_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    desk: CaseDesk
    idle_days: int

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.sweep()
            except (SQLAlchemyError, OSError, Sealed) as error:
                log().error("cases_unavailable", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)

    async def sweep(self) -> int:
        """How many were destroyed."""
        desk, now = self.desk, self.desk.now_ms()
        async with desk.database.writing_rows() as connection:
            for case in await store.idle(connection, touched_before_ms=now - self.idle_days * DAY_MS):
                await store.change(connection, replace(case, status=Status.CLOSED, ended_ms=now, due_ms=None))
                await self._note(case, "case-status", Status.CLOSED.value)
        destroyed = await self._destroy_again()
        # Of exercises that time removed, and what a crash or a locked store left of those that a leader removed.
        forgotten = await desk.forget_exercises(Actor(name=SYSTEM, origin=ORIGIN))
        while True:
            async with desk.database.writing_rows() as connection:
                old = await store.expired(connection, ended_before_ms=now - desk.days * DAY_MS)
                for case in old:
                    await store.destroy(connection, case.id)
                    await self._note(case, "case-delete", "deleted")
            if not old:
                break
            destroyed += len(old)
        async with desk.database.writing_rows() as connection:
            moved = await store.rewrap(connection, desk.vault)
        # Also when nothing was destroyed: an earlier one may have been kept from finishing by a reader.
        if destroyed or moved or desk.database.is_sqlite:
            await desk.database.rewrite("case_keys")
        metrics.CASES_DELETED.inc(destroyed)
        async with desk.room.writing() as connection:
            await housekeeping.note(connection, "cases", destroyed + forgotten, now)
        return destroyed + forgotten

    async def _destroy_again(self) -> int:
        """What the audit log says was destroyed, and is here: a copy was brought back, or a crash came in between."""
        desk = self.desk
        async with desk.database.reading() as connection:
            numbers = await store.numbers(connection)
        async with desk.room.reading() as connection:
            gone = await audit.happened_to(connection, "case-delete", "deleted", numbers)
        if gone:
            async with desk.database.writing_rows() as connection:
                for number in gone:
                    await store.destroy(connection, number)
            log().warning("cases_destroyed_again", count=len(gone))
        return len(gone)

    async def _note(self, case: store.PlatformCase, action: str, result: str) -> None:
        async with self.desk.room.writing() as connection:
            await audit.append(
                connection,
                at_ms=self.desk.now_ms(),
                actor=SYSTEM,
                action=action,
                object_id=case.id,
                result=result,
                origin=ORIGIN,
                region=case.region,
            )

"""What time itself does: silences that end, alerts that come back, alerts nobody saw. Once a second, by any replica.

Every decision is made and written in one transaction that takes turns over all replicas, so two of them escalate once,
and a clock that ran while all were away goes on at the start.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.logs import log
from services.notifier import escalation, metrics
from services.notifier.access.reach import EVERYTHING
from services.notifier.admission import Admission
from services.notifier.dossier.lists import Hand
from services.notifier.life import Occasion
from services.notifier.store import alerts, audit, events, held, silences
from services.notifier.store.alerts import Case, Deed
from services.notifier.store.database import Database

EVERY_S = 1.0
SYSTEM = "Seinpost"
"""Actor in history and audit log of what no person did."""
ORIGIN = "seinpost"


@dataclass(slots=True, kw_only=True)
class Rounds:
    database: Database
    admission: Admission
    done: Callable[[], None]
    """Called when something changed: wakes the live stream and the delivery worker."""
    now_ms: Callable[[], int]
    _anew: bool = True
    """The steps of escalation may be others than those by which the clocks were set."""

    def take(self, admission: Admission) -> None:
        """Go on by other alarms and receivers."""
        self.admission, self._anew = admission, True

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                if self._anew:
                    await self.restart_clocks()
                while await self.walk() and not stop.is_set():
                    self.done()
                await self._count()
            except (SQLAlchemyError, OSError) as error:
                log().error("rounds_unavailable", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)

    async def restart_clocks(self) -> None:
        self._anew = False
        try:
            async with self.database.writing() as connection:
                await held.restart_clocks(connection, self.now_ms())
        except BaseException:
            self._anew = True
            raise

    async def walk(self) -> bool:
        """One round. True when something was done, and there may be more."""
        now = self.now_ms()
        async with self.database.reading() as connection:
            if not await held.something_to_do(connection, now):
                return False
        async with self.database.writing() as connection:
            for silence in await silences.past_their_time(connection, now):
                await end_silence(connection, silence, now_ms=now, by=None, origin=ORIGIN)
            for case in await held.orphaned(connection):
                await self.admission.place_again(connection, case, now)
            for case in await held.overdue(connection, now):
                await self._escalate(connection, case, now)
        return True

    async def _escalate(self, connection: AsyncConnection, case: Case, now: int) -> None:
        alert, policy = case.alert, self.admission.alarms.escalation
        if not escalation.runs(policy, alert, case.status):
            await held.set_clock(connection, alert.id, step=case.escalation_step, due_ms=None)
            return
        reading = escalation.read(policy, since_ms=case.status_ms, taken=case.escalation_step, now_ms=now)
        await held.set_clock(connection, alert.id, step=reading.step, due_ms=reading.next_ms)
        for number, step in enumerate(reading.due, case.escalation_step + 1):
            to = ", ".join(step.receivers)
            if await held.escalated_beside(connection, case, number):
                # They know of the happening by another of its alerts, which nobody has seen either.
                to += " (al gewaarschuwd voor deze gebeurtenis)"
            else:
                await self.admission.outbox.put(
                    connection,
                    alert,
                    Occasion.ESCALATED,
                    now,
                    only=frozenset(step.receivers),
                    turn=f"step-{number}-{case.status_ms}",
                )
            deed = Deed(action="escalate", outcome=None, text=to, actor=SYSTEM, at_ms=now, role=Hand.SEINPOST.value)
            await alerts.add_deed(connection, alert.id, deed)
            region = alert.place.region
            data: dict[str, object] = {"alertId": alert.id, "status": case.status.value, "action": "escalate"}
            data |= {"step": number, "label": alert.label, "exercise": alert.exercise}
            await events.append(connection, events.Kind.STATUS, alert.id, data, now, region=region)
            await audit.append(
                connection,
                at_ms=now,
                actor=SYSTEM,
                action="escalate",
                object_id=alert.id,
                result=f"step-{number}",
                origin=ORIGIN,
                region=region,
            )
            metrics.ESCALATIONS.labels(str(number)).inc()

    async def _count(self) -> None:
        async with self.database.reading() as connection:
            for place, number in (await held.places(connection, EVERYTHING, only_open=True)).items():
                metrics.HELD.labels(place.value).set(number)


async def end_silence(
    connection: AsyncConnection, silence: silences.Silence, *, now_ms: int, by: str | None, origin: str
) -> None:
    """Ends it and says so; what it hid comes back in the next round."""
    await silences.end(connection, silence.id, now_ms=now_ms, by=by)
    region = silence.matcher.region
    data = {"silenceId": silence.id, "change": "ended", "hid": silence.hid}
    await events.append(connection, events.Kind.SILENCE, silence.id, data, now_ms, region=region or events.FOR_ALL)
    await audit.append(
        connection,
        at_ms=now_ms,
        actor=by or SYSTEM,
        action="end-silence",
        object_id=silence.id,
        result="done",
        origin=origin,
        region=region,
    )

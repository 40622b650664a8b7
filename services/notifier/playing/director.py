"""The loop that sends what is due. Every replica runs it: what one has sent, another finds sent."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.alert import Alert
from contracts.codec import Decoder
from exercises.course import due
from exercises.log import What, facts
from runtime.logs import log
from services.notifier.playing.telling import tell
from services.notifier.store import exercises
from services.notifier.store.database import Database
from services.notifier.store.exercises import Session, State
from services.notifier.store.tables import alerts

EVERY_S = 1.0
_decoder: Decoder[Alert] = Decoder(Alert)


@dataclass(frozen=True, slots=True, kw_only=True)
class Director:
    database: Database
    now_ms: Callable[[], int]
    told: Callable[[], None]
    every_s: float = EVERY_S

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.look()
            except (SQLAlchemyError, OSError) as error:
                log().error("exercises_unavailable", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self.every_s)

    async def look(self) -> int:
        """Sends what is due in every session. Returns how much."""
        async with self.database.reading() as connection:
            found = await exercises.under_way(connection)
            waiting = [session.id for session in found if await self._work(connection, session, write=False)]
        sent = 0
        for session_id in waiting:
            async with self.database.writing() as connection:
                # As it is now: the leader or another replica may have come in between.
                current = {session.id: session for session in await exercises.under_way(connection)}.get(session_id)
                sent += await self._work(connection, current, write=True) if current else 0
        if sent:
            self.told()
        return sent

    async def _work(self, connection: AsyncConnection, session: Session, *, write: bool) -> int:
        now = self.now_ms()
        lines = await exercises.lines(connection, session.id)
        told = [line for line in lines if line.what is What.ALERT]
        known = {(line.item, line.detail["phenomenon"], line.detail["gemeente"]) for line in told}
        times = Counter(line.item for line in told)
        fresh = [alert for alert in await _alerts(connection, session) if _naming(alert) not in known]
        for alert in fresh if write else ():
            await tell(
                connection, session, now, What.ALERT, item=alert.id, once=f"alert/{times[alert.id]}/{alert.id}",
                phenomenon=alert.phenomenon, gemeente=alert.place.gemeente, text=f"{alert.label}. {alert.reason}",
            )  # fmt: skip
        if fresh and write:
            lines = await exercises.lines(connection, session.id)
        running = session.state is State.RUNNING
        ready = list(due(session.drill, facts(lines), session.clock.at(now))) if running else []
        for inject in ready if write else ():
            await tell(connection, session, now, What.INJECT, item=inject.id, once=f"inject/{inject.id}")
        return len(fresh) + len(ready)


def _naming(alert: Alert) -> tuple[str, str, str | None]:
    """With another phenomenon or gemeente an alert is told again: a condition may wait for just that."""
    return alert.id, alert.phenomenon, alert.place.gemeente


async def _alerts(connection: AsyncConnection, session: Session) -> list[Alert]:
    query = select(alerts.c.record).where(exercises.of_session(alerts, session.id)).order_by(alerts.c.received_ms)
    return [_decoder.decode(record) for record in (await connection.execute(query)).scalars()]

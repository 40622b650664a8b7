"""The end of a session: it goes with all that came of it, and its report stays. Then the report may go too.

A leader does it, or time does. The audit log keeps that an exercise was held and removed, by whom and when.
"""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from exercises.report import Report, report
from runtime.logs import log
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.cases.desk import CaseDesk
from services.notifier.playing.leading import Refusal, led
from services.notifier.playing.telling import named, note
from services.notifier.room import Room
from services.notifier.store import audit, events, exercises
from services.notifier.store.exercises import Session, State
from services.notifier.store.forgetting import forget_session

REMOVED = {"alertId": None, "status": None, "action": "removed"}


async def remove(room: Room, actor: Actor, session_id: str) -> Report | Refusal:
    """Only a session that has ended."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        session = await led(connection, actor, session_id)
        if isinstance(session, Refusal):
            return session
        if session.state is not State.ENDED:
            return Refusal.STATE
        kept = await _kept(connection, session)
        await _forget(connection, session, now)
        await note(connection, actor, session, "exercise-remove", now)
    room.acted()
    await _forget_cases(room, actor)
    return kept


async def remove_report(room: Room, actor: Actor, session_id: str) -> Refusal | None:
    """Of a session that is removed."""
    async with room.database.writing() as connection:
        found = await exercises.report(connection, session_id, actor.reach(Permission.READ_EXERCISES))
        if found is None:
            return Refusal.UNKNOWN
        if not actor.reach(Permission.LEAD_EXERCISES).covers(found[1]):
            return Refusal.DENIED
        await exercises.remove_report(connection, session_id)
        await audit.append(
            connection,
            at_ms=room.now_ms(),
            actor=actor.name,
            action="exercise-remove-report",
            object_id=named(session_id),
            result="done",
            origin=actor.origin,
            region=found[1],
        )
    return None


async def expire(connection: AsyncConnection, session: Session, now_ms: int) -> None:
    """Of a session whose days are over. Must run in `Database.writing`."""
    await _kept(connection, session)
    await _forget(connection, session, now_ms)


async def _forget_cases(room: Room, actor: Actor) -> None:
    """After the transaction: a desk writes in its own database first, and then here."""
    if isinstance(room.cases, CaseDesk):
        try:
            await room.cases.forget_exercises(actor)
        except (SQLAlchemyError, OSError) as error:
            log().error("cases_unavailable", exc_info=error)  # the clock of reports takes them within the hour


async def _forget(connection: AsyncConnection, session: Session, now_ms: int) -> None:
    """Screens that show its alerts are told to look again, and not of what."""
    for region in await forget_session(connection, session.id):
        await events.append(connection, events.Kind.STATUS, "", REMOVED, now_ms, region=region)


async def _kept(connection: AsyncConnection, session: Session) -> Report:
    kept = report(session.id, session.drill, await exercises.lines(connection, session.id))
    await exercises.keep_report(connection, kept, session)
    return kept

"""Every change of a session: a line in its log and an event for the screens; and a row of the audit log."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from exercises.log import What
from services.notifier.access.actor import Actor
from services.notifier.store import audit, events, exercises
from services.notifier.store.exercises import Session


async def tell(
    connection: AsyncConnection,
    session: Session,
    now_ms: int,
    what: What,
    *,
    role: str | None = None,
    item: str = "",
    once: str | None = None,
    **detail: Any,
) -> int | None:
    """The number of the line; None: this happened already. Must run in `Database.writing`."""
    number = await exercises.append(connection, session, now_ms, what, role=role, item=item, once=once, **detail)
    if number is not None:
        await stir(connection, session, number, now_ms)
    return number


async def stir(connection: AsyncConnection, session: Session, number: int, now_ms: int) -> None:
    """Every screen of the session looks again."""
    data = {"sessionId": session.id, "number": number}
    await events.append(connection, events.Kind.EXERCISE, session.id, data, now_ms, region=session.region)


async def note(
    connection: AsyncConnection, actor: Actor, session: Session, action: str, now_ms: int, *, result: str = "done"
) -> None:
    """One row of the audit log. ``action``: at most 24 characters."""
    await audit.append(
        connection,
        at_ms=now_ms,
        actor=actor.name,
        action=action,
        object_id=named(session.id),
        result=result,
        origin=actor.origin,
        region=session.region,
    )


def named(session_id: str) -> str:
    return f"exercise {session_id}"

"""Who is signed in. The cookie itself is not kept, only its digest: a copy of the database opens no session."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.store.tables import sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    id: str
    """Public: for the list of sessions and the audit log. Opens nothing."""
    subject: str
    """`sub` of the provider."""
    name: str
    groups: tuple[str, ...]
    """Those of config/access.yaml alone; what they let do is looked up at each request."""
    origin: str
    created_ms: int
    seen_ms: int
    expires_ms: int


async def create(connection: AsyncConnection, session: Session, digest: str) -> None:
    await connection.execute(
        insert(sessions).values(
            digest=digest,
            id=session.id,
            subject=session.subject,
            name=session.name,
            groups=json.dumps(session.groups),
            origin=session.origin,
            created_ms=session.created_ms,
            seen_ms=session.seen_ms,
            expires_ms=session.expires_ms,
        )
    )


async def find(connection: AsyncConnection, digest: str, *, now_ms: int, idle_ms: int) -> Session | None:
    """None: unknown, ended, or out of time."""
    query = select(sessions).where(sessions.c.digest == digest)
    row = (await connection.execute(_living(query, now_ms, idle_ms))).first()
    return _session(row) if row else None


async def alive(connection: AsyncConnection, session_id: str, *, now_ms: int, idle_ms: int) -> Session | None:
    query = select(sessions).where(sessions.c.id == session_id)
    row = (await connection.execute(_living(query, now_ms, idle_ms))).first()
    return _session(row) if row else None


async def everyone(connection: AsyncConnection, *, now_ms: int, idle_ms: int) -> list[Session]:
    """Newest first."""
    query = _living(select(sessions), now_ms, idle_ms).order_by(sessions.c.created_ms.desc(), sessions.c.id)
    return [_session(row) for row in await connection.execute(query)]


async def touch(connection: AsyncConnection, session_id: str, now_ms: int) -> None:
    await connection.execute(update(sessions).where(sessions.c.id == session_id).values(seen_ms=now_ms))


async def end(connection: AsyncConnection, session_id: str) -> None:
    await connection.execute(delete(sessions).where(sessions.c.id == session_id))


async def sweep(connection: AsyncConnection, *, now_ms: int, idle_ms: int) -> None:
    """Forget the sessions that are out of time."""
    over = or_(sessions.c.expires_ms <= now_ms, sessions.c.seen_ms <= now_ms - idle_ms)
    await connection.execute(delete(sessions).where(over))


def _living(query: Any, now_ms: int, idle_ms: int) -> Any:
    return query.where(sessions.c.expires_ms > now_ms, sessions.c.seen_ms > now_ms - idle_ms)


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        subject=row.subject,
        name=row.name,
        groups=tuple(json.loads(row.groups)),
        origin=row.origin,
        created_ms=row.created_ms,
        seen_ms=row.seen_ms,
        expires_ms=row.expires_ms,
    )

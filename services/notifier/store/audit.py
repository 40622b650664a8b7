"""Who did what, on what, with which result, from where and when: append-only, each row sealed onto the one before.

Holds no free text. A row that is changed, removed or put in between breaks the chain at that place (see
`services.notifier.chain`); a cut or rewritten end shows only against a head kept elsewhere, which the log of the
service, the page and the API print for that reason.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.access.reach import Reach
from services.notifier.chain import GENESIS, Chain, Head, digest
from services.notifier.store.tables import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    seq: int
    at_ms: int
    actor: str
    action: str
    object: str
    result: str
    origin: str
    """Address the request came from."""
    region: str | None
    """Whose it is to read: of the alert, or of the one region that the actor works for; null: of the country."""
    previous: str
    digest: str


async def append(
    connection: AsyncConnection,
    *,
    at_ms: int,
    actor: str,
    action: str,
    object_id: str,
    result: str,
    origin: str,
    region: str | None,
) -> None:
    """Must run in `Database.writing`: one writer at a time extends the chain."""
    newest = await head(connection)
    seq, previous = (newest.seq + 1, newest.digest) if newest else (1, GENESIS)
    # PostgreSQL refuses NUL in text, and an audit row must never be the reason that an action fails.
    object_id = object_id.replace("\0", "")[:200]
    row = {"seq": seq, "at_ms": at_ms, "actor": actor, "action": action, "object": object_id}
    row |= {"result": result, "origin": origin, "region": region, "previous": previous}
    await connection.execute(insert(audit).values(**row, digest=digest(row)))


async def page(connection: AsyncConnection, reach: Reach, *, before: int | None, limit: int) -> list[Entry]:
    """Newest first; ``before``: only rows with a smaller number."""
    query = select(audit).where(reach.where(audit.c.region)).order_by(audit.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.seq < before)
    return [Entry(**row) for row in (await connection.execute(query)).mappings()]


async def happened_to(connection: AsyncConnection, action: str, result: str, objects: Sequence[str]) -> list[str]:
    """Which of these objects this was done to."""
    query = select(audit.c.object).where(audit.c.action == action, audit.c.result == result)
    return list((await connection.execute(query.where(audit.c.object.in_(objects)).distinct())).scalars())


async def rows(connection: AsyncConnection) -> AsyncIterator[dict[str, Any]]:
    """Every row as it stands, oldest first."""
    async with connection.stream(select(audit).order_by(audit.c.seq)) as found:
        async for row in found.mappings():
            yield {str(name): value for name, value in row.items()}


async def first_break(connection: AsyncConnection) -> int | None:
    """Number of the first row that does not fit the chain; None: the log is whole."""
    chain = Chain()
    async for row in rows(connection):
        for broken in chain.add(row):
            return broken.seq
    return None


async def head(connection: AsyncConnection) -> Head | None:
    """The newest row: to be kept elsewhere, so that an end cut off or rewritten shows."""
    query = select(audit.c.seq, audit.c.digest).order_by(audit.c.seq.desc()).limit(1)
    row = (await connection.execute(query)).first()
    return Head(seq=row.seq, digest=row.digest) if row else None

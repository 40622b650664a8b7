"""Who did what, on what, with which result, from where and when: append-only, each row sealed onto the one before.

Holds no free text. A row that is changed, removed or put in between breaks the chain at that place; removal of the very
last rows shows only against a copy of the newest digest, which the page and the API print for that reason.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import orjson
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.access.reach import Reach
from services.notifier.store.tables import audit

GENESIS = "0" * 64


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
    newest = (
        await connection.execute(select(audit.c.seq, audit.c.digest).order_by(audit.c.seq.desc()).limit(1))
    ).first()
    seq, previous = (newest.seq + 1, newest.digest) if newest else (1, GENESIS)
    # PostgreSQL refuses NUL in text, and an audit row must never be the reason that an action fails.
    object_id = object_id.replace("\0", "")[:200]
    row = {"seq": seq, "at_ms": at_ms, "actor": actor, "action": action, "object": object_id}
    row |= {"result": result, "origin": origin, "region": region, "previous": previous}
    await connection.execute(insert(audit).values(**row, digest=_digest(row)))


async def page(connection: AsyncConnection, reach: Reach, *, before: int | None, limit: int) -> list[Entry]:
    """Newest first; ``before``: only rows with a smaller number."""
    query = select(audit).where(reach.where(audit.c.region)).order_by(audit.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.seq < before)
    return [Entry(**row) for row in (await connection.execute(query)).mappings()]


async def first_break(connection: AsyncConnection) -> int | None:
    """Number of the first row that does not fit the chain; None: the log is whole."""
    expected, previous = 1, GENESIS
    async with connection.stream(select(audit).order_by(audit.c.seq)) as rows:
        async for row in rows.mappings():
            fields = {str(name): value for name, value in row.items() if name != "digest"}
            if row["seq"] != expected or row["previous"] != previous or row["digest"] != _digest(fields):
                return expected
            expected, previous = expected + 1, row["digest"]
    return None


def _digest(row: dict[str, object]) -> str:
    # Rows from before regions were kept have none, and the digest they had.
    row = {name: value for name, value in row.items() if name != "region" or value is not None}
    return hashlib.sha256(orjson.dumps(row, option=orjson.OPT_SORT_KEYS)).hexdigest()

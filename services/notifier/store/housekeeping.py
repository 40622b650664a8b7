"""When each kind of thing was last cleared away, and how much: shown under Instellingen."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.store.tables import housekeeping


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    name: str
    at_ms: int
    removed: int
    """In the last run."""
    removed_ever: int


async def note(connection: AsyncConnection, name: str, removed: int, now_ms: int) -> None:
    """Must run in `Database.writing`: replicas take turns."""
    counted = {"at_ms": now_ms, "removed": removed, "removed_ever": housekeeping.c.removed_ever + removed}
    known = await connection.execute(update(housekeeping).where(housekeeping.c.name == name).values(counted))
    if not known.rowcount:
        row = {"name": name, "at_ms": now_ms, "removed": removed, "removed_ever": removed}
        await connection.execute(insert(housekeeping).values(row))


async def everything(connection: AsyncConnection) -> list[Kept]:
    rows = await connection.execute(select(housekeeping).order_by(housekeeping.c.name))
    return [Kept(**row) for row in rows.mappings()]

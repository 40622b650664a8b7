"""Tests and signs of life: what was sent to a receiver without an alert, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.store.tables import trials

KEPT_MS = 30 * 86_400_000


class Kind(StrEnum):
    TEST = "test"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    id: str
    receiver: str
    kind: Kind
    actor: str | None
    """Who asked for it; absent: it was a sign of life."""
    digest: str
    at_ms: int
    outcome: str | None = None
    """Absent: under way, or the process that sent it is gone."""
    status_code: int | None = None
    duration_ms: int | None = None


async def begin(connection: AsyncConnection, trial: Trial) -> None:
    """Write it down before it is sent, and drop what is older than `KEPT_MS`."""
    await connection.execute(delete(trials).where(trials.c.at_ms < trial.at_ms - KEPT_MS))
    row = {"id": trial.id, "receiver": trial.receiver, "kind": trial.kind.value, "actor": trial.actor}
    await connection.execute(insert(trials).values(**row, digest=trial.digest, at_ms=trial.at_ms))


async def end(connection: AsyncConnection, trial: Trial) -> None:
    """Write down what came of it."""
    came = {"outcome": trial.outcome, "status_code": trial.status_code, "duration_ms": trial.duration_ms}
    await connection.execute(update(trials).where(trials.c.id == trial.id).values(came))


async def last_ms(connection: AsyncConnection, receiver: str, kind: Kind) -> int | None:
    """When the newest one of this kind was sent."""
    query = select(func.max(trials.c.at_ms)).where(trials.c.receiver == receiver, trials.c.kind == kind.value)
    found = (await connection.execute(query)).scalar_one()
    return None if found is None else int(found)


async def newest(connection: AsyncConnection) -> dict[str, Trial]:
    """The newest of each receiver."""
    latest = select(trials.c.receiver, func.max(trials.c.at_ms).label("at_ms")).group_by(trials.c.receiver).subquery()
    same = (trials.c.receiver == latest.c.receiver) & (trials.c.at_ms == latest.c.at_ms)
    rows = (await connection.execute(select(trials).join(latest, same))).mappings()
    return {row["receiver"]: Trial(**dict(row) | {"kind": Kind(row["kind"])}) for row in rows}

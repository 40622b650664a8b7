"""Dossiers and their entries: lines are added, never changed; and what is left of one whose term is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, delete, func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.access.reach import Reach
from services.notifier.dossier.record import GENESIS, Entry, of_line
from services.notifier.life import Status
from services.notifier.store.tables import alerts, dossier_deletions, dossier_entries, dossiers

_closed_now = case(
    (alerts.c.status == Status.CLOSED.value, alerts.c.status_ms),
    (alerts.c.id.is_not(None), None),
    else_=dossiers.c.closed_ms,
)
"""When its alert was closed; of an alert that is gone, what was known then."""
_region_now = case((alerts.c.id.is_not(None), alerts.c.region), else_=dossiers.c.region)
"""A happening may turn out to be elsewhere: its dossier goes along, to those who handle it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    id: str
    """That of its alert: a happening has one dossier."""
    region: str | None
    exercise: str | None
    label: str
    phenomenon: str
    opened_ms: int
    closed_ms: int | None
    """When its alert was closed; None: it is not."""
    entries: int
    head: str
    """Hash of the newest entry."""

    def due_ms(self, days: int) -> int | None:
        """When it is deleted. None: its alert is not closed."""
        return None if self.closed_ms is None else self.closed_ms + days * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """What proves that a dossier is gone."""

    id: str
    dossier: str
    region: str | None
    exercise: str | None
    entries: int
    head: str
    opened_ms: int
    closed_ms: int
    days: int
    deleted_ms: int
    audit_seq: int
    audit_digest: str


async def create(connection: AsyncConnection, dossier: Dossier) -> None:
    await connection.execute(
        insert(dossiers).values(
            id=dossier.id,
            region=dossier.region,
            exercise=dossier.exercise,
            label=dossier.label,
            phenomenon=dossier.phenomenon,
            opened_ms=dossier.opened_ms,
            closed_ms=dossier.closed_ms,
            entries=0,
            head=GENESIS,
        )
    )


async def find(connection: AsyncConnection, dossier_id: str, reach: Reach, *, lock: bool = False) -> Dossier | None:
    """Out of reach is not there. ``lock``: for adding; must then run in `Database.writing`."""
    if lock:
        await connection.execute(select(dossiers.c.id).where(dossiers.c.id == dossier_id).with_for_update())
    query = _followed().where(dossiers.c.id == dossier_id, reach.where(_region_now))
    row = (await connection.execute(query)).first()
    return _of_row(row) if row else None


async def page(connection: AsyncConnection, reach: Reach, *, limit: int, offset: int) -> tuple[list[Dossier], int]:
    """Newest first, and how many there are in all."""
    mine = reach.where(_region_now)
    total = (await connection.execute(select(func.count()).select_from(_joined()).where(mine))).scalar_one()
    order = (dossiers.c.opened_ms.desc(), dossiers.c.id)
    rows = await connection.execute(_followed().where(mine).order_by(*order).limit(limit).offset(offset))
    return [_of_row(row) for row in rows], int(total)


async def entries(connection: AsyncConnection, dossier_id: str) -> list[Entry]:
    """Oldest first."""
    query = select(dossier_entries.c.record).where(dossier_entries.c.dossier == dossier_id)
    rows = await connection.execute(query.order_by(dossier_entries.c.number))
    return [of_line(record) for record in rows.scalars()]


async def append(connection: AsyncConnection, dossier_id: str, added: Sequence[Entry]) -> None:
    """Must run in `Database.writing`: one writer at a time extends a chain."""
    for entry in added:
        row = {"dossier": dossier_id, "number": entry.number, "kind": entry.kind.value, "record": entry.line}
        await connection.execute(insert(dossier_entries).values(row))
    newest = {"entries": added[-1].number, "head": added[-1].hash}
    await connection.execute(update(dossiers).where(dossiers.c.id == dossier_id).values(newest))


async def follow_alerts(connection: AsyncConnection, now_ms: int) -> None:
    """Keep with each dossier when its alert was closed, and where it was, before that alert is removed. One that went
    without being closed by an operator counts as closed now."""
    closed: Any = case((and_(alerts.c.id.is_(None), dossiers.c.closed_ms.is_(None)), now_ms), else_=_closed_now)
    known = (dossiers.c.closed_ms, dossiers.c.region)
    query = select(dossiers.c.id, *known, closed.label("closed_now"), _region_now.label("region_now"))
    for row in list(await connection.execute(query.select_from(_joined()))):
        if (row.closed_now, row.region_now) != (row.closed_ms, row.region):
            found = {"closed_ms": row.closed_now, "region": row.region_now}
            await connection.execute(update(dossiers).where(dossiers.c.id == row.id).values(found))


async def over(connection: AsyncConnection, before_ms: int, limit: int) -> list[Dossier]:
    """Whose alert was closed before then, by what `follow_alerts` kept."""
    rows = await connection.execute(select(dossiers).where(dossiers.c.closed_ms < before_ms).limit(limit))
    return [_of_row(row) for row in rows]


async def remove(connection: AsyncConnection, deleted: Deleted) -> None:
    await connection.execute(delete(dossier_entries).where(dossier_entries.c.dossier == deleted.dossier))
    await connection.execute(delete(dossiers).where(dossiers.c.id == deleted.dossier))
    await connection.execute(
        insert(dossier_deletions).values(
            id=deleted.id,
            dossier=deleted.dossier,
            region=deleted.region,
            exercise=deleted.exercise,
            entries=deleted.entries,
            head=deleted.head,
            opened_ms=deleted.opened_ms,
            closed_ms=deleted.closed_ms,
            days=deleted.days,
            deleted_ms=deleted.deleted_ms,
            audit_seq=deleted.audit_seq,
            audit_digest=deleted.audit_digest,
        )
    )


async def deletions(connection: AsyncConnection, reach: Reach, *, limit: int, offset: int) -> tuple[list[Deleted], int]:
    """Newest first, and how many there are in all."""
    mine = reach.where(dossier_deletions.c.region)
    total = (await connection.execute(select(func.count()).select_from(dossier_deletions).where(mine))).scalar_one()
    order = (dossier_deletions.c.deleted_ms.desc(), dossier_deletions.c.id)
    query = select(dossier_deletions).where(mine).order_by(*order).limit(limit).offset(offset)
    return [Deleted(**row) for row in (await connection.execute(query)).mappings()], int(total)


async def deletion(connection: AsyncConnection, deletion_id: str, reach: Reach) -> Deleted | None:
    query = select(dossier_deletions).where(dossier_deletions.c.id == deletion_id)
    row = (await connection.execute(query.where(reach.where(dossier_deletions.c.region)))).mappings().first()
    return Deleted(**row) if row else None


def _joined() -> Any:
    return dossiers.outerjoin(alerts, alerts.c.id == dossiers.c.id)


def _followed() -> Select[Any]:
    """As its alert stands now."""
    columns = [column for column in dossiers.c if column.name not in ("closed_ms", "region")]
    current = (_closed_now.label("closed_ms"), _region_now.label("region"))
    return select(*columns, *current).select_from(_joined())


def _of_row(row: Row[Any]) -> Dossier:
    return Dossier(
        id=row.id,
        region=row.region,
        exercise=row.exercise,
        label=row.label,
        phenomenon=row.phenomenon,
        opened_ms=row.opened_ms,
        closed_ms=row.closed_ms,
        entries=row.entries,
        head=row.head,
    )

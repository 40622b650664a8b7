"""How many alerts wait, by where: for the map."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.access.reach import Reach
from services.notifier.life import UNSEEN
from services.notifier.store.alerts import OPEN
from services.notifier.store.tables import alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Open alerts of one gemeente with one severity; exercises apart."""

    region: str | None
    gemeente: str | None
    severity: str
    exercise: bool
    open: int
    unseen: int


async def waiting(connection: AsyncConnection, reach: Reach) -> list[Waiting]:
    """Also what is silenced or collected on one card: the map leaves nothing out."""
    exercise = alerts.c.exercise.is_not(None)
    unseen = func.count(case((alerts.c.status.in_([status.value for status in UNSEEN]), 1)))
    group = (alerts.c.region, alerts.c.gemeente, alerts.c.severity, exercise)
    query = (
        select(*group, func.count(), unseen)
        .where(alerts.c.status.in_([status.value for status in OPEN]), reach.where(alerts.c.region))
        .group_by(*group)
    )
    rows = await connection.execute(query)
    return [
        Waiting(region=region, gemeente=gemeente, severity=severity, exercise=bool(is_exercise), open=waits, unseen=new)
        for region, gemeente, severity, is_exercise, waits, new in rows
    ]

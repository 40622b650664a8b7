"""What operators said of real alerts, kept apart from them: it outlives the alert; it holds no name, no typed text."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.alert import Alert
from contracts.feedback import Feedback, Label
from services.notifier.access.reach import Reach
from services.notifier.store.tables import feedback
from services.notifier.store.upsert import upsert


async def say(connection: AsyncConnection, alert: Alert, label: str, now_ms: int) -> None:
    """The last word on an alert counts. Of an exercise none does: rules are judged by what was real."""
    if alert.exercise is not None:
        return
    row = {
        "alert": alert.id,
        "label": label,
        "phenomenon": alert.phenomenon,
        "gemeente": alert.place.gemeente,
        "region": alert.place.region,
        "opened_minute": alert.opened_minute,
        "config_version": alert.config_version,
        "at_ms": now_ms,
    }
    await upsert(connection, feedback, row, key="alert")


async def take_back(connection: AsyncConnection, alert_id: str) -> None:
    """The alert is open again: nobody has said yet what it was."""
    await connection.execute(delete(feedback).where(feedback.c.alert == alert_id))


async def everything(connection: AsyncConnection, reach: Reach, *, since_ms: int = 0) -> AsyncIterator[Feedback]:
    """Oldest word first."""
    query = select(feedback).where(feedback.c.at_ms >= since_ms, reach.where(feedback.c.region))
    async with connection.stream(query.order_by(feedback.c.at_ms, feedback.c.alert)) as rows:
        async for row in rows:
            yield Feedback(
                alert=row.alert,
                label=Label(row.label),
                phenomenon=row.phenomenon,
                gemeente=row.gemeente,
                region=row.region,
                opened_at=datetime.datetime.fromtimestamp(row.opened_minute * 60, datetime.UTC),
                config_version=row.config_version,
            )


async def counts(connection: AsyncConnection, reach: Reach, *, since_ms: int) -> dict[Label, int]:
    query = select(feedback.c.label, func.count()).where(feedback.c.at_ms >= since_ms, reach.where(feedback.c.region))
    found = {row[0]: int(row[1]) for row in await connection.execute(query.group_by(feedback.c.label))}
    return {label: found.get(label.value, 0) for label in Label}

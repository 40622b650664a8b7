"""Silences: who asked for quiet, about what, why, until when, and what each hid."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.alert import Alert, Severity
from services.notifier.access.reach import Reach
from services.notifier.life import RANK
from services.notifier.store.alerts import OPEN, Case, of_row
from services.notifier.store.tables import alerts, silences
from services.notifier.withholding import Held, Matcher

PREVIEW_MS = 7 * 86_400_000
PREVIEW_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    id: str
    matcher: Matcher
    reason: str
    author: str
    created_ms: int
    ends_ms: int
    ended_ms: int | None = None
    ended_by: str | None = None
    """Absent though ended: its time was up."""
    noticed_ms: int | None = None
    """When somebody saw that it ended."""
    hid: int = 0
    """Alerts it hid so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a silence would have hidden in the last seven days, and would hide now."""

    week: int
    """Alerts received in the last seven days that fit."""
    week_right: int
    """Of these, closed as right: a silence would have hidden something real."""
    open: tuple[Case, ...]
    """Cards that would disappear now, the first few."""
    open_count: int


def new_id() -> str:
    return f"sil_{secrets.token_hex(8)}"


async def add(connection: AsyncConnection, silence: Silence) -> int:
    """Stores it and hides what is open and fits. Returns how many alerts it hid."""
    found = await connection.execute(
        update(alerts)
        .where(_fits(silence.matcher), _open, alerts.c.held != Held.SILENCED.value)
        .values(held=Held.SILENCED.value, held_by=silence.id, escalate_ms=None)
    )
    matcher = silence.matcher
    await connection.execute(
        insert(silences).values(
            id=silence.id,
            region=matcher.region,
            gemeente=matcher.gemeente,
            phenomenon=matcher.phenomenon,
            max_severity=matcher.max_severity.value,
            reason=silence.reason,
            author=silence.author,
            created_ms=silence.created_ms,
            ends_ms=silence.ends_ms,
            hid=found.rowcount,
        )
    )
    return found.rowcount


async def preview(connection: AsyncConnection, matcher: Matcher, reach: Reach, now_ms: int) -> Preview:
    """Counts only what is in reach."""
    fits = and_(_fits(matcher), reach.where(alerts.c.region))
    week = and_(fits, alerts.c.received_ms >= now_ms - PREVIEW_MS)
    right = func.count().filter(alerts.c.outcome == "terecht")
    counted, closed_right = (await connection.execute(select(func.count(), right).where(week))).one()
    now = and_(fits, _open, alerts.c.held == Held.SHOWN.value)
    total = (await connection.execute(select(func.count()).select_from(alerts).where(now))).scalar_one()
    rows = await connection.execute(select(alerts).where(now).order_by(alerts.c.received_ms).limit(PREVIEW_SHOWN))
    return Preview(week=counted, week_right=closed_right, open=tuple(of_row(row) for row in rows), open_count=total)


async def fitting(connection: AsyncConnection, alert: Alert, now_ms: int) -> str | None:
    """The active silence that hides this alert: the one that lasts longest."""
    place = alert.place
    query = select(silences).where(
        silences.c.ended_ms.is_(None),
        silences.c.ends_ms > now_ms,
        or_(silences.c.region.is_(None), silences.c.region == place.region),
        or_(silences.c.gemeente.is_(None), silences.c.gemeente == place.gemeente),
        or_(silences.c.phenomenon.is_(None), silences.c.phenomenon == alert.phenomenon),
    )
    rows = await connection.execute(query.order_by(silences.c.ends_ms.desc(), silences.c.id))
    return next((found.id for found in map(_silence, rows) if found.matcher.fits(alert)), None)


async def hides(connection: AsyncConnection, silence_id: str, alert: Alert, now_ms: int) -> bool:
    """Whether this silence still holds this alert."""
    found = await find(connection, silence_id)
    active = found is not None and found.ended_ms is None and found.ends_ms > now_ms
    return active and found is not None and found.matcher.fits(alert)


async def count_one(connection: AsyncConnection, silence_id: str) -> None:
    await connection.execute(update(silences).where(silences.c.id == silence_id).values(hid=silences.c.hid + 1))


async def find(connection: AsyncConnection, silence_id: str, *, lock: bool = False) -> Silence | None:
    query = select(silences).where(silences.c.id == silence_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return _silence(row) if row else None


async def end(connection: AsyncConnection, silence_id: str, *, now_ms: int, by: str | None) -> None:
    changed = {"ended_ms": now_ms, "ended_by": by}
    if by is not None:
        changed["noticed_ms"] = now_ms  # who ends it knows
    await connection.execute(update(silences).where(silences.c.id == silence_id).values(changed))


async def notice(connection: AsyncConnection, silence_id: str, now_ms: int) -> None:
    await connection.execute(update(silences).where(silences.c.id == silence_id).values(noticed_ms=now_ms))


async def past_their_time(connection: AsyncConnection, now_ms: int) -> list[Silence]:
    query = select(silences).where(silences.c.ended_ms.is_(None), silences.c.ends_ms <= now_ms)
    return [_silence(row) for row in await connection.execute(query.order_by(silences.c.ends_ms))]


async def active(connection: AsyncConnection, reach: Reach) -> list[Silence]:
    """First to end first."""
    query = select(silences).where(silences.c.ended_ms.is_(None), _reached(reach)).order_by(silences.c.ends_ms)
    return [_silence(row) for row in await connection.execute(query)]


async def ended(connection: AsyncConnection, reach: Reach, *, since_ms: int, limit: int = 50) -> list[Silence]:
    """Last ended first."""
    query = select(silences).where(silences.c.ended_ms >= since_ms, _reached(reach))
    return [_silence(row) for row in await connection.execute(query.order_by(silences.c.ended_ms.desc()).limit(limit))]


async def unnoticed(connection: AsyncConnection, reach: Reach) -> list[Silence]:
    """Their time was up, and nobody has seen that yet."""
    query = select(silences).where(silences.c.ended_ms.is_not(None), silences.c.noticed_ms.is_(None), _reached(reach))
    return [_silence(row) for row in await connection.execute(query.order_by(silences.c.ended_ms))]


_open = alerts.c.status.in_([status.value for status in OPEN])


def _fits(matcher: Matcher) -> ColumnElement[bool]:
    """`Matcher.fits` for a query."""
    mild = [severity.value for severity in Severity if RANK[severity] <= RANK[matcher.max_severity]]
    found: list[ColumnElement[bool]] = [alerts.c.severity.in_(mild), alerts.c.exercise.is_(None)]
    named = ((alerts.c.region, matcher.region), (alerts.c.gemeente, matcher.gemeente))
    for column, value in (*named, (alerts.c.phenomenon, matcher.phenomenon)):
        if value is not None:
            found.append(column == value)
    return and_(*found)


def _reached(reach: Reach) -> ColumnElement[bool]:
    """A silence of a region is that region's to see; one without hides alerts of all, so all see it."""
    return or_(silences.c.region.is_(None), reach.where(silences.c.region))


def _silence(row: Row[Any]) -> Silence:
    return Silence(
        id=row.id,
        matcher=Matcher(
            region=row.region,
            gemeente=row.gemeente,
            phenomenon=row.phenomenon,
            max_severity=Severity(row.max_severity),
        ),
        reason=row.reason,
        author=row.author,
        created_ms=row.created_ms,
        ends_ms=row.ends_ms,
        ended_ms=row.ended_ms,
        ended_by=row.ended_by,
        noticed_ms=row.noticed_ms,
        hid=row.hid,
    )

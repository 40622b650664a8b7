"""What a receiver has heard of a happening, over all its alerts: so that it is told of one thing, and not of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.alert import Alert, State
from contracts.codec import Decoder
from services.notifier.life import Occasion
from services.notifier.store.tables import alerts, deliveries, revisions
from services.notifier.withholding import Held, happening, is_event

_decoder: Decoder[Alert] = Decoder(Alert)
_LATER = {Occasion.JOINED.value: 1, Occasion.PARTED.value: 1, Occasion.CLOSED.value: 2}
"""Of what was stored in the same millisecond, what can only come after the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An alert that a receiver was told of."""

    alert: Alert
    """As it is now."""
    revision: int
    """Of the first record of it that was sent."""
    minute: int
    """Of that record."""

    @property
    def goes_on(self) -> bool:
        return self.alert.state is State.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What one receiver heard of one happening, in the order in which it did."""

    heard: tuple[Heard, ...] = ()

    def of(self, alert: Alert) -> Heard | None:
        return next((heard for heard in self.heard if heard.alert.id == alert.id), None)

    def beside(self, alert: Alert) -> tuple[Heard, ...]:
        """Other alerts of the happening that go on."""
        return tuple(heard for heard in self.heard if heard.alert.id != alert.id and heard.goes_on)

    def lead(self, alert: Alert) -> Alert:
        """The alert by which this receiver knows the happening: the first it was told of."""
        return self.heard[0].alert if self.heard else alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A row of the outbox."""

    alert: str
    revision: int
    occasion: str


async def of_happening(connection: AsyncConnection, alert: Alert) -> dict[str, Thread]:
    """By receiver: what it heard of this alert, of others of the same gathering, and of those that went under it."""
    related = select(alerts.c.id).where(_related(alert))
    columns = deliveries.c
    query = select(columns.receiver, columns.alert, columns.revision, columns.occasion, columns.created_ms, columns.id)
    rows = (await connection.execute(query.where(columns.alert.in_(related)))).all()
    rows = sorted(rows, key=lambda row: (row.created_ms, _LATER.get(row.occasion, 0), row.revision, row.id))
    by_receiver: dict[str, list[Told]] = {}
    for row in rows:
        told = Told(alert=row.alert, revision=row.revision, occasion=row.occasion)
        by_receiver.setdefault(row.receiver, []).append(told)
    first = {receiver: current(told, alert.id) for receiver, told in by_receiver.items()}
    known = {told.alert for found in first.values() for told in found}
    records = await _records(connection, alert, known)
    minutes = await _minutes(connection, known)
    return {
        receiver: Thread(
            heard=tuple(
                Heard(
                    alert=records[told.alert],
                    revision=told.revision,
                    minute=minutes.get((told.alert, told.revision), records[told.alert].updated_minute),
                )
                for told in found
            )
        )
        for receiver, found in first.items()
    }


def current(told: Iterable[Told], alert: str) -> list[Told]:
    """The first of each alert in the thread that ``alert`` is, or would be, part of; oldest first. Pure.

    A thread ends when the receiver was told that its last alert is over. What comes then begins another, except that an
    alert which begins again goes on in its own.
    """
    found: dict[str, Told] = {}
    over = False
    for row in told:
        if over:
            found = {name: first for name, first in found.items() if name == row.alert}
        found.setdefault(row.alert, row)
        over = row.occasion == Occasion.CLOSED.value
    return [] if over and alert not in found else list(found.values())


def _related(alert: Alert) -> ColumnElement[bool]:
    group = happening(alert)
    if not is_event(alert):
        return alerts.c.id == alert.id
    under = and_(alerts.c.held == Held.INHIBITED.value, alerts.c.held_by == alert.id)
    return or_(alerts.c.id == alert.id, alerts.c.happening == group, under)


async def _records(connection: AsyncConnection, alert: Alert, ids: set[str]) -> dict[str, Alert]:
    found = {alert.id: alert}
    if others := ids - {alert.id}:
        query = select(alerts.c.id, alerts.c.record).where(alerts.c.id.in_(others))
        found |= {row.id: _decoder.decode(row.record) for row in await connection.execute(query)}
    return found


async def _minutes(connection: AsyncConnection, ids: set[str]) -> dict[tuple[str, int], int]:
    if not ids:
        return {}
    query = select(revisions.c.alert, revisions.c.revision, revisions.c.minute).where(revisions.c.alert.in_(ids))
    return {(row.alert, row.revision): row.minute for row in await connection.execute(query)}

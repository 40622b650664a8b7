"""Alerts with their handling: what came from the detector, and what operators made of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.alert import Alert, Change, State
from contracts.codec import Decoder, encode
from services.notifier.access.reach import Reach
from services.notifier.life import UNSEEN, Arrival, Status
from services.notifier.store.tables import actions, alerts, revisions
from services.notifier.store.upsert import upsert
from services.notifier.withholding import Held, Placement, happening

_decoder: Decoder[Alert] = Decoder(Alert)
OPEN = tuple(status for status in Status if status is not Status.CLOSED)
"""What waits for an operator."""
_unseen = [status.value for status in UNSEEN]
_shown = alerts.c.held == Held.SHOWN.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One alert and how it is being handled."""

    alert: Alert
    status: Status
    status_ms: int
    """Since when it has this status."""
    owner: str | None
    outcome: str | None
    received_ms: int
    """When its first record was stored here."""
    held: Held = Held.SHOWN
    held_by: str | None = None
    """The silence, alert or digest that withholds it."""
    happening: str = ""
    """Shared by alerts of one gathering."""
    card_ms: int | None = None
    """When it took a card of the alarm budget."""
    escalation_step: int = 0
    """Steps taken since it waits."""
    escalate_ms: int | None = None
    """When the next step is due; now or earlier: to be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    revision: int
    change: Change
    severity: str
    minute: int
    observed: int
    expected: float
    place: str | None
    stored_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something an operator did."""

    action: str
    outcome: str | None
    text: str | None
    actor: str
    at_ms: int
    role: str | None = None
    """In which the actor did it; None: before roles were kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Absent: not filtered on. ``text`` finds parts of label, place and terms."""

    state: State | None = None
    status: tuple[Status, ...] = ()
    region: str | None = None
    phenomenon: str | None = None
    exercise: bool | None = None
    text: str | None = None
    opened_from_minute: int | None = None
    opened_until_minute: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.state is not None:
            found.append(alerts.c.state == self.state.value)
        if self.status:
            found.append(alerts.c.status.in_([status.value for status in self.status]))
        if self.region is not None:
            found.append(alerts.c.region == self.region)
        if self.phenomenon is not None:
            found.append(alerts.c.phenomenon == self.phenomenon)
        if self.exercise is not None:
            found.append(alerts.c.exercise.is_not(None) if self.exercise else alerts.c.exercise.is_(None))
        if self.text:
            found.append(alerts.c.search.contains(self.text.lower(), autoescape=True))
        if self.opened_from_minute is not None:
            found.append(alerts.c.opened_minute >= self.opened_from_minute)
        if self.opened_until_minute is not None:
            found.append(alerts.c.opened_minute < self.opened_until_minute)
        return found


async def find(connection: AsyncConnection, alert_id: str, reach: Reach, *, lock: bool = False) -> Case | None:
    """``lock``: no other transaction changes it before this one ends. Out of reach is not there."""
    query = select(alerts).where(alerts.c.id == alert_id, reach.where(alerts.c.region))
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return of_row(row) if row else None


async def find_all(connection: AsyncConnection, ids: Collection[str]) -> dict[str, Case]:
    """Those that are there, locked until this transaction ends."""
    query = select(alerts).where(alerts.c.id.in_(sorted(ids))).order_by(alerts.c.id).with_for_update()
    return {row.id: of_row(row) for row in await connection.execute(query)}


async def known(connection: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Which of these are there."""
    return set((await connection.execute(select(alerts.c.id).where(alerts.c.id.in_(sorted(ids))))).scalars())


def follow(
    alert: Alert, before: Case | None, arrival: Arrival, now_ms: int, placement: Placement | None = None
) -> Case:
    """What ``alert`` makes of its case, as the newest record of its happening. ``placement``: absent, it stays where
    it was. Pure."""
    held, held_by = (before.held, before.held_by) if before else (Held.SHOWN, None)
    card_ms = before.card_ms if before else None
    if placement is not None:
        held, held_by, card_ms = placement.held, placement.by, now_ms if placement.card else card_ms
    reopened = arrival is Arrival.REOPENS
    if before is None or reopened:
        status, since = (Status.REOPENED if reopened else Status.NEW), now_ms
    else:
        status, since = before.status, before.status_ms
    return Case(
        alert=alert,
        status=status,
        status_ms=since,
        owner=before.owner if before and not reopened else None,
        outcome=before.outcome if before and not reopened else None,
        received_ms=before.received_ms if before else now_ms,
        held=held,
        held_by=held_by,
        happening=happening(alert),
        card_ms=card_ms,
        escalation_step=before.escalation_step if before and not reopened else 0,
        escalate_ms=before.escalate_ms if before else None,
    )


async def store(connection: AsyncConnection, case_: Case, now_ms: int) -> None:
    """Without its line of history: see `revision_row`."""
    alert = case_.alert
    row = {
        "id": alert.id,
        "revision": alert.revision,
        "state": alert.state.value,
        "phenomenon": alert.phenomenon,
        "region": alert.place.region,
        "severity": alert.severity.value,
        "exercise": alert.exercise,
        "opened_minute": alert.opened_minute,
        "updated_minute": alert.updated_minute,
        "search": _searchable(alert),
        "record": encode(alert),
        "status": case_.status.value,
        "status_ms": case_.status_ms,
        "owner": case_.owner,
        "outcome": case_.outcome,
        "received_ms": case_.received_ms,
        "stored_ms": now_ms,
        "gemeente": alert.place.gemeente,
        "happening": case_.happening,
        "held": case_.held.value,
        "held_by": case_.held_by,
        "card_ms": case_.card_ms,
        "escalation_step": case_.escalation_step,
        "escalate_ms": case_.escalate_ms,
    }
    await upsert(connection, alerts, row, key="id")


def revision_row(alert: Alert, now_ms: int) -> dict[str, Any]:
    """A line of the history of an alert."""
    return {
        "alert": alert.id,
        "revision": alert.revision,
        "change": alert.change.value,
        "severity": alert.severity.value,
        "minute": alert.updated_minute,
        "observed": alert.observation.observed,
        "expected": alert.observation.expected,
        "place": (alert.event.place if alert.event else None) or alert.place.name or alert.place.gemeente,
        "stored_ms": now_ms,
    }


async def set_status(
    connection: AsyncConnection, alert_id: str, *, status: Status, owner: str | None, outcome: str | None, now_ms: int
) -> None:
    changed: dict[str, Any] = {"status": status.value, "status_ms": now_ms, "owner": owner, "outcome": outcome}
    if status is Status.REOPENED:
        changed |= {"held": Held.SHOWN.value, "held_by": None, "escalation_step": 0, "escalate_ms": now_ms}
    elif status is Status.IN_PROGRESS:
        # Somebody works on it: from now on it is a card, whatever withheld it.
        changed |= {"held": Held.SHOWN.value, "held_by": None, "escalate_ms": None}
    elif status not in UNSEEN:
        changed["escalate_ms"] = None
    await connection.execute(update(alerts).where(alerts.c.id == alert_id).values(changed))


async def add_deed(connection: AsyncConnection, alert_id: str, deed: Deed) -> None:
    await connection.execute(
        insert(actions).values(
            alert=alert_id,
            action=deed.action,
            outcome=deed.outcome,
            text=deed.text,
            actor=deed.actor,
            role=deed.role,
            at_ms=deed.at_ms,
        )
    )


async def to_handle(connection: AsyncConnection, reach: Reach, limit: int = 200) -> list[Case]:
    """Cards that wait for an operator: unseen first, oldest first within; exercises after the real ones."""
    order = (
        case((alerts.c.exercise.is_(None), 0), else_=1),
        case((alerts.c.status.in_(_unseen), 0), else_=1),
        alerts.c.received_ms,
        alerts.c.opened_minute,
        alerts.c.id,
    )
    waits = and_(alerts.c.status.in_([status.value for status in OPEN]), _shown)
    query = select(alerts).where(waits, reach.where(alerts.c.region)).order_by(*order).limit(limit)
    return [of_row(row) for row in await connection.execute(query)]


async def waiting(connection: AsyncConnection, reach: Reach, wanted: Sequence[Status] = OPEN) -> dict[bool, int]:
    """How many cards have one of these statuses: False: real ones, True: exercises."""
    exercise = alerts.c.exercise.is_not(None)
    chosen = and_(alerts.c.status.in_([status.value for status in wanted]), _shown)
    query = select(exercise, func.count()).where(chosen, reach.where(alerts.c.region)).group_by(exercise)
    found = {bool(row[0]): int(row[1]) for row in await connection.execute(query)}
    return {False: found.get(False, 0), True: found.get(True, 0)}


async def page(
    connection: AsyncConnection, wanted: Filter, reach: Reach, *, limit: int, offset: int
) -> tuple[list[Case], int]:
    """Newest happening first, and how many there are in all."""
    conditions = [*wanted.conditions(), reach.where(alerts.c.region)]
    total = (await connection.execute(select(func.count()).select_from(alerts).where(*conditions))).scalar_one()
    order = (alerts.c.opened_minute.desc(), alerts.c.id.desc())
    # Which ones, by the index alone; only these are read whole. A page far back costs no more than the first.
    wanted_ids = select(alerts.c.id).where(*conditions).order_by(*order).limit(limit).offset(offset)
    rows = await connection.execute(select(alerts).where(alerts.c.id.in_(wanted_ids)).order_by(*order))
    return [of_row(row) for row in rows], int(total)


async def latest(connection: AsyncConnection, reach: Reach, limit: int, *, exercises: bool) -> list[Case]:
    """What changed last, first. ``exercises``: these too."""
    query = select(alerts).where(reach.where(alerts.c.region))
    query = query if exercises else query.where(alerts.c.exercise.is_(None))
    rows = await connection.execute(query.order_by(alerts.c.stored_ms.desc(), alerts.c.id).limit(limit))
    return [of_row(row) for row in rows]


async def history(connection: AsyncConnection, alert_id: str) -> tuple[list[Revision], list[Deed]]:
    """Both oldest first."""
    changes = await connection.execute(
        select(revisions).where(revisions.c.alert == alert_id).order_by(revisions.c.revision)
    )
    deeds = await connection.execute(select(actions).where(actions.c.alert == alert_id).order_by(actions.c.id))
    return [
        Revision(
            revision=row.revision,
            change=Change(row.change),
            severity=row.severity,
            minute=row.minute,
            observed=row.observed,
            expected=row.expected,
            place=row.place,
            stored_ms=row.stored_ms,
        )
        for row in changes
    ], [_deed(row) for row in deeds]


async def deeds_since(connection: AsyncConnection, since_ms: int, reach: Reach) -> list[tuple[str, Deed]]:
    """Alert id and deed, oldest first. What was done in an exercise is no work of the shift."""
    query = select(actions).join(alerts, alerts.c.id == actions.c.alert).where(alerts.c.exercise.is_(None))
    query = query.where(actions.c.at_ms >= since_ms, reach.where(alerts.c.region)).order_by(actions.c.id)
    rows = await connection.execute(query)
    return [(row.alert, _deed(row)) for row in rows]


async def newest_deeds(
    connection: AsyncConnection, since_ms: int, reach: Reach, limit: int
) -> tuple[list[tuple[str, Deed]], int]:
    """Alert id and deed, newest first, and how many there are in all; without exercises."""
    mine = (actions.c.at_ms >= since_ms, alerts.c.exercise.is_(None), reach.where(alerts.c.region))
    joined = actions.join(alerts, alerts.c.id == actions.c.alert)
    total = (await connection.execute(select(func.count()).select_from(joined).where(*mine))).scalar_one()
    query = select(actions).select_from(joined).where(*mine).order_by(actions.c.id.desc()).limit(limit)
    return [(row.alert, _deed(row)) for row in await connection.execute(query)], int(total)


async def titles(connection: AsyncConnection, ids: Iterable[str], reach: Reach) -> dict[str, Alert]:
    """Alerts by id, as far as they are in reach."""
    query = select(alerts.c.record).where(alerts.c.id.in_(sorted(ids)), reach.where(alerts.c.region))
    found = [_decoder.decode(record) for (record,) in await connection.execute(query)]
    return {alert.id: alert for alert in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    opened: int
    """Happenings ever stored."""
    closed: int
    """Of these, over according to the detector."""
    unseen: int


async def counts(connection: AsyncConnection, reach: Reach, *, exercise: bool) -> Counts:
    query = select(
        func.count(),
        func.count(case((alerts.c.state == State.CLOSED.value, 1))),
        func.count(case((and_(alerts.c.status.in_(_unseen), _shown), 1))),
    ).where(alerts.c.exercise.is_not(None) if exercise else alerts.c.exercise.is_(None), reach.where(alerts.c.region))
    opened, closed, unseen = (await connection.execute(query)).one()
    return Counts(opened=opened, closed=closed, unseen=unseen)


def _searchable(alert: Alert) -> str:
    place = alert.place
    words = [alert.label, place.gemeente, place.name, alert.event.place if alert.event else None, *alert.terms]
    return " ".join(word for word in words if word).lower()


def of_row(row: Row[Any]) -> Case:
    return Case(
        alert=_decoder.decode(row.record),
        status=Status(row.status),
        status_ms=row.status_ms,
        owner=row.owner,
        outcome=row.outcome,
        received_ms=row.received_ms,
        held=Held(row.held),
        held_by=row.held_by,
        happening=row.happening,
        card_ms=row.card_ms,
        escalation_step=row.escalation_step,
        escalate_ms=row.escalate_ms,
    )


def _deed(row: Row[Any]) -> Deed:
    return Deed(action=row.action, outcome=row.outcome, text=row.text, actor=row.actor, at_ms=row.at_ms, role=row.role)

"""Where alerts are held, and the escalation clock: what admission and the rounds ask of the database."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.alert import Alert, State
from services.notifier.access.reach import Reach
from services.notifier.life import UNSEEN, Status
from services.notifier.store.alerts import OPEN, Case, of_row
from services.notifier.store.tables import alerts, silences
from services.notifier.withholding import Held, belongs_under

CANDIDATES = 50
"""Open alerts of one gemeente that are looked at; more than one gemeente ever has."""
STEP = 100
"""Alerts per transaction of the rounds: the intake waits no longer than one step takes."""

_open = alerts.c.status.in_([status.value for status in OPEN])
_unseen = alerts.c.status.in_([status.value for status in UNSEEN])
_shown = alerts.c.held == Held.SHOWN.value
_goes_on = alerts.c.state == State.OPEN.value


async def event_alert_of(connection: AsyncConnection, alert: Alert) -> str | None:
    """The open, shown alert of an event that ``alert`` belongs under."""
    if alert.place.gemeente is None:
        return None
    query = select(alerts).where(
        alerts.c.gemeente == alert.place.gemeente, _open, _shown, _goes_on, alerts.c.happening != alerts.c.id
    )
    rows = await connection.execute(query.order_by(alerts.c.received_ms, alerts.c.id).limit(CANDIDATES))
    return next((found.alert.id for found in map(of_row, rows) if belongs_under(alert, found.alert)), None)


async def place_alerts_under(connection: AsyncConnection, event_alert: Alert) -> list[Case]:
    """Cards nobody has looked at that belong under this alert of an event."""
    if event_alert.place.gemeente is None:
        return []
    query = select(alerts).where(
        alerts.c.gemeente == event_alert.place.gemeente, _unseen, _shown, alerts.c.happening == alerts.c.id
    )
    found = [of_row(row) for row in await connection.execute(query.limit(CANDIDATES))]
    return [item for item in found if belongs_under(item.alert, event_alert)]


async def still_goes_on(connection: AsyncConnection, alert_id: str) -> bool:
    """The alert of an event still holds what is under it."""
    query = select(alerts.c.id).where(alerts.c.id == alert_id, _open, _goes_on)
    return (await connection.execute(query)).first() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the decision on a new alert looks at, in one question: it is asked for every alert of a storm."""

    cards_in_shift: int
    cards_recently: int
    companion: bool
    """Another alert of this happening is a card already."""
    silences: bool
    """There is an active silence, fitting or not."""
    digest_begun: bool
    """The digest of this shift holds something already."""


async def surroundings(
    connection: AsyncConnection, alert: Alert, group: str, *, shift_ms: int, recent_ms: int, digest: str, now_ms: int
) -> Surroundings:
    region = alert.place.region
    values = {"region": region, "shift_ms": shift_ms, "recent_ms": recent_ms, "group_": group, "alert": alert.id}
    values |= {"digest": digest, "now_ms": now_ms}
    query = _surroundings(regional=region is not None, exercise=alert.exercise is not None)
    found = (await connection.execute(query, values)).one()
    return Surroundings(
        cards_in_shift=found[0],
        cards_recently=found[1],
        companion=bool(found[2]),
        silences=bool(found[3]),
        digest_begun=bool(found[4]),
    )


@functools.cache
def _surroundings(*, regional: bool, exercise: bool) -> Select[Any]:
    """Made once of each kind: putting it together costs more than the database takes to run it."""
    mine = and_(
        alerts.c.region == bindparam("region") if regional else alerts.c.region.is_(None),
        alerts.c.exercise.is_not(None) if exercise else alerts.c.exercise.is_(None),
    )
    cards = select(func.count()).select_from(alerts).where(mine)
    group = and_(alerts.c.happening == bindparam("group_"), alerts.c.id != bindparam("alert"))
    in_digest = and_(alerts.c.held == Held.DIGESTED.value, alerts.c.held_by == bindparam("digest"))
    return select(
        cards.where(alerts.c.card_ms >= bindparam("shift_ms")).scalar_subquery(),
        cards.where(alerts.c.card_ms > bindparam("recent_ms")).scalar_subquery(),
        select(alerts.c.id).where(group, _open, _shown).exists(),
        select(silences.c.id).where(silences.c.ended_ms.is_(None), silences.c.ends_ms > bindparam("now_ms")).exists(),
        select(alerts.c.id).where(in_digest).exists(),
    )


async def move(connection: AsyncConnection, alert_id: str, **changed: Any) -> None:
    """Write columns of where an alert is held."""
    await connection.execute(update(alerts).where(alerts.c.id == alert_id).values(changed))


async def place(connection: AsyncConnection, case: Case) -> None:
    """Where it is held from now on, and how long it waits there."""
    await move(
        connection,
        case.alert.id,
        held=case.held.value,
        held_by=case.held_by,
        card_ms=case.card_ms,
        status_ms=case.status_ms,
        escalation_step=case.escalation_step,
        escalate_ms=case.escalate_ms,
    )


async def set_clock(connection: AsyncConnection, alert_id: str, *, step: int, due_ms: int | None) -> None:
    await move(connection, alert_id, escalation_step=step, escalate_ms=due_ms)


async def escalated_beside(connection: AsyncConnection, case: Case, step: int) -> bool:
    """Another card of the same happening took this step already, and still nobody has seen it."""
    query = select(alerts.c.id).where(
        alerts.c.happening == case.happening, alerts.c.id != case.alert.id, _unseen, _shown, _goes_on,
        alerts.c.escalation_step >= step,
    )  # fmt: skip
    return (await connection.execute(query.limit(1))).first() is not None


async def restart_clocks(connection: AsyncConnection, now_ms: int) -> None:
    """Look again at every alert that waits: the steps in the configuration may be others than before."""
    await connection.execute(update(alerts).where(_unseen, _shown, _goes_on).values(escalate_ms=now_ms))


def _overdue(now_ms: int) -> ColumnElement[bool]:
    return and_(alerts.c.escalate_ms <= now_ms, _unseen, _shown)


def _orphaned() -> ColumnElement[bool]:
    """Withheld by something that is over, while the happening itself goes on."""
    parent = alerts.alias("parent")
    holds = select(parent.c.id).where(
        parent.c.id == alerts.c.held_by,
        parent.c.status != Status.CLOSED.value,
        parent.c.state == State.OPEN.value,
        parent.c.held == Held.SHOWN.value,
    )
    silent = select(silences.c.id).where(silences.c.id == alerts.c.held_by, silences.c.ended_ms.is_(None))
    return and_(
        _open,
        _goes_on,
        or_(
            and_(alerts.c.held == Held.INHIBITED.value, ~holds.exists()),
            and_(alerts.c.held == Held.SILENCED.value, ~silent.exists()),
        ),
    )


async def overdue(connection: AsyncConnection, now_ms: int) -> list[Case]:
    """Cards whose escalation clock must be looked at. Locked: no other replica takes the step too."""
    query = select(alerts).where(_overdue(now_ms)).order_by(alerts.c.escalate_ms, alerts.c.id).limit(STEP)
    return [of_row(row) for row in await connection.execute(query.with_for_update())]


async def orphaned(connection: AsyncConnection) -> list[Case]:
    query = select(alerts).where(_orphaned()).order_by(alerts.c.received_ms, alerts.c.id).limit(STEP)
    return [of_row(row) for row in await connection.execute(query.with_for_update(of=alerts))]


async def something_to_do(connection: AsyncConnection, now_ms: int) -> bool:
    """Whether the rounds must write. Cheap: asked every second."""
    questions = (
        select(alerts.c.id).where(_overdue(now_ms)),
        select(silences.c.id).where(silences.c.ended_ms.is_(None), silences.c.ends_ms <= now_ms),
        select(alerts.c.id).where(_orphaned()),
    )
    for question in questions:
        if (await connection.execute(question.limit(1))).first() is not None:
            return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one shift of one region could not bear."""

    id: str
    region: str | None
    open: int
    """Alerts in it that nobody closed."""
    unseen: int
    severities: dict[str, int]
    """Of those open."""
    newest_ms: int


async def digests(connection: AsyncConnection, reach: Reach) -> list[Digest]:
    """Digests that hold open alerts, oldest shift first."""
    query = (
        select(
            alerts.c.held_by,
            alerts.c.region,
            alerts.c.severity,
            func.count(),
            func.count(case((_unseen, 1))),
            func.max(alerts.c.received_ms),
        )
        .where(alerts.c.held == Held.DIGESTED.value, _open, reach.where(alerts.c.region))
        .group_by(alerts.c.held_by, alerts.c.region, alerts.c.severity)
        .order_by(alerts.c.held_by)
    )
    found: dict[str, Digest] = {}
    for name, region, severity, number, unseen, newest in await connection.execute(query):
        known = found.get(name)
        found[name] = Digest(
            id=name,
            region=region,
            open=number + (known.open if known else 0),
            unseen=unseen + (known.unseen if known else 0),
            severities=(known.severities if known else {}) | {severity: number},
            newest_ms=max(newest, known.newest_ms if known else 0),
        )
    return list(found.values())


async def withheld_by(
    connection: AsyncConnection, holder: str, reach: Reach, *, limit: int = 200, offset: int = 0
) -> tuple[list[Case], int]:
    """What a silence, an alert or a digest holds and nobody closed, most severe first, and how many in all."""
    conditions = (alerts.c.held_by == holder, alerts.c.held != Held.SHOWN.value, _open, reach.where(alerts.c.region))
    total = (await connection.execute(select(func.count()).select_from(alerts).where(*conditions))).scalar_one()
    severity = case({"high": 0, "medium": 1, "low": 2}, value=alerts.c.severity, else_=3)
    query = select(alerts).where(*conditions).order_by(severity, alerts.c.received_ms.desc(), alerts.c.id)
    return [of_row(row) for row in await connection.execute(query.limit(limit).offset(offset))], int(total)


async def places(connection: AsyncConnection, reach: Reach, *, only_open: bool) -> dict[Held, int]:
    """How many real alerts are where. Together: all there are."""
    conditions = [alerts.c.exercise.is_(None), reach.where(alerts.c.region)] + ([_open] if only_open else [])
    query = select(alerts.c.held, func.count()).where(*conditions).group_by(alerts.c.held)
    found = {row[0]: int(row[1]) for row in await connection.execute(query)}
    return {held: found.get(held.value, 0) for held in Held}


async def under(connection: AsyncConnection, holders: list[str], reach: Reach) -> dict[str, int]:
    """How many open alerts stand under each of these alerts."""
    query = (
        select(alerts.c.held_by, func.count())
        .where(
            alerts.c.held == Held.INHIBITED.value, alerts.c.held_by.in_(holders), _open, reach.where(alerts.c.region)
        )
        .group_by(alerts.c.held_by)
    )
    return {row[0]: int(row[1]) for row in await connection.execute(query)}

"""What people do with a dossier: open it, bring it up to date, add, correct, correlate, take it out under seal.

Each adds entries and its row of the audit log in one transaction. Nothing here changes or removes an entry.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier import metrics
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.access.reach import EVERYTHING
from services.notifier.dossier import course, gathering, record
from services.notifier.dossier.bodies import Body, Correction, Correlation, Opening, Versions
from services.notifier.dossier.correlation import (
    MAX_LAG_MINUTES,
    MIN_BARS,
    MIN_EVENTS,
    RESAMPLES,
    Input,
    Result,
    correlate,
)
from services.notifier.dossier.gathering import decimal
from services.notifier.dossier.lists import ENTERED, Explanation, Found, Hand, Kind, PlayedPart
from services.notifier.dossier.record import GENESIS, Entry
from services.notifier.room import Room
from services.notifier.store import alerts, audit, dossiers
from services.notifier.store.alerts import Case
from services.notifier.store.dossiers import Dossier


class Refusal(StrEnum):
    UNKNOWN = "unknown"
    """Not there, or out of reach."""
    DENIED = "denied"
    NOTHING_NEW = "nothing-new"
    ALERT_GONE = "alert-gone"
    NOT_CORRECTABLE = "not-correctable"
    """No such entry, not one that people entered, or corrected already."""
    NO_REPLACEMENT = "no-replacement"
    """What replaces it is no later entry of the same kind that still stands."""
    NO_SUCH_PLACE = "no-such-place"
    IMPOSSIBLE_TIME = "impossible-time"
    FULL = "full"


MAX_ENTRIES = 2_000
"""A happening has tens; this keeps a program that runs wild from filling the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    refusal: Refusal | None = None
    dossier: str = ""
    added: tuple[Entry, ...] = ()
    opened: bool = False


Make = Callable[[Dossier, Sequence[Entry], Hand], Sequence[Body] | Refusal]


def named(dossier_id: str) -> str:
    """A dossier in the audit log: its alert has the bare id."""
    return f"dossier/{dossier_id}"


async def open_dossier(room: Room, alert_id: str, actor: Actor) -> Answer:
    """Of an alert. Twice is once."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        case = await alerts.find(connection, alert_id, actor.reach(Permission.READ_ALERTS), lock=True)
        region = case.alert.place.region if case else None
        if case is None:
            answer = Answer(refusal=Refusal.UNKNOWN)
        elif not actor.reach(Permission.WRITE_DOSSIERS).covers(region):
            answer = Answer(refusal=Refusal.DENIED)
        elif await dossiers.find(connection, alert_id, EVERYTHING) is not None:
            answer = Answer(dossier=alert_id)
        else:
            answer = await _open(room, connection, case, actor, now)
        await _audit(
            connection, actor, "open-dossier", alert_id, answer=answer, region=region if case else actor.home, now=now
        )
    _count("open", answer)
    return answer


async def update(room: Room, dossier_id: str, actor: Actor) -> Answer:
    """Add what the alert has brought since."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        found, answer = await _writable(connection, dossier_id, actor)
        if found is not None:
            case = await alerts.find(connection, dossier_id, EVERYTHING)
            if case is None:
                answer = Answer(refusal=Refusal.ALERT_GONE)
            else:
                known = await dossiers.entries(connection, dossier_id)
                bodies = await _news(room, connection, case, known)
                answer = Answer(dossier=dossier_id) if bodies else Answer(refusal=Refusal.NOTHING_NEW)
                if bodies:
                    answer = await _append(connection, found, bodies, now)
        region = found.region if found else actor.home
        await _audit(connection, actor, "update-dossier", dossier_id, answer=answer, region=region, now=now)
    _count("update", answer)
    return answer


async def add(room: Room, dossier_id: str, actor: Actor, make: Make) -> Answer:
    """What people enter. ``make`` gets the dossier, what it holds, and in which role this is done."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        found, answer = await _writable(connection, dossier_id, actor)
        if found is not None:
            hand = actor.hand(Permission.WRITE_DOSSIERS, found.region)
            bodies = make(found, await dossiers.entries(connection, dossier_id), hand)
            if isinstance(bodies, Refusal):
                answer = Answer(refusal=bodies)
            elif not bodies:
                answer = Answer(refusal=Refusal.NOTHING_NEW)
            else:
                answer = await _append(connection, found, bodies, now)
        region = found.region if found else actor.home
        await _audit(connection, actor, "add-dossier", dossier_id, answer=answer, region=region, now=now)
    _count("add", answer)
    return answer


def correction(number: int, mistake: object, replaced_by: int | None) -> Make:
    """``mistake`` is one of `Mistake`."""

    def make(_: Dossier, entries: Sequence[Entry], hand: Hand) -> Sequence[Body] | Refusal:
        wrong = course.corrections(entries)
        by_number = {entry.number: entry for entry in entries}
        entry = by_number.get(number)
        if entry is None or entry.kind not in ENTERED or number in wrong:
            return Refusal.NOT_CORRECTABLE
        if replaced_by is not None:
            other = by_number.get(replaced_by)
            if other is None or other.kind is not entry.kind or replaced_by <= number or replaced_by in wrong:
                return Refusal.NO_REPLACEMENT
        return [Correction(number=number, mistake=mistake, replaced_by=replaced_by, by=hand)]  # type: ignore[arg-type]

    return make


async def correlated(room: Room, dossier_id: str, actor: Actor) -> Answer:
    """Compute from what the dossier holds now, and add the outcome. What is added meanwhile is not in it: the entry
    names the entries it was computed from."""
    async with room.database.reading() as connection:
        found = await dossiers.find(connection, dossier_id, actor.reach(Permission.WRITE_DOSSIERS))
        entries = await dossiers.entries(connection, dossier_id) if found else []
    line = course.course(entries)
    given, events = (
        course.together(line, course.standing(entries)) if line else (Input(excess=(), events=(), bar_minutes=1), ())
    )
    numbers = line.numbers if line else ()
    seed = course.seed(entries[0].hash if entries else GENESIS, [*numbers, *events])
    result = await asyncio.to_thread(correlate, given, seed)

    def make(_: Dossier, now_there: Sequence[Entry], __: Hand) -> Sequence[Body]:
        return [_outcome(result, numbers, events, now_there)]

    return await add(room, dossier_id, actor, make)


async def behind(connection: AsyncConnection, case: Case | None, entries: Sequence[Entry]) -> int:
    """How much the alert has brought that the dossier does not hold."""
    if case is None:
        return 0
    measured, deeds = await alerts.history(connection, case.alert.id)
    return len(gathering.news(case.alert, measured, deeds, entries))


def software() -> str:
    return f"seinpost {importlib.metadata.version('seinpost')}"


async def _open(room: Room, connection: AsyncConnection, case: Case, actor: Actor, now: int) -> Answer:
    alert = case.alert
    dossier = Dossier(
        id=alert.id,
        region=alert.place.region,
        exercise=alert.exercise,
        label=alert.label,
        phenomenon=alert.phenomenon,
        opened_ms=now,
        closed_ms=None,
        entries=0,
        head=GENESIS,
    )
    await dossiers.create(connection, dossier)
    bodies: list[Body] = [
        Opening(
            alert=alert.id,
            region=alert.place.region,
            exercise=alert.exercise,
            by=actor.hand(Permission.WRITE_DOSSIERS, alert.place.region),
            term_days=room.settings.notifier.dossier_days,
        ),
        Versions(software=software(), alert_config=alert.config_version, room_config=room.configuration.version),
        *gathering.mandates(alert, room.configuration.mandates),
        *await _news(room, connection, case, ()),
    ]
    answer = await _append(connection, dossier, bodies, now)
    return Answer(dossier=alert.id, added=answer.added, opened=True)


async def _news(room: Room, connection: AsyncConnection, case: Case, known: Sequence[Entry]) -> list[Body]:
    measured, deeds = await alerts.history(connection, case.alert.id)
    bodies = gathering.news(case.alert, measured, deeds, known)
    held = [entry.body["revision"] for entry in known if entry.kind is Kind.SERIES]
    if not held or held[-1] < case.alert.revision:
        course_now = gathering.series(case.alert, await room.sources(connection))
        bodies += [course_now] if course_now else []
    return bodies


async def _writable(connection: AsyncConnection, dossier_id: str, actor: Actor) -> tuple[Dossier | None, Answer]:
    found = await dossiers.find(connection, dossier_id, actor.reach(Permission.READ_DOSSIERS), lock=True)
    if found is None:
        return None, Answer(refusal=Refusal.UNKNOWN)
    if not actor.reach(Permission.WRITE_DOSSIERS).covers(found.region):
        return None, Answer(refusal=Refusal.DENIED)
    return found, Answer(dossier=dossier_id)


async def _append(connection: AsyncConnection, dossier: Dossier, bodies: Sequence[Body], now: int) -> Answer:
    if dossier.entries + len(bodies) > MAX_ENTRIES:
        return Answer(refusal=Refusal.FULL)
    added: list[Entry] = []
    number, previous = dossier.entries, dossier.head
    for body in bodies:
        number += 1
        entry = record.make(dossier.id, number, previous, body, now)
        previous = entry.hash
        added.append(entry)
    await dossiers.append(connection, dossier.id, added)
    return Answer(dossier=dossier.id, added=tuple(added))


async def _audit(
    connection: AsyncConnection,
    actor: Actor,
    action: str,
    dossier_id: str,
    *,
    answer: Answer,
    region: str | None,
    now: int,
) -> None:
    await audit.append(
        connection,
        at_ms=now,
        actor=actor.name,
        action=action,
        object_id=named(dossier_id),
        result=answer.refusal.value if answer.refusal else "done",
        origin=actor.origin,
        region=region,
    )


def _count(action: str, answer: Answer) -> None:
    metrics.DOSSIERS.labels(action, answer.refusal.value if answer.refusal else "done").inc()


def _outcome(result: Result, series: Sequence[int], events: Sequence[int], entries: Sequence[Entry]) -> Correlation:
    answers = course.explanations(entries)
    found = Found.CORRELATED if result.significant else Found.NOT_SHOWN if result.enough else Found.TOO_FEW

    def written(value: float | None) -> str | None:
        return None if value is None else decimal(value, 3)

    return Correlation(
        found=found,
        bars=result.bars,
        bar_minutes=result.bar_minutes,
        events=result.events,
        min_bars=MIN_BARS,
        min_events=MIN_EVENTS,
        series_entries=tuple(series),
        event_entries=tuple(events),
        searched_minutes=min(MAX_LAG_MINUTES, result.max_lag * result.bar_minutes),
        lag_minutes=None if result.lag is None else result.lag * result.bar_minutes,
        coefficient=written(result.coefficient),
        low=written(result.low),
        high=written(result.high),
        p=written(result.p),
        resamples=RESAMPLES if result.enough else 0,
        block_bars=result.block,
        orders=result.orders,
        stretch_bars=result.stretch,
        seed=result.seed,
        played_part=tuple(one for one in Explanation if answers.get(one) is PlayedPart.YES),
        unanswered=tuple(one for one in Explanation if one not in answers),
    )

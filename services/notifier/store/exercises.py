"""Sessions of exercises, the links that people join by, what happened in them, and the reports that stay."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
import orjson
from sqlalchemy import ColumnElement, Table, delete, func, insert, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from exercises.clock import ExerciseClock
from exercises.drill import Drill
from exercises.log import Line, What
from exercises.report import Report
from services.notifier.access.reach import EVERYTHING, Reach
from services.notifier.store.tables import exercise_lines, exercise_links, exercise_reports, exercise_sessions

_report = msgspec.json.Decoder(Report)


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    id: str
    region: str
    seed: int
    drill: Drill
    clock: ExerciseClock
    created_ms: int
    started_ms: int | None
    ended_ms: int | None

    @property
    def state(self) -> State:
        if self.ended_ms is not None:
            return State.ENDED
        if self.started_ms is None:
            return State.WAITING
        return State.RUNNING if self.clock.running else State.PAUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    id: str
    """Public; opens nothing."""
    session: str
    role: str
    digest: str
    created_ms: int
    expires_ms: int
    joined_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report whose session is removed."""

    id: str
    title: str
    region: str
    held_ms: int


# Sessions ---------------------------------------------------------------------------------------------------------


async def add(connection: AsyncConnection, session: Session) -> None:
    row = {
        "id": session.id,
        "title": session.drill.title,
        "region": session.region,
        "seed": session.seed,
        "programme": session.drill.model_dump_json(by_alias=True),
        "created_ms": session.created_ms,
        "started_ms": session.started_ms,
        "ended_ms": session.ended_ms,
    }
    await connection.execute(insert(exercise_sessions).values(row | _clock(session.clock)))


async def find(connection: AsyncConnection, session_id: str, reach: Reach) -> Session | None:
    """Out of reach is not there."""
    query = select(exercise_sessions).where(
        exercise_sessions.c.id == session_id, reach.where(exercise_sessions.c.region)
    )
    row = (await connection.execute(query)).first()
    return _session(row) if row else None


async def everything(connection: AsyncConnection, reach: Reach) -> list[Session]:
    """Newest first."""
    query = select(exercise_sessions).where(reach.where(exercise_sessions.c.region))
    rows = await connection.execute(
        query.order_by(exercise_sessions.c.created_ms.desc(), exercise_sessions.c.id).limit(200)
    )
    return [_session(row) for row in rows]


async def under_way(connection: AsyncConnection) -> list[Session]:
    """Started and not ended, of all regions."""
    query = select(exercise_sessions).where(
        exercise_sessions.c.started_ms.is_not(None), exercise_sessions.c.ended_ms.is_(None)
    )
    return [_session(row) for row in await connection.execute(query.order_by(exercise_sessions.c.id))]


async def over(connection: AsyncConnection, before_ms: int) -> list[Session]:
    """That ended, or were made and never ended, before a moment."""
    since = func.coalesce(exercise_sessions.c.ended_ms, exercise_sessions.c.created_ms)
    return [
        _session(row) for row in await connection.execute(select(exercise_sessions).where(since < before_ms).limit(50))
    ]


async def save(connection: AsyncConnection, session: Session) -> None:
    """Its clock, and when it began and ended."""
    moments = {"started_ms": session.started_ms, "ended_ms": session.ended_ms}
    await connection.execute(
        update(exercise_sessions).where(exercise_sessions.c.id == session.id).values(moments | _clock(session.clock))
    )


async def remove(connection: AsyncConnection, session_id: str) -> None:
    for table in (exercise_lines, exercise_links):
        await connection.execute(delete(table).where(table.c.session == session_id))
    await connection.execute(delete(exercise_sessions).where(exercise_sessions.c.id == session_id))


# Links ------------------------------------------------------------------------------------------------------------


async def put_link(connection: AsyncConnection, link: Link) -> None:
    """The one link of its role: an earlier one opens nothing any more."""
    role = (exercise_links.c.session == link.session, exercise_links.c.role == link.role)
    await connection.execute(delete(exercise_links).where(*role))
    await connection.execute(
        insert(exercise_links).values(
            id=link.id,
            session=link.session,
            role=link.role,
            digest=link.digest,
            created_ms=link.created_ms,
            expires_ms=link.expires_ms,
            joined_ms=link.joined_ms,
        )
    )


async def link(connection: AsyncConnection, link_id: str) -> Link | None:
    row = (await connection.execute(select(exercise_links).where(exercise_links.c.id == link_id))).first()
    return _link(row) if row else None


async def seat(connection: AsyncConnection, link_id: str, digest: str, now_ms: int) -> tuple[Link, Session] | None:
    """The link of this number whose secret has this digest, with its session. None: wrong, or too old."""
    found = await link(connection, link_id) if link_id.isascii() and link_id.isalnum() else None
    # Compared in equal time, also when there is no such link.
    right = hmac.compare_digest(digest, found.digest if found else "0" * 64)
    if not right or found is None or now_ms >= found.expires_ms:
        return None
    session = await find(connection, found.session, EVERYTHING)
    return (found, session) if session else None


async def links(connection: AsyncConnection, session_id: str) -> dict[str, Link]:
    """By role."""
    rows = await connection.execute(select(exercise_links).where(exercise_links.c.session == session_id))
    return {row.role: _link(row) for row in rows}


async def joined(connection: AsyncConnection, link_id: str, now_ms: int) -> None:
    await connection.execute(update(exercise_links).where(exercise_links.c.id == link_id).values(joined_ms=now_ms))


# What happened ----------------------------------------------------------------------------------------------------


async def lines(connection: AsyncConnection, session_id: str) -> list[Line]:
    query = select(exercise_lines).where(exercise_lines.c.session == session_id).order_by(exercise_lines.c.number)
    return [
        Line(
            number=row.number,
            wall=row.wall_ms,
            event=row.event_ms,
            what=What(row.what),
            role=row.role,
            item=row.item,
            detail=orjson.loads(row.detail),
        )
        for row in await connection.execute(query)
    ]


async def append(
    connection: AsyncConnection,
    session: Session,
    now_ms: int,
    what: What,
    *,
    role: str | None = None,
    item: str = "",
    once: str | None = None,
    **detail: Any,
) -> int | None:
    """The number of the new line; None: this happened already. Must run in `Database.writing`: one at a time."""
    own = exercise_lines.c.session == session.id
    if once is not None:
        known = await connection.execute(select(exercise_lines.c.number).where(own, exercise_lines.c.once == once))
        if known.first() is not None:
            return None
    newest = (await connection.execute(select(func.max(exercise_lines.c.number)).where(own))).scalar()
    number = (newest or 0) + 1
    await connection.execute(
        insert(exercise_lines).values(
            session=session.id,
            number=number,
            wall_ms=now_ms,
            event_ms=session.clock.at(now_ms),
            what=what.value,
            role=role,
            item=item,
            detail=orjson.dumps(detail),
            once=once,
        )
    )
    return number


def of_session(table: Table, session_id: str) -> ColumnElement[bool]:
    """Rows of an exercise that is this session, bare or behind the name of its source (``source.session``)."""
    return or_(table.c.exercise == session_id, table.c.exercise.endswith(f".{session_id}", autoescape=True))


# Reports ----------------------------------------------------------------------------------------------------------


async def keep_report(connection: AsyncConnection, report: Report, session: Session) -> None:
    await connection.execute(
        insert(exercise_reports).values(
            id=report.session,
            title=report.title,
            region=session.region,
            held_ms=session.started_ms or session.created_ms,
            record=msgspec.json.encode(report),
        )
    )


async def reports(connection: AsyncConnection, reach: Reach) -> list[Kept]:
    """Newest first."""
    query = select(exercise_reports).where(reach.where(exercise_reports.c.region))
    rows = await connection.execute(query.order_by(exercise_reports.c.held_ms.desc(), exercise_reports.c.id).limit(500))
    return [Kept(id=row.id, title=row.title, region=row.region, held_ms=row.held_ms) for row in rows]


async def report(connection: AsyncConnection, session_id: str, reach: Reach) -> tuple[Report, str] | None:
    """With its region."""
    query = select(exercise_reports).where(exercise_reports.c.id == session_id, reach.where(exercise_reports.c.region))
    row = (await connection.execute(query)).first()
    return (_report.decode(row.record), row.region) if row else None


async def expire_reports(connection: AsyncConnection, before_ms: int) -> int:
    """Of what was held before a moment. Returns how many."""
    found = await connection.execute(delete(exercise_reports).where(exercise_reports.c.held_ms < before_ms))
    return found.rowcount


async def removed(connection: AsyncConnection) -> set[str]:
    """Sessions that are removed, as long as their reports are there."""
    return set((await connection.execute(select(exercise_reports.c.id))).scalars())


async def is_removed(connection: AsyncConnection, exercise: str) -> bool:
    """Whether what still comes of an exercise is of a session that is removed, as long as its report is there."""
    query = select(exercise_reports.c.id).where(exercise_reports.c.id == exercise.rpartition(".")[2])
    return (await connection.execute(query)).first() is not None


async def remove_report(connection: AsyncConnection, session_id: str) -> None:
    await connection.execute(delete(exercise_reports).where(exercise_reports.c.id == session_id))


def _clock(clock: ExerciseClock) -> dict[str, Any]:
    return {
        "anchor_wall_ms": clock.anchor_wall,
        "anchor_event_ms": clock.anchor_event,
        "speed": clock.speed,
        "running": int(clock.running),
    }


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        region=row.region,
        seed=row.seed,
        drill=Drill.model_validate_json(row.programme),
        clock=ExerciseClock(
            anchor_wall=row.anchor_wall_ms,
            anchor_event=row.anchor_event_ms,
            speed=row.speed,
            running=bool(row.running),
        ),
        created_ms=row.created_ms,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
    )


def _link(row: Row[Any]) -> Link:
    return Link(
        id=row.id,
        session=row.session,
        role=row.role,
        digest=row.digest,
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        joined_ms=row.joined_ms,
    )

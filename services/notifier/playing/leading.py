"""What the leader does: make a session, turn its clock, hand out links, send a message of one's own, end it.

Decided, written, audited and told in one transaction each.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from configuration.document import InvalidConfiguration
from configuration.persons import refused
from exercises.clock import ExerciseClock, ImpossibleSpeed
from exercises.course import event_ms
from exercises.drill import DIRECTORY, Drill, load
from exercises.drill import ids as drills
from exercises.log import What
from services.notifier.access.actor import Actor
from services.notifier.access.entrance import digest
from services.notifier.access.permissions import Permission
from services.notifier.playing.telling import note, stir, tell
from services.notifier.room import Room
from services.notifier.store import exercises
from services.notifier.store.exercises import Link, Session, State

DAY_MS = 86_400_000
LINK_DAYS, MAX_LINK_DAYS = 7, 31


class Refusal(StrEnum):
    UNKNOWN = "unknown"
    """There is none within reach."""
    NO_SUCH_DRILL = "no-such-drill"
    DENIED = "denied"
    """In this region one may not lead."""
    STATE = "state"
    """Not possible now: not begun, ended already, or not ended yet."""
    SPEED = "speed"
    TIME = "time"
    """Outside of the programme."""
    ROLE = "role"
    TEXT = "text"
    """Holds an address, a number or a name."""


class Turn(StrEnum):
    """What can be done with the clock."""

    START = "start"
    """Begin, or go on after a pause."""
    PAUSE = "pause"
    SPEED = "speed"
    JUMP = "jump"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    turn: Turn
    speed: float | None = None
    to_ms: int | None = None
    """Exercise time."""


def programmes() -> list[Drill]:
    """Those that are in order; `seinpost exercise check` tells of the others."""
    written = ((name, (DIRECTORY / f"{name}.yaml").stat().st_mtime_ns) for name in drills())
    return [drill for name, at in written if (drill := _programme(name, at)) is not None]


@functools.lru_cache(maxsize=256)
def _programme(name: str, _written_ns: int) -> Drill | None:
    """To read all takes a third of a second; a file that was changed is read anew."""
    try:
        return load(name)
    except InvalidConfiguration:
        return None


def region_of(room: Room, drill: Drill) -> str | None:
    """Of the leading gemeente."""
    gazetteer = room.configuration.gazetteer
    found = gazetteer.gemeenten.get(gazetteer.code_of(drill.gemeenten[0]) or "")
    return found.region if found else None


async def make(room: Room, actor: Actor, drill_id: str, seed: int) -> Session | Refusal:
    drill = load(drill_id) if drill_id in drills() else None
    region = region_of(room, drill) if drill else None
    if drill is None or region is None:
        return Refusal.NO_SUCH_DRILL
    if not actor.reach(Permission.LEAD_EXERCISES).covers(region):
        return Refusal.DENIED
    now = room.now_ms()
    session = Session(
        id=f"oef-{secrets.token_hex(8)}",
        region=region,
        seed=seed,
        drill=drill,
        clock=ExerciseClock(anchor_wall=now, anchor_event=event_ms(drill.starts), speed=drill.speed, running=False),
        created_ms=now,
        started_ms=None,
        ended_ms=None,
    )
    async with room.database.writing() as connection:
        await exercises.add(connection, session)
        await note(connection, actor, session, "exercise-make", now)
        await stir(connection, session, 0, now)
    room.acted()
    return session


async def turn(room: Room, actor: Actor, session_id: str, wish: Wish) -> Session | Refusal:
    """The clock, as the leader wants it from now on."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        session = await led(connection, actor, session_id)
        if isinstance(session, Refusal):
            return session
        turned = _turned(session, wish, now)
        if isinstance(turned, Refusal):
            return turned
        changed, what = turned
        await exercises.save(connection, changed)
        await tell(connection, changed, now, what, speed=changed.clock.speed)
        await note(connection, actor, session, f"exercise-{wish.turn}", now)
    room.acted()
    return changed


def _turned(session: Session, wish: Wish, now: int) -> tuple[Session, What] | Refusal:  # noqa: PLR0911
    """Pure."""
    state, clock = session.state, session.clock
    if state is State.ENDED or (wish.turn is not Turn.START and state is State.WAITING):
        return Refusal.STATE
    if wish.turn is Turn.START:
        if state is State.RUNNING:
            return Refusal.STATE
        began = session.started_ms is None
        started = replace(session, clock=clock.started(now), started_ms=now if began else session.started_ms)
        return started, What.STARTED if began else What.RESUMED
    if wish.turn is Turn.PAUSE:
        paused = replace(session, clock=clock.paused(now))
        return (paused, What.PAUSED) if state is State.RUNNING else Refusal.STATE
    if wish.turn is Turn.SPEED:
        try:
            return replace(session, clock=clock.at_speed(now, wish.speed or 0)), What.SPEED
        except ImpossibleSpeed:
            return Refusal.SPEED
    drill = session.drill
    if wish.to_ms is None or not event_ms(drill.starts) <= wish.to_ms <= event_ms(drill.until):
        return Refusal.TIME
    return replace(session, clock=clock.jumped(now, wish.to_ms)), What.JUMPED


async def hand_out(room: Room, actor: Actor, session_id: str, role: str, days: int) -> tuple[Link, str] | Refusal:
    """A link for a role, and the code that stands in it: it is not kept and cannot be shown again."""
    now = room.now_ms()
    secret = secrets.token_urlsafe(24)
    async with room.database.writing() as connection:
        session = await led(connection, actor, session_id)
        if isinstance(session, Refusal):
            return session
        if session.state is State.ENDED:
            return Refusal.STATE
        if role not in session.drill.roles:
            return Refusal.ROLE
        link = Link(
            id=secrets.token_hex(6),
            session=session.id,
            role=role,
            digest=digest(secret),
            created_ms=now,
            expires_ms=now + days * DAY_MS,
            joined_ms=None,
        )
        await exercises.put_link(connection, link)
        await note(connection, actor, session, "exercise-link", now)
    return link, f"{link.id}.{secret}"


async def say(
    room: Room, actor: Actor, session_id: str, *, to: Sequence[str], sender: str, text: str
) -> Session | Refusal:
    """A message that stands in no file."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        session = await led(connection, actor, session_id)
        if isinstance(session, Refusal):
            return session
        if session.state not in (State.RUNNING, State.PAUSED):
            return Refusal.STATE
        if not to or any(role not in session.drill.roles for role in to):
            return Refusal.ROLE
        if refused(text) or refused(sender):
            return Refusal.TEXT
        await tell(connection, session, now, What.EXTRA, to=list(dict.fromkeys(to)), sender=sender, text=text)
        await note(connection, actor, session, "exercise-say", now)
    room.acted()
    return session


async def end(room: Room, actor: Actor, session_id: str) -> Session | Refusal:
    """The play is over; lessons may still be written, until it is removed."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        session = await led(connection, actor, session_id)
        if isinstance(session, Refusal):
            return session
        if session.state is State.ENDED:
            return Refusal.STATE
        ended = replace(session, clock=session.clock.paused(now), ended_ms=now)
        await exercises.save(connection, ended)
        await tell(connection, ended, now, What.ENDED)
        await note(connection, actor, session, "exercise-end", now)
    room.acted()
    return ended


async def learn(room: Room, actor: Actor, session_id: str, text: str) -> Session | Refusal:
    """A lesson of the leader."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        session = await led(connection, actor, session_id)
        if isinstance(session, Refusal):
            return session
        if session.state is State.WAITING:
            return Refusal.STATE
        if refused(text):
            return Refusal.TEXT
        await tell(connection, session, now, What.LESSON, text=text)
        await note(connection, actor, session, "exercise-lesson", now)
    room.acted()
    return session


async def led(connection: AsyncConnection, actor: Actor, session_id: str) -> Session | Refusal:
    """The session, if this one may lead it. `Refusal.UNKNOWN` also when it is out of sight."""
    session = await exercises.find(connection, session_id, actor.reach(Permission.READ_EXERCISES))
    if session is None:
        return Refusal.UNKNOWN
    return session if actor.reach(Permission.LEAD_EXERCISES).covers(session.region) else Refusal.DENIED

"""What a participant does: say that something was seen, answer, decide, tell another role, write a lesson.

A participant has no account: the link carries a code, of which only the digest is kept, and stands for one role of one
session. What comes in is of that role alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from configuration.persons import refused
from exercises.drill import Part
from exercises.log import Line, Received, What, inbox, open_decisions
from services.notifier.access.actor import Actor
from services.notifier.access.reach import EVERYTHING
from services.notifier.playing.telling import note, tell
from services.notifier.room import Room
from services.notifier.store import exercises
from services.notifier.store.exercises import Session, State


class Refusal(StrEnum):
    GONE = "gone"
    """The link is replaced, or too old, or the session is removed."""
    STATE = "state"
    """The play has not begun, or it is over."""
    UNKNOWN = "unknown"
    """Nothing of the kind came to this role."""
    TWICE = "twice"
    OPTION = "option"
    ROLE = "role"
    TEXT = "text"
    """Holds an address, a number or a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A participant, in the one role that the link gives."""

    session: Session
    role: str

    @property
    def part(self) -> Part:
        return self.session.drill.roles[self.role]

    @property
    def others(self) -> tuple[str, ...]:
        return tuple(name for name in self.session.drill.roles if name != self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What this role sees."""

    seat: Seat
    received: tuple[Received, ...]
    decisions: tuple[str, ...]
    """That it may still take."""
    taken: tuple[Line, ...]
    """Decisions and messages of its own."""
    lessons: tuple[Line, ...]


async def seat(connection: AsyncConnection, link_id: str, now_ms: int) -> Seat | None:
    """None: the link is gone or too old."""
    link = await exercises.link(connection, link_id)
    if link is None or now_ms >= link.expires_ms:
        return None
    session = await exercises.find(connection, link.session, EVERYTHING)
    return Seat(session=session, role=link.role) if session else None


async def come_in(room: Room, actor: Actor) -> Seat | None:
    """Audited each time; a line of the session the first time. None: the link is gone meanwhile."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        there = await seat(connection, actor.credential, now)
        if there is None:
            return None
        await exercises.joined(connection, actor.credential, now)
        await tell(connection, there.session, now, What.JOINED, role=there.role, once=f"joined/{there.role}")
        await note(connection, actor, there.session, "exercise-join", now)
    room.acted()
    return there


async def view(connection: AsyncConnection, seat: Seat) -> View:
    lines = await exercises.lines(connection, seat.session.id)
    drill = seat.session.drill
    mine = [line for line in lines if line.role == seat.role]
    return View(
        seat=seat,
        received=tuple(inbox(drill, lines, seat.role)),
        decisions=tuple(open_decisions(drill, lines, seat.role)),
        taken=tuple(line for line in mine if line.what in (What.DECIDED, What.MESSAGE)),
        lessons=tuple(line for line in mine if line.what is What.LESSON),
    )


async def see(room: Room, actor: Actor, number: int) -> Refusal | None:
    now = room.now_ms()
    async with room.database.writing() as connection:
        there = await _playing(connection, actor, now)
        if isinstance(there, Refusal):
            return there
        if _found(await view(connection, there), number) is None:
            return Refusal.UNKNOWN
        await _seen(connection, there, number, now)
        await note(connection, actor, there.session, "exercise-seen", now)
    room.acted()
    return None


async def answer(room: Room, actor: Actor, number: int, option: str, reason: str) -> Refusal | None:
    """To a question that came with an inject. Who answers has seen it."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        there = await _playing(connection, actor, now)
        if isinstance(there, Refusal):
            return there
        received = _found(await view(connection, there), number)
        if received is None or received.question is None:
            return Refusal.UNKNOWN
        if option not in received.question.options:
            return Refusal.OPTION
        if refused(reason):
            return Refusal.TEXT
        if received.answer is not None:
            return Refusal.TWICE
        await _seen(connection, there, number, now)
        item, once = received.line.item, f"answer/{there.role}/{received.line.item}"
        await tell(
            connection, there.session, now, What.ANSWERED, role=there.role, item=item, once=once, option=option,
            text=reason,
        )  # fmt: skip
        await note(connection, actor, there.session, "exercise-answer", now)
    room.acted()
    return None


async def decide(room: Room, actor: Actor, decision: str, reason: str) -> Refusal | None:
    """Of one's own accord."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        there = await _playing(connection, actor, now)
        if isinstance(there, Refusal):
            return there
        known = there.session.drill.decisions.get(decision)
        if known is None or there.role not in known.roles:
            return Refusal.OPTION
        if refused(reason):
            return Refusal.TEXT
        once = f"decision/{there.role}/{decision}"
        if await tell(
            connection, there.session, now, What.DECIDED, role=there.role, item=decision, once=once, text=reason
        ) is None:  # fmt: skip
            return Refusal.TWICE
        await note(connection, actor, there.session, "exercise-decide", now)
    room.acted()
    return None


async def say(room: Room, actor: Actor, to: Sequence[str], text: str) -> Refusal | None:
    """To other roles, of one's own gemeente or the other."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        there = await _playing(connection, actor, now)
        if isinstance(there, Refusal):
            return there
        if not to or any(role not in there.others for role in to):
            return Refusal.ROLE
        if refused(text):
            return Refusal.TEXT
        await tell(connection, there.session, now, What.MESSAGE, role=there.role, to=list(dict.fromkeys(to)), text=text)
        await note(connection, actor, there.session, "exercise-message", now)
    room.acted()
    return None


async def learn(room: Room, actor: Actor, text: str) -> Refusal | None:
    """While it is played, and after."""
    now = room.now_ms()
    async with room.database.writing() as connection:
        there = await seat(connection, actor.credential, now)
        if there is None:
            return Refusal.GONE
        if there.session.state is State.WAITING:
            return Refusal.STATE
        if refused(text):
            return Refusal.TEXT
        await tell(connection, there.session, now, What.LESSON, role=there.role, text=text)
        await note(connection, actor, there.session, "exercise-lesson", now)
    room.acted()
    return None


async def _playing(connection: AsyncConnection, actor: Actor, now_ms: int) -> Seat | Refusal:
    there = await seat(connection, actor.credential, now_ms)
    if there is None:
        return Refusal.GONE
    return there if there.session.state in (State.RUNNING, State.PAUSED) else Refusal.STATE


async def _seen(connection: AsyncConnection, there: Seat, number: int, now_ms: int) -> None:
    once = f"seen/{there.role}/{number}"
    await tell(connection, there.session, now_ms, What.SEEN, role=there.role, item=str(number), once=once)


def _found(shown: View, number: int) -> Received | None:
    return next((received for received in shown.received if received.line.number == number), None)

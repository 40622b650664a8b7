"""What happened in a session, line after line; and what that means for the programme. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from exercises.course import Decided, Facts, Opened
from exercises.drill import Drill, Question


class What(StrEnum):
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    SPEED = "speed"
    JUMPED = "jumped"
    ENDED = "ended"
    JOINED = "joined"
    INJECT = "inject"
    """Of the programme."""
    EXTRA = "extra"
    """A message of the leader that stands in no file."""
    ALERT = "alert"
    """Of Seinpost, opened in this exercise."""
    MESSAGE = "message"
    """From one role to others."""
    SEEN = "seen"
    ANSWERED = "answered"
    DECIDED = "decided"
    LESSON = "lesson"


RECEIVED = frozenset({What.INJECT, What.EXTRA, What.ALERT, What.MESSAGE})
"""What comes to a role, to be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    number: int
    wall: int
    """Milliseconds since the epoch."""
    event: int
    """The same moment in the time of the exercise."""
    what: What
    role: str | None = None
    """Who did it; None: the leader, or Seinpost."""
    item: str = ""
    """Of the programme: an inject or decision. With `What.SEEN` the number of the line that was seen."""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return str(self.detail.get("text", ""))

    @property
    def option(self) -> str | None:
        return self.detail.get("option")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Something in the inbox of a role, and what that role did with it."""

    line: Line
    sender: str
    channel: str
    text: str
    question: Question | None
    """To be answered by this role."""
    seen: Line | None
    answer: Line | None


def facts(lines: Sequence[Line]) -> Facts:
    return Facts(
        sent={line.item: line.event for line in lines if line.what is What.INJECT},
        decided=[
            Decided(role=line.role or "", item=line.item, option=line.option, at=line.event)
            for line in lines
            if line.what in (What.ANSWERED, What.DECIDED)
        ],
        alerts=[
            Opened(id=line.item, phenomenon=line.detail["phenomenon"], gemeente=line.detail["gemeente"], at=line.event)
            for line in lines
            if line.what is What.ALERT
        ],
    )


def addressed(drill: Drill, line: Line) -> tuple[str, ...]:
    """The roles whose inbox a line comes in."""
    if line.what is What.INJECT:
        inject = drill.inject(line.item)
        return inject.to if inject is not None else ()
    if line.what is What.ALERT:
        return tuple(name for name, part in drill.roles.items() if part.sees_alerts)
    return tuple(line.detail.get("to", ())) if line.what in RECEIVED else ()


def asks(drill: Drill, line: Line, role: str) -> Question | None:
    """What ``role`` must answer to a line."""
    inject = drill.inject(line.item) if line.what is What.INJECT else None
    if inject is None or inject.question is None or role not in (inject.question.to or inject.to):
        return None
    return inject.question


def inbox(drill: Drill, lines: Sequence[Line], role: str) -> Iterator[Received]:
    """What came to a role and to no other's screen; oldest first."""
    mine = [line for line in lines if line.role == role]
    seen = {line.item: line for line in mine if line.what is What.SEEN}
    answers = {line.item: line for line in mine if line.what is What.ANSWERED}
    for line in lines:
        if role in addressed(drill, line):
            sender, channel, text = shown(drill, line)
            yield Received(
                line=line,
                sender=sender,
                channel=channel,
                text=text,
                question=asks(drill, line, role),
                seen=seen.get(str(line.number)),
                answer=answers.get(line.item) if line.what is What.INJECT else None,
            )


def shown(drill: Drill, line: Line) -> tuple[str, str, str]:
    """Sender, channel and text of what was received."""
    inject = drill.inject(line.item) if line.what is What.INJECT else None
    if inject is not None:
        return inject.sender, inject.channel.value, inject.text
    if line.what is What.ALERT:
        return "Seinpost", "melding", line.text
    if line.what is What.MESSAGE:
        return line.role or "", "bericht", line.text
    return str(line.detail.get("sender", "")), "bericht", line.text


def open_decisions(drill: Drill, lines: Sequence[Line], role: str) -> list[str]:
    """Decisions that a role may still take."""
    taken = {line.item for line in lines if line.what is What.DECIDED and line.role == role}
    return [name for name, decision in drill.decisions.items() if role in decision.roles and name not in taken]


def played(lines: Sequence[Line]) -> frozenset[str]:
    """Roles that somebody came in with."""
    return frozenset(line.role for line in lines if line.what is What.JOINED and line.role is not None)

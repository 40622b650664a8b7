"""The stream of an exercise, post by post, as its clock goes: what is due, and why nothing is. Pure.

sent                        clock            the leader jumps ahead: what lies between is sent at once, in order;
├──────────────────▶┊ due ──▶│               the leader turns back: what was sent cannot be taken back, so nothing
posts in order of time       at(now)         is sent until the clock has passed it again
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

import msgspec

from exercises.clock import ExerciseClock
from exercises.generator import Post

BATCH = 200
"""Posts in one request at most."""
TOLERANCE_MS = 2_000
"""A clock that is read over a network may seem to go back a little."""


class State(StrEnum):
    """As the notifier names them."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class Pace(StrEnum):
    """Why posts go, or do not."""

    PLAYING = "playing"
    WAITING = "waiting"
    """Not begun. What came before the beginning is sent, so that the exercise does not begin from nothing."""
    PAUSED = "paused"
    TURNED_BACK = "turned-back"
    """The clock stands before what was sent, which cannot be taken back."""
    ENDED = "ended"


class Told(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`GET /v1/exercises/sessions/{id}/clock`."""

    session_id: str
    scenario: str
    seed: int
    state: State
    event_time: datetime.datetime
    speed: float
    until: datetime.datetime

    def clock(self, now_ms: int) -> ExerciseClock:
        """By our own clock: that of the other machine may differ."""
        return ExerciseClock(
            anchor_wall=now_ms,
            anchor_event=milliseconds(self.event_time),
            speed=self.speed,
            running=self.state is State.RUNNING,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A post with the session it belongs to, as a push source reads it."""

    number: int
    """From 1, in the stream."""
    at_ms: int
    body: bytes


class _Pushed(Post, frozen=True, kw_only=True):
    session: str


class Playback:
    """``sent``: how many posts of the stream were acknowledged already, in this run or an earlier one."""

    def __init__(self, posts: Iterable[Post], session: str, sent: int = 0) -> None:
        self._lines = _lines(posts, session)
        self._waiting: list[Line] = []
        self.sent = 0
        self.sent_until_ms: int | None = None
        """Time of the last post that was sent."""
        for line in islice(self._lines, sent):
            self._note(line)

    def pace(self, state: State, event_ms: int, ahead_ms: int = 0) -> Pace:
        """``ahead_ms``: so much of the exercise was sent before it was known that the clock slowed or stopped. That is
        no turning back."""
        if state is State.ENDED:
            return Pace.ENDED
        if self.sent_until_ms is not None and event_ms < self.sent_until_ms - TOLERANCE_MS - ahead_ms:
            return Pace.TURNED_BACK
        return {State.WAITING: Pace.WAITING, State.PAUSED: Pace.PAUSED}.get(state, Pace.PLAYING)

    def due(self, event_ms: int) -> list[Line]:
        """The next posts up to this moment, `BATCH` at most. The same ones again until they are `acknowledged`."""
        while len(self._waiting) < BATCH and (line := next(self._lines, None)) is not None:
            self._waiting.append(line)
        return [line for line in self._waiting if line.at_ms <= event_ms]

    def acknowledged(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._note(line)
        self._waiting = [line for line in self._waiting if line.number > self.sent]

    def _note(self, line: Line) -> None:
        self.sent, self.sent_until_ms = line.number, line.at_ms


def _lines(posts: Iterable[Post], session: str) -> Iterator[Line]:
    encoder = msgspec.json.Encoder()
    for number, post in enumerate(posts, start=1):
        pushed = _Pushed(**msgspec.structs.asdict(post), session=session)
        moment = datetime.datetime.fromisoformat(post.created_at)
        yield Line(number=number, at_ms=milliseconds(moment), body=encoder.encode(pushed) + b"\n")


def milliseconds(moment: datetime.datetime) -> int:
    return round(moment.timestamp() * 1000)

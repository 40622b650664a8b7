"""`seinpost exercise play SESSION`: sends the posts of an exercise to ingest, as its clock goes. The thin edge.

What was acknowledged is written down after every request, so that a player that was killed goes on where it was. The
request under way then is repeated; ingest and the anonymizer know its posts by their ids.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec

from exercises.clock import ExerciseClock
from exercises.generator import posts
from exercises.playback import Pace, Playback, State, Told, milliseconds
from exercises.scenario import load

CLOCK_EVERY_S = 1.0
SIGN_OF_LIFE_S = 30.0
"""Without posts: so that the silence of a pause is not taken for blindness."""
TICK_S = 0.2
PATIENCE_S = 2.0
"""Between two tries when the other side is away."""
SAID = {
    Pace.PLAYING: "playing",
    Pace.WAITING: "waiting for the leader; what came before the beginning is sent",
    Pace.PAUSED: "paused",
    Pace.TURNED_BACK: "refused: the clock was turned back, and posts that were sent cannot be taken back; "
    "it goes on when the clock has passed {until}",
    Pace.ENDED: "ended",
}


class Refused(Exception):
    """It will not go better by trying again. One line, for a person; without a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Addresses without a slash at the end; tokens are sent to these alone."""

    notifier: str
    notifier_token: str
    push: str
    push_token: str


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """How far a session was played; kept in a file of its own."""

    session: str
    scenario: str
    seed: int
    sent: int

    @classmethod
    def read(cls, file: Path, told: Told) -> int:
        """Posts that were acknowledged; 0 where nothing is known. Raises `Refused` when it is of another play."""
        try:
            found = msgspec.json.decode(file.read_bytes(), type=cls)
        except FileNotFoundError:
            return 0
        except (OSError, msgspec.DecodeError):
            raise Refused(f"{file} cannot be read; it holds how far the exercise was played") from None
        if (found.session, found.scenario, found.seed) != (told.session_id, told.scenario, told.seed):
            raise Refused(f"{file} is of another exercise")
        return found.sent

    def write(self, file: Path) -> None:
        """Whole or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f"{file.name}.new")
        beside.write_bytes(msgspec.json.encode(self))
        beside.replace(file)


@dataclass(slots=True, kw_only=True)
class Player:
    """``now_ms`` and ``sleep`` are those of the machine, but in a test."""

    session: str
    doors: Doors
    file: Path
    http: httpx.Client
    tell: Callable[[str], None]
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    sleep: Callable[[float], None] = time.sleep
    _told: Told | None = None
    _clock: ExerciseClock | None = None
    _asked_ms: int = 0
    _ahead_ms: int = 0
    """At most this much of the exercise the clock was behind what we took it for when we last sent."""
    _spoke_ms: int = 0
    _pace: Pace | None = None
    _behind: bool = False
    """More may be due at this very moment."""
    _said: set[str] = field(default_factory=set)

    def run(self) -> int:
        """Until the session ends. Returns how many posts it was. Raises `Refused`."""
        while (told := self._ask()) is None:
            self.sleep(PATIENCE_S)
        if told.scenario == "none":
            raise Refused("this exercise has no stream of posts")
        playback = Playback(posts(load(told.scenario), told.seed), told.session_id, Position.read(self.file, told))
        while self.step(playback):
            if not self._behind:
                self.sleep(TICK_S)
        return playback.sent

    def step(self, playback: Playback) -> bool:
        """One look at the clock, and what is due. False: it is over."""
        if self.now_ms() - self._asked_ms >= CLOCK_EVERY_S * 1000:
            self._ask()
        if self._told is None or self._clock is None:
            return True  # nobody knows what the leader does meanwhile
        now = self.now_ms()
        event_ms = min(self._clock.at(now), milliseconds(self._told.until))
        pace = playback.pace(self._told.state, event_ms, self._ahead_ms)
        self._say(pace, playback)
        if pace is Pace.ENDED:
            return False
        due = [] if pace is Pace.TURNED_BACK else playback.due(event_ms)
        if due and self._push(b"".join(line.body for line in due)):
            playback.acknowledged(due)
            self._ahead_ms = self._clock.at(now) - self._clock.at(self._asked_ms)
            self._position(playback).write(self.file)
        self._behind = bool(due)
        if not due and self.now_ms() - self._spoke_ms >= SIGN_OF_LIFE_S * 1000:
            self._push(b"")
        return True

    def _position(self, playback: Playback) -> Position:
        assert self._told is not None  # noqa: S101 - `step` asked
        return Position(session=self.session, scenario=self._told.scenario, seed=self._told.seed, sent=playback.sent)

    def _say(self, pace: Pace, playback: Playback) -> None:
        if pace is not self._pace:
            self._pace = pace
            until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime((playback.sent_until_ms or 0) / 1000))
            self.tell(f"{SAID[pace].format(until=until)}; {playback.sent} posts sent")

    def _ask(self) -> Told | None:
        """What the clock says; None: nobody answers."""
        self._asked_ms = self.now_ms()
        address = f"{self.doors.notifier}/v1/exercises/sessions/{self.session}/clock"
        answer = self._reach("the notifier", "GET", address, self.doors.notifier_token)
        if answer is None:
            self._told = None
        elif answer.status_code == httpx.codes.NOT_FOUND and self._told is not None:
            self._told = msgspec.structs.replace(self._told, state=State.ENDED)  # removed
        elif answer.status_code != httpx.codes.OK:
            raise Refused(f"the notifier answers {answer.status_code} about session {self.session}")
        else:
            self._told = msgspec.json.decode(answer.content, type=Told)
            self._clock = self._told.clock(self.now_ms())
        return self._told

    def _push(self, body: bytes) -> bool:
        """False: not taken, to be repeated whole. Raises `Refused`."""
        answer = self._reach("ingest", "POST", self.doors.push, self.doors.push_token, body)
        if answer is None:
            return False
        if answer.status_code != httpx.codes.OK:
            why = _reasons(answer)
            raise Refused(f"ingest answers {answer.status_code}{why}")
        if msgspec.json.decode(answer.content)["rejected"]:
            raise Refused(f"ingest takes no posts of a session here{_reasons(answer)}; the source needs an exercise")
        self._spoke_ms = self.now_ms()
        return True

    def _reach(self, whom: str, method: str, address: str, token: str, body: bytes = b"") -> httpx.Response | None:
        """None: away for now."""
        try:
            answer = self.http.request(method, address, content=body, headers={"Authorization": f"Bearer {token}"})
        except httpx.TransportError as error:
            self._away(whom, type(error).__name__)
            return None
        if answer.status_code in (429, 502, 503, 504):
            self._away(whom, str(answer.status_code))
            return None
        self._said.discard(whom)
        return answer

    def _away(self, whom: str, why: str) -> None:
        if whom not in self._said:
            self._said.add(whom)
            self.tell(f"{whom} is away ({why}); trying again")
        self.sleep(PATIENCE_S)


def _reasons(answer: httpx.Response) -> str:
    """Of the lines that were refused: which field, and why. Never what stood there."""
    with contextlib.suppress(msgspec.DecodeError, KeyError, TypeError):
        errors = msgspec.json.decode(answer.content)["errors"]
        found = sorted({f"{each['reason']} {each['field']}" for each in errors})
        return f" ({', '.join(found)})" if found else ""
    return ""


def secret(name: str) -> str:
    """From the environment, or from the file that NAME_FILE names. Raises `Refused`."""
    if value := os.environ.get(name, "").strip():
        return value
    if file := os.environ.get(f"{name}_FILE"):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return Path(file).read_text(encoding="utf-8").strip()
    raise Refused(f"{name} is not set; a token belongs in a variable, or in a file that {name}_FILE names")

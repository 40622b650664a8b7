"""The stream as the clock goes: in order, nothing doubled, nothing skipped, and never back."""

from __future__ import annotations

import datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from exercises.clock import ExerciseClock
from exercises.generator import Post, posts
from exercises.playback import BATCH, Pace, Playback, State, Told, milliseconds
from exercises.scenario import load

NOON = datetime.datetime(2024, 1, 13, 12, 0, tzinfo=datetime.UTC)
NOON_MS = milliseconds(NOON)


def stream(number: int, every_s: int = 10) -> list[Post]:
    return [
        Post(
            id=f"p{index}", text="x", author="a", lang="nl", source="x",
            created_at=(NOON + datetime.timedelta(seconds=index * every_s)).isoformat(),
        )
        for index in range(number)
    ]  # fmt: skip


def sent(playback: Playback, event_ms: int) -> list[int]:
    """Everything that is due, in as many requests as it takes."""
    out: list[int] = []
    while lines := playback.due(event_ms):
        assert len(lines) <= BATCH
        out += [line.number for line in lines]
        playback.acknowledged(lines)
    return out


def test_a_jump_ahead_sends_what_lies_between_at_once_and_in_order() -> None:
    playback = Playback(stream(1000), "oef-1")
    assert sent(playback, NOON_MS - 1) == []
    assert sent(playback, NOON_MS + 15_000) == [1, 2]
    assert sent(playback, NOON_MS + 3_600_000) == list(range(3, 362))
    assert sent(playback, NOON_MS + 10**9) == list(range(362, 1001))


def test_what_is_not_acknowledged_is_due_again_the_same() -> None:
    playback = Playback(stream(5), "oef-1")
    first = playback.due(NOON_MS + 60_000)
    assert playback.due(NOON_MS + 60_000) == first
    playback.acknowledged(first[:2])
    assert playback.due(NOON_MS + 60_000) == first[2:]


@given(killed=some.lists(some.integers(0, 120), max_size=5), moments=some.lists(some.integers(0, 1500), max_size=8))
def test_a_player_that_is_killed_goes_on_where_it_was(killed: list[int], moments: list[int]) -> None:
    """However often it begins anew, and wherever the clock stands: each post once, in order."""
    playback, out = Playback(stream(120), "oef-1"), list[int]()
    for at in (*killed, *sorted(moments), 2000):
        out += sent(playback, NOON_MS + at * 1000)
        playback = Playback(stream(120), "oef-1", sent=playback.sent)
    assert out == list(range(1, 121))


@given(turns=some.lists(some.tuples(some.sampled_from(["pause", "start", "speed", "jump"]), some.floats(0.1, 600))))
def test_whatever_the_leader_does_no_post_goes_before_its_time_or_twice(turns: list[tuple[str, float]]) -> None:
    clock, now = ExerciseClock(anchor_wall=0, anchor_event=NOON_MS, speed=8, running=True), 0
    playback, out = Playback(stream(400), "oef-1"), list[int]()
    for turn, much in turns:
        now += 700
        match turn:
            case "pause":
                clock = clock.paused(now)
            case "start":
                clock = clock.started(now)
            case "speed":
                clock = clock.at_speed(now, much)
            case _:
                clock = clock.jumped(now, NOON_MS + int(much * 5000))
        at = clock.at(now)
        pace = playback.pace(State.RUNNING if clock.running else State.PAUSED, at)
        fresh = [] if pace is Pace.TURNED_BACK else sent(playback, at)
        assert all(NOON_MS + (number - 1) * 10_000 <= at for number in fresh)
        out += fresh
    assert out == list(range(1, len(out) + 1))


def test_a_clock_that_was_turned_back_is_refused_until_it_has_passed() -> None:
    playback = Playback(stream(100), "oef-1")
    sent(playback, NOON_MS + 500_000)
    assert playback.pace(State.RUNNING, NOON_MS + 100_000) is Pace.TURNED_BACK
    assert playback.pace(State.RUNNING, NOON_MS + 499_500) is Pace.PLAYING, (
        "a network may seem to turn it back a little"
    )
    assert playback.pace(State.PAUSED, NOON_MS + 380_000, 120_000) is Pace.PAUSED, "it stopped; we heard a second later"
    assert playback.pace(State.PAUSED, NOON_MS + 370_000, 120_000) is Pace.TURNED_BACK
    assert playback.pace(State.PAUSED, NOON_MS + 600_000) is Pace.PAUSED
    assert playback.pace(State.WAITING, NOON_MS + 600_000) is Pace.WAITING
    assert playback.pace(State.ENDED, 0) is Pace.ENDED


def test_a_line_is_the_post_with_its_session() -> None:
    scenario = load("zuidplein-2024")
    first = next(posts(scenario, 3))
    (line, *_) = Playback(posts(scenario, 3), "oef-1").due(2**52)
    assert msgspec.json.decode(line.body) == {**msgspec.structs.asdict(first), "session": "oef-1"}
    assert msgspec.json.decode(line.body, type=Post) == first


@pytest.mark.parametrize(("state", "later"), [("running", 40_000), ("paused", 0), ("waiting", 0), ("ended", 0)])
def test_the_clock_as_told_goes_on_by_our_own(state: str, later: int) -> None:
    body = msgspec.json.encode(
        {"sessionId": "oef-1", "scenario": "haren-2012", "seed": 1, "state": state, "eventTime": NOON, "speed": 8.0,
         "until": NOON, "anchorWall": NOON}
    )  # fmt: skip
    told = msgspec.json.decode(body, type=Told)
    assert told.clock(1_000).at(6_000) == NOON_MS + later

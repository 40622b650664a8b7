from __future__ import annotations

import datetime

import pytest

from configuration.guidance import Phase
from contracts.alert import EventReference, State
from contracts.source_health import Reason, Status
from services.notifier.access.permissions import SCOPES
from services.notifier.console import times, words
from services.notifier.console.chart import HEIGHT, WIDTH, chart
from services.notifier.console.present import phase
from tests.notifier.samples import MINUTE, alert


def ms(text: str) -> int:
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=times.AMSTERDAM).timestamp() * 1000)


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("2026-11-23T20:15", "20:15"),
        ("2026-11-22T23:59", "gisteren 23:59"),
        ("2026-11-24T20:00", "morgen 20:00"),
        ("2026-11-24T00:30", "vannacht 00:30"),
        ("2026-11-20T08:05", "vr 20 nov 08:05"),
        ("2012-09-21T19:30", "vr 21 sep 2012 19:30"),
    ],
)
def test_a_moment_is_as_short_as_is_clear(then: str, said: str) -> None:
    assert times.moment(ms(then), ms("2026-11-23T21:00")) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 min"),
        (59, "59 min"),
        (60, "1 u"),
        (176, "2 u 56 min"),
        (1440, "1 dag"),
        (-1500, "1 dag 1 u"),
        (43200, "30 dagen"),
    ],
)
def test_a_duration(minutes: int, said: str) -> None:
    assert times.duration(minutes) == said


def test_wall_time_is_of_the_netherlands_in_summer_and_winter() -> None:
    assert times.wall_ms("2026-07-01T20:00") == (ms("2026-07-01T20:00"), True)
    assert times.local(times.wall_ms("2026-07-01T20:00")[0]).utcoffset() == datetime.timedelta(hours=2)
    assert times.wall_ms("2026-12-01") == (ms("2026-12-01T00:00"), False)
    assert times.wall_ms("morgen") is None


@pytest.mark.parametrize(
    ("value", "said"), [(1904, "1.904"), (3.1, "3,1"), (18.44, "18,4"), (2.0, "2"), (999.6, "1.000")]
)
def test_numbers_are_dutch(value: float, said: str) -> None:
    assert words.number(value) == said


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.0, "kleiner dan 1 op 1 miljard"),
        (3e-7, "kleiner dan 1 op 1 miljoen"),
        (5e-4, "kleiner dan 1 op 1.000"),
        (0.05, "ongeveer 1 op 20"),
        (1.0, "ongeveer 1 op 1"),
    ],
)
def test_chance_in_words(probability: float, said: str) -> None:
    assert words.chance(probability) == said


def test_a_few_loud_writers_are_no_crowd() -> None:
    assert "geen menigte" in words.sureness(1e-12, 1.0, coordinated=True)
    assert "Onzeker" in words.sureness(1e-12, 0.3, coordinated=False)


def test_the_phase_follows_the_street() -> None:
    called = alert(event=EventReference(starts="2026-11-23T20:00"))
    assert phase(called, ms("2026-11-23T19:59")) is Phase.BEFORE
    assert phase(called, ms("2026-11-23T20:00")) is Phase.DURING
    assert phase(alert(state=State.CLOSED), 0) is Phase.AFTER
    assert phase(alert(event=None), ms("2030-01-01T00:00")) is Phase.BEFORE


def test_a_baseline_near_nothing_and_unknown_writers_are_said_in_words() -> None:
    assert [words.expected(value) for value in (0.003, 1, 3.14)] == ["minder dan 1", "1", "3,1"]
    assert [words.authors(value) for value in (0, 1, 61.4)] == ["schrijvers onbekend", "1 schrijver", "61 schrijvers"]


def test_the_chart_stays_within_its_box_and_marks_the_window() -> None:
    drawn = chart(alert())
    assert drawn is not None
    assert [bar.in_window for bar in drawn.bars] == [False] * 11 + [True]
    assert all(0 <= bar.y <= HEIGHT and bar.height >= 0 and bar.x + bar.width <= WIDTH for bar in drawn.bars)
    assert drawn.bars[-1].label == times.local((MINUTE - 15) * 60_000).strftime("%H:%M")
    assert chart(alert(series=())) is None


def test_everything_a_token_may_carry_and_every_state_of_a_source_has_a_word() -> None:
    assert SCOPES - words.SCOPE.keys() == set()
    assert set(Reason) - words.SOURCE_REASON.keys() == set()
    assert set(Status) - words.SOURCE_STATUS.keys() == set()

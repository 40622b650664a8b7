"""Days and times as people write them."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

import pytest

from exercises.moments import clock_spellings, day_spellings, greeting
from exercises.rhythm import curve, daily, poisson
from exercises.scenario import Point, minute_of
from exercises.spelling import variants

FRIDAY = datetime(2012, 9, 21, 19, 30)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2012, 9, 21), "vanavond"),
        (date(2012, 9, 20), "morgenavond"),
        (date(2012, 9, 19), "overmorgen"),
        (date(2012, 9, 17), "a.s. vrijdag"),
        (date(2012, 9, 7), "vr 21 sep"),
    ],
)
def test_the_day_is_named_from_where_one_stands(today: date, expected: str) -> None:
    assert expected in day_spellings(today, FRIDAY)


def test_far_away_days_are_never_relative() -> None:
    assert not {"vanavond", "morgen", "a.s. vrijdag"} & set(day_spellings(date(2012, 9, 7), FRIDAY))


def test_half_past_is_said_as_half_of_the_next_hour() -> None:
    assert {"19:30", "half acht", "half 8"} <= set(clock_spellings(FRIDAY))
    assert {"20 uur", "acht uur"} <= set(clock_spellings(datetime(2021, 11, 19, 20, 0)))


def test_greetings_know_the_hour() -> None:
    assert greeting(8, 0.9) == "goedemorgen"
    assert greeting(20, 0.9) == "goedenavond"
    assert greeting(8, 0.0) == "hoi"


def test_a_day_has_the_posts_that_were_asked_and_weekends_more() -> None:
    rate = daily(2400, (1,) * 12 + (3,) * 12, weekend=1.5)
    monday = minute_of(datetime(2022, 3, 7))
    assert sum(rate(minute) for minute in range(monday, monday + 1440)) == pytest.approx(2400)
    saturday = minute_of(datetime(2022, 3, 5))
    assert sum(rate(minute) for minute in range(saturday, saturday + 1440)) == pytest.approx(3600)


def test_a_curve_is_straight_between_its_points_and_nothing_beyond() -> None:
    rate = curve([Point(at=datetime(2022, 3, 7, 10), per_hour=0), Point(at=datetime(2022, 3, 7, 12), per_hour=120)])
    begin = minute_of(datetime(2022, 3, 7, 10))
    assert rate(begin + 60) == pytest.approx(1.0)
    assert rate(begin - 1) == 0
    assert rate(begin + 120) == 0


@pytest.mark.parametrize("mean", [0.05, 3.0, 80.0])
def test_draws_have_the_mean_and_variance_of_poisson(mean: float) -> None:
    random = Random(5)
    draws = [poisson(mean, random) for _ in range(20_000)]
    average = sum(draws) / len(draws)
    assert average == pytest.approx(mean, rel=0.05)
    assert sum((each - average) ** 2 for each in draws) / len(draws) == pytest.approx(mean, rel=0.1)


def test_words_are_stretched_digitised_and_mistyped_but_never_right() -> None:
    written = variants("rellen", Random(3))
    assert "rellen" not in written
    assert len(written) == len(set(written)) > 10
    assert any("3" in each for each in written)
    assert any("eee" in each for each in written)

"""A campaign that did nothing seldom seems to; one that did is seen; what happened everywhere is nobody's effect."""

from __future__ import annotations

import math
import random

import pytest
from scipy.stats import t as student_t

from services.notifier.effect import Effect, TooLittle, _student, effect

BEFORE, DURING = 28, 21


def series(chance: random.Random, mean: float, changed: float = 1.0, shock: float = 1.0) -> list[float]:
    """Over-dispersed daily counts whose neighbours resemble each other a little, with a weekly rhythm."""
    found, mood = [], 0.0
    for day in range(BEFORE + DURING):
        mood = 0.3 * mood + chance.gauss(0, 0.15)
        week = 1.4 if day % 7 >= 5 else 1.0
        rate = mean * week * math.exp(mood) * (changed * shock if day >= BEFORE else 1.0)
        found.append(max(0.0, round(chance.gauss(rate, math.sqrt(rate)))))
    return found


def measured(seed: int, changed: float = 1.0, shock: float = 1.0) -> Effect:
    chance = random.Random(seed)
    found = effect(series(chance, 40, changed, shock), series(chance, 300, 1.0, shock), BEFORE)
    assert isinstance(found, Effect)
    return found


def test_without_an_effect_one_is_seldom_shown() -> None:
    shown = sum(measured(seed).shown for seed in range(400))
    assert shown <= 0.1 * 400


def test_a_halving_is_shown_and_lies_within_the_interval() -> None:
    found = [measured(seed, changed=0.5) for seed in range(100)]
    assert sum(one.shown for one in found) >= 95
    assert sum(one.low <= 0.5 <= one.high for one in found) >= 85


def test_what_doubles_everywhere_is_no_effect() -> None:
    assert sum(measured(seed, shock=2.0).shown for seed in range(200)) <= 0.1 * 200


@pytest.mark.parametrize(
    ("treated", "compared", "first", "why"),
    [
        ([9.0] * 30, [9.0] * 30, 13, TooLittle.DAYS_BEFORE),
        ([9.0] * 30, [9.0] * 30, 24, TooLittle.DAYS_DURING),
        ([1.0] * 30, [9.0] * 30, 20, TooLittle.POSTS),
        ([9.0] * 30, [1.0] * 30, 20, TooLittle.COMPARISON),
    ],
)
def test_too_little_is_said(treated: list[float], compared: list[float], first: int, why: TooLittle) -> None:
    assert effect(treated, compared, first) is why


def test_days_that_are_all_the_same_change_nothing() -> None:
    found = effect([10.0] * 40, [50.0] * 40, 20)
    assert isinstance(found, Effect)
    assert found.ratio == pytest.approx(1.0)


@pytest.mark.parametrize("freedom", [10, 17, 45, 300])
def test_students_t(freedom: int) -> None:
    assert _student(freedom) == pytest.approx(student_t.ppf(0.975, freedom), abs=0.01)

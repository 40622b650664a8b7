"""Shifted copies find their lag; what has nothing to do with each other is seldom called samenhang."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.dossier.correlation import MAX_BARS, MIN_BARS, MIN_EVENTS, Input, Result, correlate

BARS, MOST = 96, 12


def restless(chance: random.Random, bars: int = BARS) -> list[float]:
    """Several rises of different height, as on a day with more than one gathering."""
    return [chance.choice((0, 0, 0, 0, 1, 8, 20)) + chance.gauss(0, 1) for _ in range(bars)]


def outbreak(chance: random.Random) -> tuple[list[float], int]:
    """One rise and where it is."""
    at = chance.randrange(BARS)
    return [30 * math.exp(-(((bar - at) / 3) ** 2)) + chance.gauss(0, 1.5) for bar in range(BARS)], at


def run(excess: list[float], events: list[int], seed: int = 1, bar_minutes: int = 15) -> Result:
    return correlate(Input(excess=tuple(excess), events=tuple(events), bar_minutes=bar_minutes), seed)


@given(seed=st.integers(0, 10_000), lag=st.integers(-MOST, MOST))
@settings(max_examples=8, deadline=None)
def test_a_shifted_copy_finds_its_lag(seed: int, lag: int) -> None:
    chance = random.Random(seed)
    excess, events = restless(chance), [0] * BARS
    for bar in range(BARS):
        if 0 <= bar + lag < BARS and excess[bar] > 6:
            events[bar + lag] = 1
    found = run(excess, events, seed)
    assert found.lag == lag
    assert found.coefficient is not None
    assert found.coefficient > 0.7
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.coefficient <= found.high


def test_a_pattern_that_fits_is_told_from_chance() -> None:
    shown = 0
    for seed in range(10):
        chance = random.Random(seed)
        excess = restless(chance)
        events = [int(value > 6 and chance.random() < 0.7) for value in excess]
        shown += run(excess, events, seed).significant
    assert shown >= 9


@pytest.mark.thorough
def test_what_has_nothing_to_do_with_each_other_is_seldom_shown() -> None:
    """One rise and one outbreak somewhere in a day fall within the lags one time in four. p must know that."""
    shown = 0
    for seed in range(30):
        chance = random.Random(seed)
        excess, _ = outbreak(chance)
        centre, events = chance.randrange(BARS), [0] * BARS
        for _ in range(5):
            events[min(BARS - 1, max(0, centre + chance.randrange(-3, 4)))] += 1
        shown += run(excess, events, seed).significant
    assert shown <= 6, "one or two expected at five in a hundred"


def test_one_rise_and_one_outbreak_within_three_hours_is_not_called_samenhang() -> None:
    excess = [30.0 if bar in (40, 41, 42) else 0.0 for bar in range(BARS)]
    events = [1 if bar in (46, 47, 48) else 0 for bar in range(BARS)]
    found = run(excess, events)
    assert found.lag == 6
    assert found.p is not None
    assert found.p > 0.1
    assert not found.significant


@pytest.mark.parametrize(
    ("excess", "events"),
    [
        ([], []),
        ([1.0] * BARS, [0, 1] * (BARS // 2)),  # posts never change
        ([0.1] * BARS, [0, 1] * (BARS // 2)),  # nor with a number that leaves a rest
        ([float(bar % 7) for bar in range(BARS)], [1] * BARS),  # events in every bar alike
        ([float(bar % 7) for bar in range(BARS)], [0] * BARS),
        ([float(bar % 7) for bar in range(BARS)], [1] * (MIN_EVENTS - 1) + [0] * (BARS - MIN_EVENTS + 1)),
        ([float(bar % 7) for bar in range(MIN_BARS - 1)], [1, 0, 1, 0, 1] + [0] * (MIN_BARS - 6)),
    ],
)
def test_too_little_or_never_changing_gives_no_figure(excess: list[float], events: list[int]) -> None:
    found = run(excess, events)
    assert (found.enough, found.significant) == (False, False)
    assert (found.lag, found.coefficient, found.low, found.high, found.p) == (None,) * 5
    assert (found.bars, found.events) == (len(excess), sum(events))


def test_the_same_input_gives_the_same_figures() -> None:
    chance = random.Random(3)
    excess = restless(chance)
    events = [int(value > 6) for value in excess]
    assert run(excess, events, 5) == run(excess, events, 5)
    assert run(excess, events, 5) != run(excess, events, 6)


def test_a_long_series_is_taken_together() -> None:
    chance = random.Random(4)
    excess = restless(chance, 1000)
    found = run(excess, [int(value > 6) for value in excess], bar_minutes=1)
    assert found.bars <= MAX_BARS
    assert found.bar_minutes == 4
    assert found.max_lag * found.bar_minutes <= 180


@given(
    pairs=st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(0, 5)), min_size=0, max_size=60),
    bar=st.sampled_from((1, 5, 15, 60)),
)
@settings(max_examples=15, deadline=None)
def test_figures_keep_to_their_bounds(pairs: list[tuple[float, int]], bar: int) -> None:
    found = run([one[0] for one in pairs], [one[1] for one in pairs], bar_minutes=bar)
    for figure in (found.coefficient, found.low, found.high):
        assert figure is None or -1 <= figure <= 1
    assert found.p is None or 0 < found.p <= 1
    assert found.lag is None or abs(found.lag) * bar <= 180

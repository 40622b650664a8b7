from __future__ import annotations

import numpy as np
import pytest

from services.detector.baseline import Baseline

HOUR = 480_000 // 24 * 24


def learned(rates: list[float], seed: int = 1) -> Baseline:
    """A baseline that has seen hours with these mean counts."""
    baseline, random = Baseline("term"), np.random.default_rng(seed)
    for at, rate in enumerate(rates):
        baseline.learn_hour(HOUR + at, int(random.poisson(rate)), 1.0)
    return baseline


def expected(baseline: Baseline, hour: int) -> float:
    return baseline.level * baseline.rhythm((HOUR + hour) * 60, (HOUR + hour) * 60 + 60)


def test_nothing_learned_is_the_pooled_prior_of_the_kind() -> None:
    assert not Baseline("watch").own
    assert Baseline("watch").level == pytest.approx(0.1)
    assert Baseline("a kind nobody heard of").level > 0


@pytest.mark.parametrize("level", [1.0, 30.0, 2_000.0])
def test_learns_the_hours_of_the_day(level: float) -> None:
    day = [level * (0.2 if hour < 8 else 1.4) for hour in range(24)]
    baseline = learned(day * 28)
    assert baseline.own
    for hour in (3, 12):
        assert expected(baseline, 28 * 24 + hour) == pytest.approx(day[hour], rel=0.35 if level < 10 else 0.1)


def test_learns_the_days_of_the_week() -> None:
    week = [100.0 if day < 5 else 30.0 for day in range(7) for _ in range(24)]
    baseline = learned(week * 6)
    assert expected(baseline, 6 * 168 + 5 * 24 + 12) / expected(baseline, 6 * 168 + 2 * 24 + 12) < 0.5


def test_the_rhythm_adds_up() -> None:
    baseline = learned([5.0 + hour for hour in range(24)] * 10)
    start = (HOUR + 500) * 60 + 17
    parts = sum(baseline.rhythm(minute, minute + 1) for minute in range(start, start + 3_000))
    assert baseline.rhythm(start, start + 3_000) == pytest.approx(parts)
    assert baseline.rhythm(start, start + 7 * 1440) == pytest.approx(168)
    assert min(baseline.rhythm(minute, minute + 1) for minute in range(start, start + 3_000)) > 0


def test_zeros_for_ever_never_make_the_expectation_zero() -> None:
    baseline = learned([0.0] * 24 * 400)
    assert 0 < expected(baseline, 10_000) < 0.01
    assert baseline.size(5) > 0


def test_a_burst_hardly_raises_the_bar_for_itself() -> None:
    quiet, burst = learned([20.0] * 24 * 14), learned([20.0] * 24 * 14)
    for hour in range(6):
        quiet.learn_hour(HOUR + 336 + hour, 20, 1.0)
        burst.learn_hour(HOUR + 336 + hour, 2_000, 1.0)
    assert burst.level < 1.2 * quiet.level


def test_a_lasting_change_is_followed_within_days() -> None:
    baseline = learned([10.0] * 24 * 14 + [100.0] * 24 * 7)
    assert baseline.level == pytest.approx(100, rel=0.25)


def test_a_gap_is_no_memory_and_no_zero() -> None:
    whole, gap = learned([20.0] * 24 * 14), learned([20.0] * 24 * 14)
    for hour in range(24):
        gap.learn_hour(HOUR + 336 + hour, 0, 0.0)
    assert gap.level == pytest.approx(whole.level)


def test_half_seen_hours_teach_the_same_level() -> None:
    baseline, random = Baseline("term"), np.random.default_rng(4)
    for hour in range(24 * 20):
        baseline.learn_hour(HOUR + hour, int(random.poisson(20)), 0.5)
    assert baseline.level == pytest.approx(40, rel=0.1)


def test_learns_how_much_windows_vary() -> None:
    random = np.random.default_rng(2)
    steady, wild = learned([600.0] * 24 * 7), learned([600.0] * 24 * 7)
    for _ in range(12 * 24 * 7):
        steady.learn_spread(5, int(random.poisson(50)), 50.0)
        wild.learn_spread(5, int(random.poisson(50 * random.gamma(2, 0.5))), 50.0)
    assert 1 / steady.size(5) < 0.02
    assert 1 / wild.size(5) == pytest.approx(0.5, rel=0.25)


def test_on_the_first_day_the_last_hours_tell_of_the_next() -> None:
    """No rhythm was seen yet: a quiet night after a busy evening must not be held against that evening."""
    baseline = learned([200.0] * 6 + [20.0] * 12)
    assert baseline.level < 60


def test_a_whole_day_counts_whole_once_it_was_seen() -> None:
    day = [200.0] * 12 + [20.0] * 12
    assert learned(day).level == pytest.approx(110, rel=0.1)

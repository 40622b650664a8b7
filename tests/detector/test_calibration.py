"""Quiet series keep to the false-alarm budget. The full table: python -m benchmarks.null_calibration."""

from __future__ import annotations

import pytest

from benchmarks.null_calibration import LEVELS, alarms_per_day

BUDGET = 1.0
DAYS = 40


@pytest.mark.parametrize("level", LEVELS)
def test_alarms_are_within_a_factor_of_the_budget(level: float) -> None:
    found = alarms_per_day(level, dispersion=0.2, days=DAYS, budget=BUDGET, seed=7)
    assert BUDGET / 1.5 <= found <= BUDGET * 1.5


def test_it_makes_no_difference_when_on_the_clock_activity_changes() -> None:
    found = alarms_per_day(10.0, dispersion=0.3, days=DAYS, budget=BUDGET, seed=7, phase=2)
    assert BUDGET / 1.5 <= found <= BUDGET * 1.5

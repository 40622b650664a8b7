from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from services.detector.burst import SMALLEST, Limits, judge, tail, threshold_for
from services.detector.window import Reason


@given(st.integers(1, 3_000), st.floats(1e-6, 2_000), st.floats(0.05, 10_000))
def test_tail_is_that_of_the_negative_binomial(observed: int, mean: float, size: float) -> None:
    exact = float(nbinom.sf(observed - 1, size, size / (size + mean)))
    assert tail(observed, mean, size) == pytest.approx(max(exact, SMALLEST), rel=1e-5, abs=1e-12)


@given(st.integers(0, 2_000), st.floats(0, 500), st.floats(0.05, 1_000))
def test_more_posts_are_never_less_surprising(observed: int, mean: float, size: float) -> None:
    assert tail(observed + 1, mean, size) <= tail(observed, mean, size) + 1e-9


def test_nothing_observed_is_certain_and_nothing_is_impossible() -> None:
    assert tail(0, 0.0, 1.0) == 1.0
    assert tail(3, 0.0, 1.0) == SMALLEST
    assert tail(100_000, 1e-6, 1.0) == SMALLEST


def test_a_budget_is_shared_by_the_series_that_may_spend_it() -> None:
    assert threshold_for(1.0, 100) == threshold_for(0.01, 1)
    assert threshold_for(0.1) < threshold_for(1.0) / 10
    assert threshold_for(1e-4) == pytest.approx(threshold_for(1e-3) / 10, rel=0.01)
    assert threshold_for(1.0, scales_minutes=(60,)) > threshold_for(1.0, scales_minutes=(5, 60))
    assert threshold_for(100.0, scales_minutes=(10080,)) == 0.05


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, Reason.FIRED),
        ({"coverage": 0.1}, Reason.BLIND),
        ({"probability": 0.01}, Reason.BELOW_THRESHOLD),
        ({"observed": 9}, Reason.TOO_FEW_POSTS),
        ({"ratio": 1.9}, Reason.RATIO_TOO_LOW),
        ({"sources": 0}, Reason.TOO_FEW_SOURCES),
        ({"authors": 7.0}, Reason.TOO_FEW_AUTHORS),
    ],
)
def test_each_guard_gives_its_reason(changed: dict[str, float], reason: Reason) -> None:
    passing = {"observed": 40, "ratio": 5.0, "probability": 1e-9, "authors": 30.0, "sources": 1, "coverage": 1.0}
    assert judge(Limits(probability=1e-6), **(passing | changed)) is reason  # type: ignore[arg-type]

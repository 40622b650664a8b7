"""How improbable a count is, and how improbable it must be: tail probability, false-alarm budget, guards."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from services.detector.window import Reason

SMALLEST = 1e-300
"""A tail probability is never reported as zero."""
MIN_COVERAGE = 0.2
"""A window of which the sources saw less says nothing."""

_LOOKS_PER_WINDOW = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a window must pass to fire."""

    probability: float
    """From `threshold_for`."""
    min_authors: int = 8
    min_posts: int = 10
    min_sources: int = 1
    min_ratio: float = 2.0
    """Observed over expected."""
    coordinated_posts_per_author: float = 5.0
    scales_minutes: tuple[int, ...] = (5, 15, 60, 360, 1440, 10080)


def tail(observed: int, mean: float, size: float) -> float:
    """P(X >= observed) for a negative binomial of this mean and size (variance = mean + mean² / size).

    By the regularized incomplete beta function, continued fraction of Lentz (Numerical Recipes 6.4); about 8 µs.
    """
    if observed <= 0:
        return 1.0
    if mean <= 0:
        return SMALLEST
    return max(SMALLEST, min(1.0, _beta(mean / (mean + size), float(observed), size)))


def _beta(x: float, a: float, b: float) -> float:
    """Regularized incomplete beta I_x(a, b)."""
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1) / (a + b + 2):
        return math.exp(max(-745.0, log_front)) * _fraction(x, a, b) / a
    return 1.0 - math.exp(max(-745.0, log_front)) * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    h = d
    for m in range(1, 1000):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + numerator * d
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = 1.0 + numerator / c
            c = c if abs(c) > tiny else tiny
            h *= d * c
        if abs(d * c - 1.0) < 1e-10:
            break
    return h


@lru_cache(maxsize=1024)
def threshold_for(
    false_alarms_per_day: float,
    series: int = 1,
    scales_minutes: tuple[int, ...] = (5, 15, 60, 360, 1440, 10080),
) -> float:
    """Tail probability below which a window fires, so that `series` quiet series together cry wolf that often a day.

    Windows of one scale overlap, and so do the scales: `tests_per_day` is the number of independent looks they are
    worth, found by simulation (docs/explanation/bursts.md).
    """
    return min(0.05, false_alarms_per_day / (max(1, series) * tests_per_day(scales_minutes)))


def tests_per_day(scales_minutes: tuple[int, ...]) -> float:
    """Independent looks per day at one series, when each scale is tested every minute.

    Alarms of quiet series, simulated at 0.1 to 200 posts per 5 minutes and counted as one while less than three hours
    apart, came to about 1.3 per window length and unit of probability, over the scales together.
    """
    return sum(_LOOKS_PER_WINDOW * 1440 / scale for scale in scales_minutes)


def judge(
    limits: Limits,
    *,
    observed: int,
    ratio: float,
    probability: float,
    authors: float,
    sources: int,
    coverage: float,
) -> Reason:
    """The first guard that stops the window, or FIRED.

    `probability` is the middle of P(X >= observed) and P(X > observed) (mid-p, Lancaster 1961): counts are whole
    numbers, so that with P(X >= observed) a low series would use up only part of its budget and be blind for the rest.
    """
    reasons = (
        (coverage < MIN_COVERAGE, Reason.BLIND),
        (probability > limits.probability, Reason.BELOW_THRESHOLD),
        (observed < limits.min_posts, Reason.TOO_FEW_POSTS),
        (ratio < limits.min_ratio, Reason.RATIO_TOO_LOW),
        (sources < limits.min_sources, Reason.TOO_FEW_SOURCES),
        (authors < limits.min_authors, Reason.TOO_FEW_AUTHORS),
    )
    return next((reason for stopped, reason in reasons if stopped), Reason.FIRED)

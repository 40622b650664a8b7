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

_LOOKS_PER_WINDOW = 1.75
_MERGING = 300.0
_LOOKS_MANY = 0.8


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
    share = mean / (mean + size)
    if share <= 0:
        return SMALLEST
    return max(SMALLEST, min(1.0, _beta(share, float(observed), size)))


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

    Windows of one scale overlap, and so do the scales. In simulations of quiet series of 0.1 to 200 posts per five
    minutes, tested every minute, the alarms per day came to

        looks x limit / (1 + _MERGING x limit),  looks = _LOOKS_PER_WINDOW x windows that fit in a day

    over all scales together; the denominator because alarms less than three hours apart are one
    (docs/explanation/bursts.md). This is solved for the limit.
    """
    budget = false_alarms_per_day / max(1, series)
    room = looks_per_day(scales_minutes) - _MERGING * budget
    return min(0.05, budget / room) if room > 0 else 0.05


def looks_per_day(scales_minutes: tuple[int, ...]) -> float:
    """Independent looks per day that one series is given."""
    return sum([_LOOKS_PER_WINDOW * 1440 / scale for scale in scales_minutes], 0.0)


def budget_spent(observed: int, mean: float, size: float, probability: float) -> float:
    """What firing at this count would cost of the budget; to be compared with `threshold_for`.

    The middle of P(X >= observed), which is `probability`, and P(X > observed) (mid-p, Lancaster 1961): counts are
    whole, so that with the former a low series would use up only a part of its budget and be blind for the rest.
    Times the looks that overlapping windows are worth: up to `_LOOKS_MANY` more often than those of few posts, which
    stay the same from one minute to the next, does the count of many posts cross a limit.
    """
    middle = (probability + tail(observed + 1, mean, size)) / 2
    posts = mean * size / (mean + size)
    return middle * (1 + _LOOKS_MANY * posts / (posts + 5))


def may_fire(probability: float, limits: Limits) -> bool:
    """False when `budget_spent`, which is at least half of this tail probability, must be beyond the limit."""
    return probability / 2 <= limits.probability


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

    `probability` is what `budget_spent` says.
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

"""Whether a campaign changed anything: an interrupted time series against comparable places. Pure.

Daily counts of the places with the campaign over those without it, as a logarithm, have a level, a slope, and from the
first day of the campaign another level (controlled interrupted time series: Lopez Bernal, Cummins, Gasparrini 2018).
What happens everywhere at once is in both and falls out. That days resemble the day before is taken out first (Prais,
Winsten 1954, the correlation corrected for few days after Kendall 1954); few days widen the interval (Student's t).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

LEAST_BEFORE, LEAST_DURING = 14, 7
"""Days."""
LEAST_POSTS = 30
"""Before the campaign, on either side: with fewer, chance is all there is to see."""
MOST_ALIKE = 0.9
"""Correlation of a day with the day before, at most."""
Vector = tuple[float, ...]
_ALMOST_NONE = 0.5
"""Added to each count, so that a day without posts has a logarithm."""


class TooLittle(StrEnum):
    """Why nothing can be said."""

    DAYS_BEFORE = "days-before"
    DAYS_DURING = "days-during"
    POSTS = "posts"
    COMPARISON = "comparison"
    """Hardly any posts in the places to compare with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How many times as many posts as without the campaign, over its days, with a 95 % interval."""

    ratio: float
    low: float
    high: float
    days_before: int
    days_during: int

    @property
    def shown(self) -> bool:
        return not self.low <= 1 <= self.high


def effect(treated: Sequence[float], compared: Sequence[float], first: int) -> Effect | TooLittle:
    """Daily counts of both, equally long; ``first``: index of the first day of the campaign."""
    days = len(treated)
    if first < LEAST_BEFORE:
        return TooLittle.DAYS_BEFORE
    if days - first < LEAST_DURING:
        return TooLittle.DAYS_DURING
    if sum(treated[:first]) < LEAST_POSTS:
        return TooLittle.POSTS
    if sum(compared[:first]) < LEAST_POSTS:
        return TooLittle.COMPARISON
    measured = [
        math.log((mine + _ALMOST_NONE) / (other + _ALMOST_NONE)) for mine, other in zip(treated, compared, strict=True)
    ]
    design = [(1.0, day / days, float(day >= first)) for day in range(days)]
    alike = _alike(design, measured)
    found, inverse, noise = _regression(
        _whitened(design, alike), [row[0] for row in _whitened([(one,) for one in measured], alike)]
    )
    change = found[2]
    reach = _student(days - len(found)) * math.sqrt(noise * inverse[2][2])
    return Effect(
        ratio=math.exp(change),
        low=math.exp(change - reach),
        high=math.exp(change + reach),
        days_before=first,
        days_during=days - first,
    )


def _alike(design: Sequence[Vector], measured: Sequence[float]) -> float:
    """Correlation of what a regression leaves of one day with the day before."""
    found, _, _ = _regression(design, measured)
    left = _left(design, measured, found)
    spread = sum(value * value for value in left)
    if not spread:
        return 0.0
    rough = sum(one * two for one, two in itertools.pairwise(left)) / spread
    # The more is fitted to the fewer days, the less of it is left to see.
    return min(MOST_ALIKE, max(0.0, rough + len(found) / len(measured)))


def _whitened(rows: Sequence[Vector], alike: float) -> list[Vector]:
    """Each day without what it has of the day before."""
    first = math.sqrt(1 - alike * alike)
    return [
        tuple(value * first for value in rows[0]),
        *(
            tuple(value - alike * earlier for value, earlier in zip(row, before, strict=True))
            for before, row in itertools.pairwise(rows)
        ),
    ]


def _regression(design: Sequence[Vector], measured: Sequence[float]) -> tuple[Vector, list[list[float]], float]:
    """Least squares: what is found, the inverse of the design's square, and the variance of what is left."""
    size = len(design[0])
    inverse = _inverse([[sum(row[a] * row[b] for row in design) for b in range(size)] for a in range(size)])
    crossed = [sum(row[a] * value for row, value in zip(design, measured, strict=True)) for a in range(size)]
    found = tuple(sum(inverse[a][b] * crossed[b] for b in range(size)) for a in range(size))
    noise = sum(value * value for value in _left(design, measured, found)) / (len(measured) - size)
    return found, inverse, noise


def _left(design: Sequence[Vector], measured: Sequence[float], found: Vector) -> list[float]:
    return [
        value - sum(weight * each for weight, each in zip(row, found, strict=True))
        for row, value in zip(design, measured, strict=True)
    ]


def _inverse(square: Sequence[Sequence[float]]) -> list[list[float]]:
    """By elimination; the design has days before and during, so it can be inverted."""
    size = len(square)
    rows = [[*row, *(float(number == index) for number in range(size))] for index, row in enumerate(square)]
    for pivot in range(size):
        best = max(range(pivot, size), key=lambda row: abs(rows[row][pivot]))
        rows[pivot], rows[best] = rows[best], rows[pivot]
        rows[pivot] = [value / rows[pivot][pivot] for value in rows[pivot]]
        for other in range(size):
            if other != pivot:
                factor = rows[other][pivot]
                rows[other] = [value - factor * lead for value, lead in zip(rows[other], rows[pivot], strict=True)]
    return [row[size:] for row in rows]


def _student(freedom: int) -> float:
    """97.5 % point of Student's t (Cornish-Fisher expansion; within 0.01 from 10 degrees on)."""
    z = 1.959964
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)

"""Whether posts and events on the street went together, by lag. Correlation, never cause. Pure.

- Cross-correlation: Pearson's coefficient between the excess of posts per bar and the number of events per bar, for
  every lag within reach; the best is the highest.
- Interval: 95 %, percentiles of a moving-block bootstrap (Künsch 1989) at the best lag: blocks, because bars that
  follow each other are alike.
- p: the best coefficient against that of events in blocks, turned around in a circle and put in another order, each
  with its own best lag. So the choice among lags is paid for: one peak and one outbreak within three hours of each
  other, in a day, happen by chance one time in four, and p says so. Turning alone would not do: a turn no further than
  the lags are searched finds the same fit back, so that p could never be small; and without such turns the chance of
  falling together would be hidden.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

MAX_LAG_MINUTES = 180
MIN_BARS = 24
MIN_EVENTS = 3
LAG_SHARE = 8
"""Lags reach at most this part of the series: beyond, too little overlaps."""
MAX_BARS = 288
"""More are taken together first, to keep the answer within a second."""
RESAMPLES = 999
ORDERS = 499
SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    excess: tuple[float, ...]
    """Posts above what was expected, per bar."""
    events: tuple[int, ...]
    """Per bar."""
    bar_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """``lag`` and what follows are None when there was too little to tell, or one of both never changed."""

    bars: int
    bar_minutes: int
    events: int
    max_lag: int
    """In bars."""
    lag: int | None = None
    """In bars; positive: the posts came first."""
    coefficient: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    orders: int = 0
    stretch: int = 0
    """Bars in a block that is put elsewhere, for p."""
    block: int = 0
    """Bars in a block that is drawn, for the interval."""
    seed: int = 0

    @property
    def enough(self) -> bool:
        return self.p is not None

    @property
    def significant(self) -> bool:
        """Shown to go together: rarer than one in twenty by chance, and the interval lies above nought."""
        return self.p is not None and self.p < SIGNIFICANT and self.low is not None and self.low > 0


def correlate(given: Input, seed: int) -> Result:
    """The same input and seed give the same result, on every machine."""
    joined = _joined(given)
    x, y = joined.excess, joined.events
    n, events = len(x), sum(y)
    most = min(MAX_LAG_MINUTES // joined.bar_minutes, n // LAG_SHARE) if n else 0
    bare = Result(bars=n, bar_minutes=joined.bar_minutes, events=events, max_lag=most, seed=seed)
    if n < MIN_BARS or events < MIN_EVENTS:
        return bare
    course = _Course(x)
    marks = _marks(y)
    best = course.best(marks, most)
    if best is None:
        return bare
    coefficient, lag = best
    chance = random.Random(seed)  # noqa: S311 - not a secret: it must be repeatable
    stretch = max(2, round(n**0.5))
    others = [course.best(_marks(_other_order(y, stretch, chance)), most) for _ in range(ORDERS)]
    as_high = sum(other is not None and other[0] >= coefficient - 1e-12 for other in others)
    block = max(2, round(n ** (1 / 3)))
    low, high = _interval(x, y, lag, block, chance)
    return Result(
        bars=n,
        bar_minutes=joined.bar_minutes,
        events=events,
        max_lag=most,
        lag=lag,
        coefficient=coefficient,
        low=low,
        high=high,
        p=(1 + as_high) / (1 + ORDERS),
        orders=ORDERS,
        stretch=stretch,
        block=block,
        seed=seed,
    )


class _Course:
    """Sums over any stretch of the series at once, so that a coefficient costs as much as there are events."""

    def __init__(self, values: Sequence[float]) -> None:
        self.values = values
        self.sums, self.squares = [0.0], [0.0]
        for value in values:
            self.sums.append(self.sums[-1] + value)
            self.squares.append(self.squares[-1] + value * value)

    def best(self, marks: Sequence[tuple[int, int]], most: int) -> tuple[float, int] | None:
        """Highest coefficient, and its lag: of equals the one nearest to nought."""
        found = [
            (coefficient, -abs(lag), lag)
            for lag in range(-most, most + 1)
            if (coefficient := self.coefficient(marks, lag)) is not None
        ]
        if not found:
            return None
        coefficient, _, lag = max(found)
        return coefficient, lag

    def coefficient(self, marks: Sequence[tuple[int, int]], lag: int) -> float | None:
        """Between bar ``t`` of the posts and bar ``t + lag`` of the events. None when either is constant."""
        start, end = max(0, -lag), len(self.values) - max(0, lag)
        size = end - start
        both = y_sum = y_squares = 0.0
        for at, count in marks:
            if start <= at - lag < end:
                both += self.values[at - lag] * count
                y_sum += count
                y_squares += count * count
        x_sum, x_squares = self.sums[end] - self.sums[start], self.squares[end] - self.squares[start]
        x_spread, y_spread = size * x_squares - x_sum**2, size * y_squares - y_sum**2
        # A constant series leaves a rest of rounding here.
        if x_spread <= 1e-9 * max(1.0, size * x_squares) or y_spread <= 0:
            return None
        value: float = (size * both - x_sum * y_sum) / (x_spread * y_spread) ** 0.5
        return max(-1.0, min(1.0, value))


def _marks(counts: Sequence[int]) -> list[tuple[int, int]]:
    return [(at, count) for at, count in enumerate(counts) if count]


def _other_order(y: Sequence[int], stretch: int, chance: random.Random) -> list[int]:
    turn = chance.randrange(len(y))
    turned = [*y[turn:], *y[:turn]]
    blocks = [turned[at : at + stretch] for at in range(0, len(turned), stretch)]
    chance.shuffle(blocks)
    return [count for block in blocks for count in block]


def _interval(
    x: Sequence[float], y: Sequence[int], lag: int, block: int, chance: random.Random
) -> tuple[float | None, float | None]:
    start, end = max(0, -lag), len(x) - max(0, lag)
    pairs = [(x[at], y[at + lag]) for at in range(start, end)]
    found = []
    for _ in range(RESAMPLES):
        drawn: list[tuple[float, int]] = []
        while len(drawn) < len(pairs):
            at = chance.randrange(len(pairs) - block + 1)
            drawn += pairs[at : at + block]
        del drawn[len(pairs) :]
        value = _Course([one[0] for one in drawn]).coefficient(_marks([one[1] for one in drawn]), 0)
        if value is not None:
            found.append(value)
    # Draws without any event tell nothing; when most are such, there is no interval.
    if len(found) < RESAMPLES // 2:
        return None, None
    found.sort()
    return found[int(0.025 * len(found))], found[min(len(found) - 1, int(0.975 * len(found)))]


def _joined(given: Input) -> Input:
    by = -(-len(given.excess) // MAX_BARS)
    if by <= 1:
        return given
    whole = range(0, len(given.excess) - by + 1, by)
    return Input(
        excess=tuple(sum(given.excess[at : at + by]) for at in whole),
        events=tuple(sum(given.events[at : at + by]) for at in whole),
        bar_minutes=given.bar_minutes * by,
    )

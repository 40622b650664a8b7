"""What a series is expected to count: a Gamma-Poisson model learned hour by hour, in event time.

A window of a quiet series is negative binomial with

    mean  = level x sum over its minutes of rhythm(hour of day, day of week) x share seen
    var   = mean + mean² x (dispersion of its scale + 1 / posts the level was learned from)

- *level*, posts per hour: conjugate Gamma, memory `LEVEL_MEMORY` hours, starting at the pooled prior of the kind;
- *rhythm*: factors for 24 hours and 7 days, each shrunk to the pooled profile by pseudo-counts, so never zero;
- *dispersion*, per scale: method of moments on the errors of predictions that were made before the window was learned.

Only closed hours are learned; the first day teaches the level alone. An hour beyond what the model holds for plausible
is learned as the plausible limit (Huber), so that a burst doesn't raise the bar for itself while a lasting change is
followed within days. Minutes in which the sources were blind count for nothing: neither zero nor memory.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

SCALES: Final = (5, 15, 60, 360, 1440, 10080)
"""Minutes; the dispersion is learned at these, a window uses that of the nearest."""
LEVEL_MEMORY: Final = 168.0
"""Hours of rhythm. Shorter follows changes faster and makes thresholds noisier."""
FIRST_MEMORY: Final = 6.0
"""Hours; the level on the first day, when the hours before say more of the next than a rhythm that was never seen."""
SLOW_MEMORY: Final = 1_344.0
"""Hours; eight weeks, for windows of `_SLOW_FROM` minutes and longer."""
_SLOW_FROM: Final = 1_440
RHYTHM_MEMORY: Final = 672.0
"""Hours; at first half of what was learned, so that what a wrong level taught the rhythm is soon forgotten."""
SPREAD_MEMORY: Final = 168.0
"""Hours, or `SPREAD_WINDOWS` windows when these take longer."""
SPREAD_WINDOWS: Final = 30.0
OWN_AFTER_HOURS: Final = 24.0
"""From this much learned time on a series' baseline is called its own."""
_HOUR_WEIGHT, _DAY_WEIGHT = 4.0, 20.0
"""Posts that the pooled rhythm is worth."""
_DISPERSION_WEIGHT = 0.5
"""Hours of own history that the pooled dispersion is worth."""
_WIDER_WEIGHT = 2.0
"""Hours, or windows where these are longer, that half the dispersion of the next shorter scale is worth."""
_PLAUSIBLE = 3.0
"""Standard deviations above the mean up to which an hour is learned in full; on the first day, all of it is."""
_PLAUSIBLE_SPREAD = 5.0
"""The same for the dispersion, where cutting a long tail short would make the tail seem short."""
_IMPLAUSIBLE_RHYTHM = 0.1
"""What an implausible hour counts for when the rhythm is learned."""
_IMPLAUSIBLE_WEIGHT = 0.02
"""What an implausible window counts for when the dispersion is learned."""
_SLIDING, _SLIDES_TO = 1.2, 60
"""A window that moves with the minute also comes where it varies most; it was learned wherever it happened to lie."""
_LEAST_EXPECTED: Final = 0.02
"""Posts; windows of which less is expected say nothing of the dispersion."""
_RUN_DOUBLES: Final = 12.0
"""Implausible hours after which twice as much is plausible: a day's burst hardly counts, a lasting change does."""
_RUN_LASTS, _SLOW_RUN_LASTS = 24.0, 96.0
"""Implausible hours after which the old level, and the slow one, is forgotten within days."""
_LOCAL: Final = 1
"""Hours ahead of UTC by which days begin: Dutch standard time, summer and winter, so that a day has 24 hours."""

_DIURNAL = (
    0.45, 0.28, 0.2, 0.16, 0.16, 0.24, 0.45, 0.78, 1.0, 1.08, 1.1, 1.14,
    1.2, 1.2, 1.16, 1.16, 1.22, 1.3, 1.4, 1.5, 1.6, 1.56, 1.3, 0.8,
)  # fmt: skip
"""Share of an even day by local hour, of public posts in one time zone; sums to about 24."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """Pooled over series of a kind; in force until a series has its own history."""

    posts_per_hour: float
    worth_posts: float = 0.5
    """How many posts of own history outweigh it."""
    dispersion: float = 0.5
    """At the shortest scale, as the squared coefficient of variation beyond Poisson."""
    rhythm: tuple[float, ...] = _DIURNAL


PRIORS: Final = {
    "place": Prior(posts_per_hour=2.0),
    "phenomenon": Prior(posts_per_hour=2.0),
    "term": Prior(posts_per_hour=0.5),
    "watch": Prior(posts_per_hour=0.1),
    "planned": Prior(posts_per_hour=0.1),
    "event": Prior(posts_per_hour=0.05),
}
"""By kind of series: the part of its name before the colon."""
_UNKNOWN = Prior(posts_per_hour=0.5)

_NOTHING: Final = array("d")
"""Not worked out yet. Never changed."""

# Where things stand in `Baseline.values`.
_SHAPE, _EXPOSURE, _LEARNED = 0, 1, 2
_HOUR_POSTS, _HOUR_EXPECTED = 3, 27
_DAY_POSTS, _DAY_EXPECTED = 51, 58
_SPREAD, _SPREAD_WEIGHT = 65, 71
_RUN = 77
_SLOW_SHAPE, _SLOW_EXPOSURE = 78, 79
_SIZE = 80
_UNTAUGHT: Final = array("f", bytes(4 * _SIZE))
"""Shared by all that learned nothing yet. Never changed."""


class Baseline:
    """Learned state of one series: 80 single-precision numbers (320 bytes), so that storing it loses nothing.

    What is worked out from them is kept until the next hour is learned: a series is tested far more often than taught.
    """

    __slots__ = ("_daily", "_hourly", "_prefix", "_prior", "_sizes", "_slopes", "values")

    def __init__(self, kind: str, values: bytes | None = None, *, prior: Prior | None = None) -> None:
        self._prior = prior or PRIORS.get(kind, _UNKNOWN)
        self.values = array("f", values) if values else _UNTAUGHT
        if len(self.values) != _SIZE:
            raise ValueError("not a baseline")
        self._hourly = _NOTHING
        """Before they are made to average one; kept to renew one hour at a time."""
        self._prefix = _NOTHING
        self._slopes = _NOTHING
        self._daily = _NOTHING
        self._sizes: dict[int, float] = {}

    def to_bytes(self) -> bytes:
        """None at all before the first hour was learned."""
        return b"" if self.untaught else self.values.tobytes()

    @property
    def untaught(self) -> bool:
        """Nothing was learned: all such of a kind are the same."""
        return self.values is _UNTAUGHT

    @property
    def own(self) -> bool:
        return self.values[_LEARNED] >= OWN_AFTER_HOURS

    @property
    def level(self) -> float:
        """Posts per hour over an average hour; never zero."""
        return self._level(_SHAPE, _EXPOSURE)

    def _level(self, shape: int, exposure: int) -> float:
        prior = self._prior
        return (prior.worth_posts + self.values[shape]) / (
            prior.worth_posts / prior.posts_per_hour + self.values[exposure]
        )

    def expected(self, rhythm: float, scale: int) -> float:
        """Mean of a quiet window of `scale` minutes over which the rhythm adds up to `rhythm`; never zero.

        A day or a week is held against a level with a longer memory: otherwise slow growth would be its own baseline.
        """
        level = self.level if scale < _SLOW_FROM else self._level(_SLOW_SHAPE, _SLOW_EXPOSURE)
        return max(level * rhythm, 1e-9)

    def rhythm(self, start: int, end: int) -> float:
        """Sum of the rhythm over the minutes [start, end), in average hours."""
        if not self._prefix:
            self._tabulate()
        start, end = start + 60 * _LOCAL, end + 60 * _LOCAL
        daily, whole = self._daily, self._prefix[24]
        first, last = start // 1440, (end - 1) // 1440
        if first >= last:
            return (self._read(end - first * 1440) - self._read(start - first * 1440)) * daily[(first + 3) % 7]
        total = (whole - self._read(start - first * 1440)) * daily[(first + 3) % 7]
        for day in range(first + 1, last):
            total += whole * daily[(day + 3) % 7]
        return total + self._read(end - last * 1440) * daily[(last + 3) % 7]

    def _read(self, minute: int) -> float:
        """Rhythm from midnight to a minute. Within an hour it rises or falls evenly, about the hour's own factor."""
        hour, rest = divmod(minute, 60)
        prefix = self._prefix
        if not rest:
            return prefix[hour]
        slopes = self._slopes = self._slopes or _sloping(self._hourly)
        part = rest / 60
        return prefix[hour] + (prefix[hour + 1] - prefix[hour]) * part + slopes[hour] * (part * part - part) / 2

    def _tabulate(self) -> None:
        """Factors per hour and day; both average to one, or they and the level would drift against each other."""
        values = self.values
        if not self.own:
            self._hourly, self._prefix, self._slopes, self._daily = _pooled(self._prior.rhythm)
            return
        if not self._hourly:
            self._hourly = array("d", [self._factor(hour) for hour in range(24)])
        daily = [
            (_DAY_WEIGHT + values[_DAY_POSTS + day]) / (_DAY_WEIGHT + values[_DAY_EXPECTED + day]) for day in range(7)
        ]
        self._prefix = _summed(self._hourly)
        self._slopes = _NOTHING
        week = sum(daily, 0.0)
        self._daily = array("d", [factor * 7 / week for factor in daily])

    def _factor(self, hour: int) -> float:
        values = self.values
        pooled = self._prior.rhythm[hour]
        return pooled * (_HOUR_WEIGHT + values[_HOUR_POSTS + hour]) / (_HOUR_WEIGHT + values[_HOUR_EXPECTED + hour])

    def size(self, scale: int) -> float:
        """Size parameter of the negative binomial at a scale in minutes: 1 / squared coefficient of variation."""
        found = self._sizes.get(scale)
        if found is None:
            dispersion = self._dispersion(_nearest(scale))
            found = self._sizes[scale] = self._size(dispersion * (_SLIDING if scale <= _SLIDES_TO else 1.0))
        return found

    def _size(self, dispersion: float) -> float:
        return 1.0 / (dispersion + 1.0 / (self._prior.worth_posts + self.values[_SHAPE]))

    def _dispersion(self, at: int) -> float:
        """Learned at this scale, starting from half that of the next shorter one: it fades as windows grow."""
        values = self.values
        found = self._prior.dispersion
        pooled_worth = _DISPERSION_WEIGHT * math.exp(-values[_LEARNED] / SPREAD_MEMORY) + 1e-3
        for scale in range(at + 1):
            pooled, worth = (found / 2, _WIDER_WEIGHT) if scale else (found, pooled_worth)
            found = (pooled * worth + values[_SPREAD + scale]) / (worth + values[_SPREAD_WEIGHT + scale])
            found = min(10.0, max(1e-4, found))
        return found

    def learn_hour(self, hour: int, posts: float, seen: float) -> None:
        """Takes in a closed hour (hours since the epoch) of which the sources saw the share `seen`."""
        if seen <= 0:
            return
        rhythm = self.rhythm(hour * 60, hour * 60 + 60)
        exposure = rhythm * seen
        level = self.level
        expected = level * exposure
        if self.untaught:
            self.values = _UNTAUGHT[:]
        values = self.values
        run = values[_RUN]
        learned = float(max(posts, 0))
        implausible = False
        if self.own and posts > expected:  # fewer posts are plausible in any case
            size = self.size(60)
            learned = min(learned, _plausible(expected, size, _PLAUSIBLE * 2 ** (run / _RUN_DOUBLES)))
            implausible = posts > _plausible(expected, size, _PLAUSIBLE)
        new = not self.own
        keep = math.exp(-seen / (FIRST_MEMORY if new else LEVEL_MEMORY if run < _RUN_LASTS else _RUN_LASTS))
        slowly = math.exp(-seen / (SLOW_MEMORY if run < _SLOW_RUN_LASTS else _SLOW_RUN_LASTS))
        values[_RUN] = min(run + 1, 10 * _RUN_DOUBLES) if implausible else max(run - 1, 0)
        values[_SHAPE] = values[_SHAPE] * keep + learned
        values[_EXPOSURE] = values[_EXPOSURE] * keep + exposure
        values[_SLOW_SHAPE] = values[_SLOW_SHAPE] * slowly + learned
        values[_SLOW_EXPOSURE] = values[_SLOW_EXPOSURE] * slowly + exposure
        values[_LEARNED] = min(values[_LEARNED] + seen, 1e6)
        self._sizes.clear()
        if new and self.own:
            # A whole day was seen: from now on the rhythm tells one hour from another.
            values[_SHAPE], values[_EXPOSURE] = values[_SLOW_SHAPE], values[_SLOW_EXPOSURE]
            self._hourly = self._hourly[:]
        if self.own:
            weight = _IMPLAUSIBLE_RHYTHM if implausible else 1.0
            self._learn_rhythm(hour + _LOCAL, learned, level, expected, seen, weight)
            self._hourly[(hour + _LOCAL) % 24] = self._factor((hour + _LOCAL) % 24)
            self._prefix = _NOTHING

    def _learn_rhythm(  # noqa: PLR0917
        self, local: int, learned: float, level: float, expected: float, seen: float, weight: float
    ) -> None:
        values = self.values
        hour, day = local % 24, (local // 24 + 3) % 7
        daily = self._daily[day]
        memory = min(RHYTHM_MEMORY, values[_LEARNED] / 2)
        learned = min(learned, 3 * expected + 1) * weight
        weight *= seen
        keep = math.exp(-24 * weight / memory)
        at, to = _HOUR_POSTS + hour, _HOUR_EXPECTED + hour
        values[at] = values[at] * keep + learned
        values[to] = values[to] * keep + level * daily * self._prior.rhythm[hour] * weight
        keep = math.exp(-7 * weight / max(memory, 168.0))
        at, to = _DAY_POSTS + day, _DAY_EXPECTED + day
        values[at] = values[at] * keep + learned
        values[to] = values[to] * keep + expected / daily * (weight / seen)

    def learn_spread(self, scale: int, posts: int, expected: float) -> None:
        """Takes in how far a closed window of one of `SCALES` was from what was expected of it."""
        if expected < _LEAST_EXPECTED or not self.own:
            return
        at = _nearest(scale)
        dispersion = self._dispersion(at)
        learned, implausible = float(max(posts, 0)), False
        if posts > expected:  # fewer posts are plausible in any case
            plausible = _plausible(expected, self._size(dispersion), _PLAUSIBLE_SPREAD)
            learned, implausible = min(learned, plausible), posts > plausible
        error = ((learned - expected) ** 2 - learned) / (expected * expected)
        hours = scale / 60
        weight = min(1.0, (expected / (1.0 + dispersion * expected)) ** 2) * min(1.0, hours)
        if implausible:
            weight *= _IMPLAUSIBLE_WEIGHT
        self._sizes.clear()
        values = self.values
        keep = math.exp(-hours / max(SPREAD_MEMORY, SPREAD_WINDOWS * hours))
        values[_SPREAD + at] = values[_SPREAD + at] * keep + weight * error
        values[_SPREAD_WEIGHT + at] = values[_SPREAD_WEIGHT + at] * keep + weight

    def learn_windows(self, scale: int, hour: int, phase: int, posts: Sequence[int]) -> None:
        """`learn_spread` of an hour's windows of `scale` minutes, one after another; the first begins `phase` minutes
        after a closed hour began."""
        if not self.own:
            return
        if not self._prefix:
            self._tabulate()
        local = hour + _LOCAL
        prefix, daily = self._prefix, self._daily[(local // 24 + 3) % 7]
        start, level = local % 24 * 60 + phase, self.level
        # Within an hour the rhythm is at most twice the hour's own factor.
        here, after = local % 24, (local + 1) % 24
        steepest = 2 * max(prefix[here + 1] - prefix[here], prefix[after + 1] - prefix[after]) * scale / 60
        if level * steepest * daily < 0.999 * _LEAST_EXPECTED:
            return
        # What falls after midnight is taken at the factor of the day before.
        edges = [
            self._read(at) if at <= 1440 else prefix[24] + self._read(at - 1440)
            for at in range(start, start + 61, scale)
        ]
        for (low, high), counted in zip(pairwise(edges), posts, strict=True):
            self.learn_spread(scale, counted, max(level * ((high - low) * daily), 1e-9))


@lru_cache(maxsize=16)
def _pooled(rhythm: tuple[float, ...]) -> tuple[array[float], array[float], array[float], array[float]]:
    """Hours, their sums and slopes, and days of every series that learned no rhythm of its own yet: one for all."""
    hourly = array("d", rhythm)
    return hourly, _summed(hourly), _sloping(hourly), array("d", [1.0] * 7)


def _summed(hourly: array[float]) -> array[float]:
    scale = 24 / sum(hourly, 0.0)
    return array("d", [0.0, *accumulate([factor * scale for factor in hourly])])


def _sloping(hourly: array[float]) -> array[float]:
    scale = 24 / sum(hourly, 0.0)
    level = [factor * scale for factor in hourly]
    return array(
        "d",
        [
            max(-2 * factor, min(2 * factor, (after - before) / 2))
            for before, factor, after in zip((level[-1], *level[:-1]), level, (*level[1:], level[0]), strict=True)
        ],
    )


def _plausible(expected: float, size: float, deviations: float) -> float:
    sigma = math.sqrt(expected + expected * expected / size)
    return expected + deviations * sigma + 1.0


@lru_cache(maxsize=64)
def _nearest(scale: int) -> int:
    return min(range(len(SCALES)), key=lambda at: abs(math.log(SCALES[at] / scale)))

"""What a series is expected to count: a Gamma-Poisson model learned hour by hour, in event time.

A window of a quiet series is negative binomial with

    mean  = level x sum over its minutes of rhythm(hour of day, day of week) x share seen
    var   = mean + mean² x (dispersion of its scale + 1 / posts the level was learned from)

- *level*, posts per hour: conjugate Gamma, memory `LEVEL_MEMORY` hours, starting at the pooled prior of the kind;
- *rhythm*: factors for 24 hours and 7 days, each shrunk to the pooled profile by pseudo-counts, so never zero;
- *dispersion*, per scale: method of moments on the errors of predictions that were made before the window was learned.

Only closed hours are learned; the first day teaches the level alone. An hour beyond what the model holds for plausible
is learned as the plausible limit (Huber), so that a burst doesn't raise the bar for itself while a lasting change is followed within days. Minutes in
which the sources were blind count for nothing: neither zero nor memory.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

SCALES: Final = (5, 15, 60, 360, 1440, 10080)
"""Minutes; the dispersion is learned at these, a window uses that of the nearest."""
LEVEL_MEMORY: Final = 168.0
"""Hours of rhythm. Shorter follows changes faster and makes thresholds noisier."""
RHYTHM_MEMORY: Final = 672.0
"""Hours."""
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
_PLAUSIBLE, _PLAUSIBLE_COLD = 3.0, 6.0
"""Standard deviations above the mean up to which an hour is learned in full."""
_PLAUSIBLE_SPREAD = 5.0
"""The same for the dispersion, where cutting a long tail short would make the tail seem short."""
_IMPLAUSIBLE_WEIGHT = 0.02
"""What an implausible window counts for when the dispersion is learned."""
_RUN_DOUBLES: Final = 12.0
"""Implausible hours after which twice as much is plausible: a day's burst hardly counts, a lasting change does."""
_RUN_LASTS: Final = 24.0
"""Implausible hours after which the old level is forgotten within a day or two."""
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
    dispersion: float = 0.6
    """At the shortest scale, as the squared coefficient of variation beyond Poisson."""
    rhythm: tuple[float, ...] = _DIURNAL


PRIORS: Final = {
    "place": Prior(posts_per_hour=2.0),
    "phenomenon": Prior(posts_per_hour=2.0),
    "term": Prior(posts_per_hour=0.5),
    "watch": Prior(posts_per_hour=0.1),
    "event": Prior(posts_per_hour=0.05),
}
"""By kind of series: the part of its name before the colon."""
_UNKNOWN = Prior(posts_per_hour=0.5)

# Where things stand in `Baseline.values`.
_SHAPE, _EXPOSURE, _LEARNED = 0, 1, 2
_HOUR_POSTS, _HOUR_EXPECTED = 3, 27
_DAY_POSTS, _DAY_EXPECTED = 51, 58
_SPREAD, _SPREAD_WEIGHT = 65, 71
_RUN = 77
_SIZE = 78


class Baseline:
    """Learned state of one series: 78 single-precision numbers (312 bytes), so that storing it loses nothing."""

    __slots__ = ("_daily", "_prefix", "_prior", "_slopes", "values")

    def __init__(self, kind: str, values: bytes | None = None, *, prior: Prior | None = None) -> None:
        self._prior = prior or PRIORS.get(kind, _UNKNOWN)
        self.values = array("f", bytes(4 * _SIZE) if values is None else values)
        if len(self.values) != _SIZE:
            raise ValueError("not a baseline")
        self._prefix: list[float] = []
        self._slopes: list[float] = []
        self._daily: list[float] = []

    @property
    def own(self) -> bool:
        return self.values[_LEARNED] >= OWN_AFTER_HOURS

    @property
    def level(self) -> float:
        """Posts per hour over an average hour; never zero."""
        prior = self._prior
        shape = prior.worth_posts + self.values[_SHAPE]
        return shape / (prior.worth_posts / prior.posts_per_hour + self.values[_EXPOSURE])

    def rhythm(self, start: int, end: int) -> float:
        """Sum of the rhythm over the minutes [start, end), in average hours."""
        if not self._prefix:
            self._tabulate()
        start, end = start + 60 * _LOCAL, end + 60 * _LOCAL
        prefix, slopes, daily = self._prefix, self._slopes, self._daily
        first, last = start // 1440, (end - 1) // 1440
        total = 0.0
        for day in range(first, last + 1):
            low = max(start - day * 1440, 0)
            high = min(end - day * 1440, 1440)
            within = _read(prefix, slopes, high) - _read(prefix, slopes, low)
            total += within * daily[(day + 3) % 7]
        return total

    def _tabulate(self) -> None:
        """Factors per hour and day; both average to one, or they and the level would drift against each other."""
        values, pooled = self.values, self._prior.rhythm
        hourly = [
            pooled[hour] * (_HOUR_WEIGHT + values[_HOUR_POSTS + hour]) / (_HOUR_WEIGHT + values[_HOUR_EXPECTED + hour])
            for hour in range(24)
        ]
        daily = [
            (_DAY_WEIGHT + values[_DAY_POSTS + day]) / (_DAY_WEIGHT + values[_DAY_EXPECTED + day]) for day in range(7)
        ]
        scale = 24 / sum(hourly)
        hourly = [factor * scale for factor in hourly]
        self._prefix = [0.0, *accumulate(hourly)]
        self._prefix.append(self._prefix[-1])
        self._slopes = [
            max(-2 * factor, min(2 * factor, (hourly[(hour + 1) % 24] - hourly[hour - 1]) / 2))
            for hour, factor in enumerate(hourly)
        ]
        self._slopes.append(0.0)
        self._daily = [factor * 7 / sum(daily) for factor in daily]

    def size(self, scale: int) -> float:
        """Size parameter of the negative binomial at a scale in minutes: 1 / squared coefficient of variation."""
        at = _nearest(scale)
        return 1.0 / (self._dispersion(at) + 1.0 / (self._prior.worth_posts + self.values[_SHAPE]))

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
        rhythm = self.rhythm(hour * 60, hour * 60 + 60)
        exposure = rhythm * seen
        level = self.level
        expected = level * exposure
        values = self.values
        run = values[_RUN]
        plausible = self._plausible(expected, 60, _PLAUSIBLE * 2 ** (run / _RUN_DOUBLES))
        learned = min(float(max(posts, 0)), plausible)
        keep = math.exp(-seen / (LEVEL_MEMORY if run < _RUN_LASTS else _RUN_LASTS))
        implausible = posts > self._plausible(expected, 60, _PLAUSIBLE)
        values[_RUN] = min(run + 1, 10 * _RUN_DOUBLES) if implausible else max(run - 1, 0)
        values[_SHAPE] = values[_SHAPE] * keep + learned
        values[_EXPOSURE] = values[_EXPOSURE] * keep + exposure
        values[_LEARNED] = min(values[_LEARNED] + seen, 1e6)
        if self.own:
            self._learn_rhythm(hour + _LOCAL, learned, level, expected, seen)
            self._prefix = []

    def _learn_rhythm(self, local: int, learned: float, level: float, expected: float, seen: float) -> None:
        values = self.values
        hour, day = local % 24, (local // 24 + 3) % 7
        daily = self._daily[day]
        keep_hour, keep_day = math.exp(-24 * seen / RHYTHM_MEMORY), math.exp(-7 * seen / RHYTHM_MEMORY)
        at, to = _HOUR_POSTS + hour, _HOUR_EXPECTED + hour
        values[at] = values[at] * keep_hour + learned
        values[to] = values[to] * keep_hour + level * daily * self._prior.rhythm[hour] * seen
        at, to = _DAY_POSTS + day, _DAY_EXPECTED + day
        values[at] = values[at] * keep_day + learned
        values[to] = values[to] * keep_day + expected / daily

    def learn_spread(self, scale: int, posts: int, expected: float) -> None:
        """Takes in how far a closed window of one of `SCALES` was from what was expected of it."""
        if expected < 0.02 or not self.own:
            return
        at = _nearest(scale)
        dispersion = self._dispersion(at)
        plausible = self._plausible(expected, scale, _PLAUSIBLE_SPREAD)
        learned = min(float(max(posts, 0)), plausible)
        error = ((learned - expected) ** 2 - learned) / (expected * expected)
        hours = scale / 60
        weight = min(1.0, (expected / (1.0 + dispersion * expected)) ** 2) * min(1.0, hours)
        if posts > plausible:
            weight *= _IMPLAUSIBLE_WEIGHT
        values = self.values
        keep = math.exp(-hours / max(SPREAD_MEMORY, SPREAD_WINDOWS * hours))
        values[_SPREAD + at] = values[_SPREAD + at] * keep + weight * error
        values[_SPREAD_WEIGHT + at] = values[_SPREAD_WEIGHT + at] * keep + weight

    def _plausible(self, expected: float, scale: int, deviations: float) -> float:
        sigma = math.sqrt(expected + expected * expected / self.size(scale))
        return expected + (deviations if self.own else _PLAUSIBLE_COLD) * sigma + 1.0


def _read(prefix: list[float], slopes: list[float], minute: int) -> float:
    """Rhythm from midnight to a minute. Within an hour it rises or falls evenly, about the hour's own factor."""
    hour, rest = divmod(minute, 60)
    part = rest / 60
    return prefix[hour] + (prefix[hour + 1] - prefix[hour]) * part + slopes[hour] * (part * part - part) / 2


@lru_cache(maxsize=64)
def _nearest(scale: int) -> int:
    return min(range(len(SCALES)), key=lambda at: abs(math.log(SCALES[at] / scale)))

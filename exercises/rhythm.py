"""How many posts in a minute: the rhythm of a day, curves between points, and the unrest of real crowds."""

from __future__ import annotations

import datetime
import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from random import Random

from exercises.scenario import LOCAL, Point, minute_of

PerMinute = Callable[[int], float]
"""Expected posts in a minute (since the epoch, UTC)."""

DAY_MINUTES = 1440


def daily(posts_per_day: float, hours: Sequence[float], weekend: float) -> PerMinute:
    """``hours``: 24 relative levels; between two full hours on a straight line. ``weekend``: factor of Sat and Sun."""
    level = [hours[m // 60] + (hours[(m // 60 + 1) % 24] - hours[m // 60]) * (m % 60) / 60 for m in range(DAY_MINUTES)]
    share = [posts_per_day * value / sum(level) for value in level]
    cached: tuple[int, float, int] = (-1, 1.0, 0)

    def per_minute(minute: int) -> float:
        nonlocal cached
        if minute // 60 != cached[0]:
            local = datetime.datetime.fromtimestamp(minute * 60, LOCAL)
            cached = (minute // 60, weekend if local.weekday() >= 5 else 1.0, local.hour)
        return share[cached[2] * 60 + minute % 60] * cached[1]

    return per_minute


def curve(points: Sequence[Point]) -> PerMinute:
    """Straight lines between the points; nothing before the first and after the last."""
    minutes = [minute_of(point.at) for point in points]
    levels = [point.per_hour / 60 for point in points]

    def per_minute(minute: int) -> float:
        index = bisect_right(minutes, minute)
        if index == 0 or index == len(minutes):
            return 0.0
        begin, end = minutes[index - 1], minutes[index]
        return levels[index - 1] + (levels[index] - levels[index - 1]) * (minute - begin) / (end - begin)

    return per_minute


def restless(rate: PerMinute, variation: float, random: Random) -> PerMinute:
    """Gamma-distributed factor per hour (mean 1, coefficient of variation ``variation``): counts are over-dispersed."""
    if variation == 0:
        return rate
    shape = 1 / variation**2
    hour, factor = -1, 1.0

    def per_minute(minute: int) -> float:
        nonlocal hour, factor
        if minute // 60 != hour:
            hour, factor = minute // 60, random.gammavariate(shape, 1 / shape)
        return rate(minute) * factor

    return per_minute


def poisson(mean: float, random: Random) -> int:
    """A Poisson draw; above 30 by the normal approximation, which is off by less than a post."""
    if mean <= 0:
        return 0
    if mean > 30:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count

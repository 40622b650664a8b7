"""How often quiet series cry wolf, against the budget that was set.

    python -m benchmarks.null_calibration [DAYS] [--lasting]

Quiet series are simulated minute by minute: a daily rhythm of ±60%, Poisson counts, and (dispersion > 0) a gamma factor
of that squared coefficient of variation per five minutes, on the clock or (phase) begun minutes off it; `--lasting`:
per quarter of an hour and per hour. After three weeks of learning, each minute is tested by the live code with the
limit that `threshold_for` gives for the budget; alarms less than three hours apart are one. Small budgets are watched
five times as long.
Guards (authors, posts, ratio) are off: they would only make it quieter.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from services.detector.burst import Limits, threshold_for
from services.detector.series import Series
from services.detector.window import Reason

LEVELS = (0.1, 0.5, 2.0, 10.0, 50.0, 200.0)
"""Posts per five minutes."""
LEARNING_DAYS = 21
ONE_ALARM = 180
"""Minutes."""
START = 27_000_000 // 1440 * 1440


def quiet(
    level: float, dispersion: float, days: int, seed: int, phase: int = 0, lasts: int = 1
) -> Iterator[tuple[int, int]]:
    """(minute, posts) of a quiet series; ``lasts``: times five minutes that one gamma factor lasts."""
    random = np.random.default_rng(seed)
    fives = days * 288
    mean = level * (1 + 0.6 * np.sin(2 * np.pi * (np.arange(fives) / 288 - 0.3)))
    if dispersion:
        mean = mean * np.repeat(random.gamma(1 / dispersion, dispersion, fives // lasts), lasts)
    posts = np.roll(random.poisson(np.repeat(mean / 5, 5)), phase)
    return zip(range(START, START + 5 * fives), posts.tolist(), strict=True)


def alarms_per_day(
    level: float, dispersion: float, days: int, budget: float, seed: int = 1, phase: int = 0, lasts: int = 1
) -> float:
    limits = Limits(probability=threshold_for(budget), min_authors=0, min_posts=1, min_sources=0, min_ratio=1.0)
    series = Series.empty("term")
    alarms, last = 0, -ONE_ALARM
    for minute, posts in quiet(level, dispersion, LEARNING_DAYS + days, seed, phase, lasts):
        series.add(minute, posts)
        if minute < START + LEARNING_DAYS * 1440:
            continue
        found = series.test(minute, limits)
        if found is not None and found.verdict is Reason.FIRED:
            alarms += minute - last > ONE_ALARM
            last = minute
    return alarms / days


STEADY = ((0.0, 0, 1, "0.0"), (0.3, 0, 1, "0.3"), (0.3, 2, 1, "0.3, off the clock"))
LASTING = ((0.3, 2, 3, "0.3, per quarter of an hour"), (0.3, 2, 12, "0.3, per hour"))
"""Dispersion, phase, times five minutes that a factor lasts, and how the table tells it."""


def main(days: int, *, lasting: bool) -> None:
    print("| posts per 5 min | dispersion | budget per day | alarms per day | ratio |")
    print("|---|---|---|---|---|")
    for budget, span in ((1.0, days),) if lasting else ((1.0, days), (0.2, 5 * days)):
        for dispersion, phase, lasts, told in LASTING if lasting else STEADY:
            for level in LEVELS:
                found = alarms_per_day(level, dispersion, span, budget, phase=phase, lasts=lasts)
                print(f"| {level} | {told} | {budget} | {found:.2f} | {found / budget:.2f} |", flush=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    numbers = [int(one) for one in given if one != "--lasting"]
    main(numbers[0] if numbers else 60, lasting="--lasting" in given)

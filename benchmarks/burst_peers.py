"""Side by side on the same simulated series: ours, EARS C1-C3, Kleinberg's automaton and a plain z-score.

    python -m benchmarks.burst_peers

Each series is quiet for five weeks (daily rhythm of ±60%, dispersion 0.2) with three planted bursts of half an hour in
the last two; the peers get hourly counts, which is as often as they can be asked without losing what they assume.
Printed per level: false alarms per day, bursts found, and minutes from the first planted post to the alarm.

EARS after Hutwagner et al. 2003 (7 periods of baseline; C2 and C3 two periods back; limit 3 standard deviations, C3 2);
Kleinberg 2002, two states, s=2, gamma=1, on the counts up to each hour; z-score over the last 168 hours, limit 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.null_calibration import LEARNING_DAYS, ONE_ALARM, START, quiet
from services.detector.burst import Limits, threshold_for
from services.detector.series import Series
from services.detector.window import Reason

WEEKS = 5
BURST_MINUTES, BURST_AT = 30, (24 * 1440 + 13 * 60 + 20, 28 * 1440 + 19 * 60 + 5, 32 * 1440 + 8 * 60 + 40)
"""Minutes after the start of the series."""
COLUMNS = ("method", "posts per 5 min", "false alarms per day", "found", "minutes to alarm (median)")


def planted(level: float, seed: int) -> list[int]:
    """Posts per minute; a burst adds 40 posts, or four times the usual when that is more."""
    posts = [count for _, count in quiet(level, 0.2, WEEKS * 7, seed)]
    random = np.random.default_rng(seed + 100)
    for start in BURST_AT:
        extra = max(40.0, 4 * level * BURST_MINUTES / 5)
        for minute, more in enumerate(random.poisson(extra / BURST_MINUTES, BURST_MINUTES)):
            posts[start + minute] += int(more)
    return posts


def ours(posts: Sequence[int]) -> list[int]:
    """Minutes at which it fires, at a budget of one false alarm in ten days."""
    limits = Limits(probability=threshold_for(0.1), min_authors=0, min_sources=0)
    series = Series.empty("term")
    fired = []
    for minute, count in enumerate(posts):
        series.add(START + minute, count)
        if minute >= LEARNING_DAYS * 1440:
            found = series.test(START + minute, limits)
            if found is not None and found.verdict is Reason.FIRED:
                fired.append(minute)
    return fired


def _ears(counts: Sequence[int], at: int, lag: int) -> float:
    baseline = counts[at - lag - 7 : at - lag]
    mean = sum(baseline) / 7
    deviation = math.sqrt(sum((count - mean) ** 2 for count in baseline) / 6)
    return (counts[at] - mean) / max(deviation, 0.5)


def c1(counts: Sequence[int], at: int) -> bool:
    return _ears(counts, at, 0) > 3


def c2(counts: Sequence[int], at: int) -> bool:
    return _ears(counts, at, 2) > 3


def c3(counts: Sequence[int], at: int) -> bool:
    return sum(max(0.0, _ears(counts, at - back, 2) - 1) for back in range(3)) > 2


def z_score(counts: Sequence[int], at: int) -> bool:
    window = counts[at - 168 : at]
    mean = sum(window) / 168
    deviation = math.sqrt(sum((count - mean) ** 2 for count in window) / 167)
    return counts[at] > mean + 3 * max(deviation, 1e-9) and counts[at] > 0


def kleinberg(counts: Sequence[int], at: int) -> bool:
    """State of the last hour on the cheapest path over the last week, rates per hour Poisson."""
    window = counts[at - 167 : at + 1]
    calm = max(sum(window) / len(window), 1e-3)
    high = 2 * calm
    into = math.log(len(window))
    low_cost, high_cost = 0.0, into
    for count in window:
        low_cost = min(low_cost, high_cost) + calm - count * math.log(calm)
        high_cost = min(low_cost - (calm - count * math.log(calm)) + into, high_cost) + high - count * math.log(high)
    return high_cost < low_cost


def hourly(rule: Callable[[Sequence[int], int], bool]) -> Callable[[Sequence[int]], list[int]]:
    """Minutes at which a rule on whole hours fires: at the end of the hour."""

    def fires(posts: Sequence[int]) -> list[int]:
        counts = [sum(posts[hour : hour + 60]) for hour in range(0, len(posts), 60)]
        return [hour * 60 + 59 for hour in range(LEARNING_DAYS * 24, len(counts)) if rule(counts, hour)]

    return fires


METHODS: dict[str, Callable[[Sequence[int]], list[int]]] = {
    "Seinpost": ours,
    "EARS C1": hourly(c1),
    "EARS C2": hourly(c2),
    "EARS C3": hourly(c3),
    "Kleinberg": hourly(kleinberg),
    "z-score": hourly(z_score),
}


def judge(fired: Sequence[int]) -> tuple[int, list[int]]:
    """False alarms (one while less than three hours apart) and the delay of each burst that was found."""
    delays, false, last = [], 0, -ONE_ALARM
    for start in BURST_AT:
        hits = [minute - start for minute in fired if start <= minute < start + BURST_MINUTES + 60]
        delays += hits[:1]
    for minute in fired:
        if any(start <= minute < start + 1440 for start in BURST_AT):
            continue
        false += minute - last > ONE_ALARM
        last = minute
    return false, delays


def main(seeds: int = 4) -> None:
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    days = (WEEKS * 7 - LEARNING_DAYS - len(BURST_AT)) * seeds
    for level in (0.1, 2.0, 50.0):
        series = [planted(level, seed) for seed in range(seeds)]
        for name, method in METHODS.items():
            outcomes = [judge(method(posts)) for posts in series]
            delays = sorted(delay for _, found in outcomes for delay in found)
            middle = str(delays[len(delays) // 2]) if delays else "-"
            false = sum(count for count, _ in outcomes) / days
            total = len(BURST_AT) * seeds
            print(f"| {name} | {level} | {false:.2f} | {len(delays)}/{total} | {middle} |", flush=True)


if __name__ == "__main__":
    main()

"""Side by side on the exercises: ours, EARS C1-C3, Kleinberg's automaton and a plain z-score.

    python -m benchmarks.scenario_peers [EXERCISE...] [--write docs]

The peers get what they ask for and more: every series of one phenomenon in one gemeente, matched and placed by our own
code, per hour. Each is asked at the end of every hour, from the first hour that it has a day behind it (EARS: nine
hours). They are held to our least number of posts in the hour (10), for without it they alarm on single posts.
Ours is the alert as live opens it.

Found: an alarm on a planted phenomenon at its place, in the planted time. Delay: from the first planted post to the
alarm. False alarms: everything outside planted series and times, one while less than three hours apart in one series.
The crowd of a demonstration, which we tell as such, counts as false for all.
"""

from __future__ import annotations

import argparse
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import configuration
from benchmarks.burst_peers import c1, c2, c3
from configuration import Configuration
from exercises.scenario import Happening, ids, load
from seinpost.recording import Recording, record
from seinpost.replay import SETTINGS, projector_of
from services.anonymizer.lexicon import load as load_lexicon

LEAST_POSTS = 10
ONE_ALARM = 180
"""Minutes."""
WEEK = 168
PAGE = Path("reference/exercises.md")
BEGIN, END = "<!-- peers: python -m benchmarks.scenario_peers --write docs -->", "<!-- end of peers -->"
Rule = Callable[[Sequence[int], int], bool]
Alarm = tuple[str, int]
"""Series, minute."""


def z_score(counts: Sequence[int], at: int) -> bool:
    window = counts[max(0, at - WEEK) : at]
    mean = sum(window) / len(window)
    deviation = math.sqrt(sum((count - mean) ** 2 for count in window) / max(1, len(window) - 1))
    return counts[at] > mean + 3 * max(deviation, 1e-9)


def kleinberg(counts: Sequence[int], at: int) -> bool:
    """As in `benchmarks.burst_peers`, on as much of a week as there is."""
    window = counts[max(0, at - WEEK + 1) : at + 1]
    calm = max(sum(window) / len(window), 1e-3)
    high, into = 2 * calm, math.log(len(window))
    low_cost, high_cost = 0.0, into
    for count in window:
        low, rise = calm - count * math.log(calm), high - count * math.log(high)
        low_cost, high_cost = min(low_cost, high_cost) + low, min(low_cost + into, high_cost) + rise
    return high_cost < low_cost


RULES: dict[str, tuple[Rule, int]] = {
    "EARS C1": (c1, 9),
    "EARS C2": (c2, 9),
    "EARS C3": (c3, 11),
    "Kleinberg": (kleinberg, 24),
    "z-score": (z_score, 24),
}
"""The rule, and the hours it must have seen."""
METHODS = ("Seinpost", *RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    found: int
    planted: int
    delays: tuple[int, ...]
    """Minutes from the first planted post to the alarm."""
    false: int


def ours(recording: Recording) -> list[Alarm]:
    return [
        (f"watch:{alert.phenomenon}@{alert.place.gemeente_code}", alert.opened_minute) for alert in recording.alerts
    ]


def peer(recording: Recording, rule: Rule, hours_before: int, least_posts: int = LEAST_POSTS) -> list[Alarm]:
    minutes = recording.scenario.minutes
    found = []
    for name, counts in recording.counts.items():
        if name.startswith("watch:"):
            hours = _hourly(counts, minutes)
            for at in range(hours_before, len(hours)):
                if hours[at] >= least_posts and rule(hours, at):
                    found.append((name, minutes.start + at * 60 + 59))
    return sorted(found, key=lambda alarm: (alarm[1], alarm[0]))


def _hourly(counts: Counter[int], minutes: range) -> list[int]:
    hours = [0] * -(-len(minutes) // 60)
    for minute, posts in counts.items():
        if minute in minutes:
            hours[(minute - minutes.start) // 60] += posts
    return hours


def score(recording: Recording, alarms: Sequence[Alarm], config: Configuration) -> Score:
    planted = recording.scenario.planted
    first = [next((alarm for alarm in alarms if _fits(alarm, each, config)), None) for each in planted]
    false, last = 0, dict[str, int]()
    for alarm in alarms:
        name, minute = alarm
        if not any(_fits(alarm, each, config) or _after(alarm, each, config) for each in planted):
            false += minute - last.get(name, -ONE_ALARM) >= ONE_ALARM
            last[name] = minute
    delays = tuple(
        alarm[1] - each.minutes.start for alarm, each in zip(first, planted, strict=True) if alarm is not None
    )
    return Score(found=len(delays), planted=len(planted), delays=delays, false=false)


def _series(happening: Happening, config: Configuration) -> set[str]:
    code = config.gazetteer.code_of(happening.gemeente)
    return {f"watch:{phenomenon}@{code}" for phenomenon in (happening.phenomenon, *happening.also)}


def _fits(alarm: Alarm, happening: Happening, config: Configuration) -> bool:
    return alarm[0] in _series(happening, config) and alarm[1] in happening.minutes


def _after(alarm: Alarm, happening: Happening, config: Configuration) -> bool:
    """What goes on after it came to the street is no false alarm."""
    return alarm[0] in _series(happening, config) and alarm[1] >= happening.minutes.start


def table(recordings: Sequence[Recording], config: Configuration) -> list[str]:
    lines = [f"| exercise | {' | '.join(METHODS)} |", "|---|" + "---|" * len(METHODS)]
    sums = {method: [0, 0, 0] for method in METHODS}
    bare = {method: [0, 0, 0] for method in RULES}
    for recording in recordings:
        cells = []
        for method in METHODS:
            alarms = ours(recording) if method == "Seinpost" else peer(recording, *RULES[method])
            found = score(recording, alarms, config)
            cells.append(_cell(found))
            _add(sums[method], found)
            if method in RULES:
                _add(bare[method], score(recording, peer(recording, *RULES[method], least_posts=1), config))
        lines.append(f"| {recording.scenario.id} | {' | '.join(cells)} |")
    total, without = (
        [f"{found} of {planted}; {false} false" for found, planted, false in each.values()] for each in (sums, bare)
    )
    return [*lines, f"| **all** | {' | '.join(total)} |", f"| all, from one post | – | {' | '.join(without)} |"]


def _add(total: list[int], found: Score) -> None:
    for index, value in enumerate((found.found, found.planted, found.false)):
        total[index] += value


def _cell(found: Score) -> str:
    when = ", ".join(f"{delay // 60} h {delay % 60:02}" if delay >= 60 else f"{delay} min" for delay in found.delays)
    told = (when or "missed") if found.planted else "–"
    return f"{told}; {found.false} false" if found.false else told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exercises", nargs="*", help="ids; none: all")
    parser.add_argument("--config", type=Path, default=Path("config"))
    parser.add_argument("--write", type=Path, help="directory of the documentation: renew the table there")
    chosen = parser.parse_args()
    config = configuration.load(chosen.config)
    projector = projector_of(config, load_lexicon(SETTINGS.lexicon))
    lines = table([record(load(name), 1, config, projector) for name in chosen.exercises or ids()], config)
    print("\n".join(lines))
    if chosen.write is not None:
        page = chosen.write / PAGE
        text = page.read_text(encoding="utf-8")
        renewed = "\n".join([BEGIN, "", *lines, "", END])
        pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
        page.write_text(pattern.sub(lambda _: renewed, text), encoding="utf-8")


if __name__ == "__main__":
    main()

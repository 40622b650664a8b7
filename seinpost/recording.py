"""One exercise through the code of live, with the course of its series: what a table, a plot and a peer need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from configuration import Configuration
from contracts.alert import Alert
from contracts.anonymous_posts import AnonymousBatch, AnonymousPost
from exercises import generator
from exercises.scenario import Scenario
from seinpost.replay import Replay
from services.anonymizer.projection import Projector
from services.detector.fold import SourceFold
from services.detector.matching import Matcher
from services.detector.state import SeriesState

BATCH_POSTS = 200
BARS = (15, 30, 60, 180, 360)
"""Minutes of one bar of a plot; a plot has at most `MOST_BARS`."""
MOST_BARS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    minute: int
    """Start, minutes since the epoch."""
    observed: int
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    scenario: Scenario
    posts: int
    alerts: tuple[Alert, ...]
    """The last state of each, by opening and id."""
    counts: Mapping[str, Counter[int]]
    """Posts per minute of every ``watch:`` and ``phenomenon:`` series."""
    series: str
    """The series that is shown: of what was planted, else the one with most posts."""
    about: str
    """The same for people."""
    course: tuple[Bar, ...]
    bar_minutes: int


def record(scenario: Scenario, seed: int, config: Configuration, projector: Projector) -> Recording:
    replay = Replay(config, projector)
    encoder = msgspec.json.Encoder()
    posts = [
        post
        for number, line in enumerate(generator.posts(scenario, seed))
        for post in replay.project(encoder.encode(line), number)
    ]
    counts = _counts(posts, config)
    series = _shown(scenario, counts, config)
    width = next((width for width in BARS if len(scenario.minutes) <= width * MOST_BARS), BARS[-1])
    latest: dict[str, Alert] = {}
    course: list[Bar] = []
    for batch, ends in _until_each_bar(posts, scenario.minutes, width):
        if batch:
            latest |= {alert.id: alert for alert in replay.take(batch)}
        if ends is not None:
            course.append(_bar(replay, series, ends, width, counts[series]))
    latest |= {alert.id: alert for alert in replay.finish()}
    return Recording(
        scenario=scenario,
        posts=len(posts),
        alerts=tuple(sorted(latest.values(), key=lambda alert: (alert.opened_minute, alert.id))),
        counts=counts,
        series=series,
        about=_about(series, config),
        course=tuple(course),
        bar_minutes=width,
    )


def _counts(posts: Sequence[AnonymousPost], config: Configuration) -> dict[str, Counter[int]]:
    fold = SourceFold(0, 1, 1, Matcher(config), {})
    fold.add(AnonymousBatch(partition=0, posts=tuple(posts)), 0)
    found: dict[str, Counter[int]] = {}
    for records in fold.flush(idle=True).values():
        for delta in (delta for each in records for delta in each.deltas):
            if delta.series.startswith(("watch:", "phenomenon:")):
                counts = found.setdefault(delta.series, Counter())
                for share in delta.shares:
                    counts[share.minute] += share.posts
    return found


def _shown(scenario: Scenario, counts: dict[str, Counter[int]], config: Configuration) -> str:
    """Of the phenomena that were planted the one with most posts at its place; of an ordinary day the busiest."""
    wanted = [
        f"watch:{phenomenon}@{config.gazetteer.code_of(happening.gemeente)}"
        for happening in scenario.planted
        for phenomenon in (happening.phenomenon, *happening.also)
    ]
    if not any(name in counts for name in wanted):
        named = {phenomenon for quiet in scenario.quiet for phenomenon in quiet.phenomena}
        wanted = [
            f"phenomenon:{phenomenon.id}" for phenomenon in config.phenomena if phenomenon.id in named or not named
        ]
    best = max(wanted, key=lambda name: counts[name].total() if name in counts else 0)
    counts.setdefault(best, Counter())
    return best


def _about(series: str, config: Configuration) -> str:
    phenomenon, _, code = series.partition(":")[2].partition("@")
    here = config.gazetteer.gemeenten.get(code)
    return f"{phenomenon} in {here.name}" if here is not None else f"{phenomenon}, anywhere"


def _until_each_bar(
    posts: Sequence[AnonymousPost], minutes: range, width: int
) -> Iterator[tuple[list[AnonymousPost], int | None]]:
    """Batches as live makes them, cut where a bar ends; with the end of the bar that is complete then."""
    batch: list[AnonymousPost] = []
    end = (minutes.start // width + 1) * width
    for post in posts:
        while post.minute >= end:
            yield batch, end
            batch, end = [], end + width
        if len(batch) >= BATCH_POSTS and post.offset != batch[-1].offset:
            yield batch, None
            batch = []
        batch.append(post)
    yield batch, end


def _bar(replay: Replay, series: str, end: int, width: int, counts: Counter[int]) -> Bar:
    """What was expected of the bar that ends now, on a copy: looking must not change what is seen."""
    observed = sum(counts[minute] for minute in range(end - width, end))
    state = replay.pipeline.series[0].get(f"/{series}")
    if state is None:
        return Bar(minute=end - width, observed=observed, expected=0.0)
    step = min(width, 60)
    step = 15 if step == 30 else step
    parts = SeriesState.from_bytes(state.to_bytes()).counts.points(end - 1, width // step, step)
    return Bar(minute=end - width, observed=observed, expected=sum(expected for _, _, expected in parts))

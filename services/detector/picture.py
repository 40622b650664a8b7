"""What leaves of a series for the picture, or of a theme: blocks of whole hours that hold at least k people
(`contracts.picture`, `contracts.theme`)."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.picture import PictureBlock
from contracts.theme import ThemeBlock
from services.detector.state import SeriesState
from services.detector.window import Seen

HOUR = 60
LONGEST = 7 * 24 * HOUR
"""As far back as a series can count its people."""
KINDS = ("phenomenon:", "watch:", "theme:")
"""Terms, places and gatherings by themselves are not in the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Hours of a series that may be told. ``shown`` False: with posts, of too few people in a week."""

    start: int
    end: int
    seen: Seen
    shown: bool


def blocks_of(series: str, state: SeriesState, minute: int, k: int, exercise: str | None) -> list[PictureBlock]:
    """Called when event time has left an hour with posts; ``minute`` is in it. Empty: too few people yet."""
    if state.kept.subject.phenomenon is None:
        return []
    place = state.kept.subject.place
    return [
        PictureBlock(
            series=series,
            phenomenon=state.kept.subject.phenomenon,
            gemeente_code=place.gemeente_code if place is not None else None,
            gemeente=place.gemeente if place is not None else None,
            region=place.region if place is not None else None,
            start=one.start,
            end=one.end,
            posts=one.seen.posts if one.shown else None,
            expected=round(one.seen.expected, 3),
            sources=_mix(one, k),
            coverage=round(one.seen.coverage, 4),
            words=state.context(minute, k) if one.shown and one.seen.posts else (),
            exercise=exercise,
        )
        for one in _told(state, minute, k)
    ]


def theme_blocks_of(series: str, state: SeriesState, minute: int, k: int, method: str) -> list[ThemeBlock]:
    """The same of a theme. ``method``: as `Configuration.method` says."""
    subject = state.kept.subject
    if subject.theme is None or subject.part is None:
        return []
    return [
        ThemeBlock(
            series=series,
            theme=subject.theme,
            part=subject.part,
            source=subject.source,
            group=subject.group,
            region=subject.place.region if subject.place is not None else None,
            start=one.start,
            end=one.end,
            posts=one.seen.posts if one.shown else None,
            coverage=round(one.seen.coverage, 4),
            method=method,
        )
        for one in _told(state, minute, k)
    ]


def _told(state: SeriesState, minute: int, k: int) -> list[Told]:
    """The quiet hours since the block before are told too, so that what was expected of them counts. A post that comes
    later than that is counted in its series, not in the picture.
    """
    hour = minute // HOUR * HOUR
    kept = state.kept
    start, end = kept.untold if kept.untold is not None else hour, hour + HOUR
    if too_long := end - start > LONGEST:
        end = start + LONGEST
    seen = state.counts.seen(start, end)
    if kept.untold is None and not seen.posts:
        return []
    shown = not too_long and seen.people >= k
    kept.untold = None if shown else hour if too_long else start
    if not shown and not too_long:
        return []
    told = []
    if kept.pictured is not None and (since := max(kept.pictured, hour + HOUR - LONGEST)) < start:
        quiet = state.counts.seen(since, start)
        told.append(Told(start=since, end=start, seen=quiet, shown=not quiet.posts))  # late posts, of few people
    kept.pictured = end
    return [*told, Told(start=start, end=end, seen=seen, shown=shown)]


def _mix(told: Told, k: int) -> dict[str, int]:
    mix = told.seen.sources
    return dict(sorted(mix.items())) if told.shown and all(posts >= k for posts in mix.values()) else {}

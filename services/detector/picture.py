"""What leaves of a series for the picture: blocks of whole hours that hold at least k people (`contracts.picture`)."""

from __future__ import annotations

from msgspec.structs import replace

from contracts.picture import PictureBlock
from services.detector.state import SeriesState
from services.detector.window import Seen

HOUR = 60
LONGEST = 7 * 24 * HOUR
"""As far back as a series can count its people."""
KINDS = ("phenomenon:", "watch:")
"""Terms, places and gatherings by themselves are not in the picture."""


def blocks_of(series: str, state: SeriesState, minute: int, k: int, exercise: str | None) -> list[PictureBlock]:
    """Called once for an hour with posts, when event time has left it; ``minute`` is in it. None: too few people yet.

    The quiet hours since the block before are told too, so that what was expected of them counts. A post that comes
    later than that is counted in its series, not in the picture.
    """
    hour = minute // HOUR * HOUR
    kept = state.kept
    start, end = kept.untold if kept.untold is not None else hour, hour + HOUR
    if too_long := end - start > LONGEST:
        end = start + LONGEST
    seen = state.counts.seen(start, end)
    if kept.subject.phenomenon is None or (kept.untold is None and not seen.posts):
        return []
    shown = not too_long and seen.people >= k
    kept.untold = None if shown else hour if too_long else start
    if not shown and not too_long:
        return []
    told = []
    if kept.pictured is not None and (since := max(kept.pictured, hour + HOUR - LONGEST)) < start:
        quiet = state.counts.seen(since, start)
        block = _block(series, state, since, start, seen=quiet, exercise=exercise)
        told.append(replace(block, posts=None) if quiet.posts else block)  # late posts, of few people
    kept.pictured = end
    block = _block(series, state, start, end, seen=seen, exercise=exercise)
    if not shown:
        return [*told, replace(block, posts=None, sources={})]
    mix = seen.sources if all(posts >= k for posts in seen.sources.values()) else {}
    return [*told, replace(block, sources=dict(sorted(mix.items())), words=state.context(minute, k))]


def _block(series: str, state: SeriesState, start: int, end: int, *, seen: Seen, exercise: str | None) -> PictureBlock:
    place = state.kept.subject.place
    return PictureBlock(
        series=series,
        phenomenon=state.kept.subject.phenomenon or "",
        gemeente_code=place.gemeente_code if place is not None else None,
        gemeente=place.gemeente if place is not None else None,
        region=place.region if place is not None else None,
        start=start,
        end=end,
        posts=seen.posts,
        expected=round(seen.expected, 3),
        coverage=round(seen.coverage, 4),
        exercise=exercise,
    )

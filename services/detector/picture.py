"""What leaves of a series for the picture: blocks of whole hours that hold at least k people (`contracts.picture`)."""

from __future__ import annotations

from contracts.picture import PictureBlock
from services.detector.state import SeriesState

HOUR = 60
LONGEST = 7 * 24 * HOUR
"""As far back as a series can count its people."""
KINDS = ("phenomenon:", "watch:")
"""Terms, places and gatherings by themselves are not in the picture."""


def block_of(series: str, state: SeriesState, minute: int, k: int, exercise: str | None) -> PictureBlock | None:
    """Called once for an hour with posts, when event time has left it; ``minute`` is in it. None: too few people yet.

    A post that comes later than that is counted in its series, not in the picture.
    """
    hour = minute // HOUR * HOUR
    kept, subject = state.kept, state.kept.subject
    if subject.phenomenon is None:
        return None
    start, end = kept.untold if kept.untold is not None else hour, hour + HOUR
    if too_long := end - start > LONGEST:
        end = start + LONGEST
    seen = state.counts.seen(start, end)
    if kept.untold is None and not seen.posts:
        return None
    shown = not too_long and seen.people >= k
    kept.untold = None if shown else hour if too_long else start
    if not shown and not too_long:
        return None
    mix = seen.sources if shown and all(posts >= k for posts in seen.sources.values()) else {}
    place = subject.place
    return PictureBlock(
        series=series,
        phenomenon=subject.phenomenon,
        gemeente_code=place.gemeente_code if place is not None else None,
        gemeente=place.gemeente if place is not None else None,
        region=place.region if place is not None else None,
        start=start,
        end=end,
        posts=seen.posts if shown else None,
        expected=round(seen.expected, 3),
        sources=dict(sorted(mix.items())),
        coverage=round(seen.coverage, 4),
        words=state.context(minute, k) if shown else (),
        exercise=exercise,
    )

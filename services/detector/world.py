"""Event time of one partition of series, of real life or of one exercise, and which series it has work with."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from services.detector.event_time import Alignment


class Clock(msgspec.Struct, kw_only=True):
    """Event time of one partition of series, kept with them. By partition of `posts.anonymous`."""

    reached: dict[int, int] = {}
    minute: int | None = None
    first: int | None = None
    """The earliest minute that any partition of posts began with."""
    began: int | None = None
    """First whole day (UTC) that was counted: what had no post since then had none, and was not merely unknown. A day,
    so that neither the order in which partitions are read at the start nor the size of records changes anything."""


@dataclass(slots=True)
class Counting:
    """What is under way in one of them."""

    clock: Clock
    alignment: Alignment | None = None
    touched: set[str] = field(default_factory=set)
    """Series that were added to in the minute that is still filling."""
    fresh: set[str] = field(default_factory=set)
    """Those of them that were added to since they were last tested: what did not change tests the same."""
    due: dict[int, set[str]] = field(default_factory=dict)
    """Series for which shares wait, by minute."""
    heard: set[str] = field(default_factory=set)
    """Series that were added to in the hour that is passing, for the picture."""
    told: int | None = None

    def wait(self, minute: int, series: str) -> None:
        names = self.due.get(minute)
        if names is None:
            names = self.due[minute] = set()
        names.add(series)

    def next_due(self, upto: int) -> int | None:
        """The first minute, ``upto`` at most, for which something waits."""
        first = min(self.due, default=None)
        return first if first is not None and first <= upto else None

    def touch(self, series: str) -> None:
        self.touched.add(series)
        self.fresh.add(series)
        self.heard.add(series)

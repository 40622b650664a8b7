"""Windows of several lengths that end now, and the rings of counts they are read from.

    minute   ... 19:42 19:43 19:44 19:45 19:46 | now = 19:46, its minute still filling
    5 min                [19:42 ............. 19:47)     whole minutes
    6 h      [13:45 ......................... 19:47)     starts on a quarter of an hour
    7 days   [a week ago, 20:00 ............. 19:47)     starts on an hour

Open inclusive, close exclusive. A window is never longer than its scale, and at most one cell shorter; what is expected
of it is computed for the minutes it really spans.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

MINUTES: Final = 128
"""One-minute cells: the longest window read from them (60) and the hour that is being learned, an hour late."""
QUARTERS: Final = 112
"""Quarter-hour cells, 28 h: windows of up to a day."""
HOURS: Final = 176
"""Hour cells: windows of up to a week."""
_WIDTHS: Final = "bhiq"
"""Types of cells by the room they take; nearly all series count less than 128 in any cell."""
_ZEROS: Final = {kind: array(kind, [0]) * HOURS for kind in _WIDTHS}
_OF_WIDTH: Final = {zeros.itemsize: kind for kind, zeros in _ZEROS.items()}


Packed = tuple[int, int, bytes]
"""A ring: bytes a cell takes, zero bytes before, and all bytes up to the last that is not zero."""


class Reason(StrEnum):
    """What a burst test decided. Stable: a metric label."""

    FIRED = "fired"
    BELOW_THRESHOLD = "below_threshold"
    """Not improbable enough for the false-alarm budget."""
    TOO_FEW_POSTS = "too_few_posts"
    TOO_FEW_AUTHORS = "too_few_authors"
    TOO_FEW_SOURCES = "too_few_sources"
    RATIO_TOO_LOW = "ratio_too_low"
    BLIND = "blind"
    """The sources saw too little of the window to say anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowTest:
    """One window of one series against its baseline."""

    scale_minutes: int
    start_minute: int
    end_minute: int
    """Open inclusive, close exclusive."""
    observed: int
    expected: float
    ratio: float
    """Observed over expected."""
    probability: float
    """P(count >= observed) under the baseline."""
    authors: float
    """Distinct authors; exact up to `sketch.EXACT`. All posts whose source names no author count as one."""
    sources: dict[str, int]
    """Posts per source, without sources that had none."""
    coverage: float
    """Share of the window in which the sources could see, 0 to 1."""
    coordinated: bool
    baseline: str
    """``own`` or ``pooled``."""
    verdict: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was counted in some hours."""

    posts: int
    people: float
    """Distinct authors; all posts whose source names no author count as one."""
    sources: dict[str, int]
    expected: float
    coverage: float


def span(now: int, scale: int) -> tuple[int, int]:
    """Start and end (exclusive) of the window of `scale` minutes that ends with minute `now`, itself included."""
    end = now + 1
    cell = 1 if scale <= 60 else 15 if scale <= 1440 else 60
    return -(-(end - scale) // cell) * cell, end


class Counts:
    """Signed counts in three rings; `head`, the newest minute that fits, is kept by the owner.

    A post older than a ring reaches is left out of that ring only. Cells are a byte wide until one must hold more.
    """

    __slots__ = ("hours", "minutes", "quarters")

    def __init__(self, rings: Sequence[array[int]] | None = None) -> None:
        """``rings``: of minutes, quarters and hours; none: nothing was counted."""
        if rings is None:
            zeros = _ZEROS["b"]
            rings = zeros[:MINUTES], zeros[:QUARTERS], zeros[:HOURS]
        self.minutes, self.quarters, self.hours = rings

    def roll(self, head: int, to: int) -> None:
        """Makes room for the minutes after `head` up to and with `to`."""
        _clear(self.minutes, head, to)
        if to // 15 > head // 15:
            _clear(self.quarters, head // 15, to // 15)
            _clear(self.hours, head // 60, to // 60)

    def add(self, head: int, minute: int, posts: int) -> None:
        if minute > head - MINUTES:
            try:
                self.minutes[minute % MINUTES] += posts
            except OverflowError:
                self.minutes = _added(self.minutes, minute % MINUTES, posts)
        if minute // 15 > head // 15 - QUARTERS:
            try:
                self.quarters[minute // 15 % QUARTERS] += posts
            except OverflowError:
                self.quarters = _added(self.quarters, minute // 15 % QUARTERS, posts)
        if minute // 60 > head // 60 - HOURS:
            try:
                self.hours[minute // 60 % HOURS] += posts
            except OverflowError:
                self.hours = _added(self.hours, minute // 60 % HOURS, posts)

    def total(self, start: int, end: int) -> int:
        """Posts in [start, end), read from the finest ring that its start is aligned to and its length fits in."""
        if end - start <= 60:
            return sum(_cells(self.minutes, start, end))
        if end - start <= 1440 and start % 15 == 0:
            return sum(_cells(self.quarters, start // 15, (end + 14) // 15))
        return sum(_cells(self.hours, start // 60, (end + 59) // 60))

    def windows(self, start: int, scale: int) -> list[int]:
        """Posts in each window of `scale` minutes of the hour from `start` on, which began at most two hours ago."""
        minutes = _cells(self.minutes, start, start + 60)
        return [sum(minutes[low : low + scale]) for low in range(0, 60, scale)]

    @property
    def signed(self) -> bool:
        """Some cell is below zero."""
        return any(min(ring) < 0 for ring in (self.minutes, self.quarters, self.hours))

    def to_parts(self) -> tuple[Packed, Packed, Packed]:
        return _packed(self.minutes), _packed(self.quarters), _packed(self.hours)

    @classmethod
    def from_parts(cls, parts: Sequence[Sequence[Any]]) -> Counts:
        """``parts``: as `to_parts` gives them, or as they come out of bytes."""
        minutes, quarters, hours = parts
        return cls((_unpacked(minutes, MINUTES), _unpacked(quarters, QUARTERS), _unpacked(hours, HOURS)))

    @classmethod
    def from_cells(cls, rings: Sequence[Sequence[int]]) -> Counts:
        """Of each ring all cells."""
        counts = cls([_narrow(ring) for ring in rings])
        if (len(counts.minutes), len(counts.quarters), len(counts.hours)) != (MINUTES, QUARTERS, HOURS):
            raise ValueError("rings of another size")
        return counts


def _added(ring: array[int], at: int, posts: int) -> array[int]:
    """The ring with wider cells: one was to hold more than it can."""
    cells = ring.tolist()
    cells[at] += posts
    return _narrow(cells)


def _narrow(cells: Sequence[int]) -> array[int]:
    """In the least room."""
    for kind in _WIDTHS[:-1]:
        try:
            return array(kind, cells)
        except OverflowError:
            continue
    return array(_WIDTHS[-1], cells)


def _packed(ring: array[int]) -> Packed:
    """The same bytes for the same counts, however they came about."""
    if ring.typecode != "b":
        ring = _narrow(ring)
    cells = ring.tobytes()
    body = cells.lstrip(b"\0")
    return ring.itemsize, len(cells) - len(body), body.rstrip(b"\0")


def _unpacked(packed: Sequence[Any], size: int) -> array[int]:
    width, before, body = packed
    kind = _OF_WIDTH.get(width)
    after = size * width - before - len(body)
    if kind is None or before < 0 or after < 0:
        raise ValueError("rings of another size")
    return array(kind, bytes(before) + body + bytes(after))


def _clear(ring: array[int], head: int, to: int) -> None:
    """Zeroes the cells after `head` up to and with `to`."""
    fresh, size = to - head, len(ring)
    if fresh <= 0:
        return
    zeros = _ZEROS[ring.typecode]
    if fresh >= size:
        ring[:] = zeros[:size]
        return
    low = (head + 1) % size
    high = low + fresh
    if high <= size:
        ring[low:high] = zeros[:fresh]
    else:
        ring[low:] = zeros[: size - low]
        ring[: high - size] = zeros[: high - size]


def _cells(ring: array[int], first: int, stop: int) -> array[int]:
    size = len(ring)
    low, high = first % size, first % size + stop - first
    return ring[low:high] if high <= size else ring[low:] + ring[: high - size]

"""The picture of one phenomenon over a day to a year: counts against expectation by place and part of the time. Pure.

Blocks (`contracts.picture`) may be longer than a part of the time; a block's posts are then spread evenly over its
hours. Times are minutes since the epoch; days, weeks and months are those of Europe/Amsterdam.
"""

from __future__ import annotations

import datetime
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from contracts.picture import PictureBlock

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CONFIDENCE = 1.96
"""Standard errors each way: 95 %."""


class Span(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_STEPS = {
    Span.DAY: (24, datetime.timedelta(hours=1)),
    Span.WEEK: (28, datetime.timedelta(hours=6)),
    Span.MONTH: (30, datetime.timedelta(days=1)),
    Span.QUARTER: (13, datetime.timedelta(days=7)),
    Span.YEAR: (52, datetime.timedelta(days=7)),
}
"""Parts, and how long each is on the clock of the wall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    span: Span
    edges: tuple[int, ...]
    """Where its parts begin, and where the last one ends."""

    @property
    def start(self) -> int:
        return self.edges[0]

    @property
    def end(self) -> int:
        return self.edges[-1]


@dataclass(slots=True)
class Cell:
    """One place in one part of the time."""

    posts: float = 0.0
    expected: float = 0.0
    hidden: bool = False
    """There was more, by too few people to tell."""
    told_minutes: float = 0.0
    seen_minutes: float = 0.0

    @property
    def coverage(self) -> float | None:
        """Share of what is told in which the sources could see; None when nothing is told."""
        return self.seen_minutes / self.told_minutes if self.told_minutes else None


@dataclass(slots=True)
class Row:
    """``name``: a gemeente, a region, or empty for the whole country."""

    name: str
    cells: list[Cell]

    @property
    def total(self) -> Cell:
        return _sum(self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    period: Period
    whole: Row
    rows: tuple[Row, ...]
    """In order of name: never a ranking."""
    sources: dict[str, int]
    words: tuple[str, ...]
    """Used by at least k people, in most blocks first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How many times as many posts as in the other period, with a 95 % interval (ratio of two Poisson rates)."""

    ratio: float
    low: float
    high: float

    @property
    def differs(self) -> bool:
        return not self.low <= 1 <= self.high


def period(span: Span, last: datetime.date) -> Period:
    """The period whose last day is ``last``; its parts follow the clock of the wall, also where that jumps."""
    number, step = _STEPS[span]
    end = datetime.datetime.combine(last, datetime.time()) + datetime.timedelta(days=1)
    walls = [end - step * (number - index) for index in range(number + 1)]
    edges = [int(wall.replace(tzinfo=AMSTERDAM).timestamp()) // 60 for wall in walls]
    return Period(span=span, edges=tuple(dict.fromkeys(edges)))


def before(this: Period) -> Period:
    """The period of the same length that ends where this one begins."""
    last = datetime.datetime.fromtimestamp(this.start * 60, AMSTERDAM).date() - datetime.timedelta(days=1)
    return period(this.span, last)


def picture(blocks: Iterable[PictureBlock], this: Period, *, by_gemeente: bool, names: dict[str, str]) -> Picture:
    """``names``: of regions by code. Rows are gemeenten, or regions; posts without a place are in the whole alone.

    Where blocks of the whole country are within reach these are the whole; else it is the sum of the rows.
    """
    parts = len(this.edges) - 1
    rows: dict[str, Row] = {}
    country = Row("", [Cell() for _ in range(parts)])
    told = False
    sources: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for block in blocks:
        if block.region is None:
            told = True
            _spread(block, this, country.cells)
            sources.update(block.sources)
            words.update(block.words)
            continue
        name = (block.gemeente or "") if by_gemeente else names.get(block.region, block.region)
        _spread(block, this, rows.setdefault(name, Row(name, [Cell() for _ in range(parts)])).cells)
        if by_gemeente:
            sources.update(block.sources)
            words.update(block.words)
    ordered = tuple(rows[name] for name in sorted(rows))
    if by_gemeente or not told:
        country = Row("", [_sum(cells) for cells in zip(*(row.cells for row in ordered), strict=True)] or country.cells)
    return Picture(
        period=this,
        whole=country,
        rows=ordered,
        sources=dict(sorted(sources.items())),
        words=tuple(word for word, _ in sorted(words.items(), key=lambda item: (-item[1], item[0]))),
    )


def compare(this: Cell, other: Cell) -> Comparison | None:
    """None when one of the two is empty: then there is no ratio. Log-normal interval of a ratio of Poisson counts."""
    if this.posts <= 0 or other.posts <= 0:
        return None
    ratio = this.posts / other.posts
    error = CONFIDENCE * math.sqrt(1 / this.posts + 1 / other.posts)
    return Comparison(ratio=ratio, low=ratio * math.exp(-error), high=ratio * math.exp(error))


def _spread(block: PictureBlock, this: Period, cells: Sequence[Cell]) -> None:
    """Give each part of the time its share of a block."""
    length = block.end - block.start
    first = max(0, bisect_right(this.edges, block.start) - 1)
    for index in range(first, len(cells)):
        low, high = max(block.start, this.edges[index]), min(block.end, this.edges[index + 1])
        if low >= high:
            if this.edges[index] >= block.end:
                return
            continue
        share, cell = (high - low) / length, cells[index]
        cell.told_minutes += high - low
        cell.seen_minutes += (high - low) * block.coverage
        if block.posts is None:
            cell.hidden = True  # and what was expected of it is left out, or the rest would look like a fall
        else:
            cell.posts += block.posts * share
            cell.expected += block.expected * share


def _sum(cells: Iterable[Cell]) -> Cell:
    found = Cell()
    for cell in cells:
        found.posts += cell.posts
        found.expected += cell.expected
        found.hidden |= cell.hidden
        found.told_minutes += cell.told_minutes
        found.seen_minutes += cell.seen_minutes
    return found

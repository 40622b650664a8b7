"""How many posts on a theme attacked a group, over a day to a year, and which rises fell together with what. Pure.

Blocks (`contracts.theme`) may be longer than a part of the time; their posts are then spread evenly over their hours.
"""

from __future__ import annotations

import datetime
import math
import statistics
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from configuration.events import DatedEvent
from contracts.theme import Part, ThemeBlock
from services.notifier.picture import AMSTERDAM, CONFIDENCE, Period

SURE = 3.0
"""Standard errors (of the share) or robust deviations (of the number) before a part of the time is called a rise: with
52 parts chance alone gives one in about fourteen views, if posts were independent. They are not; the page says so."""
MAD_TO_DEVIATION = 1.4826
LEAST_PARTS = 6
"""With fewer told parts beside it there is nothing to call a rise against."""
LEAST_GROWTH = 1.5
BEFORE_DAYS = 2
"""A rise falls together with an event that was on its days, or so many days before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Attacks of all posts on a theme, with a 95 % interval (Wilson)."""

    value: float
    low: float
    high: float


@dataclass(slots=True)
class Cell:
    """One source in one part of the time, or all sources. Not whole numbers, where a block was spread."""

    attacks: float = 0.0
    others: float = 0.0
    hidden: bool = False
    """There was more, by too few people to tell."""
    attack_minutes: int = 0
    other_minutes: int = 0
    """How much of the part is told of either. What is not told yet is unknown, not nought."""

    def complete(self, minutes: int) -> bool:
        return not self.hidden and min(self.attack_minutes, self.other_minutes) >= minutes

    @property
    def posts(self) -> float:
        return self.attacks + self.others

    @property
    def share(self) -> Share | None:
        return share(self.attacks, self.posts) if self.posts > 0 else None

    def add(self, other: Cell) -> None:
        self.attacks += other.attacks
        self.others += other.others


class Kind(StrEnum):
    SHARE = "share"
    """A larger share of the posts attacked."""
    NUMBER = "number"
    """More posts on the theme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    part: int
    """Of the period."""
    kind: Kind
    events: tuple[DatedEvent, ...]
    """That fell together with it in time. Never its cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Parts of the time with and without an event, and how many of each had a rise: what coincidence is worth."""

    with_event: int
    with_event_rises: int
    without_event: int
    without_event_rises: int

    @classmethod
    def none(cls) -> Beside:
        return cls(with_event=0, with_event_rises=0, without_event=0, without_event_rises=0)


@dataclass(slots=True, kw_only=True)
class ThemeView:
    theme: str
    period: Period
    sources: dict[str, list[Cell]] = field(default_factory=dict)
    targets: dict[str, float] = field(default_factory=dict)
    """Posts per group, where at least k people attacked it."""
    few: set[str] = field(default_factory=set)
    """Groups that were attacked by too few people to tell, for a part at least."""
    methods: set[str] = field(default_factory=set)

    def cells(self) -> list[Cell | None]:
        """Of each part of the time the sources that are told in full, together. None: there is no such source."""
        edges = self.period.edges
        found: list[Cell | None] = []
        for index in range(len(edges) - 1):
            told = [
                cells[index]
                for cells in self.sources.values()
                if cells[index].complete(edges[index + 1] - edges[index])
            ]
            found.append(_together(told) if told else None)
        return found

    @property
    def total(self) -> Cell:
        return _together(cell for cell in self.cells() if cell is not None)

    @property
    def hidden(self) -> bool:
        """Of some source there was more, by too few people to tell."""
        return any(cell.hidden for cells in self.sources.values() for cell in cells)

    def of_source(self, source: str) -> Cell:
        """Of one source, in the parts that are told in full."""
        edges = self.period.edges
        cells = enumerate(self.sources.get(source, ()))
        return _together(cell for index, cell in cells if cell.complete(edges[index + 1] - edges[index]))


def _together(cells: Iterable[Cell]) -> Cell:
    found = Cell()
    for cell in cells:
        found.add(cell)
    return found


def share(part: float, whole: float, errors: float = CONFIDENCE) -> Share:
    """Wilson score interval; ``errors``: standard errors each way."""
    value, square = part / whole, errors**2
    middle = (value + square / (2 * whole)) / (1 + square / whole)
    reach = errors / (1 + square / whole) * math.sqrt(value * (1 - value) / whole + square / (4 * whole**2))
    return Share(value=value, low=max(0.0, middle - reach), high=min(1.0, middle + reach))


def views(blocks: Iterable[ThemeBlock], this: Period, wanted: Sequence[str]) -> dict[str, ThemeView]:
    """Of one region, or of the whole country. In the order of ``wanted``."""
    found = {theme: ThemeView(theme=theme, period=this) for theme in wanted}
    for block in blocks:
        view = found.get(block.theme)
        if view is None or block.end <= this.start or block.start >= this.end:
            continue
        view.methods.add(block.method)
        if block.group is not None:
            _aim(block, block.group, view)
        elif block.source is not None:
            if block.source not in view.sources:
                view.sources[block.source] = [Cell() for _ in this.edges[1:]]
            _spread(block, view.sources[block.source], this)
    return found


def base_rates(
    blocks: Iterable[ThemeBlock], earlier: Period, wanted: Sequence[str], sources: Iterable[str]
) -> dict[str, Share | None]:
    """By platform: attacks of all posts on all themes together, over an earlier time. None: not measured there yet.
    ``earlier``: one part; of that only what is told of both, for a count need not be as old as the platform."""
    hourly = Period(span=earlier.span, edges=tuple(range(earlier.start // 60 * 60, earlier.end + 1, 60)))
    told = list(views(blocks, hourly, wanted).values())
    return {source: _together(view.of_source(source) for view in told).share for source in sorted(set(sources))}


def rises(view: ThemeView, this: Period, events: Iterable[DatedEvent]) -> tuple[list[Rise], Beside]:
    """``events``: of this theme. A part that is not told in full is no rise and no quiet either."""
    cells = {index: cell for index, cell in enumerate(view.cells()) if cell is not None}
    beside = {index: _on(index, this, events) for index in cells}
    found = [Rise(part=index, kind=kind, events=beside[index]) for index in cells for kind in _kinds(index, cells)]
    risen = {rise.part for rise in found}
    with_event = {index for index in cells if beside[index]}
    return found, Beside(
        with_event=len(with_event),
        with_event_rises=len(with_event & risen),
        without_event=len(cells) - len(with_event),
        without_event_rises=len(risen - with_event),
    )


def _kinds(index: int, cells: Mapping[int, Cell]) -> Iterable[Kind]:
    """Against all other parts together, so that a rise does not hide itself."""
    this, rest = cells[index], [cell for other, cell in cells.items() if other != index]
    if len(rest) < LEAST_PARTS:
        return
    posts = sum(cell.posts for cell in rest)
    usual = _together(rest).attacks / posts if posts > 0 else None
    if usual is not None and this.posts > 0 and share(this.attacks, this.posts, SURE).low > usual:
        yield Kind.SHARE
    numbers = [cell.posts for cell in rest]
    middle = statistics.median(numbers)
    spread = MAD_TO_DEVIATION * statistics.median(abs(number - middle) for number in numbers)
    # Where most parts are alike the spread is nought: chance alone gives the root of what is usual.
    if this.posts > max(middle * LEAST_GROWTH, middle + SURE * max(spread, math.sqrt(middle), 1.0)):
        yield Kind.NUMBER


def _on(index: int, this: Period, events: Iterable[DatedEvent]) -> tuple[DatedEvent, ...]:
    first = datetime.datetime.fromtimestamp(this.edges[index] * 60, AMSTERDAM).date()
    last = datetime.datetime.fromtimestamp(this.edges[index + 1] * 60 - 1, AMSTERDAM).date()
    since = first - datetime.timedelta(days=BEFORE_DAYS)
    return tuple(event for event in events if event.on <= last and event.last >= since)


def _aim(block: ThemeBlock, group: str, view: ThemeView) -> None:
    if block.posts is None:
        view.few.add(group)
        return
    inside = min(block.end, view.period.end) - max(block.start, view.period.start)
    view.targets[group] = view.targets.get(group, 0.0) + block.posts * inside / (block.end - block.start)


def _spread(block: ThemeBlock, cells: Sequence[Cell], this: Period) -> None:
    """Give each part of the time its share of a block."""
    first = max(0, bisect_right(this.edges, block.start) - 1)
    for index in range(first, len(cells)):
        low, high = max(block.start, this.edges[index]), min(block.end, this.edges[index + 1])
        if low >= high:
            if this.edges[index] >= block.end:
                return
            continue
        cell = cells[index]
        posts = (block.posts or 0) * (high - low) / (block.end - block.start)
        cell.hidden |= block.posts is None
        if block.part is Part.ATTACK:
            cell.attacks += posts
            cell.attack_minutes += high - low
        else:
            cell.others += posts
            cell.other_minutes += high - low

"""One picture of it all: what was online, what was expected, what happened on the street and what was decided. Pure.

Units of its own box; the page draws it as SVG, the paper as vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.notifier.console import times
from services.notifier.console.chart import Tick
from services.notifier.dossier import course, wording
from services.notifier.dossier.course import MINUTE_MS, Standing
from services.notifier.dossier.record import Entry

WIDTH, HEIGHT = 960.0, 340.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 12.0, 74.0, 34.0
MARK_WIDTH = 44.0
ROWS = 3
"""Marks close to each other are drawn one above the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    number: int
    """Of the entry."""
    x: float
    y: float
    """Top of its line."""
    label: str
    is_event: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    bars: tuple[Box, ...]
    expected: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]
    values: tuple[Tick, ...]
    times: tuple[Tick, ...]
    bar_minutes: int
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM

    @property
    def shape(self) -> str:
        """The bars as one SVG path."""
        return "".join(f"M{bar.x} {bar.y}h{bar.width}v{bar.height}h-{bar.width}z" for bar in self.bars if bar.height)

    @property
    def line(self) -> str:
        """Points of the expected course."""
        return " ".join(f"{x},{y}" for x, y in self.expected)


def picture(entries: Sequence[Entry]) -> Picture | None:
    """None: the alert carried no course."""
    found = course.course(entries)
    if found is None:
        return None
    standing = course.standing(entries)
    first = min([found.bars[0].minute, *(one.ms // MINUTE_MS for one in standing)])
    last = max([found.bars[-1].minute + found.bar_minutes, *(one.ms // MINUTE_MS + 1 for one in standing)])
    per_minute = (WIDTH - LEFT - RIGHT) / (last - first)
    top = _round_up(max(1.0, *(max(bar.observed, bar.expected) for bar in found.bars)))

    def x(minute: float) -> float:
        return round(LEFT + (minute - first) * per_minute, 1)

    def y(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(1.0, value / top)), 1)

    wide = found.bar_minutes * per_minute
    gap = min(1.5, wide / 4)
    return Picture(
        bars=tuple(
            Box(
                x=x(bar.minute),
                y=y(bar.observed),
                width=round(wide - gap, 2),
                height=round(HEIGHT - BOTTOM - y(bar.observed), 1),
            )
            for bar in found.bars
        ),
        expected=tuple((x(bar.minute + found.bar_minutes / 2), y(bar.expected)) for bar in found.bars),
        marks=_marks(standing, x),
        values=tuple(Tick(at=y(value), label=f"{value:g}".replace(".", ",")) for value in (0, top / 2, top)),
        times=tuple(_ticks(first, last, x)),
        bar_minutes=found.bar_minutes,
    )


def _marks(standing: Sequence[Standing], x: Callable[[float], float]) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    ends = [float("-inf")] * ROWS
    for one in standing:
        at = x(one.ms / MINUTE_MS)
        # The lowest row with room; when all are full, the one with most of it.
        row = next((row for row in range(ROWS) if at - ends[row] >= MARK_WIDTH), ends.index(min(ends)))
        ends[row] = at
        letter = "G" if one.event else "B"
        said = (
            wording.HAPPENED[one.event.happened]
            if one.event
            else wording.POWER[one.decision.power]
            if one.decision
            else ""
        )
        marks.append(
            Mark(
                number=one.number,
                x=at,
                y=TOP - 8 - 20 * row,
                label=f"{letter}{one.number}",
                is_event=one.event is not None,
                text=said,
            )
        )
    return tuple(marks)


def _ticks(first: int, last: int, x: Callable[[float], float]) -> list[Tick]:
    found = []
    days = last - first >= times.DAY_MINUTES
    for part in range(5):
        minute = first + (last - first) * part // 4
        then = times.local(minute * MINUTE_MS)
        label = f"{then.day}-{then.month} {then:%H:%M}" if days else f"{then:%H:%M}"
        anchor = "start" if part == 0 else "end" if part == 4 else "middle"
        found.append(Tick(at=x(minute), label=label, anchor=anchor))
    return found


def _round_up(value: float) -> float:
    size = 1.0
    while True:
        for factor in (1, 2, 4, 5, 8):
            if value <= factor * size:
                return max(2.0, factor * size)
        size *= 10

"""Observed against expected: shapes for an inline SVG, rows for its table. Pure; units of the SVG's own box."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.alert import Alert
from services.notifier.console.times import MINUTE_MS, local

WIDTH, HEIGHT = 720.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 8.0, 12.0, 30.0
DRAWN = 256
"""Charts that are kept: a page of cards is made five times a second in a storm, and a card's chart does not change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    in_window: bool
    label: str
    observed: int
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    at: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    bars: tuple[Bar, ...]
    expected: str
    """Points of the polyline."""
    window: tuple[float, float] | None
    """Left side and width of the marked window."""
    values: tuple[Tick, ...]
    times: tuple[Tick, ...]
    step_minutes: int
    """What one bar counts; shorter than the window when the window is long."""
    shape: str
    """The bars outside the window, as one path: a page of cards draws hundreds of them."""
    window_shape: str


def chart(alert: Alert) -> Chart | None:
    """None when the alert carries no course."""
    points, seen = alert.series, alert.observation
    if not points:
        return None
    return _drawn(
        tuple((point.minute, point.observed, point.expected) for point in points),
        points[1].minute - points[0].minute if len(points) > 1 else seen.scale_minutes,
        (seen.window_start_minute, seen.window_end_minute),
    )


@functools.lru_cache(maxsize=DRAWN)
def _drawn(points: tuple[tuple[int, float, float], ...], step_minutes: int, window: tuple[int, int]) -> Chart:
    return course(points, step_minutes=step_minutes, window=window)


def course(
    points: Sequence[tuple[int, float, float]], *, step_minutes: int, window: tuple[int, int] | None = None
) -> Chart:
    """``points``: at least one bar, oldest first: its first minute, observed, expected. ``window``: minutes from, to
    (exclusive) to be marked."""
    highest = max(1.0, *(max(observed, expected) for _, observed, expected in points))
    top = _round_up(highest)
    plot_width, plot_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    step = plot_width / len(points)
    gap = min(2.0, step / 4)
    since, until = window or (0, 0)

    def y(value: float) -> float:
        return round(TOP + plot_height * (1 - min(1.0, value / top)), 1)

    bars = [
        Bar(
            x=round(LEFT + index * step + gap / 2, 1),
            y=y(observed),
            width=round(step - gap, 1),
            height=round(TOP + plot_height - y(observed), 1),
            in_window=since <= minute < until,
            label=_clock(minute, points[0][0], points[-1][0]),
            observed=round(observed),
            expected=expected,
        )
        for index, (minute, observed, expected) in enumerate(points)
    ]
    line = [f"{LEFT + (index + 0.5) * step:.1f},{y(expected)}" for index, (_, _, expected) in enumerate(points)]
    inside = [bar for bar in bars if bar.in_window]
    marked = (inside[0].x, round(inside[-1].x + inside[-1].width - inside[0].x, 1)) if inside else None
    values = tuple(Tick(at=y(value), label=_short(value)) for value in (0, top / 2, top))
    return Chart(
        bars=tuple(bars),
        expected=" ".join(line),
        window=marked,
        values=values,
        times=_time_ticks(bars),
        step_minutes=step_minutes,
        shape=_path(bar for bar in bars if not bar.in_window),
        window_shape=_path(inside),
    )


def _path(bars: Iterable[Bar]) -> str:
    return "".join(f"M{bar.x} {bar.y}h{bar.width}v{bar.height}h-{bar.width}z" for bar in bars if bar.height)


def _time_ticks(bars: list[Bar]) -> tuple[Tick, ...]:
    """About five, the first and the last kept within the box."""
    last = len(bars) - 1
    chosen = sorted({round(last * part / 4) for part in range(5)})
    ticks = []
    for index in chosen:
        bar = bars[index]
        anchor = "start" if index == 0 else "end" if index == last else "middle"
        at = bar.x if index == 0 else bar.x + bar.width if index == last else bar.x + bar.width / 2
        ticks.append(Tick(at=round(at, 1), label=bar.label, anchor=anchor))
    return tuple(ticks)


def _clock(minute: int, first: int, last: int) -> str:
    then = local(minute * MINUTE_MS)
    return f"{then:%H:%M}" if last - first < 1440 else f"{then.day}-{then.month} {then:%H:%M}"


def _round_up(value: float) -> float:
    size = 1.0
    while True:
        for factor in (1, 2, 4, 5, 8):
            if value <= factor * size:
                return max(2.0, factor * size)
        size *= 10


def _short(value: float) -> str:
    return f"{value / 1000:g}".replace(".", ",") + " dzd" if value >= 10_000 else f"{value:,.0f}".replace(",", ".")

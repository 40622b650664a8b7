"""The course of an exercise as a small SVG: posts, what was expected, alerts, and when it came to the street."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from html import escape

from exercises.scenario import LOCAL, minute_of
from seinpost.recording import Recording

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 264, 46, 10, 58, 30
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#333}.t{font-weight:600}.g{stroke:#8886}.b{fill:#6b8aa8}"
    ".e{fill:none;stroke:#b3420b;stroke-width:1.5}.a{stroke:#a3161f;stroke-width:2;stroke-dasharray:4 2}"
    ".m{fill:#a3161f}.s{stroke:#1d6b34;stroke-width:2}.k{fill:#1d6b34}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.b{fill:#7d9ab5}.e{stroke:#ff9d5c}.a{stroke:#ff8a8a}"
    ".m{fill:#ff8a8a}.s{stroke:#8ddba2}.k{fill:#8ddba2}}"
)
"""Readable on white and on black: the page behind it decides."""


def svg(recording: Recording) -> str:
    course, minutes = recording.course, recording.scenario.minutes
    top = _round_up(max([1.0, *(max(bar.observed, bar.expected) for bar in course)]))
    step = (WIDTH - LEFT - RIGHT) / len(minutes)

    def x(minute: int) -> int:
        return round(LEFT + (min(max(minute, minutes.start), minutes.stop) - minutes.start) * step)

    def y(value: float) -> int:
        return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * min(value, top) / top)

    def end_of(minute: int) -> int:
        return max(x(minute + recording.bar_minutes), x(minute) + 1)

    shape = "".join(
        f"M{x(bar.minute)} {HEIGHT - BOTTOM}V{y(bar.observed)}H{end_of(bar.minute)}V{HEIGHT - BOTTOM}z"
        for bar in course
        if bar.observed
    )
    line = " ".join(f"{x(bar.minute + recording.bar_minutes // 2)},{y(bar.expected)}" for bar in course)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(_title(recording))}</title><style>{STYLE}</style>",
        f'<text class="t" x="{LEFT}" y="14">{escape(_title(recording))}</text>',
        *(
            f'<path class="g" d="M{LEFT} {y(value)}H{WIDTH - RIGHT}"/>'
            f'<text x="{LEFT - 6}" y="{y(value) + 4}" text-anchor="end">{value:g}</text>'
            for value in (0, top / 2, top)
        ),
        f'<path class="b" d="{shape}"/><polyline class="e" points="{line}"/>',
    ]
    for alert in recording.alerts:
        at = x(alert.opened_minute)
        told = f"{alert.label}, {_clock(alert.opened_minute)}"
        parts.append(
            f'<g><title>{escape(told)}</title><path class="a" d="M{at} {TOP - 8}V{HEIGHT - BOTTOM}"/>'
            f'<path class="m" d="M{at - 5} {TOP - 14}h10l-5 8z"/></g>'
        )
    for happening in recording.scenario.planted:
        if happening.starts is not None:
            at = x(minute_of(happening.starts))
            parts.append(
                f'<path class="s" d="M{at} {TOP - 8}V{HEIGHT - BOTTOM}"/>'
                f'<circle class="k" cx="{at}" cy="{TOP - 10}" r="4"/>'
            )
    parts += _days(recording, x)
    parts.append(_legend(recording.bar_minutes))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _title(recording: Recording) -> str:
    return f"{recording.scenario.id}: posts on {recording.about}"


def _legend(bar_minutes: int) -> str:
    width = f"{bar_minutes} min" if bar_minutes < 60 else f"{bar_minutes // 60} h"
    return (
        f'<text x="{LEFT}" y="31">bars: posts per {width} · line: expected · '
        f'<tspan class="m">▼ alert</tspan> · <tspan class="k">● on the street</tspan></text>'
    )


def _days(recording: Recording, x: Callable[[int], int]) -> list[str]:
    """Midnights, as many as there is room for."""
    scenario = recording.scenario
    days = (scenario.until.date() - scenario.from_.date()).days + 1
    every = -(-days // 8)
    parts = []
    for number in range(0, days, every):
        midnight = datetime.datetime.combine(scenario.from_.date() + datetime.timedelta(number), datetime.time())
        minute = minute_of(midnight)
        if minute in scenario.minutes:
            at = min(x(minute), WIDTH - RIGHT - 30)
            parts.append(f'<text x="{at}" y="{HEIGHT - 10}">{midnight.day}-{midnight.month}</text>')
    return parts


def _clock(minute: int) -> str:
    return f"{datetime.datetime.fromtimestamp(minute * 60, LOCAL):%d-%m %H:%M}"


def _round_up(value: float) -> float:
    size = 1.0
    while True:
        for factor in (1, 2, 4, 5, 8):
            if value <= factor * size:
                return max(2.0, factor * size)
        size *= 10

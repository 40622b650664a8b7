"""Two plots of `benchmarks.detector` as SVG: posts a second against active series and against workers.

`python -m benchmarks.detector throughput workers --images docs/images` writes them beside what it measures;
`python -m benchmarks.plot FIELD < lines.jsonl > plot.svg` makes one of lines that were kept.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 320, 80, 30, 34, 50
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#333}.t{font-weight:600}.g{stroke:#8886}"
    ".l{fill:none;stroke:#01689b;stroke-width:2}.p{fill:#01689b}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.l{stroke:#7fbfe0}.p{fill:#7fbfe0}}"
)
"""Readable on white and on black, as `seinpost.plot`."""
TITLES = {
    "series": ("active series", "posts_per_cpu_s", "Posts per second of processor time, one worker"),
    "workers": ("workers", "posts_per_s", "Posts per second"),
}
"""By field of the horizontal axis: its name, the field of the vertical one, the title."""


def points(lines: Iterable[Mapping[str, Any]], field: str) -> list[tuple[float, float]]:
    """Of the lines whose share of posts that count is that of most of them: others are another question."""
    vertical = TITLES[field][1]
    found = [line for line in lines if line.get(field) and vertical in line and line.get("part") != "memory"]
    if field == "series":
        found = [line for line in found if line.get("workers", 1) == 1]
    shares = [line["matching"] for line in found]
    usual = max(shares, key=shares.count, default=None)
    return sorted((line[field], line[vertical]) for line in found if line["matching"] == usual)


def svg(found: list[tuple[float, float]], field: str) -> str:
    """The horizontal axis is logarithmic. Raises ValueError when there is nothing to show."""
    if not found:
        raise ValueError(f"no line has {field}")
    name, _, title = TITLES[field]
    top = _round_up(max(y for _, y in found))
    across, up = _scales([x for x, _ in found], top)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)} by {name}</title><style>{STYLE}</style>",
        f'<text class="t" x="{LEFT}" y="18">{escape(title)}</text>',
    ]
    for part in range(5):
        y = up(top * part / 4)
        lines.append(f'<path class="g" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{top * part / 4:,.0f}</text>')
    path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in found)
    lines.append(f'<polyline class="l" points="{path}"/>')
    for x, y in found:
        lines.append(f'<circle class="p" cx="{across(x):.1f}" cy="{up(y):.1f}" r="4"/>')
        lines.append(f'<text x="{across(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:,.0f}</text>')
    lines.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{name}</text>')
    return "\n".join([*lines, "</svg>", ""])


def write(lines: list[Mapping[str, Any]], directory: Path) -> None:
    """`posts-by-series.svg` and `posts-by-workers.svg`, of what was measured."""
    for part, field in (("throughput", "series"), ("workers", "workers")):
        if found := points([line for line in lines if line.get("part") == part], field):
            (directory / f"posts-by-{field}.svg").write_text(svg(found, field))


def _scales(xs: list[float], top: float) -> tuple[Callable[[float], float], Callable[[float], float]]:
    low, high = math.log10(min(xs)), math.log10(max(xs))
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    return (
        lambda x: LEFT + (math.log10(x) - low) / max(high - low, 1e-9) * width,
        lambda y: HEIGHT - BOTTOM - y / top * height,
    )


def _round_up(value: float) -> float:
    top = 10.0 ** math.ceil(math.log10(max(value, 1)))
    return next(share * top for share in (0.2, 0.4, 0.6, 0.8, 1) if share * top >= value)


if __name__ == "__main__":
    chosen = sys.argv[1]
    sys.stdout.write(svg(points([json.loads(line) for line in sys.stdin if line.startswith("{")], chosen), chosen))

"""A plot of one benchmark as SVG, for docs/performance.md: `python -m benchmarks.plot FIELD < lines.jsonl > plot.svg`.

Reads the JSON lines of `benchmarks.detector`; FIELD (`series`, `workers`) is the horizontal axis, logarithmic, posts
per second of processor time the vertical one. Lines with another share of posts that count are left out.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 320, 80, 50, 20


def plot(points: Iterable[tuple[float, float]], name: str) -> str:
    """Points as (x, posts per CPU second)."""
    points = sorted(points)
    low, high = math.log10(points[0][0]), math.log10(points[-1][0])
    top = 10 ** math.ceil(math.log10(max(y for _, y in points)))
    top = next(share * top for share in (0.2, 0.5, 1) if share * top >= max(y for _, y in points))

    def across(x: float) -> float:
        return LEFT + (math.log10(x) - low) / max(high - low, 1e-9) * (WIDTH - LEFT - 30)

    def up(y: float) -> float:
        return HEIGHT - BOTTOM - y / top * (HEIGHT - BOTTOM - TOP)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f"<title>Posts per second of processor time by {name}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for part in range(5):
        y = top * part / 4
        lines.append(f'<path d="M{LEFT} {up(y):.1f}H{WIDTH - 30}" stroke="#ddd"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{up(y) + 4:.1f}" text-anchor="end">{y:,.0f}</text>')
    path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)
    lines.append(f'<polyline points="{path}" fill="none" stroke="#01689b" stroke-width="2"/>')
    for x, y in points:
        lines.append(f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="4" fill="#01689b"/>')
        lines.append(f'<text x="{across(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:,.0f}</text>')
    lines.append(f'<text x="{(LEFT + WIDTH - 30) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{name}</text>')
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    field = sys.argv[1]
    rows = [json.loads(line) for line in sys.stdin if line.startswith("{")]
    rows = [row for row in rows if row.get(field) and row.get("matching") == 0.1]
    names = {"series": "active series", "workers": "workers"}
    sys.stdout.write(plot([(row[field], row["posts_per_cpu_s"]) for row in rows], names[field]))

"""Numenta Anomaly Benchmark, scored by its own rules (standard profile) on what `seinpost score` prints.

    python -m benchmarks.nab FOLDER     FOLDER holds windows.json and the series it names

The rules are those of Lavin and Ahmad 2015: 15% probation, one true positive per window, the earlier the better
(scaled sigmoid), false positives weigh 0.11, missed windows 1, one threshold for all files, chosen after the fact.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path

from seinpost.score import write

FALSE_POSITIVE, MISSED = 0.11, 1.0
"""Weights of the standard profile; a true positive weighs 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    standard: float
    """0: never alarms. 100: every window at its first row and nothing else."""
    threshold: float
    found: int
    windows: int
    false_positives: int


def probation(rows: int) -> int:
    """Rows at the start that are not scored."""
    return math.floor(0.15 * min(rows, 5000))


def sigmoid(position: float) -> float:
    """Weight by position relative to a window: -1 its start, 0 its end."""
    return -1.0 if position > 3 else 2 / (1 + math.exp(5 * position)) - 1


def row_weights(rows: int, windows: list[tuple[int, int]]) -> list[tuple[int | None, float]]:
    """For each row the window it is in, if any, and what a detection there is worth. Windows by row, both inclusive."""
    weights: list[tuple[int | None, float]] = []
    for row in range(rows):
        inside = next((at for at, (start, end) in enumerate(windows) if start <= row <= end), None)
        if inside is not None:
            start, end = windows[inside]
            weights.append((inside, sigmoid(-(end - row + 1) / (end - start + 1)) / sigmoid(-1.0)))
            continue
        before = [(start, end) for start, end in windows if end < row]
        worth = -1.0 if not before else sigmoid((row - before[-1][1]) / (before[-1][1] - before[-1][0]))
        weights.append((None, worth * FALSE_POSITIVE))
    return weights


def evaluate(files: Iterable[tuple[list[float], list[tuple[int, int]]]]) -> Outcome:
    """Anomaly scores and windows of every file, at the one threshold that serves them best together."""
    rows: list[tuple[float, int, int | None, float]] = []
    windows = 0
    for at, (scores, spans) in enumerate(files):
        windows += len(spans)
        weights = row_weights(len(scores), spans)
        rows += [(scores[row], at, *weights[row]) for row in range(probation(len(scores)), len(scores))]
    rows.sort(key=lambda one: -one[0])
    found: dict[tuple[int, int], float] = {}
    total, false = -MISSED * windows, 0
    best = Outcome(standard=0.0, threshold=1.1, found=0, windows=windows, false_positives=0)
    for position, (threshold, file, window, worth) in enumerate(rows):
        if window is None:
            total += worth
            false += 1
        else:
            before = found.get((file, window), -MISSED)
            if worth > before:
                total += worth - before
                found[file, window] = worth
        tied = position + 1 < len(rows) and rows[position + 1][0] == threshold
        standard = 100 * (total + MISSED * windows) / (2 * windows)
        if not tied and standard > best.standard:
            best = Outcome(
                standard=standard, threshold=threshold, found=len(found), windows=windows, false_positives=false
            )
    return best


def scored(path: Path, spans: list[list[str]]) -> tuple[list[float], list[tuple[int, int]]]:
    """Anomaly scores of one file, and its labelled windows by row."""
    out = StringIO()
    write(path, out)
    rows = list(csv.DictReader(StringIO(out.getvalue())))
    stamps = [datetime.fromisoformat(row["timestamp"]) for row in rows]
    windows = []
    for start, end in spans:
        low, high = datetime.fromisoformat(start), datetime.fromisoformat(end)
        inside = [at for at, stamp in enumerate(stamps) if low <= stamp <= high]
        windows.append((inside[0], inside[-1]))
    return [float(row["anomaly_score"]) for row in rows], windows


def main(folder: Path) -> None:
    labelled = json.loads((folder / "windows.json").read_text())
    files = {name: scored(folder / name, spans) for name, spans in labelled.items()}
    together = evaluate(files.values())
    print("| file | windows | found | false positives | score at the common threshold |")
    print("|---|---|---|---|---|")
    for name, (scores, windows) in files.items():
        alone = evaluate([([float(one >= together.threshold) for one in scores], windows)])
        print(f"| {name} | {alone.windows} | {alone.found} | {alone.false_positives} | {alone.standard:.1f} |")
    print(f"| all | {together.windows} | {together.found} | {together.false_positives} | {together.standard:.1f} |")
    print(f"threshold {together.threshold}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

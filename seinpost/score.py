"""`seinpost score COUNTS.csv`: the detector's baseline and tail probability on a plain series of counts.

Each row is judged on what came before it, never on what follows. Its columns are

- expected: mean of a quiet row at that hour and day; probability: P(count >= value) under the same baseline;
- anomaly_score, 0 to 1: how the burst compares with the *peaks of other days*. Real series are burstier than any
  count model, and what an analyst wants to know is whether this is out of the ordinary for this series. The size of a
  burst is the geometric mean of its excess over one row and over three, so that a burst that lasts counts for more than
  a blip; its logarithm is compared with mean and spread of the daily peaks (learned block by block, with a memory of a
  fortnight). One happening gets one high score: a row says more than zero only when it is the highest of a day.

The first day has no other days to compare with and scores zero; the second is compared with the first alone.
"""

from __future__ import annotations

import csv
import math
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, NamedTuple, TextIO

import typer

from services.detector.baseline import Baseline, Prior
from services.detector.burst import tail

HEADER: Final = ("timestamp", "value", "expected", "probability", "anomaly_score")
DAY: Final = 1440
USUAL_STEP: Final = 5
"""Minutes; of a single row."""
MIN_BLOCK_ROWS: Final = 24
"""A block of which the peak is taken has at least this many rows, also when rows are hours or days apart."""
PEAK_MEMORY_BLOCKS: Final = 14.0
PEAK_SPREAD: Final = 0.3
"""Spread of the logarithm of daily peaks at first, worth `PEAK_SPREAD_BLOCKS` days of own history."""
PEAK_SPREAD_BLOCKS: Final = 3.0
PLAUSIBLE_PEAK: Final = 2.5
"""Standard deviations; a higher peak is learned as if it were no higher."""
SMALLEST_PEAK: Final = 2 * math.log1p(3)
"""An excess of three posts is nobody's burst."""
_FLAT = (1.0,) * 24


class BadRow(ValueError):
    """A row that cannot be read; the message has its line number and no more than the reason."""


class Row(NamedTuple):
    timestamp: str
    minute: int
    """Minutes since the epoch, taken as UTC when the timestamp names no zone."""
    value: int
    written: str
    """The value as it was given; fractions are scored as the nearest count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    row: Row
    expected: float
    probability: float
    anomaly_score: float


def read(lines: Iterable[str]) -> list[Row]:
    """Rows of a CSV with the columns timestamp and value, in order of time. Raises `BadRow`."""
    reader = csv.reader(lines, strict=True)
    rows: list[Row] = []
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if not {"timestamp", "value"} <= set(header):
            raise BadRow("line 1: the columns timestamp and value are expected")
        at_time, at_value = header.index("timestamp"), header.index("value")
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                raise BadRow(f"line {reader.line_num}: {len(cells)} columns, not {len(header)}")
            row = _row(cells[at_time].strip(), cells[at_value].strip(), reader.line_num)
            if rows and row.minute < rows[-1].minute:
                raise BadRow(f"line {reader.line_num}: earlier than the row before it")
            rows.append(row)
    except csv.Error as error:
        raise BadRow(f"line {reader.line_num}: not CSV ({error})") from None
    return rows


def _row(timestamp: str, value: str, line: int) -> Row:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        raise BadRow(f"line {line}: timestamp is not an ISO 8601 date and time") from None
    try:
        number = float(value)
    except ValueError:
        raise BadRow(f"line {line}: value is not a number") from None
    if not (math.isfinite(number) and 0 <= number <= 1e12):
        raise BadRow(f"line {line}: value is not a count (0 to 1e12)")
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return Row(timestamp, int(moment.timestamp() // 60), round(number), value)


def step_of(rows: list[Row]) -> int:
    """Minutes from row to row: the median, at least one."""
    gaps = sorted(later.minute - earlier.minute for earlier, later in pairwise(rows))
    return max(1, gaps[len(gaps) // 2]) if gaps else USUAL_STEP


def judged(rows: list[Row]) -> Iterator[Scored]:
    """A verdict on each row, from the rows up to it: cutting off what follows changes nothing.

    The step too is that of the rows so far. It is looked at again whenever their number has doubled; when it proves to
    be another one, what was learned is learned anew.
    """
    judge = _Judge(USUAL_STEP)
    for at, row in enumerate(rows):
        if at and (at + 1) & at == 0 and (step := step_of(rows[: at + 1])) != judge.step:
            judge = _Judge(step)
            for earlier in rows[:at]:
                judge.of(earlier)
        yield judge.of(row)


class _Judge:
    def __init__(self, step: int) -> None:
        self.step = step
        self._expectation: _Expectation | None = None
        self._peaks = _Peaks(max(DAY, MIN_BLOCK_ROWS * step))
        self._recent: deque[tuple[int, float, float]] = deque(maxlen=3)

    def of(self, row: Row) -> Scored:
        if self._expectation is None:
            self._expectation = _Expectation(self.step, row)
        expected, size = self._expectation.of(row.minute)
        self._expectation.add(row, expected)
        probability = tail(row.value, expected, size)
        self._recent.append((row.minute, row.value, expected))
        lasting = [(value, mean) for minute, value, mean in self._recent if minute > row.minute - 3 * self.step]
        excess = max(0.0, row.value - expected)
        excess_lasting = max(0.0, sum(value for value, _ in lasting) - sum(mean for _, mean in lasting))
        score = self._peaks.score(row.minute, math.log1p(excess) + math.log1p(excess_lasting))
        return Scored(row=row, expected=expected, probability=probability, anomaly_score=score)


class _Expectation:
    """The detector's baseline, fed with rows instead of posts. An hour is learned an hour after it ended."""

    def __init__(self, step: int, first: Row) -> None:
        rate = max(first.value, 0.5) * 60 / step
        self._baseline = Baseline("count", prior=Prior(posts_per_hour=rate, rhythm=_FLAT))
        self._step = step
        self._hours: dict[int, list[float]] = {}
        """Posts and share seen, of hours that are not learned yet."""
        self._rows: deque[tuple[int, int, float]] = deque()

    def of(self, minute: int) -> tuple[float, float]:
        """Mean and size of a quiet row that starts at `minute`."""
        baseline = self._baseline
        self._learn(minute)
        expected = baseline.expected(baseline.rhythm(minute, minute + self._step), self._step)
        return expected, baseline.size(self._step)

    def add(self, row: Row, expected: float) -> None:
        self._rows.append((row.minute, row.value, expected))
        end = row.minute + self._step
        for hour in range(row.minute // 60, (end - 1) // 60 + 1):
            share = (min(end, hour * 60 + 60) - max(row.minute, hour * 60)) / self._step
            total = self._hours.setdefault(hour, [0.0, 0.0])
            total[0] += row.value * share
            total[1] += self._step * share / 60

    def _learn(self, minute: int) -> None:
        baseline = self._baseline
        while self._rows and (self._rows[0][0] // 60 + 2) * 60 <= minute:
            _, value, expected = self._rows.popleft()
            baseline.learn_spread(self._step, value, expected)
        for hour in sorted(hour for hour in self._hours if (hour + 2) * 60 <= minute):
            posts, seen = self._hours.pop(hour)
            if self._step < 60:
                expected = baseline.level * baseline.rhythm(hour * 60, hour * 60 + 60) * min(seen, 1.0)
                baseline.learn_spread(60, round(posts), expected)
            baseline.learn_hour(hour, posts, min(seen, 1.0))


class _Peaks:
    """How high the peaks of other days are. All sizes are logarithms."""

    def __init__(self, block: int) -> None:
        self._block = block
        self._current = -1
        self._first = -1
        self._peak = 0.0
        self._mean = 0.0
        self._known = 0
        self._variance, self._spread_known = PEAK_SPREAD**2, PEAK_SPREAD_BLOCKS
        self._recent: deque[tuple[int, float]] = deque()
        """Falling sizes of the last block length: the first is its highest."""

    def score(self, minute: int, size: float) -> float:
        if self._first < 0:
            self._first = minute
        block = (minute - self._first) // self._block
        if block != self._current:
            if self._current >= 0:
                self._learn(self._peak)
            self._current, self._peak = block, 0.0
        self._peak = max(self._peak, size)
        highest = self._is_highest(minute, size)
        if not self._known or not highest:
            return 0.0
        above = (size - max(self._mean, SMALLEST_PEAK)) / math.sqrt(self._variance)
        return 0.5 * (1 + above / math.sqrt(1 + above * above))

    def _is_highest(self, minute: int, size: float) -> bool:
        recent = self._recent
        while recent and recent[0][0] < minute - self._block:
            recent.popleft()
        highest = not recent or size > recent[0][1]
        while recent and recent[-1][1] <= size:
            recent.pop()
        recent.append((minute, size))
        return highest and size > 0

    def _learn(self, peak: float) -> None:
        if self._known < 2:
            # The first day's errors are those of a baseline that knows nothing: a stopgap for the second day.
            self._mean = peak
            self._known += 1
            return
        keep = math.exp(-1 / PEAK_MEMORY_BLOCKS)
        learned = min(peak, self._mean + PLAUSIBLE_PEAK * math.sqrt(self._variance))
        squares = self._variance * self._spread_known + (learned - self._mean) ** 2
        self._variance = max(squares / (self._spread_known + 1), (PEAK_SPREAD / 2) ** 2)
        self._spread_known = (self._spread_known + 1) * keep
        self._known += 1
        weight = (1 - keep) / (1 - keep ** (self._known - 1))
        self._mean += (learned - self._mean) * weight


def write(counts: Path, out: TextIO) -> None:
    """Scores a file. Raises `BadRow`; OSError and UnicodeDecodeError as they come."""
    with counts.open(encoding="utf-8-sig", newline="") as lines:
        rows = read(lines)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for one in judged(rows):
        writer.writerow(
            (
                one.row.timestamp,
                one.row.written,
                f"{one.expected:.6g}",
                f"{one.probability:.6g}",
                f"{one.anomaly_score:.9f}",
            )
        )


def score(
    counts: Annotated[Path, typer.Argument(help="CSV with the columns timestamp,value; one row per step.")],
) -> None:
    """Judge every row of a series of counts by the rows before it; prints CSV."""
    try:
        write(counts, sys.stdout)
    except BadRow as error:
        typer.echo(f"{counts}: {error}", err=True)
        raise typer.Exit(1) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        typer.echo(f"{counts}: {reason}", err=True)
        raise typer.Exit(1) from None

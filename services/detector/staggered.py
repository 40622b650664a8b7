"""When series are written, and what is done after: each some seconds after it first changed, not all at once.

    generation (one a checkpoint)    7      8      9      10
    first changed in it              a b    c      d
    written at lag 3                                      a b      ... with all they were given until then
    done                                                  clock and positions of generation 7

Every record of generation 7 changed only series that were dirty by then, and these are written now: whatever a crash
loses is of later records, whose positions are not kept yet: these are read again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.detector.tables import MOST_UNPACKED, CheckpointedTable, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class _Generation:
    number: int
    clocks: Sequence[Written]
    positions: dict[int, int]


@dataclass(slots=True, kw_only=True)
class Due:
    """What one checkpoint writes, in this order."""

    series: Sequence[Written] = ()
    clocks: dict[bytes, Written] = field(default_factory=dict)
    positions: dict[int, int] = field(default_factory=dict)
    """Next offset by partition of `series.deltas`."""


class StaggeredSeries:
    """``lag``: checkpoints between the first change of a series and its writing."""

    def __init__(self, series: CheckpointedTable, clocks: CheckpointedTable, lag: int) -> None:
        self._series = series
        self._clocks = clocks
        self._lag = lag
        self._waiting: deque[_Generation] = deque()
        self._reached: dict[int, int] = {}

    def turn(self, positions: dict[int, int], *, everything: bool) -> Due:
        """Ends a generation of records; returns what is to be written now."""
        number = self._series.generation
        self._series.generation += 1
        clocks = self._clocks.written()
        if clocks or positions != self._reached:
            self._reached = positions
            self._waiting.append(_Generation(number=number, clocks=clocks, positions=positions))
        crowded = len(self._series.dirty) > MOST_UNPACKED  # what is not written cannot be packed
        upto = number if everything or crowded else number - self._lag
        due = Due(series=self._series.written(upto))
        while self._waiting and self._waiting[0].number <= upto:
            generation = self._waiting.popleft()
            due.clocks |= {one[1]: one for one in generation.clocks}
            due.positions = generation.positions
        return due

    def forget(self) -> None:
        """Partitions moved: others read what is not done."""
        self._waiting.clear()
        self._reached = {}

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

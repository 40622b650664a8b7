"""Whether records come as they stand in the partition: each once, none missing.

Faust may drop what it fetched before a rebalance, deliver what follows, and only then read the dropped records again.
For counts that know only how far they have come, the dropped record would then look like a repetition. And where
nothing was committed yet it never reads them again by itself: what is first delivered need not be the first.
"""

from __future__ import annotations

import time
from enum import StrEnum

from faust.types import TP

PATIENCE_S = 30.0
"""After this long the missing records are taken for gone (retention): reading goes on behind them."""


class Order(StrEnum):
    NEXT = "next"
    REPEATED = "repeated"
    AHEAD = "ahead"
    """Records before it are missing: read them first."""


class Positions:
    """Next offset of each partition."""

    def __init__(self) -> None:
        self.next: dict[TP, int] = {}
        self._missing_since: dict[TP, float] = {}
        self._sought: dict[TP, float] = {}

    def begin(self, partition: TP, offset: int) -> None:
        """Nothing was taken of this partition yet; this record is to be the first."""
        self.next.setdefault(partition, offset)

    def judge(self, partition: TP, offset: int) -> Order:
        """Only of a partition that has begun."""
        expected = self.next[partition]
        if offset < expected:
            return Order.REPEATED
        now = time.monotonic()
        if offset > expected and now - self._missing_since.setdefault(partition, now) < PATIENCE_S:
            return Order.AHEAD
        self._missing_since.pop(partition, None)
        return Order.NEXT

    def should_seek(self, partition: TP) -> bool:
        """Once a second at most: what was fetched already still comes in."""
        now = time.monotonic()
        if now - self._sought.get(partition, -1.0) < 1.0:
            return False
        self._sought[partition] = now
        return True

    def missing(self) -> list[TP]:
        """Partitions whose next record has not come, while later ones did. To be sought until it comes: what Faust
        still delivers of a batch that was under way makes it take the records before for read, and drop them."""
        return list(self._missing_since)

    def taken(self, partition: TP, offset: int) -> None:
        self.next[partition] = offset + 1

"""How far this worker is behind, in records and in time; and whether it works at all."""

from __future__ import annotations

import time
from collections.abc import Iterable
from enum import StrEnum

from faust.types import TP

from runtime.logs import log
from services.detector import metrics
from services.detector.intake import Intake

TELL_BEHIND_S = 120.0
"""Of which a minute may be rounding."""
MOVING_PATIENCE_S = 180.0
"""A group settles within its rebalance timeout, a table is read in as long as it goes on being read."""


class Standing(StrEnum):
    WORKING = "working"
    STALLED = "stalled"
    """Records wait and none is taken."""
    MOVING = "moving"
    """Partitions are being handed over, or tables read, and nothing of that goes on."""


class Liveness:
    """Judges by what it is told; reads no clock. Times are in seconds of one clock."""

    def __init__(self, now: float) -> None:
        self._changed_at = now
        self._moving = True
        """Until it is told otherwise: a worker that never begins hangs too."""
        self._remaining: int | None = None
        self._behind = 0
        self._last_taken = now

    def moving(self, now: float, remaining: int) -> None:
        """Partitions or tables are on the move; ``remaining``: records of tables still to be read."""
        if not self._moving or remaining != self._remaining:
            self._changed_at = now
        self._moving, self._remaining = True, remaining

    def working(self, behind: int, last_taken: float) -> None:
        """``behind``: records that wait."""
        self._moving, self._remaining = False, None
        self._behind, self._last_taken = behind, last_taken

    def standing(self, now: float, stalled_after_s: float) -> Standing:
        if self._moving:
            return Standing.MOVING if now - self._changed_at >= MOVING_PATIENCE_S else Standing.WORKING
        if self._behind and now - self._last_taken >= stalled_after_s:
            return Standing.STALLED
        return Standing.WORKING


class Behind:
    """Says in metrics and log how much waits."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._topics: set[str] = set()
        """Ever told of: a topic that went to another worker has nothing waiting here."""
        self._told = False

    def look(self, partitions: Iterable[TP]) -> int:
        """Records that wait in these partitions."""
        by_topic = dict.fromkeys(self._topics, 0)
        for partition in partitions:
            unread = self._intake.unread(partition)
            if unread is not None:
                by_topic[partition.topic] = by_topic.get(partition.topic, 0) + unread
        self._topics |= by_topic.keys()
        for topic, records in by_topic.items():
            metrics.LAG_RECORDS.labels(topic).set(records)
        self._tell()
        return sum(by_topic.values())

    def _tell(self) -> None:
        """A worker that falls behind says so in time, not only in records."""
        waiting = [sent for partition, sent in self._intake.sent_at.items() if self._intake.unread(partition)]
        seconds = max(0.0, time.time() - min(waiting)) if waiting else 0.0
        metrics.BEHIND_SECONDS.set(seconds)
        if (seconds > TELL_BEHIND_S) != self._told:
            self._told = seconds > TELL_BEHIND_S
            log().warning("behind" if self._told else "caught up", seconds=round(seconds))

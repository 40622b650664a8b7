"""Which partitions of posts fell silent. Real life and exercises are told apart: neither holds up the other's time."""

from __future__ import annotations

from collections.abc import Callable, Container

WAIT_FOR_KNOWN_RECORDS_S = 30.0
"""A partition that holds unread records is not idle, however slowly these come; unless they never come (retention)."""
REANNOUNCE_IDLE_S = 5.0
"""A worker that took over a partition of series must hear again which partitions of posts are idle."""
PLAYED_S = 60.0
"""An exercise of which nothing was counted for so long is waited for by nobody."""


class Idleness:
    """Of one kind of posts. Times are in seconds of one clock; reads no clock."""

    def __init__(self, idle_seconds: float) -> None:
        self._idle_seconds = idle_seconds
        self._quiet_since: dict[int, float] = {}
        self._told: dict[int, float] = {}

    def heard(self, source: int, now: float) -> None:
        """A batch came from this partition."""
        if all(now - since >= self._idle_seconds for since in self._quiet_since.values()):
            # After silence everywhere a backlog may follow, partition by partition: none is idle because of the past.
            self._quiet_since = dict.fromkeys(self._quiet_since, now)
            self._told.clear()
        self._quiet_since[source] = now
        self._told.pop(source, None)

    def due(self, source: int, now: float, waits: Callable[[], bool]) -> bool:
        """True when this should be told now: nothing came for a while and nothing ``waits`` in the partition."""
        quiet = now - self._quiet_since.setdefault(source, now)
        if quiet < self._idle_seconds or now - self._told.get(source, -REANNOUNCE_IDLE_S) < REANNOUNCE_IDLE_S:
            return False
        if quiet < WAIT_FOR_KNOWN_RECORDS_S and waits():
            return False
        self._told[source] = now
        return True


class Absence:
    """Exercises of which a partition has no post at all: their time waits until it says so. Times as in `Idleness`."""

    def __init__(self, idle_seconds: float) -> None:
        self._idle_seconds = idle_seconds
        self._played: dict[str, tuple[float, Idleness]] = {}

    def played(self, exercise: str, now: float) -> None:
        """Posts of it were counted, in whatever partition."""
        known = self._played.get(exercise)
        self._played[exercise] = now, known[1] if known is not None else Idleness(self._idle_seconds)

    def due(self, source: int, present: Container[str], now: float, waits: Callable[[], bool]) -> set[str]:
        """Exercises of which this partition should say now that it has nothing; it has posts of those ``present``."""
        self._played = {name: one for name, one in self._played.items() if now - one[0] <= PLAYED_S}
        return {
            name for name, (_, idle) in self._played.items() if name not in present and idle.due(source, now, waits)
        }

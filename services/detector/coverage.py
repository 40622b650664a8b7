"""Which minutes the sources could see: a blind window is missing, not empty.

Nobody says that a source fell silent when the process that spoke for it is gone. Every source is reported of each few
seconds, so one of which nothing came for longer saw nothing since its last report. Whether it is longer is told by the
reports themselves, by when they were written: no clock is read, and every worker that reads them finds the same.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from contracts.source_health import FORGOTTEN_MS, UNHEARD_MS, SourceHealth, Status
from services.detector.state import Spell

KEEP_MINUTES = 8 * 1440
END_OF_TIME = 2**31
SEES = frozenset({Status.LIVE, Status.LATE})
WAITS = "file"
"""Kind of a source that waits for its reader: however late it is read, nothing of it is missed."""


@dataclass(slots=True)
class _Source:
    exercise: str | None
    kind: str = ""
    at: list[int] = field(default_factory=list)
    """Minutes at which the status changed, ascending."""
    status: list[Status] = field(default_factory=list)
    told_minute: int = 0
    """Of its last report."""
    told_ms: int = 0
    """When that was written."""
    told_after_ms: int = 0
    """The same in time in which any source was reported of."""
    unheard: bool = False

    def change(self, minute: int, status: Status) -> None:
        self.at.append(max(minute, self.at[-1]) if self.at else minute)
        self.status.append(status)
        while len(self.at) > 1 and self.at[1] < minute - KEEP_MINUTES:
            del self.at[0], self.status[0]


class SourceCoverage:
    """History of every source, from `source.health`. A source counts from its first sight until it ends."""

    def __init__(self) -> None:
        self._sources: dict[str, _Source] = {}
        self._spells: dict[str | None, list[Spell]] = {}
        self._now_ms = 0
        self._watched_ms = 0
        """Time in which sources were reported of: while ingest is away it stands still."""

    def take(self, health: SourceHealth, written_ms: int) -> None:
        """The next report. ``written_ms``: when, by the clock of who wrote them all."""
        self._watched_ms += min(max(0, written_ms - self._now_ms), UNHEARD_MS)
        self._now_ms = written_ms
        self._look_for_silence()
        source = self._sources.get(health.source)
        if source is None or source.exercise != health.exercise:
            # Given another task: what it saw of an exercise says nothing of real life, nor the other way round.
            if source is not None:
                self._spells.pop(source.exercise, None)
            source = self._sources[health.source] = _Source(health.exercise)
        at = health.at_ms // 60_000
        since = at if source.unheard else health.since_ms // 60_000
        source.kind, source.unheard = health.kind, False
        source.told_minute, source.told_ms, source.told_after_ms = at, written_ms, self._watched_ms
        if source.status and source.status[-1] is health.status:
            return
        source.change(since, health.status)
        self._spells.pop(source.exercise, None)

    def _look_for_silence(self) -> None:
        for source in self._sources.values():
            status = source.status[-1]
            if status is Status.ENDED:
                continue
            if self._watched_ms - source.told_after_ms > FORGOTTEN_MS:
                source.change(source.told_minute, Status.ENDED)
            elif status in SEES and source.kind != WAITS and self._now_ms - source.told_ms > UNHEARD_MS:
                source.change(source.told_minute, Status.BLIND)
            else:
                continue
            source.unheard = True
            self._spells.pop(source.exercise, None)

    def spells(self, exercise: str | None) -> list[Spell]:
        """What the sources of an exercise (None: of real life) could not see: from, to, share of the sources.

        Each source weighs the same. An open spell reaches to the end of time. None when no source has told anything, as
        in a replay of `posts.anonymous` alone.
        """
        if exercise not in self._spells:
            sources = [source for source in self._sources.values() if source.exercise == exercise]
            edges = sorted({at for source in sources for at in source.at})
            found: list[Spell] = []
            for start, end in zip(edges, [*edges, END_OF_TIME][1:], strict=True):
                states = [seen for source in sources if (seen := _sees(source, start)) is not None]
                if False in states:
                    found.append((start, end, states.count(False) / len(states)))
            self._spells[exercise] = found
        return self._spells[exercise]

    def blind(self) -> int:
        return sum(bool(source.status) and source.status[-1] is Status.BLIND for source in self._sources.values())


def _sees(source: _Source, minute: int) -> bool | None:
    """Whether a source saw in a minute; None before its first sight and after its end."""
    first = next((at for at, status in zip(source.at, source.status, strict=True) if status in SEES), None)
    if first is None or minute < first:
        return None
    status = source.status[bisect_right(source.at, minute) - 1]
    return None if status is Status.ENDED else status in SEES

"""Which minutes the sources could see: a blind window is missing, not empty."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from contracts.source_health import SourceHealth, Status
from services.detector.state import Spell

KEEP_MINUTES = 8 * 1440
END_OF_TIME = 2**31
SEES = frozenset({Status.LIVE, Status.LATE})


@dataclass(slots=True)
class _Source:
    exercise: str | None
    at: list[int] = field(default_factory=list)
    """Minutes at which the status changed, ascending."""
    status: list[Status] = field(default_factory=list)


class SourceCoverage:
    """History of every source, from `source.health`. A source counts from its first sight until it ends."""

    def __init__(self) -> None:
        self._sources: dict[str, _Source] = {}
        self._spells: dict[str | None, list[Spell]] = {}

    def take(self, health: SourceHealth) -> None:
        source = self._sources.get(health.source)
        if source is None or source.exercise != health.exercise:
            # Given another task: what it saw of an exercise says nothing of real life, nor the other way round.
            if source is not None:
                self._spells.pop(source.exercise, None)
            source = self._sources[health.source] = _Source(health.exercise)
        since = health.since_ms // 60_000
        if source.status and source.status[-1] is health.status:
            return
        if source.at and since < source.at[-1]:
            since = source.at[-1]
        source.at.append(since)
        source.status.append(health.status)
        while len(source.at) > 1 and source.at[1] < since - KEEP_MINUTES:
            del source.at[0], source.status[0]
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

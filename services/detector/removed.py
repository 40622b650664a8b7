"""Sessions of exercises that were taken away: what was kept of them goes, and what still comes of them is left out."""

from __future__ import annotations

from contracts.exercise_removed import ExerciseRemoved


class Removed:
    """Follows `exercises.removed`. A world is one of these when it is the session, bare or behind its source."""

    def __init__(self) -> None:
        self._sessions: set[str] = set()
        self.version = 0
        """Grows with every session."""

    def take(self, record: ExerciseRemoved) -> None:
        if record.session not in self._sessions:
            self._sessions.add(record.session)
            self.version += 1

    def holds(self, world: str | None) -> bool:
        """Whether a world is gone. Real life never is."""
        return bool(world) and (world in self._sessions or (world or "").rpartition(".")[2] in self._sessions)

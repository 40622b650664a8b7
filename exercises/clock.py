"""The clock of an exercise: time in the happening, which the leader starts, pauses, speeds up and jumps. Pure.

Between two deeds of the leader exercise time is a straight line through one anchor:

    event = anchor_event + (now - anchor_wall) · speed        while it runs; anchor_event while it does not

All times are milliseconds since the epoch (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SLOWEST, FASTEST = 0.1, 600.0
"""Exercise seconds in one real second. Beyond the fastest nobody can follow, and a stream would be a burst."""


class ImpossibleSpeed(ValueError):
    """Outside of `SLOWEST` and `FASTEST`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseClock:
    anchor_wall: int
    """When the leader last touched it."""
    anchor_event: int
    """What it said then."""
    speed: float
    running: bool

    def __post_init__(self) -> None:
        # Also refuses what is no number.
        if not SLOWEST <= self.speed <= FASTEST:
            raise ImpossibleSpeed(f"between {SLOWEST} and {FASTEST}")

    def at(self, now: int) -> int:
        """Exercise time at ``now``. A wall clock that was set back does not turn it back."""
        if not self.running:
            return self.anchor_event
        return self.anchor_event + round(max(0, now - self.anchor_wall) * self.speed)

    def paused(self, now: int) -> ExerciseClock:
        return replace(self, anchor_wall=now, anchor_event=self.at(now), running=False)

    def started(self, now: int) -> ExerciseClock:
        """Begun, or going on after a pause."""
        return replace(self, anchor_wall=now, anchor_event=self.at(now), running=True)

    def at_speed(self, now: int, speed: float) -> ExerciseClock:
        """Raises `ImpossibleSpeed`."""
        return replace(self, anchor_wall=now, anchor_event=self.at(now), speed=speed)

    def jumped(self, now: int, to: int) -> ExerciseClock:
        return replace(self, anchor_wall=now, anchor_event=to)

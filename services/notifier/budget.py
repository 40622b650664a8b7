"""The alarm budget of a region's shift: which digest takes what goes beyond it. Pure."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from configuration.alarms import Budget

TEN_MINUTES_MS = 600_000
NATIONAL = "landelijk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    region: str | None
    exercise: bool
    """Exercises have a budget of their own: practice never takes a card of the real thing."""
    began_ms: int

    @property
    def digest(self) -> str:
        """Id of the digest: region, kind, and the minute at which the shift began."""
        return f"{self.region or NATIONAL}-{'oefening' if self.exercise else 'echt'}-{self.began_ms // 60_000}"

    @classmethod
    def of_digest(cls, digest: str) -> Shift | None:
        region, _, rest = digest.partition("-")
        kind, _, minute = rest.partition("-")
        if kind not in ("echt", "oefening") or not (minute.isascii() and minute.isdecimal()) or len(minute) > 12:
            return None
        named = None if region == NATIONAL else region
        return cls(region=named, exercise=kind == "oefening", began_ms=int(minute) * 60_000)


def shift(budget: Budget, region: str | None, *, exercise: bool, now_ms: int) -> Shift:
    began = budget.shift_start(datetime.datetime.fromtimestamp(now_ms / 1000, datetime.UTC))
    return Shift(region=region, exercise=exercise, began_ms=int(began.timestamp() * 1000))

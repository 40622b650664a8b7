"""Planned events: how much more than usual may be expected here and now."""

from __future__ import annotations

from datetime import UTC, datetime

from configuration.calendar import Calendar, PlannedEvent
from configuration.places import Gazetteer
from services.detector.dates import ZONE


class Planned:
    def __init__(self, calendar: Calendar, gazetteer: Gazetteer) -> None:
        self._events = tuple(
            (
                _minute(event.starts),
                _minute(event.until),
                None if event.where is None else gazetteer.code_of(event.where),
                event,
            )
            for event in calendar.events
        )

    def planned(self, gemeente: str | None, minute: int) -> PlannedEvent | None:
        """The planned event with the largest factor in a gemeente (code; None: anywhere) at a minute (UTC)."""
        running = [
            event
            for starts, until, code, event in self._events
            if starts <= minute < until and (code is None or code == gemeente)
        ]
        return max(running, key=lambda event: event.factor, default=None)


def _minute(wall: datetime) -> int:
    return int(wall.replace(tzinfo=ZONE).astimezone(UTC).timestamp()) // 60

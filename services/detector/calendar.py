"""Planned events: how much more than usual may be expected here and now."""

from __future__ import annotations

from datetime import UTC, datetime

from configuration.calendar import Calendar, PlannedEvent
from configuration.places import Gazetteer
from services.detector.dates import ZONE


class Planned:
    def __init__(self, calendar: Calendar, gazetteer: Gazetteer) -> None:
        by_name = {gemeente.name.lower(): code for code, gemeente in gazetteer.gemeenten.items()}
        self._events = tuple(
            (_minute(event.starts), _minute(event.until), _code(event.where, by_name), event)
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


def _code(where: str | None, by_name: dict[str, str]) -> str | None:
    return None if where is None else by_name.get(where.lower(), where)


def _minute(wall: datetime) -> int:
    return int(wall.replace(tzinfo=ZONE).astimezone(UTC).timestamp()) // 60

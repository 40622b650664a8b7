"""Planned events: how much more than usual may be expected here and now, and which posts are about them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from rapidfuzz import fuzz

from configuration.calendar import Calendar, PlannedEvent
from configuration.phenomena import Phenomenon
from configuration.places import Gazetteer
from contracts.alert import Place
from services.detector.dates import ZONE

BEYOND_PLAN = 2.0
"""Times what a planned event was expected to bring."""
GATHER_BEFORE = timedelta(hours=3)
"""People meet this long before what is planned."""
NAMED_BEFORE = timedelta(hours=36)
"""From so long before its start a call that names the very spot is about it, whatever hour it tells."""
SAME_SPOT = 85
"""Least similarity (0–100) of two spellings of one spot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A planned event with its times in minutes since the epoch (UTC)."""

    event: PlannedEvent
    starts: int
    until: int
    code: str | None
    """Of its gemeente; None: the whole country."""
    spot: str | None

    @property
    def name(self) -> str:
        """Tells it apart from every other, in the name of a series: ``feyenoord-ajax-2027-04-27``."""
        return f"{re.sub(r'[^a-z0-9]+', '-', self.event.what.lower()).strip('-')}-{self.event.starts.date()}"


class Planned:
    def __init__(self, calendar: Calendar, gazetteer: Gazetteer) -> None:
        self._events = tuple(
            Appointment(
                event=event,
                starts=_minute(event.starts),
                until=_minute(event.until),
                code=None if event.where is None else gazetteer.code_of(event.where),
                spot=None if event.at is None else gazetteer.spellings.get(event.at.lower(), event.at),
            )
            for event in calendar.events
        )
        self._local = [one for one in self._events if one.code is not None]
        self._named = {one.name: one for one in self._local}

    def planned(self, gemeente: str | None, minute: int) -> PlannedEvent | None:
        """The planned event with the largest factor in a gemeente (code; None: anywhere) at a minute (UTC)."""
        running = [
            one.event
            for one in self._events
            if one.starts <= minute < one.until and (one.code is None or one.code == gemeente)
        ]
        return max(running, key=lambda event: event.factor, default=None)

    def named(self, name: str) -> PlannedEvent | None:
        """The event an `Appointment.name` stands for; None once it is no longer in the calendar."""
        known = self._named.get(name)
        return known.event if known is not None else None

    def about(
        self, phenomenon: Phenomenon, place: Place, starts: str | None, minute: int, *, passed_on: bool = False
    ) -> Appointment | None:
        """The event that a post of ``minute`` speaks of, if its phenomenon ordinarily comes with such an event.

        It names the gemeente and a time of the event (``starts``: as `EventReference.starts`), or its very spot shortly
        before or during the event. ``passed_on``: only an hour is told, which had passed, so that it seems tomorrow's.
        """
        if not self._local or not phenomenon.planned or place.gemeente_code is None:
            return None
        for one in self._local:
            if one.code != place.gemeente_code or one.event.kind not in phenomenon.planned or minute >= one.until:
                continue
            told = _day_before(starts) if starts is not None and passed_on and minute >= one.starts else starts
            if _is_of(one, place, told, minute):
                return one
        return None


def beyond(
    event: PlannedEvent, observed: int, expected: float, scale_minutes: int, least_per_hour: float = 0.0
) -> bool:
    """As many as a planned event brings is no news; twice as many is.

    ``expected``: in an ordinary window of so many minutes; ``least_per_hour``: where posts about the event itself are
    counted, of which an ordinary hour has none, this many stand for an ordinary hour.
    """
    hours = max(1.0, min(scale_minutes, (event.until - event.starts).total_seconds() / 60) / 60)
    return observed >= BEYOND_PLAN * event.factor * max(expected, least_per_hour * hours)


def _is_of(one: Appointment, place: Place, starts: str | None, minute: int) -> bool:
    if one.spot is not None and place.name is not None and fuzz.ratio(one.spot, place.name) < SAME_SPOT:
        return False
    if starts is not None and _within(one.event, starts, GATHER_BEFORE):
        return True
    soon = minute >= one.starts - NAMED_BEFORE.total_seconds() / 60
    on_the_spot = one.spot is not None and place.name is not None
    return on_the_spot and soon and (starts is None or _within(one.event, starts, NAMED_BEFORE))


def _day_before(starts: str) -> str:
    earlier = (datetime.fromisoformat(starts) - timedelta(days=1)).isoformat(timespec="minutes")
    return earlier if "T" in starts else earlier[:10]


def _within(event: PlannedEvent, starts: str, before: timedelta) -> bool:
    if "T" not in starts:
        return (event.starts - before).date() <= date.fromisoformat(starts) <= event.until.date()
    return event.starts - before <= datetime.fromisoformat(starts) < event.until


def _minute(wall: datetime) -> int:
    return int(wall.replace(tzinfo=ZONE).astimezone(UTC).timestamp()) // 60

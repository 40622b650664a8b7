"""Dates and times as Dutch people write them, resolved against the moment the post was written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
_CLOCK = re.compile(r"^(\d{1,2})[:.](\d{2})$")
_DAYS = {"vandaag": 0, "vanavond": 0, "morgen": 1, "morgenavond": 1, "overmorgen": 2}


class Precision(StrEnum):
    DATE = "date"
    MINUTE = "minute"


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A moment a post speaks of, in local wall time (Europe/Amsterdam)."""

    start: str
    """``2021-11-19T20:00``, or ``2021-11-19`` when only the day is told."""
    precision: Precision
    end: str | None = None
    span: tuple[int, int]
    """Tokens it was read from: first, and one past the last."""


def find(tokens: Sequence[str], posted_minute: int) -> tuple[When, ...]:
    """Every date or time in a post written at ``posted_minute`` (minutes since the epoch, UTC), in reading order."""
    today = datetime.fromtimestamp(posted_minute * 60, UTC).astimezone(ZONE)
    day: datetime | None = None
    clock: tuple[int, int] | None = None
    at: list[int] = []
    for index, token in enumerate(tokens):
        if token in _DAYS and day is None:
            day = today + timedelta(days=_DAYS[token])
            at.append(index)
        elif (match := _CLOCK.match(token)) and clock is None and int(match[1]) < 24 and int(match[2]) < 60:
            clock = int(match[1]), int(match[2])
            at.append(index)
    if not at:
        return ()
    date = (day or today).date().isoformat()
    span = (min(at), max(at) + 1)
    if clock is None:
        return (When(start=date, precision=Precision.DATE, span=span),)
    return (When(start=f"{date}T{clock[0]:02}:{clock[1]:02}", precision=Precision.MINUTE, span=span),)

"""`config/calendar.yaml`: what is planned, so that an expected crowd stays quiet and twice the crowd does not."""

from __future__ import annotations

import datetime
from enum import StrEnum

from pydantic import Field, model_validator

from configuration.document import Entry


class PlannedKind(StrEnum):
    MATCH = "match"
    CONCERT = "concert"
    DEMONSTRATION = "demonstration"
    """Registered and lawful: its own class, never an offence."""
    HOLIDAY = "holiday"
    MARKET = "market"


class PlannedEvent(Entry):
    what: str = Field(min_length=3, max_length=80)
    """Dutch; the operator reads it."""
    kind: PlannedKind
    where: str | None = None
    """Name or code of the gemeente; absent: the whole country."""
    at: str | None = None
    """Name of the street, square or venue in it. Calls that name it belong to the event from the day before on."""
    starts: datetime.datetime = Field(alias="from")
    """Local wall time (Europe/Amsterdam)."""
    until: datetime.datetime
    """Local wall time, exclusive."""
    factor: float = Field(gt=0, le=1000)
    """Posts expected, as a multiple of an ordinary hour."""
    crowd: int | None = Field(None, ge=0)
    """Visitors expected, shown to the operator."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> PlannedEvent:
        if self.starts.tzinfo or self.until.tzinfo:
            raise ValueError("write local time without an offset")
        if self.until <= self.starts:
            raise ValueError("until must be later than from")
        if self.at is not None and self.where is None:
            raise ValueError("at needs where: the gemeente it is in")
        return self


class Calendar(Entry):
    events: tuple[PlannedEvent, ...] = ()

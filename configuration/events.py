"""`config/events.yaml`: what happened on which day, to be laid beside the rises of a theme. Entered by people."""

from __future__ import annotations

import datetime

from pydantic import Field, model_validator

from configuration.document import Entry


class DatedEvent(Entry):
    what: str = Field(min_length=3, max_length=120)
    """Dutch; names an event, never a person."""
    on: datetime.date
    until: datetime.date | None = None
    """Last day; absent: it was one day."""
    themes: tuple[str, ...] = Field(min_length=1)
    """Ids of ``config/themes`` it may have to do with."""
    region: str | None = Field(None, pattern=r"^VR\d\d$")
    """Absent: the whole country."""
    source: str = Field(min_length=3, max_length=120)
    """Where the date can be looked up."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> DatedEvent:
        if self.until is not None and self.until < self.on:
            raise ValueError("until must not be before on")
        return self

    @property
    def last(self) -> datetime.date:
        return self.until or self.on


class Events(Entry):
    events: tuple[DatedEvent, ...] = ()

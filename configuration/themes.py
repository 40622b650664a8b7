"""`config/themes/*.yaml`: subjects that may polarise. Counted only where a mandate names them (`mandates.Themes`)."""

from __future__ import annotations

import datetime

from pydantic import Field

from configuration.document import Entry
from configuration.phenomena import Owner, Spelling


class Theme(Entry):
    """A subject people talk about. It names no group: whom an attack is aimed at is told by `configuration.attack`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    title: str = Field(min_length=3, max_length=80)
    """Dutch; stands on the console."""
    definition: str = Field(min_length=20, max_length=500)
    """Dutch: what belongs to it and what does not."""
    owner: Owner
    rationale: str = Field(min_length=20)
    """Why it is watched; shown to the data-protection officer."""
    expires: datetime.date
    """After this day it is counted no more."""
    terms: tuple[Spelling, ...] = Field(min_length=1)
    """Words and phrases that name it. Only these spellings count: nothing is folded onto them."""

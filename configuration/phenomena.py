"""`config/phenomena/*.yaml`: what is watched. One file per phenomenon, named after its id."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from configuration.calendar import PlannedKind
from configuration.document import Entry
from configuration.persons import refused_term


def _watchable(text: str) -> str:
    if refusal := refused_term(text):
        raise ValueError(f"{text} {refusal.value}")
    if text != text.lower():
        raise ValueError(f"write {text.lower()} in lower case")
    if text != " ".join(text.split()):
        raise ValueError("one space between words, none around them")
    if "/" in text:
        raise ValueError("no slash in a term")
    return text


def _role(text: str) -> str:
    if refusal := refused_term(text):
        raise ValueError(f"{text} {refusal.value}; an owner is a role")
    return text


Spelling = Annotated[str, Field(min_length=2, max_length=60), AfterValidator(_watchable)]
"""A word or phrase in lower case that names no person and no account."""
Owner = Annotated[str, Field(min_length=2), AfterValidator(_role)]
"""A role, never a person's name."""


class Role(StrEnum):
    """What a term says in a message."""

    TOPIC = "topic"
    """Names the phenomenon itself: ``rellen``, ``weggeefactie``. Counted as a series, may burst."""
    CALL = "call"
    """Calls people to come or act: ``kom allemaal``, ``deel dit massaal``."""
    OBJECT = "object"
    """What people are told to bring: ``vuurwerk``."""
    SLANG = "slang"
    """Group language: ``matties``. Never raises severity by itself."""


class PhenomenonClass(StrEnum):
    DISORDER = "disorder"
    GATHERING = "gathering"
    DEMONSTRATION = "demonstration"
    """A right, never an offence: reported as expected crowd, not as a threat."""


class Severity(StrEnum):
    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Term(Entry):
    """A word or phrase that is watched, in its canonical spelling (lower case)."""

    term: Spelling
    role: Role = Role.TOPIC
    variants: tuple[Spelling, ...] = ()
    """Other spellings and synonyms that count as this term. Small misspellings need not be listed: they are folded."""
    weight: float = Field(1.0, gt=0, le=10)
    fold: bool = True
    """False: only the exact spellings count (short or ambiguous terms)."""


class Phenomenon(Entry):
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    label: str = Field(min_length=3, max_length=80)
    """Dutch; the operator reads it."""
    kind: PhenomenonClass = PhenomenonClass.DISORDER
    severity: Severity = Severity.MEDIUM
    """Highest severity an alert of this phenomenon may carry."""
    owner: Owner
    """Who answers for this watch."""
    rationale: str = Field(min_length=10)
    """Why this is watched; shown to the data-protection officer."""
    expires: datetime.date
    """After this day the watch stops by itself."""
    terms: tuple[Term, ...] = Field(min_length=1)
    watch_places: tuple[str, ...] = ()
    """Gemeente codes or names of configured places to which this watch is limited; empty: everywhere."""

    stays_open_days: int = Field(0, ge=0, le=30)
    """An alert of it that falls silent stays open for so long: an invitation is passed on for weeks."""

    planned: tuple[PlannedKind, ...] = ()
    """Kinds of planned event that it ordinarily comes with: its posts about such an event are expected."""

    @model_validator(mode="after")
    def _has_topic_or_call(self) -> Phenomenon:
        if not any(term.role in (Role.TOPIC, Role.CALL) for term in self.terms):
            raise ValueError("needs at least one term with role topic or call: the others never count alone")
        return self

"""`config/attack.yaml`: what counts as an attack on a group, word for word, and how often that goes wrong.

Published with the product: who doubts a figure can read why a post was counted. It names groups by the grounds on which
the law forbids discrimination, and no other groups.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from configuration import law
from configuration.document import Entry
from configuration.phenomena import Owner, Spelling

Share = Annotated[float, Field(ge=0, le=1)]


class Ground(StrEnum):
    """On what a group is named. Dutch, as the console shows it; a closed list."""

    RELIGION = "godsdienst"
    RACE = "ras of afkomst"
    SEX = "geslacht"
    ORIENTATION = "seksuele gerichtheid"
    DISABILITY = "handicap"


class Rule(StrEnum):
    """Why a post counts as an attack."""

    SLUR = "slur"
    """A word that is an abusive name for the group by itself."""
    ABUSE = "abuse"
    """Calls the group bad, dirty, stupid or criminal."""
    DEHUMANISE = "dehumanise"
    """Calls the group animals, vermin, filth or a disease, or denies that they are people."""
    HARM = "harm"
    """Threatens, or wishes them, violence or death."""
    EXCLUDE = "exclude"
    """Wants them gone, or without rights."""
    HATE = "hate"
    """Says that the group is hated or loathed."""


class How(StrEnum):
    """Where a word must stand to be said of a group."""

    NEAR = "near"
    """Within the window, on either side."""
    SAID_OF = "said-of"
    """Just before the group (*vieze …*), or after it with a form of *zijn* between (*… zijn vies*)."""
    TOWARDS = "towards"
    """Before the group, within the window (*ik haat …*)."""
    WISHED = "wished"
    """Within the window of the group, and of a word that wishes or threatens (*moeten*, *ga*)."""


class Group(Entry):
    id: str = Field(pattern=r"^[a-z][a-z-]{1,30}$")
    label: str = Field(min_length=3, max_length=60)
    """Dutch; stands on the console."""
    ground: Ground
    terms: tuple[Spelling, ...] = Field(min_length=1)
    """How people are called who belong to it: people, not a faith, a country or an opinion."""
    slurs: tuple[Spelling, ...] = ()


class Words(Entry):
    rule: Rule
    how: How
    words: tuple[Spelling, ...] = Field(min_length=1)


class Law(Entry):
    article: str = Field(min_length=8, max_length=200)
    says: str = Field(min_length=20, max_length=400)
    """Dutch: what of it matters here."""
    checked: datetime.date
    """Day on which someone held ``says`` against the article as it stood."""

    @property
    def noted(self) -> str:
        return law.noted(self.article, self.checked)


class Scores(Entry):
    """On one part of the test set."""

    cases: int = Field(gt=0)
    macro_f1: Share
    low: Share
    high: Share
    """Of a 95 % interval of ``macro_f1``."""
    precision: Share
    recall: Share


class Measured(Entry):
    """What the method got right on a public test set, through the anonymizer as posts go."""

    set_name: str = Field(min_length=3)
    licence: str = Field(min_length=3)
    language: str = Field(pattern=r"^[a-z]{2}$")
    on: datetime.date
    scores: Scores
    says_not: str = Field(min_length=20)
    """Dutch: what this figure does not tell."""


class Attack(Entry):
    definition: str = Field(min_length=40)
    """Dutch; stands on the console."""
    not_meant: str = Field(min_length=40)
    owner: Owner
    source: str = Field(min_length=10)
    """Who wrote the lists, from what."""
    licence: str = Field(min_length=3)
    laws: tuple[Law, ...] = Field(min_length=1)
    window: int = Field(ge=2, le=20)
    """Words between an attacking word and the group, at most."""
    groups: tuple[Group, ...] = Field(min_length=1)
    words: tuple[Words, ...] = Field(min_length=1)
    prefixes: tuple[Spelling, ...] = ()
    """Glued before a group's name these make a slur (``kut…``)."""
    copulas: tuple[Spelling, ...] = Field(min_length=1)
    wishes: tuple[Spelling, ...] = Field(min_length=1)
    negations: tuple[Spelling, ...] = Field(min_length=1)
    """Up to three words before an attacking word: then it is not said."""
    counter_speech: tuple[Spelling, ...] = Field(min_length=1)
    """Anywhere in a post: it speaks against attacks, or reports one, and does not count."""
    measured: tuple[Measured, ...] = ()

    @model_validator(mode="after")
    def _one_meaning(self) -> Attack:
        groups = [group.id for group in self.groups]
        if len(set(groups)) < len(groups):
            raise ValueError("a group stands there twice")
        owner: dict[str, str] = {}
        for group in self.groups:
            for term in (*group.terms, *group.slurs):
                if owner.setdefault(term, group.id) != group.id:
                    raise ValueError(f"{term} names both {owner[term]} and {group.id}")
        return self

    def slurs(self, group: Group) -> Iterator[str]:
        """Those listed, and those made with a prefix."""
        yield from group.slurs
        for term in group.terms:
            if " " not in term:
                yield from (prefix + term for prefix in self.prefixes)

    def said(self) -> Iterator[str]:
        """Every word of the lists, one by one: what must leave the anonymizer for the method to see it."""
        for group in self.groups:
            for term in (*group.terms, *self.slurs(group)):
                yield from term.split()
        for listed in self.words:
            for phrase in listed.words:
                yield from phrase.split()
        for phrase in (*self.copulas, *self.wishes, *self.negations, *self.counter_speech):
            yield from phrase.split()

    def measured_in(self, language: str) -> Measured | None:
        return next((one for one in self.measured if one.language == language), None)

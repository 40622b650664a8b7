"""The smallest parts of a post that the rules look at, and why a part may not leave."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Dropped(StrEnum):
    """Why a token stayed behind. A closed list: it is a metric label and what `--explain` shows."""

    MENTION = "mention"
    EMAIL = "email"
    URL = "url"
    HANDLE = "handle"
    """A name at another network, or what follows ``snap:``."""
    PHONE = "phone"
    ACCOUNT = "account"
    """An IBAN."""
    PLATE = "plate"
    ADDRESS = "address"
    """Postcode or street with a house number."""
    BIRTH_DATE = "birth_date"
    DATE_OUT_OF_RANGE = "date_out_of_range"
    NUMBER = "number"
    """Digits, or a number in words, that are no part of a date or time."""
    NAME = "name"
    """In the lists of first names and surnames."""
    PERSON = "person"
    """Permitted by itself, but here part of somebody's name."""
    UNKNOWN = "unknown"
    """Not in the list of permitted words."""
    NEW_WORD = "new_word"
    """A hashtag outside the list: counted, and released once enough authors used it."""
    SYMBOL = "symbol"
    """Emoji and signs."""


REASONS = tuple(Dropped)
NUMBER_OF = {reason.value: index for index, reason in enumerate(REASONS)}
"""Reasons by number, for counting in the inner loop."""


class Kind:
    """What a part of a post is. Ints and not an enum, as are `Role` and `Mark`: they are compared for every part."""

    WORD: Final = 1
    NUMBER: Final = 2
    """Anything with a digit in it."""
    NUMBER_WORD: Final = 3
    STOP: Final = 4
    """``.``, ``!`` or ``?``."""
    SIGN: Final = 5
    """Other punctuation: leaves nothing behind, not even a gap."""
    STRUCK: Final = 6
    """An identifier, or a symbol."""


class Role:
    """What it is to us."""

    NONE: Final = 0
    TERM: Final = 1
    PLACE: Final = 2
    PLAIN: Final = 3
    MOMENT: Final = 4


class Mark:
    """What a rule may look an atom up by. Bits."""

    FIGURE: Final = 1
    COUNTS: Final = 2
    """A figure, or *een*."""
    TEMPORAL: Final = 4
    WITHHELD: Final = 8
    """A month or short day that is also a name or a word: leaves only where `Moments` says so."""
    UNIT: Final = 16
    PERSON: Final = 32
    """May be somebody's name where it stands: a place, or a word with a capital."""
    NETWORK: Final = 64
    AT: Final = 128
    BIRTH: Final = 256
    PHRASE: Final = 512
    """First word of a phrase."""
    MONTH: Final = 1024
    """Also somebody's name, or a word."""
    LETTER: Final = 2048
    """A single letter or figure."""
    CANDIDATE: Final = 4096
    PHRASE_AFTER: Final = 8192
    """Second word of a phrase that begins with an everyday word."""


class Atom:
    """One part of a post, judged without its neighbours. Never changed: atoms are shared between posts."""

    __slots__ = (
        "candidate", "capital", "emit", "figure", "first_name", "glued", "kind", "local", "marks", "needs_evidence",
        "needs_neighbours", "reason", "role", "surname", "temporal", "text", "town", "written",
    )  # fmt: skip

    def __init__(
        self,
        *,
        kind: int,
        text: str,
        emit: str | None = None,
        reason: Dropped = Dropped.UNKNOWN,
        marks: int = 0,
        role: int = Role.NONE,
        written: str = "",
        capital: bool = False,
        surname: bool = False,
        local: bool = False,
        needs_evidence: bool = False,
        town: bool = False,
        first_name: bool = False,
        glued: bool = False,
        figure: bool = False,
        temporal: bool = False,
        candidate: str | None = None,
        needs_neighbours: bool = False,
    ) -> None:
        self.kind = kind
        """Of `Kind`."""
        self.text = text
        """Lower case, plain characters; empty when struck: no rule may look at it."""
        self.emit = emit
        """What may leave if the neighbours do not object."""
        self.reason = reason
        """Why it may not, when ``emit`` is absent."""
        self.marks = marks
        """Which rules look at it (`Mark`), so that a rule need not look at all the others."""
        self.role = role
        """Of `Role`."""
        self.written = written
        """What was struck, for `--explain` alone."""
        self.capital = capital
        """Written with a capital and not all in capitals."""
        self.surname = surname
        """A place or word that is also a surname."""
        self.local = local
        """A street, square or station."""
        self.needs_evidence = needs_evidence
        """A place only after a word like *in*."""
        self.town = town
        """A place, but no street or square: no article stands before it."""
        self.first_name = first_name
        self.glued = glued
        """No white space before it."""
        self.figure = figure
        """A number, in digits or in words."""
        self.temporal = temporal
        """A month, a short day or *half*: may be part of a moment."""
        self.candidate = candidate
        """A hashtag outside the list, lower case."""
        self.needs_neighbours = needs_neighbours
        """Only the sequence rules can judge it."""

    def marked(self, marks: int) -> Atom:
        """The same with these marks."""
        return Atom(
            kind=self.kind, text=self.text, emit=self.emit, reason=self.reason, marks=marks, role=self.role,
            written=self.written, capital=self.capital, surname=self.surname, local=self.local,
            needs_evidence=self.needs_evidence, town=self.town, first_name=self.first_name, glued=self.glued,
            figure=self.figure, temporal=self.temporal, candidate=self.candidate,
            needs_neighbours=self.needs_neighbours,
        )  # fmt: skip

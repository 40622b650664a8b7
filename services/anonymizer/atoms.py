"""The smallest parts of a post that the rules look at, and why a part may not leave."""

from __future__ import annotations

from enum import IntEnum, StrEnum

import msgspec


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


class Kind(IntEnum):
    WORD = 1
    NUMBER = 2
    """Anything with a digit in it."""
    NUMBER_WORD = 3
    STOP = 4
    """``.``, ``!`` or ``?``."""
    SIGN = 5
    """Other punctuation: leaves nothing behind, not even a gap."""
    STRUCK = 6
    """An identifier, or a symbol."""


class Role(IntEnum):
    NONE = 0
    TERM = 1
    PLACE = 2
    PLAIN = 3
    MOMENT = 4


class Mark:
    """What a rule may look an atom up by. Bits of an int: an enum's `&` is a call, and there are many."""

    FIGURE = 1
    COUNTS = 2
    """A figure, or *een*."""
    TEMPORAL = 4
    WITHHELD = 8
    """A month or short day that is also a name or a word: leaves only where `Moments` says so."""
    UNIT = 16
    PERSON = 32
    """May be somebody's name where it stands: a place, or a word with a capital."""
    NETWORK = 64
    AT = 128
    BIRTH = 256
    PHRASE = 512
    """First word of a phrase."""
    MONTH = 1024
    """Also somebody's name, or a word."""
    LETTER = 2048
    """A single letter or figure."""
    CANDIDATE = 4096
    PHRASE_AFTER = 8192
    """Second word of a phrase that begins with an everyday word."""


class Atom(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One part of a post, judged without its neighbours.

    A struct and not a dataclass: every new word makes a few, and a frozen dataclass takes ten times as long to make.
    """

    kind: Kind
    text: str
    """Lower case, plain characters; empty when struck: no rule may look at it."""
    emit: str | None = None
    """What may leave if the neighbours do not object."""
    reason: Dropped = Dropped.UNKNOWN
    """Why it may not, when ``emit`` is absent."""
    marks: int = 0
    """Which rules look at it (`Mark`), so that a rule need not look at all the others."""
    role: Role = Role.NONE
    written: str = ""
    """What was struck, for `--explain` alone."""
    capital: bool = False
    """Written with a capital and not all in capitals."""
    surname: bool = False
    """A place or word that is also a surname."""
    local: bool = False
    """A street, square or station."""
    needs_evidence: bool = False
    """A place only after a word like *in*."""
    town: bool = False
    """A place, but no street or square: no article stands before it."""
    first_name: bool = False
    glued: bool = False
    """No white space before it."""
    figure: bool = False
    """A number, in digits or in words. (Asked for every atom: faster than looking its kind up in a set.)"""
    temporal: bool = False
    """A month, a short day or *half*: may be part of a moment."""
    candidate: str | None = None
    """A hashtag outside the list, lower case."""
    needs_neighbours: bool = False
    """Only the sequence rules can judge it."""

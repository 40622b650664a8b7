"""Seinpost watches phenomena, not people: which terms are refused, and why."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Refusal(StrEnum):
    """Why a term may not be watched. The value is what the analyst reads."""

    HANDLE = "is a handle: Seinpost watches phenomena, not people"
    ACCOUNT = "is an account identifier: Seinpost watches phenomena, not people"
    ADDRESS = "is a web or mail address: Seinpost watches phenomena, not people"
    PHONE = "is a phone number: Seinpost watches phenomena, not people"
    NAME = "is a person's name: Seinpost watches phenomena, not people"


_ACCOUNT = re.compile(r"\bdid:[a-z]+:\S+|^at://|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-|\bu/[\w-]+$", re.IGNORECASE)
_ADDRESS = re.compile(r"https?:|www\.|\S+@\S+\.\S+|\b[\w-]+\.(?:com|nl|net|org|social|tv|me|be|gg)\b", re.IGNORECASE)
_HANDLE = re.compile(r"(?:^|\s)@\w|\w@\w|^[a-z0-9]+(?:[._][a-z0-9]+)*_[a-z0-9._]+$|^[a-z]{3,}\d{4,}$", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|00)\d[\d ().-]{7,}\d|\b0\d(?:[ .-]?\d){8}\b|\b\d{8,}\b")
_INTERFIX = frozenset("van de der den ter ten te het in op el al da di von".split())  # noqa: SIM905
_FIRST_NAMES = frozenset(
    """
    jan piet kees henk johan peter willem hans erik frank mark thierry geert mohammed mohamed ahmed ali youssef
    fatima anna maria sanne lisa emma sophie daan sem lucas milan bram thijs jeroen marieke karin ingrid anouk
    kim lotte ruben jesse kevin dennis michael rachid hassan yasmina sara eva femke joost maarten sander rob ton
    jaap klaas
    """.split()  # noqa: SIM905
)


def refused(text: str) -> Refusal | None:
    """A term that names an account, an address, a number or, by the few names every Dutch reader knows, a person."""
    if _ADDRESS.search(text):
        return Refusal.ADDRESS
    if _ACCOUNT.search(text):
        return Refusal.ACCOUNT
    if _PHONE.search(text):
        return Refusal.PHONE
    if _HANDLE.search(text):
        return Refusal.HANDLE
    words = text.lower().split()
    if words and words[0] in _FIRST_NAMES and (len(words) == 1 or _surname_follows(words)):
        return Refusal.NAME
    return None


def _surname_follows(words: list[str]) -> bool:
    return len(words) == 2 or (len(words) <= 5 and any(word in _INTERFIX for word in words[1:-1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class NameLists:
    """First names and surnames that are not also ordinary words (the lists of `python -m lexicon`)."""

    first: frozenset[str]
    last: frozenset[str]
    telling: frozenset[str]
    """Names that are no ordinary Dutch word."""
    plain: frozenset[str] = frozenset()
    """Words that are in use as such more than as a name; the list of what may leave the anonymizer."""

    def is_name(self, text: str) -> bool:
        """A lone telling first name, or a first name with a surname that is no plain word."""
        words = [word for word in text.lower().removeprefix("#").split() if word not in _INTERFIX]
        if len(words) == 1:
            return words[0] in self.first and words[0] in self.telling
        if len(words) < 2 or len(words) > 3 or not self.first.issuperset(words[:-1]):
            return False
        return words[-1] in self.last and self.plain.isdisjoint(words)


def read_name_lists(file: Path) -> NameLists:
    """Read ``words.gz``: a word, a tab, its marks (``f`` first name, ``s`` or ``i`` surname, ``o`` ordinary word)."""
    first, last, telling, plain = set(), set(), set(), set()
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            word, _, marks = line.rstrip("\n").partition("\t")
            is_first, is_last = "f" in marks, "s" in marks or "i" in marks
            if is_first:
                first.add(word)
            if is_last:
                last.add(word)
            if (is_first or is_last) and "o" not in marks and "p" not in marks:
                telling.add(word)
            if "p" in marks:
                plain.add(word)
    return NameLists(first=frozenset(first), last=frozenset(last), telling=frozenset(telling), plain=frozenset(plain))

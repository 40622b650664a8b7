"""Seinpost watches phenomena, not people: which terms are refused, and why."""

from __future__ import annotations

import gzip
import itertools
import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
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
_HANDLE_WORD = re.compile(r"_*[a-z0-9]+(?:[._]+[a-z0-9]+)*_[a-z0-9._]*|[a-z]{3,}\d{4,}|[a-z0-9]{3,}(?:\.[a-z0-9]{3,})+")
_NUMBERED = re.compile(r"([a-z]{3,})[.-]?\d{2,}")
_PHONE = re.compile(r"(?:\+|00)\d[\d ().-]{7,}\d|\b0\d(?:[ .-]?\d){8}\b|\b06(?:[ .-]?\d){7}\b|\b\d{8,}\b")
_STREET = re.compile(
    r"\w{3,}(?:straat|plein|laan|weg|kade|markt|gracht|brug|park|singel|dreef|school|kerk|tunnel|hoeve|toren|haven)"
)
_INTERFIX = frozenset("van de der den ter ten te het in op el al da di von".split())  # noqa: SIM905
_INSIDE = frozenset("het te in op".split())  # noqa: SIM905
"""Interfixes that stand in ordinary phrases as well: *brand op straat*."""
_TITLES = frozenset("burgemeester wethouder minister premier meneer mevrouw dhr mevr mw".split())  # noqa: SIM905
_FIRST_NAMES = frozenset(
    """
    jan piet kees henk johan peter willem hans erik frank mark thierry geert mohammed mohamed ahmed ali youssef
    fatima anna maria sanne lisa emma sophie daan sem lucas milan bram thijs jeroen marieke karin ingrid anouk
    kim lotte ruben jesse kevin dennis michael rachid hassan yasmina sara eva femke joost maarten sander rob ton
    jaap klaas
    """.split()  # noqa: SIM905
)
_SURNAMES = frozenset(
    """
    jansen janssen vries jong boer visser smit meijer meyer mulder bakker bos vos peters hendriks dekker brouwer
    dijkstra smits graaf meer linden kok jacobs haan vermeulen veen broek bruijn bruin schouten berg dijk dam heijden
    willems hoekstra koster prins verhoeven wilders yilmaz kaya
    """.split()  # noqa: SIM905
)
_NOBODY = frozenset(
    """
    albert-heijn jan-linders willem-ii anne-frank johan-cruijff engeland schotland holland vlaanderen oostenrijk
    duitsland frankrijk frankrijks spanje israel polen noorwegen luxemburg monaco montenegro georgie spain indie
    filippijnen brussel leuven brugge gent keulen bremen parijs londen berlijn madrid sevilla bilbao birmingham
    edinburgh rome caracas hollywood duits spaans arab franse hollands hollandse hollander hollanders spanjaard
    vlaming engelsman siberisch feyenoord roda amstel philips bosch renault ferrari gucci vespa bayer heijn plaza
    street hell real read went nord lake strong sharp bass brands levels cats tien man brand rand
    """.split()  # noqa: SIM905
)
"""Names by the lists, but in a term a country, a city, a club, a firm or an everyday word."""
_GLUED_LEAST = 9


_SHAPES = ((_ADDRESS, Refusal.ADDRESS), (_ACCOUNT, Refusal.ACCOUNT), (_PHONE, Refusal.PHONE), (_HANDLE, Refusal.HANDLE))


def refused(text: str) -> Refusal | None:
    """A text that names an account, an address, a number or, by the few names every Dutch reader knows, a person."""
    for shape, refusal in _SHAPES:
        if shape.search(text):
            return refusal
    words = _without_places(_words(text), ())
    if not words or _STREET.fullmatch(words[-1]):
        return None
    by_itself = words[0] in _FIRST_NAMES and (len(words) == 1 or _surname_follows(words))
    within = any(words[first] in _FIRST_NAMES and words[last] in _SURNAMES for first, last in _pairs(words))
    return Refusal.NAME if by_itself or within else None


def refused_term(text: str) -> Refusal | None:
    """As `refused`, for what is no sentence: each word of a term that has the shape of a handle is refused as well."""
    if refusal := refused(text):
        return refusal
    if any(_HANDLE_WORD.fullmatch(word.strip("#,;:!?()")) for word in _folded(text).split()):
        return Refusal.HANDLE
    return None


def _surname_follows(words: list[str]) -> bool:
    return len(words) == 2 or (len(words) <= 5 and any(word in _INTERFIX for word in words[1:-1]))


def _folded(text: str) -> str:
    """Lower case, without diacritics: ``Yeşilgöz`` is looked up as ``yesilgoz``."""
    lower = unicodedata.normalize("NFKC", text).lower().replace("ı", "i").replace("ł", "l").replace("ø", "o")
    return "".join(letter for letter in unicodedata.normalize("NFD", lower) if not unicodedata.combining(letter))


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s\-‐‑–/,;:!?()]+", _folded(text).replace("#", " ")) if word]


def _pairs(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Each word with the next that is no interfix: where a first name and a surname may stand."""
    for first in range(len(words)):
        last = next((later for later in range(first + 1, len(words)) if words[later] not in _INTERFIX), None)
        if last is not None and words[first] not in _INTERFIX:
            yield first, last


@dataclass(frozen=True, slots=True, kw_only=True)
class NameLists:
    """The lists of `python -m lexicon`, without diacritics."""

    first: frozenset[str]
    last: frozenset[str]
    lone: frozenset[str]
    """Names that need no second to be one: not the surnames that only follow an interfix."""
    defined: frozenset[str]
    """Words of the dictionary."""
    plain: frozenset[str]
    """Words that are in use as such more than as a name; the list of what may leave the anonymizer."""

    def refused(self, text: str, places: Container[str] = ()) -> Refusal | None:
        """What `refused_term` lets pass and these lists know. ``places``: spellings that are a place, in lower case."""
        if self.is_name(text, places):
            return Refusal.NAME
        for word in _folded(text).replace("#", " ").split():
            numbered = _NUMBERED.fullmatch(word)
            if numbered and self._somebody(numbered[1], places):
                return Refusal.HANDLE
        return None

    def is_name(self, text: str, places: Container[str] = ()) -> bool:
        """A lone telling name, a first name with a surname, a title with a surname, or both halves in one word."""
        every = _without_places(_words(text), places)
        words = [word for word in every if word not in _INTERFIX]
        if len(words) == 1 and every == words:
            return self._lone(words[0], places) or self._glued(words[0], places)
        if len(words) == 1:
            return self._lone(words[0], places)
        if any(self._glued(word, places) for word in words):
            return True
        if any(one in _TITLES and self._surname(two, places) for one, two in itertools.pairwise(words)):
            return True
        if len(words) <= 3 and self._whole(words, places) and _INSIDE.isdisjoint(every):
            return True
        return any(self._full(every[first], every[last], places) for first, last in _pairs(every))

    def _whole(self, words: list[str], places: Container[str]) -> bool:
        """Nothing but a name: then both halves may be ordinary words (*Roos Berg*), if they are not very common."""
        if not words or not self.first.issuperset(words[:-1]) or words[-1] not in self.last:
            return False
        if not self.plain.isdisjoint(words) or not _NOBODY.isdisjoint(words):
            return False
        return words[-1] not in places or self._telling(words[0], places)

    def _lone(self, word: str, places: Container[str]) -> bool:
        return len(word) > 2 and word in self.lone and self._telling(word, places)

    def _surname(self, word: str, places: Container[str]) -> bool:
        return word in self.last and word not in self.plain and word not in places

    def _full(self, first: str, last: str, places: Container[str]) -> bool:
        """In a longer phrase one half must be no ordinary word; after such a first name any unknown word will do."""
        if first not in self.first or first in self.plain or last in self.plain or len(first) < 3 or len(last) < 3:
            return False
        known = first in _FIRST_NAMES or self._telling(first, places)
        if last in self.last:
            return known or self._telling(last, places)
        return known and first not in self.defined and self._telling(last, places) and last.isalpha()

    def _glued(self, word: str, places: Container[str]) -> bool:
        if len(word) < _GLUED_LEAST or word in self.first or not self._telling(word, places):
            return False
        return any(self._halves(word[:at], word[at:], places) for at in range(3, len(word) - 3))

    def _halves(self, first: str, last: str, places: Container[str]) -> bool:
        return (
            first in self.first
            and last in self.last
            and (first in _FIRST_NAMES or self._telling(first, places))
            and (last in _SURNAMES or self._telling(last, places))
        )

    def _somebody(self, word: str, places: Container[str]) -> bool:
        if word in self.plain or word in places:
            return False
        return word in self.first or (word in self.last and self._telling(word, places))

    def _telling(self, word: str, places: Container[str]) -> bool:
        return not (
            word in self.defined or word in self.plain or word in places or word in _NOBODY or _STREET.fullmatch(word)
        )


def _without_places(words: list[str], places: Container[str]) -> list[str]:
    """Places and firms of several words (*Anna Paulowna*) taken out."""
    kept: list[str] = []
    at = 0
    while at < len(words):
        for size in (4, 3, 2):
            run = words[at : at + size]
            if len(run) == size and any(
                joined in places or joined in _NOBODY for joined in (" ".join(run), "-".join(run))
            ):
                at += size
                break
        else:
            kept.append(words[at])
            at += 1
    return kept


def known_names(file: Path) -> NameLists | None:
    """None when they were not built: then the few names of `refused` have to do."""
    try:
        return read_name_lists(file)
    except (OSError, EOFError, UnicodeDecodeError):
        return None


def read_name_lists(file: Path) -> NameLists:
    """Read ``words.gz``: a word, a tab, its marks (``f`` first name, ``s`` or ``i`` surname, ``o`` ordinary word,
    ``c`` ordinary, but in no dictionary)."""
    first, last, lone, defined, plain = set(), set(), set(), set(), set()
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            word, _, marks = line.rstrip("\n").partition("\t")
            if marks == "o":
                defined.add(word)
                continue
            if not word.isascii():
                word = _folded(word)
            if "f" in marks:
                first.add(word)
            if "s" in marks or "i" in marks:
                last.add(word)
            if "f" in marks or "s" in marks:
                lone.add(word)
            if "p" in marks:
                plain.add(word)
            if "o" in marks and "c" not in marks:
                defined.add(word)
    return NameLists(
        first=frozenset(first),
        last=frozenset(last),
        lone=frozenset(lone),
        defined=frozenset(defined),
        plain=frozenset(plain),
    )

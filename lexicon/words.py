"""Which plain words may leave: frequent, in a dictionary, and nobody's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lexicon.sources import without_marks

DUTCH = 60_000
"""Most frequent Dutch words looked at. Rarer ones say little about a crowd and much about a writer."""
ORDINARY = 40_000
"""So frequent a spelling is meant as it is written: it is no slip of something else."""
ENGLISH = 6_000
SHORT = 8_000
"""Three-letter words must be among this many: the rarer ones are abbreviations, initials and handles."""
INTERNATIONAL = 0.03
"""An English word that is this common elsewhere, relative to English, is no English word but a name (putin, tesla)."""


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


GRAMMAR = word_set(
    """
    aan achter al alle alleen allemaal als altijd anders binnen bij boven buiten daar dan dat de deze die dit doe
    doen door drie dus een elk elke en er erin even geen gaan ga haar had heb hebben heeft heel hem het hier hij hoe
    hou ik in is ja jij je jou jouw jullie kan kom komen kon kunnen laat maar me mee meer men met mij mijn moet
    moeten na naar nee net niet niks niets nog nu of om onder ons op over pas per rond te thuis tegen toe tot tussen
    uit van vanaf veel via voor waar wat we weg wel wie wij wil worden wordt zal ze zelf zich zij zijn zo zonder zou
    an and are as at be but by do for from go had has have he her his if in is it me my no not of on or our out she
    so that the their them then they this to up us was we what when where who with you your
    """
)
"""Words of grammar. A few are also somebody's name (Wil, Door, Al), but without their other half they point to nobody,
and without them no sentence can be read. This is the only exception to: a name is not an ordinary word."""

_ENDINGS = (
    "en",
    "e",
    "t",
    "s",
    "de",
    "te",
    "den",
    "ten",
    "ste",
    "je",
    "jes",
    "tje",
    "tjes",
    "n",
    "end",
    "ende",
)
_VERBAL = frozenset(("t", "de", "te", "den", "ten"))
_VOWELS = frozenset("aeiou")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    permitted: frozenset[str]
    ordinary: frozenset[str]
    """Every known spelling of a Dutch or English word: never folded onto something else."""
    lost_to_names: frozenset[str]
    """Frequent dictionary words that are also a name and therefore stay behind."""
    undefined: frozenset[str]
    """Ordinary by their frequency alone: in no dictionary, so often somebody's name (wilders), a brand or a place."""


def choose(
    *,
    dutch: Mapping[str, float],
    english: Mapping[str, float],
    elsewhere: Sequence[Mapping[str, float]],
    dictionary: frozenset[str],
    capitalised: frozenset[str],
    names: frozenset[str],
) -> Words:
    """Which words may leave.

    Takes frequencies (most frequent first) of Dutch, English and some other languages, the Dutch dictionary, its
    capitalised words, and all names; everything in lower case.
    """
    known = {word for word in list(dutch)[:DUTCH] if _plain(word) and _dutch_word(word, dictionary)}
    short = {word for word in known if len(word) <= 3}
    common = known - short | short.intersection(list(dutch)[:SHORT])
    foreign = {
        word
        for word in list(english)[:ENGLISH]
        if _plain(word)
        and len(word) > 3
        and word not in capitalised
        and not any(other.get(word, 0) > INTERNATIONAL * english[word] for other in elsewhere)
    }
    candidates = common | foreign | GRAMMAR
    lost = frozenset(word for word in candidates if is_name(word, names) and word not in GRAMMAR)
    ordinary = (
        dictionary
        | known
        | {word for word in list(dutch)[:ORDINARY] if word.isalpha()}
        | {word for word in list(english)[:20_000] if word.isalpha()}
    )
    english_words = {word for word in list(english)[:ENGLISH] if word not in capitalised}
    undefined = {
        word
        for word in ordinary - dictionary - (candidates - lost) - english_words
        if not (_declined(word, dictionary) if word in capitalised else _dutch_word(word, dictionary))
    }
    return Words(
        permitted=frozenset(candidates - lost),
        ordinary=frozenset(ordinary),
        lost_to_names=lost,
        undefined=frozenset(undefined),
    )


def is_name(word: str, names: frozenset[str]) -> bool:
    """Also the possessive of a name (``jans``, ``peters``) and its spelling without diacritics."""
    plain = without_marks(word)
    return plain in names or word in names or (plain.endswith("s") and len(plain) > 3 and plain[:-1] in names)


def _plain(word: str) -> bool:
    return word.isalpha() and (len(word) > 2 or word in GRAMMAR) and without_marks(word).isascii()


def _declined(word: str, dictionary: frozenset[str]) -> bool:
    """``korte``, ``sneller``. The other endings make words of names: ``balkenende``, ``wilders``."""
    stem = word.removesuffix("e") if word.endswith("e") else word.removesuffix("er")
    doubled = len(stem) > 3 and stem[-1] == stem[-2]
    return stem != word and (stem in dictionary or (doubled and stem[:-1] in dictionary))


def _dutch_word(word: str, dictionary: frozenset[str]) -> bool:
    """In the dictionary, or a regular inflection of a word in it."""
    if word in dictionary:
        return True
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3:
            continue
        spellings = {stem}
        if len(stem) > 3 and stem[-1] == stem[-2]:
            spellings.add(stem[:-1])  # grappig|grapp+en: bom, bommen
        if len(stem) > 2 and stem[-2] in _VOWELS and stem[-1] not in _VOWELS:
            spellings.add(stem[:-1] + stem[-2] + stem[-1])  # jaar, jaren
        if stem[-1] in "vz":
            spellings.add(stem[:-1] + {"v": "f", "z": "s"}[stem[-1]])  # huis, huizen
            spellings.add(stem[:-2] + stem[-2] * 2 + {"v": "f", "z": "s"}[stem[-1]])
        if ending in _VERBAL:
            # maak+t only where maken or maak+en is a word: a name that ends in t is no verb.
            spellings = {spelling for spelling in spellings if _infinitives(spelling) & dictionary}
        if spellings & dictionary:
            return True
    return False


def _infinitives(stem: str) -> set[str]:
    found = {stem + "en", stem + "n", stem + stem[-1] + "en"}
    if len(stem) > 3 and stem[-2] == stem[-3] and stem[-2] in _VOWELS:
        found.add(stem[:-2] + stem[-1] + "en")
    if stem[-1] in "fs":
        voiced = {"f": "v", "s": "z"}[stem[-1]]
        found |= {stem[:-1] + voiced + "en", stem[:-2] + voiced + "en"}
    return found

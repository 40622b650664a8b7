"""Misspelt watch terms and places back to their canonical spelling. Levenshtein distance with transpositions (OSA)."""

from __future__ import annotations

import re
from collections import defaultdict

from rapidfuzz.distance import OSA

from services.anonymizer.atoms import Role
from services.anonymizer.characters import without_marks
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.vocabulary import Entry, Vocabulary

SHORTEST = 5
"""Spellings below this many letters count only when exact."""
LONGEST = 40
"""A longer word is not looked for among the spellings."""
_STRETCHED = re.compile(r"(.)\1{2,}")
_REPEATED = re.compile(r"(.)\1+")
_STREET = re.compile(r"(?:straat|weg|laan|plein|kade|gracht|singel|dreef|steeg)$")
_LEET = str.maketrans("013457@$!|8", "oieastasilb")
_LEET_ONE = str.maketrans("013457@$!|8", "oleastasilb")

_BITS = {letter: 1 << number for number, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
_ANOTHER = 1 << 26

Folded = Entry | str
"""An entry, or a word of a phrase that must still be completed."""


class _Candidate:
    """``most``: letters in one of two words and not in the other, when they are near enough: two for each edit."""

    __slots__ = ("letters", "most", "spelling")

    def __init__(self, spelling: str, most: int) -> None:
        self.spelling = spelling
        self.letters = letters_of(spelling)
        self.most = most


class Folder:
    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon, cutoff: float) -> None:
        self._vocabulary = vocabulary
        self._lexicon = lexicon
        self._cutoff = cutoff
        self._squeezed: dict[str, Folded] = {}
        self._candidates: dict[tuple[str, int], list[_Candidate]] = {}
        self._target: dict[str, Folded] = {}
        self._tails: defaultdict[str, list[str]] = defaultdict(list)
        for spelling, entry in vocabulary.words.items():
            self._squeezed.setdefault(_squeeze(spelling), entry)
            if entry.fold and len(spelling) >= SHORTEST and spelling.isalpha():
                self._add(spelling, entry)
        for phrases in vocabulary.phrases.values():
            for words, entry in phrases:
                for word in words:
                    if entry.fold and len(word) >= SHORTEST and word.isalpha() and word not in vocabulary.words:
                        self._squeezed.setdefault(_squeeze(word), word)
                        self._add(word, word)

    def is_stretched(self, word: str) -> bool:
        """Three or more of a letter in a row."""
        return _STRETCHED.search(word) is not None

    def folds(self, word: str, *, known: bool) -> bool:
        """Whether a word in ASCII letters that is no entry becomes something else. ``known``: as of the lexicon."""
        if _STRETCHED.search(word) and self.stretched(word) is not None:
            return True
        return not known and len(word) <= LONGEST and self._nearest(word) is not None

    def stretched(self, word: str) -> Folded | None:
        """``scooootoe``: three or more of a letter, otherwise the spelling of an entry or a permitted word."""
        if not _STRETCHED.search(word):
            return None
        for spelling in (_STRETCHED.sub(r"\1", word), _STRETCHED.sub(r"\1\1", word)):
            if (entry := self._vocabulary.words.get(spelling)) is not None:
                return entry
            if spelling in self._lexicon.permitted:
                return spelling
        return self._squeezed.get(_squeeze(word)) or self._nearest(_STRETCHED.sub(r"\1", word))

    def misspelt(self, word: str) -> Folded | None:
        """The one nearest spelling within the cutoff; None for ordinary words and names, which are never folded."""
        plain = without_marks(word)
        if plain is not word and plain != word and (entry := self._vocabulary.words.get(plain)) is not None:
            return entry
        if self._lexicon.is_known(word) or len(word) > LONGEST:
            return None
        return self._nearest(plain)

    def leet(self, word: str) -> Folded | None:
        """``r3ll3n``: digits and signs for letters. At least half must be letters."""
        if len(word) < SHORTEST or sum(letter.isalpha() for letter in word) * 2 < len(word):
            return None
        for table in (_LEET, _LEET_ONE):
            spelling = word.translate(table)
            if not spelling.isalpha():
                continue
            if (entry := self._vocabulary.words.get(spelling)) is not None and not entry.ordinary_word:
                return entry
            if (folded := self._squeezed.get(_squeeze(spelling))) is not None and _STRETCHED.search(spelling):
                return folded
            if len(spelling) > 6 and not self._lexicon.is_known(spelling):
                near = self._nearest(spelling)
                if near is not None:
                    return near
        return None

    def _add(self, spelling: str, target: Folded) -> None:
        plain = without_marks(spelling)
        self._target[plain] = target
        self._tails[plain[1:]].append(plain)

    def _near(self, first: str, length: int) -> list[_Candidate]:
        """Spellings with this first letter that a word of this length could be meant as."""
        found = self._candidates.get((first, length))
        if found is None:
            found = self._candidates[first, length] = [
                _Candidate(spelling, 2 * reach)
                for spelling in self._target
                if spelling[0] == first and abs(len(spelling) - length) <= (reach := self._reach(spelling))
            ]
        return found

    def _nearest(self, word: str) -> Folded | None:
        if len(word) < SHORTEST - 1 or not word.isalpha():
            return None
        letters = letters_of(word)
        found = [
            (distance, candidate.spelling)
            for candidate in self._near(word[0], len(word))
            if (letters ^ candidate.letters).bit_count() <= candidate.most
            and (distance := OSA.distance(word, candidate.spelling, score_cutoff=2)) <= 2
        ]
        best: tuple[int, int, Folded] | None = None
        tie = False
        for distance, spelling in (*found, *((1, spelling) for spelling in self._other_start(word))):
            target = self._target[spelling]
            if distance > self._edits(len(spelling)) or not _plausible(word, spelling, distance, target):
                continue
            # The nearest; a term before a place before a word of a phrase. Two of a kind leave it undecided.
            rank = (distance, _rank(target))
            if best is None or rank < best[:2]:
                best, tie = (*rank, target), False
            elif rank == best[:2] and target != best[2]:
                tie = True
        return None if best is None or tie else best[2]

    def _other_start(self, word: str) -> list[str]:
        """Spellings one edit away whose first letter is another: that edit is at the start, so it can be looked up."""
        found = [*self._tails.get(word[1:], ()), *self._tails.get(word, ())]
        swapped = word[1] + word[0] + word[2:]
        found += [spelling for spelling in (word[1:], swapped) if spelling in self._target]
        return [spelling for spelling in found if spelling[0] != word[0]]

    def _reach(self, spelling: str) -> int:
        """Edits at which a word with the same first letter may still be this spelling; -1 when none is near enough."""
        target = self._target[spelling]
        edits = self._edits(len(spelling))
        if _nears(spelling, edits, target):
            return edits
        return 1 if edits and _nears(spelling, 1, target) else -1

    def _edits(self, length: int) -> int:
        """Edits allowed in a spelling of this length: similarity stays at or above the cutoff, two at most."""
        return min(2, int(length * (1 - self._cutoff) + 1e-9))


def letters_of(word: str) -> int:
    """The letters that are in a word, a bit each; all but a to z share one."""
    bits = 0
    for letter in word:
        bits |= _BITS.get(letter, _ANOTHER)
    return bits


def _plausible(word: str, spelling: str, distance: int, target: Folded) -> bool:
    """Guards against names: places, of which there are thousands, must be nearer the longer the list they come from."""
    same_start = word[0] == spelling[0]
    if isinstance(target, str) or target.role == Role.TERM:
        return distance < 2 or same_start
    if _STREET.search(word) and not target.local:
        return False
    return same_start and _nears(spelling, distance, target)


def _nears(spelling: str, distance: int, target: Folded) -> bool:
    """Whether so many edits still make a spelling with the same first letter."""
    if isinstance(target, str) or target.role == Role.TERM:
        return True
    if target.village and len(spelling) < 8:
        return False
    return (distance < 2 or len(spelling) >= 9) and len(spelling) >= SHORTEST + 1


def _rank(target: Folded) -> int:
    return 2 if isinstance(target, str) else (0 if target.role == Role.TERM else 1)


def _squeeze(word: str) -> str:
    return _REPEATED.sub(r"\1", word)

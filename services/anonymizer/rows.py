"""Which chunks can be part of a row of words: a search of the whole post is needed only where two of them meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from services.anonymizer.characters import word_set
from services.anonymizer.moment_words import AMBIGUOUS_MONTHS, NUMBERS

_EVERYDAY = word_set(
    "de het een op en van in is er je met den ten naar te meer uit ook wat voor over geen hoe we ga nu"
)
"""Poor signs of a row."""

_Meeting = tuple[tuple[str, ...], tuple[str, ...]]
_NONE: _Meeting = ((), ())


class Rows:
    """The most telling word of each row, with a word that stands beside it in that row.

    White space in a row is a boundary between chunks, so its first word ends a chunk, its last word begins one, and
    a word between them, or beside white space at either end of the row, is a whole chunk.
    """

    def __init__(self, rows: Iterable[str]) -> None:
        self._inside: set[str] = set()
        whole: _Beside = defaultdict(lambda: (set(), set()))
        ends: _Beside = defaultdict(lambda: (set(), set()))
        begins: _Beside = defaultdict(lambda: (set(), set()))
        for row in rows:
            words = row.split()
            if len(words) == 1:
                self._inside.add(words[0])
                continue
            last = len(words) - 1
            telling = max(range(last + 1), key=lambda number: _telling(words[number]))
            if telling == 0 and row[0] != " ":
                found = ends
            elif telling == last and row[-1] != " ":
                found = begins
            else:
                found = whole
            before, after = found[words[telling]]
            if telling:
                before.add(words[telling - 1])
            else:
                after.add(words[1])
        self._whole = dict(whole)
        self._ends = _by_letters(ends, slice(-3, None))
        self._begins = _by_letters(begins, slice(0, 3))
        self._inside_signs = all(not word.isalnum() for word in self._inside)

    def inside(self, chunk: str) -> bool:
        """Whether a row is in this chunk (in lower case) by itself."""
        if self._inside_signs and chunk.isalnum():
            return False
        return any(word in chunk for word in self._inside)

    def meeting(self, chunk: str) -> _Meeting:
        """What must end the chunk before this one, or begin the one after it, for the two to be in a row.

        All in lower case. Two empty tuples: whatever stands beside it.
        """
        ends, begins = self._ends, self._begins
        if not (
            chunk in self._whole
            or chunk[-3:] in ends
            or chunk[:3] in begins
            or chunk[-2:] in ends
            or chunk[:2] in begins
            or chunk[-1:] in ends
            or chunk[:1] in begins
        ):
            return _NONE
        found = [self._whole[chunk]] if chunk in self._whole else []
        for letters in {chunk[-3:], chunk[-2:], chunk[-1:]}:
            found += [beside for word, beside in ends.get(letters, ()) if chunk.endswith(word)]
        for letters in {chunk[:3], chunk[:2], chunk[:1]}:
            found += [beside for word, beside in begins.get(letters, ()) if chunk.startswith(word)]
        if not found:
            return _NONE
        return (
            tuple(sorted(set().union(*[before for before, _ in found]))),
            tuple(sorted(set().union(*[after for _, after in found]))),
        )


_Sides = tuple[set[str], set[str]]
_Beside = defaultdict[str, _Sides]


def _by_letters(words: _Beside, part: slice) -> dict[str, list[tuple[str, _Sides]]]:
    """Words with what stands beside them, by three of their letters; a shorter word by itself."""
    found: defaultdict[str, list[tuple[str, _Sides]]] = defaultdict(list)
    for word, beside in words.items():
        found[word[part]].append((word, beside))
    return dict(found)


def _telling(word: str) -> tuple[bool, bool, int]:
    """The rarer the word, the fewer posts are searched. Any choice finds the same rows."""
    return word in NUMBERS or word in AMBIGUOUS_MONTHS, word not in _EVERYDAY, len(word)

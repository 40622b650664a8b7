"""Which chunks can be part of a row of words: a search of the whole post is needed only where two of them meet."""

from __future__ import annotations

from collections.abc import Iterable

from services.anonymizer.characters import word_set
from services.anonymizer.moment_words import AMBIGUOUS_MONTHS, NUMBERS

_EVERYDAY = word_set(
    "de het een op en van in is er je met den ten naar te meer uit ook wat voor over geen hoe we ga nu"
)
"""Poor signs of a row."""


class Rows:
    """Two words of each row, next to each other. A row is in a post only where they are in two chunks that meet.

    White space in a row is a boundary between chunks, so its first word ends a chunk, its last word begins one, and
    a word between them, or beside white space at either end of the row, is a whole chunk.
    """

    def __init__(self, rows: Iterable[str]) -> None:
        self._left: set[str] = set()
        self._ends: set[str] = set()
        self._right: set[str] = set()
        self._begins: set[str] = set()
        self._inside: set[str] = set()
        for row in rows:
            words = row.split()
            if len(words) == 1:
                self._inside.add(words[0])
                continue
            last = len(words) - 1
            right = max(range(1, last + 1), key=lambda number: _telling(words[number]))
            (self._left if right > 1 or row[0] == " " else self._ends).add(words[right - 1])
            (self._right if right < last or row[-1] == " " else self._begins).add(words[right])
        self._longest = max(map(len, (*self._ends, *self._begins)), default=0)

    def inside(self, chunk: str) -> bool:
        """Whether a row is in this chunk (in lower case) by itself."""
        return any(word in chunk for word in self._inside)

    def left(self, chunk: str) -> bool:
        """Whether this chunk (in lower case) may be the first of two that meet in a row."""
        ends = self._ends
        return chunk in self._left or any(
            chunk[-length:] in ends for length in range(1, min(len(chunk), self._longest) + 1)
        )

    def right(self, chunk: str) -> bool:
        """Whether this chunk (in lower case) may be the second of two that meet in a row."""
        begins = self._begins
        return chunk in self._right or any(
            chunk[:length] in begins for length in range(1, min(len(chunk), self._longest) + 1)
        )


def _telling(word: str) -> tuple[bool, bool, int]:
    """The rarer the word, the fewer posts are searched. Any choice finds the same rows."""
    return word in NUMBERS or word in AMBIGUOUS_MONTHS, word not in _EVERYDAY, len(word)

"""Which chunks can be part of a row of words: a search of the whole post is needed only where one of them is."""

from __future__ import annotations

from collections.abc import Iterable

from services.anonymizer.moment_words import AMBIGUOUS_MONTHS, NUMBERS


class Rows:
    """One telling word of each row. A row is found in a post only where its telling word is in a chunk.

    White space in a row is a boundary between chunks, so its first word ends a chunk, its last word begins one, and
    a word between them, or beside white space at either end of the row, is a whole chunk.
    """

    def __init__(self, rows: Iterable[str]) -> None:
        self._whole: set[str] = set()
        self._ends: set[str] = set()
        self._begins: set[str] = set()
        self._inside: set[str] = set()
        for row in rows:
            words = row.split()
            if len(words) == 1:
                self._inside.add(words[0])
                continue
            telling = max(range(len(words)), key=lambda number: _telling(words[number]))
            if telling == 0 and row[0] != " ":
                self._ends.add(words[0])
            elif telling == len(words) - 1 and row[-1] != " ":
                self._begins.add(words[-1])
            else:
                self._whole.add(words[telling])
        self._shortest = min(map(len, (*self._ends, *self._begins)), default=0)
        self._most = max(map(len, (*self._ends, *self._begins)), default=0)
        self._heads = frozenset(word[: self._shortest] for word in self._begins)
        self._tails = frozenset(word[-self._shortest :] for word in self._ends)

    def may_hold(self, chunk: str) -> bool:
        """Whether a row may go through this chunk (in lower case)."""
        if chunk in self._whole:
            return True
        if any(word in chunk for word in self._inside):
            return True
        shortest = self._shortest
        if chunk[:shortest] not in self._heads and chunk[-shortest:] not in self._tails:
            return False
        lengths = range(shortest, min(len(chunk), self._most) + 1)
        return any(chunk[:length] in self._begins or chunk[-length:] in self._ends for length in lengths)


def _telling(word: str) -> tuple[bool, int]:
    """The rarer the word, the fewer posts are searched: figures and months before the long before the short."""
    return word in NUMBERS or word in AMBIGUOUS_MONTHS, len(word)

"""Rows of words that mean something together: phrases, hours and days in words. They are looked for in a whole post.

Nearly no post holds one, and most do not even hold a word that is seldom and beside it another of its row. Only posts
that do are searched.
"""

from __future__ import annotations

from collections.abc import Iterable

import ahocorasick_rs

from services.anonymizer import moment_words as moments
from services.anonymizer.characters import word_set

_EVERYDAY = word_set(
    "a all alle de den dat die door een en er geen het in is je met naar niet of om op over te van voor"
)
"""So often written that another word of the row is looked for, however short."""
_SELDOM = frozenset((*moments.NUMBERS, *moments.AMBIGUOUS_MONTHS))


class Rows:
    def __init__(self, rows: Iterable[str]) -> None:
        """``rows``: in small letters, words with white space between them; white space around a row is part of it."""
        found = sorted(rows)
        self._automaton = ahocorasick_rs.AhoCorasick(
            found, implementation=ahocorasick_rs.Implementation.ContiguousNFA, store_patterns=False
        )
        before: dict[str, set[str]] = {}
        after: dict[str, set[str]] = {}
        for row in found:
            words = [word.strip("()[]{}<>") for word in row.split()]
            at = max(range(len(words)), key=lambda number: _rank(words[number]))
            before.setdefault(words[at], set()).update(words[max(0, at - 1) : at])
            after.setdefault(words[at], set()).update(words[at + 1 : at + 2])
        self._before, self._after = before, after
        self.telling = frozenset(before)
        """Of each row the word that is most seldom written: without it the row cannot be in a post."""

    def may_be_at(self, chunks: list[str], position: int) -> bool:
        """Whether a row may be around this chunk, which holds a word of ``telling``."""
        chunk = chunks[position]
        word = chunk.lower()
        if not chunk.isalpha() or word not in self._before:
            return True
        if position and _may_be(chunks[position - 1], self._before[word]):
            return True
        return position + 1 < len(chunks) and _may_be(chunks[position + 1], self._after[word])

    def are_in(self, lower: str) -> bool:
        """Whether any row is in a post. ``lower``: its chunks in plain small letters, with white space between them."""
        return bool(self._automaton.find_matches_as_indexes(f" {lower} "))


def _rank(word: str) -> tuple[bool, bool, int]:
    return word in _SELDOM, word not in _EVERYDAY, len(word)


def _may_be(chunk: str, words: set[str]) -> bool:
    """One of these words, or anything but plain letters."""
    return not (chunk.isascii() and chunk.isalpha()) or chunk.lower() in words

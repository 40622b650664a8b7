"""New words: counted under a keyed hash, and released once enough different authors used them.

Each release stands for a *block* of at least k authors that no other release of the word shares. Whatever two moments
somebody compares, and whichever releases are subtracted from each other, the difference is nobody or at least k people.
"""

from __future__ import annotations

from collections import OrderedDict

LEAST_K = 5


class Candidates:
    """Counts of one key's life. ``limit`` bounds the number of words; the least recently used go first."""

    def __init__(self, *, k: int, window_minutes: int, limit: int) -> None:
        self._k = max(k, LEAST_K)
        self._window = window_minutes
        self._limit = limit
        self._authors: OrderedDict[str, dict[str, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._authors)

    def require(self, k: int) -> None:
        """So many authors, from the next release on."""
        self._k = max(k, LEAST_K)

    def used(self, word: str, author: str, minute: int) -> bool:
        """Count one use by an author token at an event minute. True: k authors since the last release; release it now.

        ``word`` is the keyed hash of the word: in memory no word is kept that was not released.
        """
        authors = self._authors.setdefault(word, {})
        self._authors.move_to_end(word)
        newest = max(minute, max(authors.values(), default=minute))
        if minute <= newest - self._window:
            return False
        authors[author] = max(minute, authors.get(author, minute))
        for stale in [known for known, at in authors.items() if at <= newest - self._window]:
            del authors[stale]
        if len(self._authors) > self._limit:
            self._authors.popitem(last=False)
        if len(authors) < self._k:
            return False
        authors.clear()
        return True

    def clear(self) -> None:
        self._authors.clear()

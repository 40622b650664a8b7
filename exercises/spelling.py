"""How people write a word that they do not write as the dictionary does."""

from __future__ import annotations

import re
from random import Random

VOWELS = "aeiouy"
DIGITS = {"e": "3", "a": "4", "o": "0", "i": "1", "s": "5"}
VARIANTS = 24
"""Ways of writing kept per word; people copy each other's."""


def variants(word: str, random: Random) -> tuple[str, ...]:
    """Other ways to write ``word``, in no order; the same for the same state of ``random``."""
    ways = (_stretched, _digits, _dropped, _swapped, _doubled, _spaced)
    found: dict[str, None] = {}
    for _ in range(VARIANTS * 4):
        written = ways[int(random.random() * len(ways))](word, random)
        if written != word:
            found[written] = None
    return tuple(found)[:VARIANTS] or (word,)


def _positions(word: str, letters: str) -> list[int]:
    return [index for index, letter in enumerate(word) if letter.lower() in letters]


def _pick(positions: list[int], random: Random) -> int | None:
    return positions[int(random.random() * len(positions))] if positions else None


def _stretched(word: str, random: Random) -> str:
    at = _pick(_positions(word, VOWELS), random)
    return word if at is None else word[:at] + word[at] * (3 + int(random.random() * 4)) + word[at + 1 :]


def _digits(word: str, random: Random) -> str:
    at = _pick(_positions(word, "".join(DIGITS)), random)
    return word if at is None else word[:at] + DIGITS[word[at].lower()] + word[at + 1 :]


def _dropped(word: str, random: Random) -> str:
    inner = [index for index in _positions(word, VOWELS) if 0 < index < len(word) - 1]
    at = _pick(inner, random)
    return word if at is None or len(word) < 5 else word[:at] + word[at + 1 :]


def _swapped(word: str, random: Random) -> str:
    inner = [index for index in range(1, len(word) - 2) if word[index].isalpha() and word[index + 1].isalpha()]
    at = _pick(inner, random)
    return word if at is None else word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _doubled(word: str, random: Random) -> str:
    at = _pick(list(range(1, len(word))), random)
    return word if at is None or not word[at].isalpha() else word[: at + 1] + word[at] + word[at + 1 :]


def _spaced(word: str, random: Random) -> str:
    if " " in word:
        return word.replace(" ", "" if random.random() < 0.6 else "-")
    return word.upper()


def pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Finds the words in a sentence, longest first, whole words only."""
    if not words:
        return None
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(r"(?<!\w)(" + "|".join(re.escape(word) for word in longest_first) + r")(?!\w)", re.IGNORECASE)

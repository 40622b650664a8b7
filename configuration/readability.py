"""How easy a Dutch text is to read. Pure.

The score is Flesch-Douma (Douma 1960, Flesch's Reading Ease for Dutch): 206.84 - 0.77 · syllables per 100 words
- 0.93 · words per sentence. Syllables are counted as groups of vowels, a trema beginning a new one. A formula counts;
it does not know whether people understand: let some of them read it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LEAST_SCORE = 60.0
"""From here to 70 is *standaard* in Douma's table; about language level B1."""
LONGEST_SENTENCE = 20
"""Words."""

_PLACE = re.compile(r"\{[a-z_]+\}")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n+")
_VOWELS = re.compile(r"[ëïöüä][aeiouyáéíóúàèìòùâêîôû]*|[aeiouyáéíóúàèìòùâêîôû]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readability:
    score: float
    """0 very hard to 100 very easy; may lie outside."""
    words: int
    words_a_sentence: float
    longest: int
    """Words of the longest sentence."""

    @property
    def easy(self) -> bool:
        return self.score >= LEAST_SCORE and self.longest <= LONGEST_SENTENCE


def read(text: str) -> Readability:
    """A place to fill in (``{gemeente}``) counts as one word. Raises ValueError for a text without words."""
    plain = _PLACE.sub("plaatsen", text)
    sentences = [words for part in _SENTENCE.split(plain) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        raise ValueError("a text without words cannot be read")
    syllables = sum(max(1, len(_VOWELS.findall(word.lower()))) for word in words)
    a_sentence = len(words) / len(sentences)
    return Readability(
        score=round(206.84 - 77 * syllables / len(words) - 0.93 * a_sentence, 1),
        words=len(words),
        words_a_sentence=round(a_sentence, 1),
        longest=max(map(len, sentences)),
    )

"""Words that no rule for neighbours reads past: what stands behind one cannot change what stands before it.

The rules tell words apart by lists, by marks, by length and by shape. A long plain word in none of the lists looks the
same to them as any other, so it is named here by what they see of it alone, and so is one that stays behind. A short
word beside a figure may be the letters of a number plate or a postcode, and an interfix leads to the name before it.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.anonymizer import moment_words as moments
from services.anonymizer.atoms import NUMBER_OF, Dropped, Kind
from services.anonymizer.chunks import Chunks, Known
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.moments import PRICE
from services.anonymizer.names import EVIDENCE, TITLES
from services.anonymizer.sequence import STREET_STARTS
from services.anonymizer.shapes import LINK, MENTION
from services.anonymizer.verdicts import Quick
from services.anonymizer.vocabulary import INTERFIXES

WORD, UNKNOWN, FIRST_NAME, SHORT = " word", " gap", " first name", " short"
"""White space in front, so that no chunk is written like it. A mention, a link or an emoji does no more than a word.
An interfix is itself, with white space in front."""
INERT = frozenset({WORD, UNKNOWN, FIRST_NAME})
_SHORT = 4
_STAY_BEHIND = (NUMBER_OF[Dropped.UNKNOWN], NUMBER_OF[Dropped.NAME])
_OTHER_INTERFIX = " interfix"


def before(seen: str) -> str:
    """What the rules see of a word before a stretch: they read it for names, and *in* for months."""
    return WORD if seen is SHORT else seen if seen in INERT or seen == " in" else _OTHER_INTERFIX


def after(seen: str) -> str:
    """What the rules see of a word after a stretch."""
    return WORD if seen in INERT or seen is SHORT else _OTHER_INTERFIX


class Seen(Known[str]):
    """A chunk as the rules see it: one of `INERT`, `SHORT`, an interfix, or as it was written."""

    def __init__(self, chunks: Chunks, lexicon: Lexicon, quick: Mapping[str, Quick]) -> None:
        """``quick``: what a chunk is without its neighbours."""
        super().__init__(self._look)
        self._chunks = chunks
        self._lists = lexicon.marks
        self._quick = quick
        self._read = frozenset().union(
            TITLES, EVIDENCE, STREET_STARTS, PRICE, moments.HOUSE_WORDS, moments.BEFORE_TIME, moments.BEFORE_MONTH,
            moments.FEAST_DAYS, moments.RELATIVE, moments.DAYS, moments.PARTS, moments.BIRTH,
            {"kwart", "voor", "over", "half", "tussen", "en"}, chunks.shapes.special,
        )  # fmt: skip
        """Words that some rule compares with. (Rules for names at networks and mail in words reach further anyway; a
        phrase that is in the post is in a stretch as a whole.)"""

    def _look(self, chunk: str) -> str:  # noqa: PLR0911 (one return for each thing a chunk is seen as)
        if (chunk[0] == "@" and MENTION.fullmatch(chunk)) or (chunk[0] == "h" and LINK.fullmatch(chunk)):
            return WORD
        if not (chunk.isascii() and chunk.isalpha() and chunk.islower()):
            return chunk if chunk.isascii() else self._symbols(chunk)
        judged = self._quick[chunk]
        if chunk in INTERFIXES:
            return f" {chunk}" if judged == chunk and chunk not in self._chunks.shapes.special else chunk
        if chunk in self._read or moments.STREET.fullmatch(chunk):
            return chunk
        if judged == chunk:
            return WORD if len(chunk) > _SHORT else SHORT if len(chunk) > 1 else chunk
        if judged not in _STAY_BEHIND or len(chunk) <= _SHORT:
            return chunk
        return FIRST_NAME if "f" in self._lists.get(chunk, "") else UNKNOWN

    def _symbols(self, chunk: str) -> str:
        atoms = self._chunks.heard(chunk)
        symbols = all(atom.kind == Kind.STRUCK and atom.reason is Dropped.SYMBOL for atom in atoms)
        return WORD if atoms and symbols else chunk

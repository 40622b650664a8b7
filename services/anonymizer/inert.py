"""Words that no rule for neighbours reads past: what stands behind one cannot change what stands before it.

The rules tell words apart by lists, by marks, by length and by shape. A long plain word in none of the lists looks the
same to them as any other, so it is named here by what they see of it alone, and so is one that stays behind. A short
word beside a figure may be the letters of a number plate or a postcode, and an interfix leads to the name before it.
"""

from __future__ import annotations

from services.anonymizer import moment_words as moments
from services.anonymizer.atoms import Atom, Dropped, Kind, Role
from services.anonymizer.chunks import Chunks, Known
from services.anonymizer.moments import PRICE
from services.anonymizer.names import EVIDENCE, TITLES
from services.anonymizer.sequence import STREET_STARTS
from services.anonymizer.shapes import LINK, MENTION
from services.anonymizer.vocabulary import INTERFIXES, Vocabulary

WORD, UNKNOWN, FIRST_NAME, SHORT = " word", " gap", " first name", " short"
"""White space in front, so that no chunk is written like it. A mention, a link or an emoji does no more than a word.
An interfix is itself, with white space in front."""
INERT = frozenset({WORD, UNKNOWN, FIRST_NAME})
_SHORT = 4
_OTHER_INTERFIX = " interfix"


def before(seen: str) -> str:
    """What the rules see of a word before a stretch: they read it for names, and *in* for months."""
    return WORD if seen is SHORT else seen if seen in INERT or seen == " in" else _OTHER_INTERFIX


def after(seen: str) -> str:
    """What the rules see of a word after a stretch."""
    return WORD if seen in INERT or seen is SHORT else _OTHER_INTERFIX


class Seen(Known[str]):
    """A chunk as the rules see it: one of `INERT`, `SHORT`, an interfix, or as it was written."""

    def __init__(self, chunks: Chunks, vocabulary: Vocabulary) -> None:
        super().__init__(self._look)
        self._chunks = chunks
        self._read = frozenset().union(
            TITLES, EVIDENCE, STREET_STARTS, PRICE, vocabulary.parts, moments.HOUSE_WORDS, moments.BEFORE_TIME,
            moments.BEFORE_MONTH, moments.FEAST_DAYS, moments.RELATIVE, moments.DAYS, moments.PARTS, moments.BIRTH,
            {"kwart", "tussen"}, chunks.shapes.special,
        )  # fmt: skip
        """Words that some rule compares with. (Rules for names at networks and mail in words reach further anyway.)"""

    def _look(self, chunk: str) -> str:  # noqa: PLR0911 (one return for each thing a chunk is seen as)
        if (chunk[0] == "@" and MENTION.fullmatch(chunk)) or (chunk[0] == "h" and LINK.fullmatch(chunk)):
            return WORD
        if not (chunk.isascii() and chunk.isalpha() and chunk.islower()):
            return chunk if chunk.isascii() else self._symbols(chunk)
        atoms = self._chunks.heard(chunk)
        atom = atoms[0]
        if len(atoms) > 1 or not _is_plain(atom, chunk):
            return chunk
        if chunk in INTERFIXES:
            return f" {chunk}" if atom.emit else chunk
        if chunk in self._read or atom.marks or moments.STREET.fullmatch(chunk):
            return chunk
        if len(chunk) <= _SHORT:
            return SHORT if atom.emit and len(chunk) > 1 else chunk
        return WORD if atom.emit else FIRST_NAME if atom.first_name else UNKNOWN

    def _symbols(self, chunk: str) -> str:
        atoms = self._chunks.heard(chunk)
        symbols = all(atom.kind is Kind.STRUCK and atom.reason is Dropped.SYMBOL for atom in atoms)
        return WORD if atoms and symbols else chunk


def _is_plain(atom: Atom, chunk: str) -> bool:
    """One word that leaves or stays behind as it is, whatever its neighbours."""
    if atom.kind is not Kind.WORD or atom.text != chunk or atom.needs_neighbours or atom.temporal:
        return False
    if atom.role is not Role.NONE and atom.role is not Role.PLAIN:
        return False
    return atom.emit == chunk or (atom.emit is None and atom.reason in (Dropped.UNKNOWN, Dropped.NAME))

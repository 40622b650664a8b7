"""Which rules look at an atom: found out once for every chunk, so that a post is not searched by every rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from services.anonymizer.atoms import Atom, Kind, Mark, Role
from services.anonymizer.characters import word_set
from services.anonymizer.moment_words import AMBIGUOUS_MONTHS, BIRTH, MONTHS, SHORT_DAYS, UNITS
from services.anonymizer.names import NETWORKS

_EVERYDAY = word_set("de het een den in op is van we ga gaan geen met no me be s t the te ten ter hoe wie wil komen")
"""A pair that begins with one of these is looked up by its second word."""
_LOUD = Mark.FIGURE | Mark.WITHHELD | Mark.NETWORK | Mark.AT | Mark.BIRTH | Mark.MONTH
MOMENTS = Mark.FIGURE | Mark.MONTH
"""With one of these in a post, its words are weighed as parts of moments."""
_FAR = Mark.NETWORK | Mark.AT | Mark.BIRTH
_SHORT_UNITS = UNITS - {"u", "uur", "uurtje"}
_SILENT_SIGNS = frozenset(",;'\"*")


class Marker:
    """``pairs``: the first two words of all phrases. Of each pair the rarer word is marked."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        marks: defaultdict[str, int] = defaultdict(int)
        firsts, seconds = set(), set()
        for first, second in pairs:
            if first in _EVERYDAY:
                seconds.add(second)
            else:
                firsts.add(first)
        for words, mark in (
            (("een",), Mark.COUNTS),
            (UNITS, Mark.UNIT),
            (BIRTH, Mark.BIRTH),
            (AMBIGUOUS_MONTHS, Mark.MONTH),
            ((*NETWORKS, "@"), Mark.NETWORK),
            (("at", "apenstaart", "apenstaartje"), Mark.AT),
            (firsts, Mark.PHRASE),
            (seconds, Mark.PHRASE_AFTER),
        ):
            for word in words:
                marks[word] |= mark
        self._marks = dict(marks)

    def heard(self, atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
        """Marked, and without the signs that no rule looks at."""
        return tuple([self.marked(atom) for atom in atoms if atom.kind != Kind.SIGN or atom.text not in _SILENT_SIGNS])

    def is_loud(self, atoms: tuple[Atom, ...]) -> bool:
        """Whether these may make something of a figure that does not stand beside them, or are judged by one.

        ``atoms``: those `heard`.
        """
        return any([atom.marks and (atom.marks & _LOUD or atom.text in _SHORT_UNITS) for atom in atoms])  # noqa: C419

    def may_date(self, atoms: tuple[Atom, ...]) -> bool:
        """Whether there is a figure or a month among these. ``atoms``: those `heard`."""
        return any([atom.marks & MOMENTS for atom in atoms])  # noqa: C419

    def reaches_far(self, atoms: tuple[Atom, ...]) -> bool:
        """Whether a rule carries what these say further than a few atoms. ``atoms``: those `heard`."""
        return any([atom.marks & _FAR for atom in atoms])  # noqa: C419

    def spells(self, atoms: tuple[Atom, ...]) -> bool:
        """Whether these may be part of a word in single letters that goes on. ``atoms``: those `heard`."""
        return len(atoms) > 1 and any([atom.marks & Mark.LETTER for atom in atoms])  # noqa: C419

    def marked(self, atom: Atom) -> Atom:
        marks = self._marks.get(atom.text, 0)
        if atom.figure:
            marks |= Mark.FIGURE | Mark.COUNTS
        if atom.temporal:
            marks |= Mark.TEMPORAL | (Mark.WITHHELD if _withheld(atom) else 0)
        place = atom.role == Role.PLACE
        if (atom.capital or place) and (atom.emit is not None or marks & (Mark.FIGURE | Mark.TEMPORAL | Mark.UNIT)):
            marks |= Mark.PERSON
        if len(atom.text) == 1 and atom.kind in (Kind.WORD, Kind.NUMBER):
            marks |= Mark.LETTER
        if atom.candidate:
            marks |= Mark.CANDIDATE
        return atom.marked(marks) if marks else atom


def _withheld(atom: Atom) -> bool:
    """Month names and short days that are also names wait for `Moments`."""
    return atom.role not in (Role.PLACE, Role.TERM) and (
        (atom.text in MONTHS and atom.role != Role.MOMENT)
        or (atom.text in SHORT_DAYS and atom.text not in ("do", "zo"))
    )

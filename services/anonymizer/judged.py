"""A post while the rules for neighbours look at it."""

from __future__ import annotations

from services.anonymizer.atoms import Atom, Dropped, Kind

Emitted = str | tuple[str, ...] | None
"""What leaves of an atom: one token, several, or nothing."""


class Judged:
    """Atoms with what leaves of each, after looking at the neighbours."""

    __slots__ = ("atoms", "emit", "marked", "merged", "reason")

    def __init__(self, atoms: list[Atom], marked: list[int]) -> None:
        """``marked``: indexes of the atoms that some rule looks at, ascending."""
        self.atoms = atoms
        self.marked = marked
        self.emit: list[Emitted] = [atom.emit for atom in atoms]
        self.reason = [atom.reason for atom in atoms]
        self.merged: set[int] = set()
        """Atoms that are part of an earlier one (a phrase): neither leave nor make a gap."""

    def strike(self, index: int, reason: Dropped) -> None:
        if 0 <= index < len(self.atoms) and self.atoms[index].kind not in (Kind.STOP, Kind.SIGN):
            self.emit[index] = None
            self.reason[index] = reason

    def word_before(self, index: int) -> int | None:
        """The atom before this one that is no sign."""
        index -= 1
        while index >= 0 and self.atoms[index].kind == Kind.SIGN:
            index -= 1
        return index if index >= 0 else None

    def having(self, marks: int) -> list[int]:
        """Indexes of the atoms with any of these marks."""
        atoms = self.atoms
        return [index for index in self.marked if atoms[index].marks & marks]

    def before(self, index: int) -> int | None:
        """The atom before this one, past signs and the rest of a phrase; None at a stop or the start."""
        index -= 1
        while index >= 0 and (self.atoms[index].kind == Kind.SIGN or index in self.merged):
            index -= 1
        return index if index >= 0 and self.atoms[index].kind != Kind.STOP else None

"""The permitted words and the names, as ``python -m lexicon`` built them."""

from __future__ import annotations

import gzip
import sys
from dataclasses import dataclass
from pathlib import Path


class LexiconMissing(Exception):
    """The word list is absent or unreadable. One line, for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All words in lower case."""

    permitted: frozenset[str]
    ordinary: frozenset[str]
    """Every known spelling of a Dutch or English word, permitted or not: never folded onto something else."""
    first_names: frozenset[str]
    surnames: frozenset[str]
    """With the surnames that follow an interfix (``Dam`` of ``van Dam``)."""
    marks: dict[str, str]
    """Every word with the letters of its lists, as in the file: one look instead of four."""

    def is_known(self, word: str) -> bool:
        """An ordinary word or somebody's name."""
        return self.marks.get(word, "p") != "p"


def load(file: Path) -> Lexicon:
    """Raises `LexiconMissing`."""
    sets: dict[str, list[str]] = {mark: [] for mark in "pofsi"}
    known: dict[str, str] = {}
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                word, _, marks = line.rstrip("\n").partition("\t")
                marks = marks.removesuffix("c")  # says something about terms of a watch, not about posts
                known[word] = sys.intern(marks)
                for mark in marks:
                    sets[mark].append(word)
    except (OSError, EOFError, UnicodeDecodeError, KeyError) as error:
        raise LexiconMissing(
            f"{file} is not a readable word list ({type(error).__name__}); build it with: python -m lexicon"
        ) from error
    if not sets["p"]:
        raise LexiconMissing(f"{file} holds no permitted word; build it with: python -m lexicon")
    return Lexicon(
        permitted=frozenset(sets["p"]),
        ordinary=frozenset(sets["o"]),
        first_names=frozenset(sets["f"]),
        surnames=frozenset(sets["s"]) | frozenset(sets["i"]),
        marks=known,
    )

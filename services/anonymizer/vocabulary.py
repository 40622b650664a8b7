"""What is watched and which names are places, in every spelling that counts as exact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import ahocorasick_rs

from configuration import Configuration
from configuration.places import PlaceKind
from services.anonymizer import moment_words as moments
from services.anonymizer.atoms import Role
from services.anonymizer.characters import without_marks, word_set
from services.anonymizer.lexicon import Lexicon

INTERFIXES = word_set(
    "van de der den het 't ter ten te op aan in 'd d' von vom la le du dos da di del della el al bin bint ben ibn ould"
)
CONNECTORS = word_set("in op bij naar te de het voor geen stop nee tegen naarde")
"""Words that people glue between a term and a place in a hashtag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One watch term or place."""

    role: int
    canonical: str
    """What leaves: the term, or the name as the gazetteer spells it."""
    ordinary_word: bool = False
    """A place name that is also a word: leaves with the capital it was written with."""
    surname: bool = False
    local: bool = False
    village: bool = False
    """A town or village that is no gemeente of its own: too many and too short to fold freely onto."""
    needs_evidence: bool = False
    """A village that is also a first name or surname (Horst, Gees): a place only after *in*, *naar*, *te* …"""
    fold: bool = True

    def emitted(self, written: str) -> str:
        """What leaves for a spelling as it was written."""
        if not self.ordinary_word or written.lower() != self.canonical.lower():
            return self.canonical
        return self.canonical if written[:1].isupper() else self.canonical.lower()


class Vocabulary:
    """Exact spellings to entries; built once for a configuration."""

    def __init__(self, configuration: Configuration, lexicon: Lexicon) -> None:
        self.words: dict[str, Entry] = {}
        """Spellings of one word."""
        self.phrases: dict[tuple[str, str], list[tuple[tuple[str, ...], Entry]]] = {}
        """First two words → (all words, entry), longest first."""
        self._add_places(configuration, lexicon)
        self._add_terms(configuration)
        self._add_themes(configuration, lexicon)
        for phrases in self.phrases.values():
            phrases.sort(key=lambda phrase: -len(phrase[0]))
        self.released = frozenset(entry.canonical for entry in self._entries())
        """Every token that makes a post worth remembering for a deletion. A name in small letters that is also a word
        (*een*, *best*) is not: six posts in ten hold one, and by itself it counts for no series that is tested."""
        self.parts = frozenset(word for phrases in self.phrases.values() for words, _ in phrases for word in words)
        """Words of phrases."""
        glued = {
            spelling.replace(" ", "").replace("-", "").replace("'", ""): entry
            for spelling, entry in self._spellings()
            if len(spelling) > 3 and spelling.isascii()
        }
        self._glued = glued
        self._glued_words = [*glued, *CONNECTORS]
        self._automaton = ahocorasick_rs.AhoCorasick(
            self._glued_words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )

    def rows(self) -> set[str]:
        """Rows of words that are a phrase or a moment together: a post without any is judged word by word."""
        rows = {" ".join(words) for phrases in self.phrases.values() for words, _ in phrases}
        numbers = [word for word in moments.NUMBERS if word not in ("ten", "six", "two", "one")]
        rows |= {f" {before} {number}" for before in (*moments.BEFORE_TIME, "half") for number in numbers}
        rows |= {f"kwart {near} {number}" for near in ("voor", "over") for number in numbers}
        rows |= {f" {number} {after}" for number in numbers for after in ("uur", "voor", "over")}
        rows |= {f" {number} {unit} " for number in numbers for unit in moments.UNITS}
        rows |= {f" {one} {other} " for one in numbers for other in (*numbers, "een")} | {" zero six "}
        rows |= {f" {before} {month}" for before in moments.BEFORE_MONTH for month in moments.AMBIGUOUS_MONTHS}
        rows |= {f"{left}{space}at{space}{right}" for left, right in ("()", "[]", "{}", "<>") for space in ("", " ")}
        return rows

    def split(self, word: str) -> list[Entry] | None:
        """A word glued from terms and places, with a year perhaps (``rellenharen2012``); None when anything is left."""
        word = word.rstrip("0123456789")
        position, found = 0, []
        for number, start, end in self._automaton.find_matches_as_indexes(word):
            if start != position:
                return None
            position = end
            if (entry := self._glued.get(self._glued_words[number])) is not None:
                found.append(entry)
        return found if found and position == len(word) else None

    def _add_places(self, configuration: Configuration, lexicon: Lexicon) -> None:
        for spelling, canonical in configuration.gazetteer.spellings.items():
            name = configuration.gazetteer.names[canonical]
            village = PlaceKind.GEMEENTE not in name.kinds and PlaceKind.WOONPLAATS in name.kinds
            last = spelling.rsplit(maxsplit=1)[-1]
            entry = Entry(
                role=Role.PLACE,
                canonical=canonical,
                ordinary_word=name.ordinary_word,
                surname=last in lexicon.surnames or last in lexicon.first_names,
                village=village,
                needs_evidence=village
                and not name.ordinary_word
                and (spelling in lexicon.first_names or spelling in lexicon.surnames),
                local=name.kinds == {PlaceKind.LOCAL},
                fold=not name.ordinary_word,
            )
            self._add(spelling, entry)

    def _add_terms(self, configuration: Configuration) -> None:
        for phenomenon in configuration.phenomena:
            for term in phenomenon.terms:
                entry = Entry(role=Role.TERM, canonical=term.term, fold=term.fold)
                for spelling in (term.term, *term.variants):
                    self._add(spelling.lower(), entry)

    def _add_themes(self, configuration: Configuration, lexicon: Lexicon) -> None:
        """Words of themes and of attacks, when some mandate names a theme. What is watched already stays what it is,
        a plain word needs no entry unless it is written with a capital as groups are, and a name stays a name."""
        themes = configuration.permitted_themes()
        if not themes or configuration.attack is None:
            return
        written = {spelling for spelling, _ in self._spellings()}
        terms = [term for theme in themes for term in theme.terms]
        groups = [term for group in configuration.attack.groups for term in group.terms]
        needed = [word for word in configuration.attack.said() if word not in lexicon.permitted]
        for term in dict.fromkeys((*terms, *(term for term in groups if " " not in term), *needed)):
            if term in written or term in lexicon.first_names or term in lexicon.surnames:
                continue
            self._add(term, Entry(role=Role.TERM, canonical=term, fold=False))

    def _add(self, spelling: str, entry: Entry) -> None:
        for written in dict.fromkeys((spelling, without_marks(spelling))):
            words: tuple[str, ...] = tuple(written.replace("(", " ").replace(")", " ").replace(".", " ").split())
            if len(words) == 1:
                self.words[words[0]] = entry
            elif words:
                phrases = self.phrases.setdefault((words[0], words[1]), [])
                phrases[:] = [phrase for phrase in phrases if phrase[0] != words]
                phrases.append((words, entry))

    def _spellings(self) -> Iterable[tuple[str, Entry]]:
        yield from self.words.items()
        for phrases in self.phrases.values():
            for words, entry in phrases:
                yield " ".join(words), entry

    def _entries(self) -> set[Entry]:
        return {entry for _, entry in self._spellings()}

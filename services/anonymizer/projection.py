"""A post's text to permitted tokens and gaps: the allow-list itself."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

import ahocorasick_rs
import msgspec
from msgspec.structs import replace

from configuration import Configuration
from contracts.anonymous_posts import GAP
from services.anonymizer.atoms import NUMBER_OF, REASONS, Atom, Dropped, Kind, Mark, Role
from services.anonymizer.characters import plain, unescaped
from services.anonymizer.folding import Folder
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.marks import Marker
from services.anonymizer.moment_words import BEFORE_TIME, CLOCK, DAYS, HOUSE_WORDS, MONTHS, SHORT_DAYS, STREET, UNITS
from services.anonymizer.moments import PRICE
from services.anonymizer.names import TITLES, looks_like_a_name
from services.anonymizer.rows import Rows
from services.anonymizer.sequence import SPACED_OUT, judge
from services.anonymizer.shapes import Shapes
from services.anonymizer.vocabulary import INTERFIXES, Vocabulary

CACHE_CHUNKS = 300_000
"""Judged chunks kept; beyond it all are forgotten before the next post, and judged anew."""

_PERSON = NUMBER_OF[Dropped.PERSON]
_STOPS = frozenset(".!?")
_MAY_NAME = INTERFIXES - {"in", "op", "aan"} | TITLES | _STOPS | {GAP}
"""After one of these a place may be a surname."""
_BEFORE_FIGURES = BEFORE_TIME | HOUSE_WORDS | DAYS | SHORT_DAYS | MONTHS.keys() | {"voor", "over", "half"}
_AFTER_FIGURES = UNITS | MONTHS.keys() | {"voor", "over"}
"""Words that make something of a figure they stand beside."""
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_OFTEN_ANEW = frozenset("@")
"""A chunk that begins so is seldom written twice, and judged in no time: not worth the room."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A chunk without its neighbours, when it is more than one token that leaves or one gap."""

    tokens: tuple[str, ...] = ()
    reasons: tuple[int, ...] = ()
    """Numbers of the reasons of what stays behind."""
    neighbours: bool = False
    """Only its neighbours can judge it."""
    figure: bool = False
    """A figure by itself, of which little can be made but by its neighbours."""
    loud: bool = False
    """May make something of a figure elsewhere in the post."""
    guarded: bool = False
    """A place that is also a surname: leaves at once after an ordinary word, else its neighbours decide."""
    capital: bool = False
    """A permitted word that was written with a capital: it leaves only where a sentence starts."""
    new_words: tuple[str, ...] = ()
    holds_row: bool = False
    """May be a row of words by itself."""
    before: tuple[str, ...] = ()
    """It is in a row of words with a chunk before it that ends with one of these (in lower case) …"""
    after: tuple[str, ...] = ()
    """… or with a chunk after it that begins with one of these."""
    single: bool = False
    """One character."""


Quick = str | int | Verdict
"""A chunk without its neighbours: one token that leaves, a gap (the number of its reason), or more than that."""


class Projection(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A struct and not a dataclass: one is made for every post."""

    tokens: tuple[str, ...]
    watched: bool
    """Holds a watch term or a place: worth remembering for a deletion."""
    new_words: tuple[str, ...]
    """Hashtags outside the list, to be counted; they do not leave with this post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """For `--explain`: one part of a post that stayed behind."""

    text: str
    reason: Dropped


class Projector:
    """Projects posts. Holds caches of what people wrote, in memory only: `forget` empties them."""

    def __init__(self, configuration: Configuration, lexicon: Lexicon, fold_cutoff: float) -> None:
        self._vocabulary = Vocabulary(configuration, lexicon)
        self._lexicon = lexicon
        self._shapes = Shapes(self._vocabulary, lexicon, Folder(self._vocabulary, lexicon, fold_cutoff))
        self._marker = Marker(self._vocabulary.phrases)
        sequences = self._vocabulary.sequences()
        self._sequences = ahocorasick_rs.AhoCorasick(sequences)
        self._rows = Rows(sequences)
        self._plain = lexicon.permitted - self._vocabulary.words.keys()
        self._quick: _Known[Quick] = _Known(self._judge_chunk)
        self._atoms: _Known[tuple[Atom, ...]] = _Known(self._hear_chunk)
        self.dropped = [0] * len(REASONS)
        """Tokens that stayed behind, by number of their reason, since the start."""
        self.permitted = 0

    def project(  # noqa: PLR0912 (one flat loop: a call for each token would halve the throughput)
        self, text: str, created_ms: int, explained: list[Explained] | None = None
    ) -> Projection:
        """Project one text. ``explained`` receives what stayed behind; it changes nothing about the result."""
        if len(self._quick) >= CACHE_CHUNKS:
            self.forget()
        chunks = (unescaped(text) if "&" in text else text).split()
        tokens: list[str] = []
        gaps: list[int] = []
        somebody: list[int] = []
        new_words: tuple[str, ...] = ()
        singles, row, loud, lone = 0, False, False, -1
        append = tokens.append
        judged: Any  # Quick, told apart by its class: asking `isinstance` takes three times as long
        for position, judged in enumerate(map(self._quick.__getitem__, chunks)):
            kind = judged.__class__
            if kind is str:
                append(judged)
                continue
            if kind is int:
                gaps.append(judged)
                if not tokens or tokens[-1] is not GAP:
                    append(GAP)
                continue
            if judged.neighbours and (not judged.figure or lone >= 0):
                return self._with_neighbours(chunks, created_ms, explained)
            singles += judged.single
            loud |= judged.loud
            if judged.holds_row or (
                judged.before and position and _lower(chunks[position - 1]).endswith(judged.before)
            ):
                row = True
            if judged.after and chunks[position + 1 :] and _lower(chunks[position + 1]).startswith(judged.after):
                row = True
            if judged.figure:
                lone = position
            gaps += judged.reasons
            new_words += judged.new_words
            if judged.capital and tokens and tokens[-1] not in _STOPS:
                gaps.append(_PERSON)
                somebody.append(position)
                if tokens[-1] is not GAP:
                    append(GAP)
                continue
            if judged.guarded and tokens and tokens[-1] in _MAY_NAME:
                return self._with_neighbours(chunks, created_ms, explained)
            for token in judged.tokens:
                if token is not GAP or not tokens or tokens[-1] is not GAP:
                    append(token)
        if singles >= SPACED_OUT or (row and self._holds_row(chunks)):
            return self._with_neighbours(chunks, created_ms, explained)
        if lone >= 0 and (loud or not self._means_nothing(chunks, lone)):
            return self._with_neighbours(chunks, created_ms, explained)
        dropped = self.dropped
        for reason in gaps:
            dropped[reason] += 1
        if explained is not None:
            self._explain(chunks, explained, somebody, lone)
        self.permitted += len(tokens)
        return Projection(
            tokens=tuple(tokens),
            watched=not self._vocabulary.released.isdisjoint(tokens),
            new_words=new_words,
        )

    def _explain(self, chunks: list[str], explained: list[Explained], somebody: list[int], lone: int) -> None:
        for position, chunk in enumerate(chunks):
            if position == lone and self._quick[chunk].tokens != (GAP,):  # type: ignore[union-attr]
                continue
            for atom in self._shapes.atoms(chunk):
                if position in somebody and atom.kind is not Kind.SIGN:
                    explained.append(Explained(text=atom.text, reason=Dropped.PERSON))
                elif atom.emit is None and atom.kind is not Kind.SIGN:
                    explained.append(Explained(text=atom.written or atom.text, reason=atom.reason))

    def _holds_row(self, chunks: list[str]) -> bool:
        text = f" {' '.join(map(_lower, chunks))} "
        return bool(self._sequences.find_matches_as_indexes(text))

    def _means_nothing(self, chunks: list[str], position: int) -> bool:
        """Whether the only figure of a post stands between plain words that make nothing of it.

        Then a time is a time, and any other figure a gap. In doubt no: the rules for neighbours find out.
        """
        figure = chunks[position].lower()
        before = chunks[position - 1].lower() if position else ""
        after = chunks[position + 1].lower() if position + 1 < len(chunks) else ""
        if before in _BEFORE_FIGURES or after in _AFTER_FIGURES or (len(figure) == 4 and len(after) == 2):
            return False
        if not (self._says_little(before) and self._says_little(after)) or (before and STREET.fullmatch(before)):
            return False
        return figure.isdigit() or (CLOCK.fullmatch(figure) is not None and after not in PRICE)

    def _says_little(self, word: str) -> bool:
        """A plain word, or one that stays behind by itself; a short one could be the letters of a number plate."""
        if not word or (len(word) > 1 and word in self._plain):
            return True
        return len(word) > 4 and word.isalpha() and self._quick[word].__class__ is int

    def hides_a_name(self, word: str) -> bool:
        """Whether a new word looks like a name, or words around one. Asked only of what is about to be released."""
        return looks_like_a_name(word, self._lexicon)

    def forget(self) -> None:
        """Drop everything remembered of what people wrote."""
        self._quick.clear()
        self._atoms.clear()

    def _hear_chunk(self, chunk: str) -> tuple[Atom, ...]:
        return self._marker.heard(self._shapes.atoms(chunk))

    def _judge_chunk(self, chunk: str) -> Quick:
        lower = _lower(chunk)
        judged: Quick | None = self._shapes.at_once(chunk, lower)
        loud = False
        if judged is None:
            atoms = self._shapes.atoms(chunk)
            judged, heard = self._alone(atoms), self._marker.heard(atoms)
            if chunk[0] not in _OFTEN_ANEW:
                self._atoms[chunk] = heard
            loud = self._marker.is_loud(heard) and not (isinstance(judged, Verdict) and judged.figure)
        before, after = self._rows.meeting(lower)
        holds_row = self._rows.inside(lower)
        if holds_row or before or after or loud or len(chunk) == 1:
            verdict = judged if isinstance(judged, Verdict) else _as_verdict(judged)
            return replace(verdict, holds_row=holds_row, before=before, after=after, loud=loud, single=len(chunk) == 1)
        return judged

    def _alone(self, atoms: tuple[Atom, ...]) -> Quick:  # noqa: PLR0911 (one return for each thing a chunk can be)
        if len(atoms) == 1 and atoms[0].needs_neighbours:
            return _beside_others(atoms[0])
        if any([atom.needs_neighbours for atom in atoms]):  # noqa: C419 (a generator takes twice as long)
            return _SEE_NEIGHBOURS
        if len(atoms) > 1 and any([atom.text == "at" for atom in atoms]):  # noqa: C419
            return _SEE_NEIGHBOURS  # name(at)host
        shown = [atom for atom in atoms if atom.kind is not Kind.SIGN]
        only = shown[0] if len(shown) == 1 else None
        if only is not None and only.candidate is None:
            if only.emit is None:
                return NUMBER_OF[only.reason._value_]
            return Verdict(tokens=(only.emit,), capital=True) if _name_inside(only) else only.emit
        new_words = tuple([atom.candidate for atom in shown if atom.candidate])
        if only is None and (new_words or any([_name_inside(atom) for atom in shown])):  # noqa: C419
            return _SEE_NEIGHBOURS
        return Verdict(
            tokens=_collapsed([atom.emit or GAP for atom in shown]),
            reasons=tuple([NUMBER_OF[atom.reason._value_] for atom in shown if atom.emit is None]),
            new_words=new_words,
        )

    def _with_neighbours(self, chunks: list[str], created_ms: int, explained: list[Explained] | None) -> Projection:
        atoms = list(chain.from_iterable(map(self._atoms.__getitem__, chunks)))
        posted = datetime.date.fromordinal(_EPOCH + created_ms // 86_400_000)
        post = judge(atoms, posted, self._vocabulary, self._shapes, self._marker)
        atoms, merged = post.atoms, post.merged
        tokens: list[str] = []
        append = tokens.append
        for index, emit in enumerate(post.emit):
            if isinstance(emit, str):
                append(emit)
            elif emit is not None:
                tokens += emit
            elif atoms[index].kind is not Kind.SIGN and index not in merged:
                reason = post.reason[index]
                self.dropped[NUMBER_OF[reason._value_]] += 1
                if not tokens or tokens[-1] is not GAP:
                    append(GAP)
                if explained is not None:
                    explained.append(Explained(text=atoms[index].written or atoms[index].text, reason=reason))
        self.permitted += len(tokens)
        return Projection(
            tokens=tuple(tokens),
            watched=not self._vocabulary.released.isdisjoint(tokens),
            new_words=tuple(
                [
                    candidate
                    for index in post.having(Mark.CANDIDATE)
                    if (candidate := atoms[index].candidate)
                    and post.emit[index] is None
                    and post.reason[index] is Dropped.NEW_WORD
                ]
            ),
        )


T = TypeVar("T")


class _Known(dict[str, T]):
    """What is known of chunks; a chunk that is not there yet is looked into when it is asked for."""

    __slots__ = ("_find",)

    def __init__(self, find: Callable[[str], T]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, chunk: str) -> T:
        found = self._find(chunk)
        if chunk[0] not in _OFTEN_ANEW:
            self[chunk] = found
        return found


_SEE_NEIGHBOURS = Verdict(neighbours=True)


def _lower(chunk: str) -> str:
    return chunk.lower() if chunk.isascii() else plain(chunk).lower()


def _as_verdict(judged: str | int) -> Verdict:
    return Verdict(tokens=(judged,)) if isinstance(judged, str) else Verdict(tokens=(GAP,), reasons=(judged,))


def _beside_others(only: Atom) -> Verdict:
    """The one atom of a chunk, when its neighbours have a say in it."""
    if only.figure and only.role is Role.NONE:
        if only.text.isdigit():
            reasons = (NUMBER_OF[Dropped.NUMBER],)
            return Verdict(neighbours=True, figure=True, tokens=(GAP,), reasons=reasons)
        if CLOCK.fullmatch(only.text):
            return Verdict(neighbours=True, figure=True, tokens=(only.text,))
    place = only.role is Role.PLACE and not only.needs_evidence and not only.figure
    return Verdict(tokens=(only.emit,), guarded=True) if place and only.emit else _SEE_NEIGHBOURS


def _name_inside(atom: Atom) -> bool:
    """A word that is a name unless it begins a sentence."""
    return atom.capital and atom.role is Role.PLAIN


def _collapsed(tokens: list[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for token in tokens:
        if token != GAP:
            kept.append(token)
        elif not kept or kept[-1] is not GAP:
            kept.append(GAP)
    return tuple(kept)

"""A post's text to permitted tokens and gaps: the allow-list itself."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import ahocorasick_rs
import msgspec
from msgspec.structs import replace

from configuration import Configuration
from contracts.anonymous_posts import GAP
from services.anonymizer.atoms import NUMBER_OF, REASONS, Atom, Dropped, Kind, Mark, Role
from services.anonymizer.characters import unescaped
from services.anonymizer.folding import Folder
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.marks import Marker
from services.anonymizer.names import TITLES, looks_like_a_name
from services.anonymizer.rows import Rows
from services.anonymizer.sequence import SPACED_OUT, judge
from services.anonymizer.shapes import Shapes
from services.anonymizer.vocabulary import INTERFIXES, Vocabulary

CACHE_CHUNKS = 300_000
"""Judged chunks kept; beyond it all are forgotten before the next post, and judged anew."""

_PERSON = NUMBER_OF[Dropped.PERSON]
_STOPS = frozenset(".!?")
_MAY_NAME = INTERFIXES | TITLES | _STOPS | {GAP}
"""After one of these a place may be a surname."""
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_OFTEN_ANEW = frozenset("@")
"""A chunk that begins so is seldom written twice, and judged in no time: not worth the room."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A chunk without its neighbours, when it is more than one token that leaves or one gap."""

    tokens: tuple[str, ...] = ()
    reason: int | None = None
    """Number of the reason, when it is a gap."""
    neighbours: bool = False
    """Only its neighbours can judge it."""
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
        self._marker = Marker(first for first, _ in self._vocabulary.phrases)
        sequences = self._vocabulary.sequences()
        self._sequences = ahocorasick_rs.AhoCorasick(sequences)
        self._rows = Rows(sequences)
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
        new_words: tuple[str, ...] = ()
        singles, row = 0, False
        append = tokens.append
        for position, judged in enumerate(map(self._quick.__getitem__, chunks)):
            kind = judged.__class__
            if kind is str:
                append(judged)  # type: ignore[arg-type]
                continue
            if kind is int:
                gaps.append(judged)  # type: ignore[arg-type]
                if not tokens or tokens[-1] is not GAP:
                    append(GAP)
                continue
            if judged.neighbours:
                return self._with_neighbours(chunks, created_ms, explained)
            singles += judged.single
            if (
                judged.holds_row
                or (judged.before and position and chunks[position - 1].lower().endswith(judged.before))
                or (judged.after and chunks[position + 1 :] and chunks[position + 1].lower().startswith(judged.after))
            ):
                row = True
            if judged.reason is not None:
                gaps.append(judged.reason)
                new_words += judged.new_words
                if not tokens or tokens[-1] is not GAP:
                    append(GAP)
                continue
            if judged.capital and tokens and tokens[-1] not in _STOPS:
                gaps.append(_PERSON)
                if tokens[-1] is not GAP:
                    append(GAP)
                continue
            if judged.guarded and tokens and tokens[-1] in _MAY_NAME:
                return self._with_neighbours(chunks, created_ms, explained)
            for token in judged.tokens:
                if token is not GAP or not tokens or tokens[-1] is not GAP:
                    append(token)
        if singles >= SPACED_OUT or (row and self._sequences.find_matches_as_indexes(f" {' '.join(chunks)} ".lower())):
            return self._with_neighbours(chunks, created_ms, explained)
        dropped = self.dropped
        for reason in gaps:
            dropped[reason] += 1
        if explained is not None:
            self._explain(chunks, explained)
        self.permitted += len(tokens)
        return Projection(
            tokens=tuple(tokens),
            watched=not self._vocabulary.released.isdisjoint(tokens),
            new_words=new_words,
        )

    def _explain(self, chunks: list[str], explained: list[Explained]) -> None:
        for atom in (atom for chunk in chunks for atom in self._shapes.atoms(chunk)):
            if atom.emit is None and atom.kind is not Kind.SIGN:
                explained.append(Explained(text=atom.written or atom.text, reason=atom.reason))
            elif atom.capital and atom.role is Role.PLAIN:
                explained.append(Explained(text=atom.text, reason=Dropped.PERSON))

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
        atoms = self._shapes.atoms(chunk)
        lower = chunk.lower()
        before, after = self._rows.meeting(lower)
        holds_row = self._rows.inside(lower)
        judged = self._alone(atoms)
        if holds_row or before or after or len(chunk) == 1:
            verdict = judged if isinstance(judged, Verdict) else _as_verdict(judged)
            return replace(verdict, holds_row=holds_row, before=before, after=after, single=len(chunk) == 1)
        return judged

    def _alone(self, atoms: tuple[Atom, ...]) -> Quick:  # noqa: PLR0911 (one return for each thing a chunk can be)
        if len(atoms) == 1:
            only = atoms[0]
            if only.needs_neighbours:
                plain_place = only.role is Role.PLACE and not only.needs_evidence and not only.figure
                return Verdict(tokens=(only.emit,), guarded=True) if plain_place and only.emit else _SEE_NEIGHBOURS
            if only.emit is not None:
                return Verdict(tokens=(only.emit,), capital=True) if _name_inside(only) else only.emit
            if only.kind is not Kind.SIGN:
                reason = NUMBER_OF[only.reason._value_]
                return reason if only.candidate is None else Verdict(reason=reason, new_words=(only.candidate,))
            return Verdict()
        if any([atom.needs_neighbours or atom.text == "at" for atom in atoms]):  # noqa: C419 (at: name(at)host)
            return _SEE_NEIGHBOURS
        shown = [atom for atom in atoms if atom.kind is not Kind.SIGN]
        if len(shown) == 1:
            return self._alone((shown[0],))
        if any([_name_inside(atom) or atom.candidate for atom in shown]):  # noqa: C419
            return _SEE_NEIGHBOURS
        return Verdict(tokens=_collapsed([atom.emit or GAP for atom in shown]))

    def _with_neighbours(self, chunks: list[str], created_ms: int, explained: list[Explained] | None) -> Projection:
        atoms = list(chain.from_iterable(map(self._atoms.__getitem__, chunks)))
        posted = datetime.date.fromordinal(_EPOCH + created_ms // 86_400_000)
        post = judge(atoms, posted, self._vocabulary, self._shapes, self._marker)
        atoms, merged = post.atoms, post.merged
        tokens: list[str] = []
        append = tokens.append
        for index, emit in enumerate(post.emit):
            if emit.__class__ is str:
                append(emit)  # type: ignore[arg-type]
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


def _as_verdict(judged: str | int) -> Verdict:
    return Verdict(tokens=(judged,)) if isinstance(judged, str) else Verdict(reason=judged)


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

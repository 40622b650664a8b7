"""A post's text to permitted tokens and gaps: the allow-list itself."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, islice
from operator import and_

import ahocorasick_rs
import msgspec

from configuration import Configuration
from contracts.anonymous_posts import GAP
from services.anonymizer.atoms import NUMBER_OF, REASONS, Atom, Dropped, Kind, Role
from services.anonymizer.characters import unescaped
from services.anonymizer.folding import Folder
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.names import TITLES, looks_like_a_name
from services.anonymizer.rows import Rows
from services.anonymizer.sequence import SPACED_OUT, heard, judge
from services.anonymizer.shapes import Shapes
from services.anonymizer.vocabulary import INTERFIXES, Vocabulary

CACHE_CHUNKS = 300_000
"""Judged chunks kept; beyond it all are forgotten before the next post, and judged anew."""

_NEW_WORD, _PERSON = NUMBER_OF[Dropped.NEW_WORD], NUMBER_OF[Dropped.PERSON]
_STOPS = frozenset(".!?")
_MAY_NAME = INTERFIXES | TITLES | _STOPS | {GAP}
"""After one of these a place may be a surname."""
_EPOCH = datetime.date(1970, 1, 1).toordinal()


class Guarded(str):
    """A place that is also a surname: leaves at once after an ordinary word, else its neighbours decide."""

    __slots__ = ()


class Capital(str):
    """A permitted word that was written with a capital: it leaves only where a sentence starts."""

    __slots__ = ()


Quick = str | tuple[str, ...] | int | None
"""A chunk without its neighbours: one token, several, a gap (number of its reason), or None: see the neighbours."""


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
        sequences = self._vocabulary.sequences()
        self._sequences = ahocorasick_rs.AhoCorasick(sequences)
        self._rows = Rows(sequences)
        self._quick = _Judgements(self._judge_chunk)
        self._careful: set[str] = set()
        """Chunks whose post needs a closer look: they depend on neighbours, or hold a row of words by themselves."""
        self._lefts: set[str] = set()
        self._rights: set[str] = set()
        """Chunks that may be two words of a row, where one of the first stands before one of the second."""
        self._atoms: dict[str, tuple[Atom, ...]] = {}
        self._new: dict[str, tuple[str, ...]] = {}
        self.dropped = [0] * len(REASONS)
        """Tokens that stayed behind, by number of their reason, since the start."""
        self.permitted = 0

    def project(  # noqa: PLR0912 (one flat loop: a call for each token would halve the throughput)
        self, text: str, created_ms: int, explained: list[Explained] | None = None
    ) -> Projection:
        """Project one text. ``explained`` receives what stayed behind; it changes nothing about the result."""
        if len(self._quick) >= CACHE_CHUNKS:
            self.forget()
        chunks = unescaped(text).split()
        values = list(map(self._quick.__getitem__, chunks))
        closer = not self._careful.isdisjoint(chunks)
        if closer and None in values:
            return self._with_neighbours(chunks, created_ms, explained)
        if (closer or self._meet(chunks)) and self._sequences.find_matches_as_indexes(f" {' '.join(chunks)} ".lower()):
            return self._with_neighbours(chunks, created_ms, explained)
        if list(map(len, chunks)).count(1) >= SPACED_OUT:
            return self._with_neighbours(chunks, created_ms, explained)
        dropped = self.dropped
        tokens: list[str] = []
        new_words: list[str] = []
        append = tokens.append
        for position, judged in enumerate(values):
            kind = judged.__class__
            if kind is str:
                append(judged)  # type: ignore[arg-type]
            elif kind is int:
                dropped[judged] += 1  # type: ignore[index]
                if not tokens or tokens[-1] is not GAP:
                    tokens.append(GAP)
                if judged == _NEW_WORD:
                    new_words += self._new.get(chunks[position], ())
            elif kind is tuple:
                for token in judged:  # type: ignore[union-attr]
                    if token is not GAP or not tokens or tokens[-1] is not GAP:
                        tokens.append(token)
            elif kind is Capital:
                if not tokens or tokens[-1] in _STOPS:
                    tokens.append(str(judged))
                else:
                    dropped[_PERSON] += 1
                    if tokens[-1] is not GAP:
                        tokens.append(GAP)
            elif kind is Guarded and (not tokens or tokens[-1] not in _MAY_NAME):
                tokens.append(str(judged))
            else:
                return self._with_neighbours(chunks, created_ms, explained)
        if explained is not None:
            self._explain(chunks, explained)
        self.permitted += len(tokens)
        return Projection(
            tokens=tuple(tokens),
            watched=not self._vocabulary.released.isdisjoint(tokens),
            new_words=tuple(new_words),
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
        self._careful.clear()
        self._lefts.clear()
        self._rights.clear()
        self._atoms.clear()
        self._new.clear()

    def _meet(self, chunks: list[str]) -> bool:
        """Whether two chunks that stand together may be part of a row of words."""
        return not self._rights.isdisjoint(chunks) and True in map(
            and_, map(self._lefts.__contains__, chunks), map(self._rights.__contains__, islice(chunks, 1, None))
        )

    def _judge_chunk(self, chunk: str) -> Quick:
        atoms = self._shapes.atoms(chunk)
        self._atoms[chunk] = heard(atoms)
        judged = self._quick[chunk] = self._quickly(chunk, atoms)
        lower = chunk.lower()
        if judged is None or self._rows.inside(lower):
            self._careful.add(chunk)
        if self._rows.left(lower):
            self._lefts.add(chunk)
        if self._rows.right(lower):
            self._rights.add(chunk)
        return judged

    def _quickly(self, chunk: str, atoms: tuple[Atom, ...]) -> Quick:
        if any(atom.needs_neighbours for atom in atoms):
            only = atoms[0]
            plain_place = len(atoms) == 1 and only.role is Role.PLACE and not only.needs_evidence
            return Guarded(only.emit) if plain_place and only.emit is not None and not only.figure else None
        shown = [atom for atom in atoms if atom.kind is not Kind.SIGN]
        if len(atoms) > 1 and any(atom.text == "at" for atom in atoms):
            return None  # name(at)host
        if any(atom.capital and atom.role is Role.PLAIN for atom in shown):
            return Capital(shown[0].emit) if len(shown) == 1 and shown[0].emit is not None else None
        if new := tuple(atom.candidate for atom in shown if atom.candidate):
            self._new[chunk] = new
        if len(shown) == 1:
            return shown[0].emit if shown[0].emit is not None else NUMBER_OF[shown[0].reason.value]
        if new:
            return None
        return _collapsed([atom.emit or GAP for atom in shown])

    def _with_neighbours(self, chunks: list[str], created_ms: int, explained: list[Explained] | None) -> Projection:
        atoms = list(chain.from_iterable(map(self._atoms.__getitem__, chunks)))
        posted = datetime.date.fromordinal(_EPOCH + created_ms // 86_400_000)
        post = judge(atoms, posted, self._vocabulary, self._shapes)
        tokens: list[str] = []
        for index, (atom, emit) in enumerate(zip(post.atoms, post.emit, strict=True)):
            if emit is not None:
                tokens += emit
            elif atom.kind is not Kind.SIGN and index not in post.merged:
                reason = post.reason[index]
                self.dropped[NUMBER_OF[reason._value_]] += 1
                if not tokens or tokens[-1] is not GAP:
                    tokens.append(GAP)
                if explained is not None:
                    explained.append(Explained(text=atom.written or atom.text, reason=reason))
        self.permitted += len(tokens)
        result = tuple(tokens)
        return Projection(
            tokens=result,
            watched=not self._vocabulary.released.isdisjoint(result),
            new_words=tuple(
                atom.candidate
                for index, atom in enumerate(post.atoms)
                if atom.candidate and post.emit[index] is None and post.reason[index] is Dropped.NEW_WORD
            ),
        )


class _Judgements(dict[str, Quick]):
    """Judged chunks; a chunk that is not there yet is judged when it is asked for."""

    __slots__ = ("_judge",)

    def __init__(self, judge_chunk: Callable[[str], Quick]) -> None:
        super().__init__()
        self._judge = judge_chunk

    def __missing__(self, chunk: str) -> Quick:
        return self._judge(chunk)


def _collapsed(tokens: list[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for token in tokens:
        if token != GAP:
            kept.append(token)
        elif not kept or kept[-1] is not GAP:
            kept.append(GAP)
    return tuple(kept)

"""A chunk between white space to a verdict, without its neighbours. The usual chunks are told by a few look-ups."""

from __future__ import annotations

from collections.abc import Callable
from string import punctuation
from typing import TypeVar

from contracts.anonymous_posts import GAP
from services.anonymizer.atoms import NUMBER_OF, Atom, Dropped, Kind, Role
from services.anonymizer.characters import plain
from services.anonymizer.folding import Folder
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.marks import Marker
from services.anonymizer.moment_words import BIG_NUMBER
from services.anonymizer.names import CONTEXT_WORDS
from services.anonymizer.shapes import LINK, LONGEST_CHUNK, MENTION, TAG, Shapes
from services.anonymizer.verdicts import Ask, Quick, Verdict, as_verdict
from services.anonymizer.vocabulary import Vocabulary

_MENTIONED, _LINKED = NUMBER_OF[Dropped.MENTION], NUMBER_OF[Dropped.URL]
_NAME, _UNKNOWN, _NEW_WORD = NUMBER_OF[Dropped.NAME], NUMBER_OF[Dropped.UNKNOWN], NUMBER_OF[Dropped.NEW_WORD]
_SEE_NEIGHBOURS = Verdict(asks=Ask.NEIGHBOURS)

T = TypeVar("T")


class Known(dict[str, T]):
    """What is known of chunks; a chunk that is not there yet is looked into when it is asked for.

    Mentions and links are seldom written twice and judged in no time: not worth the room.
    """

    __slots__ = ("_find",)

    def __init__(self, find: Callable[[str], T]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, chunk: str) -> T:
        found = self._find(chunk)
        if chunk[0] != "@" and "://" not in chunk:
            self[chunk] = found
        return found


class Chunks:
    """Judges chunks. Pure; the caller caches."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon, fold_cutoff: float, telling: frozenset[str]) -> None:
        """``telling``: words that a row of words may be around."""
        self._vocabulary = vocabulary
        self._lexicon = lexicon
        self._lists = lexicon.marks
        self._folder = Folder(vocabulary, lexicon, fold_cutoff)
        self.shapes = Shapes(vocabulary, lexicon, self._folder)
        self.marker = Marker(vocabulary.phrases)
        self._telling = telling
        self._apart = telling.union(word for word in (*lexicon.marks, *self.shapes.special) if self._stands_apart(word))

    def judge(self, chunk: str) -> Quick:
        if chunk.isascii() and 1 < len(chunk) <= LONGEST_CHUNK:
            lower = chunk.lower()
            judged: Quick | None
            if chunk.isalpha():
                lists = self._lists.get(lower)
                judged = self._unlisted(lower) if lists is None else self._listed(chunk, lower, lists)
            elif chunk[0] == "#" and TAG.fullmatch(chunk):
                judged = self._hashtag(chunk[1:], lower[1:])
            elif chunk[-1] in ",.!?" and (word := chunk.rstrip(chunk[-1])).isalpha():
                judged = self._word_and_sign(word, chunk[-1])
            else:
                judged = _identifier(chunk)
            if judged is not None:
                return judged
        return self._by_atoms(chunk)

    def heard(self, chunk: str) -> tuple[Atom, ...]:
        """Its atoms, as the rules for neighbours take them."""
        return self.marker.heard(self.shapes.atoms(chunk))

    def _stands_apart(self, word: str) -> bool:
        """Whether more can be said of a listed word than whether it may leave."""
        return word in self.shapes.special or word in self._vocabulary.released or BIG_NUMBER.match(word) is not None

    def _listed(self, chunk: str, lower: str, lists: str) -> Quick | None:
        if lower in self._apart:
            return None
        if "p" not in lists:
            return None if self._folder.is_stretched(lower) else (_UNKNOWN if lists == "o" else _NAME)
        if chunk == lower:
            return chunk  # the same object as the key: one look less into memory
        if chunk[0].islower() or chunk.isupper():
            return lower
        return Verdict(asks=Ask.CAPITAL, tokens=(lower,))

    def _word_and_sign(self, word: str, sign: str) -> Quick | None:
        """A word and a comma, of which nothing is left, or a stop, which may be repeated."""
        lower = word.lower()
        lists = self._lists.get(lower)
        judged = None
        if len(word) > 1:
            judged = self._unlisted(lower) if lists is None else self._listed(word, lower, lists)
        if judged is None or sign == ",":
            return judged
        if isinstance(judged, str):
            return Verdict(tokens=(judged, sign))
        return Verdict(tokens=(GAP, sign), reasons=(judged,)) if isinstance(judged, int) else None

    def _unlisted(self, lower: str) -> int | None:
        if lower in self._apart or BIG_NUMBER.match(lower) or self._folder.folds(lower, known=False):
            return None
        return _UNKNOWN

    def _hashtag(self, body: str, lower: str) -> Quick | None:
        """One word of letters in one case that is no term or place and does not hold any."""
        if len(body) == 1 or not body.isalpha() or not (body.islower() or body.isupper()) or lower in self._apart:
            return None
        if BIG_NUMBER.match(lower) or self._vocabulary.split(lower) is not None:
            return None
        lists = self._lists.get(lower, "")
        if "p" in lists:
            return lower
        if self._folder.folds(lower, known=bool(lists)):
            return None
        if 4 <= len(lower) <= 30 and (not lists or lists == "o"):
            return Verdict(asks=Ask.NEW, tokens=(GAP,), reasons=(_NEW_WORD,), new_words=(lower,))
        return _NAME

    def _by_atoms(self, chunk: str) -> Quick:
        lower = lowered(chunk)
        atoms = self.shapes.atoms(chunk)
        judged, heard = _alone(atoms), self.marker.heard(atoms)
        asks = Ask.SINGLE if len(chunk) == 1 else 0
        if self.marker.is_loud(heard):
            asks |= Ask.LOUD
        if self.marker.may_date(heard):
            asks |= Ask.MOMENT
        if self.marker.reaches_far(heard):
            asks |= Ask.FAR
        if self.marker.spells(heard) or any([_read_as_another(atom, lower) for atom in heard]):  # noqa: C419
            asks |= Ask.WHOLE
        tokens = (judged,) if isinstance(judged, str) else () if isinstance(judged, int) else judged.tokens
        if not self._vocabulary.released.isdisjoint(tokens):
            asks |= Ask.WATCHED
        if any([atom.text in self._telling for atom in heard]):  # noqa: C419
            asks |= Ask.ROW
        if not asks:
            return judged
        return as_verdict(judged).asking(asks)


def lowered(chunk: str) -> str:
    return chunk.lower() if chunk.isascii() else plain(chunk).lower()


def _identifier(chunk: str) -> int | None:
    """A mention or a link in its plainest shape."""
    if chunk[0] == "@":
        return _MENTIONED if MENTION.fullmatch(chunk) else None
    return _LINKED if chunk[0] == "h" and LINK.fullmatch(chunk) else None


def _alone(atoms: tuple[Atom, ...]) -> Quick:  # noqa: PLR0911 (one return for each thing a chunk can be)
    if len(atoms) == 1 and atoms[0].needs_neighbours:
        return _beside_others(atoms[0])
    if any([atom.needs_neighbours for atom in atoms]):  # noqa: C419 (a generator takes twice as long)
        return _SEE_NEIGHBOURS
    if len(atoms) > 1 and any([atom.text == "at" for atom in atoms]):  # noqa: C419
        return _SEE_NEIGHBOURS  # name(at)host
    shown = [atom for atom in atoms if atom.kind != Kind.SIGN]
    only = shown[0] if len(shown) == 1 else None
    if only is not None and only.candidate is None:
        if only.emit is None:
            return NUMBER_OF[only.reason._value_]
        return Verdict(asks=Ask.CAPITAL, tokens=(only.emit,)) if _name_inside(only) else only.emit
    new_words = tuple([atom.candidate for atom in shown if atom.candidate])
    if only is None and (new_words or any([_name_inside(atom) for atom in shown])):  # noqa: C419
        return _SEE_NEIGHBOURS
    return Verdict(
        asks=Ask.NEW if new_words else 0,
        tokens=_collapsed([atom.emit or GAP for atom in shown]),
        reasons=tuple([NUMBER_OF[atom.reason._value_] for atom in shown if atom.emit is None]),
        new_words=new_words,
    )


def _beside_others(only: Atom) -> Verdict:
    """The one atom of a chunk, when its neighbours have a say in it."""
    place = only.role == Role.PLACE and not only.needs_evidence and not only.figure
    return Verdict(asks=Ask.GUARDED, tokens=(only.emit,)) if place and only.emit else _SEE_NEIGHBOURS


def _read_as_another(atom: Atom, lower: str) -> bool:
    """A word of a phrase that was misspelt: it is not found by its letters."""
    return (
        atom.needs_neighbours
        and atom.kind == Kind.WORD
        and atom.role in (Role.NONE, Role.PLAIN)
        and not (atom.text in CONTEXT_WORDS and atom.text == lower.strip(punctuation))
    )


def _name_inside(atom: Atom) -> bool:
    """A word that is a name unless it begins a sentence."""
    return atom.capital and atom.role == Role.PLAIN


def _collapsed(tokens: list[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for token in tokens:
        if token != GAP:
            kept.append(token)
        elif not kept or kept[-1] is not GAP:
            kept.append(GAP)
    return tuple(kept)

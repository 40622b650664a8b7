"""A post's text to permitted tokens and gaps: the allow-list itself."""

from __future__ import annotations

from configuration import Configuration
from services.anonymizer.atoms import REASONS, Dropped, Kind
from services.anonymizer.characters import plain, unescaped
from services.anonymizer.chunks import Chunks, Known
from services.anonymizer.left import Left, inside_sentence
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.names import looks_like_a_name
from services.anonymizer.neighbours import Neighbours
from services.anonymizer.rows import Rows
from services.anonymizer.verdicts import Ask, Explained, Quick, asks_of
from services.anonymizer.vocabulary import Vocabulary

CACHE_CHUNKS = 300_000
"""Judged chunks kept; beyond it all are forgotten before the next post, and judged anew."""


class Projection:
    """What leaves of a post."""

    __slots__ = ("new_words", "tokens", "watched")

    def __init__(self, tokens: tuple[str, ...], watched: bool, new_words: tuple[str, ...]) -> None:
        self.tokens = tokens
        self.watched = watched
        """Holds a watch term or a place: worth remembering for a deletion."""
        self.new_words = new_words
        """Hashtags outside the list, to be counted; they do not leave with this post."""


class Projector:
    """Projects posts. Holds caches of what people wrote, in memory only: `forget` empties them."""

    def __init__(self, configuration: Configuration, lexicon: Lexicon, fold_cutoff: float) -> None:
        self._lexicon = lexicon
        vocabulary = Vocabulary(configuration, lexicon)
        self._rows = Rows(vocabulary.rows())
        self._chunks = Chunks(vocabulary, lexicon, fold_cutoff, self._rows.telling)
        self._quick: Known[Quick] = Known(self._chunks.judge)
        self._plain: Known[str] = Known(plain)
        self._neighbours = Neighbours(vocabulary, self._chunks, lexicon, self._quick)
        self.dropped = [0] * len(REASONS)
        """Tokens that stayed behind, by number of their reason, since the start."""
        self.permitted = 0

    def project(self, text: str, created_ms: int, explained: list[Explained] | None = None) -> Projection:
        """Project one text. ``explained`` receives what stayed behind; it changes nothing about the result."""
        if len(self._quick) >= CACHE_CHUNKS:
            self.forget()
        chunks = (unescaped(text) if "&" in text else text).split()
        found: list[Quick] = list(map(self._quick.__getitem__, chunks))
        telling = [position for position, judged in enumerate(found) if not isinstance(judged, str)]
        asked, asking = _asked(found, telling)
        lower = ""
        if asked & Ask.ROW and self._may_hold_a_row(chunks, found, asking):
            lower = " ".join(chunks if text.isascii() else map(self._plain.__getitem__, chunks)).lower()
        if self._neighbours.asked(found, asking, asked) or (lower and self._rows.are_in(lower)):
            found = self._neighbours.judge(chunks, found, asking, asked, created_ms, lower)
            if explained is not None:
                self._neighbours.judge_whole(chunks, created_ms, explained)
            telling = [position for position, judged in enumerate(found) if not isinstance(judged, str)]
            asked, _ = _asked(found, telling)
        elif explained is not None:
            self._explain(chunks, found, explained)
        left = Left()
        left.add(found, telling)
        dropped = self.dropped
        for reason in left.gaps:
            dropped[reason] += 1
        tokens = tuple(left.tokens)
        self.permitted += len(tokens)
        return Projection(tokens, asked & Ask.WATCHED != 0, tuple(left.new_words))

    def _may_hold_a_row(self, chunks: list[str], found: list[Quick], asking: list[int]) -> bool:
        return any(asks_of(found[at]) & Ask.ROW and self._rows.may_be_at(chunks, at) for at in asking)

    def _explain(self, chunks: list[str], found: list[Quick], explained: list[Explained]) -> None:
        for position, (chunk, judged) in enumerate(zip(chunks, found, strict=True)):
            capital = asks_of(judged) & Ask.CAPITAL
            somebody = capital and inside_sentence(found, position)
            for atom in self._chunks.shapes.atoms(chunk):
                if somebody and atom.kind != Kind.SIGN:
                    explained.append(Explained(text=atom.text, reason=Dropped.PERSON))
                elif atom.emit is None and atom.kind != Kind.SIGN:
                    explained.append(Explained(text=atom.written or atom.text, reason=atom.reason))

    def hides_a_name(self, word: str) -> bool:
        """Whether a new word looks like a name, or words around one. Asked only of what is about to be released."""
        return looks_like_a_name(word, self._lexicon)

    def forget(self) -> None:
        """Drop everything remembered of what people wrote."""
        self._quick.clear()
        self._plain.clear()
        self._neighbours.forget()


def _asked(found: list[Quick], telling: list[int]) -> tuple[int, list[int]]:
    """The bits of all verdicts together, and where those are that have any."""
    asked = 0
    asking: list[int] = []
    for position in telling:
        if asks := asks_of(found[position]):
            asked |= asks
            asking.append(position)
    return asked, asking

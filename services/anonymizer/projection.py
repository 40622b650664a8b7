"""A post's text to permitted tokens and gaps: the allow-list itself."""

from __future__ import annotations

from typing import Any

import ahocorasick_rs
import msgspec

from configuration import Configuration
from contracts.anonymous_posts import GAP
from services.anonymizer.atoms import NUMBER_OF, REASONS, Dropped, Kind
from services.anonymizer.characters import unescaped
from services.anonymizer.chunks import Chunks, Known, lowered
from services.anonymizer.left import Left, inside_sentence, token_before
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.moment_words import (
    AMBIGUOUS_MONTHS,
    BEFORE_TIME,
    CLOCK,
    DAYS,
    HOUSE_WORDS,
    MONTHS,
    SHORT_DAYS,
    STREET,
    UNITS,
)
from services.anonymizer.moments import PRICE
from services.anonymizer.names import looks_like_a_name
from services.anonymizer.neighbours import MAY_NAME, Neighbours
from services.anonymizer.sequence import SPACED_OUT
from services.anonymizer.verdicts import Ask, Explained, Quick, Verdict
from services.anonymizer.vocabulary import Vocabulary

CACHE_CHUNKS = 300_000
"""Judged chunks kept; beyond it all are forgotten before the next post, and judged anew."""

_BEFORE_FIGURES = BEFORE_TIME | HOUSE_WORDS | DAYS | SHORT_DAYS | MONTHS.keys() | {"voor", "over", "half"}
_AFTER_FIGURES = UNITS | MONTHS.keys() | {"voor", "over"}
"""Words that make something of a figure they stand beside."""
_HOURS = frozenset({"uur", "uurtje"})
_NO_NAME = frozenset(NUMBER_OF[reason] for reason in (Dropped.MENTION, Dropped.URL))
_NEEDS_NEIGHBOURS = Ask.NEIGHBOURS | Ask.GUARDED
_LOOK = _NEEDS_NEIGHBOURS | Ask.BESIDE | Ask.ROW | Ask.SINGLE


class Projection(msgspec.Struct, frozen=True, gc=False):
    """A struct and not a dataclass, and made by position: one is made for every post."""

    tokens: tuple[str, ...]
    watched: bool
    """Holds a watch term or a place: worth remembering for a deletion."""
    new_words: tuple[str, ...]
    """Hashtags outside the list, to be counted; they do not leave with this post."""


class Projector:
    """Projects posts. Holds caches of what people wrote, in memory only: `forget` empties them."""

    def __init__(self, configuration: Configuration, lexicon: Lexicon, fold_cutoff: float) -> None:
        self._vocabulary = Vocabulary(configuration, lexicon)
        self._lexicon = lexicon
        sequences = self._vocabulary.sequences()
        self._sequences = ahocorasick_rs.AhoCorasick(sequences)
        self._chunks = Chunks(self._vocabulary, lexicon, fold_cutoff, sequences)
        self._plain = lexicon.permitted - self._vocabulary.words.keys()
        self._quick: Known[Quick] = Known(self._chunks.judge)
        self._neighbours = Neighbours(self._vocabulary, self._chunks)
        self.dropped = [0] * len(REASONS)
        """Tokens that stayed behind, by number of their reason, since the start."""
        self.permitted = 0

    def project(self, text: str, created_ms: int, explained: list[Explained] | None = None) -> Projection:
        """Project one text. ``explained`` receives what stayed behind; it changes nothing about the result."""
        if len(self._quick) >= CACHE_CHUNKS:
            self.forget()
        chunks = (unescaped(text) if "&" in text else text).split()
        found: list[Any] = list(map(self._quick.__getitem__, chunks))
        telling = [position for position, judged in enumerate(found) if judged.__class__ is Verdict]
        asked = 0
        for position in telling:
            asked |= found[position].asks
        if asked & _LOOK and self._needs_rules(chunks, found, telling, asked):
            if explained is None:
                left = self._neighbours.judge(chunks, found, telling, asked, created_ms)
            else:
                left = self._neighbours.judge_whole(chunks, created_ms, explained)
            watched = not self._vocabulary.released.isdisjoint(left.tokens)
        else:
            left = Left()
            left.add(found)
            watched = asked & Ask.WATCHED != 0
            if explained is not None:
                self._explain(chunks, found, explained)
        dropped = self.dropped
        for reason in left.gaps:
            dropped[reason] += 1
        tokens = tuple(left.tokens)
        self.permitted += len(tokens)
        return Projection(tokens, watched, tuple(left.new_words))

    def _needs_rules(self, chunks: list[str], found: list[Any], telling: list[int], asked: int) -> bool:
        """Whether neighbours have a say in this post. ``telling``: where the verdicts are, ``asked``: their bits.

        Where what stands beside the only figure settles it at once, its verdict is replaced.
        """
        singles, row, figures = 0, asked & Ask.ROW != 0, []
        guarded = False
        for position in telling:
            judged = found[position]
            asks = judged.asks
            if asks & Ask.FIGURE:
                figures.append(position)
            elif asks & Ask.NEIGHBOURS:
                return True
            elif asks & Ask.GUARDED and token_before(found, position) in MAY_NAME:
                if asked & Ask.LOUD or not self._is_a_place(chunks, found, position):
                    return True
                guarded = True
            if asks & Ask.BESIDE and not row:
                row = _meets(judged, chunks, position)
            if asks & Ask.SINGLE:
                singles += 1
        if len(figures) > 1 or singles >= SPACED_OUT or (row and self._holds_row(chunks)):
            return True
        if figures and (asked & Ask.LOUD or not self._means_nothing(chunks, figures[0])):
            return self._unsettled(chunks, found, figures[0], asked)
        return guarded and bool(self._neighbours.phrases_in(chunks))

    def _unsettled(self, chunks: list[str], found: list[Any], position: int, asked: int) -> bool:
        """Whether only the rules can say what the only figure of a post is; if not, its verdict is replaced."""
        figure = None if asked & Ask.LOUD else self._settled(chunks, found, position)
        if figure is None or self._neighbours.phrases_in(chunks):
            return True
        found[position] = figure
        return False

    def _explain(self, chunks: list[str], found: list[Any], explained: list[Explained]) -> None:
        for position, (chunk, judged) in enumerate(zip(chunks, found, strict=True)):
            asks = judged.asks if isinstance(judged, Verdict) else 0
            if (asks & Ask.FIGURE and judged.tokens != (GAP,)) or (judged == chunk and chunk.isdigit()):
                continue  # a moment
            somebody = asks & Ask.CAPITAL and inside_sentence(found, position)
            for atom in self._chunks.shapes.atoms(chunk):
                if somebody and atom.kind is not Kind.SIGN:
                    explained.append(Explained(text=atom.text, reason=Dropped.PERSON))
                elif atom.emit is None and atom.kind is not Kind.SIGN:
                    explained.append(Explained(text=atom.written or atom.text, reason=atom.reason))

    def _holds_row(self, chunks: list[str]) -> bool:
        text = f" {' '.join(map(lowered, chunks))} "
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

    def _settled(self, chunks: list[str], found: list[Any], position: int) -> Quick | None:
        """The verdict on the only figure of a post, where the word after it says that it is a day, an hour or neither.

        None: only the rules can tell.
        """
        figure = chunks[position]
        if position + 1 == len(chunks) or not (figure.isascii() and figure.isdigit()):
            return None
        before, after = found[position - 1] if position else "", found[position + 1]
        if after.__class__ is not str:
            # A place whose name is longer than the letters of a number plate.
            place = after.__class__ is Verdict and after.asks == Ask.WATCHED and len(chunks[position + 1]) > 3
            nothing = place and self._means_nothing(chunks[: position + 1], position)
            return found[position] if nothing else None
        if len(figure) > 2 or not 1 <= int(figure) <= 31 or before in ("half", "kwart"):
            return None
        hour = after in _HOURS and int(figure) <= 24 and before not in MONTHS
        day = after in MONTHS and after not in AMBIGUOUS_MONTHS
        return figure if hour or day else None

    def _is_a_place(self, chunks: list[str], found: list[Any], position: int) -> bool:
        """Whether a place that is also a surname follows something that is certainly no part of a name."""
        reason, before = found[position - 1], chunks[position - 1]
        if reason.__class__ is not int:
            return False
        if reason in _NO_NAME:
            return True
        if not (before.isascii() and before.isalpha()) or (before[0].isupper() and not before.isupper()):
            return False
        word = before.lower()
        return "f" not in self._lexicon.marks.get(word, "") and word not in MAY_NAME and len(word) > 1

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
        self._neighbours.forget()


def _meets(judged: Verdict, chunks: list[str], position: int) -> bool:
    """Whether a chunk beside this one makes a row of words with it."""
    if judged.before and position and lowered(chunks[position - 1]).endswith(judged.before):
        return True
    return bool(judged.after and chunks[position + 1 :] and lowered(chunks[position + 1]).startswith(judged.after))

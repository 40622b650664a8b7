"""Chunks that only their neighbours can judge: the rules for neighbours look at these and at what stands around them.

A rule reads a few atoms each way, and further back only past words of a few kinds (`_OPEN`). So the rules see the same,
whether they look at the whole post or at a *stretch* of it that begins at an ordinary word; the rest of the post is
judged chunk by chunk. Only words in single letters, and misspelt words of a phrase, have them look at the whole post.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import ahocorasick_rs

from contracts.anonymous_posts import GAP
from services.anonymizer.atoms import NUMBER_OF, Atom, Dropped, Kind, Mark
from services.anonymizer.chunks import Chunks, Known, lowered
from services.anonymizer.judged import Judged
from services.anonymizer.left import STOPS, Left
from services.anonymizer.moment_words import HOUSE_WORDS
from services.anonymizer.names import TITLES
from services.anonymizer.sequence import SPACED_OUT, STREET_STARTS, judge
from services.anonymizer.verdicts import Ask, Explained, Quick, Verdict
from services.anonymizer.vocabulary import INTERFIXES, Vocabulary

MAY_NAME = INTERFIXES - {"in", "op", "aan"} | TITLES | STOPS | {GAP}
"""After one of these a place may be a surname."""
_OPEN = INTERFIXES | TITLES | STOPS | STREET_STARTS | HOUSE_WORDS
"""A rule may read on past one of these."""
_REACH = 4
"""Chunks that most rules read each way, at most."""
_FAR_REACH = 9
"""The same for names at networks, mail in words, dates of birth and phrases."""
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_LOCAL = Ask.NEIGHBOURS | Ask.LOUD
_SIGNS = bytes(code if chr(code).isascii() and chr(code).isalnum() else ord(" ") for code in range(256))

Stretch = tuple[int, int]
"""From the first chunk up to and without the last."""


class Neighbours:
    def __init__(self, vocabulary: Vocabulary, chunks: Chunks) -> None:
        self._vocabulary = vocabulary
        self._shapes, self._marker = chunks.shapes, chunks.marker
        self._atoms: Known[tuple[Atom, ...]] = Known(chunks.heard)
        phrases = {" ".join(words) for found in vocabulary.phrases.values() for words, _ in found}
        self._phrases = ahocorasick_rs.BytesAhoCorasick(
            sorted({_bare(phrase) for phrase in phrases}), implementation=ahocorasick_rs.Implementation.DFA
        )

    def forget(self) -> None:
        self._atoms.clear()

    def judge(
        self, chunks: Sequence[str], found: Sequence[Quick], telling: Sequence[int], asked: int, created_ms: int
    ) -> Left:
        """``found``: what the chunks are by themselves; ``telling``: where verdicts are; ``asked``: the bits of all."""
        phrases = self.phrases_in(chunks)
        stretches = self._stretches(found, telling, phrases) if not asked & Ask.WHOLE else None
        if stretches is None:
            return self.judge_whole(chunks, created_ms)
        dated, phrased = asked & Ask.MOMENT != 0, bool(phrases)
        left = Left()
        posted = _day(created_ms)
        done = 0
        for start, end in stretches:
            left.add(found[done:start])
            self._stretch(left, chunks[start:end], posted, dated=dated, phrased=phrased)
            done = end
        left.add(found[done:])
        return left

    def judge_whole(self, chunks: Iterable[str], created_ms: int, explained: list[Explained] | None = None) -> Left:
        left = Left()
        self._stretch(left, chunks, _day(created_ms), explained)
        return left

    def _stretches(self, found: Sequence[Any], telling: Sequence[int], phrases: Sequence[int]) -> list[Stretch] | None:
        """Disjoint, in order; None where the rules must see the whole post."""
        asking: list[tuple[int, int]] = []
        singles = 0
        for position in telling:
            asks = found[position].asks
            singles += asks & Ask.SINGLE
            if asks & _LOCAL:
                asking.append((position, _FAR_REACH if asks & Ask.FAR else _REACH))
            elif asks & Ask.GUARDED and position:
                before = found[position - 1]
                if before.__class__ is not str or before in MAY_NAME:
                    asking.append((position, 0))
        if singles >= SPACED_OUT * Ask.SINGLE:
            return None
        if phrases:
            asking = sorted({*asking, *((position, _FAR_REACH) for position in phrases)})
        stretches: list[Stretch] = []
        for position, reach in asking:
            start, end = _start(found, position, reach), _end(found, position, reach)
            while stretches and start <= stretches[-1][1]:
                earlier = stretches.pop()
                start, end = min(start, earlier[0]), max(end, earlier[1])
            stretches.append((start, end))
        return stretches

    def phrases_in(self, chunks: Sequence[str]) -> list[int]:
        """Chunks that may hold the first word of a phrase that is in the post."""
        text = " ".join(chunks)
        bare = _bare(text.lower() if text.isascii() else " ".join(map(lowered, chunks)))
        if not (found := self._phrases.find_matches_as_indexes(bare, overlapping=True)):
            return []
        firsts = {bare[start:end].split(b" ", 1)[0].decode() for _, start, end in found}
        return [position for first in firsts for position, chunk in enumerate(map(lowered, chunks)) if first in chunk]

    def _stretch(
        self,
        left: Left,
        chunks: Iterable[str],
        posted: datetime.date,
        explained: list[Explained] | None = None,
        *,
        dated: bool = False,
        phrased: bool = True,
    ) -> None:
        atoms = list(chain.from_iterable(map(self._atoms.__getitem__, chunks)))
        post = judge(atoms, posted, self._vocabulary, self._shapes, self._marker, dated=dated, phrased=phrased)
        atoms, merged, tokens = post.atoms, post.merged, left.tokens
        for index, emit in enumerate(post.emit):
            if emit.__class__ is str:
                tokens.append(emit)
            elif emit is not None:
                tokens += emit
            elif atoms[index].kind is not Kind.SIGN and index not in merged:
                reason = post.reason[index]
                left.gaps.append(NUMBER_OF[reason._value_])
                if not tokens or tokens[-1] is not GAP:
                    tokens.append(GAP)
                if explained is not None:
                    explained.append(Explained(text=atoms[index].written or atoms[index].text, reason=reason))
        left.new_words += _new_words(post)


def _day(created_ms: int) -> datetime.date:
    return datetime.date.fromordinal(_EPOCH + created_ms // 86_400_000)


def _bare(text: str) -> bytes:
    """Words without the signs around and between them: the rules for phrases read past signs.

    In bytes, because that is many times as fast. Other than ASCII letters are signs, in a phrase as in a post.
    """
    bare = text.encode("ascii", "replace").translate(_SIGNS)
    while b"  " in bare:
        bare = bare.replace(b"  ", b" ")
    return bare.strip()


def _start(found: Sequence[Quick], position: int, reach: int) -> int:
    """Back as far as a rule reads from here, to an ordinary word."""
    judged: Any
    while position:
        position -= 1
        judged = found[position]
        kind = judged.__class__
        if kind is str and reach <= 0 and judged not in _OPEN:
            return position
        if kind is not Verdict:
            reach -= 1
    return 0


def _end(found: Sequence[Quick], position: int, reach: int) -> int:
    position += 1
    while reach and position < len(found):
        if found[position].__class__ is not Verdict:
            reach -= 1
        position += 1
    return position


def _new_words(post: Judged) -> list[str]:
    return [
        candidate
        for index in post.having(Mark.CANDIDATE)
        if (candidate := post.atoms[index].candidate)
        and post.emit[index] is None
        and post.reason[index] is Dropped.NEW_WORD
    ]

"""Chunks that only their neighbours can judge: the rules for neighbours look at these and at what stands around them.

A rule reads a few atoms each way, and on past words that it knows. So it sees the same, whether it looks at the whole
post or at a *stretch* of it between two words that no rule knows (`inert`); the rest of the post is judged chunk by
chunk. Most stretches are a few words that were judged before between two such words, so their outcome is kept. Names at
networks, mail in words and dates of birth reach further; words in single letters, and misspelt words of a phrase, have
the rules look at the whole post.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from itertools import chain

import ahocorasick_rs

from contracts.anonymous_posts import GAP
from services.anonymizer import inert
from services.anonymizer.atoms import NUMBER_OF, Atom, Dropped, Kind, Mark
from services.anonymizer.chunks import Chunks, Known, lowered
from services.anonymizer.inert import INERT, SHORT, Seen
from services.anonymizer.judged import Judged
from services.anonymizer.left import STOPS, token_before
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.names import TITLES
from services.anonymizer.sequence import SPACED_OUT, judge
from services.anonymizer.verdicts import Ask, Explained, Quick, Verdict, asks_of
from services.anonymizer.vocabulary import INTERFIXES, Vocabulary

_MAY_NAME = INTERFIXES - {"in", "op", "aan"} | TITLES | STOPS | {GAP}
"""After one of these a place may be a surname."""
_FAR_REACH = 9
"""Chunks that the rules for names at networks, mail in words and dates of birth read each way, at most."""
OUTCOMES = 50_000
"""Stretches whose outcome is kept; beyond it all are forgotten."""
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_SIGNS = bytes(code if chr(code).isascii() and chr(code).isalnum() else ord(" ") for code in range(256))

_FIGURE = re.compile(r"\d|^[!-/:-@\[-`{-~]+$")
_CLOCK = re.compile(r"[0-9]{1,2}[.:][0-9]{2}")

Stretch = tuple[int, int, int]
"""From the first chunk up to and without the last; not 0 when a rule reaches past words that it does not know."""


class Neighbours:
    def __init__(self, vocabulary: Vocabulary, chunks: Chunks, lexicon: Lexicon, quick: Mapping[str, Quick]) -> None:
        self._vocabulary = vocabulary
        self._shapes, self._marker = chunks.shapes, chunks.marker
        self._atoms: Known[tuple[Atom, ...]] = Known(chunks.heard)
        self._seen = Seen(chunks, lexicon, quick)
        self._outcomes: dict[tuple[object, ...], Verdict] = {}
        phrases = {" ".join(words) for found in vocabulary.phrases.values() for words, _ in found}
        self._phrases = ahocorasick_rs.BytesAhoCorasick(
            sorted({_bare(phrase) for phrase in phrases}), implementation=ahocorasick_rs.Implementation.DFA
        )

    def forget(self) -> None:
        self._atoms.clear()
        self._seen.clear()
        self._outcomes.clear()

    def asked(self, found: list[Quick], asking: list[int], asked: int) -> bool:
        """Whether some chunk cannot be judged by itself. ``asking``: where bits are, ``asked``: the bits of all."""
        if asked & Ask.NEIGHBOURS:
            return True
        singles, guarded = 0, False
        for position in asking:
            asks = asks_of(found[position])
            singles += asks & Ask.SINGLE
            guarded = guarded or (asks & Ask.GUARDED != 0 and token_before(found, position) in _MAY_NAME)
        return guarded or singles >= SPACED_OUT * Ask.SINGLE

    def judge(  # noqa: PLR0917
        self, chunks: list[str], found: list[Quick], asking: list[int], asked: int, created_ms: int, lower: str
    ) -> list[Quick]:
        """``found`` with a verdict of the rules for each stretch in place of its chunks.

        ``lower``: the chunks, where some row of words may be in them.
        """
        day = _EPOCH + created_ms // 86_400_000
        phrases = self._phrases_in(chunks, lower) if lower else {}
        stretches = None if asked & Ask.WHOLE else self._stretches(chunks, found, asking, phrases)
        if stretches is None:
            return [self._rules(chunks, 0, len(chunks), day)]
        dated, phrased = asked & Ask.MOMENT != 0, bool(phrases)
        for start, end, far in reversed(stretches):
            found[start:end] = [
                self._rules(chunks, start, end, day, dated=dated, phrased=phrased)
                if far
                else self._outcome(chunks, start, end, day, dated=dated, phrased=phrased)
            ]
        return found

    def judge_whole(self, chunks: list[str], created_ms: int, explained: list[Explained]) -> list[Quick]:
        return [self._rules(chunks, 0, len(chunks), _EPOCH + created_ms // 86_400_000, explained)]

    def _stretches(
        self, chunks: list[str], found: list[Quick], asking: list[int], phrases: Mapping[int, int]
    ) -> list[Stretch] | None:
        """Disjoint, in order; None where the rules must see the whole post."""
        starts: list[tuple[int, int]] = []
        singles = 0
        for position in asking:
            asks = asks_of(found[position])
            singles += asks & Ask.SINGLE
            if asks & (Ask.NEIGHBOURS | Ask.LOUD):
                starts.append((position, asks & Ask.FAR))
            elif asks & Ask.GUARDED and token_before(found, position) in _MAY_NAME:
                starts.append((position, 0))
        if singles >= SPACED_OUT * Ask.SINGLE:
            return None
        starts += [(position, 0) for position in phrases]
        stretches: list[Stretch] = []
        for position, far in sorted(starts):
            words = phrases.get(position, 1)
            if stretches and position < stretches[-1][1] and not far and words == 1:
                continue
            start, end = _reach(found, position) if far else (position, _past(chunks, position, words))
            start, end = self._from(chunks, found, start, named=words > 1), self._until(chunks, end)
            reaches = far
            while stretches and start <= stretches[-1][1]:
                earlier = stretches.pop()
                start, end, reaches = min(start, earlier[0]), max(end, earlier[1]), reaches | earlier[2]
            stretches.append((start, end, reaches))
        return stretches

    def _from(self, chunks: list[str], found: list[Quick], start: int, *, named: bool) -> int:
        """Back to a word that no rule reads past. ``named``: a place begins here."""
        seen = self._seen
        named = named or not _is_moment(chunks[start], found[start])
        while start:
            word = seen[chunks[start - 1]]
            if word in INERT:
                break
            if word[0] == " ":
                if (word is SHORT or not named) and not self._may_be_letters(chunks, start - 1):
                    break
                named = named and word is not SHORT
            else:
                named = not _is_moment(chunks[start - 1], found[start - 1])
            start -= 1
        return start

    def _until(self, chunks: list[str], end: int) -> int:
        while end < len(chunks):
            word = self._seen[chunks[end]]
            if word in INERT or (word[0] == " " and not self._may_be_letters(chunks, end)):
                break
            end += 1
        return end

    def _may_be_letters(self, chunks: list[str], position: int) -> bool:
        """Whether a short word may be the letters of a number plate or a postcode."""
        left, right = _figure(chunks, position - 1), _figure(chunks, position + 1)
        if not left and not right:
            return False
        figure = chunks[position - 1 if left else position + 1]
        if (left and right) or not figure.isdigit():
            return (left and right) or not _CLOCK.fullmatch(figure)
        if len(figure) == 4:
            return left and len(chunks[position]) == 2
        step = -1 if left else 1
        other = position + 2 * step
        if len(figure) > 4 or len(chunks[position]) > 3 or not 0 <= other < len(chunks):
            return False
        beside = chunks[other]
        if len(beside) > 3 and beside.isalpha():
            return False
        return self._seen[beside][0] != " " or _figure(chunks, other + step)

    def _outcome(self, chunks: list[str], start: int, end: int, day: int, *, dated: bool, phrased: bool) -> Verdict:
        before = inert.before(self._seen[chunks[start - 1]]) if start else ""
        after = inert.after(self._seen[chunks[end]]) if end < len(chunks) else ""
        key = (day, dated, phrased, before, after, *chunks[start:end])
        outcome = self._outcomes.get(key)
        if outcome is None:
            if len(self._outcomes) >= OUTCOMES:
                self._outcomes.clear()
            outcome = self._outcomes[key] = self._rules(chunks, start, end, day, dated=dated, phrased=phrased)
        return outcome

    def _phrases_in(self, chunks: list[str], lower: str) -> dict[int, int]:
        """Chunks that may hold the first word of a phrase that is in the post, with the words of the phrase."""
        bare = _bare(lower)
        if not (found := self._phrases.find_matches_as_indexes(bare, overlapping=True)):
            return {}
        longest: dict[str, int] = {}
        for _, start, end in found:
            words = bare[start:end].decode().split()
            longest[words[0]] = max(longest.get(words[0], 0), len(words))
        begun: dict[int, int] = {}
        for position, word in enumerate(map(lowered, chunks)):
            if word.isascii() and word.isalpha():
                length = longest.get(word, 0)
            else:
                length = max([length for first, length in longest.items() if first in word], default=0)
            if length:
                begun[position] = length
        return begun

    def _rules(
        self,
        chunks: list[str],
        start: int,
        end: int,
        day: int,
        explained: list[Explained] | None = None,
        *,
        dated: bool = False,
        phrased: bool = True,
    ) -> Verdict:
        """What leaves of a stretch. The rules see the words on both sides of it as well."""
        before = self._atoms[chunks[start - 1]] if start else ()
        after = self._atoms[chunks[end]] if end < len(chunks) else ()
        atoms = [*before, *chain.from_iterable(map(self._atoms.__getitem__, chunks[start:end])), *after]
        posted = datetime.date.fromordinal(day)
        post = judge(atoms, posted, self._vocabulary, self._shapes, self._marker, dated=dated, phrased=phrased)
        atoms = post.atoms
        tokens: list[str] = []
        gaps: list[int] = []
        for index in range(len(before), len(atoms) - len(after)):
            emit = post.emit[index]
            if isinstance(emit, str):
                tokens.append(emit)
            elif emit is not None:
                tokens += emit
            elif atoms[index].kind != Kind.SIGN and index not in post.merged:
                reason = post.reason[index]
                gaps.append(NUMBER_OF[reason._value_])
                if not tokens or tokens[-1] is not GAP:
                    tokens.append(GAP)
                if explained is not None:
                    explained.append(Explained(text=atoms[index].written or atoms[index].text, reason=reason))
        new_words = tuple(_new_words(post))
        watched = not self._vocabulary.released.isdisjoint(tokens)
        asks = (Ask.NEW if new_words else 0) | (Ask.WATCHED if watched else 0)
        return Verdict(asks=asks, tokens=tuple(tokens), reasons=tuple(gaps), new_words=new_words)


def _bare(text: str) -> bytes:
    """Words without the signs around and between them: the rules for phrases read past signs.

    In bytes, because that is many times as fast. Other than ASCII letters are signs, in a phrase as in a post.
    """
    bare = text.encode("ascii", "replace").translate(_SIGNS)
    while b"  " in bare:
        bare = bare.replace(b"  ", b" ")
    return bare.strip()


def _is_moment(chunk: str, judged: Quick) -> bool:
    """A figure, or a word of a moment in small letters: an interfix before it leads to no name."""
    if chunk[0].isdigit():
        return True
    if not (chunk.isalpha() and chunk.islower()) or chunk in INTERFIXES:
        return False
    return asks_of(judged) & Ask.MOMENT != 0


def _figure(chunks: list[str], position: int) -> bool:
    """Digits, or signs that the rules read past."""
    return 0 <= position < len(chunks) and _FIGURE.search(chunks[position]) is not None


def _past(chunks: list[str], position: int, words: int) -> int:
    """Past so many chunks that are more than signs."""
    while words and position < len(chunks):
        words -= any(map(str.isalnum, chunks[position]))
        position += 1
    return position


def _reach(found: list[Quick], position: int) -> tuple[int, int]:
    """As far as a rule reads from here: a chunk with a verdict may be no word."""
    start, left = position, _FAR_REACH
    while start and left:
        start -= 1
        left -= not isinstance(found[start], Verdict)
    end, left = position + 1, _FAR_REACH
    while end < len(found) and left:
        left -= not isinstance(found[end], Verdict)
        end += 1
    return start, end


def _new_words(post: Judged) -> list[str]:
    return [
        candidate
        for index in post.having(Mark.CANDIDATE)
        if (candidate := post.atoms[index].candidate)
        and post.emit[index] is None
        and post.reason[index] is Dropped.NEW_WORD
    ]

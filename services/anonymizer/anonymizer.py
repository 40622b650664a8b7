"""One raw record to what may leave of it. Knows no Kafka and never reads the clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from contracts.anonymous_posts import AnonymousPost
from contracts.codec import Malformed
from contracts.dead_letter import Reason
from contracts.raw_post import EXERCISE, MAX_TEXT_CHARS, Deletion, RawPost
from services.anonymizer import language
from services.anonymizer.candidates import Candidates
from services.anonymizer.memory import Remembered, Seen
from services.anonymizer.projection import Projector
from services.anonymizer.secret import Secret
from services.anonymizer.settings import AnonymizerSettings
from services.anonymizer.verdicts import Explained

OLDEST_MS = 1_136_073_600_000
"""2006-01-01: before it there were no posts of this kind, so the time is wrong."""
NEWEST_MS = 4_102_444_800_000
"""2100-01-01."""

_SOURCE = re.compile(r"[a-z][a-z0-9-]{0,40}")
_AUTHOR, _POST, _WORD = b"author", b"post", b"word"


class Outcome(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What leaves because of one record: none, one, or for a withdrawal several posts."""

    posts: tuple[AnonymousPost, ...]
    exercise: str | None
    created_ms: int | None = None
    """Creation of the new post among them; absent for a withdrawal."""
    cause: str = ""
    """Why posts were counted back: ``deletion``, ``account``, ``edit``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Memory:
    """Real life has one and all exercises share another: an exercise pushes nothing real out of memory."""

    seen: Seen
    remembered: Remembered
    candidates: Candidates

    def clear(self) -> None:
        self.seen.clear()
        self.remembered.clear()
        self.candidates.clear()


class Anonymizer:
    """Holds one key and everything that depends on it. `rotate` replaces the key and forgets the rest."""

    def __init__(self, projector: Projector, settings: AnonymizerSettings, *, k: int, now_ms: int) -> None:
        self.projector = projector
        self._ahead_ms = settings.max_ahead_minutes * 60_000
        self._detect = settings.detect_language
        self.secret = Secret(now_ms)
        self._real, self._practised = _memory(settings, k), _memory(settings, k)
        self.released = 0
        """New words released since the start."""

    def rotate(self, now_ms: int) -> None:
        self.secret.replace(now_ms)
        for memory in (self._real, self._practised):
            memory.clear()
        self.projector.forget()

    def require(self, k: int) -> None:
        """So many authors before a new word is released, from now on."""
        for memory in (self._real, self._practised):
            memory.candidates.require(k)

    @property
    def remembered(self) -> int:
        """Projections kept for deletions and edits."""
        return len(self._real.remembered) + len(self._practised.remembered)

    @property
    def evicted(self) -> int:
        """Projections forgotten for lack of room, since the start."""
        return self._real.remembered.evicted + self._practised.remembered.evicted

    @property
    def new_words(self) -> int:
        """Words outside the list that are being counted."""
        return len(self._real.candidates) + len(self._practised.candidates)

    def post(self, raw: RawPost, *, partition: int, offset: int, explained: list[Explained] | None = None) -> Outcome:
        """Raises `Malformed` for a post that must not be counted."""
        self._check(raw)
        memory, source = self._of(raw.exercise), _apart(raw.exercise, raw.source)
        author = self.secret.token(_AUTHOR, source, raw.author) if raw.author else None
        key = self.secret.token(_POST, source, raw.id)
        seen = memory.seen.before(key, partition, offset)
        if seen and not raw.edit:
            raise Malformed(Reason.DUPLICATE)
        projection = self.projector.project(raw.text, raw.created_ms, explained)
        minute = raw.created_ms // 60_000
        lang = language.stated(raw.langs)
        if lang is None and (self._detect == "always" or (self._detect == "watched" and projection.watched)):
            lang = language.detected(projection.tokens)
        post = AnonymousPost(
            offset=offset,
            minute=minute,
            source=raw.source,
            tokens=projection.tokens,
            author=author,
            post=key,
            lang=lang,
            repost=raw.repost,
            candidates=self._released(projection.new_words, raw.exercise, author, minute)
            if projection.new_words
            else (),
        )
        posts: tuple[AnonymousPost, ...] = (post,)
        if seen and (earlier := memory.remembered.take(key)) is not None:
            posts = (_retraction(earlier, offset), post)
        if projection.watched:
            memory.remembered.put(post)
        return Outcome(
            posts=posts,
            exercise=raw.exercise,
            created_ms=raw.created_ms,
            cause="edit" if len(posts) > 1 else "",
        )

    def recall(self, raw: RawPost, *, partition: int, offset: int) -> None:
        """Remember under this key that a post was told before: a copy of it is a duplicate. Nothing leaves.

        Raises `Malformed` for a post that was not told, but set aside: a later copy of it may be in order.
        """
        self._check(raw)
        key = self.secret.token(_POST, _apart(raw.exercise, raw.source), raw.id)
        self._of(raw.exercise).seen.before(key, partition, offset)

    def deletion(self, deletion: Deletion, *, offset: int) -> Outcome:
        """Counts back one post, or everything remembered of an author."""
        self._check_labels(deletion.source, deletion.exercise)
        remembered, source = self._of(deletion.exercise).remembered, _apart(deletion.exercise, deletion.source)
        if deletion.id is not None:
            found = remembered.take(self.secret.token(_POST, source, deletion.id))
            taken, cause = ([found] if found is not None else []), "deletion"
        elif deletion.author is not None:
            taken = remembered.take_author(self.secret.token(_AUTHOR, source, deletion.author))
            cause = "account"
        else:
            raise Malformed(Reason.INVALID_FIELD, "$.id")
        posts = tuple(_retraction(post, offset) for post in taken)
        return Outcome(posts=posts, exercise=deletion.exercise, cause=cause)

    def _check(self, raw: RawPost) -> None:
        self._check_labels(raw.source, raw.exercise)
        if len(raw.text) > MAX_TEXT_CHARS:
            raise Malformed(Reason.TOO_LARGE, "$.text")
        if raw.created_ms < OLDEST_MS:
            raise Malformed(Reason.TOO_OLD, "$.created_ms")
        if raw.created_ms > raw.received_ms + self._ahead_ms or raw.created_ms > NEWEST_MS:
            raise Malformed(Reason.TOO_FAR_AHEAD, "$.created_ms")

    def _check_labels(self, source: str, exercise: str | None) -> None:
        """These leave as they are, so they must be what ingest configures and never what a person wrote."""
        if not _is_source(source):
            raise Malformed(Reason.INVALID_FIELD, "$.source")
        if exercise is not None and not EXERCISE.fullmatch(exercise):
            raise Malformed(Reason.INVALID_FIELD, "$.exercise")

    def _of(self, exercise: str | None) -> _Memory:
        return self._real if exercise is None else self._practised

    def _released(
        self, words: tuple[str, ...], exercise: str | None, author: str | None, minute: int
    ) -> tuple[str, ...]:
        if author is None:
            return ()
        candidates, source = self._of(exercise).candidates, _apart(exercise, "")
        found = tuple(
            word
            for word in dict.fromkeys(words)
            if candidates.used(self.secret.token(_WORD, source, word), author, minute)
            and not self.projector.hides_a_name(word)
        )
        self.released += len(found)
        return found


def _memory(settings: AnonymizerSettings, k: int) -> _Memory:
    return _Memory(
        seen=Seen(settings.seen_max),
        remembered=Remembered(settings.remembered_max),
        candidates=Candidates(k=k, window_minutes=settings.candidate_window_minutes, limit=settings.candidates_max),
    )


def _apart(exercise: str | None, source: str) -> str:
    """Nothing of an exercise has the token of something real, nor of another exercise. No source holds a slash."""
    return source if exercise is None else f"{exercise}/{source}"


@lru_cache(maxsize=256)
def _is_source(source: str) -> bool:
    return _SOURCE.fullmatch(source) is not None


def _retraction(post: AnonymousPost, offset: int) -> AnonymousPost:
    return AnonymousPost(
        offset=offset,
        minute=post.minute,
        source=post.source,
        tokens=post.tokens,
        author=post.author,
        post=post.post,
        lang=post.lang,
        repost=post.repost,
        retract=True,
    )

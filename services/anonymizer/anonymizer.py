"""One raw record to what may leave of it. Knows no Kafka and never reads the clock."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from contracts.anonymous_posts import AnonymousPost
from contracts.codec import Malformed
from contracts.dead_letter import Reason
from contracts.raw_post import MAX_TEXT_CHARS, Deletion, RawPost
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
_EXERCISE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_AUTHOR, _POST, _WORD = b"author", b"post", b"word"


class Outcome(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What leaves because of one record: none, one, or for a withdrawal several posts."""

    posts: tuple[AnonymousPost, ...]
    exercise: str | None
    created_ms: int | None = None
    """Creation of the new post among them; absent for a withdrawal."""
    cause: str = ""
    """Why posts were counted back: ``deletion``, ``account``, ``edit``."""


class Anonymizer:
    """Holds one key and everything that depends on it. `rotate` replaces the key and forgets the rest."""

    def __init__(self, projector: Projector, settings: AnonymizerSettings, *, k: int, now_ms: int) -> None:
        self.projector = projector
        self._ahead_ms = settings.max_ahead_minutes * 60_000
        self._detect = settings.detect_language
        self.secret = Secret(now_ms)
        self.remembered = Remembered(settings.remembered_max)
        self.candidates = Candidates(
            k=k, window_minutes=settings.candidate_window_minutes, limit=settings.candidates_max
        )
        self._seen = Seen(settings.seen_max)
        self.released = 0
        """New words released since the start."""

    def rotate(self, now_ms: int) -> None:
        self.secret.replace(now_ms)
        self.remembered.clear()
        self.candidates.clear()
        self._seen.clear()
        self.projector.forget()

    def post(self, raw: RawPost, *, partition: int, offset: int, explained: list[Explained] | None = None) -> Outcome:
        """Raises `Malformed` for a post that must not be counted."""
        self._check(raw)
        author = self.secret.token(_AUTHOR, raw.source, raw.author) if raw.author else None
        key = self.secret.token(_POST, raw.source, raw.id)
        seen = self._seen.before(key, partition, offset)
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
            candidates=self._released(projection.new_words, author, minute) if projection.new_words else (),
        )
        posts: tuple[AnonymousPost, ...] = (post,)
        if seen and (earlier := self.remembered.take(key)) is not None:
            posts = (_retraction(earlier, offset), post)
        if projection.watched:
            self.remembered.put(post)
        return Outcome(
            posts=posts,
            exercise=raw.exercise,
            created_ms=raw.created_ms,
            cause="edit" if len(posts) > 1 else "",
        )

    def deletion(self, deletion: Deletion, *, offset: int) -> Outcome:
        """Counts back one post, or everything remembered of an author."""
        self._check_labels(deletion.source, deletion.exercise)
        if deletion.id is not None:
            found = self.remembered.take(self.secret.token(_POST, deletion.source, deletion.id))
            taken, cause = ([found] if found is not None else []), "deletion"
        elif deletion.author is not None:
            taken = self.remembered.take_author(self.secret.token(_AUTHOR, deletion.source, deletion.author))
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
        if exercise is not None and not _EXERCISE.fullmatch(exercise):
            raise Malformed(Reason.INVALID_FIELD, "$.exercise")

    def _released(self, words: tuple[str, ...], author: str | None, minute: int) -> tuple[str, ...]:
        if author is None:
            return ()
        found = tuple(
            word
            for word in dict.fromkeys(words)
            if self.candidates.used(self.secret.token(_WORD, "", word), author, minute)
            and not self.projector.hides_a_name(word)
        )
        self.released += len(found)
        return found


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

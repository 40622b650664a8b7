"""A post as a file or a supplier hands it to us: one JSON object a line (NDJSON)."""

from __future__ import annotations

import datetime
from typing import Annotated

import msgspec

from contracts.codec import Malformed
from contracts.dead_letter import Reason
from contracts.raw_post import EXERCISE, RawPost
from services.ingest.decoding import checked_text, decode, languages, milliseconds

MAX_LINE_BYTES = 1_000_000
"""A longer line is set aside unread; nothing that long fits in a record."""

NETWORKS = frozenset(
    {
        "bluesky", "facebook", "instagram", "mastodon", "nextdoor", "push", "reddit", "rss", "signal", "snapchat",
        "telegram", "threads", "tiktok", "whatsapp", "x", "youtube",
    }
)  # fmt: skip
"""Where a supplied post may say it comes from. Closed, for it becomes a label of metrics and charts."""

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


class SuppliedPost(msgspec.Struct, frozen=True, kw_only=True):
    id: _Name | int
    created_at: datetime.datetime
    """With offset."""
    text: str
    author: _Name | int | None = None
    lang: str | None = None
    source: str | None = None
    session: _Name | None = None
    """Of the exercise that the source belongs to; refused from a source that belongs to none."""


_decoder = msgspec.json.Decoder(SuppliedPost)


def read_line(line: bytes, *, source: str, received_ms: int, exercise: str | None = None) -> RawPost:
    """Raises `Malformed`. ``source`` is our own id: it stands where the line names no network we know.

    ``exercise``: the source belongs to it, so every post does.
    """
    post = decode(_decoder, line)
    return RawPost(
        source=post.source if post.source in NETWORKS else source,
        id=str(post.id),
        created_ms=milliseconds(post.created_at),
        received_ms=received_ms,
        text=checked_text(post.text),
        author=None if post.author is None else str(post.author),
        langs=languages((post.lang,)) if post.lang else (),
        exercise=_world(post.session, exercise),
    )


def _world(session: str | None, exercise: str | None) -> str | None:
    """A post of an exercise never counts as real, and a real one never as an exercise: the source decides."""
    if session is None:
        return exercise
    world = f"{exercise}.{session}"
    if exercise is None or not EXERCISE.fullmatch(world):
        raise Malformed(Reason.INVALID_FIELD, "$.session")
    return world

"""`posts.raw`: what a source said, as it was written. Only ingest writes it, only the anonymizer reads it."""

from __future__ import annotations

import re

import msgspec

MAX_TEXT_CHARS = 20_000
"""Longer than any network allows; a longer text is a dead letter, so that one post cannot occupy the anonymizer."""

EXERCISE = re.compile(r"(?!real$)[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
"""Id of an exercise. ``real`` is how the detector names what is none."""

PROBE = "seinpost-probe"
"""The exercise of posts that measure the chain itself (`services.ingest.probe`). The notifier takes what comes of them
as a measurement: it keeps no alert of it and shows none."""


class RawPost(msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="raw-post.v1", omit_defaults=True):
    """One public post. Times are milliseconds since the epoch (UTC)."""

    source: str
    """Id of the configured source, e.g. ``bluesky``; never a person."""
    id: str
    """The post's id at its source; unique within the source."""
    created_ms: int
    received_ms: int
    text: str
    author: str | None = None
    langs: tuple[str, ...] = ()
    repost: bool = False
    edit: bool = False
    """True when this replaces an earlier version of the same id."""
    exercise: str | None = None
    """Id of the exercise this post belongs to; absent in real life."""


class Deletion(msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="deletion.v1", omit_defaults=True):
    """A post, or everything of one author, was withdrawn at its source."""

    source: str
    id: str | None = None
    """The withdrawn post; absent when the whole account went."""
    author: str | None = None
    deleted_ms: int
    received_ms: int
    exercise: str | None = None


RawRecord = RawPost | Deletion


def key(record: RawRecord) -> bytes:
    """Author within source: all records of one author share a partition, so one anonymizer holds that author's token.

    Without an author the post id spreads the load.
    """
    return f"{record.source}\x00{record.author or record.id or ''}".encode()

"""`posts.anonymous`: micro-batches of projected posts. What is not listed here cannot leave the anonymizer."""

from __future__ import annotations

import msgspec

GAP = "▢"
"""Stands for one or more tokens that were not permitted to leave."""

MIN_POSTS_FOR_TIMING = 10
"""A batch tells when it was sent, and how old its posts were, only when at least this many posts share the figure."""


class AnonymousPost(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A post after the allow-list."""

    offset: int
    """Offset of the raw record this was projected from; lets the detector skip what it has already counted."""
    minute: int
    """Event time in whole minutes since the epoch (UTC)."""
    source: str
    tokens: tuple[str, ...]
    """Permitted tokens in reading order and `GAP`. A watch term is its canonical spelling, also when it has several
    words (``deel dit massaal``). A place name is its gazetteer spelling; a name that is also an ordinary word keeps the
    capital it was written with (``Haren``/``haren``) so that the detector can weigh it. Other words are lower case."""
    author: str | None = None
    """Keyed hash, unlinkable across keys (24 h, restart); absent when the source names no author."""
    post: str | None = None
    """Keyed hash of source and post id; lets a deletion find its post within the life of the key."""
    lang: str | None = None
    repost: bool = False
    retract: bool = False
    """True: this post was counted before (same minute, tokens, author) and must be counted back."""
    candidates: tuple[str, ...] = ()
    """Terms outside the list that at least k distinct authors used within the window (see `services.anonymizer`)."""


class AnonymousBatch(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="anonymous-batch.v1", omit_defaults=True
):
    """Posts of one raw partition, in offset order."""

    partition: int
    """Partition of `posts.raw` all posts of this batch came from."""
    posts: tuple[AnonymousPost, ...]
    exercise: str | None = None
    """A batch holds posts of one exercise, or of none."""
    sent_ms: int | None = None
    oldest_age_ms: int | None = None
    """Age of the oldest post when the batch was sent. Both absent below `MIN_POSTS_FOR_TIMING`."""


def partition_for(raw_partition: int, partitions: int) -> int:
    """Partition of `posts.anonymous` for a raw partition: order within a raw partition is kept."""
    return raw_partition % partitions

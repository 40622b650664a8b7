"""`sources.state`: where each source resumes. Written and read by ingest; compacted to the last value."""

from __future__ import annotations

import msgspec


class SourceState(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="source-state.v1", omit_defaults=True
):
    source: str
    cursor: str | None
    """Opaque to all but the adapter (Jetstream: microseconds; file: byte offset; feed: ETag and hashes of seen ids)."""
    at_ms: int


def key(record: SourceState) -> bytes:
    return record.source.encode()

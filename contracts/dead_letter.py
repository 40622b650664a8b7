"""`dead-letters`: what could not be handled, by place and reason, never by content."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Reason(StrEnum):
    """Why a record was set aside. A closed list: it is a metric label."""

    INVALID_UTF8 = "invalid_utf8"
    INVALID_JSON = "invalid_json"
    INVALID_FIELD = "invalid_field"
    """A field is missing or has the wrong type or range."""
    UNKNOWN_VERSION = "unknown_version"
    TOO_LARGE = "too_large"
    TOO_OLD = "too_old"
    TOO_FAR_AHEAD = "too_far_ahead"
    DUPLICATE = "duplicate"
    PROCESSING_FAILED = "processing_failed"
    """Our own code raised; the record is innocent until read."""


class DeadLetter(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="dead-letter.v1", omit_defaults=True
):
    service: str
    reason: Reason
    topic: str | None = None
    """Topic, partition and offset of the record; absent for input that never reached Kafka."""
    partition: int | None = None
    offset: int | None = None
    source: str | None = None
    digest: str
    """BLAKE2b of the payload under a key that lives as long as the process: tells equal input, not its content."""
    size: int
    """Bytes."""
    field: str | None = None
    """Path of the offending field, of *our* contract (``$.created_ms``), never a name from the payload."""
    at_ms: int

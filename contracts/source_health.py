"""`source.health`: whether silence of a source means calm. Written by ingest, read by detector and notifier."""

from __future__ import annotations

from enum import StrEnum

import msgspec

UNHEARD_MS = 10_000
"""Ingest reports every source at least each five seconds: two stayed away. Blindness is shown within fifteen."""
FORGOTTEN_MS = 3_600_000
"""Of a source that is taken away nothing more comes: after this long it is none any more."""


class Status(StrEnum):
    LIVE = "live"
    LATE = "late"
    """Posts arrive, but behind."""
    BLIND = "blind"
    """Silence cannot be told from calm: nothing may be concluded from this source."""
    ENDED = "ended"
    """A file or exercise was read to its end; nothing more is expected."""


class Reason(StrEnum):
    OK = "ok"
    STARTING = "starting"
    SILENT = "silent"
    LAGGING = "lagging"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    PROTOCOL = "protocol"
    STOPPED = "stopped"
    FINISHED = "finished"
    NO_MANDATE = "no-mandate"
    """Nobody decided that it may be read, or the decision has ended: it is not connected to."""
    PARTIAL = "partial"
    """Never written either: of a stage of which nobody works on some of the posts (`contracts.stage_health`)."""
    UNHEARD = "unheard"
    """Never written: what a reader makes of a source whose reports have stopped coming."""


class SourceHealth(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="source-health.v1", omit_defaults=True
):
    """State of one source. Times are milliseconds since the epoch, in the time of the source's own posts (for a replay:
    the replayed time), so that a blind window can be excluded from a baseline."""

    source: str
    kind: str
    status: Status
    reason: Reason
    since_ms: int
    """When this status began."""
    at_ms: int
    """When this was written."""
    last_post_ms: int | None = None
    expected_gap_s: float | None = None
    """Longest silence that is still normal for this source."""
    exercise: str | None = None


def key(record: SourceHealth) -> bytes:
    return record.source.encode()

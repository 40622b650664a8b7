"""What every source is to the service: an adapter that turns one network's own protocol into events.

    connect, resume ──▶ events() ──▶ RawPost | Deletion | Unreadable | Answered | Confirm ──▶ runner ──▶ posts.raw

An adapter knows one protocol and nothing of Kafka, retries, health or metrics: those are the runner's.

    SourceFailed            this connection is over; the runner reconnects with backoff
    └─ has a `reason`       refused, unreachable, protocol: reaches the metric, the log and `source.health`
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from configuration.sources import AnySource
from contracts.codec import Malformed
from contracts.raw_post import Deletion, RawPost
from contracts.source_health import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Input that is no post. It becomes a dead letter; the stream goes on."""

    payload: bytes
    """As received, or its beginning when it is too large to keep."""
    problem: Malformed
    size: int | None = None
    """Bytes of the whole input, when `payload` is only its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The source is there and has nothing new: its silence is calm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Asks that everything before it be acknowledged by Kafka; then `done` gets its result (or the failure)."""

    done: asyncio.Future[None]


USER_AGENT = "Seinpost"

Event = RawPost | Deletion | Unreadable | Answered | Confirm


class SourceFailed(Exception):
    """The source cannot be read now. Holds a reason, never an address, a body or a secret."""

    def __init__(self, reason: Reason, *, status: int | None = None, retry_after_s: float | None = None) -> None:
        self.reason = reason
        self.status = status
        """HTTP status, when that is what refused us."""
        self.retry_after_s = retry_after_s
        """The source's own wish; the runner never comes back sooner."""
        super().__init__(reason.value if status is None else f"{reason.value} {status}")


def refused_or_unreachable(status: int, *, retry_after_s: float | None = None) -> SourceFailed:
    """An HTTP status that is not success: the source says no (4xx), or it is broken (5xx)."""
    reason = Reason.REFUSED if 400 <= status < 500 else Reason.UNREACHABLE
    return SourceFailed(reason, status=status, retry_after_s=retry_after_s)


class Adapter(Protocol):
    """One configured source.

    `cursor` covers exactly the events that `events` has yielded so far. The runner reads it between two events, so an
    adapter changes its position right before a ``yield``, with nothing awaited between the two.
    """

    @property
    def settings(self) -> AnySource: ...

    @property
    def replay(self) -> bool:
        """True: its posts are of another time than now, so a silence says nothing about the source."""
        ...

    @property
    def lag_ms(self) -> int | None:
        """How far the last event lay behind on arrival; None where age says nothing (a replay, a feed)."""
        ...

    @property
    def expected_gap_s(self) -> float:
        """Longest silence that is still normal."""
        ...

    def events(self, cursor: str | None) -> AsyncGenerator[Event, None]:
        """Connect and read, from ``cursor`` on. Ends when the source has; raises `SourceFailed` when it broke off.

        ``cursor`` is what `cursor` said last, in this process or an earlier one. Called again after every failure.
        """
        ...

    def cursor(self) -> str | None:
        """Where to resume so that nothing yielded so far comes again and nothing after it is missed."""
        ...

    def now_ms(self) -> int:
        """The time of this source: the clock's for live ones, the replayed time for a replay."""
        ...


def clock_ms() -> int:
    return time.time_ns() // 1_000_000

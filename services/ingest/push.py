"""Push: a supplier or another system posts NDJSON to us, and learns what became of every line."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from configuration.sources import Push
from contracts.codec import Malformed
from contracts.dead_letter import Reason as Refusal
from contracts.raw_post import RawPost
from services.ingest.source import Answered, Confirm, Event, Unreadable, clock_ms
from services.ingest.supplied import MAX_LINE_BYTES, read_line

WAITING = 8
"""Requests that wait for Kafka; a supplier beyond that waits at the door."""

REMEMBERED = 100_000
"""Lines recognised when a supplier repeats a request; later repeats are recognised further on, by post id."""


class NotTaken(Exception):
    """The lines are not (all) in Kafka; the supplier is to repeat the whole request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    line: int
    """Counted from 1."""
    problem: Malformed


@dataclass(slots=True, kw_only=True)
class Receipt:
    """What became of the lines of one request."""

    accepted: int = 0
    duplicates: int = 0
    rejections: list[Rejection] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    events: list[Event]
    done: asyncio.Future[None]


class PushAdapter:
    replay = False

    def __init__(self, settings: Push, token: str) -> None:
        self.settings = settings
        self._token = token
        self._deliveries: asyncio.Queue[_Delivery] = asyncio.Queue(WAITING)
        self._open = False
        self._known: OrderedDict[bytes, None] = OrderedDict()
        self._key = secrets.token_bytes(32)
        self.lag_ms: int | None = None

    @property
    def expected_gap_s(self) -> float:
        return self.settings.expected_gap_s

    def now_ms(self) -> int:
        return clock_ms()

    def cursor(self) -> str | None:
        """None: the supplier repeats what it got no receipt for."""
        return None

    def allows(self, authorization: str) -> bool:
        """Compares in constant time."""
        return hmac.compare_digest(authorization.encode(), f"Bearer {self._token}".encode())

    async def events(self, cursor: str | None) -> AsyncGenerator[Event, None]:
        delivery: _Delivery | None = None
        self._open = True
        try:
            while True:
                delivery = await self._deliveries.get()
                for event in delivery.events:
                    # Posts of an exercise are as old as what they tell of.
                    if isinstance(event, RawPost) and event.exercise is None:
                        self.lag_ms = event.received_ms - event.created_ms
                    yield event
                yield Confirm(done=delivery.done)
                delivery = None
        finally:
            self._open = False
            while delivery is not None:
                if not delivery.done.done():
                    delivery.done.set_exception(NotTaken())
                delivery = None if self._deliveries.empty() else self._deliveries.get_nowait()

    async def deliver(self, body: bytes) -> Receipt:
        """Hand lines to Kafka and wait for its acknowledgement. Raises `NotTaken`. An empty body says: nothing new."""
        if not self._open:
            raise NotTaken
        receipt, events, digests = self._read(body)
        delivery = _Delivery(events=events or [Answered()], done=asyncio.get_running_loop().create_future())
        await self._deliveries.put(delivery)
        if not self._open:
            raise NotTaken
        try:
            await delivery.done
        except Exception as error:
            raise NotTaken from error
        self._remember(digests)
        return receipt

    def _read(self, body: bytes) -> tuple[Receipt, list[Event], list[bytes]]:
        receipt, events, digests = Receipt(), list[Event](), list[bytes]()
        here: set[bytes] = set()
        received_ms = clock_ms()
        for number, line in enumerate(body.split(b"\n"), start=1):
            if not line or line.isspace():
                continue
            digest = hashlib.blake2b(line.strip(), key=self._key, digest_size=16).digest()
            try:
                if len(line) > MAX_LINE_BYTES:
                    raise Malformed(Refusal.TOO_LARGE)  # noqa: TRY301
                if digest in self._known or digest in here:
                    receipt.duplicates += 1
                    continue
                events.append(self._post(line, received_ms))
            except Malformed as problem:
                receipt.rejections.append(Rejection(line=number, problem=problem))
                events.append(Unreadable(payload=line, problem=problem))
                continue
            here.add(digest)
            digests.append(digest)
            receipt.accepted += 1
        return receipt, events, digests

    def _post(self, line: bytes, received_ms: int) -> RawPost:
        source, exercise = self.settings.id, self.settings.exercise
        return read_line(line, source=source, received_ms=received_ms, exercise=exercise)

    def _remember(self, digests: list[bytes]) -> None:
        for digest in digests:
            self._known[digest] = None
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

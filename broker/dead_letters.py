"""Sets a record aside by place and reason, never by content."""

from __future__ import annotations

import hashlib
import secrets
import time

from prometheus_client import Counter

from broker.producer import AcknowledgedProducer
from contracts.codec import Malformed, encode
from contracts.dead_letter import DeadLetter, Reason
from contracts.topics import DEAD_LETTERS

DEAD_LETTERS_TOTAL = Counter(
    "seinpost_dead_letters_total", "Records set aside, by service and reason.", ["service", "reason"]
)


class DeadLetters:
    """Writes dead letters of one service and counts them.

    The digest is keyed with random bytes that live as long as this object, so that no dictionary of posts or handles
    can be tried against it.
    """

    def __init__(self, producer: AcknowledgedProducer, service: str) -> None:
        self._producer = producer
        self._service = service
        self._key = secrets.token_bytes(32)
        for reason in Reason:
            DEAD_LETTERS_TOTAL.labels(service, reason.value)

    async def put(
        self,
        payload: bytes | None,
        problem: Malformed,
        *,
        topic: str | None = None,
        partition: int | None = None,
        offset: int | None = None,
        source: str | None = None,
        size: int | None = None,
    ) -> None:
        """Queue one dead letter. `AcknowledgedProducer.flush` confirms it.

        ``size``: bytes of the whole input, when ``payload`` is only its beginning.
        """
        letter = DeadLetter(
            service=self._service,
            reason=problem.reason,
            field=problem.field,
            topic=topic,
            partition=partition,
            offset=offset,
            source=source,
            digest=hashlib.blake2b(payload or b"", key=self._key, digest_size=16).hexdigest(),
            size=len(payload or b"") if size is None else size,
            at_ms=time.time_ns() // 1_000_000,
        )
        DEAD_LETTERS_TOTAL.labels(self._service, problem.reason.value).inc()
        await self._producer.send(DEAD_LETTERS.name, encode(letter))

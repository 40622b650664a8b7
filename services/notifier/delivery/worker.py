"""Empties the outbox: claim what is due, send, record the proof. Several replicas may do so at once."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from runtime.logs import log
from services.notifier import metrics
from services.notifier.delivery.backoff import wait_s
from services.notifier.delivery.receiver import Answer, Outcome, Receiver, attempt
from services.notifier.representation import at_ms
from services.notifier.settings import NotifierSettings
from services.notifier.store import deliveries
from services.notifier.store.database import Database
from services.notifier.store.deliveries import Attempt, Delivery, DeliveryState

STOP_PATIENCE_S = 2.0
IDLE_S = 1.0
"""Longest sleep: a delivery that another replica claimed and lost is found within this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One attempt, made but not yet recorded."""

    delivery: Delivery
    answer: Answer
    started_ms: int
    finished_ms: int


@dataclass(slots=True, kw_only=True)
class DeliveryWorker:
    database: Database
    receivers: dict[str, Receiver]
    settings: NotifierSettings
    now_ms: Callable[[], int]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _under_way: dict[asyncio.Task[Sent], str] = field(default_factory=dict)
    """With the id of the receiver."""

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``. What is under way then is recorded, or found again at the next start, under the same id."""
        if self.database.is_sqlite:
            async with self.database.writing_rows() as connection:
                await deliveries.release_all(connection)
        while not stop.is_set():
            self.wake.clear()
            try:
                busy = await self.round()
                if not busy:
                    await self._sleep(stop)
            except (SQLAlchemyError, OSError) as error:
                log().error("outbox_unavailable", exc_info=error)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), IDLE_S)
        await self._finish()

    async def round(self) -> bool:
        """Claim what is due, wait until something is answered, record it. True when there may be more."""
        started = await self._claim()
        recorded = await self._record(await self._answered(IDLE_S)) if self._under_way else 0
        async with self.database.reading() as connection:
            metrics.OUTBOX.set(await deliveries.pending(connection))
        return bool(started or recorded or self._under_way)

    async def _claim(self) -> int:
        limit = self.settings.concurrent_deliveries
        # A receiver that does not answer holds its own share of the places, never those of the others.
        share = max(1, limit // max(1, len(self.receivers)))
        taken = Counter(self._under_way.values())
        full = [receiver for receiver, places in taken.items() if places >= share]
        free = min(share, limit - len(self._under_way))
        if free < 1:
            return 0
        now = self.now_ms()
        # Longer than any answer may take, so that nobody else sends what is still on its way.
        until = now + int(self.settings.request_timeout_s * 3_000) + 5_000
        async with self.database.writing_rows() as connection:
            due = await deliveries.claim(connection, now_ms=now, until_ms=until, limit=free, without=full)
        for delivery in due:
            self._under_way[asyncio.create_task(self._send(delivery))] = delivery.receiver
        return len(due)

    async def _send(self, delivery: Delivery) -> Sent:
        started = self.now_ms()
        receiver = self.receivers.get(delivery.receiver)
        if started >= delivery.expires_ms or receiver is None:
            answer = Answer(outcome=Outcome.EXPIRED)
        else:
            patience_s = self.settings.request_timeout_s * 2
            answer = await attempt(receiver, delivery.id, delivery.body, at_ms(started), patience_s)
        return Sent(delivery=delivery, answer=answer, started_ms=started, finished_ms=self.now_ms())

    async def _answered(self, patience_s: float) -> list[Sent]:
        done, _ = await asyncio.wait(self._under_way, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            del self._under_way[task]
        return [task.result() for task in done]

    async def _record(self, answered: list[Sent]) -> int:
        """All in one transaction: each costs a flush to disk, and the intake waits for its turn meanwhile."""
        states = [self._after(sent.delivery, sent.answer, sent.finished_ms) for sent in answered]
        async with self.database.writing_rows() as connection:
            for sent, (state, next_ms) in zip(answered, states, strict=True):
                proof = Attempt(
                    at_ms=sent.started_ms,
                    outcome=sent.answer.outcome.value,
                    status_code=sent.answer.status_code,
                    duration_ms=max(0, sent.finished_ms - sent.started_ms),
                )
                await deliveries.record(connection, sent.delivery, proof, state, next_ms)
        for sent, (state, _) in zip(answered, states, strict=True):
            self._measure(sent, state)
        return len(answered)

    def _measure(self, sent: Sent, state: DeliveryState) -> None:
        delivery, outcome = sent.delivery, sent.answer.outcome.value
        # A receiver that left the configuration keeps its id only in the proof: labels stay bounded by the file.
        label = delivery.receiver if delivery.receiver in self.receivers else "removed"
        metrics.DELIVERIES.labels(label, outcome).inc()
        if state is DeliveryState.DELIVERED:
            metrics.DELIVERY_SECONDS.labels(label).observe((sent.finished_ms - delivery.created_ms) / 1000)
            metrics.RECEIVER_REACHED.labels(label).set(sent.finished_ms / 1000)
        if sent.answer.outcome is Outcome.DELIVERED:
            return
        log().warning(
            "not_delivered",
            receiver=delivery.receiver,
            alert=delivery.alert,
            revision=delivery.revision,
            attempt=delivery.attempts + 1,
            reason=outcome,
            status=sent.answer.status_code,
        )

    async def _finish(self) -> None:
        deadline = time.monotonic() + STOP_PATIENCE_S
        while self._under_way and (patience := deadline - time.monotonic()) > 0:
            await self._record(await self._answered(patience))
        for task in self._under_way:
            task.cancel()

    def _after(self, delivery: Delivery, answer: Answer, now: int) -> tuple[DeliveryState, int]:
        if answer.arrived:
            return DeliveryState.DELIVERED, now
        if answer.outcome is Outcome.EXPIRED:
            return DeliveryState.EXPIRED, now
        wait = wait_s(
            delivery.attempts + 1,
            first_s=self.settings.retry_first_s,
            cap_s=self.settings.retry_cap_s,
            random=random.random(),  # noqa: S311
            asked_s=answer.retry_after_s,
        )
        # At the end of its time it is given up on the record, not in silence.
        return DeliveryState.PENDING, min(now + int(wait * 1000), delivery.expires_ms)

    async def _sleep(self, stop: asyncio.Event) -> None:
        async with self.database.reading() as connection:
            due = await deliveries.next_due_ms(connection)
        seconds = IDLE_S if due is None else min(IDLE_S, max(0.01, (due - self.now_ms()) / 1000))
        waiting = {asyncio.create_task(stop.wait()), asyncio.create_task(self.wake.wait())}
        _, unfinished = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in unfinished:
            task.cancel()

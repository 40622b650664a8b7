"""Empties the outbox: claim what is due, send, record the proof. Several replicas may do so at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from sqlalchemy.exc import SQLAlchemyError

from runtime.logs import log
from services.notifier import metrics
from services.notifier.delivery.backoff import wait_s
from services.notifier.delivery.webhook import Answer, Outcome, Receiver, post
from services.notifier.representation import at_ms
from services.notifier.settings import NotifierSettings
from services.notifier.store import deliveries
from services.notifier.store.database import Database
from services.notifier.store.deliveries import Attempt, Delivery, DeliveryState

IDLE_S = 1.0
"""Longest sleep: a delivery that another replica claimed and lost is found within this."""


@dataclass(slots=True, kw_only=True)
class DeliveryWorker:
    database: Database
    receivers: dict[str, Receiver]
    settings: NotifierSettings
    http: httpx.AsyncClient
    now_ms: Callable[[], int]
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``. What was under way is finished and recorded, or found again at the next start."""
        if self.database.is_sqlite:
            async with self.database.writing_rows() as connection:
                await deliveries.release_all(connection)
        while not stop.is_set():
            self.wake.clear()
            try:
                busy = await self.round()
            except (SQLAlchemyError, OSError) as error:
                log().error("outbox_unavailable", exc_info=error)
                busy = False
            if not busy:
                await self._sleep(stop)

    async def round(self) -> bool:
        """One claim and its sends. True when there may be more."""
        now = self.now_ms()
        # Longer than any answer may take, so that nobody else sends what is still on its way.
        until = now + int(self.settings.request_timeout_s * 3_000) + 5_000
        limit = self.settings.concurrent_deliveries
        async with self.database.writing_rows() as connection:
            due = await deliveries.claim(connection, now_ms=now, until_ms=until, limit=limit)
        await asyncio.gather(*(self._deliver(delivery) for delivery in due))
        async with self.database.reading() as connection:
            metrics.OUTBOX.set((await deliveries.counts(connection))[DeliveryState.PENDING])
        return len(due) == limit

    async def _deliver(self, delivery: Delivery) -> None:
        started = self.now_ms()
        receiver = self.receivers.get(delivery.receiver)
        if started >= delivery.expires_ms or receiver is None:
            answer = Answer(outcome=Outcome.EXPIRED)
        else:
            budget_s = self.settings.request_timeout_s * 2
            try:
                async with asyncio.timeout(budget_s):
                    answer = await post(
                        self.http, receiver, message_id=delivery.id, body=delivery.body, now=at_ms(started)
                    )
            except TimeoutError:
                answer = Answer(outcome=Outcome.TIMEOUT)
        await self._record(delivery, answer, started)

    async def _record(self, delivery: Delivery, answer: Answer, started: int) -> None:
        finished = self.now_ms()
        state, next_ms = self._after(delivery, answer, finished)
        proof = Attempt(
            at_ms=started,
            outcome=answer.outcome.value,
            status_code=answer.status_code,
            duration_ms=max(0, finished - started),
        )
        async with self.database.writing_rows() as connection:
            await deliveries.record(connection, delivery, proof, state, next_ms)
        # A receiver that left the configuration keeps its id only in the proof: labels stay bounded by the file.
        label = delivery.receiver if delivery.receiver in self.receivers else "removed"
        metrics.DELIVERIES.labels(label, answer.outcome.value).inc()
        if state is DeliveryState.DELIVERED:
            metrics.DELIVERY_SECONDS.labels(label).observe((finished - delivery.created_ms) / 1000)
        else:
            log().warning(
                "not_delivered",
                receiver=delivery.receiver,
                alert=delivery.alert,
                revision=delivery.revision,
                attempt=delivery.attempts + 1,
                reason=answer.outcome.value,
                status=answer.status_code,
            )

    def _after(self, delivery: Delivery, answer: Answer, now: int) -> tuple[DeliveryState, int]:
        if answer.outcome is Outcome.DELIVERED:
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

"""Tests that a person asks for, and signs of life that come by themselves. Sent at once, never by way of the outbox."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from runtime.logs import log
from services.notifier import metrics
from services.notifier.access.actor import Actor
from services.notifier.delivery.body import Bodies
from services.notifier.delivery.receiver import Receiver, attempt
from services.notifier.representation import at_ms
from services.notifier.store import audit, trials
from services.notifier.store.database import Database
from services.notifier.store.trials import Kind, Trial

LOOK_S = 10.0
"""How late a sign of life may be."""
MINUTE_MS = 60_000


@dataclass(slots=True, kw_only=True)
class Trials:
    database: Database
    receivers: dict[str, Receiver]
    bodies: Bodies
    timeout_s: float
    now_ms: Callable[[], int]

    async def test(self, receiver_id: str, actor: Actor) -> Trial | None:
        """Send a test, and return it with what came of it. None: there is no such receiver."""
        receiver = self.receivers.get(receiver_id)
        if receiver is None:
            return None
        trial, body = self._prepare(receiver, Kind.TEST, actor.name)
        async with self.database.writing() as connection:
            await trials.begin(connection, trial)
            await audit.append(
                connection,
                at_ms=trial.at_ms,
                actor=actor.name,
                action="test-receiver",
                object_id=receiver_id,
                result="done",
                origin=actor.origin,
                region=actor.home,
            )
        return await self._send(receiver, trial, body)

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.round()
            except (SQLAlchemyError, OSError) as error:
                log().error("heartbeats_unavailable", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_S)

    async def round(self) -> None:
        """Send every sign of life that is due; of several replicas one sends it."""
        due = [receiver for receiver in self.receivers.values() if receiver.configured.heartbeat_minutes is not None]
        await asyncio.gather(*(self._heartbeat(receiver) for receiver in due))

    async def _heartbeat(self, receiver: Receiver) -> None:
        every_ms = (receiver.configured.heartbeat_minutes or 1) * MINUTE_MS
        trial, body = self._prepare(receiver, Kind.HEARTBEAT)
        async with self.database.writing() as connection:
            last = await trials.last_ms(connection, trial.receiver, Kind.HEARTBEAT)
            if last is not None and trial.at_ms - last < every_ms:
                return
            await trials.begin(connection, trial)
        await self._send(receiver, trial, body)

    def _prepare(self, receiver: Receiver, kind: Kind, actor: str | None = None) -> tuple[Trial, bytes]:
        now = self.now_ms()
        trial_id = f"{kind.value}_{secrets.token_hex(12)}"
        body = self.bodies.of_trial(receiver.configured, trial_id, now, heartbeat=kind is Kind.HEARTBEAT)
        return Trial(
            id=trial_id,
            receiver=receiver.configured.id,
            kind=kind,
            actor=actor,
            digest=hashlib.sha256(body).hexdigest(),
            at_ms=now,
        ), body

    async def _send(self, receiver: Receiver, trial: Trial, body: bytes) -> Trial:
        started = self.now_ms()
        answer = await attempt(receiver, trial.id, body, at_ms(started), self.timeout_s * 2)
        name = trial.receiver
        if answer.arrived:
            metrics.RECEIVER_REACHED.labels(name).set(self.now_ms() / 1000)
        else:
            metrics.TRIALS_FAILED.labels(name).inc()
            log().warning("trial_failed", receiver=name, reason=answer.outcome.value, status=answer.status_code)
        ended = dataclasses.replace(
            trial,
            outcome=answer.outcome.value,
            status_code=answer.status_code,
            duration_ms=max(0, self.now_ms() - started),
        )
        async with self.database.writing_rows() as connection:
            await trials.end(connection, ended)
        return ended

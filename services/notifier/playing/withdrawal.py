"""Tells the detector which sessions are removed. Every replica runs it, and says each session again when it starts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from broker.producer import AcknowledgedProducer
from contracts.codec import encode
from contracts.exercise_removed import ExerciseRemoved, key
from contracts.topics import EXERCISES_REMOVED
from runtime.logs import log
from services.notifier.store import exercises
from services.notifier.store.database import Database

EVERY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    database: Database
    producer: AcknowledgedProducer
    now_ms: Callable[[], int]
    every_s: float = EVERY_S
    _told: set[str] = field(default_factory=set)

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.look()
            except (SQLAlchemyError, OSError, KafkaError) as error:
                log().error("removal_not_told", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self.every_s)

    async def look(self) -> int:
        """Tells what is new. Returns how many; they are in Kafka then."""
        async with self.database.reading() as connection:
            fresh = await exercises.removed(connection) - self._told
        for session in sorted(fresh):
            record = ExerciseRemoved(session=session, removed_ms=self.now_ms())
            await self.producer.send(EXERCISES_REMOVED.name, encode(record), key=key(record))
        if fresh:
            await self.producer.flush()
            self._told.update(fresh)
        return len(fresh)

"""From Kafka to the database: decode, decide, store with outbox and event in one transaction, then commit."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from broker.consumer import BatchConsumer, Records
from broker.dead_letters import DeadLetters
from broker.producer import AcknowledgedProducer
from configuration.alarms import Alarms
from contracts.alert import Alert
from contracts.codec import Decoder, Malformed
from contracts.dead_letter import Reason
from contracts.notice import Notice
from contracts.picture import PictureBlock
from contracts.raw_post import PROBE
from contracts.source_health import SourceHealth
from contracts.topics import ALERTS, NOTICES, PICTURE
from runtime.logs import log
from runtime.probes import Health
from services.notifier import metrics
from services.notifier.admission import Admission
from services.notifier.delivery.outbox import Outbox
from services.notifier.measured import is_probe, measure
from services.notifier.store import exercises, notices, picture, sources
from services.notifier.store.database import Database

BATCH_RECORDS = 500
BATCH_WAIT_MS = 200
RETRY_S = 1.0
"""Between two tries when the database is away. Nothing is committed meanwhile; Kafka keeps the alerts."""


@dataclass(slots=True, kw_only=True)
class Intake:
    database: Database
    outbox: Outbox
    producer: AcknowledgedProducer
    dead_letters: DeadLetters
    health: Health
    stored: Callable[[], None]
    """Called after each transaction: wakes the live stream and the delivery worker."""
    now_ms: Callable[[], int]
    alarms: Alarms = field(default_factory=Alarms)
    _alerts: Decoder[Alert] = field(default_factory=lambda: Decoder(Alert))
    _health: Decoder[SourceHealth] = field(default_factory=lambda: Decoder(SourceHealth))
    _notices: Decoder[Notice] = field(default_factory=lambda: Decoder(Notice))
    _blocks: Decoder[PictureBlock] = field(default_factory=lambda: Decoder(PictureBlock))

    async def run(self, consumer: BatchConsumer, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self.health.beat()
            batch = await consumer.batch(max_records=BATCH_RECORDS, timeout_ms=BATCH_WAIT_MS)
            if batch:
                if not await self._until_stored(batch, stop):
                    return
                await self.producer.flush()
                await consumer.commit({partition: records[-1].offset + 1 for partition, records in batch.items()})
            for partition, behind in (await consumer.lag()).items():
                metrics.LAG.labels(partition.topic).set(behind)

    async def _until_stored(self, batch: Records, stop: asyncio.Event) -> bool:
        """Tries until the database takes it. False: asked to stop first."""
        while not stop.is_set():
            started = time.perf_counter()
            try:
                await self.store(batch)
            except (SQLAlchemyError, OSError) as error:
                metrics.DATABASE_FAILURES.inc()
                log().error("database_unavailable", exc_info=error)
                self.health.mark_unready("the database cannot be written")
                self.health.beat()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RETRY_S)
            else:
                metrics.STORE_SECONDS.observe(time.perf_counter() - started)
                self.health.mark_ready()
                self.stored()
                return True
        return False

    async def store(self, batch: Records) -> None:
        """The whole batch in one transaction. A record that cannot be read or kept becomes a dead letter."""
        now = self.now_ms()
        async with self.database.writing() as connection:
            for records in batch.values():
                for record in records:
                    await self._record(connection, record, now)

    async def _record(self, connection: AsyncConnection, record: ConsumerRecord, now: int) -> None:
        try:
            if record.topic == ALERTS.name:
                await self._alert(connection, self._alerts.decode(record.value), now)
            elif record.topic == NOTICES.name:
                await self._notice(connection, self._notices.decode(record.value), now)
            elif record.topic == PICTURE.name:
                await self._block(connection, self._blocks.decode(record.value), now)
            else:
                await self._source(connection, self._health.decode(record.value), now)
        except Malformed as problem:
            await self._set_aside(record, problem)
        except (DataError, IntegrityError) as error:
            # This record alone: what it wrote was rolled back to its savepoint.
            log().error("record_not_stored", exc_info=error, topic=record.topic, offset=record.offset)
            await self._set_aside(record, Malformed(Reason.PROCESSING_FAILED))

    async def _alert(self, connection: AsyncConnection, alert: Alert, now: int) -> None:
        if is_probe(alert):
            measure(alert, now)
            return
        if alert.exercise and await exercises.is_removed(connection, alert.exercise):
            return
        admission = Admission(outbox=self.outbox, alarms=self.alarms)
        async with connection.begin_nested():
            arrival = await admission.receive(connection, alert, now)
        metrics.ALERTS.labels(arrival.value).inc()

    async def _source(self, connection: AsyncConnection, health: SourceHealth, now: int) -> None:
        async with connection.begin_nested():
            await sources.store(connection, health, now)
        metrics.SOURCE_HEALTH.inc()

    async def _notice(self, connection: AsyncConnection, notice: Notice, now: int) -> None:
        async with connection.begin_nested():
            await notices.store(connection, notice, now)
        metrics.NOTICES.inc()

    async def _block(self, connection: AsyncConnection, block: PictureBlock, now: int) -> None:
        if block.exercise == PROBE or (block.exercise and await exercises.is_removed(connection, block.exercise)):
            return
        async with connection.begin_nested():
            await picture.put(connection, block, now)
        metrics.PICTURE_BLOCKS.inc()

    async def _set_aside(self, record: ConsumerRecord, problem: Malformed) -> None:
        await self.dead_letters.put(
            record.value, problem, topic=record.topic, partition=record.partition, offset=record.offset
        )
        log().warning("dead_letter", reason=problem.reason.value, topic=record.topic, offset=record.offset)

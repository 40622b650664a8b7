"""From Kafka to the database: decode, decide, store with outbox and event in one transaction, then commit."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from broker.consumer import BatchConsumer, Records
from broker.dead_letters import DeadLetters
from broker.producer import AcknowledgedProducer
from configuration.alarms import Alarms
from configuration.mandates import Cover, Mandate
from contracts.alert import Alert, Change
from contracts.codec import Decoder, Malformed
from contracts.dead_letter import Reason
from contracts.notice import Notice
from contracts.picture import PictureBlock
from contracts.raw_post import PROBE
from contracts.source_health import SourceHealth
from contracts.stage_health import StageHealth
from contracts.theme import ThemeBlock
from contracts.topics import ALERTS, NOTICES, PICTURE, STAGE_HEALTH, THEMES
from runtime.logs import log
from runtime.probes import Health
from services.notifier import metrics
from services.notifier.admission import Admission
from services.notifier.delivery.outbox import Outbox
from services.notifier.life import Arrival
from services.notifier.mandated import cover_at
from services.notifier.measured import is_probe, measure
from services.notifier.sight import chain
from services.notifier.store import alerts, exercises, notices, picture, sources, themes
from services.notifier.store.covered import may_be_held
from services.notifier.store.database import Database

BATCH_RECORDS = 500
BATCH_WAIT_MS = 200
Kept = SourceHealth | StageHealth | Notice | PictureBlock | ThemeBlock
"""What is stored as it comes."""
Content = Alert | Kept
PAST_SHARE = 0.75
"""Of the time that alerts are kept: the detector may have written of an alert for a while after it was closed here."""
DAY_MS = 86_400_000
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
    mandates: Callable[[], tuple[Mandate, ...]]
    """Those of the configuration in force."""
    alarms: Alarms = field(default_factory=Alarms)
    alerts_days: int = 365
    """How long retention keeps an alert."""
    _alerts: Decoder[Alert] = field(default_factory=lambda: Decoder(Alert))
    _health: Decoder[SourceHealth] = field(default_factory=lambda: Decoder(SourceHealth))
    _stages: Decoder[StageHealth] = field(default_factory=lambda: Decoder(StageHealth))
    _notices: Decoder[Notice] = field(default_factory=lambda: Decoder(Notice))
    _blocks: Decoder[PictureBlock] = field(default_factory=lambda: Decoder(PictureBlock))
    _themes: Decoder[ThemeBlock] = field(default_factory=lambda: Decoder(ThemeBlock))

    async def run(self, consumer: BatchConsumer, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self.health.beat()
            batch = await consumer.batch(max_records=BATCH_RECORDS, timeout_ms=BATCH_WAIT_MS)
            if batch:
                if not await self._until_stored(batch, stop):
                    return
                await self.producer.flush()
                await consumer.commit({partition: records[-1].offset + 1 for partition, records in batch.items()})
            lags = await consumer.lag()
            metrics.LAG.clear()  # a topic that went to another replica has nothing waiting here
            for partition, behind in lags.items():
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
        readable: list[tuple[ConsumerRecord, Content]] = []
        for record in (record for records in batch.values() for record in records):
            if record.value is None:
                continue  # an alert of an exercise that was removed, here as well
            try:
                readable.append((record, self._read(record)))
            except Malformed as problem:
                await self._set_aside(record, problem)
        async with self.database.writing() as connection:
            readable = await self._without_past(connection, readable, now)
            try:
                await self.put(connection, [content for _, content in readable], now)
            except Exception as error:
                if _of_the_database(error):
                    raise
                # One of them cannot be kept. Nothing of it was: now each by itself, to find which.
                for record, content in readable:
                    await self._put_alone(connection, record, content, now)

    async def _without_past(
        self, connection: AsyncConnection, readable: list[tuple[ConsumerRecord, Content]], now: int
    ) -> list[tuple[ConsumerRecord, Content]]:
        """Leaves out old alerts that are not here. The topic keeps the last record of each alert for ever, so a reader
        that begins anew meets what retention has removed (docs/adr/0018)."""
        oldest = now - int(self.alerts_days * DAY_MS * PAST_SHARE)
        old = {
            content.id
            for record, content in readable
            if isinstance(content, Alert) and 0 <= record.timestamp < oldest and not is_probe(content)
        }
        past = old - (await alerts.find_all(connection, old)).keys() if old else frozenset()
        if past:
            metrics.ALERTS.labels(Arrival.PAST.value).inc(len(past))
            log().info("alerts_past", count=len(past))
        return [(record, one) for record, one in readable if not isinstance(one, Alert) or one.id not in past]

    async def _put_alone(self, connection: AsyncConnection, record: ConsumerRecord, content: Content, now: int) -> None:
        try:
            await self.put(connection, [content], now)
        except Exception as error:
            if _of_the_database(error):
                raise
            log().error("record_not_stored", exc_info=error, topic=record.topic, offset=record.offset)
            await self._set_aside(record, Malformed(Reason.PROCESSING_FAILED))

    def _read(self, record: ConsumerRecord) -> Content:
        """Raises `Malformed`."""
        if record.topic == ALERTS.name:
            return self._alerts.decode(record.value)
        if record.topic == STAGE_HEALTH.name:
            return self._stages.decode(record.value)
        if record.topic == NOTICES.name:
            return self._notices.decode(record.value)
        if record.topic == PICTURE.name:
            return self._blocks.decode(record.value)
        if record.topic == THEMES.name:
            return self._themes.decode(record.value)
        return self._health.decode(record.value)

    async def put(self, connection: AsyncConnection, contents: Sequence[Content], now: int) -> None:
        """All of these, or none when one fails."""
        contents = await _without_removed(connection, contents)
        if any(isinstance(content, PictureBlock | ThemeBlock) for content in contents):
            # By the clock of this moment: a batch that waited for the database may have been taken in before an end.
            contents = _without_uncovered(contents, cover_at(self.mandates(), self.now_ms()))
        arriving = [content for content in contents if isinstance(content, Alert) and not is_probe(content)]
        async with connection.begin_nested():
            admission = Admission(outbox=self.outbox, alarms=self.alarms)
            arrivals = await admission.receive_all(connection, arriving, now)
            for content in contents:
                if not isinstance(content, Alert):
                    await _store(connection, content, now)
                elif is_probe(content) and content.change is Change.OPENED:
                    await sources.store(connection, chain(now), now)
        for arrival in arrivals:
            metrics.ALERTS.labels(arrival.value).inc()
        for kept in contents:
            _count(kept, now)

    async def _set_aside(self, record: ConsumerRecord, problem: Malformed) -> None:
        await self.dead_letters.put(
            record.value, problem, topic=record.topic, partition=record.partition, offset=record.offset
        )
        log().warning("dead_letter", reason=problem.reason.value, topic=record.topic, offset=record.offset)


def _of_the_database(error: Exception) -> bool:
    """To be tried again, rather than a record that no try would keep."""
    return isinstance(error, SQLAlchemyError | OSError) and not isinstance(error, DataError | IntegrityError)


async def _without_removed(connection: AsyncConnection, contents: Sequence[Content]) -> list[Content]:
    """Nothing more of exercises that were taken away."""
    named = {one.exercise for one in contents if isinstance(one, Alert | PictureBlock) and one.exercise}
    gone = {name for name in named if await exercises.is_removed(connection, name)}
    return [one for one in contents if not isinstance(one, Alert | PictureBlock) or one.exercise not in gone]


def _without_uncovered(contents: Sequence[Content], allowed: Cover) -> list[Content]:
    """No blocks that came after the end of their mandate: late, told again, or read anew from the topic."""
    held = [one for one in contents if not isinstance(one, PictureBlock | ThemeBlock) or may_be_held(one, allowed)]
    if refused := len(contents) - len(held):
        log().info("blocks_uncovered", count=refused)
    return held


async def _store(connection: AsyncConnection, content: Kept, now: int) -> None:
    if isinstance(content, SourceHealth):
        await sources.store(connection, content, now)
    elif isinstance(content, StageHealth):
        await sources.store_stage(connection, content, now)
    elif isinstance(content, Notice):
        await notices.store(connection, content, now)
    elif isinstance(content, ThemeBlock):
        await themes.put(connection, content, now)
    elif content.exercise != PROBE:
        await picture.put(connection, content, now)


def _count(content: Content, now: int) -> None:
    if isinstance(content, Alert):
        if is_probe(content):
            measure(content, now)
    elif isinstance(content, SourceHealth):
        metrics.SOURCE_HEALTH.inc()
    elif isinstance(content, StageHealth):
        metrics.STAGE_HEALTH.labels(content.stage.value).inc()
    elif isinstance(content, Notice):
        metrics.NOTICES.inc()
    elif isinstance(content, ThemeBlock):
        metrics.THEME_BLOCKS.inc()
    elif content.exercise != PROBE:
        metrics.PICTURE_BLOCKS.inc()

"""posts.raw to posts.anonymous: read, project, send, and only then commit."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Sequence

from aiokafka import ConsumerRecord, TopicPartition

from broker.consumer import BatchConsumer, Records
from broker.dead_letters import DeadLetters
from broker.producer import AcknowledgedProducer
from contracts.anonymous_posts import MIN_POSTS_FOR_TIMING, AnonymousBatch, partition_for
from contracts.codec import MAX_RECORD_BYTES, Decoder, Malformed, encode
from contracts.dead_letter import Reason
from contracts.raw_post import RawPost, RawRecord
from contracts.topics import POSTS_ANONYMOUS
from runtime.logs import log
from services.anonymizer import metrics
from services.anonymizer.anonymizer import Anonymizer, Outcome
from services.anonymizer.settings import AnonymizerSettings

MINUTE_MS = 60_000


class Service:
    def __init__(
        self,
        *,
        anonymizer: Anonymizer,
        settings: AnonymizerSettings,
        consumer: BatchConsumer,
        producer: AcknowledgedProducer,
        dead_letters: DeadLetters,
        partitions: int,
    ) -> None:
        self.anonymizer = anonymizer
        self._settings = settings
        self._consumer = consumer
        self._producer = producer
        self._dead_letters = dead_letters
        self._partitions = partitions
        self._read: Counter[str] = Counter()
        """Records by kind since the last flush: only what is acknowledged is told."""
        self._decoder: Decoder[RawRecord] = Decoder(RawRecord)
        self._forgot = False

    def rotate(self, now_ms: int) -> None:
        """A new key. What is kept under the old one is forgotten at once, and recalled with the next round."""
        self.anonymizer.rotate(now_ms)
        self._forgot = True

    async def step(self) -> int:
        """One round: gather up to a batch, handle it, commit. Returns the number of records."""
        records = await self._known()
        if not records:
            return 0
        started = time.perf_counter()
        offsets: dict[TopicPartition, int] = {}
        count = 0
        for partition, found in records.items():
            new_from = self._consumer.new_from(partition)
            if found[0].offset < new_from:
                self._recall(found, new_from)
                found = [record for record in found if record.offset >= new_from]  # noqa: PLW2901
            if found:
                await self._handle(partition, found)
                offsets[partition] = found[-1].offset + 1
                count += len(found)
        if not offsets:
            return 0
        await self._producer.flush()
        if not await self._consumer.commit(offsets):
            log().warning("commit refused", reason="partitions moved")
        for kind, read in self._read.items():
            metrics.READ.labels(kind).inc(read)
        self._read.clear()
        metrics.PROCESSING.observe(time.perf_counter() - started)
        return count

    async def _known(self) -> Records:
        """Records, once those before them are recalled under the key that holds; none when they must be anew."""
        generation, forgot, self._forgot = self._consumer.generation, self._forgot, False
        await self._consumer.rewind(everything=forgot)
        records = await self._gather()
        return {} if self._forgot or generation != self._consumer.generation else records

    async def _gather(self) -> Records:
        """Records until one partition has a full batch or the first has waited `batch_ms`."""
        # Several batches in one fetch when there is a backlog, one when there is not.
        most = self._settings.batch_posts * 10
        gathered: Records = await self._consumer.batch(max_records=most, timeout_ms=200)
        deadline = time.monotonic() + self._settings.batch_ms / 1000
        while gathered and max(map(len, gathered.values())) < self._settings.batch_posts:
            left_ms = int((deadline - time.monotonic()) * 1000)
            if left_ms <= 0:
                break
            for partition, found in (await self._consumer.batch(max_records=most, timeout_ms=left_ms)).items():
                gathered.setdefault(partition, []).extend(found)
        return gathered

    async def _handle(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        outcomes: list[Outcome] = []
        posts = 0
        for record in records:
            try:
                outcome = self._outcome(record)
            except Malformed as problem:
                await self._set_aside(record, problem)
                continue
            except Exception as error:
                log().error("projection failed", exc_info=error, partition=record.partition, offset=record.offset)
                await self._set_aside(record, Malformed(Reason.PROCESSING_FAILED))
                continue
            if not outcome.posts:
                continue
            full = posts >= self._settings.batch_posts
            if outcomes and (full or outcome.exercise != outcomes[0].exercise):
                await self._send(partition.partition, outcomes)
                outcomes, posts = [], 0
            outcomes.append(outcome)
            posts += len(outcome.posts)
        if outcomes:
            await self._send(partition.partition, outcomes)

    def _recall(self, records: Sequence[ConsumerRecord], until: int) -> None:
        """Know these posts again: ingest may have died too, and then repeats what it wrote last."""
        for record in records:
            if record.offset < until:
                with contextlib.suppress(Malformed):  # set aside when it was new
                    raw = self._decoder.decode(record.value)
                    if isinstance(raw, RawPost):
                        self.anonymizer.recall(raw, partition=record.partition, offset=record.offset)

    def _outcome(self, record: ConsumerRecord) -> Outcome:
        raw = self._decoder.decode(record.value)
        if isinstance(raw, RawPost):
            self._read["edit" if raw.edit else "post"] += 1
            outcome = self.anonymizer.post(raw, partition=record.partition, offset=record.offset)
            if raw.author is None:
                metrics.WITHOUT_AUTHOR.inc()
            if outcome.cause:
                metrics.RETRACTIONS.labels(outcome.cause).inc(len(outcome.posts) - 1)
            return outcome
        self._read["deletion"] += 1
        outcome = self.anonymizer.deletion(raw, offset=record.offset)
        metrics.RETRACTIONS.labels(outcome.cause).inc(len(outcome.posts))
        return outcome

    async def _send(self, raw_partition: int, outcomes: list[Outcome]) -> None:
        """What came of some records, all of one exercise or of none: in one record, or in several when one would be
        larger than Kafka takes (long posts, or names of places that are written in two letters and leave in full). The
        posts of one outcome stay together: their offset is what the detector recognises a replay by."""
        exercise = outcomes[0].exercise
        posts = tuple([post for outcome in outcomes for post in outcome.posts])
        created_ms = [outcome.created_ms for outcome in outcomes if outcome.created_ms is not None]
        now_ms = time.time_ns() // 1_000_000
        timed = len(created_ms) >= MIN_POSTS_FOR_TIMING
        value = encode(
            AnonymousBatch(
                partition=raw_partition,
                posts=posts,
                exercise=exercise,
                sent_ms=now_ms if timed else None,
                oldest_age_ms=max(0, now_ms - min(created_ms)) if timed else None,
            )
        )
        if len(value) > MAX_RECORD_BYTES and len(outcomes) > 1:
            half = len(outcomes) // 2
            await self._send(raw_partition, outcomes[:half])
            await self._send(raw_partition, outcomes[half:])
            return
        await self._producer.send(
            POSTS_ANONYMOUS.name,
            value,
            partition=partition_for(raw_partition, self._partitions),
            # To the minute: the record's own time must not tell more than the posts in it.
            timestamp_ms=now_ms // MINUTE_MS * MINUTE_MS,
        )
        metrics.POSTS.inc(len(posts))
        metrics.BATCH_POSTS.observe(len(posts))
        for created in created_ms if exercise is None else ():
            metrics.POST_AGE.observe(max(0.0, (now_ms - created) / 1000))

    async def _set_aside(self, record: ConsumerRecord, problem: Malformed) -> None:
        await self._dead_letters.put(
            record.value, problem, topic=record.topic, partition=record.partition, offset=record.offset
        )

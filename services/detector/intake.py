"""Takes records in: each once and in order, to its stage; what cannot be read is set aside, and nothing gets out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from aiokafka.errors import KafkaError
from faust.types import TP, EventT

from broker.dead_letters import DeadLetters
from contracts import topics
from contracts.codec import Malformed
from contracts.dead_letter import Reason
from runtime.logs import log
from services.detector import metrics
from services.detector.positions import Order, Positions
from services.detector.tables import CheckpointedTable

STAGES = {topics.POSTS_ANONYMOUS.name: "fold", topics.SERIES_DELTAS.name: "detect", topics.SIGNALS.name: "episode"}
SILENT_S = 2.0
"""Nothing of a topic came for this long though records of it wait: these were fetched and dropped, and are sought."""

Event = EventT[Any]


class Intake:
    """``kept``: by stage the positions that outlive the process."""

    def __init__(self, faust: Any, kept: dict[str, CheckpointedTable], dead_letters: DeadLetters) -> None:
        self._faust = faust
        self._kept = kept
        self._dead_letters = dead_letters
        self.reset()

    def reset(self) -> None:
        """Partitions moved: what was known of their positions is of before."""
        self._positions = Positions()
        self.last_taken = time.monotonic()
        self._heard = dict.fromkeys(STAGES, self.last_taken)
        """By topic when a record of it came, whatever became of it."""
        self.sent_at: dict[TP, float] = {}
        """When the last record taken from a partition of posts was sent, to the minute (ADR 0004)."""

    def agent(self, topic: topics.Topic, take: Callable[[Event], None]) -> None:
        stage = STAGES[topic.name]
        channel = self._faust.topic(topic.name, key_type=bytes, value_type=bytes, value_serializer="raw")
        seconds, records = metrics.SECONDS.labels(stage), metrics.RECORDS.labels(topic.name)

        async def agent(stream: Any) -> None:
            async for event in stream.noack().events():
                started = time.perf_counter()
                if not await self._in_order(event):
                    continue
                problem: Malformed | None = None
                try:
                    take(event)
                except Malformed as malformed:
                    problem = malformed
                except Exception as error:
                    log().error("failed", kind=stage, offset=event.message.offset, exc_info=error)
                    problem = Malformed(Reason.PROCESSING_FAILED)
                if problem is not None:
                    await self._set_aside(event, problem)
                self.last_taken = time.monotonic()
                self._positions.taken(event.message.tp, event.message.offset)
                if stage == "fold" and event.message.timestamp:
                    self.sent_at[event.message.tp] = event.message.timestamp
                records.inc()
                seconds.observe(time.perf_counter() - started)

        self._faust.agent(channel, name=f"detector.{stage}")(agent)

    async def _in_order(self, event: Event) -> bool:
        partition, offset = event.message.tp, event.message.offset
        self._heard[partition.topic] = time.monotonic()
        if not await self._begun(partition):
            return False
        order = self._positions.judge(partition, offset)
        if order is Order.NEXT:
            return True
        metrics.OUT_OF_ORDER.labels(order.value).inc()
        if order is Order.AHEAD:
            await self._seek(partition)
        return False

    async def _begun(self, partition: TP) -> bool:
        """Whether it is known which record of the partition is to come; the broker is asked once if nothing is kept."""
        positions = self._positions
        if partition in positions.next:
            return True
        stage = STAGES[partition.topic]
        start = self._kept[stage].part(partition.partition).get(stage)
        end = self._faust.consumer.highwater(partition)
        # Beyond the end: the topic was made anew, and what is remembered is of the old one.
        if start is None or (end is not None and start > end):
            try:
                start = (await self._faust.consumer.earliest_offsets(partition))[partition]
            except (KafkaError, KeyError):  # not now, or not ours any more: asked again, and the record sought
                return False
        positions.begin(partition, start)
        return positions is self._positions

    async def seek_missing(self, assigned: Iterable[TP]) -> None:
        """To be done again and again until the missing records come."""
        now = time.monotonic()
        for partition in assigned:
            if partition.topic not in STAGES or not await self._begun(partition):
                continue
            silent = now - self._heard[partition.topic] >= SILENT_S and self.unread(partition)
            if silent or partition in self._positions.missing():
                await self._seek(partition)

    async def _seek(self, partition: TP) -> None:
        if partition in self._faust.consumer.assignment() and self._positions.should_seek(partition):
            await self._faust.consumer.seek(partition, self._positions.next[partition])

    async def _set_aside(self, event: Event, problem: Malformed) -> None:
        message = event.message
        await self._dead_letters.put(
            message.value, problem, topic=message.topic, partition=message.partition, offset=message.offset
        )

    def reached(self, topic: topics.Topic) -> dict[int, int]:
        """Next offset by partition."""
        return {place.partition: offset for place, offset in self._positions.next.items() if place.topic == topic.name}

    def keep(self, topic: topics.Topic, positions: dict[int, int]) -> dict[TP, int]:
        """Next offsets by partition, to be known after a restart; returns them as they are to be committed then."""
        stage = STAGES[topic.name]
        for partition, offset in positions.items():
            part = self._kept[stage].part(partition)
            if part.get(stage) != offset:
                part.put(stage, offset)
        return {TP(topic.name, partition): offset for partition, offset in positions.items()}

    def unread(self, partition: TP) -> int | None:
        """Records that wait in a partition; None before its end is known."""
        end = self._faust.consumer.highwater(partition)
        if end is None:
            return None
        waiting: int = max(0, end - self._positions.next.get(partition, 0))
        return waiting

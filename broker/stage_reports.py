"""A worker says from its own loop what it works on, so that a loop that hangs falls silent."""

from __future__ import annotations

import time
from collections.abc import Mapping

from broker.producer import AcknowledgedProducer
from contracts.codec import encode
from contracts.stage_health import REPORT_S, Input, Stage, StageHealth, key
from contracts.topics import STAGE_HEALTH, Topic


class StageReports:
    """One per process. ``inputs``: number of partitions of every topic that the stage reads."""

    def __init__(self, producer: AcknowledgedProducer, stage: Stage, inputs: Mapping[Topic, int]) -> None:
        self._producer = producer
        self._stage = stage
        self._of = {topic.name: of for topic, of in inputs.items()}
        self._told_s = -REPORT_S

    async def tell(self, works_on: Mapping[str, set[int]]) -> None:
        """``works_on``: partitions by topic. To be called once a round, when the round is done; most calls do nothing.

        Not while partitions move: what was told last holds for as long as its reader believes it.
        """
        if time.monotonic() - self._told_s < REPORT_S:
            return
        self._told_s = time.monotonic()
        inputs = tuple(
            Input(topic=topic, of=of, partitions=tuple(sorted(works_on.get(topic, ()))))
            for topic, of in self._of.items()
        )
        report = StageHealth(stage=self._stage, inputs=inputs, at_ms=time.time_ns() // 1_000_000)
        await self._producer.mention(STAGE_HEALTH.name, encode(report), key=key(report))

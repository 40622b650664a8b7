"""The detector as a Faust application: three agents, four tables, one checkpoint.

    posts.anonymous ─▶ fold ─▶ series.deltas ─▶ detect ─▶ signals ─▶ episodes ─▶ alerts

An agent only takes a record in. A checkpoint, some times a second, makes it last, in this order: what was sent is
acknowledged, changed values are in the changelog, then how far each partition is done, and only then are these offsets
committed. A crash in between repeats work and loses none; what is repeated is recognised (see `fold`, `state`,
`episodes`).

Series are many and change with every post, so each is written only some seconds after it changed (see `staggered`).
What they told was sent at once; after a crash it is told again, the same.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from faust.types import TP

from broker.dead_letters import DeadLetters
from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from broker.stage_reports import StageReports
from broker.topics import partitions_of
from configuration import Configuration
from configuration.mandates import Cover, Mandate, cover
from contracts import topics
from contracts.alert import Alert
from contracts.alert import key as alert_key
from contracts.anonymous_posts import AnonymousBatch
from contracts.codec import Decoder, encode
from contracts.picture import PictureBlock
from contracts.picture import key as picture_key
from contracts.series_deltas import SeriesDeltas
from contracts.signal import Signal, SignalRecord
from contracts.stage_health import Stage
from contracts.theme import ThemeBlock
from contracts.theme import key as theme_key
from runtime.logs import log
from services.detector import metrics
from services.detector.behind import Behind, Liveness, Standing
from services.detector.commits import Commits
from services.detector.coverage import SourceCoverage
from services.detector.detection import Detection
from services.detector.episode import Episode
from services.detector.episodes import Episodes, World, is_real
from services.detector.faust_app import faust_app
from services.detector.fold import SourceFold
from services.detector.idleness import Absence, Idleness
from services.detector.intake import Event, Intake
from services.detector.mandates import Now, utc_now
from services.detector.matching import Matcher, Matching
from services.detector.removed import Removed
from services.detector.settings import DetectorSettings
from services.detector.staggered import StaggeredSeries
from services.detector.state import SeriesState
from services.detector.tables import CheckpointedTable, Codec, Written
from services.detector.world import Clock

MakesMatching = Callable[[Configuration, Cover], Matching]
STILL_S = 4.0
"""Records that wait and of which none is taken for this long: this worker does not say that it works on them. Records
that were fetched and dropped are taken sooner (`services.detector.intake.SILENT_S`)."""
SERIES_STATE = Codec(encode=SeriesState.to_bytes, decode=SeriesState.from_bytes)


def _msgpack(record: type[Any]) -> Codec:
    decoder = msgspec.msgpack.Decoder(record)
    return Codec(encode=msgspec.msgpack.Encoder().encode, decode=decoder.decode)


class Application:
    def __init__(
        self,
        settings: DetectorSettings,
        broker: BrokerSettings,
        configuration: Configuration,
        producer: AcknowledgedProducer,
        coverage: SourceCoverage,
        *,
        matching: MakesMatching = Matcher,
        now: Now = utc_now,
    ) -> None:
        """``matching``: how posts are matched under a configuration and what mandates allow. ``now``: the clock by
        which mandates begin and end."""
        self._matching = matching
        self._now = now
        self._settings = settings
        self._configuration = configuration
        self._producer = producer
        self._coverage = coverage
        self.removed = Removed()
        """Told from outside, as ``coverage`` is."""
        self.cover = cover(configuration.mandates, now())
        """What mandates allow now."""
        self._matcher = matching(configuration, self.cover)
        self.faust = faust_app(settings, broker)
        self._sources = partitions_of(topics.POSTS_ANONYMOUS, broker)
        self._targets = partitions_of(topics.SERIES_DELTAS, broker)
        self.folded = self._table("folded", self._sources, _msgpack(int))
        self.series = self._table("series", self._targets, SERIES_STATE)
        self.clocks = self._table("clocks", self._targets, _msgpack(Clock))
        self.worlds = self._table("worlds", 1, _msgpack(World))
        self.episodes = self._table("episodes", 1, _msgpack(Episode))
        self.positions = self._table("positions", self._sources, _msgpack(int))
        self.settled = self._table("settled", 1, _msgpack(int))
        lag = round(settings.state_seconds / settings.flush_seconds)
        self._staggered = StaggeredSeries(self.series, self.clocks, lag)
        kept = {"fold": self.positions, "detect": self.positions, "episode": self.settled}
        self._intake = Intake(self.faust, kept, DeadLetters(producer, "detector"))
        self._commits = Commits(self.faust)
        self._behind = Behind(self._intake)
        self._liveness = Liveness(time.monotonic())
        self._reports = StageReports(
            producer,
            Stage.DETECTOR,
            {topics.POSTS_ANONYMOUS: self._sources, topics.SERIES_DELTAS: self._targets, topics.SIGNALS: 1},
        )
        self._posts_decoder: Decoder[AnonymousBatch] = Decoder(AnonymousBatch)
        self._deltas_decoder: Decoder[SeriesDeltas] = Decoder(SeriesDeltas)
        self._signals_decoder: Decoder[SignalRecord] = Decoder(SignalRecord)
        self._intake.agent(topics.POSTS_ANONYMOUS, self._on_posts)
        self._intake.agent(topics.SERIES_DELTAS, self._on_deltas)
        self._intake.agent(topics.SIGNALS, self._on_signal)
        self.faust.on_partitions_revoked.connect(self._on_revoked)
        self._reset()
        self._tell_expiry()

    def _table(self, name: str, partitions: int, codec: Codec) -> CheckpointedTable:
        table = self.faust.Table(name, partitions=partitions, key_type=bytes, value_type=bytes)
        table.codec = codec
        return table  # type: ignore[no-any-return]

    def _reset(self) -> None:
        self._staggered.forget()
        self._commits.forget()
        self._held: list[tuple[int, Signal]] = []
        """With its offset, each signal that waits for its minute: a restart reads it again."""
        self._forgotten: tuple[int, int] | None = None
        self._out: list[tuple[str, bytes | None, bytes | None, int | None]] = []
        self._folds: dict[int, SourceFold] = {}
        self._idle = {exercises: Idleness(self._settings.idle_seconds) for exercises in (False, True)}
        self._absence = Absence(self._settings.idle_seconds)
        self._detections: dict[int, Detection] = {}
        self._episode_stage: Episodes | None = None
        self._intake.reset()

    # -- stages ---------------------------------------------------------------------------------------------------

    def _on_posts(self, event: Event) -> None:
        batch = self._posts_decoder.decode(event.message.value)
        if self.removed.holds(batch.exercise):
            return
        fold = self._fold(event.message.partition)
        before = fold.posts, fold.repeated, fold.too_far_ahead
        fold.add(batch, event.message.offset)
        metrics.BATCH_POSTS.observe(len(batch.posts))
        metrics.POSTS.inc(fold.posts - before[0])
        metrics.POSTS_SKIPPED.labels("repeated").inc(fold.repeated - before[1])
        metrics.POSTS_SKIPPED.labels("too_far_ahead").inc(fold.too_far_ahead - before[2])
        self._idle[batch.exercise is not None].heard(event.message.partition, time.monotonic())

    def _fold(self, source: int) -> SourceFold:
        if source not in self._folds:
            memory = self.folded.part(source)
            folded = {name: memory.get(name) or 0 for name in memory.names()}
            self._folds[source] = SourceFold(source, self._sources, self._targets, self._matcher, folded)
        return self._folds[source]

    def _on_deltas(self, event: Event) -> None:
        record = self._deltas_decoder.decode(event.message.value)
        if self.removed.holds(record.exercise):
            return
        if record.exercise is not None and not record.idle:
            self._absence.played(record.exercise, time.monotonic())
        target = event.message.partition
        detection = self._detection(target)
        before = detection.repeated, detection.tests
        for signal in detection.apply(record):
            if isinstance(signal, PictureBlock):
                metrics.PICTURE_BLOCKS.inc()
                self._out.append((topics.PICTURE.name, encode(signal), picture_key(signal), None))
                continue
            if isinstance(signal, ThemeBlock):
                metrics.THEME_BLOCKS.inc()
                self._out.append((topics.THEMES.name, encode(signal), theme_key(signal), None))
                continue
            if isinstance(signal, Signal):
                metrics.SIGNALS.labels("yes" if signal.complete else "no").inc()
            elif signal.exercise is None:
                metrics.WATERMARK.set(signal.minute * 60)
                read = [fold.reached for fold in self._folds.values() if fold.reached is not None]
                metrics.LAG_SECONDS.set(max(0, max(read, default=signal.minute) - signal.minute) * 60)
            self._out.append((topics.SIGNALS.name, encode(signal), None, 0))
        metrics.DELTAS_REPEATED.inc(detection.repeated - before[0])
        metrics.TESTS.inc(detection.tests - before[1])

    def _detection(self, target: int) -> Detection:
        if target not in self._detections:
            self._detections[target] = Detection(
                target,
                self._targets,
                self._configuration,
                series=self.series.part(target),
                clocks=self.clocks.part(target),
                blindness=self._coverage.spells,
                cover=self.cover,
            )
        return self._detections[target]

    def _on_signal(self, event: Event) -> None:
        record = self._signals_decoder.decode(event.message.value)
        if self.removed.holds(record.exercise):
            return
        now_ms = time.time_ns() // 1_000_000
        for alert in self._episodes().take(record, now_ms):
            self._count_alert(alert)
            self._out.append((topics.ALERTS.name, encode(alert), alert_key(alert), None))
        if isinstance(record, Signal):
            self._held.append((event.message.offset, record))

    def _episodes(self) -> Episodes:
        if self._episode_stage is None:
            self._episode_stage = Episodes(self._configuration, self.worlds.part(0), self.episodes.part(0), self.cover)
        return self._episode_stage

    def _count_alert(self, alert: Alert) -> None:
        metrics.ALERTS.labels(alert.change.value, alert.kind.value, "no" if alert.exercise is None else "yes").inc()
        if alert.posts_age_ms is not None and alert.exercise is None:
            metrics.POST_TO_ALERT.observe(alert.posts_age_ms / 1000)
        log().info(
            "alert",
            alert=alert.id,
            kind=alert.kind.value,
            state=alert.change.value,
            phenomenon=alert.phenomenon,
            region=alert.place.region,
            revision=alert.revision,
            exercise=alert.exercise,
        )

    # -- checkpoint -----------------------------------------------------------------------------------------------

    async def checkpoint(self, *, everything: bool = True) -> None:
        """Makes what was taken in last, or all of it but the newest changes of series; then commits how far that is."""
        started = time.perf_counter()
        # Up to the first await nothing else runs: sent records, values and offsets are of one moment.
        for source, fold in self._folds.items():
            self._flush(source, fold)
        self._drop_settled()
        due = self._staggered.turn(self._intake.reached(topics.SERIES_DELTAS), everything=everything)
        waiting = [offset for offset, _ in self._held]
        done = (
            self._intake.keep(topics.POSTS_ANONYMOUS, self._intake.reached(topics.POSTS_ANONYMOUS))
            | self._intake.keep(topics.SERIES_DELTAS, due.positions)
            | self._intake.keep(topics.SIGNALS, {0: min(waiting)} if waiting else self._intake.reached(topics.SIGNALS))
        )
        out, self._out = self._out, []
        # A clock must never be ahead of the series it belongs to, nor a position of both: one is acknowledged first.
        phases: list[list[tuple[CheckpointedTable, Sequence[Written]]]] = [
            [(table, table.written()) for table in (self.folded, self.worlds, self.episodes)]
            + [(self.series, due.series)],
            [(self.clocks, list(due.clocks.values()))],
            [(self.positions, self.positions.written()), (self.settled, self.settled.written())],
        ]
        for topic, value, key, partition in out:
            await self._producer.send(topic, value, key=key, partition=partition)
        await self._producer.flush()
        for phase in phases:
            for table, values in phase:
                await self._write(table, values)
            await self._producer.flush()
        await self._commits.tell(done, at_once=everything)
        if out or due.series:
            metrics.SECONDS.labels("checkpoint").observe(time.perf_counter() - started)

    async def _write(self, table: CheckpointedTable, values: Sequence[Written]) -> None:
        size = 0
        by_partition: dict[int, list[tuple[bytes, bytes | None]]] = {}
        for number, key, value in values:
            by_partition.setdefault(number, []).append((key, value))
            size += len(value or b"") + len(key)
        for number, records in by_partition.items():
            await self._producer.send_all(table.changelog_topic_name, records, partition=number)
        metrics.TABLE_BYTES.labels(table.name).inc(size)
        metrics.TABLE_WRITES.labels(table.name).inc(len(values))
        metrics.TABLE_SIZE.labels(table.name).set(table.size)

    def _drop_settled(self) -> None:
        """Signals whose minute has been taken in are needed no more."""
        stage, keep = self._episode_stage, []
        for offset, record in self._held:
            settled = stage.settled(record.exercise) if stage is not None else None
            if not self.removed.holds(record.exercise) and (settled is None or record.minute >= settled):
                keep.append((offset, record))
        self._held = keep

    def _flush(self, source: int, fold: SourceFold) -> None:
        real, exercises = self._is_idle(source, exercises=False), self._is_idle(source, exercises=True)
        absent = self._absence.due(source, fold.worlds, time.monotonic(), lambda: self._waits(source))
        for target, records in fold.flush(idle=real, exercises_idle=exercises, absent=absent).items():
            for record in records:
                metrics.DELTAS.inc(len(record.deltas))
                self._out.append((topics.SERIES_DELTAS.name, encode(record), None, target))
        memory = self.folded.part(source)
        for name, offset in fold.folded.items():
            if memory.get(name) != offset:
                memory.put(name, offset)

    def _is_idle(self, source: int, *, exercises: bool) -> bool:
        """True when this should be told now: nothing waits and nothing came for a while."""
        if not self._idle[exercises].due(source, time.monotonic(), lambda: self._waits(source)):
            return False
        self._folds[source].settle(int(time.time()) // 60, exercises=exercises)
        return True

    def _waits(self, source: int) -> bool:
        return self._intake.unread(TP(topics.POSTS_ANONYMOUS.name, source)) != 0

    def configure(self, configuration: Configuration) -> None:
        """Go on with another configuration, swapped whole between two records."""
        self._configuration = configuration
        for detection in self._detections.values():
            detection.configure(configuration)
        if self._episode_stage is not None:
            self._episode_stage.configure(configuration)
        self._change_cover()

    def _change_cover(self) -> None:
        """Mandates begin and end by the clock: what an ended one gave is emptied, what is open under none is closed."""
        before = {mandate.id for mandate in self.cover.mandates}
        self.cover = cover(self._configuration.mandates, self._now())
        metrics.MANDATES_ENDED.inc(len(before - {mandate.id for mandate in self.cover.mandates}))
        self._matcher = self._matching(self._configuration, self.cover)
        for fold in self._folds.values():
            fold.configure(self._matcher)
        for detection in self._detections.values():
            detection.change_cover(self.cover)
        if self._episode_stage is not None:
            for alert in self._episode_stage.change_cover(self.cover, time.time_ns() // 1_000_000):
                self._count_alert(alert)
                self._out.append((topics.ALERTS.name, encode(alert), alert_key(alert), None))
        self._tell_expiry()

    def _tell_expiry(self) -> None:
        expiry = self._configuration.next_expiry(self._now())
        metrics.NEXT_EXPIRY.set(expiry.timestamp() if expiry is not None else math.inf)
        metrics.MANDATES.set(len(self.cover.mandates))

    def _forget_removed(self) -> None:
        """Sessions that were taken away: once for each that is told, and whenever partitions came."""
        stages = len(self._folds) + len(self._detections) + (self._episode_stage is not None)
        if not self.removed.version or (self.removed.version, stages) == self._forgotten:
            return
        self._forgotten = self.removed.version, stages
        for source, fold in self._folds.items():
            memory = self.folded.part(source)
            for name in fold.forget(self.removed.holds):
                memory.drop(name)
        for detection in self._detections.values():
            detection.forget(self.removed.holds)
        for alert in self._episode_stage.forget(self.removed.holds) if self._episode_stage is not None else ():
            self._out.append((topics.ALERTS.name, None, alert.encode(), None))

    @property
    def version(self) -> str:
        return self._configuration.version

    @property
    def mandates(self) -> tuple[Mandate, ...]:
        return self._configuration.mandates

    async def tick(self, *, last: bool = False) -> None:
        """One turn of the clock: partitions without posts say so, then a checkpoint. Not while partitions move."""
        tables = self.faust.tables
        if self.faust.rebalancing or not tables.actives_ready:
            self._liveness.moving(time.monotonic(), tables.recovery.active_remaining_total())
            return
        changes = self.cover.changes_at
        if changes is not None and self._now() >= changes:
            self._change_cover()
        assigned = self.faust.consumer.assignment()
        await self._intake.seek_missing(assigned)
        for partition in assigned:
            # Made here, not at the first record: what no mandate covers any more goes also when nothing comes.
            if partition.topic == topics.POSTS_ANONYMOUS.name:
                self._fold(partition.partition)
            elif partition.topic == topics.SERIES_DELTAS.name:
                self._detection(partition.partition)
            elif partition.topic == topics.SIGNALS.name:
                self._episodes()
        self._forget_removed()
        waiting = self._behind.look(one for one in assigned if one.topic not in tables.changelog_topics)
        self._liveness.working(waiting, self._intake.last_taken)
        metrics.OPEN_EPISODES.set(sum(map(is_real, self.episodes.part(0).names())))
        await self.checkpoint(everything=last)
        if not last and self.standing(STILL_S) is Standing.WORKING:
            works_on: dict[str, set[int]] = {}
            for partition in assigned:
                works_on.setdefault(partition.topic, set()).add(partition.partition)
            await self._reports.tell(works_on)

    def standing(self, stalled_after_s: float) -> Standing:
        """Whether it works, or why it must be taken for hung."""
        return self._liveness.standing(time.monotonic(), stalled_after_s)

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        """Another worker may continue: leave everything written, and trust nothing in memory afterwards."""
        metrics.REBALANCES.inc()
        if any((self._held, self._staggered.waiting, self._out, self._folds, self._detections)):
            await self.checkpoint()
        self._reset()

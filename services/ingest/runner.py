"""Runs one source: reads its events, hands them to Kafka, saves its cursor, reports its health, reconnects."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from zlib import crc32

from broker.dead_letters import DeadLetters
from broker.producer import AcknowledgedProducer
from contracts import raw_post, source_health
from contracts.codec import MAX_RECORD_BYTES, Malformed, encode
from contracts.dead_letter import Reason as Refusal
from contracts.raw_post import Deletion, RawPost
from contracts.source_health import Reason, SourceHealth
from contracts.topics import POSTS_RAW, SOURCE_HEALTH
from runtime.logs import log
from services.ingest import metrics
from services.ingest.backoff import Backoff
from services.ingest.cursors import write_cursor
from services.ingest.settings import IngestSettings
from services.ingest.source import Adapter, Answered, Confirm, Event, SourceFailed, Unreadable, clock_ms
from services.ingest.watch import Verdict, Watch

TICK_S = 0.5
"""How often health is judged. A change is written at the first tick after it."""

REPLAY_HEARTBEAT_MS = 15_000
"""A replay runs ahead of the clock; it also reports when its own time moved this far, at most once a tick."""

_HEARD = (RawPost, Deletion, Answered)
"""A source that only says what we cannot read is not seen."""


class Runner:
    """One source from start to end. `run` returns when the source has ended or `stop` was called."""

    def __init__(
        self,
        adapter: Adapter,
        producer: AcknowledgedProducer,
        dead_letters: DeadLetters,
        settings: IngestSettings,
        mandated: Callable[[], bool],
    ) -> None:
        """``mandated`` is asked before every event: whether this source may be read now."""
        self._adapter = adapter
        self._producer = producer
        self._dead_letters = dead_letters
        self._settings = settings
        self._mandated = mandated
        self._id = adapter.settings.id
        self._watch = self._new_watch()
        self._backoff = Backoff(settings.backoff_s, settings.backoff_cap_s, random.SystemRandom())
        self._handling = False
        self._stopping = False
        self._reading: asyncio.Task[None] | None = None
        self._connection: asyncio.Task[None] | None = None
        self._confirming: set[asyncio.Task[None]] = set()
        self._unsaved = 0
        self._save_due = False
        self._saving = asyncio.Lock()
        self._saved_cursor: str | None = None
        self._health: SourceHealth | None = None
        self._reported_s = 0.0
        self._seeing = False
        self._partitions = 1
        self._posts = metrics.POSTS.labels(self._id)
        self._bytes = metrics.BYTES.labels(self._id)
        self._exercise: str | None = getattr(adapter.settings, "exercise", None)
        metrics.EXERCISE.labels(self._id).set(self._exercise is not None)
        metrics.show_status(self._id, source_health.Status.BLIND)

    async def run(self, cursor: str | None) -> None:
        """Raises what Kafka raises: what cannot be acknowledged stops the service and is read again after a restart."""
        self._saved_cursor = cursor
        self._partitions = await self._producer.partitions(POSTS_RAW.name)
        await self._report()
        self._reading = asyncio.create_task(self._read_until_ended(cursor))
        ticking = asyncio.create_task(self._tick())
        try:
            done, _ = await asyncio.wait({self._reading, ticking}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                with contextlib.suppress(asyncio.CancelledError):
                    task.result()
        finally:
            for task in (self._reading, ticking):
                task.cancel()
            await asyncio.gather(self._reading, ticking, return_exceptions=True)
        await self._save()
        await self._report()
        await self._producer.flush()

    def stop(self) -> None:
        """Stop between two events, so that the saved cursor covers exactly what was handed to Kafka."""
        self._stopping = True
        if self._reading is not None and not self._handling:
            self._reading.cancel()

    def _new_watch(self) -> Watch:
        return Watch(max_lag_s=self._adapter.settings.max_lag_s, replay=self._adapter.replay)

    async def _read_until_ended(self, cursor: str | None) -> None:
        while not self._stopping:
            if not self._mandated():
                await self._until_mandated()
                # What was written meanwhile nobody may read: go on with what comes now.
                cursor = cursor if self._adapter.replay else None
            began_s = time.monotonic()
            try:
                if not await self._read_while_mandated(cursor):
                    continue
            except SourceFailed as failure:
                await self._wait_after(failure, time.monotonic() - began_s)
            except Exception as error:
                if self._handling:  # Kafka failed, not the source.
                    raise
                # One source that an adapter cannot cope with must not stop the others.
                log().error("adapter failed", source=self._id, exc_info=error)
                await self._wait_after(SourceFailed(Reason.PROTOCOL), time.monotonic() - began_s)
            else:
                break
            cursor = self._adapter.cursor() or cursor
        if not self._stopping:
            self._watch.finished()

    async def _until_mandated(self) -> None:
        log().warning("not read", source=self._id, reason=Reason.NO_MANDATE.value)
        while not self._mandated():  # noqa: ASYNC110 (a mandate begins by the clock; nobody tells)
            await asyncio.sleep(TICK_S)
        self._watch = self._new_watch()

    async def _read_while_mandated(self, cursor: str | None) -> bool:
        """False when the mandate ended first."""
        self._connection = asyncio.create_task(self._read(cursor))
        try:
            await asyncio.wait({self._connection})
        finally:
            self._connection.cancel()
            await asyncio.gather(self._connection, return_exceptions=True)
        if self._connection.cancelled():
            return False
        self._connection.result()
        return self._mandated()

    async def _wait_after(self, failure: SourceFailed, held_s: float) -> None:
        answer = {} if failure.status is None else {"status": failure.status}
        log().warning("source failed", source=self._id, reason=failure.reason.value, **answer)
        metrics.RECONNECTS.labels(self._id, failure.reason.value).inc()
        self._watch.failed(failure.reason)
        await self._report()
        await asyncio.sleep(self._backoff.next_wait_s(held_s=held_s, retry_after_s=failure.retry_after_s))

    async def _read(self, cursor: str | None) -> None:
        async with contextlib.aclosing(self._adapter.events(cursor)) as events:
            async for event in events:
                if not self._mandated():
                    return
                self._handling = True
                await self._handle(event)
                if self._save_due:
                    await self._save()
                self._handling = False
                if self._stopping:
                    return

    async def _handle(self, event: Event) -> None:
        if isinstance(event, _HEARD):
            self._watch.heard(clock_ms())
        match event:
            case RawPost():
                await self._post(event)
            case Deletion():
                await self._send(event)
                metrics.DELETIONS.labels(self._id).inc()
            case Unreadable():
                await self._set_aside(event)
            case Confirm():
                task = asyncio.create_task(self._confirm(event))
                self._confirming.add(task)
                task.add_done_callback(self._confirming.discard)
            case Answered():
                pass
        if not self._seeing:
            await self._report()

    async def _post(self, post: RawPost) -> None:
        if await self._send(post):
            self._posts.inc()
            self._watch.post(post.created_ms, self._adapter.lag_ms)

    async def _send(self, record: RawPost | Deletion) -> bool:
        try:
            value, key = encode(record), raw_post.key(record)
        except UnicodeEncodeError:  # half a surrogate pair from a parser that lets them through
            await self._set_aside(Unreadable(payload=b"", problem=Malformed(Refusal.INVALID_UTF8, "$.text")))
            return False
        if len(value) > MAX_RECORD_BYTES:
            await self._set_aside(Unreadable(payload=value, problem=Malformed(Refusal.TOO_LARGE)))
            return False
        # Any hash that keeps an author in one partition will do; the client's own takes longer than all else together.
        partition = crc32(key) % self._partitions
        await self._producer.send(POSTS_RAW.name, value, key=key, partition=partition)
        self._bytes.inc(len(value))
        self._unsaved += 1
        return True

    async def _set_aside(self, unreadable: Unreadable) -> None:
        metrics.UNREADABLE.labels(self._id, unreadable.problem.reason.value).inc()
        await self._dead_letters.put(unreadable.payload, unreadable.problem, source=self._id, size=unreadable.size)
        self._unsaved += 1

    async def _confirm(self, event: Confirm) -> None:
        try:
            await self._flush()
        except Exception as error:
            if not event.done.done():
                event.done.set_exception(error)
        else:
            if not event.done.done():
                event.done.set_result(None)

    async def _flush(self) -> None:
        count, self._unsaved = self._unsaved, 0
        began_s = time.monotonic()
        await self._producer.flush()
        if count:
            metrics.BATCH.labels(self._id).observe(count)
            metrics.CONFIRM_SECONDS.labels(self._id).observe(time.monotonic() - began_s)

    async def _save(self) -> None:
        """Save the cursor after everything it covers is acknowledged. Call between two events only."""
        async with self._saving:
            self._save_due = False
            cursor = self._adapter.cursor()
            if cursor is None or cursor == self._saved_cursor:
                return
            await self._flush()
            await write_cursor(self._producer, self._id, cursor)
            self._saved_cursor = cursor
            metrics.CURSOR_SAVED.labels(self._id).set_to_current_time()

    async def _tick(self) -> None:
        saved_s = time.monotonic()
        while True:
            await asyncio.sleep(TICK_S)
            if not self._handling and self._connection is not None and not self._mandated():
                self._connection.cancel()
            await self._report()
            if time.monotonic() - saved_s >= self._settings.save_cursor_s:
                saved_s = time.monotonic()
                self._save_due = True
                if not self._handling:
                    await self._save()

    async def _report(self) -> None:
        """Write health when it changed or is due; every reader may rely on a report each `heartbeat_s`.

        A replay has nothing to say before its first post: its time is not known yet.
        """
        verdict = self._watch.verdict(clock_ms(), self._adapter.expected_gap_s)
        if not self._watch.is_finished and not self._mandated():
            verdict = Verdict(status=source_health.Status.BLIND, reason=Reason.NO_MANDATE)
        if self._adapter.replay and verdict.reason is Reason.STARTING:
            return
        now_ms = self._adapter.now_ms()
        if self._stopping and not self._watch.is_finished:
            verdict = Verdict(status=source_health.Status.BLIND, reason=Reason.STOPPED)
        before = self._health
        changed = before is None or (before.status, before.reason) != (verdict.status, verdict.reason)
        due = time.monotonic() - self._reported_s >= self._settings.heartbeat_s
        moved = self._adapter.replay and before is not None and abs(now_ms - before.at_ms) >= REPLAY_HEARTBEAT_MS
        if not (changed or due or moved):
            return
        since_ms = now_ms if before is None or before.status is not verdict.status else before.since_ms
        self._health = SourceHealth(
            source=self._id,
            kind=self._adapter.settings.kind,
            status=verdict.status,
            reason=verdict.reason,
            since_ms=since_ms,
            at_ms=now_ms,
            last_post_ms=self._watch.last_post_ms,
            expected_gap_s=self._adapter.expected_gap_s,
            exercise=self._exercise,
        )
        self._reported_s = time.monotonic()
        self._seeing = verdict.status is not source_health.Status.BLIND
        metrics.show_status(self._id, verdict.status)
        if (lag_s := self._watch.lag_s) is not None:
            metrics.LAG_SECONDS.labels(self._id).set(lag_s)
        if changed:
            log().info("source health", source=self._id, status=verdict.status.value, reason=verdict.reason.value)
        await self._producer.send(SOURCE_HEALTH.name, encode(self._health), key=source_health.key(self._health))

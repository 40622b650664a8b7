"""The live stream: one reader of the event log per process, many listeners, each resuming by the number it had last."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import orjson
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.logs import log
from services.notifier import metrics
from services.notifier.access.reach import EVERYTHING, Reach
from services.notifier.life import UNSEEN
from services.notifier.store import alerts, events
from services.notifier.store.database import Database
from services.notifier.store.events import FOR_ALL, Event, Kind

QUEUE_EVENTS = 2_000
"""Events a slow listener may be behind before it is cut off; it reconnects and reads the rest from the log."""


@dataclass(slots=True, kw_only=True)
class Stream:
    database: Database
    poll_s: float
    now_ms: Callable[[], int]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    seq: int = 0
    """Number of the newest event handed out."""
    _counted: bool = False
    _listeners: set[asyncio.Queue[Event | None]] = field(default_factory=set)

    async def run(self, stop: asyncio.Event) -> None:
        async with self.database.reading() as connection:
            self.seq = await events.last_seq(connection)
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), self.poll_s)
            self.wake.clear()
            try:
                await self._hand_out()
            except (SQLAlchemyError, OSError) as error:
                log().error("stream_unavailable", exc_info=error)
                await asyncio.sleep(self.poll_s)

    async def _hand_out(self) -> None:
        while True:
            async with self.database.reading() as connection:
                fresh = await events.after(connection, self.seq)
                if fresh or not self._counted:
                    await self._count_unseen(connection)
            if not fresh:
                return
            for event in fresh:
                self.seq = event.seq
                self._measure(event)
                for queue in list(self._listeners):
                    try:
                        queue.put_nowait(event)
                    except asyncio.QueueFull:
                        self._listeners.discard(queue)
                        metrics.STREAMS_CUT.inc()

    async def _count_unseen(self, connection: AsyncConnection) -> None:
        for exercise, unseen in (await alerts.waiting(connection, EVERYTHING, UNSEEN)).items():
            metrics.UNSEEN.labels(str(exercise).lower()).set(unseen)
        self._counted = True

    def _measure(self, event: Event) -> None:
        if event.kind == Kind.ALERT:
            emitted = orjson.loads(event.data)["emittedMs"]
            metrics.VISIBLE_SECONDS.observe(max(0, self.now_ms() - emitted) / 1000)

    async def listen(self, last_seq: int | None, heartbeat_s: float, reach: Reach) -> AsyncIterator[list[Event]]:
        """Events in ``reach`` beyond ``last_seq`` (None: from now on), those that came together in one list; an empty
        list after ``heartbeat_s`` without one."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(QUEUE_EVENTS)
        self._listeners.add(queue)
        metrics.STREAMS.set(len(self._listeners))
        try:
            # A number beyond ours is of another database: begin anew rather than stay silent for ever.
            sent = self.seq if last_seq is None or last_seq > await self._newest() else last_seq
            async for missed in self._missed(sent):
                sent = missed[-1].seq
                if found := [event for event in missed if visible(event, reach)]:
                    yield found
            spoken = time.monotonic()
            while not self.closing.is_set() and queue in self._listeners:
                # What is hidden neither delays a heartbeat nor shows itself by one.
                fresh = await _waiting(queue, max(0.0, spoken + heartbeat_s - time.monotonic()))
                found = [event for event in fresh if event.seq > sent and visible(event, reach)]
                sent = max([sent, *(event.seq for event in fresh)])
                over = time.monotonic() - spoken >= heartbeat_s
                if found or (over and not self.closing.is_set()):
                    yield found
                    spoken = time.monotonic()
        finally:
            self._listeners.discard(queue)
            metrics.STREAMS.set(len(self._listeners))

    async def _newest(self) -> int:
        async with self.database.reading() as connection:
            return await events.last_seq(connection)

    async def _missed(self, seq: int) -> AsyncIterator[list[Event]]:
        while not self.closing.is_set():
            async with self.database.reading() as connection:
                found = await events.after(connection, seq)
            if not found:
                return
            seq = found[-1].seq
            yield found

    def close(self) -> None:
        """End every listener, so that the server can stop at once."""
        self.closing.set()
        for queue in self._listeners:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(None)


async def _waiting(queue: asyncio.Queue[Event | None], patience_s: float) -> list[Event]:
    """Everything that waits, or the first that comes; nothing after ``patience_s``, or when the stream closes."""
    try:
        found = [queue.get_nowait()]
    except asyncio.QueueEmpty:
        try:
            found = [await asyncio.wait_for(queue.get(), patience_s)]
        except TimeoutError:
            return []
    while not queue.empty():
        found.append(queue.get_nowait())
    return [event for event in found if event is not None]


def visible(event: Event, reach: Reach) -> bool:
    return event.region == FOR_ALL or reach.covers(event.region)

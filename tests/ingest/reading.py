"""What arrived: records of a topic, and events of an adapter."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from broker.settings import BrokerSettings
from contracts.codec import Decoder
from contracts.dead_letter import DeadLetter
from contracts.raw_post import Deletion, RawPost, RawRecord
from contracts.source_health import SourceHealth
from contracts.source_state import SourceState
from contracts.topics import DEAD_LETTERS, POSTS_RAW, SOURCE_HEALTH, SOURCES_STATE
from services.ingest.source import Adapter, Event, SourceFailed
from tests.brokers.records import read_topic

T = TypeVar("T")


async def values(broker: BrokerSettings, topic: str) -> list[bytes]:
    """Every record of a topic, partition by partition, in offset order."""
    return [record.value for record in await read_topic(broker, topic)]


async def _decoded(broker: BrokerSettings, topic: str, kind: Any, source: str) -> list[Any]:
    decoder: Decoder[Any] = Decoder(kind)
    return [record for record in map(decoder.decode, await values(broker, topic)) if record.source == source]


async def posts(broker: BrokerSettings, source: str) -> list[RawPost]:
    return [each for each in await _decoded(broker, POSTS_RAW.name, RawRecord, source) if isinstance(each, RawPost)]


async def deletions(broker: BrokerSettings, source: str) -> list[Deletion]:
    return [each for each in await _decoded(broker, POSTS_RAW.name, RawRecord, source) if isinstance(each, Deletion)]


async def dead_letters(broker: BrokerSettings, source: str) -> list[DeadLetter]:
    return await _decoded(broker, DEAD_LETTERS.name, DeadLetter, source)


async def health(broker: BrokerSettings, source: str) -> list[SourceHealth]:
    return await _decoded(broker, SOURCE_HEALTH.name, SourceHealth, source)


async def states(broker: BrokerSettings, source: str) -> list[SourceState]:
    return await _decoded(broker, SOURCES_STATE.name, SourceState, source)


async def eventually(look: Callable[[], Awaitable[T]], enough: Callable[[T], bool], *, patience_s: float = 20.0) -> T:
    """What ``look`` sees once it is ``enough``; after ``patience_s`` whatever it sees, for the test to judge."""
    deadline = time.monotonic() + patience_s
    while True:
        seen = await look()
        if enough(seen) or time.monotonic() > deadline:
            return seen
        await asyncio.sleep(0.1)


async def take(adapter: Adapter, count: int, cursor: str | None = None, *, patience_s: float = 10.0) -> list[Event]:
    """The first events of one connection; fewer when it ends before."""
    taken: list[Event] = []
    async with asyncio.timeout(patience_s), contextlib.aclosing(adapter.events(cursor)) as events:
        async for event in events:
            taken.append(event)
            if len(taken) == count:
                break
    return taken


async def until_failure(adapter: Adapter, cursor: str | None = None) -> tuple[list[Any], SourceFailed]:
    """Everything of one connection, and why it ended."""
    events: list[Any] = []
    try:
        async with asyncio.timeout(20):
            async for event in adapter.events(cursor):
                events.append(event)
    except SourceFailed as failure:
        return events, failure
    raise AssertionError("the source ended without a failure")

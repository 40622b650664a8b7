"""What the runner makes of a source, with a source that follows a script and a real broker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from broker.dead_letters import DeadLetters
from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from configuration.sources import Jetstream
from contracts.codec import Malformed
from contracts.dead_letter import Reason as Refusal
from contracts.raw_post import RawPost
from contracts.source_health import Reason, Status
from services.ingest.runner import Runner
from services.ingest.settings import IngestSettings
from services.ingest.source import Answered, Event, SourceFailed, Unreadable, clock_ms
from tests.ingest.reading import dead_letters, eventually, health, posts, states

pytestmark = pytest.mark.broker

BAD = Unreadable(payload=b"x", problem=Malformed(Refusal.INVALID_JSON))


class Scripted:
    """Each connection yields its events, then raises or stays silent."""

    replay = False
    lag_ms = 0

    def __init__(self, name: str, *connections: Sequence[Event | Exception], gap_s: float = 60) -> None:
        self.settings = Jetstream(id=name, kind="jetstream", url="ws://x", expected_gap_s=gap_s)
        self.expected_gap_s = gap_s
        self.resumed_with: list[str | None] = []
        self._connections = list(connections)
        self._yielded = 0

    async def events(self, cursor: str | None) -> AsyncGenerator[Event, None]:
        self.resumed_with.append(cursor)
        for event in self._connections.pop(0) if self._connections else ():
            if isinstance(event, Exception):
                raise event
            self._yielded += 1
            yield event
        await asyncio.Event().wait()

    def cursor(self) -> str | None:
        return str(self._yielded) if self._yielded else None

    def now_ms(self) -> int:
        return clock_ms()


def post(source: str, number: int, text: str = "hallo") -> RawPost:
    return RawPost(source=source, id=str(number), created_ms=clock_ms(), received_ms=clock_ms(), text=text)


@asynccontextmanager
async def running(
    broker: BrokerSettings, adapter: Scripted, mandated: Callable[[], bool] = lambda: True
) -> AsyncIterator[Runner]:
    settings = IngestSettings.model_validate({"heartbeat_s": 0.2, "save_cursor_s": 0.1, "backoff_s": 0.01})
    async with AcknowledgedProducer(broker, "test") as producer:
        runner = Runner(adapter, producer, DeadLetters(producer, "ingest"), settings, mandated)
        task = asyncio.create_task(runner.run(None))
        try:
            yield runner
        finally:
            runner.stop()
            await asyncio.wait_for(task, 10)


async def test_it_reports_regularly_and_a_silent_source_becomes_blind(broker: BrokerSettings) -> None:
    adapter = Scripted("stil", [post("stil", 1)], gap_s=1.5)
    async with running(broker, adapter):
        reports = await eventually(
            lambda: health(broker, "stil"), lambda seen: seen[-1:] and seen[-1].reason is Reason.SILENT
        )
    kinds = [(each.status, each.reason) for each in reports]
    assert kinds[0] == (Status.BLIND, Reason.STARTING)
    assert kinds[1] == (Status.LIVE, Reason.OK)
    assert kinds[-1] == (Status.BLIND, Reason.SILENT)
    assert kinds.count((Status.LIVE, Reason.OK)) >= 2
    live = [each for each in reports if each.status is Status.LIVE]
    assert len({each.since_ms for each in live}) == 1
    assert live[0].last_post_ms is not None
    assert (await health(broker, "stil"))[-1].reason is Reason.STOPPED


async def test_a_source_that_answers_without_news_is_seen(broker: BrokerSettings) -> None:
    async with running(broker, Scripted("rustig", [Answered()])):
        reports = await eventually(
            lambda: health(broker, "rustig"), lambda seen: seen[-1:] and seen[-1].reason is Reason.OK
        )
    assert reports[-1].status is Status.LIVE


async def test_a_source_that_only_says_what_cannot_be_read_is_not_seen(broker: BrokerSettings) -> None:
    async with running(broker, Scripted("wartaal", [BAD] * 5)):
        set_aside = await eventually(lambda: dead_letters(broker, "wartaal"), lambda seen: len(seen) == 5)
        await asyncio.sleep(0.6)
        reports = await health(broker, "wartaal")
    assert len(set_aside) == 5
    assert len({each.digest for each in set_aside}) == 1
    assert {each.status for each in reports} == {Status.BLIND}


async def test_an_adapter_that_breaks_does_not_stop_the_service(broker: BrokerSettings) -> None:
    adapter = Scripted(
        "stuk", [post("stuk", 1), ZeroDivisionError("secret")], [SourceFailed(Reason.PROTOCOL)], [post("stuk", 2)]
    )
    async with running(broker, adapter):
        arrived = await eventually(lambda: posts(broker, "stuk"), lambda seen: len(seen) == 2)
    assert {each.id for each in arrived} == {"1", "2"}
    assert adapter.resumed_with[:3] == [None, "1", "1"]


async def test_the_cursor_stands_in_kafka_after_what_it_covers(broker: BrokerSettings) -> None:
    count = 3_000
    async with running(broker, Scripted("volgorde", [post("volgorde", number) for number in range(count)])):
        saved = await eventually(
            lambda: states(broker, "volgorde"), lambda seen: seen[-1:] and seen[-1].cursor == str(count)
        )
        assert len(await posts(broker, "volgorde")) >= int(saved[-1].cursor or 0)
    assert saved[-1].cursor == str(count)


async def test_half_a_surrogate_pair_and_a_record_too_large_are_set_aside(broker: BrokerSettings) -> None:
    odd = [post("raar", 1, "\ud800"), post("raar", 2, "x" * 1_100_000), post("raar", 3)]
    async with running(broker, Scripted("raar", odd)):
        arrived = await eventually(lambda: posts(broker, "raar"), bool)
        set_aside = await eventually(lambda: dead_letters(broker, "raar"), lambda seen: len(seen) == 2)
    assert [each.id for each in arrived] == ["3"]
    assert [each.reason for each in set_aside] == [Refusal.INVALID_UTF8, Refusal.TOO_LARGE]


async def test_a_source_asked_to_wait_is_left_alone(broker: BrokerSettings) -> None:
    adapter = Scripted("geduld", [SourceFailed(Reason.REFUSED, status=429, retry_after_s=30)])
    began_s = time.monotonic()
    async with running(broker, adapter):
        await eventually(lambda: health(broker, "geduld"), lambda seen: seen[-1:] and seen[-1].reason is Reason.REFUSED)
        await asyncio.sleep(0.3)
    assert len(adapter.resumed_with) == 1
    # Stopping does not wait for it either.
    assert time.monotonic() - began_s < 25


async def test_without_a_mandate_nothing_is_read_and_the_source_is_not_shown_as_calm(broker: BrokerSettings) -> None:
    adapter = Scripted("verboden", [post("verboden", 1)])
    async with running(broker, adapter, lambda: False):
        reports = await eventually(
            lambda: health(broker, "verboden"), lambda seen: [each.reason for each in seen].count(Reason.NO_MANDATE) > 2
        )
    assert {each.status for each in reports} == {Status.BLIND}
    assert adapter.resumed_with == []
    assert await posts(broker, "verboden") == []


async def test_a_mandate_that_ends_closes_the_connection_and_what_is_written_meanwhile_is_never_read(
    broker: BrokerSettings,
) -> None:
    valid = [True]
    adapter = Scripted("tijdelijk", [post("tijdelijk", 1)], [post("tijdelijk", 3)])
    async with running(broker, adapter, lambda: valid[0]):
        await eventually(lambda: posts(broker, "tijdelijk"), lambda seen: len(seen) == 1)
        valid[0] = False
        await eventually(
            lambda: health(broker, "tijdelijk"), lambda seen: seen[-1:] and seen[-1].reason is Reason.NO_MANDATE
        )
        assert adapter.resumed_with == [None]
        valid[0] = True
        arrived = await eventually(lambda: posts(broker, "tijdelijk"), lambda seen: len(seen) == 2)
    assert [each.id for each in arrived] == ["1", "3"]
    assert adapter.resumed_with == [None, None], "it goes on with what comes now, not with its cursor"


async def test_an_event_that_comes_after_the_end_is_not_handed_on(broker: BrokerSettings) -> None:
    asked: list[bool] = []

    def mandated() -> bool:
        asked.append(True)
        return len(asked) < 40

    adapter = Scripted("stroom", [post("stroom", number) for number in range(1_000)])
    async with running(broker, adapter, mandated):
        await eventually(
            lambda: health(broker, "stroom"), lambda seen: seen[-1:] and seen[-1].reason is Reason.NO_MANDATE
        )
    assert 0 < len(await posts(broker, "stroom")) < 40

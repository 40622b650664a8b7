"""Server-sent events over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import httpx_sse
import pytest

from services.notifier import stream as stream_module
from services.notifier.access.reach import EVERYTHING
from tests.notifier.conftest import Served
from tests.notifier.samples import alert


async def listen(http: httpx.AsyncClient, last: str | None = None) -> AsyncIterator[httpx_sse.ServerSentEvent]:
    headers = {"Last-Event-ID": last} if last is not None else {}
    async with asyncio.timeout(10), httpx_sse.aconnect_sse(http, "GET", "/v1/events", headers=headers) as stream:
        async for event in stream.aiter_sse():
            yield event


async def next_of(events: AsyncIterator[httpx_sse.ServerSentEvent], kind: str) -> httpx_sse.ServerSentEvent:
    async for event in events:
        if event.event == kind:
            return event
    raise AssertionError("the stream ended")


async def test_a_new_alert_comes_by_itself(served: Served) -> None:
    events = listen(served.http)
    assert (await anext(events)).event == "heartbeat"
    await served.arrives(alert())
    event = await next_of(events, "alert")
    assert event.json()["alertId"] == "a1b2c3"
    assert event.json()["occasion"] == "opened"
    await served.http.post("/v1/alerts/a1b2c3/take", headers={"content-type": "application/json"})
    assert (await next_of(events, "status")).json()["status"] == "in-progress"
    await events.aclose()


async def test_a_reader_who_was_away_continues_without_loss_or_repeat(served: Served) -> None:
    await served.arrives(*(alert(id=f"n{number}") for number in range(3)))
    events = listen(served.http, last="0")
    seen = [await next_of(events, "alert") for _ in range(2)]
    await events.aclose()
    await served.arrives(*(alert(id=f"n{number}") for number in range(3, 6)))
    events = listen(served.http, last=seen[-1].id)
    seen += [await next_of(events, "alert") for _ in range(4)]
    await events.aclose()
    assert [event.json()["alertId"] for event in seen] == [f"n{number}" for number in range(6)]
    assert [int(event.id) for event in seen] == list(range(1, 7))


async def test_events_of_another_replica_are_found(served: Served) -> None:
    events = listen(served.http)
    await anext(events)
    async with served.room.database.writing() as connection:
        await served.intake.put(connection, [alert()], 1)  # nobody wakes this process's stream
    assert (await next_of(events, "alert")).json()["alertId"] == "a1b2c3"
    await events.aclose()


async def test_heartbeats_come_when_nothing_happens_and_carry_no_number(served: Served) -> None:
    events = listen(served.http)
    beats = [await anext(events) for _ in range(3)]
    assert {(beat.event, beat.id) for beat in beats} == {("heartbeat", "")}
    await events.aclose()


async def test_a_number_of_another_database_begins_anew(served: Served) -> None:
    events = listen(served.http, last="999999")
    await anext(events)
    await served.arrives(alert())
    assert (await next_of(events, "alert")).id == "1"
    await events.aclose()


@pytest.mark.parametrize("last", ["x", "-1", "9" * 40])
async def test_a_number_that_is_none_is_refused(served: Served, last: str) -> None:
    assert (await served.http.get("/v1/events", headers={"Last-Event-ID": last})).status_code == 400


async def test_a_reader_that_does_not_read_is_cut_off(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "QUEUE_EVENTS", 20)
    stream = served.room.stream
    slow = stream.listen(None, 10, EVERYTHING)
    waiting = asyncio.create_task(anext(slow))
    await asyncio.sleep(0.05)
    await served.arrives(*(alert(id=f"n{number}") for number in range(30)))
    first = await waiting
    while stream.seq < 30:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    read = len(first) + sum([len(found) async for found in slow])
    assert read <= 21

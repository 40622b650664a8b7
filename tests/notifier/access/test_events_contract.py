"""`/v1/events` holds what its description says. schemathesis reads an answer to its end, and this one has none; so here
the same is asked of it: whatever is sent, documented statuses and media types only, never a 5xx, every documented
status to be had, and every number to go on from.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import httpx_sse
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.problems import Problem
from services.notifier.store import events
from services.notifier.store.events import Kind
from tests.notifier.access.conftest import Guarded, early_in_a_minute
from tests.notifier.samples import alert, health

PATH = "/v1/events"
NUMBERS = st.integers(0, 2**62).map(str)
WRONG = ("", "x", "-1", str(2**62 + 1), "9" * 40, "1e3", "0x10", "null", "1,2", "NaN", "--1", "1.5")
ANY = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
SENDABLE = ANY.filter(lambda value: value == value.strip())
"""A client sends no header with blanks around it."""


async def described(guarded: Guarded) -> dict[str, Any]:
    schema = (await guarded.served.http.get("/openapi.json")).json()
    found: dict[str, Any] = schema["paths"][PATH]["get"]
    return found


async def asked(http: httpx.AsyncClient, **more: Any) -> tuple[httpx.Response, bytes]:
    """The answer with its body; of the stream the first piece."""
    async with asyncio.timeout(60), http.stream(more.pop("method", "GET"), PATH, **more) as answer:
        if answer.headers["content-type"].startswith("text/event-stream"):
            pieces = answer.aiter_bytes()
            try:
                return answer, await anext(pieces)
            finally:
                await pieces.aclose()  # type: ignore[attr-defined]
        return answer, await answer.aread()


def holds(answer: httpx.Response, body: bytes, operation: dict[str, Any]) -> None:
    documented = operation["responses"]
    assert str(answer.status_code) in documented, f"{answer.status_code} is not documented"
    media = answer.headers["content-type"].partition(";")[0]
    assert media in documented[str(answer.status_code)]["content"]
    assert answer.headers["api-version"]
    if answer.status_code == 200:
        assert body.startswith(b"retry: 2000\nevent: heartbeat\ndata: ")
    else:
        assert Problem.model_validate(orjson.loads(body)).status == answer.status_code


async def _whatever(
    operation: dict[str, Any],
    http: httpx.AsyncClient,
    header: str | None,
    query: list[str],
    more: dict[str, str],
) -> None:
    headers = {} if header is None else {"Last-Event-ID": header}
    params = [*(("lastEventId", value) for value in query), *more.items()]
    answer, body = await asked(http, headers=headers, params=params)
    holds(answer, body, operation)
    plain = [value for value in [header, *query[-1:]] if value is not None]
    if all(value.isascii() and value.isdigit() and int(value) <= 2**62 for value in plain):
        assert answer.status_code == 200
    if any(value in WRONG[1:] for value in plain):
        assert answer.status_code == 400


@pytest.mark.thorough
@pytest.mark.timeout(300)
async def test_whatever_is_sent_the_answer_is_a_documented_one(guarded: Guarded) -> None:
    await guarded.served.arrives(alert(), health())
    browser = await guarded.signed_in("operator-alles")
    operation = await described(guarded)
    loop = asyncio.get_running_loop()

    @settings(max_examples=80, deadline=None, database=None)
    @given(
        header=st.one_of(st.none(), NUMBERS, st.sampled_from(WRONG), SENDABLE),
        query=st.lists(st.one_of(NUMBERS, st.sampled_from(WRONG), ANY), max_size=2),
        more=st.dictionaries(st.sampled_from(["page", "region", "lasteventid"]), ANY, max_size=1),
    )
    def search(header: str | None, query: list[str], more: dict[str, str]) -> None:
        sent = _whatever(operation, browser, header, query, more)
        asyncio.run_coroutine_threadsafe(sent, loop).result(90)

    # From a thread of its own; the requests are made on this loop, where the server is.
    await asyncio.to_thread(search)


async def test_every_documented_status_is_to_be_had_and_is_as_described(guarded: Guarded) -> None:
    operation = await described(guarded)
    reader = await guarded.signed_in("lezer-vr17", name="lezer 1")
    had: dict[int, httpx.Response] = {}
    for http, headers in (
        (reader, {}),
        (reader, {"Last-Event-ID": "x"}),
        (guarded.browser(headers={"accept": "text/event-stream"}), {}),
    ):
        answer, body = await asked(http, headers=headers)
        holds(answer, body, operation)
        had[answer.status_code] = answer
    rates = guarded.app.state.entrance.rates
    await early_in_a_minute()
    rates.settings = rates.settings.model_copy(update={"requests_per_minute": 1})
    for _ in range(3):
        answer, body = await asked(reader)
        holds(answer, body, operation)
        had[answer.status_code] = answer
    # Every route documents 403; this one is open to all who are let in, and shows each what is theirs.
    assert {str(status) for status in had} == set(operation["responses"]) - {"403"}
    assert int(had[429].headers["retry-after"]) > 0
    assert had[401].headers["www-authenticate"].startswith("Bearer")
    rates.settings = rates.settings.model_copy(update={"requests_per_minute": 1000})
    for method in ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
        answer, _ = await asked(reader, method=method, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, f"{method}: {answer.status_code}"


async def test_every_kind_of_event_is_described(guarded: Guarded) -> None:
    said = (await described(guarded))["responses"]["200"]["description"]
    assert all(f"`{kind.value}`" in said for kind in Kind)
    assert "`heartbeat`" in said


async def test_from_every_number_on_exactly_what_came_after_it(guarded: Guarded) -> None:
    browser = await guarded.signed_in("operator-alles")
    await guarded.served.arrives(*(alert(id=f"n{number}") for number in range(6)), health())
    async with guarded.room.database.reading() as connection:
        last = await events.last_seq(connection)
    for seen in range(last):
        for how in ({"headers": {"Last-Event-ID": str(seen)}}, {"params": {"lastEventId": str(seen)}}):
            async with asyncio.timeout(60), httpx_sse.aconnect_sse(browser, "GET", PATH, **how) as stream:
                got = []
                async for event in stream.aiter_sse():
                    if event.id:
                        assert event.event in {kind.value for kind in Kind}
                        assert isinstance(event.json(), dict)
                        got.append(int(event.id))
                    if got and got[-1] == last:
                        break
            assert got == list(range(seen + 1, last + 1))
    async with (
        asyncio.timeout(60),
        httpx_sse.aconnect_sse(
            browser, "GET", PATH, headers={"Last-Event-ID": str(last - 1)}, params={"lastEventId": "0"}
        ) as stream,
    ):
        async for event in stream.aiter_sse():
            if event.id:
                assert int(event.id) == last, "the header counts: browsers send it when they come back"
                break

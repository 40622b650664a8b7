from __future__ import annotations

import asyncio
import re
import time
from typing import Any

import pytest

from services.notifier import room as room_module
from services.notifier.console import pages
from services.notifier.room import Rendered
from tests.notifier.conftest import Served
from tests.notifier.samples import alert

KEY = ("light", "local", ())


def test_a_shared_page_holds_what_the_reader_has_seen() -> None:
    rendered = Rendered()
    rendered.put(KEY, "page", seq=5, generation=0)
    assert rendered.get(KEY, None) == "page"
    assert rendered.get(KEY, 5) == "page"
    assert rendered.get(KEY, 6) is None, "an event came that it does not hold"
    assert rendered.get(("dark", "local", ()), None) is None


def test_what_an_action_overtook_is_not_shared() -> None:
    rendered = Rendered()
    generation = rendered.generation
    rendered.drop()
    assert rendered.put(KEY, "page", seq=5, generation=generation) == "page"
    assert rendered.get(KEY, None) is None


async def test_a_storm_renders_apart_and_a_first_page_waits_for_nothing() -> None:
    rendered = Rendered()
    first = rendered.apart(KEY)
    with pytest.raises(StopIteration):  # done without waiting once
        first.send(None)
    began = time.monotonic()
    rendered.put(KEY, "page", seq=1, generation=0)
    await rendered.apart(KEY)
    assert time.monotonic() - began >= room_module.APART_S * 0.99


def test_locks_of_pages_nobody_asks_for_are_forgotten() -> None:
    rendered = Rendered()
    for number in range(room_module.LOCKS * 2):
        rendered.lock((number,))
    assert len(rendered._locks) <= room_module.LOCKS


async def test_a_console_gets_a_page_that_holds_the_event_it_heard(served: Served) -> None:
    await served.arrives(alert())
    await served.http.get("/")
    async with served.room.database.writing() as connection:
        await served.intake.put(connection, [alert(id="later", label="Later – Rotterdam")], served.clock())
    served.room.stream.wake.set()
    async with asyncio.timeout(60):
        while served.room.stream.seq < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    html = (await served.http.get("/", headers={"Seinpost-Seen": "2"})).text
    assert "Later – Rotterdam" in html


async def test_a_page_that_an_alert_overtakes_listens_from_before_it(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = pages.render

    async def overtaken(*given: Any, **values: Any) -> str:
        await served.arrives(alert())
        served.room.stream.wake.set()
        async with asyncio.timeout(60):
            while served.room.stream.seq < 1:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return await render(*given, **values)

    monkeypatch.setattr(pages, "render", overtaken)
    html = (await served.http.get("/")).text
    assert "Oproep tot rellen" not in html
    assert 'data-seq="0"' in html, "the browser would never hear of the alert"


async def test_the_page_carries_the_name_of_who_looks_and_no_mark(served: Served) -> None:
    html = (await served.http.get("/")).text
    assert "als <strong>lokale gebruiker</strong>" in html
    assert not re.search(r"\b[0-9a-f]{32}\b", html), "a mark was left in the page"

"""A feed over real HTTP: conditional requests, politeness, each item once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from configuration.sources import Feed
from contracts.dead_letter import Reason as Refusal
from contracts.raw_post import RawPost
from contracts.source_health import Reason
from services.ingest.rss import FeedAdapter
from services.ingest.source import Answered, SourceFailed, Unreadable
from tests.ingest.reading import take
from tests.ingest.servers import HttpServer

INTERVAL_S = 0.05


def item(number: int, title: str | None = None, **more: str) -> str:
    parts = {
        "guid": f"https://nieuws.example/{number}",
        "title": title or f"Bericht {number}",
        "description": f"&lt;p&gt;Iets in &lt;b&gt;Haren&lt;/b&gt; {number}&lt;/p&gt;",
        "pubDate": f"Fri, 20 Nov 2026 18:{number:02d}:00 +0100",
    } | more
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in parts.items()) + "</item>"


def rss(*items: str, extra: str = "") -> str:
    about = f"<title>n</title><language>nl-NL</language>{extra}"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{about}{"".join(items)}</channel></rss>'


def feed(url: str) -> Feed:
    # Shorter than any publisher may be asked outside a test.
    return Feed.model_construct(
        id="nieuws", kind="rss", url=f"{url}/feed", interval_s=INTERVAL_S, expected_gap_s=300.0, max_lag_s=120.0
    )


def tagged(bodies: list[str]) -> Callable[[Request], Any]:
    """Serves one body after the other, each with its own ETag; 304 when the tag is known."""
    turn = iter(bodies)
    current = [""]

    async def answer(request: Request) -> Response:
        current[0] = next(turn, current[0])
        tag = f'"{hash(current[0])}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304)
        return Response(current[0], headers={"ETag": tag, "Last-Modified": "Fri, 20 Nov 2026 17:00:00 GMT"})

    return answer


async def test_items_arrive_once_and_again_when_changed() -> None:
    bodies = [
        rss(item(2), item(1)),
        rss(item(2), item(1)),
        rss(item(3), item(2, "Bericht 2, verbeterd"), item(1)),
    ]
    async with HttpServer({"/feed": tagged(bodies)}).running() as server:
        events = await take(FeedAdapter(feed(server.url)), 7)
        statuses = [request.headers.get("if-none-match") is not None for request in server.requests]
    first, second, calm, calm_again, changed, third, done = events
    assert isinstance(first, RawPost)
    assert first.text == "Bericht 1\nIets in Haren 1"
    assert (first.source, first.langs, first.author) == ("nieuws", ("nl",), None)
    assert first.created_ms == 1_795_194_060_000
    assert second.id.endswith("/2")
    assert isinstance(calm, Answered)
    assert isinstance(calm_again, Answered)
    assert (changed.id, changed.edit, changed.text.splitlines()[0]) == (second.id, True, "Bericht 2, verbeterd")
    assert (third.id, third.edit) == ("https://nieuws.example/3", False)
    assert isinstance(done, Answered)
    assert statuses == [False, True, True]


async def test_a_new_process_repeats_nothing_and_asks_conditionally() -> None:
    body = rss(item(2), item(1))
    async with HttpServer({"/feed": tagged([body])}).running() as server:
        before = FeedAdapter(feed(server.url))
        assert len(await take(before, 3)) == 3
        (event,) = await take(FeedAdapter(feed(server.url)), 1, before.cursor())
        assert isinstance(event, Answered)
        assert server.requests[-1].headers["if-modified-since"] == "Fri, 20 Nov 2026 17:00:00 GMT"


async def test_stopped_halfway_a_feed_the_rest_still_comes() -> None:
    async with HttpServer({"/feed": tagged([rss(item(3), item(2), item(1))])}).running() as server:
        before = FeedAdapter(feed(server.url))
        await take(before, 1)
        rest = await take(FeedAdapter(feed(server.url)), 3, before.cursor())
    assert [type(event) for event in rest] == [RawPost, RawPost, Answered]
    assert [event.id[-1] for event in rest[:2]] == ["2", "3"]


async def test_atom() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>urn:1</id><title>Optocht</title>'
        "<updated>2026-11-20T17:00:00Z</updated><summary>om 8 uur</summary></entry></feed>"
    )
    async with HttpServer({"/feed": tagged([atom])}).running() as server:
        (post,) = await take(FeedAdapter(feed(server.url)), 1)
    assert (post.id, post.text, post.created_ms) == ("urn:1", "Optocht\nom 8 uur", 1_795_194_000_000)


async def test_the_publisher_decides_how_often() -> None:
    async with HttpServer({"/feed": tagged([rss(item(1), extra="<ttl>60</ttl>")])}).running() as server:
        adapter = FeedAdapter(feed(server.url))
        await take(adapter, 2)
        assert adapter.expected_gap_s > 3600
        with pytest.raises(TimeoutError):
            await take(adapter, 2, adapter.cursor(), patience_s=0.5)
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("code", "reason"), [(403, Reason.REFUSED), (410, Reason.REFUSED), (429, Reason.REFUSED), (503, Reason.UNREACHABLE)]
)
async def test_a_refusal_has_a_reason_and_a_wait(code: int, reason: Reason) -> None:
    async def refusing(_: Request) -> Response:
        return Response(status_code=code, headers={"Retry-After": "7"})

    async with HttpServer({"/feed": refusing}).running() as server:
        with pytest.raises(SourceFailed) as failure:
            await take(FeedAdapter(feed(server.url)), 1)
    assert (failure.value.reason, failure.value.retry_after_s) == (reason, 7.0)


@pytest.mark.parametrize(
    "body",
    ["", "geen feed", "{}", "\x00\x00\x00", "<rss>" + "<a>" * 10_000, "x" * 10_000_000, "http://127.0.0.1:9/feed"],
    ids=["empty", "text", "json", "nulls", "deep", "10MB", "address"],
)
async def test_what_is_no_feed_is_a_failure_of_the_source(body: str) -> None:
    async with HttpServer({"/feed": tagged([body])}).running() as server:
        with pytest.raises(SourceFailed) as failure:
            await take(FeedAdapter(feed(server.url)), 1)
    assert failure.value.reason is Reason.PROTOCOL


async def test_bad_items_do_not_hide_good_ones() -> None:
    nameless = "<item><title>zonder naam</title></item>"
    endless = item(2, "x" * 20_001)
    undated = item(4, pubDate="ooit")
    body = rss(undated, item(3), endless, nameless)
    async with HttpServer({"/feed": tagged([body, body])}).running() as server:
        events = await take(FeedAdapter(feed(server.url)), 6)
    unnamed, large, good, late, done, again = events
    assert isinstance(unnamed, Unreadable)
    assert unnamed.problem.reason is Refusal.INVALID_FIELD
    assert isinstance(large, Unreadable)
    assert large.problem.reason is Refusal.TOO_LARGE
    assert good.id.endswith("/3")
    assert abs(late.created_ms - time.time() * 1000) < 60_000
    assert isinstance(done, Answered)
    assert isinstance(again, Answered)


async def test_latin_1_is_read_as_what_it_says() -> None:
    body = rss(item(1, "Café")).replace('version="1.0"', 'version="1.0" encoding="iso-8859-1"', 1).encode("latin-1")

    async def answer(_: Request) -> Response:
        return Response(body, media_type="application/xml")

    async with HttpServer({"/feed": answer}).running() as server:
        (post,) = await take(FeedAdapter(feed(server.url)), 1)
    assert post.text.startswith("Café")

"""Recorded streams over real server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from configuration.sources import Mastodon
from contracts.dead_letter import Reason as Refusal
from contracts.raw_post import Deletion, RawPost
from contracts.source_health import Reason
from services.ingest.mastodon import MastodonAdapter
from services.ingest.source import SourceFailed, Unreadable
from tests.ingest.reading import take, until_failure
from tests.ingest.servers import HttpServer

STREAM = "/api/v1/streaming/public/local"
TIMELINE = "/api/v1/timelines/public"


def status(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(117_000_000_000_000_000 + number),
        "created_at": "2026-08-02T05:25:16.840Z",
        "visibility": "public",
        "language": "nl",
        "spoiler_text": "",
        "content": f"<p>bericht {number}</p>",
        "account": {"id": f"{number % 3}"},
    } | more


def sse(kind: str, data: str) -> bytes:
    return f"event: {kind}\ndata: {data}\n\n".encode()


def update(number: int, **more: Any) -> bytes:
    return sse("update", json.dumps(status(number, **more)))


def streaming(*chunks: bytes, code: int = 200) -> Callable[[Request], Any]:
    async def body() -> AsyncIterator[bytes]:
        yield b":)\n"
        for chunk in chunks:
            yield chunk

    async def answer(_: Request) -> Response:
        return StreamingResponse(body(), status_code=code, media_type="text/event-stream")

    return answer


async def no_timeline(_: Request) -> Response:
    return JSONResponse([])


def source(url: str) -> Mastodon:
    return Mastodon.model_validate({"id": "mastodon-test", "kind": "mastodon", "url": url})


async def read(
    *chunks: bytes, cursor: str | None = None, timeline: Callable[[Request], Any] = no_timeline
) -> list[Any]:
    """Everything until the server ends the stream."""
    async with HttpServer({STREAM: streaming(*chunks), TIMELINE: timeline}).running() as server:
        events, failure = await until_failure(MastodonAdapter(source(server.url), None), cursor)
    assert failure.reason is Reason.UNREACHABLE
    return events


def _messages(body: str) -> list[tuple[str, str]]:
    blocks = [dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in body.split("\n\n")]
    return [(block["event"], block["data"]) for block in blocks if "event" in block]


@pytest.mark.parametrize("name", ["recorded_update.sse", "recorded_update_edit_delete.sse"])
async def test_recorded_streams(recorded, name: str) -> None:
    body = recorded(f"mastodon/{name}").read_text()
    messages = _messages(body)
    expected = []
    for kind, data in messages:
        if kind == "delete":
            expected.append((data, "deletion"))
        elif kind in ("update", "status.update") and json.loads(data)["visibility"] == "public":
            expected.append((json.loads(data)["id"], "edit" if kind == "status.update" else "post"))
    events = await read(body.encode())
    kinds = [
        (event.id, "deletion" if isinstance(event, Deletion) else "edit" if event.edit else "post") for event in events
    ]
    assert kinds == expected
    assert kinds


async def test_what_a_status_becomes() -> None:
    content = (
        '<p>Vanavond <a href="https://x"><span class="invisible">https://</span>x.nl/y</a><br>20:00 &amp; dus</p>'
        "<p>tot zo</p><script>no</script>"
    )
    (post,) = await read(update(1, content=content, spoiler_text="let op", language="nl-NL"))
    assert post == RawPost(
        source="mastodon-test",
        id="117000000000000001",
        created_ms=1_785_648_316_840,
        received_ms=post.received_ms,
        text="let op\nVanavond https://x.nl/y\n20:00 & dus\ntot zo",
        author="1",
        langs=("nl",),
    )


async def test_only_public_posts_are_read() -> None:
    hidden = [update(number, visibility=seen) for number, seen in enumerate(("unlisted", "private", "direct"))]
    (post,) = await read(*hidden, update(9), sse("notification", "{}"), sse("filters_changed", ""))
    assert post.id.endswith("9")


async def test_a_boost_is_a_repost_of_its_text() -> None:
    (post,) = await read(update(1, content="", reblog=status(2, content="<p>kom allemaal</p>", language="fy")))
    assert (post.repost, post.text, post.author, post.langs) == (True, "kom allemaal", "1", ("fy",))


async def test_edits_and_deletions_follow_their_post() -> None:
    edited = json.dumps(status(1, content="<p>toch niet</p>", edited_at="2026-08-02T05:30:00Z"))
    first, edit, deletion, unknown = await read(
        update(1), sse("status.update", edited), sse("delete", "117000000000000001"), sse("delete", "5")
    )
    assert (edit.edit, edit.text, edit.created_ms) == (True, "toch niet", first.created_ms)
    assert (deletion.id, deletion.author) == (first.id, first.author)
    assert (unknown.id, unknown.author) == ("5", None)


async def test_bad_messages_do_not_end_the_stream() -> None:
    deep = '{"id":"1","account":' + "[" * 10_000 + "]" * 10_000 + "}"
    bad: list[tuple[bytes, Refusal | None]] = [
        (sse("update", '{"id": "1"'), Refusal.INVALID_JSON),
        (sse("update", deep), None),
        (sse("update", "{}"), Refusal.INVALID_FIELD),
        (update(2, created_at="morgen"), Refusal.INVALID_FIELD),
        (update(3, created_at="2026-08-02T05:25:16"), Refusal.INVALID_FIELD),
        (update(4, content="x" * 10_000_000), Refusal.TOO_LARGE),
        (update(5, content="x" * 20_001), Refusal.TOO_LARGE),
    ]
    chunks = [chunk for number, (one, _) in enumerate(bad) for chunk in (one, update(100 + number))]
    events = await read(*chunks)
    assert [type(event) for event in events] == [Unreadable, RawPost] * len(bad)
    for event, (_, reason) in zip(events[::2], bad, strict=True):
        assert reason is None or event.problem.reason is reason


async def test_null_bytes_and_bytes_that_are_no_utf8_reach_the_next_hop_as_text() -> None:
    broken = update(2).replace(b"bericht", b"\xff\xfe")
    null, replaced = await read(update(1, content="a\x00b"), broken)
    assert null.text == "ab"
    assert replaced.text == "\ufffd\ufffd 2"


async def test_what_a_cut_missed_is_fetched_once() -> None:
    # timeline:  1 … 45 (newest first, pages of 40)   stream after reconnecting:  44 45 46
    asked: list[dict[str, str]] = []

    async def timeline(request: Request) -> Response:
        asked.append(dict(request.query_params))
        since = int(request.query_params["min_id"]) - 117_000_000_000_000_000
        page = [status(number) for number in range(since + 1, min(since + 40, 45) + 1)]
        return JSONResponse(page[::-1])

    events = await read(update(44), update(45), update(46), cursor=status(3)["id"], timeline=timeline)
    assert [int(event.id[-3:]) for event in events] == list(range(4, 47))
    assert asked[0] == {"min_id": status(3)["id"], "limit": "40", "local": "true"}


async def test_a_timeline_that_refuses_leaves_the_stream_alone() -> None:
    async def refusing(_: Request) -> Response:
        return Response("no", 422)

    events = await read(update(5), cursor=status(3)["id"], timeline=refusing)
    assert [event.id for event in events] == [status(5)["id"]]


async def test_the_token_is_sent() -> None:
    async with HttpServer({STREAM: streaming(update(1)), TIMELINE: no_timeline}).running() as server:
        await take(MastodonAdapter(source(server.url), "geheim"), 1)
        assert server.requests[0].headers["authorization"] == "Bearer geheim"


@pytest.mark.parametrize(
    ("code", "reason"), [(401, Reason.REFUSED), (403, Reason.REFUSED), (429, Reason.REFUSED), (503, Reason.UNREACHABLE)]
)
async def test_a_refusal_has_a_reason(code: int, reason: Reason) -> None:
    async with HttpServer({STREAM: streaming(code=code)}).running() as server:
        with pytest.raises(SourceFailed) as failure:
            await take(MastodonAdapter(source(server.url), None), 1)
    assert (failure.value.reason, failure.value.status) == (reason, code)


async def test_something_else_than_a_stream() -> None:
    async def page(_: Request) -> Response:
        return Response("<html>", 200, media_type="text/html")

    async with HttpServer({STREAM: page}).running() as server:
        with pytest.raises(SourceFailed) as failure:
            await take(MastodonAdapter(source(server.url), None), 1)
    assert failure.value.reason is Reason.PROTOCOL

"""A file at full and accelerated speed, resumed, and full of what is no post."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from configuration.sources import File
from contracts.dead_letter import Reason as Refusal
from contracts.raw_post import RawPost
from contracts.source_health import Reason
from services.ingest.file import FileAdapter
from services.ingest.source import SourceFailed, Unreadable
from tests.ingest.reading import take

ALL = 1_000_000


def line(number: int, **more: Any) -> bytes:
    post = {"id": str(number), "created_at": f"2012-09-21T18:00:{number % 60:02d}+02:00", "text": f"bericht {number}"}
    return json.dumps(post | more).encode() + b"\n"


def adapter(path: Path, **more: Any) -> FileAdapter:
    return FileAdapter(File.model_validate({"id": "oefening", "kind": "file", "path": str(path)} | more))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "posts.jsonl"


async def test_a_line_becomes_a_post(path: Path) -> None:
    path.write_bytes(line(1, author="a", lang="nl-NL", source="x", label="extra") + b"\n" + line(2, id=5, author=7))
    full, bare = await take(adapter(path, exercise="haren"), ALL)
    assert full == RawPost(
        source="x",
        id="1",
        created_ms=1_348_243_201_000,
        received_ms=full.received_ms,
        text="bericht 1",
        author="a",
        langs=("nl",),
        exercise="haren",
    )
    assert (bare.source, bare.id, bare.author, bare.langs) == ("oefening", "5", "7", ())


async def test_only_a_known_network_becomes_a_label(path: Path) -> None:
    path.write_bytes(line(1, source="telegram") + line(2, source="van-jan-jansen") + line(3, source="TikTok"))
    assert [post.source for post in await take(adapter(path), ALL)] == ["telegram", "oefening", "oefening"]


async def test_resumed_at_any_line_nothing_is_lost_or_repeated(path: Path) -> None:
    path.write_bytes(b"".join(line(number) for number in range(50)) + b"kapot\n" + line(50).rstrip())
    for stop in (1, 25, 51):
        before = adapter(path)
        events = await take(before, stop)
        events += await take(adapter(path), ALL, before.cursor())
        assert [event.id for event in events if isinstance(event, RawPost)] == [str(n) for n in range(51)]
        assert sum(isinstance(event, Unreadable) for event in events) == 1


async def test_read_to_its_end_it_has_ended_and_grown_it_goes_on(path: Path) -> None:
    path.write_bytes(line(1))
    before = adapter(path)
    await take(before, ALL)
    again = adapter(path)
    assert await take(again, ALL, before.cursor()) == []
    assert again.now_ms() == 1_348_243_201_000
    path.write_bytes(line(1) + line(2))
    assert [post.id for post in await take(adapter(path), ALL, before.cursor())] == ["2"]


@pytest.mark.parametrize("cursor", [None, "", "nonsense", "{}", '{"offset":-1}'])
async def test_without_a_usable_cursor_it_starts_from_the_beginning(path: Path, cursor: str | None) -> None:
    path.write_bytes(line(1))
    assert len(await take(adapter(path), ALL, cursor)) == 1


async def test_another_file_under_the_same_name_is_read_whole(path: Path) -> None:
    path.write_bytes(line(1) + line(2))
    before = adapter(path)
    await take(before, ALL)
    path.write_bytes(line(3) + line(4) + line(5))
    assert len(await take(adapter(path), ALL, before.cursor())) == 3


async def test_what_is_no_post_is_set_aside_and_reading_goes_on(path: Path) -> None:
    good = line(0)
    bad: list[tuple[bytes, Refusal, str | None]] = [
        (line(1)[:30], Refusal.INVALID_JSON, None),
        (line(1).replace(b"bericht", b"\xff\xfe").rstrip(), Refusal.INVALID_UTF8, None),
        (line(1).rstrip().replace(b"bericht", b"a\x00b"), Refusal.INVALID_JSON, None),
        (b'{"id":' + b"[" * 10_000 + b"]" * 10_000 + b"}", Refusal.INVALID_FIELD, "$.id"),
        (b'{"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}", Refusal.INVALID_JSON, None),
        (b"[]", Refusal.INVALID_FIELD, "$"),
        (b"{}", Refusal.INVALID_FIELD, "$"),
        (line(1, text=None).rstrip(), Refusal.INVALID_FIELD, "$.text"),
        (line(1, id="").rstrip(), Refusal.INVALID_FIELD, "$.id"),
        (line(1, created_at="gisteren").rstrip(), Refusal.INVALID_FIELD, "$.created_at"),
        (line(1, created_at="2012-09-21T18:00:00").rstrip(), Refusal.INVALID_FIELD, "$.created_ms"),
        (line(1, text="x" * 20_001).rstrip(), Refusal.TOO_LARGE, "$.text"),
        (line(1, text="x" * 10_000_000).rstrip(), Refusal.TOO_LARGE, None),
        (b"\xef\xbb\xbf\x00\x01", Refusal.INVALID_JSON, None),
    ]
    path.write_bytes(b"".join(each + b"\n" + good for each, _, _ in bad))
    events = await take(adapter(path), ALL)
    assert [type(event) for event in events] == [Unreadable, RawPost] * len(bad)
    for event, (payload, reason, field) in zip(events[::2], bad, strict=True):
        assert (event.problem.reason, event.problem.field) == (reason, field), payload[:60]
        assert event.size in (None, len(payload))
        assert len(event.payload) <= 1_000_001


async def test_strange_but_readable_posts_pass_for_the_next_hop_to_judge(path: Path) -> None:
    path.write_bytes(
        line(1, created_at="1970-01-01T00:00:00Z")
        + line(2, created_at="2126-01-01T00:00:00Z")
        + line(3, text="null\x00byte")
        + line(3, text="null\x00byte")
        + line(4, text="")
    )
    old, future, null, again, empty = await take(adapter(path), ALL)
    assert (old.created_ms, future.created_ms) == (0, 4_922_899_200_000)
    assert null.text == again.text == "null\x00byte"
    assert null.id == again.id
    assert empty.text == ""


async def test_accelerated(path: Path) -> None:
    # 18:00:00 … 18:00:09, a hundred times faster: nine seconds in at least 0.09.
    path.write_bytes(b"".join(line(number) for number in range(10)))
    began_s = time.monotonic()
    assert len(await take(adapter(path, speed=100), ALL)) == 10
    assert time.monotonic() - began_s >= 0.085


async def test_accelerated_time_runs_on_between_posts(path: Path) -> None:
    path.write_bytes(line(0) + line(50))
    reading = adapter(path, speed=100)
    events = reading.events(None)
    first = await anext(events)
    waiting = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0.1)
    assert first.created_ms < reading.now_ms() < first.created_ms + 50_000
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    # Stopped while waiting for a post that was not due: it is still to come.
    assert [post.id for post in await take(adapter(path), ALL, reading.cursor())] == ["50"]


async def test_one_wrong_clock_does_not_stop_a_replay_and_a_real_gap_is_crossed(path: Path) -> None:
    days = ("2126-01-01", "2012-09-21", "1970-01-01", "2012-09-21", "2012-10-21", "2012-10-21")
    path.write_bytes(line(0) + b"".join(line(n, created_at=f"{day}T16:00:01Z") for n, day in enumerate(days)))
    assert len(await take(adapter(path, speed=10), ALL, patience_s=5)) == 7


async def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed) as failure:
        await take(adapter(tmp_path / "none.jsonl"), ALL)
    assert failure.value.reason is Reason.UNREACHABLE

"""Both wires against a websocket server that sends what was recorded in production."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zstandard

from configuration.sources import Jetstream
from contracts.dead_letter import Reason as Refusal
from contracts.raw_post import Deletion, RawPost
from contracts.source_health import Reason
from services.ingest.jetstream import JetstreamAdapter
from services.ingest.source import SourceFailed, Unreadable
from tests.ingest.reading import take, until_failure
from tests.ingest.servers import JetstreamServer, as_v2, recorded_frames

WIRES = ["subscribe", "subscribeEvents"]


def source(url: str, wire: str = "subscribe", **more: object) -> Jetstream:
    return Jetstream.model_validate({"id": "bluesky", "kind": "jetstream", "url": url, "wire": wire} | more)


def post(number: int, text: str = "hallo", created: str = "2026-07-04T14:38:08Z", **commit: object) -> str:
    record = {"$type": "app.bsky.feed.post", "createdAt": created, "text": text, "langs": ["nl-NL", "nl", "x!"]}
    return json.dumps(
        {
            "did": f"did:plc:{number % 3}",
            "time_us": 1_783_175_888_000_000 + number * 1_000,
            "kind": "commit",
            "commit": {
                "operation": "create",
                "collection": "app.bsky.feed.post",
                "rkey": f"r{number}",
                "rev": f"v{number}",
                "record": record,
            }
            | commit,
        }
    )


def account(number: int, *, active: bool) -> str:
    event = json.loads(post(number)) | {"kind": "account", "account": {"active": active, "status": "takendown"}}
    del event["commit"]
    return json.dumps(event)


@pytest.fixture
def recording(recorded) -> list[str]:
    path: Path = recorded("jetstream/recorded_v1.jsonl")
    return path.read_text().splitlines()


@pytest.mark.parametrize("wire", WIRES)
async def test_only_posts_of_the_recording_arrive(recording: list[str], wire: str) -> None:
    expected = [
        event["did"] + "/" + event["commit"]["rkey"]
        for event in map(json.loads, recording)
        if event["kind"] == "commit"
        and (event["commit"]["collection"], event["commit"]["operation"]) == ("app.bsky.feed.post", "create")
    ]
    async with JetstreamServer(recorded_frames(recording, wire)).running() as server:
        events = await take(JetstreamAdapter(source(server.url, wire)), 18)
    arrived = [event for event in events if isinstance(event, RawPost)]
    assert [each.id for each in arrived] == expected
    assert len(arrived) == 17
    assert [each.id for each in events if isinstance(each, Deletion)] == [
        "did:plc:4smmjsqf6l5jkzczvw6vsrqc/3mpt73z3ejc2p"
    ]
    assert {each.langs for each in arrived} >= {("en",), ("ja",), ("ko",), ()}


@pytest.mark.parametrize("wire", WIRES)
async def test_a_cut_connection_resumes_without_loss_or_repeat(recording: list[str], wire: str) -> None:
    frames = recorded_frames(recording, wire)
    # Cut four times, at uneven places; each time resumed with the cursor, as the runner does.
    # The legacy wire is resumed some seconds earlier, which is all of this recording.
    server = JetstreamServer(frames, cut_after=[11, 60, 75, 100] if wire == "subscribe" else [11, 30, 40, 20])
    events = []
    async with server.running():
        adapter, cursor = JetstreamAdapter(source(server.url, wire)), None
        for _ in range(4):
            arrived, failure = await until_failure(adapter, cursor)
            events += arrived
            assert failure.reason is Reason.UNREACHABLE
            cursor = adapter.cursor()
        # The last connection is another process: nothing but the cursor is known.
        events += await take(JetstreamAdapter(source(server.url, wire)), 18 - len(events), cursor)
    ids = [event.id for event in events]
    assert len(ids) == len(set(ids)) == 18
    resumed = [int(query["cursor"][0]) for query in server.asked[1:]]
    assert resumed == sorted(resumed)


async def test_an_event_out_of_order_at_the_cut_is_not_lost() -> None:
    # Sent order:  5  7 | cut |  6  8      6 is older than the newest event when the connection breaks.
    frames = [(json.loads(frame)["time_us"], frame) for frame in (post(5), post(7), post(6), post(8))]
    server = JetstreamServer(frames, cut_after=[2])
    async with server.running():
        adapter = JetstreamAdapter(source(server.url))
        events, _ = await until_failure(adapter)
        events += await take(JetstreamAdapter(source(server.url)), 2, adapter.cursor())
    assert [event.id for event in events] == ["did:plc:2/r5", "did:plc:1/r7", "did:plc:0/r6", "did:plc:2/r8"]


async def test_what_is_asked_of_the_server() -> None:
    async with JetstreamServer([(1, post(1))]).running() as server:
        await take(JetstreamAdapter(source(server.url)), 1)
        assert server.paths == ["/subscribe"]
        assert server.asked[0]["wantedCollections"] == ["app.bsky.feed.post"]
        assert "cursor" not in server.asked[0]
    async with JetstreamServer([(1, json.dumps(as_v2(json.loads(post(1)), 1)))]).running() as server:
        adapter = JetstreamAdapter(source(server.url, "subscribeEvents"))
        await take(adapter, 1)
        assert server.paths == ["/xrpc/network.bsky.jetstream.subscribeEvents"]
        assert server.asked[0]["collections"] == ["app.bsky.feed.post"]
        assert server.headers[0]["Sec-WebSocket-Protocol"] == "xrpc.v1.json"


async def test_withdrawals_edits_and_reposts() -> None:
    frames = [
        post(1, operation="update"),
        post(2, operation="delete"),
        account(3, active=True),
        account(4, active=False),
        post(5, collection="app.bsky.feed.repost", record={"createdAt": "2026-07-04T14:38:08Z", "subject": {}}),
    ]
    wanted = ("app.bsky.feed.post", "app.bsky.feed.repost")
    async with JetstreamServer(list(enumerate(frames))).running() as server:
        edit, withdrawn, gone, repost = await take(JetstreamAdapter(source(server.url, collections=wanted)), 4)
    assert isinstance(edit, RawPost)
    assert edit.edit
    assert edit.langs == ("nl",)
    assert isinstance(withdrawn, Deletion)
    assert (withdrawn.id, withdrawn.author) == ("did:plc:2/r2", "did:plc:2")
    assert isinstance(gone, Deletion)
    assert (gone.id, gone.author) == (None, "did:plc:1")
    assert isinstance(repost, RawPost)
    assert repost.repost


async def test_bad_frames_do_not_end_the_stream() -> None:
    deep = '{"did":"a","time_us":1,"kind":"commit","commit":' + "[" * 10_000 + "]" * 10_000 + "}"
    bad = [
        (post(1)[:50], Refusal.INVALID_JSON),
        (b'{"did":"\xff\xfe","time_us":1,"kind":"x"}', Refusal.INVALID_UTF8),
        ('{"did":"a","time_us":1,"kind":"commit"}', Refusal.INVALID_FIELD),
        (deep, None),
        ("\x00\x00", Refusal.INVALID_JSON),
        (post(2, created="gisteren"), Refusal.INVALID_FIELD),
        (post(3, record={"text": 5, "createdAt": "2026-07-04T14:38:08Z"}), Refusal.INVALID_FIELD),
        (post(4, text="x" * 10_000_000), Refusal.TOO_LARGE),
        (post(5, text="x" * 20_001), Refusal.TOO_LARGE),
    ]
    frames = [frame for pair in ((bad_frame, post(10 + n)) for n, (bad_frame, _) in enumerate(bad)) for frame in pair]
    async with JetstreamServer(list(enumerate(frames))).running() as server:
        events = await take(JetstreamAdapter(source(server.url)), 2 * len(bad))
    assert [type(event) for event in events] == [Unreadable, RawPost] * len(bad)
    for event, (_, reason) in zip(events[::2], bad, strict=True):
        assert isinstance(event, Unreadable)
        assert reason is None or event.problem.reason is reason


async def test_times_far_away_pass_but_do_not_move_the_cursor() -> None:
    ahead = json.loads(post(2, created="2126-01-01T00:00:00Z")) | {"time_us": 4_900_000_000_000_000}
    frames = [post(1, created="1970-01-01T00:00:00Z"), json.dumps(ahead)]
    async with JetstreamServer(list(enumerate(frames))).running() as server:
        adapter = JetstreamAdapter(source(server.url))
        old, new = await take(adapter, 2)
    assert isinstance(old, RawPost)
    assert isinstance(new, RawPost)
    assert old.created_ms == 0
    assert new.created_ms == 4_922_899_200_000
    assert json.loads(adapter.cursor() or "")["at"] == json.loads(post(1))["time_us"]


@pytest.mark.parametrize("wire", WIRES)
async def test_compressed_frames(tmp_path: Path, wire: str) -> None:
    samples = [post(number, text=f"bericht {number * 7919}").encode() for number in range(500)]
    dictionary = zstandard.train_dictionary(4096, samples)
    (tmp_path / "dictionary").write_bytes(dictionary.as_bytes())
    compressor = zstandard.ZstdCompressor(dict_data=dictionary)
    plain = post(1) if wire == "subscribe" else json.dumps(as_v2(json.loads(post(1)), 1))
    bomb = compressor.compress(b" " * 50_000_000)
    frames = [(0, b"not zstd"), (1, bomb), (2, compressor.compress(plain.encode()))]
    async with JetstreamServer(frames).running() as server:
        adapter = JetstreamAdapter(source(server.url, wire, zstd_dictionary=tmp_path / "dictionary"))
        garbage, large, good = await take(adapter, 3)
        if wire == "subscribe":
            assert server.headers[0]["Socket-Encoding"] == "zstd"
            assert server.asked[0]["compress"] == ["true"]
        else:
            assert server.asked[0]["zstdDictionary"] == [str(dictionary.dict_id())]
    assert isinstance(garbage, Unreadable)
    assert isinstance(large, Unreadable)
    assert large.problem.reason is Refusal.TOO_LARGE
    assert isinstance(good, RawPost)


async def test_a_cursor_too_old_starts_from_now() -> None:
    def refuse(query: dict[str, list[str]]) -> tuple[int, str] | None:
        return (400, '{"error":"CursorTooOld"}') if "cursor" in query else None

    frame = json.dumps(as_v2(json.loads(post(1)), 7))
    async with JetstreamServer([(7, frame)], refuse=refuse).running() as server:
        adapter = JetstreamAdapter(source(server.url, "subscribeEvents"))
        await take(adapter, 1)
        with pytest.raises(SourceFailed) as failure:
            await take(adapter, 1, adapter.cursor())
        assert failure.value.reason is Reason.PROTOCOL
        assert adapter.cursor() is None
        assert len(await take(adapter, 1, adapter.cursor())) == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, Reason.REFUSED), (403, Reason.REFUSED), (429, Reason.REFUSED), (502, Reason.UNREACHABLE)],
)
async def test_a_refusal_has_a_reason(status: int, reason: Reason) -> None:
    async with JetstreamServer([], refuse=lambda _: (status, "no")).running() as server:
        with pytest.raises(SourceFailed) as failure:
            await take(JetstreamAdapter(source(server.url)), 1)
    assert failure.value.reason is reason


async def test_an_error_frame_ends_the_connection() -> None:
    frame = json.dumps({"$type": "error", "error": "ConsumerTooSlow", "message": "x"})
    async with JetstreamServer([(1, frame)]).running() as server:
        with pytest.raises(SourceFailed) as failure:
            await take(JetstreamAdapter(source(server.url, "subscribeEvents")), 1)
    assert failure.value.reason is Reason.PROTOCOL


async def test_nobody_there() -> None:
    with pytest.raises(SourceFailed) as failure:
        await take(JetstreamAdapter(source("ws://127.0.0.1:9")), 1)
    assert failure.value.reason is Reason.UNREACHABLE


async def test_a_sequence_number_means_nothing_elsewhere() -> None:
    frame = json.dumps(as_v2(json.loads(post(1)), 7))
    async with (
        JetstreamServer([(7, frame)]).running() as here,
        JetstreamServer([(7, frame)]).running() as elsewhere,
    ):
        adapter = JetstreamAdapter(source(here.url, "subscribeEvents"))
        await take(adapter, 1)
        await take(JetstreamAdapter(source(elsewhere.url, "subscribeEvents")), 1, adapter.cursor())
        assert "cursor" not in elsewhere.asked[0]

"""The whole service as a process, on a real broker, fed by real networks on loopback."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from broker.settings import BrokerSettings
from contracts.dead_letter import Reason as Refusal
from contracts.source_health import Reason, Status
from tests.brokers.services import RunningService
from tests.ingest.configured import configured
from tests.ingest.reading import dead_letters, deletions, eventually, health, posts, states, values
from tests.ingest.servers import HttpServer, JetstreamServer, recorded_frames
from tests.ingest.test_file import line
from tests.ingest.test_jetstream import account, post
from tests.ingest.test_mastodon import STREAM, TIMELINE, no_timeline, streaming, update
from tests.ingest.test_rss import item, rss, tagged

LONG_AGO_S = 1e9
"""Recordings are old; without this their source would rightly be called blind."""

pytestmark = pytest.mark.broker


async def metric(service: RunningService, name: str) -> float:
    return (await asyncio.to_thread(service.metrics)).get(name, 0.0)


async def status_of(service: RunningService, source: str) -> str:
    samples = await asyncio.to_thread(service.metrics)
    shown = [
        status
        for status in Status
        if samples.get(f'seinpost_ingest_source_status{{source="{source}",status="{status}"}}')
    ]
    assert len(shown) == 1
    return shown[0].value


async def until_status(service: RunningService, source: str, status: Status) -> None:
    seen = await eventually(lambda: status_of(service, source), lambda now: now == status.value)
    assert seen == status.value, service.tail()


@pytest.mark.parametrize("wire", ["subscribe", "subscribeEvents"])
async def test_a_recorded_network_cut_and_restarted(
    broker: BrokerSettings, start_service, recorded, tmp_path: Path, wire: str
) -> None:
    lines = recorded("jetstream/recorded_v1.jsonl").read_text().splitlines()
    name = f"bluesky-{wire.lower()}"
    first = sum('"operation":"create","collection":"app.bsky.feed.post"' in each for each in lines[:90])
    # Three connections: cut by the server, ended by a restart of the service, and one to the end.
    server = JetstreamServer(recorded_frames(lines, wire)[:90], cut_after=[40])
    async with server.running():
        source = {"id": name, "kind": "jetstream", "url": server.url, "wire": wire, "max_lag_s": LONG_AGO_S}
        config = configured(tmp_path / "config", source)
        service = await asyncio.to_thread(start_service, "ingest", config)
        await until_status(service, name, Status.LIVE)
        before = await eventually(lambda: posts(broker, name), lambda seen: len(seen) == first)
        assert await asyncio.to_thread(service.stop) == 0
        server.frames = recorded_frames(lines, wire)
        service = await asyncio.to_thread(start_service, "ingest", config)
        arrived = await eventually(lambda: posts(broker, name), lambda seen: len(seen) >= 17)
        await eventually(lambda: deletions(broker, name), bool)
        await asyncio.to_thread(service.stop)
    assert len(before) == first > 5
    arrived = await posts(broker, name)
    assert len(arrived) == len({each.id for each in arrived}) == 17
    assert [each.id for each in await deletions(broker, name)] == ["did:plc:4smmjsqf6l5jkzczvw6vsrqc/3mpt73z3ejc2p"]
    assert await dead_letters(broker, name) == []
    log = service.log.read_text()
    for each in arrived:
        assert each.author not in log
        assert each.id.rpartition("/")[2] not in log


async def test_withdrawn_accounts_and_bad_frames(broker: BrokerSettings, start_service, tmp_path: Path) -> None:
    frames = [post(1), "{kapot", account(2, active=True), account(3, active=False), post(4, text="x" * 20_001), post(5)]
    async with JetstreamServer(list(enumerate(frames))).running() as server:
        config = configured(tmp_path / "config", {"id": "vreemd", "kind": "jetstream", "url": server.url})
        service = await asyncio.to_thread(start_service, "ingest", config)
        arrived = await eventually(lambda: posts(broker, "vreemd"), lambda seen: len(seen) == 2)
        set_aside = await eventually(lambda: dead_letters(broker, "vreemd"), lambda seen: len(seen) == 2)
        counted = await metric(service, 'seinpost_dead_letters_total{reason="too_large",service="ingest"}')
    assert {each.id for each in arrived} == {"did:plc:1/r1", "did:plc:2/r5"}
    assert [each.author for each in await deletions(broker, "vreemd")] == ["did:plc:0"]
    assert [each.reason for each in set_aside] == [Refusal.INVALID_JSON, Refusal.TOO_LARGE]
    assert counted == 1


async def test_records_of_one_author_share_a_partition(broker: BrokerSettings, start_service, tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b"".join(line(number, author=f"a{number % 7}") for number in range(70)))
    config = configured(tmp_path / "config", {"id": "schrijvers", "kind": "file", "path": str(path)})
    service = await asyncio.to_thread(start_service, "ingest", config)
    await until_status(service, "schrijvers", Status.ENDED)
    arrived = await posts(broker, "schrijvers")
    # Read partition by partition: each author's posts stand together, in order.
    runs = [
        each.author for number, each in enumerate(arrived) if not number or arrived[number - 1].author != each.author
    ]
    assert len(arrived) == 70
    for author in {each.author for each in arrived}:
        ids = [int(each.id) for each in arrived if each.author == author]
        assert ids == sorted(ids)
    assert runs


async def test_mastodon_and_a_feed(broker: BrokerSettings, start_service, tmp_path: Path) -> None:
    routes = {
        STREAM: streaming(update(1), update(2, visibility="private"), update(3)),
        TIMELINE: no_timeline,
        "/feed": tagged([rss(item(2), item(1))]),
    }
    async with HttpServer(routes).running() as server:
        config = configured(
            tmp_path / "config",
            {"id": "mastodon-nl", "kind": "mastodon", "url": server.url, "token_secret": "token"},
            {"id": "nieuws", "kind": "rss", "url": f"{server.url}/feed"},
        )
        service = await asyncio.to_thread(start_service, "ingest", config)
        toots = await eventually(lambda: posts(broker, "mastodon-nl"), lambda seen: len(seen) >= 2)
        items = await eventually(lambda: posts(broker, "nieuws"), lambda seen: len(seen) >= 2)
        # The stream ends each time; reconnecting repeats nothing.
        await eventually(
            lambda: metric(service, 'seinpost_ingest_reconnects_total{reason="unreachable",source="mastodon-nl"}'),
            lambda count: count >= 3,
        )
        assert await asyncio.to_thread(service.stop) == 0
        tokens = {request.headers.get("authorization") for request in server.requests if request.url.path == STREAM}
    assert len(toots) == 2
    assert len(items) == 2
    assert len(await posts(broker, "mastodon-nl")) == 2
    assert tokens == {"Bearer correct-horse-battery"}
    assert "correct-horse" not in service.log.read_text()


async def test_push(broker: BrokerSettings, start_service, tmp_path: Path) -> None:
    source = {"id": "leverancier", "kind": "push", "path": "/v1/leverancier", "token_secret": "token"}
    source |= {"max_lag_s": LONG_AGO_S}
    config = configured(tmp_path / "config", source) | {"SEINPOST_INGEST__MAX_PUSH_BYTES": "2000000"}
    service = await asyncio.to_thread(start_service, "ingest", config)
    door = f"{service.url}/v1/leverancier"
    key = {"Authorization": "Bearer correct-horse-battery"}
    body = line(1, author="geheim") + b"{kapot\n\n" + line(2, created_at=5) + line(3, text="\xe9" * 20_001) + line(4)
    async with httpx.AsyncClient(timeout=20, verify=False) as client:
        for wrong in (
            {},
            {"Authorization": "Bearer correct-horse"},
            {"Authorization": "Basic x"},
            {"Authorization": "Bearer é"},
        ):
            assert (
                await client.post(door, content=line(9), headers={k: v.encode() for k, v in wrong.items()})
            ).status_code == 401
        answer = await client.post(door, content=body, headers=key)
        assert answer.status_code == 200
        assert answer.json() == {
            "accepted": 2,
            "duplicates": 0,
            "rejected": 3,
            "errors": [
                {"line": 2, "reason": "invalid_json", "field": None},
                {"line": 4, "reason": "invalid_field", "field": "$.created_at"},
                {"line": 5, "reason": "too_large", "field": "$.text"},
            ],
        }
        assert "geheim" not in answer.text
        # In Kafka by the time of the answer.
        assert [each.id for each in sorted(await posts(broker, "leverancier"), key=lambda each: each.id)] == ["1", "4"]
        again = await client.post(door, content=body, headers=key)
        assert (again.json()["accepted"], again.json()["duplicates"]) == (0, 2)
        assert len(await posts(broker, "leverancier")) == 2
        nothing_good = await client.post(door, content=b"[]\n", headers=key)
        assert nothing_good.status_code == 400
        assert nothing_good.headers["content-type"] == "application/problem+json"
        assert (await client.post(door, content=b"", headers=key)).json()["accepted"] == 0
        assert (await client.post(door, content=b"x" * 2_000_001, headers=key)).status_code == 413

        async def endless() -> Any:
            for _ in range(30):
                yield b"y" * 100_000

        assert (await client.post(door, content=endless(), headers=key)).status_code == 413
        packed = await client.post(door, content=b"x", headers=key | {"Content-Encoding": "gzip"})
        assert packed.status_code == 415
        assert (await client.get(door)).status_code == 405
        many = b"".join(line(number) for number in range(100, 3_100))
        both = await asyncio.gather(*(client.post(door, content=many, headers=key) for _ in range(2)))
        assert [one.status_code for one in both] == [200, 200]
    await until_status(service, "leverancier", Status.LIVE)
    assert {each.id for each in await posts(broker, "leverancier")} == {"1", "4"} | {str(n) for n in range(100, 3_100)}
    assert len(await dead_letters(broker, "leverancier")) >= 4


async def test_a_file_stopped_halfway_goes_on_where_it_was(
    broker: BrokerSettings, start_service, tmp_path: Path
) -> None:
    path = tmp_path / "posts.jsonl"
    # Two seconds of replay: 60 s at 30 times.
    path.write_bytes(b"".join(line(number) for number in range(60)))
    source = {"id": "halverwege", "kind": "file", "path": str(path), "speed": 30, "exercise": "proef"}
    config = configured(tmp_path / "config", source)
    service = await asyncio.to_thread(start_service, "ingest", config)
    await eventually(lambda: posts(broker, "halverwege"), lambda seen: len(seen) > 10)
    assert await asyncio.to_thread(service.stop) == 0
    halfway = await posts(broker, "halverwege")
    assert 10 < len(halfway) < 60
    service = await asyncio.to_thread(start_service, "ingest", config)
    await until_status(service, "halverwege", Status.ENDED)
    arrived = await posts(broker, "halverwege")
    assert sorted(int(each.id) for each in arrived) == list(range(60))
    assert {each.exercise for each in arrived} == {"proef"}
    reports = await health(broker, "halverwege")
    assert [each.status for each in reports if each.status is not Status.LIVE] == [Status.BLIND, Status.ENDED]
    assert reports[-1].at_ms == arrived[-1].created_ms or reports[-1].at_ms == max(each.created_ms for each in arrived)
    assert {each.exercise for each in reports} == {"proef"}
    # Once more: it was read to its end.
    await asyncio.to_thread(service.stop)
    service = await asyncio.to_thread(start_service, "ingest", config)
    await until_status(service, "halverwege", Status.ENDED)
    assert len(await posts(broker, "halverwege")) == 60


async def test_a_source_that_refuses_or_is_away_is_blind(broker: BrokerSettings, start_service, tmp_path: Path) -> None:
    async with JetstreamServer([(1, post(1))], refuse=lambda _: (403, "no")).running() as server:
        config = configured(
            tmp_path / "config",
            {"id": "geweigerd", "kind": "jetstream", "url": server.url, "max_lag_s": LONG_AGO_S},
            {"id": "weg", "kind": "jetstream", "url": "ws://127.0.0.1:9"},
            {"id": "kwijt", "kind": "file", "path": str(tmp_path / "none.jsonl")},
        )
        service = await asyncio.to_thread(start_service, "ingest", config)
        for source, reason in (
            ("geweigerd", Reason.REFUSED),
            ("weg", Reason.UNREACHABLE),
            ("kwijt", Reason.UNREACHABLE),
        ):
            reports = await eventually(
                lambda source=source: health(broker, source),
                lambda seen, reason=reason: bool(seen) and seen[-1].reason is reason,
            )
            assert (reports[-1].status, reports[-1].reason) == (Status.BLIND, reason)
            assert await status_of(service, source) == "blind"
        server.refuse = lambda _: None
        await until_status(service, "geweigerd", Status.LIVE)
        assert await asyncio.to_thread(service.stop) == 0
        last = (await health(broker, "geweigerd"))[-1]
        assert (last.status, last.reason) == (Status.BLIND, Reason.STOPPED)


async def test_the_cursor_is_saved_while_running(broker: BrokerSettings, start_service, tmp_path: Path) -> None:
    async with JetstreamServer([(1, post(1))]).running() as server:
        config = configured(tmp_path / "config", {"id": "bewaard", "kind": "jetstream", "url": server.url})
        service = await asyncio.to_thread(start_service, "ingest", config)
        saved = await eventually(lambda: states(broker, "bewaard"), bool)
        assert json.loads(saved[-1].cursor or "")["at"] == json.loads(post(1))["time_us"]
        assert "did:plc" not in (saved[-1].cursor or "")
        await asyncio.to_thread(service.stop)


@pytest.fixture
def taken_port() -> Any:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.embedded
async def test_it_says_in_one_line_why_it_cannot_start(start_service, tmp_path: Path, taken_port: int) -> None:
    push = {"id": "p", "kind": "push", "path": "/v1/p", "token_secret": "none"}
    double = {"id": "dubbel", "kind": "file", "path": "x"}
    cases = [
        (
            configured(tmp_path / "a", {"id": "bsky", "kind": "jetstream", "url": "ws://x", "wier": 1}),
            "sources.yaml:1: sources.0.wier",
        ),
        (configured(tmp_path / "b", push | {"id": "push"}), "the secret none cannot be read"),
        (configured(tmp_path / "c", double, double), "dubbel"),
        (configured(tmp_path / "d") | {"SEINPOST_PORT": str(taken_port)}, "cannot be listened on"),
        (
            configured(tmp_path / "e") | {"SEINPOST_INGEST__HEARTBEATS": "3"},
            "did you mean SEINPOST_INGEST__HEARTBEAT_S?",
        ),
        (configured(tmp_path / "f") | {"SEINPOST_CONFIG": str(tmp_path / "nowhere")}, "this file is missing"),
        (
            configured(tmp_path / "g") | {"SEINPOST_BROKER__BOOTSTRAP_SERVERS": "127.0.0.1:9"},
            "no usable Kafka at 127.0.0.1:9",
        ),
    ]
    services = [start_service("ingest", environment, wait_ready=False) for environment, _ in cases]
    for service in services:
        assert await asyncio.to_thread(service.process.wait, 60) == 2
    # All write to one log.
    lines = [each for each in services[0].log.read_text().splitlines() if each.startswith("ingest cannot start: ")]
    assert len(lines) == len(cases)
    for _, said in cases:
        assert sum(said in each for each in lines) == 1, said


async def test_no_source_at_all_is_allowed(broker: BrokerSettings, start_service, tmp_path: Path) -> None:
    service = await asyncio.to_thread(start_service, "ingest", configured(tmp_path / "config"))
    assert await asyncio.to_thread(service.stop) == 0
    assert await values(broker, "alerts") == []

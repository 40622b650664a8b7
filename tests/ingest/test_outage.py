"""Kafka goes away while ingest runs, and comes back, or does not."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx
import pytest

from broker.embedded import embedded_broker, free_port
from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from contracts.source_health import Status
from tests.brokers.services import RunningService, run_service
from tests.ingest.configured import configured
from tests.ingest.reading import eventually, posts
from tests.ingest.test_file import line
from tests.ingest.test_service import metric, until_status

pytestmark = pytest.mark.broker


def replay(directory: Path, source: str) -> dict[str, str]:
    """Sixty posts in three seconds."""
    path = directory / "posts.jsonl"
    path.write_bytes(b"".join(line(number) for number in range(60)))
    return configured(directory / "config", {"id": source, "kind": "file", "path": str(path), "speed": 20})


async def test_posts_wait_for_a_broker_that_restarts(tmp_path: Path) -> None:
    port = free_port()
    broker = BrokerSettings(bootstrap_servers=f"127.0.0.1:{port}")
    with embedded_broker(tmp_path / "broker", port):
        await ensure_topics(broker)
        starting = run_service("ingest", broker, tmp_path / "log", replay(tmp_path, "wachten"))
        service = await asyncio.to_thread(starting.__enter__)
        await eventually(lambda: posts(broker, "wachten"), lambda seen: len(seen) > 5)
    try:
        await asyncio.sleep(0.5)
        with embedded_broker(tmp_path / "broker", port):
            await until_status(service, "wachten", Status.ENDED)
            arrived = await posts(broker, "wachten")
            assert await asyncio.to_thread(service.stop) == 0
    finally:
        await asyncio.to_thread(starting.__exit__, None, None, None)
    assert {int(each.id) for each in arrived} == set(range(60))


async def test_it_stops_in_time_when_the_broker_is_gone_and_loses_nothing(tmp_path: Path) -> None:
    port = free_port()
    broker = BrokerSettings(bootstrap_servers=f"127.0.0.1:{port}")
    environment = replay(tmp_path, "weg")
    with embedded_broker(tmp_path / "broker", port):
        await ensure_topics(broker)
        starting = run_service("ingest", broker, tmp_path / "log", environment)
        service = await asyncio.to_thread(starting.__enter__)
        await eventually(lambda: posts(broker, "weg"), lambda seen: len(seen) > 5)
    try:
        before = await read(service, "weg")
        # Read on, without anybody to acknowledge.
        await eventually(lambda: read(service, "weg"), lambda now: now > before + 5)
        said = await eventually(lambda: readiness(service), lambda answer: answer[0] == 503)
        began_s = time.monotonic()
        code = await asyncio.to_thread(service.stop)
    finally:
        await asyncio.to_thread(starting.__exit__, None, None, None)
    assert said == (503, "Kafka does not acknowledge\n")
    assert code == 1
    assert time.monotonic() - began_s < 10
    with embedded_broker(tmp_path / "broker", port):
        again = run_service("ingest", broker, tmp_path / "log", environment)
        service = await asyncio.to_thread(again.__enter__)
        try:
            await until_status(service, "weg", Status.ENDED)
            arrived = await posts(broker, "weg")
        finally:
            await asyncio.to_thread(again.__exit__, None, None, None)
    assert {int(each.id) for each in arrived} == set(range(60))


async def test_killed_twice_every_post_still_arrives(tmp_path: Path) -> None:
    count = 10_000
    path = tmp_path / "posts.jsonl"
    moments = (f"2012-09-21T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z" for n in range(count))
    path.write_bytes(b"".join(line(n, created_at=moment) for n, moment in enumerate(moments)))
    # Five seconds of replay.
    source = {"id": "gedood", "kind": "file", "path": str(path), "speed": 2_000}
    environment = configured(tmp_path / "config", source) | {"SEINPOST_INGEST__SAVE_CURSOR_S": "0.2"}
    with embedded_broker(tmp_path / "broker") as address:
        broker = BrokerSettings(bootstrap_servers=address)
        await ensure_topics(broker)
        for killed in (True, True, False):
            running = run_service("ingest", broker, tmp_path / "log", environment)
            service = await asyncio.to_thread(running.__enter__)
            try:
                if killed:
                    await eventually(lambda service=service: read(service, "gedood"), lambda now: now > 1_000)
                    await asyncio.to_thread(service.kill)
                else:
                    await until_status(service, "gedood", Status.ENDED)
            finally:
                await asyncio.to_thread(running.__exit__, None, None, None)
        arrived = [int(each.id) for each in await posts(broker, "gedood")]
    assert set(arrived) == set(range(count))
    # Read again was at most what came after the last saved cursor, not the whole file.
    assert len(arrived) < 2 * count


async def readiness(service: RunningService) -> tuple[int, str]:
    answer = await asyncio.to_thread(httpx.get, f"{service.url}/readyz")
    return answer.status_code, answer.text


async def read(service: RunningService, source: str) -> float:
    return await metric(service, f'seinpost_ingest_posts_total{{source="{source}"}}')

"""The short form of `make chaos`: each worker killed once at a seeded random moment; nothing is lost or told twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deploy.chaos.kills import run
from tests.deploy.chaos.stream import towns, write_stream

KILLS = 5
MINUTES = 24


@pytest.mark.broker
@pytest.mark.kafka
@pytest.mark.timeout(900)
def test_kills_lose_nothing(kafka_jars: Path, tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    total = write_stream(posts, KILLS, MINUTES, seed=7)
    slot_s = 8.0
    speed = MINUTES * 60 / (KILLS * slot_s)
    found = run(tmp_path / "run", posts, kills=KILLS, seed=7, speed=speed, with_broker=False, seconds_a_kill=slot_s)
    assert {one.name for one in found.back} == {"notifier", "detector-0", "detector-1", "anonymizer", "ingest"}
    planted, told = towns()[:KILLS], list(found.received.values())
    assert {town: told.count(town) for town in planted} == dict.fromkeys(planted, 1)
    assert set(found.opened) <= set(told), "opened, and nobody was told"
    assert found.posts_read == total
    assert found.waiting == {}, "at rest nothing waits"

"""The short form of `make chaos`: twenty kills at seeded random moments, of each worker and of the broker, without the
undisturbed run beside it; nothing is lost or told twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deploy.chaos.kills import run
from tests.deploy.chaos.stream import towns, write_stream

KILLS = 20
MINUTES = 96
"""Of event time, in which as many calls are planted."""
SECONDS_A_KILL = 7.0
"""Less than a worker needs to be back: often two are down at once."""


@pytest.mark.broker
@pytest.mark.kafka
@pytest.mark.timeout(900)
def test_kills_lose_nothing(kafka_jars: Path, tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    total = write_stream(posts, KILLS, MINUTES, seed=7)
    speed = MINUTES * 60 / (KILLS * SECONDS_A_KILL)
    found = run(
        tmp_path / "run", posts, kills=KILLS, seed=7, speed=speed, with_broker=True, seconds_a_kill=SECONDS_A_KILL
    )
    assert len(found.back) == KILLS
    killed = {one.name for one in found.back}
    assert killed == {"notifier", "detector-0", "detector-1", "anonymizer", "ingest", "broker"}
    assert found.idle <= KILLS // 4, "the stream was over before the kills"
    planted, told = towns()[:KILLS], list(found.received.values())
    assert {town: told.count(town) for town in planted} == dict.fromkeys(planted, 1)
    assert set(found.opened) <= set(told), "opened, and nobody was told"
    assert found.posts_read == total
    assert found.waiting == {}, "at rest nothing waits"

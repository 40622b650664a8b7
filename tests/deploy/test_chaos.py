"""The short form of `make chaos`: twenty kills at seeded random moments, of each worker and of the broker, without the
undisturbed run beside it; nothing is lost or told twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from tests.deploy.chaos.kills import run
from tests.deploy.chaos.stream import towns, write_stream

KILLS = 20
MINUTES = 96
"""Of event time, in which as many calls are planted."""
SECONDS_A_KILL = 7.0
"""Less than a worker needs to be back: often two are down at once."""


def planted_by_quarter(posts: Path) -> list[Counter[int]]:
    """Calls in the file: for each town how many in which quarter of an hour."""
    found: dict[str, Counter[int]] = {}
    for line in posts.read_text().splitlines():
        post = json.loads(line)
        if post["author"].startswith("roep-"):
            minute = int(datetime.fromisoformat(post["created_at"]).timestamp()) // 60
            found.setdefault(post["author"].split("-")[1], Counter())[minute // 15 * 15] += 1
    return list(found.values())


def in_order(counts: Iterable[Mapping[int, int]]) -> list[list[tuple[int, int]]]:
    return sorted(sorted(one.items()) for one in counts)


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
    assert found.posts_doubled == 0, "ingest and anonymizer died together, and copies passed for posts"
    calls = planted_by_quarter(posts)
    watched = [counts for series, counts in found.counts.items() if series.startswith("watch:rellen@")]
    assert in_order(watched) == in_order(calls), "every call is counted once, in its own minutes"
    assert found.counts["phenomenon:rellen"] == dict(sum(calls, Counter()))
    assert found.waiting == {}, "at rest nothing waits"

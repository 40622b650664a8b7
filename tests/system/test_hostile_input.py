"""Bad records in the middle of a partition: each is a counted dead letter, and its neighbours are counted once."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.codec import encode
from contracts.raw_post import RawPost
from contracts.topics import POSTS_ANONYMOUS, POSTS_RAW
from tests.conftest import StartService
from tests.ingest.reading import eventually
from tests.system.chain import configured, start_chain

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

NOW_MS = time.time_ns() // 1_000_000
YEAR_MS = 365 * 86_400_000


def _good(number: int, **changes: object) -> bytes:
    fields = {"id": f"good-{number}", "created_ms": NOW_MS, "text": "rellen in Rotterdam", "author": f"a{number}"}
    return encode(RawPost(source="push", received_ms=NOW_MS, **(fields | changes)))  # type: ignore[arg-type]


HOSTILE = {
    "truncated": (_good(0)[:-7], "invalid_json"),
    "not utf-8": (_good(0, text="caf\u00e9").replace("\u00e9".encode(), b"\xff"), "invalid_utf8"),
    "null bytes": (b"\x00" * 64, "invalid_json"),
    "nested": (b'{"contract":"raw-post.v1","x":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "invalid_json"),
    "unknown version": (_good(0).replace(b"raw-post.v1", b"raw-post.v7"), "unknown_version"),
    "of 1970": (_good(1970, created_ms=0), "too_old"),
    "of 2126": (_good(2126, created_ms=NOW_MS + 100 * YEAR_MS), "too_far_ahead"),
    "twice": (_good(1), "duplicate"),
    "no object": (b"[1]", "invalid_field"),
    "empty": (b"", "invalid_json"),
    "long text": (_good(3, text="x" * 900_000), "too_large"),
}


async def test_the_stream_goes_on_around_every_hostile_record(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path
) -> None:
    chain = start_chain(start_service, broker, tmp_path / "run", configured(tmp_path / "config", []))
    async with AcknowledgedProducer(broker, "test") as producer:
        number = 0
        for payload, _ in HOSTILE.values():
            for _ in range(5):
                number += 1
                await producer.send(POSTS_RAW.name, _good(number), partition=0)
            await producer.send(POSTS_RAW.name, payload, partition=0)
        for _ in range(5):
            number += 1
            await producer.send(POSTS_RAW.name, _good(number), partition=0)
        # A null byte inside a text is no reason to lose the post.
        await producer.send(POSTS_RAW.name, _good(number + 1, text="rellen\x00 in Rotterdam"), partition=0)
        await producer.flush()
    posts = await eventually(chain.anonymous_posts, lambda seen: len(seen) >= number + 1, patience_s=40)
    assert len(posts) == number + 1
    assert Counter(len(post.tokens) > 0 for post in posts) == {True: number + 1}
    letters = await eventually(chain.dead_letters, lambda seen: len(seen) >= len(HOSTILE))
    assert [letter.reason for letter in letters] == [reason for _, reason in HOSTILE.values()]
    assert {letter.topic for letter in letters} == {POSTS_RAW.name}
    counted = chain.services["anonymizer"].metrics()
    for reason, count in Counter(reason for _, reason in HOSTILE.values()).items():
        assert counted[f'seinpost_dead_letters_total{{reason="{reason}",service="anonymizer"}}'] == count

    # The same one hop further: a poisoned batch between good ones.
    async with AcknowledgedProducer(broker, "test") as producer:
        for poison in (b"{", b'{"contract":"anonymous-batch.v9"}', b"\xff", json.dumps({"posts": 1}).encode()):
            await producer.send(POSTS_ANONYMOUS.name, poison, partition=0)
        for extra in range(20):
            await producer.send(POSTS_RAW.name, _good(10_000 + extra), partition=0)
        await producer.flush()
    letters = await eventually(chain.dead_letters, lambda seen: len(seen) >= len(HOSTILE) + 4)
    assert Counter(letter.service for letter in letters) == {"anonymizer": len(HOSTILE), "detector": 4}

    async def counted_posts() -> float:
        return chain.services["detector"].metrics().get("seinpost_detector_posts_total", 0)

    assert await eventually(counted_posts, lambda seen: seen >= number + 21) == number + 21
    # 77 people write of riots in one place at once: the alarm is on, whatever else came along.
    assert await eventually(chain.alerts, lambda seen: len(seen) > 0)

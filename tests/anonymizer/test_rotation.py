"""The daily key in the running service, through its own composition root, on a clock that the test moves.

made 12:00 ──── 03:59 the same key ──── 04:00 the quiet hour: a new key, the earlier one overwritten
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import REGISTRY

from broker.settings import BrokerSettings
from contracts.anonymous_posts import AnonymousPost
from contracts.raw_post import Deletion
from services.anonymizer import __main__ as composition
from services.anonymizer.secret import Secret
from services.anonymizer.settings import AnonymizerSettings, Settings
from tests.anonymizer.test_service import CREATED_MS, raw, send, sent
from tests.brokers.services import REPOSITORY

pytestmark = pytest.mark.broker

PATIENCE_S = 120
ROTATIONS = "seinpost_anonymizer_key_rotations_total"


def at(wall: str) -> int:
    local = datetime.strptime(wall, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("Europe/Amsterdam"))
    return int(local.timestamp() * 1000)


def rotations() -> float:
    return REGISTRY.get_sample_value(ROTATIONS) or 0.0


async def until(holds: Callable[[], bool], told: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, told
        await asyncio.sleep(0.05)


async def posts_of(broker: BrokerSettings, number: int) -> list[AnonymousPost]:
    deadline = time.monotonic() + PATIENCE_S
    while len(found := await sent(broker, "rotation")) < number:
        assert time.monotonic() < deadline, f"{len(found)} of {number} posts left"
        await asyncio.sleep(0.1)
    return found


@asynccontextmanager
async def running(broker: BrokerSettings, words_file: Path) -> AsyncIterator[None]:
    settings = Settings(
        broker=broker, config=REPOSITORY / "config", port=0, anonymizer=AnonymizerSettings(lexicon=words_file)
    )
    stop = asyncio.Event()
    service = asyncio.create_task(composition.main(settings, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(service, PATIENCE_S)


async def test_the_key_of_a_day_ends_at_the_quiet_hour(
    broker: BrokerSettings, words_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = at("2026-11-22 12:00")
    made: list[Secret] = []
    monkeypatch.setattr(composition, "now_ms", lambda: clock)
    # These two would hold for the whole test process.
    monkeypatch.setattr(composition, "forbid_core_dumps", lambda: True)
    monkeypatch.setattr(composition, "settle", lambda: None)
    keep = Secret.__init__
    monkeypatch.setattr(Secret, "__init__", lambda self, made_ms: (made.append(self), keep(self, made_ms))[1])
    withdrawn = Deletion(source="rotation", id="1", author="iemand", deleted_ms=CREATED_MS, received_ms=CREATED_MS)
    async with running(broker, words_file):
        before = rotations()
        await send(broker, [raw("1", source="rotation")])
        (first,) = await posts_of(broker, 1)
        (secret,) = made
        held = bytes(secret._key)

        clock = at("2026-11-23 03:59")
        await send(broker, [raw("2", source="rotation")])
        second = (await posts_of(broker, 2))[-1]
        assert second.author == first.author, "one author has one token for as long as the key lives"
        assert rotations() == before

        clock = at("2026-11-23 04:00")
        await until(lambda: rotations() == before + 1, "the key was not replaced at the quiet hour")
        assert secret.made_ms == clock
        assert held not in bytes(secret._page), "the earlier key is overwritten where it stood"
        # A withdrawal of yesterday's post finds nothing; today's post of the same author has another token.
        # A copy of it is a duplicate still: what posts.raw holds is recalled under the new key.
        await send(broker, [withdrawn, raw("1", source="rotation"), raw("3", source="rotation")])
        third = (await posts_of(broker, 3))[-1]
        assert not third.retract
        assert third.author != first.author
        assert third.tokens == first.tokens
        assert len(await sent(broker, "rotation")) == 3

        clock = at("2026-11-24 04:00")
        await until(lambda: rotations() == before + 2, "nor on the next day")
    assert not any(bytes(secret._page)), "nothing of a key is left after a stop"

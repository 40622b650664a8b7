"""A thousand planted identifiers in posts that raise an alarm; then a byte search over everything left behind."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.codec import encode
from contracts.raw_post import RawPost, key
from contracts.topics import POSTS_RAW
from tests.conftest import StartService
from tests.ingest.reading import eventually
from tests.system.chain import configured, start_chain

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

CANARIES = 1_000
NOW_MS = time.time_ns() // 1_000_000
SHAPES = ("@{}", "www.{}.nl/x", "{}@mail.nl", "#{}", "snap: {}_010", "did:plc:{}", "{}.bsky.social")


def _planted(rng: random.Random) -> tuple[str, str, RawPost]:
    """A word and a number that no list holds, in the text, in the author and in the id of a post that is watched."""
    mark = "zq" + "".join(rng.choice("bcdfghjklmnpqrstvwxz") for _ in range(9))
    digits = f"{rng.randrange(10**11, 10**12)}"
    name = rng.choice(SHAPES).format(mark)
    text = f"Vanavond 20:00 rellen op de Coolsingel in Rotterdam! {name} {digits} neem vuurwerk mee"
    post = RawPost(
        source="push", id=f"{mark}/{digits}", created_ms=NOW_MS, received_ms=NOW_MS, text=text, author=f"did:plc:{mark}"
    )
    return mark, digits, post


async def test_no_planted_identifier_outlives_its_post(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path
) -> None:
    rng = random.Random(17)
    planted = [_planted(rng) for _ in range(CANARIES)]
    chain = start_chain(start_service, broker, tmp_path / "run", configured(tmp_path / "config", []))
    async with AcknowledgedProducer(broker, "test") as producer:
        for number, (_, _, post) in enumerate(planted):
            await producer.send(POSTS_RAW.name, encode(post), key=key(post))
            if number % 20 == 0:
                await producer.send(POSTS_RAW.name, encode(post)[:-4], key=key(post))  # cut short: a dead letter
        await producer.flush()
    posts = await eventually(chain.anonymous_posts, lambda seen: len(seen) >= CANARIES, patience_s=60)
    assert len(posts) == CANARIES
    assert all("rellen" in post.tokens for post in posts)
    alerts = await eventually(chain.alerts, lambda seen: len(seen) > 0, patience_s=60)
    assert alerts, "what raises no alarm proves nothing about alerts"

    async def shown() -> str:
        return chain.console(f"/v1/alerts/{alerts[0].id}").text

    assert "Rotterdam" in await eventually(shown, lambda text: "Rotterdam" in text)
    traces = await chain.traces()
    assert {"notifier.sqlite3", "dead-letters", "alerts", "metrics of detector"} <= traces.keys()
    assert any(name.endswith("-changelog") for name in traces), "the detector's state must be searched too"
    traces |= {path: chain.console(path).content for path in ("/", "/archief", f"/meldingen/{alerts[0].id}")}
    hits = {
        (where, secret)
        for where, trace in traces.items()
        for secret in {secret for mark, digits, _ in planted for secret in (mark, digits)}
        if secret.encode() in trace.lower()
    }
    assert not hits

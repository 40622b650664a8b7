"""A thousand planted identifiers through the running service; then a byte search over everything that came out."""

from __future__ import annotations

import random
from pathlib import Path

import httpx
import pytest

from broker.settings import BrokerSettings
from contracts.anonymous_posts import AnonymousBatch
from contracts.codec import Decoder
from contracts.raw_post import RawRecord
from contracts.topics import DEAD_LETTERS, POSTS_ANONYMOUS
from tests.anonymizer.identifiers import STRUCTURED, full_name
from tests.anonymizer.styles import CARRIERS
from tests.anonymizer.test_service import raw, read_so_far, send, until_read
from tests.brokers.records import read_topic
from tests.brokers.services import run_service

pytestmark = pytest.mark.broker
CANARIES = 1_000


async def test_no_planted_identifier_is_found_anywhere(
    broker: BrokerSettings, words_file: Path, tmp_path: Path
) -> None:
    rng = random.Random(8)
    kinds = [*STRUCTURED.values(), full_name]
    marks, records = set(), []
    for _ in range(CANARIES):
        # A mark that no list holds stands in the text, in the author and in the id.
        mark = "zq" + "".join(rng.choice("bcdfghjklmnpqrstvwxz") for _ in range(9))
        digits = f"{rng.randrange(10**11, 10**12)}"
        marks |= {mark, digits}
        text = rng.choice(CARRIERS).replace("{}", rng.choice(kinds)(rng))
        planted = rng.choice(
            (f"@{mark}", f"www.{mark}.nl", f"{mark}@mail.nl", mark.title(), f"#{mark}", f"snap: {mark}_010")
        )
        records.append(raw(f"{mark}/{digits}", f"{text} {planted} {digits}", source="canary", author=f"did:plc:{mark}"))
    broken: list[RawRecord | bytes] = [
        f'{{"contract":"raw-post.v1","source":"canary","id":"{mark}", "text": '.encode() for mark in sorted(marks)[:50]
    ]
    log = tmp_path / "anonymizer.log"
    with run_service("anonymizer", broker, log, {"SEINPOST_ANONYMIZER__LEXICON": str(words_file)}) as service:
        before = read_so_far(service)
        await send(broker, [*records, *broken])
        await until_read(service, before + len(records) + len(broken))
        async with httpx.AsyncClient(verify=False) as client:
            metrics = (await client.get(f"{service.url}/metrics", timeout=10)).text
        service.stop()
    places = {
        "posts.anonymous": b"".join(record.value for record in await read_topic(broker, POSTS_ANONYMOUS.name)),
        "record keys": b"".join(record.key or b"" for record in await read_topic(broker, POSTS_ANONYMOUS.name)),
        "dead letters": b"".join(record.value for record in await read_topic(broker, DEAD_LETTERS.name)),
        "log": log.read_bytes(),
        "metrics": metrics.encode(),
    }
    hits = [(where, mark) for where, data in places.items() for mark in marks if mark.encode() in data.lower()]
    assert not hits, hits[:10]
    batches = [
        Decoder[AnonymousBatch](AnonymousBatch).decode(record.value)
        for record in await read_topic(broker, POSTS_ANONYMOUS.name)
    ]
    assert sum(post.source == "canary" for batch in batches for post in batch.posts) == CANARIES
    assert places["log"], "an empty log would prove nothing"
    assert len(await read_topic(broker, DEAD_LETTERS.name)) == len(broken)

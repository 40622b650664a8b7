"""The running anonymizer: posts in, micro-batches out, bad input set aside, nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.anonymous_posts import AnonymousBatch, AnonymousPost
from contracts.codec import MAX_RECORD_BYTES, Decoder, encode
from contracts.dead_letter import DeadLetter, Reason
from contracts.raw_post import MAX_TEXT_CHARS, Deletion, RawPost, RawRecord, key
from contracts.topics import DEAD_LETTERS, POSTS_ANONYMOUS, POSTS_RAW
from tests.brokers.records import read_topic
from tests.brokers.services import RunningService, run_service
from tests.compiled import ASKED
from tests.conftest import StartService

pytestmark = pytest.mark.broker

CREATED_MS = 1_700_000_000_000
BATCHES = Decoder[AnonymousBatch](AnonymousBatch)


def raw(id: str, text: str = "rellen in Rotterdam vanavond", **fields: object) -> RawPost:
    values = {"source": "test", "author": "iemand", "created_ms": CREATED_MS, "received_ms": CREATED_MS}
    return RawPost(id=id, text=text, **(values | fields))  # type: ignore[arg-type]


async def send(broker: BrokerSettings, records: list[RawRecord | bytes], partition: int | None = None) -> None:
    async with AcknowledgedProducer(broker, "test") as producer:
        for record in records:
            if isinstance(record, bytes):
                await producer.send(POSTS_RAW.name, record, partition=partition or 0)
            else:
                await producer.send(POSTS_RAW.name, encode(record), key=key(record), partition=partition)
        await producer.flush()


async def until_read(service: RunningService, count: float, patience_s: float = 30) -> None:
    """Waits until the service has read this many records in all and acknowledged what came of them."""
    deadline = time.monotonic() + patience_s
    while read_so_far(service) < count:
        assert time.monotonic() < deadline, f"{read_so_far(service)} of {count} records read:\n{service.tail()}"
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)


def _before_decoding(name: str) -> bool:
    return any(
        f'reason="{reason}"' in name for reason in ("invalid_json", "invalid_utf8", "unknown_version", "too_large")
    )


async def sent(broker: BrokerSettings, source: str) -> list[AnonymousPost]:
    batches = [BATCHES.decode(record.value) for record in await read_topic(broker, POSTS_ANONYMOUS.name)]
    return [post for batch in batches for post in batch.posts if post.source == source]


@pytest.fixture(scope="module")
def anonymizer(
    broker: BrokerSettings, words_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningService]:
    log = tmp_path_factory.mktemp("anonymizer") / "anonymizer.log"
    with run_service("anonymizer", broker, log, {"SEINPOST_ANONYMIZER__LEXICON": str(words_file)}) as service:
        yield service


def read_so_far(service: RunningService) -> float:
    """Records the service has read or set aside since it started."""
    metrics = service.metrics()
    handled = sum(value for name, value in metrics.items() if name.startswith("seinpost_anonymizer_records_total"))
    unread = sum(
        value
        for name, value in metrics.items()
        if name.startswith("seinpost_dead_letters_total") and _before_decoding(name)
    )
    return handled + unread


async def test_a_post_leaves_as_permitted_tokens(broker: BrokerSettings, anonymizer: RunningService) -> None:
    text = "Bel 06-12345678 of kijk op www.voorbeeld.nl, @piet! RELLEN morgen 20:00 in Rotterdam"
    before = read_so_far(anonymizer)
    await send(broker, [raw("1", text, source="one")])
    await until_read(anonymizer, before + 1)
    (post,) = await sent(broker, "one")
    assert post.tokens == ("▢", "of", "▢", "op", "▢", "!", "rellen", "morgen", "20:00", "in", "Rotterdam")
    assert post.minute == CREATED_MS // 60_000
    assert post.author is not None
    assert len(post.author) == 16


async def test_bad_records_are_set_aside_and_their_neighbours_counted_once(
    broker: BrokerSettings, anonymizer: RunningService
) -> None:
    fine = [raw(str(number), source="two") for number in range(8)]
    future = CREATED_MS + 3_600_000
    bad: list[RawRecord | bytes] = [
        b'{"contract":"raw-post.v1","source":"two","id',
        b'{"contract":"raw-post.v1","source":"two","id":"\xff\xfe","text":""}',
        encode(raw("9", source="two")).replace(b"raw-post.v1", b"raw-post.v9"),
        b'{"contract":"raw-post.v1","source":"two"}',
        b"[" * 10_000,
        b"\x00" * 50,
        raw("10", "x" * 20_001, source="two"),
        raw("11", source="two", created_ms=0, received_ms=0),
        raw("12", source="two", created_ms=future),
        raw("13", source="two", created_ms=4_922_000_000_000, received_ms=4_922_000_000_000),
        raw("0", source="two"),
        raw("14", source="Jaap de Vries"),
    ]
    records: list[RawRecord | bytes] = [*fine[:4], *bad, *fine[4:]]
    letters_before = len(await read_topic(broker, DEAD_LETTERS.name))
    before = read_so_far(anonymizer)
    await send(broker, records, partition=1)
    await until_read(anonymizer, before + len(records) - 2)  # a wrong field is counted as neither: two of them
    posts = await sent(broker, "two")
    assert len(posts) == len(fine)
    assert len({post.post for post in posts}) == len(fine)
    assert [post.offset for post in posts] == sorted(post.offset for post in posts)
    letters = [
        Decoder[DeadLetter](DeadLetter).decode(record.value)
        for record in (await read_topic(broker, DEAD_LETTERS.name))[letters_before:]
    ]
    assert [letter.reason for letter in letters] == [
        Reason.INVALID_JSON,
        Reason.INVALID_UTF8,
        Reason.UNKNOWN_VERSION,
        Reason.INVALID_FIELD,
        Reason.INVALID_FIELD,
        Reason.INVALID_JSON,
        Reason.TOO_LARGE,
        Reason.TOO_OLD,
        Reason.TOO_FAR_AHEAD,
        Reason.TOO_FAR_AHEAD,
        Reason.DUPLICATE,
        Reason.INVALID_FIELD,
    ]
    assert {(letter.topic, letter.partition) for letter in letters} == {(POSTS_RAW.name, 1)}


async def test_a_deletion_takes_back_what_was_counted(broker: BrokerSettings, anonymizer: RunningService) -> None:
    posts: list[RawRecord | bytes] = [raw(str(number), source="three") for number in range(3)]
    times = {"deleted_ms": CREATED_MS + 1, "received_ms": CREATED_MS + 1}
    before = read_so_far(anonymizer)
    await send(
        broker,
        [
            *posts,
            raw("0", "rellen in Utrecht", source="three", edit=True),
            Deletion(source="three", id="1", author="iemand", **times),
            Deletion(source="three", id="1", author="iemand", **times),
            Deletion(source="three", author="iemand", **times),
        ],
        partition=2,
    )
    await until_read(anonymizer, before + 7)
    balance: dict[tuple[str, ...], int] = {}
    found = await sent(broker, "three")
    for post in found:
        balance[post.tokens] = balance.get(post.tokens, 0) + (-1 if post.retract else 1)
    assert len(found) == 3 + 2 + 1 + 2
    assert set(balance.values()) == {0}


async def test_small_batches_do_not_tell_when_they_were_sent(
    broker: BrokerSettings, anonymizer: RunningService
) -> None:
    before = read_so_far(anonymizer)
    await send(broker, [raw(str(number), source="few") for number in range(9)], partition=3)
    await until_read(anonymizer, before + 9)
    before = read_so_far(anonymizer)
    await send(broker, [raw(str(number), source="many") for number in range(700)], partition=3)
    await until_read(anonymizer, before + 700)
    for record in await read_topic(broker, POSTS_ANONYMOUS.name):
        batch = BATCHES.decode(record.value)
        assert record.timestamp % 60_000 == 0
        assert len(batch.posts) <= 500
        assert (batch.sent_ms is None) == (len(batch.posts) < 10)
        assert (batch.oldest_age_ms is None) == (batch.sent_ms is None)


async def test_no_record_is_larger_than_kafka_takes(broker: BrokerSettings, anonymizer: RunningService) -> None:
    """The longest posts there are, as many as a record may hold of short ones, and then their author is gone."""
    words = "nh ! " * (MAX_TEXT_CHARS // 5)  # leaves as *Noord-Holland*
    before = read_so_far(anonymizer)
    await send(broker, [raw(str(number), source="long", text=words) for number in range(600)], partition=2)
    await until_read(anonymizer, before + 600, patience_s=60)
    await send(
        broker, [Deletion(source="long", author="iemand", deleted_ms=CREATED_MS, received_ms=CREATED_MS)], partition=2
    )
    await until_read(anonymizer, before + 601)
    found = await sent(broker, "long")
    records = await read_topic(broker, POSTS_ANONYMOUS.name)
    assert len([post for post in found if not post.retract]) == 600
    assert max(len(record.value) for record in records) < MAX_RECORD_BYTES
    taken = [post.offset for post in found if post.retract]
    assert 5 < len(taken) < 600  # as many as one record holds
    evicted = "seinpost_anonymizer_remembered_evicted_total"
    deadline = time.monotonic() + 15
    while anonymizer.metrics()[evicted] != 600 - len(taken):
        assert time.monotonic() < deadline, f"{anonymizer.metrics()[evicted]} evicted, {len(taken)} counted back"
        await asyncio.sleep(0.2)


def test_it_says_whether_it_runs_compiled(anonymizer: RunningService) -> None:
    assert anonymizer.metrics()["seinpost_anonymizer_compiled"] == ASKED


def test_it_stops_cleanly(anonymizer: RunningService) -> None:
    assert anonymizer.stop() == 0
    assert json.loads(anonymizer.tail().splitlines()[-1])["event"] == "stopped"


def test_a_missing_word_list_is_one_readable_line(start_service: StartService, tmp_path: Path) -> None:
    service = start_service("anonymizer", {"SEINPOST_ANONYMIZER__LEXICON": str(tmp_path / "none.gz")}, wait_ready=False)
    assert service.process.wait(20) == 2
    assert "build it with: python -m lexicon" in service.tail().splitlines()[-1]

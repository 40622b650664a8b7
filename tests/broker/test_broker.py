"""What every service builds on, against a real broker."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from broker.consumer import BatchConsumer
from broker.dead_letters import DEAD_LETTERS_TOTAL, DeadLetters
from broker.embedded import free_port
from broker.producer import BATCH_BYTES, AcknowledgedProducer
from broker.settings import BrokerSettings
from broker.topics import BrokerUnreachable, ensure_topics
from contracts.codec import Decoder, Malformed
from contracts.dead_letter import DeadLetter, Reason
from contracts.topics import DEAD_LETTERS, POSTS_RAW, SERIES_DELTAS, TOPICS
from tests.brokers.records import read_topic

pytestmark = pytest.mark.broker


async def test_all_topics_exist_with_their_partitions(broker: BrokerSettings) -> None:
    await ensure_topics(broker)  # a second time: already existing topics are no error
    async with AcknowledgedProducer(broker, "test") as producer:
        for topic in TOPICS:
            assert await producer.partitions(topic.name) == topic.partitions


async def test_ten_services_may_create_topics_at_once(broker: BrokerSettings) -> None:
    await asyncio.gather(*(ensure_topics(broker) for _ in range(10)))


async def test_what_is_not_committed_is_read_again(broker: BrokerSettings) -> None:
    group = f"test-{uuid.uuid4()}"
    async with AcknowledgedProducer(broker, "test") as producer:
        for number in range(10):
            await producer.send(POSTS_RAW.name, str(number).encode(), partition=0)
        await producer.flush()

    async def read(*, commit: int | None) -> list[bytes]:
        values: list[bytes] = []
        async with BatchConsumer(broker, topics=[POSTS_RAW.name], group=group, client_id="test") as consumer:
            async with asyncio.timeout(30):
                while not values:
                    for records in (await consumer.batch(max_records=100, timeout_ms=200)).values():
                        values += [record.value for record in records]
            if commit is not None:
                assert await consumer.commit({TopicPartition(POSTS_RAW.name, 0): commit})
        return values

    assert (await read(commit=4))[:10] == [str(number).encode() for number in range(10)]
    assert await read(commit=None) == [str(number).encode() for number in range(4, 10)]
    assert await read(commit=None) == [str(number).encode() for number in range(4, 10)]


async def test_what_was_committed_before_is_read_again_and_told_apart(broker: BrokerSettings) -> None:
    group, zero = f"test-{uuid.uuid4()}", TopicPartition(SERIES_DELTAS.name, 0)
    async with AcknowledgedProducer(broker, "test") as producer:
        for number in range(10):
            await producer.send(SERIES_DELTAS.name, str(number).encode(), partition=0)
        await producer.flush()

    async def read(consumer: BatchConsumer, last: int) -> list[int]:
        """Offsets until the last, those that were committed before as negative numbers."""
        offsets: list[int] = []
        async with asyncio.timeout(30):
            while not offsets or abs(offsets[-1]) < last:
                await consumer.rewind()
                for partition, records in (await consumer.batch(max_records=100, timeout_ms=200)).items():
                    new = consumer.new_from(partition)
                    offsets += [record.offset if record.offset >= new else -record.offset for record in records]
        return offsets

    def reader() -> BatchConsumer:
        return BatchConsumer(broker, topics=[SERIES_DELTAS.name], group=group, client_id="test", look_back=3)

    async with reader() as consumer:
        assert await read(consumer, 9) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "never committed: all is new"
        assert await consumer.commit({zero: 6})
    async with reader() as consumer:
        assert await read(consumer, 9) == [-3, -4, -5, 6, 7, 8, 9]
        await consumer.rewind(everything=True)
        assert await read(consumer, 9) == [-3, -4, -5, 6, 7, 8, 9], "read is not done"
        assert await consumer.commit({zero: 10})
        assert await consumer.lag() == {TopicPartition(SERIES_DELTAS.name, one): 0 for one in range(4)}
        await consumer.rewind(everything=True)
        assert await read(consumer, 9) == [-7, -8, -9]


async def test_many_at_once_are_sent_in_their_order(broker: BrokerSettings) -> None:
    records: list[tuple[bytes, bytes | None]] = [(f"{at}".encode(), bytes([at % 256]) * 1_000) for at in range(600)]
    records += [(b"7", None), (b"large", b"x" * 2 * BATCH_BYTES), (b"last", b"")]
    async with AcknowledgedProducer(broker, "test") as producer:
        await producer.send(POSTS_RAW.name, b"", key=b"before", partition=1)
        await producer.send_all(POSTS_RAW.name, records, partition=1)
        await producer.send_all(POSTS_RAW.name, [], partition=1)
        await producer.send(POSTS_RAW.name, b"", key=b"after", partition=1)
        await producer.flush()
        assert producer.waiting_s == 0
    found = [(record.key, record.value) for record in await read_topic(broker, POSTS_RAW.name) if record.partition == 1]
    assert found[-len(records) - 2 :] == [(b"before", b""), *records, (b"after", b"")]


async def test_a_record_that_waits_is_sent_though_another_topic_is_made_meanwhile(broker: BrokerSettings) -> None:
    """As when a detector starts: its changelogs are made while its first alerts wait to be sent together."""
    made = f"made-{uuid.uuid4()}"
    admin = AIOKafkaAdminClient(**broker.client())
    await admin.start()
    try:
        async with AcknowledgedProducer(broker, "test", linger_ms=2_000) as producer:
            await producer.send(POSTS_RAW.name, b"waits", key=b"waits")
            await admin.create_topics([NewTopic(made, num_partitions=1, replication_factor=1)])
            await producer.send(made, b"later", key=b"later")
            async with asyncio.timeout(20):
                await producer.flush()
    finally:
        await admin.close()


async def test_a_dead_letter_tells_where_and_why_but_not_what(broker: BrokerSettings) -> None:
    before = DEAD_LETTERS_TOTAL.labels("test", "invalid_json")._value.get()
    async with AcknowledgedProducer(broker, "test") as producer:
        letters = DeadLetters(producer, "test")
        for _ in range(2):
            await letters.put(b'{"author": "@piet', Malformed(Reason.INVALID_JSON), topic="x", partition=3, offset=7)
        await producer.flush()
    assert DEAD_LETTERS_TOTAL.labels("test", "invalid_json")._value.get() == before + 2
    values = [record.value for record in await read_topic(broker, DEAD_LETTERS.name)]
    first, second = (Decoder[DeadLetter](DeadLetter).decode(value) for value in values)
    assert (first.topic, first.partition, first.offset, first.reason) == ("x", 3, 7, Reason.INVALID_JSON)
    assert first.digest == second.digest, "equal input must be recognisable"
    assert b"piet" not in b"".join(values)


async def test_no_broker_is_one_readable_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broker.topics.BROKER_PATIENCE_S", 0.5)
    with pytest.raises(BrokerUnreachable, match=r"no usable Kafka at 127.0.0.1:"):
        await ensure_topics(BrokerSettings(bootstrap_servers=f"127.0.0.1:{free_port()}"))

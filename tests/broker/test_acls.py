"""Only the anonymizer reads posts as written: proven on Apache Kafka with users and access rules."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import TopicAuthorizationFailedError

from broker.acls import acls, consumer_group
from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from contracts.topics import POSTS_RAW, TOPICS, Service, Topic
from tests.brokers.apache_kafka import apache_kafka, grant

DENIED_AFTER_MS = 8_000
"""A client asks again for rights it lacks until this patience is over."""
PASSWORDS = {name: f"{name}-secret" for name in ("admin", *Service)}


def _user(address: str, name: str) -> BrokerSettings:
    return BrokerSettings(
        bootstrap_servers=address,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="PLAIN",
        sasl_username=name,
        sasl_password=PASSWORDS[name],
    )


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory: Path = tmp_path_factory.mktemp("guarded")
    with apache_kafka(directory, PASSWORDS) as address:
        asyncio.run(ensure_topics(_user(address, "admin")))
        rules = [acl for service in Service for acl in acls(service)]
        asyncio.run(grant(_user(address, "admin").client(), rules))
        asyncio.run(_write(_user(address, "ingest"), POSTS_RAW))
        yield address


async def _write(settings: BrokerSettings, topic: Topic) -> None:
    producer = AIOKafkaProducer(**settings.client(), enable_idempotence=True, request_timeout_ms=DENIED_AFTER_MS)
    await producer.start()
    try:
        await producer.send_and_wait(topic.name, b"{}", key=b"k")
    finally:
        await producer.stop()


async def _read(settings: BrokerSettings, topic: Topic, group: str) -> None:
    consumer = AIOKafkaConsumer(
        **settings.client(), group_id=group, enable_auto_commit=False, request_timeout_ms=DENIED_AFTER_MS
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic.name, 0)])
        await consumer.seek_to_beginning()
        await consumer.getmany(timeout_ms=500)
        await consumer.commit({TopicPartition(topic.name, 0): 0})
    finally:
        await consumer.stop()


@pytest.mark.broker
@pytest.mark.kafka
async def test_posts_as_written_are_denied_to_all_but_the_anonymizer(guarded: str) -> None:
    """All at once: a client waits for the rights it lacks until its patience is over."""

    async def denied(service: Service) -> None:
        with pytest.raises(TopicAuthorizationFailedError):
            await _read(_user(guarded, service), POSTS_RAW, consumer_group(service))

    await asyncio.gather(*(denied(service) for service in Service if service is not Service.ANONYMIZER))


@pytest.mark.broker
@pytest.mark.kafka
async def test_a_service_sees_its_own_topics_and_may_do_its_own_part(guarded: str) -> None:
    """The whole matrix, all services at once: a client that may not write is told so only after it asked for long."""
    await asyncio.gather(*(_matrix(guarded, service) for service in Service))


async def _matrix(guarded: str, service: Service) -> None:
    settings = _user(guarded, service)
    admin = AIOKafkaAdminClient(**settings.client())
    await admin.start()
    try:
        visible = set(await admin.list_topics())
    finally:
        await admin.close()
    own = [topic for topic in TOPICS if service in topic.writers | topic.readers]
    assert {topic.name for topic in TOPICS} & visible == {topic.name for topic in own}
    group = consumer_group(service)
    permitted = {("read", topic.name): service in topic.readers for topic in TOPICS}
    permitted |= {("write", topic.name): service in topic.writers for topic in TOPICS}
    reads = [_allowed(_read(settings, topic, group)) for topic in TOPICS]
    writes = [_allowed(_write(settings, topic)) for topic in TOPICS]
    done = dict(zip(permitted, await asyncio.gather(*reads, *writes), strict=True))
    assert done == permitted, service


async def _allowed(attempt: Coroutine[Any, Any, None]) -> bool:
    try:
        async with asyncio.timeout(60):
            await attempt
    except TopicAuthorizationFailedError:
        return False
    return True


def test_the_rules_name_only_the_topics_of_a_service() -> None:
    readable = {acl.name for acl in acls(Service.DETECTOR) if acl.resource == "topic" and acl.operation == "Read"}
    own = {"posts.anonymous", "series.deltas", "signals", "source.health", "exercises.removed"}
    assert readable == own | {"seinpost-detector"}

"""Makes the topics of `contracts.topics` exist."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from broker.settings import BrokerSettings
from contracts.topics import TOPICS, Topic

BROKER_PATIENCE_S = 20.0
"""A broker that is not there after this long is reported, not waited for: the orchestrator restarts us."""


class BrokerUnreachable(Exception):
    """Kafka did not answer within `BROKER_PATIENCE_S`, or refused us. One line, for a person."""


def partitions_of(topic: Topic, settings: BrokerSettings) -> int:
    """Topics that spread by author or series get the configured number; the others are single by design."""
    return topic.partitions if topic.partitions == 1 else settings.partitions


async def ensure_topics(settings: BrokerSettings, topics: Iterable[Topic] = TOPICS) -> None:
    """Create the topics that are missing. Several services may do so at once: 'already exists' is success.

    Raises `BrokerUnreachable`.
    """
    wanted = {topic.name: topic for topic in topics}
    try:
        async with asyncio.timeout(BROKER_PATIENCE_S):
            admin = await _connected(settings)
            try:
                present = set(await admin.list_topics())
                for name in wanted.keys() - present if settings.create_topics else ():
                    await _create(admin, wanted[name], settings)
            finally:
                await admin.close()
    except (TimeoutError, KafkaError, OSError) as error:
        raise BrokerUnreachable(
            f"no usable Kafka at {settings.bootstrap_servers} ({type(error).__name__}); "
            "set SEINPOST_BROKER__BOOTSTRAP_SERVERS and check that it runs"
        ) from error


async def _connected(settings: BrokerSettings) -> AIOKafkaAdminClient:
    while True:
        admin = AIOKafkaAdminClient(**settings.client(), request_timeout_ms=5_000)
        try:
            await admin.start()
        except KafkaError:
            await admin.close()
            await asyncio.sleep(0.5)
        else:
            return admin


async def _create(admin: AIOKafkaAdminClient, topic: Topic, settings: BrokerSettings) -> None:
    with contextlib.suppress(TopicAlreadyExistsError):  # another service was first
        await admin.create_topics(
            [
                NewTopic(
                    topic.name,
                    partitions_of(topic, settings),
                    settings.replication_factor,
                    topic_configs=topic.settings(),
                )
            ]
        )

"""Reads a topic from its first to its last record, as an auditor would."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from broker.settings import BrokerSettings


async def read_topic(broker: BrokerSettings, topic: str) -> list[ConsumerRecord]:
    """All records that are in the topic now; offset order within a partition."""
    consumer = AIOKafkaConsumer(**broker.client(), auto_offset_reset="earliest", group_id=None, fetch_max_wait_ms=50)
    await consumer.start()
    try:
        await consumer._client.force_metadata_update()
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        records: list[ConsumerRecord] = []
        for partition in partitions:
            consumer.assign([partition])
            await consumer.seek_to_beginning(partition)
            while await consumer.position(partition) < ends[partition]:
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    records += batch
        return records
    finally:
        await consumer.stop()


async def last_values(broker: BrokerSettings, topic: str) -> dict[str, bytes | None]:
    """By key, as compaction leaves it; None: deleted."""
    return {record.key.decode(): record.value for record in await read_topic(broker, topic)}

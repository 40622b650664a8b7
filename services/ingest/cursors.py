"""Where each source resumes: the last value of its key in `sources.state`."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, TopicPartition

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.codec import Decoder, Malformed, encode
from contracts.source_state import SourceState, key
from contracts.topics import SOURCES_STATE
from services.ingest.source import clock_ms

_decoder: Decoder[SourceState] = Decoder(SourceState)


async def read_cursors(settings: BrokerSettings) -> dict[str, str]:
    """Cursor by source id, from the topic read to its end. A value we cannot read is as if it were not there."""
    consumer = AIOKafkaConsumer(
        **settings.client(), client_id="ingest", enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(SOURCES_STATE.name, 0)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        cursors: dict[str, str] = {}
        for partition, end in ends.items():
            while await consumer.position(partition) < end:
                records = await consumer.getmany(partition, timeout_ms=500)
                for record in records.get(partition, []):
                    _take(record.value, cursors)
        return cursors
    finally:
        await consumer.stop()


def _take(value: bytes | None, cursors: dict[str, str]) -> None:
    try:
        state = _decoder.decode(value)
    except Malformed:
        return
    if state.cursor is None:
        cursors.pop(state.source, None)
    else:
        cursors[state.source] = state.cursor


async def write_cursor(producer: AcknowledgedProducer, source: str, cursor: str) -> None:
    """Queue a cursor. Everything it covers must have been flushed before."""
    state = SourceState(source=source, cursor=cursor, at_ms=clock_ms())
    await producer.send(SOURCES_STATE.name, encode(state), key=key(state))

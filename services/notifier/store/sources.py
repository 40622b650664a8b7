"""The last word of every source on itself."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.codec import Decoder, encode
from contracts.source_health import SourceHealth
from services.notifier.store import events
from services.notifier.store.tables import sources
from services.notifier.store.upsert import upsert

_decoder: Decoder[SourceHealth] = Decoder(SourceHealth)


async def store(connection: AsyncConnection, health: SourceHealth, now_ms: int) -> None:
    before = (await connection.execute(select(sources.c.record).where(sources.c.source == health.source))).scalar()
    row = {"source": health.source, "record": encode(health), "stored_ms": now_ms}
    await upsert(connection, sources, row, key="source")
    # A source repeats itself while nothing changes; the live stream carries changes only.
    if before is None or (known := _decoder.decode(before)).status != health.status or known.reason != health.reason:
        data = {"source": health.source, "status": health.status.value, "reason": health.reason.value}
        await events.append(connection, events.Kind.SOURCE, health.source, data, now_ms, region=events.FOR_ALL)


async def reports(connection: AsyncConnection) -> list[tuple[SourceHealth, int]]:
    """With the moment at which each was stored. What of it can be believed: `services.notifier.sight`."""
    rows = await connection.execute(select(sources.c.record, sources.c.stored_ms).order_by(sources.c.source))
    return [(_decoder.decode(record), stored_ms) for record, stored_ms in rows]

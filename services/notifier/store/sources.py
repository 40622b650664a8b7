"""The last word of every source on itself, and what the stages behind them said."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.codec import Decoder, encode
from contracts.source_health import SourceHealth
from contracts.stage_health import Stage, StageHealth
from services.notifier import stages
from services.notifier.store import events
from services.notifier.store.tables import sources
from services.notifier.store.upsert import upsert

_decoder: Decoder[SourceHealth] = Decoder(SourceHealth)
_heard: Decoder[stages.Heard] = Decoder(stages.Heard)


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
    rows = await connection.execute(
        select(sources.c.record, sources.c.stored_ms)
        .where(sources.c.source.not_like(f"{stages.PREFIX}%"))
        .order_by(sources.c.source)
    )
    return [(_decoder.decode(record), stored_ms) for record, stored_ms in rows]


async def store_stage(connection: AsyncConnection, report: StageHealth, now_ms: int) -> None:
    """That something changed is told by `services.notifier.lookout`: silence is no report."""
    before = (await heard(connection)).get(report.stage)
    record = encode(stages.hear(before, report, now_ms))
    row = {"source": stages.name(report.stage), "record": record, "stored_ms": now_ms}
    await upsert(connection, sources, row, key="source")


async def heard(connection: AsyncConnection) -> dict[Stage, stages.Heard]:
    """What of it can be believed: `services.notifier.stages`."""
    named = {stages.name(stage): stage for stage in Stage}
    rows = await connection.execute(select(sources.c.source, sources.c.record).where(sources.c.source.in_(list(named))))
    return {named[source]: _heard.decode(record) for source, record in rows}

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


async def store_stage(connection: AsyncConnection, report: StageHealth, now_ms: int) -> None:
    """That something changed is told by `services.notifier.lookout`: silence is no report."""
    name = stages.name(report.stage)
    known = (await connection.execute(select(sources.c.record).where(sources.c.source == name))).scalar()
    record = encode(stages.hear(_heard.decode(known) if known is not None else None, report, now_ms))
    await upsert(connection, sources, {"source": name, "record": record, "stored_ms": now_ms}, key="source")


async def told(connection: AsyncConnection) -> tuple[list[tuple[SourceHealth, int]], dict[Stage, stages.Heard]]:
    """Of sources their last report with the moment at which it was stored, and all that was said of stages. What of it
    can be believed: `services.notifier.sight` and `services.notifier.stages`."""
    named = {stages.name(stage): stage for stage in Stage}
    reports, heard = [], {}
    rows = await connection.execute(
        select(sources.c.source, sources.c.record, sources.c.stored_ms).order_by(sources.c.source)
    )
    for source, record, stored_ms in rows:
        if source in named:
            heard[named[source]] = _heard.decode(record)
        elif not source.startswith(stages.PREFIX):
            reports.append((_decoder.decode(record), stored_ms))
    return reports, heard

"""The last word of every service on each of its own matters."""

from __future__ import annotations

import time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.codec import Decoder, encode
from contracts.notice import FORGOTTEN_MS, About, Notice, key
from services.notifier.store import events
from services.notifier.store.tables import notices
from services.notifier.store.upsert import upsert

_decoder: Decoder[Notice] = Decoder(Notice)


async def store(connection: AsyncConnection, notice: Notice, now_ms: int) -> None:
    matter = key(notice).decode()
    before = (await connection.execute(select(notices.c.record).where(notices.c.matter == matter))).scalar()
    known = _decoder.decode(before) if before is not None else None
    shown = (known.active, known.places) if known is not None else (False, ())
    row = {"matter": matter, "record": encode(notice), "stored_ms": now_ms}
    await upsert(connection, notices, row, key="matter")
    if shown != (notice.active, notice.places):
        data = {"service": notice.service, "about": notice.about.value, "active": notice.active}
        await events.append(connection, events.Kind.NOTICE, matter, data, now_ms, region=events.FOR_ALL)


async def active(connection: AsyncConnection, now_ms: int | None = None) -> list[Notice]:
    """What is the matter at each service. What several replicas say of one matter stands once: the gravest of it.
    ``now_ms``: the clock on the wall unless told otherwise."""
    now = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    rows = await connection.execute(select(notices.c.record).order_by(notices.c.matter))
    gravest: dict[tuple[str, About], Notice] = {}
    for (record,) in rows:
        notice = _decoder.decode(record)
        gone = notice.replica and notice.at_ms < now - FORGOTTEN_MS
        if notice.active and not gone:
            before = gravest.setdefault((notice.service, notice.about), notice)
            if notice.count > before.count:
                gravest[notice.service, notice.about] = notice
    return list(gravest.values())

"""The last word of every service on each of its own matters."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.codec import Decoder, encode
from contracts.notice import Notice, key
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
    await connection.execute(upsert(connection, notices, row, key="matter"))
    if shown != (notice.active, notice.places):
        data = {"service": notice.service, "about": notice.about.value, "active": notice.active}
        await events.append(connection, events.Kind.NOTICE, matter, data, now_ms, region=events.FOR_ALL)


async def active(connection: AsyncConnection) -> list[Notice]:
    rows = await connection.execute(select(notices.c.record).order_by(notices.c.matter))
    found = [_decoder.decode(record) for (record,) in rows]
    return [notice for notice in found if notice.active]

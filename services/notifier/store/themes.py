"""Blocks of themes as they came, and which of them may still be held."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from configuration.mandates import Cover
from contracts.codec import Decoder, encode
from contracts.theme import ThemeBlock, key
from services.notifier.access.reach import Reach
from services.notifier.store.covered import lost
from services.notifier.store.tables import themes
from services.notifier.store.upsert import upsert

_decoder: Decoder[ThemeBlock] = Decoder(ThemeBlock)


async def put(connection: AsyncConnection, block: ThemeBlock, now_ms: int) -> None:
    """The same block told again replaces itself."""
    row = {
        "id": f"{key(block).decode()}/{block.start}",
        "theme": block.theme,
        "region": block.region,
        "start": block.start,
        "end": block.end,
        "record": encode(block),
        "stored_ms": now_ms,
    }
    await upsert(connection, themes, row, key="id")


async def blocks(
    connection: AsyncConnection, reach: Reach, *, region: str | None, start: int, end: int
) -> list[ThemeBlock]:
    """Of every theme in one region, or of the whole country (None): what lies in [start, end) for a part at least."""
    mine = themes.c.region.is_(None) if region is None else themes.c.region == region
    query = select(themes.c.record).where(
        mine, themes.c.end > start, themes.c.start < end, reach.where(themes.c.region)
    )
    return [_decoder.decode(record) for (record,) in await connection.execute(query.order_by(themes.c.id))]


async def expire(connection: AsyncConnection, before_ms: int) -> int:
    """By when they came."""
    return (await connection.execute(delete(themes).where(themes.c.stored_ms < before_ms))).rowcount


async def drop_uncovered(connection: AsyncConnection, cover: Cover, before: Cover) -> int:
    """What mandates let be held no more goes, now that ``before`` became ``cover``. Returns how many blocks."""
    gone = 0
    for theme, region in (await connection.execute(select(themes.c.theme, themes.c.region).distinct())).all():
        which = lost(themes, cover, before, (None, region, theme))
        if which is not None:
            mine = themes.c.region.is_(None) if region is None else themes.c.region == region
            gone += (await connection.execute(delete(themes).where(themes.c.theme == theme, mine, which))).rowcount
    return gone

"""Blocks of the picture as they came, and which of them may still be held."""

from __future__ import annotations

import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from configuration.mandates import AMSTERDAM, EVERY, Cover, Mandate
from contracts.codec import Decoder, encode
from contracts.picture import PictureBlock, key
from services.notifier.access.reach import Reach
from services.notifier.store.covered import lost
from services.notifier.store.tables import picture
from services.notifier.store.upsert import upsert

_decoder: Decoder[PictureBlock] = Decoder(PictureBlock)


async def put(connection: AsyncConnection, block: PictureBlock, now_ms: int) -> None:
    """The same block told again replaces itself."""
    row = {
        "id": f"{key(block).decode()}/{block.start}",
        "phenomenon": block.phenomenon,
        "region": block.region,
        "gemeente": block.gemeente,
        "exercise": block.exercise,
        "start": block.start,
        "end": block.end,
        "posts": block.posts,
        "record": encode(block),
        "stored_ms": now_ms,
    }
    await upsert(connection, picture, row, key="id")


async def blocks(
    connection: AsyncConnection, reach: Reach, phenomenon: str, *, start: int, end: int, exercise: str | None
) -> list[PictureBlock]:
    """All that lie in [start, end) for a part at least."""
    query = select(picture.c.record).where(
        picture.c.phenomenon == phenomenon,
        picture.c.end > start,
        picture.c.start < end,
        picture.c.exercise.is_(None) if exercise is None else picture.c.exercise == exercise,
        reach.where(picture.c.region),
    )
    return [_decoder.decode(record) for (record,) in await connection.execute(query.order_by(picture.c.id))]


async def exercises(connection: AsyncConnection, reach: Reach) -> dict[str, int]:
    """Exercises that left a picture, each with the end of its newest block."""
    mine = picture.c.exercise.is_not(None), reach.where(picture.c.region)
    query = select(picture.c.exercise, func.max(picture.c.end)).where(*mine).group_by(picture.c.exercise)
    rows = await connection.execute(query.order_by(picture.c.exercise))
    return {row[0]: int(row[1]) for row in rows}


async def seen_under(connection: AsyncConnection, mandate: Mandate, reach: Reach) -> int:
    """Posts that were told under a mandate, within reach."""
    country = EVERY in mandate.regions and reach.covers(None)
    query = select(func.sum(picture.c.posts)).where(
        picture.c.exercise.is_(None),
        picture.c.end > minute_of(mandate.starts),
        picture.c.start < minute_of(mandate.until),
        reach.where(picture.c.region),
        # A post that names a gemeente is in its block and in that of the whole country.
        picture.c.region.is_(None) if country else picture.c.region.is_not(None),
    )
    if EVERY not in mandate.regions:
        query = query.where(picture.c.region.in_(mandate.regions))
    if EVERY not in mandate.phenomena:
        query = query.where(picture.c.phenomenon.in_(mandate.phenomena))
    return int((await connection.execute(query)).scalar() or 0)


def minute_of(local: datetime.datetime) -> int:
    return int(local.replace(tzinfo=AMSTERDAM).timestamp()) // 60


async def expire(connection: AsyncConnection, before_ms: int) -> int:
    """By when they came: an exercise plays in other years."""
    return (await connection.execute(delete(picture).where(picture.c.stored_ms < before_ms))).rowcount


async def drop_uncovered(connection: AsyncConnection, cover: Cover, before: Cover) -> int:
    """What mandates let be held no more goes, now that ``before`` became ``cover``; exercises need none. Returns how
    many blocks."""
    kinds = select(picture.c.phenomenon, picture.c.region).where(picture.c.exercise.is_(None)).distinct()
    gone = 0
    for phenomenon, region in (await connection.execute(kinds)).all():
        which = lost(picture, cover, before, (phenomenon, region, None))
        if which is not None:
            mine = picture.c.region.is_(None) if region is None else picture.c.region == region
            query = delete(picture).where(picture.c.exercise.is_(None), picture.c.phenomenon == phenomenon, mine, which)
            gone += (await connection.execute(query)).rowcount
    return gone

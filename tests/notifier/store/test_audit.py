from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import delete, insert, update

from services.notifier.access.reach import EVERYTHING
from services.notifier.store import audit
from services.notifier.store.database import Database
from services.notifier.store.tables import audit as table


async def put(database: Database, number: int) -> None:
    async with database.writing() as connection:
        await audit.append(
            connection,
            at_ms=number,
            actor="operator",
            action="read",
            object_id=f"melding-{number}\0",
            result="done",
            origin="::1",
            region=None if number % 2 else "VR17",
        )


async def broken_at(database: Database) -> int | None:
    async with database.reading() as connection:
        return await audit.first_break(connection)


async def test_writers_at_once_make_one_chain(database: Database) -> None:
    await asyncio.gather(*(put(database, number) for number in range(8)))
    assert await broken_at(database) is None
    async with database.reading() as connection:
        entries = await audit.page(connection, EVERYTHING, before=4, limit=10)
    assert [entry.seq for entry in entries] == [3, 2, 1]


@pytest.mark.parametrize(
    ("tamper", "found_at"),
    [
        (update(table).where(table.c.seq == 3).values(actor="ander"), 3),
        (update(table).where(table.c.seq == 2).values(at_ms=999), 2),
        (update(table).where(table.c.seq == 5).values(digest="0" * 64), 5),
        (delete(table).where(table.c.seq == 1), 1),
        (delete(table).where(table.c.seq == 4), 4),
    ],
)
async def test_tampering_with_any_row_is_found(database: Database, tamper: object, found_at: int) -> None:
    for number in range(6):
        await put(database, number)
    async with database.writing() as connection:
        await connection.execute(tamper)
    assert await broken_at(database) == found_at


async def test_a_row_put_behind_the_last_is_found(database: Database) -> None:
    await put(database, 1)
    false = {"seq": 2, "at_ms": 2, "actor": "x", "action": "read", "object": "x", "result": "done", "origin": "x"}
    async with database.writing() as connection:
        await connection.execute(insert(table).values(**false, previous="0" * 64, digest="0" * 64))
    assert await broken_at(database) == 2

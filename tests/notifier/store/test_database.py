from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, inspect, select, text

from services.notifier.store.database import Database, UnusableDatabase
from services.notifier.store.tables import metadata, sources


async def test_migrations_make_exactly_the_tables(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_two_replicas_migrate_at_once(empty_url: str) -> None:
    replicas = [Database(empty_url), Database(empty_url)]
    await asyncio.gather(*(replica.migrate() for replica in replicas))
    async with replicas[0].reading() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert {table.name for table in metadata.sorted_tables} <= set(names)
    for replica in replicas:
        await replica.close()


async def test_what_failed_halfway_is_not_there(database: Database) -> None:
    async def fail() -> None:
        async with database.writing() as connection:
            await connection.execute(insert(sources).values(source="s", record=b"", stored_ms=1))
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        await fail()
    async with database.reading() as connection:
        assert (await connection.execute(select(sources))).all() == []


async def test_writers_take_turns(database: Database) -> None:
    order = []

    async def write(name: str) -> None:
        async with database.writing() as connection:
            order.append(name)
            await connection.execute(insert(sources).values(source=name, record=b"", stored_ms=1))
            await asyncio.sleep(0.02)
            order.append(name)

    await asyncio.gather(write("a"), write("b"), write("c"))
    assert [order[index] == order[index + 1] for index in (0, 2, 4)] == [True, True, True]


async def test_sqlite_survives_a_power_cut_and_readers_do_not_wait(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/directory/n.sqlite3")
    await database.migrate()
    async with database.reading() as connection:
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar() == 2  # FULL
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar() == 1
    async with database.writing() as writer:
        await writer.execute(insert(sources).values(source="s", record=b"", stored_ms=1))
        async with asyncio.timeout(2), database.reading() as reader:
            assert (await reader.execute(select(sources))).all() == []
    await database.close()


@pytest.mark.parametrize("url", ["mysql://u:geheim@h/n", "not an address", "postgresql://u:geheim@127.0.0.1:1/n"])
async def test_an_unusable_database_is_said_without_its_password(url: str) -> None:
    with pytest.raises(UnusableDatabase) as refused:
        await Database(url).migrate()
    assert "geheim" not in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_replicas_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    """Of two that begin its write-ahead log together SQLite refuses one now and then, without waiting."""
    for number in range(25):
        replicas = [Database(f"sqlite:///{tmp_path}/{number}.sqlite3") for _ in range(4)]
        await asyncio.gather(*(open_it(replica) for replica in replicas))
        for replica in replicas:
            await replica.close()


async def open_it(replica: Database) -> None:
    async with replica.writing() as connection:
        await connection.execute(text("SELECT 1"))

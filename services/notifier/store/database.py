"""One engine, two kinds of transaction, and migrations at start. The same code on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

SETTING = "SEINPOST_NOTIFIER__DATABASE_URL"
MIGRATIONS = Path(__file__).parents[1] / "migrations"
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
BUSY_PATIENCE_MS = 10_000
"""How long one SQLite writer waits for another process before it fails."""
LOCK_MIGRATIONS, LOCK_ORDER, LOCK_ALONE = 7_462_001, 7_462_002, 7_462_003
"""PostgreSQL advisory locks: one replica migrates; writers of the event and audit log take turns, so that sequence
numbers become visible in their order and no reader of the stream skips one."""


class UnusableDatabase(Exception):
    """The address is wrong, or nothing answers there. One line, without the address: it may hold a password."""


class Database:
    """Use `reading` and `writing`; what happened inside `writing` is on disk when the context closes without error.

    ``setting``: where the address stands, for messages; ``migrations``: directory of the Alembic scripts; ``shreds``:
    what is deleted is overwritten.
    """

    def __init__(
        self, url: str, *, setting: str = SETTING, migrations: Path = MIGRATIONS, shreds: bool = False
    ) -> None:
        parsed = _parse(url, setting)
        self._setting, self._migrations = setting, migrations
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._turn = asyncio.Lock()
        if self.is_sqlite:
            if parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self._engine: AsyncEngine = create_async_engine(parsed)
            _prepare_sqlite(self._engine, shreds=shreds)
        else:
            self._engine = create_async_engine(parsed, pool_size=10, max_overflow=10, pool_pre_ping=True)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may append to the event and audit logs: one at a time, over all replicas."""
        async with self._turn if self.is_sqlite else contextlib.nullcontext(), self._begin() as connection:
            if not self.is_sqlite:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_ORDER})
            yield connection

    @contextlib.asynccontextmanager
    async def writing_rows(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that touches only rows it locks itself; replicas run side by side on PostgreSQL."""
        async with self._turn if self.is_sqlite else contextlib.nullcontext(), self._begin() as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Nobody else is in here under this name, in any replica, also while what is done happens outside of the
        database; it ends with the process. SQLite has one process, which sees to itself."""
        if self.is_sqlite:
            yield
            return
        async with self._engine.begin() as connection:
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:kind, hashtext(:name))"), {"kind": LOCK_ALONE, "name": name}
            )
            yield

    async def migrate(self) -> None:
        """Bring the schema up to date. Safe when several replicas start at once. Raises `UnusableDatabase`."""
        try:
            async with self._begin() as connection:
                if not self.is_sqlite:
                    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_MIGRATIONS})
                await connection.run_sync(_upgrade, self._migrations)
        except Exception as error:
            cause = getattr(error, "orig", None) or error
            raise UnusableDatabase(
                f"the database of {self._setting} cannot be used ({type(cause).__name__})"
            ) from error

    async def rewrite(self, table: str) -> None:
        """After deletions from ``table``: leaves no file of this database with what was there."""
        async with self._engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            # Outside of a transaction, as both ask.
            await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)" if self.is_sqlite else f'VACUUM FULL "{table}"')  # type: ignore[union-attr]

    async def close(self) -> None:
        await self._engine.dispose()

    @contextlib.asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as plain:
            connection = await plain.execution_options(seinpost_writes=True)
            async with connection.begin():
                yield connection


def _parse(url: str, setting: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UnusableDatabase(f"{setting} is not an address of a database") from None
    driver = DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise UnusableDatabase(f"{setting} must begin with sqlite:/// or postgresql://")
    return parsed.set(drivername=driver)


def _prepare_sqlite(engine: AsyncEngine, *, shreds: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        # SQLAlchemy begins transactions, not the driver: only so do DDL and BEGIN IMMEDIATE take part in them.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_PATIENCE_MS}")
        _keep_a_log(cursor)
        # An answered action survives a power cut, not only a crash of the process.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        if shreds:
            cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("seinpost_writes", False)
        # A reader that becomes a writer halfway fails when another wrote in between; a writer says so at once.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _keep_a_log(cursor: Any) -> None:
    """Write-ahead log, so that readers do not wait. Of two that open a new file at once SQLite refuses one, at once and
    whatever its patience: it is asked again."""
    deadline = time.monotonic() + BUSY_PATIENCE_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _upgrade(connection: Connection, migrations: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

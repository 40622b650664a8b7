"""The database of a notifier, read from the command line."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.settings import IN_FILE, PREFIX, secret_in
from services.notifier.settings import NotifierSettings
from services.notifier.store.database import Database, UnusableDatabase

T = TypeVar("T")
VARIABLE = f"{PREFIX}NOTIFIER__DATABASE_URL"
DatabaseUrl = Annotated[
    str,
    typer.Option(
        "--database",
        envvar=VARIABLE,
        show_envvar=True,
        help=f"As the notifier has it, also from the file that {VARIABLE}{IN_FILE} names. "
        "A password belongs there, not on the command line.",
    ),
]
DEFAULT_URL = NotifierSettings().database_url.get_secret_value()


def read(url: str, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Runs ``work`` in one reading transaction; a database that cannot be read ends the command with exit code 2."""

    async def run() -> T:
        file = os.environ.get(VARIABLE + IN_FILE) if url == DEFAULT_URL else None
        async with _reading(secret_in(file) if file else url) as connection:
            return await work(connection)

    try:
        return asyncio.run(run())
    except (UnusableDatabase, SQLAlchemyError, OSError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, UnusableDatabase) else type(error).__name__
        typer.echo(f"the database cannot be read: {reason}", err=True)
        raise typer.Exit(2) from None


@contextlib.asynccontextmanager
async def _reading(url: str) -> AsyncIterator[AsyncConnection]:
    _must_exist(url)
    database = Database(url)
    try:
        async with database.reading() as connection:
            yield connection
    finally:
        await database.close()


def _must_exist(url: str) -> None:
    """SQLite makes a new file of any name: reading one that is not there would find an empty log, and call it whole."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return  # `Database` says what is wrong with it
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        raise UnusableDatabase("there is no such file")

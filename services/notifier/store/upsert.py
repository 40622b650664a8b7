"""Insert or replace one row, in the words of either database."""

from __future__ import annotations

import functools
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def upsert(connection: AsyncConnection, table: Table, row: dict[str, Any], *, key: str) -> None:
    await connection.execute(_statement(connection.dialect.name, table, tuple(row), key), row)


@functools.cache
def _statement(dialect: str, table: Table, columns: tuple[str, ...], key: str) -> Insert:
    """Made once: putting a statement together costs more than the database takes to run it."""
    changed = [name for name in columns if name != key]
    if dialect == "postgresql":
        made = postgresql.insert(table)
        return made.on_conflict_do_update(index_elements=[key], set_={name: made.excluded[name] for name in changed})
    other = sqlite.insert(table)
    return other.on_conflict_do_update(index_elements=[key], set_={name: other.excluded[name] for name in changed})

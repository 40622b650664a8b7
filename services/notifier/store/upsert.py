"""Insert or replace one row, in the words of either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def upsert(connection: AsyncConnection, table: Table, row: dict[str, Any], *, key: str) -> Insert:
    changed = {name: value for name, value in row.items() if name != key}
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).values(row).on_conflict_do_update(index_elements=[key], set_=changed)
    return sqlite.insert(table).values(row).on_conflict_do_update(index_elements=[key], set_=changed)

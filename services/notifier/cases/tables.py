"""The tables of reports to platforms: a database of their own. Times in milliseconds since the epoch (``_ms``).

What a user typed stands in ``sealed`` alone. The rest is needed to list, to count and to delete without the key.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table

from services.notifier.store.tables import metadata as main

metadata = MetaData(naming_convention=main.naming_convention)
Sequence = BigInteger().with_variant(Integer, "sqlite")

cases = Table(
    "cases",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("alert", String(200), nullable=False),
    Column("region", String(8)),
    Column("exercise", Boolean, nullable=False),
    Column("nature", String(16)),
    Column("route", String(16)),
    Column("platform", String(60)),
    Column("status", String(16), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("touched_ms", BigInteger, nullable=False),
    Column("sent_ms", BigInteger),
    Column("due_ms", BigInteger),
    Column("ended_ms", BigInteger),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "alert"),
    Index(None, "created_ms"),
)

keys = Table(
    "case_keys",
    metadata,
    Column("case", String(24), primary_key=True),
    Column("wrapped_by", String(16), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
"""Small and apart: destroying a row here destroys the report."""

steps = Table(
    "steps",
    metadata,
    Column("case", String(24), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("status", String(16), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

responses = Table(
    "responses",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("platform", String(60), nullable=False),
    Column("answer", String(16), nullable=False),
    Column("seconds", BigInteger, nullable=False),
    Index(None, "platform"),
)
"""How long platforms took. Outlives the reports, and leads back to none."""

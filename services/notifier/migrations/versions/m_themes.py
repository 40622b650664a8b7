"""Themes: how many posts on a theme attacked a group, in blocks of time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "themes"
down_revision = "exercises"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "themes",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=True),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("stored_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
    )
    op.create_index(op.f("ix_themes_region_end"), "themes", ["region", "end"], unique=False)
    op.create_index(op.f("ix_themes_stored_ms"), "themes", ["stored_ms"], unique=False)

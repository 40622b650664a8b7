"""Campaigns: what was said to the public, where and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "campaigns"
down_revision = "dossiers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("message", sa.String(length=60), nullable=False),
        sa.Column("phenomenon", sa.String(length=60), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=False),
        sa.Column("gemeenten", sa.Text(), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index(op.f("ix_campaigns_phenomenon_first_day"), "campaigns", ["phenomenon", "first_day"], unique=False)

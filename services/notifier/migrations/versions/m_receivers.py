"""Receivers: the digest of what was sent, and trials (tests and signs of life)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "receivers"
down_revision = "access"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as table:
        table.add_column(sa.Column("digest", sa.String(length=64), nullable=True))
    op.create_table(
        "trials",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("receiver", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
    )
    op.create_index(op.f("ix_trials_receiver_at_ms"), "trials", ["receiver", "at_ms"], unique=False)

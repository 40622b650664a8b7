"""The picture: what was counted of each phenomenon, in blocks of time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "picture"
down_revision = "alert_paging"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("id", sa.String(length=260), nullable=False),
        sa.Column("phenomenon", sa.String(length=60), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=True),
        sa.Column("gemeente", sa.String(length=80), nullable=True),
        sa.Column("exercise", sa.String(length=200), nullable=True),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("stored_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
    )
    op.create_index(op.f("ix_picture_phenomenon_end"), "picture", ["phenomenon", "end"], unique=False)
    op.create_index(op.f("ix_picture_stored_ms"), "picture", ["stored_ms"], unique=False)

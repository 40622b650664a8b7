"""Reports to platforms, their keys and steps, and how long platforms took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "cases"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("alert", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=True),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("nature", sa.String(length=16), nullable=True),
        sa.Column("route", sa.String(length=16), nullable=True),
        sa.Column("platform", sa.String(length=60), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("touched_ms", sa.BigInteger(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=True),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index(op.f("ix_cases_alert"), "cases", ["alert"], unique=False)
    op.create_index(op.f("ix_cases_created_ms"), "cases", ["created_ms"], unique=False)
    op.create_table(
        "case_keys",
        sa.Column("case", sa.String(length=24), nullable=False),
        sa.Column("wrapped_by", sa.String(length=16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_case_keys")),
    )
    op.create_table(
        "steps",
        sa.Column("case", sa.String(length=24), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case", "number", name=op.f("pk_steps")),
    )
    op.create_table(
        "responses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("platform", sa.String(length=60), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responses")),
    )
    op.create_index(op.f("ix_responses_platform"), "responses", ["platform"], unique=False)

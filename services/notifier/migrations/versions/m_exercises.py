"""Exercises: sessions, the links that people join by, what happened, and reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "exercises"
down_revision = "campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exercise_sessions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("anchor_wall_ms", sa.BigInteger(), nullable=False),
        sa.Column("anchor_event_ms", sa.BigInteger(), nullable=False),
        sa.Column("speed", sa.Float(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_sessions")),
    )
    op.create_table(
        "exercise_links",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("session", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=41), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("joined_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["session"], ["exercise_sessions.id"], name=op.f("fk_exercise_links_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_links")),
    )
    op.create_index(op.f("ix_exercise_links_session_role"), "exercise_links", ["session", "role"], unique=True)
    op.create_table(
        "exercise_lines",
        sa.Column("session", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), nullable=False),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("role", sa.String(length=41), nullable=True),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.Column("once", sa.String(length=260), nullable=True),
        sa.ForeignKeyConstraint(["session"], ["exercise_sessions.id"], name=op.f("fk_exercise_lines_session")),
        sa.PrimaryKeyConstraint("session", "number", name=op.f("pk_exercise_lines")),
    )
    op.create_index(op.f("ix_exercise_lines_session_once"), "exercise_lines", ["session", "once"], unique=True)
    op.create_table(
        "exercise_reports",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=False),
        sa.Column("held_ms", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_reports")),
    )

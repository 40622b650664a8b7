"""Dossiers with their entries and deletions; the role in which somebody acted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "dossiers"
down_revision = "picture"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("actions") as table:
        table.add_column(sa.Column("role", sa.String(length=40), nullable=True))
    op.create_table(
        "dossiers",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=True),
        sa.Column("exercise", sa.String(length=200), nullable=True),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("phenomenon", sa.String(length=60), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
    )
    op.create_index(op.f("ix_dossiers_closed_ms"), "dossiers", ["closed_ms"], unique=False)
    op.create_index(op.f("ix_dossiers_opened_ms_id"), "dossiers", ["opened_ms", "id"], unique=False)
    op.create_table(
        "dossier_entries",
        sa.Column("dossier", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["dossier"], ["dossiers.id"], name=op.f("fk_dossier_entries_dossier")),
        sa.PrimaryKeyConstraint("dossier", "number", name=op.f("pk_dossier_entries")),
    )
    op.create_table(
        "dossier_deletions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("dossier", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=True),
        sa.Column("exercise", sa.String(length=200), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("deleted_ms", sa.BigInteger(), nullable=False),
        sa.Column("audit_seq", sa.BigInteger(), nullable=False),
        sa.Column("audit_digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_deletions")),
    )
    op.create_index(op.f("ix_dossier_deletions_deleted_ms_id"), "dossier_deletions", ["deleted_ms", "id"], unique=False)

"""Alert life: where an alert is held, the escalation clock, silences, feedback, and when housekeeping last ran."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "alert_life"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = (
    sa.Column("gemeente", sa.String(length=80), nullable=True),
    sa.Column("happening", sa.String(length=200), server_default="", nullable=False),
    sa.Column("held", sa.String(length=12), server_default="shown", nullable=False),
    sa.Column("held_by", sa.String(length=200), nullable=True),
    sa.Column("card_ms", sa.BigInteger(), nullable=True),
    sa.Column("escalation_step", sa.Integer(), server_default="0", nullable=False),
    sa.Column("escalate_ms", sa.BigInteger(), nullable=True),
)
INDEXES = (
    ("held", "status"),
    ("happening",),
    ("gemeente", "status"),
    ("region", "card_ms"),
    ("received_ms",),
    ("escalate_ms",),
)


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("alerts", column)
    # Each alert that is here already is a happening of its own.
    op.execute("UPDATE alerts SET happening = id")
    for names in INDEXES:
        op.create_index(op.f(f"ix_alerts_{'_'.join(names)}"), "alerts", list(names), unique=False)
    op.create_index(op.f("ix_actions_at_ms"), "actions", ["at_ms"], unique=False)
    op.create_table(
        "silences",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=True),
        sa.Column("gemeente", sa.String(length=80), nullable=True),
        sa.Column("phenomenon", sa.String(length=60), nullable=True),
        sa.Column("max_severity", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("noticed_ms", sa.BigInteger(), nullable=True),
        sa.Column("hid", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_index(op.f("ix_silences_ended_ms"), "silences", ["ended_ms"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("alert", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=16), nullable=False),
        sa.Column("phenomenon", sa.String(length=60), nullable=False),
        sa.Column("gemeente", sa.String(length=80), nullable=True),
        sa.Column("region", sa.String(length=8), nullable=True),
        sa.Column("opened_minute", sa.BigInteger(), nullable=False),
        sa.Column("config_version", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alert", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_at_ms"), "feedback", ["at_ms"], unique=False)
    op.create_table(
        "housekeeping",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=False),
        sa.Column("removed_ever", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_housekeeping")),
    )

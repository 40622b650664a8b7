"""Pages of the archive by the index alone: by day and id."""

from __future__ import annotations

from alembic import op

revision = "alert_paging"
down_revision = "receivers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_alerts_opened_minute"), table_name="alerts")
    op.create_index(op.f("ix_alerts_opened_minute_id"), "alerts", ["opened_minute", "id"], unique=False)

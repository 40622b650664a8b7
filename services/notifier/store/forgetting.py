"""Taking things away with all that belongs to them."""

from __future__ import annotations

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.store import exercises
from services.notifier.store.tables import (
    actions,
    alerts,
    attempts,
    deliveries,
    dossier_deletions,
    dossier_entries,
    dossiers,
    events,
    feedback,
    picture,
    revisions,
)


async def forget_alerts(connection: AsyncConnection, ids: list[str]) -> None:
    """With their history and deliveries."""
    sent = select(deliveries.c.id).where(deliveries.c.alert.in_(ids))
    await connection.execute(delete(attempts).where(attempts.c.delivery.in_(sent)))
    for table in (deliveries, actions, revisions):
        await connection.execute(delete(table).where(table.c.alert.in_(ids)))
    await connection.execute(delete(alerts).where(alerts.c.id.in_(ids)))


async def forget_session(connection: AsyncConnection, session_id: str) -> set[str | None]:
    """All that a session of an exercise and its posts left in this database; not its report. Returns the regions of
    its alerts."""
    found = (
        await connection.execute(select(alerts.c.id, alerts.c.region).where(exercises.of_session(alerts, session_id)))
    ).all()
    ids = [row.id for row in found]
    await connection.execute(delete(dossier_entries).where(dossier_entries.c.dossier.in_(ids)))
    await connection.execute(delete(dossiers).where(dossiers.c.id.in_(ids)))
    await connection.execute(delete(dossier_deletions).where(dossier_deletions.c.dossier.in_(ids)))
    await connection.execute(delete(feedback).where(feedback.c.alert.in_(ids)))
    await connection.execute(delete(picture).where(exercises.of_session(picture, session_id)))
    await connection.execute(delete(events).where(or_(events.c.object.in_(ids), events.c.object == session_id)))
    await forget_alerts(connection, ids)
    await exercises.remove(connection, session_id)
    return {row.region for row in found}

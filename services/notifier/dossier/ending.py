"""The end of a dossier: its entries go; what proves that stays. Entries, last hash and audit row name each other."""

from __future__ import annotations

import secrets

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier import metrics
from services.notifier.dossier.handling import named
from services.notifier.rounds import ORIGIN, SYSTEM
from services.notifier.store import audit, dossiers
from services.notifier.store.dossiers import Deleted, Dossier


async def delete_dossier(connection: AsyncConnection, dossier: Dossier, *, days: int, now_ms: int) -> Deleted:
    """Must run in `Database.writing`. ``days``: the term that was over."""
    await audit.append(
        connection,
        at_ms=now_ms,
        actor=SYSTEM,
        action="delete-dossier",
        # The hash first: a long id would push it out of the column.
        object_id=f"{dossier.head} {dossier.entries} {named(dossier.id)}",
        result="done",
        origin=ORIGIN,
        region=dossier.region,
    )
    row = await audit.head(connection)
    if row is None or dossier.closed_ms is None:
        raise AssertionError("a dossier whose alert is not closed is not over")
    deleted = Deleted(
        id=secrets.token_hex(12),
        dossier=dossier.id,
        region=dossier.region,
        exercise=dossier.exercise,
        entries=dossier.entries,
        head=dossier.head,
        opened_ms=dossier.opened_ms,
        closed_ms=dossier.closed_ms,
        days=days,
        deleted_ms=now_ms,
        audit_seq=row.seq,
        audit_digest=row.digest,
    )
    await dossiers.remove(connection, deleted)
    metrics.DOSSIERS.labels("delete", "done").inc()
    return deleted

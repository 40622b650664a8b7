"""What one transaction knows of the alerts it is about, and what it writes together at its end.

In a storm the intake stores hundreds of alerts in one transaction. It asks for all of them once, and lines of history
and events, which nothing in the transaction reads again, go to the database in one piece, in their order.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Self

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.alert import Alert
from services.notifier.store import alerts, events
from services.notifier.store.alerts import Case
from services.notifier.store.events import Kind
from services.notifier.store.tables import events as events_table
from services.notifier.store.tables import revisions as revisions_table


@dataclass(slots=True)
class Book:
    _known: dict[str, Case | None] = field(default_factory=dict)
    _events: list[dict[str, Any]] = field(default_factory=list)
    _revisions: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    async def about(cls, connection: AsyncConnection, ids: Collection[str]) -> Self:
        found = await alerts.find_all(connection, ids)
        return cls(_known={name: found.get(name) for name in ids})

    async def case(self, connection: AsyncConnection, alert_id: str) -> Case | None:
        if alert_id not in self._known:
            self._known[alert_id] = (await alerts.find_all(connection, [alert_id])).get(alert_id)
        return self._known[alert_id]

    def knows(self, case: Case) -> None:
        """As it is from now on."""
        self._known[case.alert.id] = case

    def forget(self, alert_id: str) -> None:
        """It was changed elsewhere."""
        self._known.pop(alert_id, None)

    def revise(self, alert: Alert, now_ms: int) -> None:
        self._revisions.append(alerts.revision_row(alert, now_ms))

    def tell(self, kind: Kind, object_id: str, data: dict[str, Any], now_ms: int, *, region: str | None) -> None:
        """As `events.append`, later."""
        self._events.append(events.row(kind, object_id, data, now_ms, region=region))

    async def write_history(self, connection: AsyncConnection) -> None:
        """Before anything reads the history of an alert that was changed here."""
        if rows := self._revisions:
            self._revisions = []
            await connection.execute(insert(revisions_table), rows)

    async def close(self, connection: AsyncConnection) -> None:
        await self.write_history(connection)
        if rows := self._events:
            self._events = []
            await connection.execute(insert(events_table), rows)

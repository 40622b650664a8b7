"""An alert in the database, without the intake's decisions."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.alert import Alert
from services.notifier.book import Book
from services.notifier.life import Arrival
from services.notifier.store import alerts
from services.notifier.store.alerts import Case
from services.notifier.withholding import Placement


async def stored(
    connection: AsyncConnection,
    alert: Alert,
    before: Case | None = None,
    arrival: Arrival = Arrival.FIRST,
    now_ms: int = 1,
    *,
    placement: Placement | None = None,
) -> None:
    await alerts.store(connection, alerts.follow(alert, before, arrival, now_ms, placement), now_ms)
    book = Book()
    book.revise(alert, now_ms)
    await book.close(connection)

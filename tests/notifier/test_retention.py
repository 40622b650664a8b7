from __future__ import annotations

from sqlalchemy import func, select

from services.notifier.access.actor import EVERY_GRANT, Actor
from services.notifier.handling import Command, handle
from services.notifier.life import Action, Arrival, Outcome
from services.notifier.retention import DAY_MS, Retention
from services.notifier.store import alerts, audit, deliveries, events
from services.notifier.store.database import Database
from services.notifier.store.deliveries import Attempt, Delivery, DeliveryState
from services.notifier.store.tables import metadata
from tests.notifier.samples import alert

WHO = Actor(name="operator", origin="127.0.0.1", grants=EVERY_GRANT)


async def test_what_was_closed_long_ago_goes_with_all_its_own_and_nothing_else(database: Database) -> None:
    for name in ("weg", "nog-open", "pas-dicht"):
        async with database.writing() as connection:
            await alerts.store(connection, alert(id=name), None, Arrival.FIRST, 1)
            sent = Delivery(
                id=f"msg_{name}", alert=name, revision=1, receiver="r", occasion="opened", body=b"{}", attempts=0,
                created_ms=1, expires_ms=9,
            )  # fmt: skip
            await deliveries.put(connection, sent)
            proof = Attempt(at_ms=2, outcome="delivered", status_code=200, duration_ms=1)
            await deliveries.record(connection, sent, proof, DeliveryState.DELIVERED, 2)
            await events.append(connection, events.Kind.ALERT, name, {}, 1, region=None)
    close = Command(action=Action.CLOSE, outcome=Outcome.RIGHT, text="was zo")
    await handle(database, "weg", close, WHO, 10)
    await handle(database, "pas-dicht", close, WHO, 5 * DAY_MS)
    retention = Retention(database=database, alerts_days=30, now_ms=lambda: 31 * DAY_MS)
    assert await retention.sweep() == 1
    assert await retention.sweep() == 0
    async with database.reading() as connection:
        left = {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in metadata.sorted_tables
        }
        assert await audit.first_break(connection) is None
    assert {name: rows for name, rows in left.items() if rows or name in ("events", "sources")} == {
        "alerts": 2,
        "revisions": 2,
        "actions": 1,
        "deliveries": 2,
        "attempts": 2,
        "events": 0,
        "audit": 2,
        "sources": 0,
        "feedback": 2,
    }

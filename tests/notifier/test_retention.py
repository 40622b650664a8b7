from __future__ import annotations

from sqlalchemy import func, select

from contracts.alert import State
from services.notifier.access.actor import EVERY_GRANT, Actor
from services.notifier.access.reach import EVERYTHING
from services.notifier.handling import Command, handle
from services.notifier.life import Action, Outcome
from services.notifier.retention import DAY_MS, Retention
from services.notifier.store import alerts, audit, deliveries, events, housekeeping, silences
from services.notifier.store.database import Database
from services.notifier.store.deliveries import Attempt, Delivery, DeliveryState
from services.notifier.store.tables import metadata
from services.notifier.withholding import Held, Matcher, Placement
from tests.notifier.samples import alert
from tests.notifier.storing import stored

WHO = Actor(name="operator", origin="127.0.0.1", grants=EVERY_GRANT)


async def test_what_was_closed_long_ago_goes_with_all_its_own_and_nothing_else(database: Database) -> None:
    for name in ("weg", "nog-open", "pas-dicht"):
        async with database.writing() as connection:
            await stored(connection, alert(id=name))
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
        "audit": 3,
        "housekeeping": 9,
        "sources": 0,
        "feedback": 2,
    }


async def test_what_was_never_shown_goes_when_its_happening_is_long_over_and_that_is_told(
    database: Database,
) -> None:
    placements = {
        "gedempt": Placement(held=Held.SILENCED, by="sil_1"),
        "onder": Placement(held=Held.INHIBITED, by="boven"),
        "verzameld": Placement(held=Held.DIGESTED, by="VR17-echt-1"),
        "gedempt-bezig": Placement(held=Held.SILENCED, by="sil_2"),
    }
    async with database.writing() as connection:
        for name, placement in placements.items():
            state = State.OPEN if name.endswith("bezig") else State.CLOSED
            await stored(connection, alert(id=name, state=state), placement=placement)
        for name in ("sil_1", "sil_2"):
            made = silences.Silence(
                id=name, matcher=Matcher(region="VR01"), reason="markt", author="a", created_ms=1, ends_ms=2
            )
            await silences.add(connection, made)
            await silences.end(connection, name, now_ms=3, by=None)
    retention = Retention(database=database, alerts_days=30, now_ms=lambda: 31 * DAY_MS)
    assert await retention.sweep() == 2
    async with database.reading() as connection:
        left, _ = await alerts.page(connection, alerts.Filter(), EVERYTHING, limit=9, offset=0)
        assert {case.alert.id for case in left} == {"verzameld", "gedempt-bezig"}
        assert await silences.find(connection, "sil_1") is None
        assert await silences.find(connection, "sil_2") is not None, "it still holds an alert"
        kept = {one.name: (one.removed, one.removed_ever) for one in await housekeeping.everything(connection)}
    assert kept == {
        "alerts": (2, 2),
        "dossiers": (0, 0),
        "events": (0, 0),
        "exercises": (0, 0),
        "exercise_reports": (0, 0),
        "feedback": (0, 0),
        "picture": (0, 0),
        "silences": (1, 1),
        "themes": (0, 0),
    }
    await retention.sweep()
    async with database.reading() as connection:
        kept = {one.name: (one.removed, one.removed_ever) for one in await housekeeping.everything(connection)}
    assert kept["alerts"] == (0, 2)

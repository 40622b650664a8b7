"""A dossier ends when its term is over, and its end can be proven; on both databases."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from sqlalchemy import delete, func, select

from services.notifier.access.actor import EVERY_GRANT, Actor
from services.notifier.access.reach import EVERYTHING, Reach
from services.notifier.dossier import sealing
from services.notifier.dossier.record import GENESIS, make
from services.notifier.dossier.verify import verify
from services.notifier.life import Status
from services.notifier.retention import DAY_MS, Retention
from services.notifier.store import alerts, audit, dossiers
from services.notifier.store.database import Database
from services.notifier.store.dossiers import Dossier
from services.notifier.store.tables import alerts as alert_rows
from services.notifier.store.tables import dossier_entries
from tests.notifier import storing
from tests.notifier.conftest import Served
from tests.notifier.dossier.making import event, opening
from tests.notifier.samples import alert

ACTOR = Actor(name="proef", origin="-", grants=EVERY_GRANT)
CLOSED = 1_000 * DAY_MS
DAYS = 30


class Clock:
    ms = CLOSED

    def __call__(self) -> int:
        return self.ms


async def stored(database: Database, *, closed: bool, region: str | None = "VR17") -> str:
    """An alert with a dossier of two entries; returns the last hash."""
    record = alert()
    async with database.writing() as connection:
        await storing.stored(connection, record, now_ms=CLOSED)
        if closed:
            await alerts.set_status(
                connection, record.id, status=Status.CLOSED, owner=None, outcome="terecht", now_ms=CLOSED
            )
        await dossiers.create(
            connection,
            Dossier(
                id=record.id, region=region, exercise=None, label=record.label, phenomenon=record.phenomenon,
                opened_ms=CLOSED - 5, closed_ms=None, entries=0, head=GENESIS,
            ),
        )  # fmt: skip
        first = make(record.id, 1, GENESIS, opening(), CLOSED)
        second = make(record.id, 2, first.hash, event(), CLOSED)
        await dossiers.append(connection, record.id, [first, second])
    return second.hash


def retention(database: Database, clock: Clock, alerts_days: int = 365) -> Retention:
    return Retention(database=database, alerts_days=alerts_days, dossier_days=DAYS, now_ms=clock)


async def left(database: Database) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(dossier_entries))).scalar_one())


async def test_it_goes_a_day_after_its_term_and_not_before(database: Database) -> None:
    clock = Clock()
    head = await stored(database, closed=True)
    clock.ms = CLOSED + DAYS * DAY_MS
    await retention(database, clock).sweep()
    assert await left(database) == 2, "the last moment of its term"
    clock.ms += 1
    await retention(database, clock).sweep()
    assert await left(database) == 0
    async with database.reading() as connection:
        (gone,), total = await dossiers.deletions(connection, EVERYTHING, limit=10, offset=0)
        rows = await audit.page(connection, EVERYTHING, before=None, limit=50)
        assert await audit.first_break(connection) is None
        assert await dossiers.find(connection, "a1b2c3", EVERYTHING) is None
    assert (gone.entries, gone.head, gone.closed_ms, gone.days, total) == (2, head, CLOSED, DAYS, 1)
    (row,) = [row for row in rows if row.action == "delete-dossier"]
    assert row.object == f"{head} 2 dossier/a1b2c3"
    assert (row.seq, row.digest) == (gone.audit_seq, gone.audit_digest)


async def test_while_its_alert_is_open_it_stays(database: Database) -> None:
    clock = Clock()
    await stored(database, closed=False)
    clock.ms = CLOSED + 10_000 * DAY_MS
    await retention(database, clock).sweep()
    assert await left(database) == 2


async def test_a_reopened_alert_keeps_its_dossier(database: Database) -> None:
    clock = Clock()
    await stored(database, closed=True)
    await retention(database, clock).sweep()
    async with database.writing() as connection:
        await alerts.set_status(
            connection, "a1b2c3", status=Status.REOPENED, owner=None, outcome=None, now_ms=CLOSED + 1
        )
    clock.ms = CLOSED + 2 * DAYS * DAY_MS
    await retention(database, clock).sweep()
    assert await left(database) == 2


async def test_the_term_runs_on_when_the_alert_is_gone_before_it(database: Database) -> None:
    clock = Clock()
    await stored(database, closed=True)
    clock.ms = CLOSED + 5 * DAY_MS
    await retention(database, clock, alerts_days=2).sweep()
    async with database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(alert_rows))).scalar_one() == 0
        found = await dossiers.find(connection, "a1b2c3", EVERYTHING)
    assert found is not None
    assert found.closed_ms == CLOSED
    clock.ms = CLOSED + DAYS * DAY_MS + 1
    await retention(database, clock).sweep()
    assert await left(database) == 0


async def test_an_alert_that_went_without_being_closed_counts_from_then(database: Database) -> None:
    clock = Clock()
    await stored(database, closed=False)
    async with database.writing() as connection:
        from services.notifier.store.tables import revisions

        await connection.execute(delete(revisions))
        await connection.execute(delete(alert_rows))
    clock.ms = CLOSED + DAY_MS
    await retention(database, clock).sweep()
    assert await left(database) == 2
    clock.ms += DAYS * DAY_MS + 1
    await retention(database, clock).sweep()
    assert await left(database) == 0


async def test_deletions_are_of_ones_own_regions(database: Database) -> None:
    clock = Clock()
    await stored(database, closed=True)
    clock.ms = CLOSED + 2 * DAYS * DAY_MS
    await retention(database, clock).sweep()
    async with database.reading() as connection:
        for reach, count in ((Reach(regions=frozenset({"VR17"})), 1), (Reach(regions=frozenset({"VR01"})), 0)):
            found, total = await dossiers.deletions(connection, reach, limit=10, offset=0)
            assert len(found) == total == count


@pytest.mark.parametrize("from_console", [False, True])
async def test_the_certificate_is_checked_by_the_same_command(
    served: Served, tmp_path: Path, from_console: bool
) -> None:
    own = served.room.settings.notifier
    object.__setattr__(served.room.settings, "notifier", own.model_copy(update={"secrets_dir": tmp_path}))
    head = await stored(served.room.database, closed=True)
    clock = Clock()
    clock.ms = CLOSED + 2 * DAYS * DAY_MS
    await retention(served.room.database, clock).sweep()
    (gone,) = (await served.http.get("/v1/dossier-deletions")).json()["items"]
    path = f"/verwijderde-dossiers/{gone['id']}" if from_console else f"/v1/dossier-deletions/{gone['id']}"
    assert (await served.http.get(path)).status_code == 409, "there is no key yet"
    key = sealing.new_key()
    sealing.write_key(key, tmp_path / own.dossier_key)
    content = (await served.http.get(path)).content
    found = verify(content, key.public)
    assert found.deletion is not None
    assert (found.deletion["entries"], found.deletion["head"]) == (2, head)
    assert found.deletion["audit_number"] == gone["auditSeq"]
    audited = (await served.http.get("/v1/audit?limit=1000")).json()["items"]
    assert found.deletion["audit_digest"] in {row["digest"] for row in audited}
    assert orjson.loads(content.splitlines()[0])["kind"] == "deletion"
    assert "Ondertekend bewijs" in (await served.http.get("/dossiers")).text

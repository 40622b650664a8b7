"""Sessions in the store, on either database: once is once, also with two replicas; and what time takes away."""

from __future__ import annotations

import asyncio

import msgspec
from sqlalchemy import update

from contracts.alert import Place
from contracts.codec import encode
from exercises.clock import ExerciseClock
from exercises.drill import load
from exercises.log import What, facts
from services.notifier.access.reach import EVERYTHING
from services.notifier.playing.director import Director
from services.notifier.retention import DAY_MS, Retention
from services.notifier.store import audit, exercises, tables
from services.notifier.store.database import Database
from services.notifier.store.exercises import Link, Session, State
from tests.notifier.samples import alert
from tests.notifier.storing import stored

NOW = 1_700_000_000_000


def session(session_id: str = "oef-1", *, started_ms: int | None = NOW, ended_ms: int | None = None) -> Session:
    drill = load("weggeefactie-zuidplein")
    clock = ExerciseClock(anchor_wall=NOW, anchor_event=drill.starts_ms, speed=8.0, running=started_ms is not None)
    return Session(
        id=session_id, region="VR17", seed=1, drill=drill, clock=clock, created_ms=NOW, started_ms=started_ms,
        ended_ms=ended_ms,
    )  # fmt: skip


async def test_a_session_comes_back_as_it_was(database: Database) -> None:
    async with database.writing() as connection:
        await exercises.add(connection, session())
        await exercises.add(connection, session("oef-2", started_ms=None))
    async with database.reading() as connection:
        assert await exercises.find(connection, "oef-1", EVERYTHING) == session()
        assert [one.id for one in await exercises.under_way(connection)] == ["oef-1"]
        assert (await exercises.everything(connection, EVERYTHING))[1].state is State.WAITING


async def test_two_replicas_send_each_inject_once(database: Database) -> None:
    async with database.writing() as connection:
        await exercises.add(connection, session())
        for name, exercise in (("mijn", "oefening.oef-1"), ("kaal", "oef-1"), ("ander", "oefening.xoef-1")):
            await stored(connection, alert(id=name, exercise=exercise))
    replicas = [Director(database=database, now_ms=lambda: NOW + 9 * 60_000, told=lambda: None) for _ in range(4)]
    sent = await asyncio.gather(*(replica.look() for replica in replicas))
    async with database.reading() as connection:
        lines = await exercises.lines(connection, "oef-1")
    items = [(line.what, line.item) for line in lines]
    assert len(items) == len(set(items)) == sum(sent) == 5
    assert {item for what, item in items if what is What.INJECT} == {"wijkagent", "seinpost", "winkelcentrum"}
    assert {item for what, item in items if what is What.ALERT} == {"mijn", "kaal"}
    assert [line.number for line in lines] == list(range(1, 6))


async def test_an_alert_that_gets_another_name_or_place_is_told_again(database: Database) -> None:
    """What opened as a call becomes a riot; what was somewhere in a province becomes of a gemeente. Then it stands."""
    call = alert(exercise="oefening.oef-1", phenomenon="oproep", place=Place())
    riot = msgspec.structs.replace(call, revision=2, phenomenon="rellen")
    placed = msgspec.structs.replace(riot, revision=3, place=Place(gemeente="Rotterdam"))
    more = msgspec.structs.replace(placed, revision=4, reason="96 berichten in 15 minuten.")
    director = Director(database=database, now_ms=lambda: NOW, told=lambda: None)
    async with database.writing() as connection:
        await exercises.add(connection, session())
        await stored(connection, call)
    sent = [await director.look()]
    for known in (riot, placed, more, riot):
        async with database.writing() as connection:
            await connection.execute(update(tables.alerts).values(record=encode(known)))
        sent.append(await director.look())
    assert sent == [1, 1, 1, 0, 0]
    async with database.reading() as connection:
        lines = await exercises.lines(connection, "oef-1")
    opened = [(one.phenomenon, one.gemeente) for one in facts(lines).alerts]
    assert opened == [("oproep", None), ("rellen", None), ("rellen", "Rotterdam")]


async def test_time_takes_the_session_and_later_its_report(database: Database) -> None:
    async with database.writing() as connection:
        await exercises.add(connection, session(ended_ms=NOW + 3_600_000))
        await exercises.add(connection, session("oef-2"))
        await exercises.append(connection, session(), NOW, What.DECIDED, role="oov", item="organisator", text="Nu.")
        link = Link(
            id="a1", session="oef-1", role="oov", digest="d" * 64, created_ms=NOW, expires_ms=NOW + 1, joined_ms=None
        )
        await exercises.put_link(connection, link)

    async def left(days: float) -> tuple[int, int]:
        retention = Retention(database=database, alerts_days=365, now_ms=lambda: NOW + round(days * DAY_MS))
        await retention.sweep()
        async with database.reading() as connection:
            kept = await exercises.reports(connection, EVERYTHING)
            return len(await exercises.everything(connection, EVERYTHING)), len(kept)

    assert await left(29) == (2, 0)
    assert await left(30.01) == (1, 1), "one that never ended goes by the day that it was made"
    assert await left(31) == (0, 2)
    async with database.reading() as connection:
        found = await exercises.report(connection, "oef-1", EVERYTHING)
        assert await exercises.is_removed(connection, "oefening.oef-1")
        assert not await exercises.is_removed(connection, "oefening.oef-3")
        assert await exercises.lines(connection, "oef-1") == []
        rows = await audit.page(connection, EVERYTHING, before=None, limit=50)
    assert found is not None
    assert [one.text for one in found[0].timeline] == ["De organisator laten bellen. Nu."]
    assert sorted(row.object for row in rows if row.action == "exercise-remove") == ["exercise oef-1", "exercise oef-2"]
    assert await left(1826) == (0, 0)

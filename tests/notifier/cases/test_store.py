"""What a thief has of what was typed: nothing without the key, nothing after deletion. What time does to reports."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select

from configuration.whole import Configuration
from services.notifier.access.reach import EVERYTHING
from services.notifier.cases import store as case_store
from services.notifier.cases.desk import Verdict
from services.notifier.cases.ending import Ending
from services.notifier.cases.opening import Off, open_desk
from services.notifier.cases.progress import DAY_MS, Status
from services.notifier.cases.tables import cases, keys, metadata, steps
from services.notifier.cases.vault import Sealed
from services.notifier.settings import NotifierSettings
from services.notifier.store.database import Database
from services.notifier.store.forgetting import forget_alerts
from tests.notifier.cases.conftest import ANSWER, CONTENT, WHO, Store
from tests.notifier.cases_scene import PLANTED, SECRET_WORDS
from tests.notifier.conftest import Clock, with_cases
from tests.notifier.samples import alert
from tests.notifier.storing import stored

MARKS = (b"geplant", b"social.example.org", b"jan-de-planter", b"Kees")


def test_the_marks_stand_in_what_is_typed() -> None:
    typed = (PLANTED + SECRET_WORDS + ANSWER).encode()
    assert all(mark in typed for mark in MARKS)


async def test_nothing_that_was_typed_stands_on_any_disk(store: Store) -> None:
    case = await store.sent()
    opened = await store.desk.read(case, WHO)
    assert opened is not None
    assert opened.content == CONTENT
    assert SECRET_WORDS in opened.steps[0].text
    assert opened.steps[1].text == ANSWER
    own, room = await store.on_disk(store.desk.database), await store.on_disk(store.room)
    assert case.encode() in own, "the search looks at the right place"
    assert case.encode() in room, "the audit log names the report"
    for mark in MARKS:
        for disk in (own, room):
            assert mark not in disk
            assert base64.b64encode(mark) not in disk
            assert mark.hex().encode() not in disk
    for entry in await store.audited():
        assert all(mark.decode() not in str(entry) for mark in MARKS)
    assert "geplant" not in repr(opened), "nor when it is shown to a log by mistake"
    assert "geplant" not in repr(store.desk.letter(opened))


async def test_another_key_opens_nothing(store: Store) -> None:
    case = await store.sent()
    (store.directory / "secrets" / "andere").write_text(base64.b64encode(bytes(32)).decode())
    desk = await store.opened_again(store.settings.model_copy(update={"cases_key": "andere"}))
    with pytest.raises(Sealed):
        await desk.read(case, WHO)
    with pytest.raises(Sealed):
        await desk.write(case, CONTENT, WHO)
    assert (await desk.delete(case, WHO)).verdict is Verdict.DONE, "but it can be destroyed"


async def test_a_row_in_the_place_of_another_does_not_open(store: Store) -> None:
    mine, other = await store.sent(), await store.sent()
    async with store.desk.database.writing_rows() as connection:
        foreign = (await connection.execute(select(cases.c.sealed).where(cases.c.id == other))).scalar_one()
        await connection.execute(cases.update().where(cases.c.id == mine).values(sealed=foreign))
    with pytest.raises(Sealed):
        await store.desk.read(mine, WHO)
    async with store.desk.database.writing_rows() as connection:
        key = (await connection.execute(select(keys.c.wrapped).where(keys.c.case == other))).scalar_one()
        await connection.execute(keys.update().where(keys.c.case == mine).values(wrapped=key))
    with pytest.raises(Sealed):
        await store.desk.read(mine, WHO)


async def test_after_deletion_neither_key_nor_report_is_on_the_disk(store: Store) -> None:
    case, kept = await store.sent(), await store.sent()
    database = store.desk.database
    async with database.reading() as connection:
        wrapped = dict(list(await connection.execute(select(keys.c.case, keys.c.wrapped))))  # type: ignore[arg-type]
        sealed = (await connection.execute(select(cases.c.sealed).where(cases.c.id == case))).scalar_one()
    before = await store.on_disk(database)
    assert wrapped[case] in before
    assert sealed in before
    assert (await store.desk.delete(case, WHO)).verdict is Verdict.DONE
    after = await store.on_disk(database)
    assert wrapped[case] not in after, "what could open copies of the rest is overwritten"
    assert wrapped[kept] in after
    if database.is_sqlite:
        assert sealed not in after
    async with database.reading() as connection:
        for table, column in ((cases, cases.c.id), (keys, keys.c.case), (steps, steps.c.case)):
            found = set((await connection.execute(select(column).select_from(table))).scalars())
            assert found == {kept}
    assert await store.desk.read(case, WHO) is None
    assert ("case-delete", "deleted") in [(entry.action, entry.result) for entry in await store.audited()]


async def test_reports_end_by_their_own_clock(store: Store) -> None:
    case = await store.sent()
    ending = Ending(desk=store.desk, idle_days=200)
    store.clock.ms += 199 * DAY_MS
    assert await ending.sweep() == 0
    store.clock.ms += DAY_MS + 1
    assert await ending.sweep() == 0, "ended, not yet destroyed"
    opened = await store.desk.read(case, WHO)
    assert opened is not None
    assert opened.case.status is Status.CLOSED
    store.clock.ms += 30 * DAY_MS - 1
    assert await ending.sweep() == 0
    store.clock.ms += 2
    assert await ending.sweep() == 1
    assert await store.desk.read(case, WHO) is None
    told = [(entry.action, entry.actor, entry.object) for entry in await store.audited()]
    assert ("case-delete", "Seinpost", case) in told
    (answered,) = await store.desk.response_times()
    assert (answered.platform, answered.answer, answered.count) == ("proef", Status.CONFIRMED, 1)


async def test_a_report_on_an_alert_of_an_exercise_goes_with_that_alert(store: Store) -> None:
    real = await store.ready()
    async with store.room.writing() as connection:
        for one in ("gone", "there"):
            await stored(connection, alert(id=one, exercise="haren"), now_ms=store.clock())
    made = [(await store.desk.begin(one, WHO)).case for one in ("gone", "there")]
    async with store.room.writing() as connection:
        await forget_alerts(connection, ["a1b2c3", "gone"])
    assert await Ending(desk=store.desk, idle_days=200).sweep() == 1
    async with store.desk.database.reading() as connection:
        left = await case_store.numbers(connection)
    gone, there = [one.id for one in made if one is not None]
    assert sorted(left) == sorted([real, there])
    told = [(entry.actor, entry.object) for entry in await store.audited() if entry.action == "case-delete"]
    assert told == [("Seinpost", gone)]


async def test_what_was_destroyed_does_not_live_on_in_a_copy_that_is_brought_back(store: Store) -> None:
    case, kept = await store.sent(), await store.ready()
    gone = await store.desk.delete(case, WHO)
    assert gone.case is not None
    async with store.desk.database.writing_rows() as connection:
        await case_store.create(connection, gone.case, store.desk.vault)  # as the copy holds it
    assert await Ending(desk=store.desk, idle_days=30).sweep() == 1
    async with store.desk.database.reading() as connection:
        assert await case_store.numbers(connection) == [kept]


async def test_a_new_key_takes_over_and_the_old_one_may_go(store: Store) -> None:
    case = await store.sent()
    (store.directory / "secrets" / "nieuw").write_text(base64.b64encode(b"n" * 32).decode())
    both = store.settings.model_copy(update={"cases_key": "nieuw, platformmeldingen"})
    desk = await store.opened_again(both)
    assert (await desk.read(case, WHO)) is not None
    await Ending(desk=desk, idle_days=200).sweep()
    desk = await store.opened_again(store.settings.model_copy(update={"cases_key": "nieuw"}))
    opened = await desk.read(case, WHO)
    assert opened is not None
    assert opened.content == CONTENT


async def test_migrations_make_exactly_the_tables(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with store.desk.database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_lists_hold_nothing_that_was_typed(store: Store) -> None:
    await store.sent()
    async with store.desk.database.reading() as connection:
        found, total = await case_store.page(connection, EVERYTHING, limit=10, offset=0)
    assert total == 1
    assert all(mark.decode() not in repr(found) for mark in MARKS)


@pytest.mark.parametrize(
    ("changed", "off"),
    [
        ({"cases_key": "bestaat-niet"}, Off.NO_KEY),
        ({"cases_key": "platformmeldingen,bestaat-niet"}, Off.NO_KEY),
        ({"cases_key": ""}, Off.NO_KEY),
        ({"cases_key": "kort"}, Off.WRONG_KEY),
        (
            {"cases_database_url": "sqlite:///hetzelfde.sqlite3", "database_url": "sqlite:///hetzelfde.sqlite3"},
            Off.SAME_DATABASE,
        ),
        ({"cases_database_url": "postgresql://u:geheim@127.0.0.1:1/n"}, Off.NO_DATABASE),
        ({"cases_database_url": "mysql://u:geheim@h/n"}, Off.NO_DATABASE),
        ({"cases_database_url": "sqlite:////dev/null/cases.sqlite3"}, Off.NO_DATABASE),
    ],
)
async def test_off_and_why(tmp_path: Path, configuration: Configuration, changed: dict[str, str], off: Off) -> None:
    settings = NotifierSettings(**with_cases(tmp_path) | changed)
    (tmp_path / "secrets" / "kort").write_text(base64.b64encode(bytes(16)).decode())
    room = Database(f"sqlite:///{tmp_path}/room.sqlite3")
    assert await open_desk(settings, configuration, room, Clock()) is off
    await room.close()

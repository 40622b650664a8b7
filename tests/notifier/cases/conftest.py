"""A desk of its own on a database of either kind, beside a room with alerts."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from configuration.whole import Configuration
from services.notifier.access.actor import EVERY_GRANT, Actor
from services.notifier.access.reach import EVERYTHING
from services.notifier.cases.content import Content
from services.notifier.cases.desk import CaseDesk, Means, Verdict
from services.notifier.cases.opening import open_desk
from services.notifier.cases.progress import Status
from services.notifier.cases.triage import Nature, Route
from services.notifier.settings import NotifierSettings
from services.notifier.store import audit
from services.notifier.store.database import Database
from tests.notifier.cases_scene import PLANTED, SECRET_WORDS, with_platforms
from tests.notifier.conftest import Clock, with_cases
from tests.notifier.samples import alert
from tests.notifier.storing import stored

WHO = Actor(name="platformmelder 1", origin="127.0.0.1", grants=EVERY_GRANT)
CONTENT = Content(urls=(PLANTED,), reasons=SECRET_WORDS, good_faith=True)
ANSWER = "geplant-antwoord van het platform aan Kees"


@dataclass(slots=True, kw_only=True)
class Store:
    desk: CaseDesk
    room: Database
    clock: Clock
    settings: NotifierSettings
    directory: Path
    configuration: Configuration

    async def opened_again(self, settings: NotifierSettings) -> CaseDesk:
        """As after a restart with other settings."""
        await self.desk.database.close()
        desk = await open_desk(settings, self.configuration, self.room, self.clock)
        assert isinstance(desk, CaseDesk)
        self.desk = with_platforms(desk)
        return self.desk

    async def ready(self) -> str:
        """A notice that is complete."""
        begun = await self.desk.begin("a1b2c3", WHO)
        assert begun.case is not None
        case = begun.case.id
        for result in (
            await self.desk.judge(case, Nature.ILLEGAL, Route.NOTICE, "proef", WHO),
            await self.desk.write(case, CONTENT, WHO),
        ):
            assert result.verdict is Verdict.DONE
        return case

    async def sent(self) -> str:
        """A notice on its way, with an answer: every place where something typed may stand holds it."""
        case = await self.ready()
        for result in (
            await self.desk.send(case, Means.HAND, WHO),
            await self.desk.advance(case, Status.CONFIRMED, ANSWER, WHO),
        ):
            assert result.verdict is Verdict.DONE
        return case

    async def audited(self) -> list[audit.Entry]:
        async with self.room.reading() as connection:
            return await audit.page(connection, EVERYTHING, before=None, limit=1000)

    async def on_disk(self, database: Database) -> bytes:
        """All that a thief of the disk has of this database: files, or the files of every table."""
        if database.is_sqlite:
            name = str(database._engine.url.database)
            return b"".join(file.read_bytes() for file in sorted(Path(name).parent.glob(Path(name).name + "*")))
        async with database.reading() as connection:
            await connection.execute(text("CHECKPOINT"))
            tables = "SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            tables += "WHERE n.nspname IN ('public', 'pg_toast') AND c.relkind IN ('r', 'i', 't')"
            query = f"SELECT pg_read_binary_file(pg_relation_filepath(t.oid)) FROM ({tables}) t(oid)"
            return b"".join((await connection.execute(text(query))).scalars())


@pytest.fixture
async def store(tmp_path: Path, configuration: Configuration, empty_url: str, migrated: Path) -> AsyncIterator[Store]:
    room = Database(f"sqlite:///{shutil.copy(migrated, tmp_path / 'room.sqlite3')}")
    clock = Clock()
    async with room.writing() as connection:
        await stored(connection, alert(), now_ms=clock())
    settings = NotifierSettings(**with_cases(tmp_path) | {"cases_database_url": empty_url})
    desk = await open_desk(settings, configuration, room, clock)
    assert isinstance(desk, CaseDesk)
    found = Store(
        desk=with_platforms(desk),
        room=room,
        clock=clock,
        settings=settings,
        directory=tmp_path,
        configuration=configuration,
    )
    yield found
    await found.desk.database.close()
    await room.close()

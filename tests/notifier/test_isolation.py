"""An exercise changes nothing that is counted, exported or sent of real life; and its own goes only to who wants it."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import msgspec
import orjson
import pytest
from sqlalchemy import Table, select

from configuration.alarms import Alarms
from configuration.receivers import Receivers
from configuration.whole import Configuration
from contracts.alert import Alert, Change, EventReference, Place, Severity, State
from contracts.codec import encode
from contracts.picture import PictureBlock
from exercises.clock import ExerciseClock
from exercises.drill import load as load_drill
from exercises.log import What
from runtime.probes import Health
from services.notifier.access.actor import EVERY_GRANT, Actor
from services.notifier.access.reach import EVERYTHING
from services.notifier.admission import Admission
from services.notifier.capfeed import feed
from services.notifier.delivery.letter import Letter
from services.notifier.delivery.outbox import Outbox
from services.notifier.handling import Command, handle
from services.notifier.intake import Intake
from services.notifier.life import Action, Outcome
from services.notifier.playing.telling import tell
from services.notifier.rounds import Rounds
from services.notifier.silencing import Wish, silence
from services.notifier.store import (
    accounts,
    alerts,
    audit,
    deliveries,
    exercises,
    feedback,
    held,
    picture,
    silences,
    tables,
)
from services.notifier.store.database import Database
from services.notifier.store.exercises import Session
from services.notifier.store.forgetting import forget_session
from services.notifier.withholding import Held, Matcher
from tests.notifier.conftest import Clock, _new_postgres, always
from tests.notifier.samples import MINUTE, alert

WHO = Actor(name="operator", origin="127.0.0.1", grants=EVERY_GRANT)
ALARMS = Alarms.model_validate(
    {
        "escalation": {"steps": [{"after_minutes": 5, "receivers": ["piket"]}], "exercises": True},
        "budget": {"per_shift": 4, "per_ten_minutes": 3},
    }
)
ADDRESSES: dict[str, dict[str, Any]] = {
    "webhook": {"url": "http://127.0.0.1:1/", "secret": "s"},
    "alertmanager": {"url": "http://127.0.0.1:1/"},
    "cap": {"url": "http://127.0.0.1:1/"},
    "email": {"to": ["meldkamer@example.nl"]},
    "apprise": {"secret": "s"},
}
RECEIVERS = Receivers.model_validate(
    {
        "receivers": [
            {"id": f"{kind}{'-oefening' if exercises else ''}", "kind": kind, "exercises": exercises, **address}
            for kind, address in ADDRESSES.items()
            for exercises in (False, True)
        ]
        + [{"id": "piket", "url": "http://127.0.0.1:1/", "secret": "s"}],
        "smtp": {"host": "127.0.0.1", "port": 1, "sender": "seinpost@example.nl", "tls": "none"},
        "console_url": "https://seinpost.example.nl",
    }
)
SESSION = "oef-1"
EXERCISE = f"oefening.{SESSION}"


@dataclass
class Security:
    database: Database
    configuration: Configuration

    def __post_init__(self) -> None:
        self.clock = Clock()
        whole = dataclasses.replace(self.configuration, receivers=RECEIVERS)
        self.outbox = Outbox.of(whole, "seinpost", standby=ALARMS.escalation.receivers)
        self.intake = Intake(
            database=self.database,
            outbox=self.outbox,
            producer=None,  # type: ignore[arg-type]
            dead_letters=None,  # type: ignore[arg-type]
            health=Health(),
            stored=lambda: None,
            now_ms=self.clock,
            mandates=always,
            alarms=ALARMS,
        )
        admission = Admission(outbox=self.outbox, alarms=ALARMS)
        self.rounds = Rounds(database=self.database, admission=admission, done=lambda: None, now_ms=self.clock)

    async def takes(self, *records: Alert | PictureBlock) -> None:
        async with self.database.writing() as connection:
            for record in records:
                await self.intake.put(connection, [record], self.clock())

    async def act(self, name: str, action: Action, outcome: Outcome | None = None) -> None:
        text = "zo was het" if outcome else None
        command = Command(action=action, outcome=outcome, text=text)
        assert await handle(self.database, name, command, WHO, self.clock()) is not None

    async def later(self, minutes: float) -> None:
        self.clock.ms += int(minutes * 60_000)
        while await self.rounds.walk():
            pass


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def rooms(
    request: pytest.FixtureRequest, tmp_path: Path, migrated: Path, configuration: Configuration
) -> AsyncIterator[tuple[Security, Security]]:
    """Two that are alike."""
    found = []
    for name in ("without", "beside"):
        if request.param == "sqlite":
            url = f"sqlite:///{shutil.copy(migrated, tmp_path / f'{name}.sqlite3')}"
        else:
            url = await _new_postgres(request.getfixturevalue("postgres_server"))
        database = Database(url)
        await database.migrate()
        found.append(Security(database, configuration))
    yield found[0], found[1]
    for room in found:
        await room.database.close()


def practised(record: Alert) -> Alert:
    return msgspec.structs.replace(record, id=f"{record.id}-oefening", exercise=EXERCISE)


def block(number: int, exercise: str | None = None) -> PictureBlock:
    return PictureBlock(
        series="watch:rellen@GM0599", phenomenon="rellen", gemeente_code="GM0599", gemeente="Rotterdam",
        region="VR17", start=MINUTE // 60 * 60 + 60 * number, end=MINUTE // 60 * 60 + 60 * number + 60,
        posts=12 if exercise is None else 900, expected=2.0, coverage=1.0, exercise=exercise,
    )  # fmt: skip


async def evening(room: Security, *, exercise: bool) -> None:
    """A busy evening: opened, raised, moved, closed, silenced, over budget, escalated, judged. With ``exercise`` each
    thing happens in an exercise too, at the same place, first."""

    async def comes(*records: Alert) -> None:
        for record in records:
            await room.takes(*([practised(record)] if exercise else []), record)

    async def done(name: str, action: Action, outcome: Outcome | None = None) -> None:
        for one in [f"{name}-oefening", name] if exercise else [name]:
            await room.act(one, action, outcome)

    first = alert(id="een")
    await comes(first)
    await room.later(6)
    await comes(msgspec.structs.replace(first, revision=2, severity=Severity.HIGH, change=Change.UPDATED))
    bare = alert(id="kaal", event=None, severity=Severity.LOW)
    await comes(bare)
    await done("een", Action.ACKNOWLEDGE)
    await done("een", Action.TAKE)
    for number in range(6):
        starts = f"2020-12-16T{number:02}:00"
        await comes(alert(id=f"n{number}", event=EventReference(gemeente="Rotterdam", starts=starts)))
    wish = Wish(
        matcher=Matcher(phenomenon="voetbal", region="VR17"), reason="wedstrijd", ends_ms=room.clock() + 36_000_000
    )
    made = await silence(room.database, wish, WHO, ALARMS, room.clock())
    assert made.silence is not None
    await comes(alert(id="bal", phenomenon="voetbal", event=None, place=Place(gemeente="Schiedam", region="VR17")))
    closed = msgspec.structs.replace(first, revision=3, state=State.CLOSED, change=Change.CLOSED, closed_minute=MINUTE)
    await comes(closed)
    await done("een", Action.CLOSE, Outcome.RIGHT)
    await done("n0", Action.CLOSE, Outcome.WRONG)
    for number in range(4):
        await room.takes(*([block(number, EXERCISE)] if exercise else []), block(number))
    await room.later(30)
    await comes(
        msgspec.structs.replace(closed, revision=4, state=State.OPEN, change=Change.UPDATED, closed_minute=None)
    )
    await room.later(40)


async def rows(room: Security, table: Table, *where: Any, leave: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    async with room.database.reading() as connection:
        found = await connection.execute(select(table).where(*where))
        listed = [{name: value for name, value in row.items() if name not in leave} for row in found.mappings()]
    return sorted(listed, key=repr)


async def seen(room: Security) -> dict[str, Any]:
    """Everything that is stored, counted, exported or sent of real life."""
    real = tables.alerts.c.exercise.is_(None)
    mine = select(tables.alerts.c.id).where(real)
    found: dict[str, Any] = {
        "alerts": await rows(room, tables.alerts, real),
        "revisions": await rows(room, tables.revisions, tables.revisions.c.alert.in_(mine)),
        "actions": await rows(room, tables.actions, tables.actions.c.alert.in_(mine), leave=("id",)),
        "deliveries": await rows(room, tables.deliveries, tables.deliveries.c.alert.in_(mine)),
        "to non-exercise receivers": await rows(
            room, tables.deliveries, ~tables.deliveries.c.receiver.endswith("-oefening")
        ),
        "picture": await rows(room, tables.picture, tables.picture.c.exercise.is_(None)),
        "silences": await rows(room, tables.silences, leave=("id",)),
        "feedback": await rows(room, tables.feedback),
    }
    (mandate,) = room.configuration.mandates[:1]
    for one in found["alerts"]:
        one["held_by"] = "silence" if one["held"] == Held.SILENCED else one["held_by"]
    async with room.database.reading() as connection:
        found["counts"] = await alerts.counts(connection, EVERYTHING, exercise=False)
        found["sent"] = await deliveries.counts(connection, EVERYTHING, exercise=False)
        found["places"] = await held.places(connection, EVERYTHING, only_open=False)
        found["unseen"] = (await alerts.waiting(connection, EVERYTHING))[False]
        found["digests"] = [one for one in await held.digests(connection, EVERYTHING) if "-echt-" in one.id]
        found["handover"] = await alerts.deeds_since(connection, 0, EVERYTHING)
        found["newest"] = await alerts.newest_deeds(connection, 0, EVERYTHING, 500)
        found["verdicts"] = await feedback.counts(connection, EVERYTHING, since_ms=0)
        found["labels"] = [encode(one) async for one in feedback.everything(connection, EVERYTHING)]
        found["account"] = await accounts.account(connection, mandate, EVERYTHING)
        found["blocks"] = await picture.blocks(connection, EVERYTHING, "rellen", start=0, end=2**40, exercise=None)
        matcher = Matcher(phenomenon="rellen")
        preview = await silences.preview(connection, matcher, EVERYTHING, room.clock())
        found["preview"] = (preview.week, preview.week_right, preview.open_count)
        latest = await alerts.latest(connection, EVERYTHING, 100, exercises=False)
    found["feed"] = feed([case.alert for case in latest], "seinpost", "https://seinpost.example.nl")
    return found


async def test_real_life_is_the_same_with_and_without_an_exercise(rooms: tuple[Security, Security]) -> None:
    without, beside = rooms
    await evening(without, exercise=False)
    await evening(beside, exercise=True)
    expected, found = await seen(without), await seen(beside)
    assert all(expected.values()), [name for name, value in expected.items() if not value]
    assert {row["held"] for row in expected["alerts"]} == set(Held), "the evening has one of everything"
    assert {row["occasion"] for row in expected["deliveries"]} >= {"opened", "escalated", "closed", "reopened"}
    assert [name for name in expected if found[name] != expected[name]] == []
    async with beside.database.reading() as connection:
        exercised = await alerts.counts(connection, EVERYTHING, exercise=True)
        written = await audit.page(connection, EVERYTHING, before=None, limit=200)
    assert exercised.opened == len(expected["alerts"]), "and the exercise was played in full"
    assert any(entry.object.endswith("-oefening") for entry in written), "who did what is written down all the same"


async def test_a_session_that_is_removed_leaves_its_audit_lines_alone(rooms: tuple[Security, Security]) -> None:
    """Every table is as in the room where it was never held, but for numbers that only count up."""
    without, beside = rooms
    await evening(without, exercise=False)
    await evening(beside, exercise=True)
    drill = load_drill("haren-opnieuw")
    clock = ExerciseClock(anchor_wall=0, anchor_event=0, speed=1, running=False)
    session = Session(
        id=SESSION, region="VR17", seed=1, drill=drill, clock=clock, created_ms=1, started_ms=2, ended_ms=3
    )
    async with beside.database.writing() as connection:
        await exercises.add(connection, session)
        await tell(connection, session, 4, What.LESSON, text="Eerder bellen.")
        await forget_session(connection, session.id)
    for table in tables.metadata.sorted_tables:
        if table is tables.audit:
            continue
        counted = tuple(name for name in ("seq",) if name in table.c)
        if table is tables.actions or table is tables.silences:
            counted = ("id",)
        if table is tables.alerts:
            counted = ("held_by",)  # a silence has a number by chance
        expected, found = await rows(without, table, leave=counted), await rows(beside, table, leave=counted)
        if table is tables.events:
            named = {row["object"] for row in expected if not row["object"].startswith("sil_")}
            expected, found = ([row for row in listed if row["object"] in named] for listed in (expected, found))  # type: ignore[assignment]
        assert found == expected, table.name
    assert not [row for row in await rows(beside, tables.events) if "oef" in row["object"]]
    assert [row for row in await rows(beside, tables.audit) if row["object"].endswith("-oefening")]


async def test_an_exercise_goes_only_to_who_wants_it_and_says_so(rooms: tuple[Security, Security]) -> None:
    room = rooms[0]
    await room.takes(practised(alert(severity=Severity.HIGH)))
    await room.later(10)  # escalated to a receiver that wants no exercises
    sent = {row["receiver"]: row["body"] for row in await rows(room, tables.deliveries)}
    assert sent.keys() == {f"{kind}-oefening" for kind in ADDRESSES}
    assert orjson.loads(sent["webhook-oefening"])["data"]["exercise"] == EXERCISE
    (told,) = orjson.loads(sent["alertmanager-oefening"])["alerts"]
    assert told["labels"]["exercise"] == EXERCISE
    assert told["annotations"]["summary"].startswith("OEFENING")
    message = fromstring(sent["cap-oefening"])
    space = {"": "urn:oasis:names:tc:emergency:cap:1.2"}
    assert message.findtext("status", namespaces=space) == "Exercise"
    assert (message.findtext("info/headline", namespaces=space) or "").startswith("OEFENING")
    for kind in ("email", "apprise"):
        letter = msgspec.json.decode(sent[f"{kind}-oefening"], type=Letter)
        assert "OEFENING" in letter.html
        assert all(text.lstrip().startswith("OEFENING") for text in (letter.subject, letter.text, letter.short))
        assert not letter.urgent


async def test_a_silence_and_an_exercise_do_not_meet(rooms: tuple[Security, Security]) -> None:
    """Quiet that was asked for a match hides no exercise there; and nothing of an exercise is counted as hidden."""
    room = rooms[0]
    wish = Wish(matcher=Matcher(phenomenon="rellen"), reason="bekend", ends_ms=room.clock() + 3_600_000)
    await room.takes(practised(alert(id="voor")))
    made = await silence(room.database, wish, WHO, ALARMS, room.clock())
    assert made.silence is not None
    await room.takes(practised(alert(id="na")))
    assert {row["held"] for row in await rows(room, tables.alerts)} == {Held.SHOWN}
    assert [row["hid"] for row in await rows(room, tables.silences)] == [0]

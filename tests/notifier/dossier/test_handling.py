"""What people do with a dossier, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from configuration.whole import Configuration
from contracts.alert import Certainty, Place
from services.notifier.access.actor import EVERY_GRANT, Actor, Grant, Means
from services.notifier.access.permissions import Role
from services.notifier.access.reach import EVERYTHING, Reach
from services.notifier.dossier import entering, handling, sealing
from services.notifier.dossier.export import Form, sealed
from services.notifier.dossier.handling import Refusal
from services.notifier.dossier.lists import Authority, Explanation, Kind, Mistake, PlayedPart, Power
from services.notifier.dossier.verify import verify
from services.notifier.handling import Command, handle
from services.notifier.life import Action, Arrival
from services.notifier.room import Room
from services.notifier.settings import NotifierSettings, Settings
from services.notifier.store import alerts, audit, dossiers
from services.notifier.store.database import Database
from services.notifier.stream import Stream
from tests.brokers.services import REPOSITORY
from tests.notifier.samples import MINUTE, alert
from tests.notifier.storing import stored

NOW_MS = MINUTE * 60_000 + 10_000
WHO = Actor(name="iemand", origin="127.0.0.1", grants=EVERY_GRANT)


def person(role: Role, *regions: str) -> Actor:
    reach = Reach(regions=frozenset(regions))
    return Actor(name=f"{role} hier", origin="-", grants=(Grant.of_role(role, reach),), means=Means.SESSION)


@dataclass(slots=True)
class Clock:
    ms: int = NOW_MS

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
async def room(database: Database, configuration: Configuration, tmp_path: Path) -> Room:
    clock = Clock()
    sealing.write_key(sealing.new_key(), tmp_path / "dossier-key.pem")
    found = Room(
        database=database,
        stream=Stream(database=database, poll_s=1, now_ms=clock),
        configuration=configuration,
        settings=Settings(config=REPOSITORY / "config", notifier=NotifierSettings(secrets_dir=tmp_path)),
        receivers={},
        now_ms=clock,
    )
    async with database.writing() as connection:
        await stored(connection, alert(), now_ms=NOW_MS)
    return found


async def test_writers_at_once_make_one_chain_that_can_be_sealed(room: Room) -> None:
    assert (await handling.open_dossier(room, "a1b2c3", WHO)).opened
    decide = entering.decision(Power.NONE, Authority.MAYOR, NOW_MS, NOW_MS)
    answers = await asyncio.gather(*(handling.add(room, "a1b2c3", WHO, decide) for _ in range(10)))
    assert [answer.refusal for answer in answers] == [None] * 10
    assert len({answer.added[0].number for answer in answers}) == 10
    found = await sealed(room, "a1b2c3", WHO, Form.LINES)
    assert found is not None
    whole = verify(found.content, found.key.public)
    async with room.database.reading() as connection:
        (listed,), total = await dossiers.page(connection, EVERYTHING, limit=5, offset=0)
        assert await audit.first_break(connection) is None
    assert (whole.count, whole.head, total) == (listed.entries, listed.head, 1)


async def test_two_who_open_at_once_open_one(room: Room) -> None:
    answers = await asyncio.gather(*(handling.open_dossier(room, "a1b2c3", WHO) for _ in range(4)))
    assert sorted(answer.opened for answer in answers) == [False, False, False, True]


@pytest.mark.parametrize(
    ("role", "regions", "refusal"),
    [
        (Role.OPERATOR, ("VR17",), None),
        (Role.ANALYST, ("VR17",), None),
        (Role.OPERATOR, ("VR01",), Refusal.UNKNOWN),
        (Role.READER, ("VR17",), Refusal.DENIED),
        (Role.ADMINISTRATOR, ("VR17",), Refusal.DENIED),
        (Role.PRIVACY_OFFICER, ("VR17",), Refusal.UNKNOWN),
    ],
)
async def test_who_may_open_one(room: Room, role: Role, regions: tuple[str, ...], refusal: Refusal | None) -> None:
    answer = await handling.open_dossier(room, "a1b2c3", person(role, *regions))
    assert answer.refusal is refusal
    if refusal is None:
        assert answer.added[0].body["by"] == role.value


async def test_a_dossier_names_roles_and_never_who(room: Room) -> None:
    operator = person(Role.OPERATOR, "VR17")
    await handle(room.database, "a1b2c3", Command(action=Action.TAKE), operator, NOW_MS)
    await handling.open_dossier(room, "a1b2c3", person(Role.ANALYST, "VR17"))
    weighed = entering.explanations({Explanation.CHANCE: PlayedPart.NO})
    await handling.add(room, "a1b2c3", operator, weighed)
    async with room.database.reading() as connection:
        entries = await dossiers.entries(connection, "a1b2c3")
    hands = {(entry.kind, entry.body["by"]) for entry in entries if "by" in entry.body}
    assert hands == {(Kind.OPENING, "analist"), (Kind.ACTION, "operator"), (Kind.EXPLANATION, "operator")}
    assert b"hier" not in b"".join(entry.line for entry in entries)


async def test_what_is_corrected_counts_no_more(room: Room) -> None:
    await handling.open_dossier(room, "a1b2c3", WHO)
    make = entering.explanations({Explanation.CHANCE: PlayedPart.YES})
    number = (await handling.add(room, "a1b2c3", WHO, make)).added[0].number
    assert (await handling.add(room, "a1b2c3", WHO, make)).refusal is Refusal.NOTHING_NEW
    wrong = handling.correction(number, Mistake.CHOICE, None)
    assert (await handling.add(room, "a1b2c3", WHO, wrong)).refusal is None
    assert (await handling.add(room, "a1b2c3", WHO, wrong)).refusal is Refusal.NOT_CORRECTABLE
    assert (await handling.add(room, "a1b2c3", WHO, make)).refusal is None, "it may be answered again"


async def test_it_does_not_grow_without_end(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    await handling.open_dossier(room, "a1b2c3", WHO)
    monkeypatch.setattr(handling, "MAX_ENTRIES", 8)
    decide = entering.decision(Power.NONE, Authority.MAYOR, NOW_MS, NOW_MS)
    refusals = [(await handling.add(room, "a1b2c3", WHO, decide)).refusal for _ in range(6)]
    assert refusals[-1] is Refusal.FULL
    found = await sealed(room, "a1b2c3", WHO, Form.LINES)
    assert found is not None
    assert verify(found.content).count == 8


async def test_a_happening_that_moves_takes_its_dossier_along(room: Room) -> None:
    await handling.open_dossier(room, "a1b2c3", WHO)
    north = alert(revision=2, place=Place(gemeente="Groningen", region="VR01", certainty=Certainty.CERTAIN))
    async with room.database.writing() as connection:
        before = await alerts.find(connection, "a1b2c3", EVERYTHING)
        await stored(connection, north, before, Arrival.NEWER, NOW_MS)
    async with room.database.reading() as connection:
        for region, there in (("VR01", True), ("VR17", False)):
            reach = Reach(regions=frozenset({region}))
            found = await dossiers.find(connection, "a1b2c3", reach)
            listed, total = await dossiers.page(connection, reach, limit=5, offset=0)
            assert (found is not None, len(listed), total) == (there, int(there), int(there)), region
    assert (await handling.update(room, "a1b2c3", person(Role.OPERATOR, "VR01"))).refusal is None
    assert (await handling.update(room, "a1b2c3", person(Role.OPERATOR, "VR17"))).refusal is Refusal.UNKNOWN

from __future__ import annotations

from contracts.alert import Change, Place, Severity
from services.notifier.access.actor import EVERY_GRANT, Actor
from services.notifier.access.reach import EVERYTHING
from services.notifier.handling import Command, handle
from services.notifier.life import Action, Arrival, Outcome, Status, Verdict, arrive
from services.notifier.store import alerts, audit
from services.notifier.store.alerts import Filter
from services.notifier.store.database import Database
from tests.notifier.samples import MINUTE, alert
from tests.notifier.storing import stored

WHO = Actor(name="operator", origin="127.0.0.1", grants=EVERY_GRANT)


async def keep(database: Database, record: object, now: int = 1_000) -> Arrival:
    async with database.writing() as connection:
        before = await alerts.find(connection, record.id, EVERYTHING, lock=True)
        arrival, _ = arrive(before.alert if before else None, before.status if before else Status.NEW, record)
        if arrival not in (Arrival.OLDER, Arrival.SAME):
            await stored(connection, record, before, arrival, now)
    return arrival


async def test_a_newer_revision_replaces_and_keeps_what_operators_did(database: Database) -> None:
    await keep(database, alert(), now=1_000)
    await handle(database, "a1b2c3", Command(action=Action.TAKE), WHO, 2_000)
    assert await keep(database, alert(revision=2, change=Change.UPDATED), now=3_000) is Arrival.NEWER
    assert await keep(database, alert(revision=1, label="ouder"), now=4_000) is Arrival.OLDER
    async with database.reading() as connection:
        case = await alerts.find(connection, "a1b2c3", EVERYTHING)
        revisions, deeds = await alerts.history(connection, "a1b2c3")
    assert case is not None
    assert (case.alert.revision, case.status, case.owner, case.received_ms) == (
        2,
        Status.IN_PROGRESS,
        "operator",
        1_000,
    )
    assert [revision.revision for revision in revisions] == [1, 2]
    assert [deed.action for deed in deeds] == ["take"]


async def test_a_closed_case_reopens_without_owner_or_outcome(database: Database) -> None:
    await keep(database, alert())
    await handle(database, "a1b2c3", Command(action=Action.CLOSE, outcome=Outcome.WRONG, text="markt"), WHO, 2_000)
    raised = alert(revision=2, change=Change.UPDATED, severity=Severity.HIGH)
    assert await keep(database, raised) is Arrival.REOPENS
    async with database.reading() as connection:
        case = await alerts.find(connection, "a1b2c3", EVERYTHING)
    assert case is not None
    assert (case.status, case.owner, case.outcome) == (Status.REOPENED, None, None)


async def test_every_action_is_audited_also_the_refused_and_the_unknown(database: Database) -> None:
    await keep(database, alert())
    step = await handle(database, "a1b2c3", Command(action=Action.REOPEN, text="toch"), WHO, 1)
    assert step is not None
    assert step.verdict is Verdict.REFUSED
    assert await handle(database, "nergens", Command(action=Action.TAKE), WHO, 2) is None
    async with database.reading() as connection:
        entries = await audit.page(connection, EVERYTHING, before=None, limit=10)
    assert [(entry.object, entry.action, entry.result) for entry in entries] == [
        ("nergens", "take", "unknown"),
        ("a1b2c3", "reopen", "refused"),
    ]


async def test_filters(database: Database) -> None:
    await keep(database, alert())
    await keep(database, alert(id="b", exercise="haren", label="Oproep – 100%_Haren", opened_minute=MINUTE + 60))
    await keep(database, alert(id="c", phenomenon="weggeefactie", place=Place(), opened_minute=MINUTE + 120))

    async def found(**wanted: object) -> list[str]:
        async with database.reading() as connection:
            cases, total = await alerts.page(connection, Filter(**wanted), EVERYTHING, limit=10, offset=0)
        assert total == len(cases)
        return [case.alert.id for case in cases]

    assert await found() == ["c", "b", "a1b2c3"]
    assert await found(exercise=True) == ["b"]
    assert await found(exercise=False, region="VR17") == ["a1b2c3"]
    assert await found(phenomenon="weggeefactie") == ["c"]
    assert await found(text="COOLSINGEL") == ["c", "b", "a1b2c3"]
    assert await found(text="100%_h") == ["b"]
    assert await found(text="%") == ["b"]
    assert await found(opened_from_minute=MINUTE + 60, opened_until_minute=MINUTE + 120) == ["b"]


async def test_the_oldest_unseen_comes_first_and_exercises_last(database: Database) -> None:
    await keep(database, alert(id="oefening", exercise="haren"), now=1)
    await keep(database, alert(id="gezien"), now=2)
    await keep(database, alert(id="oud"), now=3)
    await keep(database, alert(id="nieuw"), now=4)
    await keep(database, alert(id="klaar"), now=5)
    await handle(database, "gezien", Command(action=Action.ACKNOWLEDGE), WHO, 9)
    await handle(database, "klaar", Command(action=Action.CLOSE, outcome=Outcome.RIGHT, text="was zo"), WHO, 9)
    async with database.reading() as connection:
        order = [case.alert.id for case in await alerts.to_handle(connection, EVERYTHING)]
        real = await alerts.counts(connection, EVERYTHING, exercise=False)
        exercised = await alerts.counts(connection, EVERYTHING, exercise=True)
    assert order == ["oud", "nieuw", "gezien", "oefening"]
    assert (real.opened, real.unseen, exercised.opened, exercised.unseen) == (4, 2, 1, 1)

"""Alerts, silences and time against a real database: where each alert is, who hears of it, and that none is lost."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from configuration.alarms import Alarms
from configuration.receivers import Receivers, Webhook
from configuration.whole import Configuration
from contracts.alert import Alert, Change, EventReference, Place, Severity, State
from services.notifier.access.actor import EVERY_GRANT, Actor
from services.notifier.access.reach import EVERYTHING
from services.notifier.admission import Admission
from services.notifier.delivery.outbox import Outbox
from services.notifier.handling import Command, handle
from services.notifier.life import Action, Arrival, Outcome, Status, Verdict
from services.notifier.rounds import Rounds
from services.notifier.silencing import Decision, Wish, end, notice, silence
from services.notifier.store import alerts, audit, deliveries, events, feedback, held, silences
from services.notifier.store.alerts import Case
from services.notifier.store.database import Database
from services.notifier.store.tables import alerts as table
from services.notifier.store.tables import metadata
from services.notifier.store.threads import Told, current
from services.notifier.withholding import Held, Matcher
from tests.notifier.conftest import Clock
from tests.notifier.samples import alert

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
WHO = Actor(name="operator", origin="127.0.0.1", grants=EVERY_GRANT)
ALARMS = Alarms.model_validate(
    {
        "escalation": {
            "steps": [
                {"after_minutes": 5, "receivers": ["piket"]},
                {"after_minutes": 10, "receivers": ["sms", "piket"]},
            ]
        },
        "budget": {"per_shift": 6, "per_ten_minutes": 3},
    }
)


class Security:
    """A room without web pages: admission, rounds and a clock of our own."""

    def __init__(self, database: Database, configuration: Configuration, alarms: Alarms = ALARMS) -> None:
        hooks = tuple(
            Webhook(id=name, url="http://127.0.0.1:1/", secret="s", exercises=True)
            for name in ("meldkamer", "piket", "sms")
        )
        whole = dataclasses.replace(configuration, receivers=Receivers(receivers=hooks))
        outbox = Outbox.of(whole, "seinpost", standby=alarms.escalation.receivers)
        self.database, self.clock = database, Clock()
        self.admission = Admission(outbox=outbox, alarms=alarms)
        self.rounds = Rounds(database=database, admission=self.admission, done=lambda: None, now_ms=self.clock)

    async def arrives(self, *records: Alert) -> list[Arrival]:
        async with self.database.writing() as connection:
            return [await self.admission.receive(connection, record, self.clock()) for record in records]

    async def later(self, minutes: float) -> None:
        self.clock.ms += int(minutes * MINUTE_MS)
        while await self.rounds.walk():
            pass

    async def case(self, name: str) -> Case:
        async with self.database.reading() as connection:
            found = await alerts.find(connection, name, EVERYTHING)
        assert found is not None
        return found

    async def silenced(self, matcher: Matcher, hours: float = 1, reason: str = "bekend evenement") -> str:
        wish = Wish(matcher=matcher, reason=reason, ends_ms=self.clock() + int(hours * HOUR_MS))
        answer = await silence(self.database, wish, WHO, self.admission.alarms, self.clock())
        assert answer.silence is not None
        return answer.silence.id

    async def act(self, name: str, action: Action, outcome: Outcome | None = None) -> None:
        text = "zo was het" if outcome else None
        step = await handle(self.database, name, Command(action=action, outcome=outcome, text=text), WHO, self.clock())
        assert step is not None
        assert step.verdict is Verdict.DONE

    async def told(self, name: str) -> list[tuple[str, str]]:
        """Receiver and occasion, oldest first."""
        async with self.database.reading() as connection:
            rows, _ = await deliveries.page(connection, EVERYTHING, alert=name, state=None, limit=99, offset=0)
        return [(row.receiver, row.occasion) for row in sorted(rows, key=lambda row: (row.created_ms, row.receiver))]

    async def practised(self) -> int:
        """Alerts of exercises, which `places` leaves out."""
        query = select(func.count()).where(table.c.exercise.is_not(None))
        async with self.database.reading() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def places(self) -> dict[Held, int]:
        async with self.database.reading() as connection:
            return await held.places(connection, EVERYTHING, only_open=False)


@pytest.fixture
def room(database: Database, configuration: Configuration) -> Security:
    return Security(database, configuration)


def own(number: int, **changed: Any) -> Alert:
    """An alert of a happening of its own."""
    return alert(
        id=f"n{number}", event=EventReference(gemeente="Rotterdam", starts=f"2020-12-16T{number:02}:00"), **changed
    )


async def test_not_seen_goes_to_the_next_receiver_and_then_further_and_each_once(room: Security) -> None:
    await room.arrives(alert())
    assert await room.told("a1b2c3") == [("meldkamer", "opened")], "standby receivers hear nothing yet"
    assert (await room.case("a1b2c3")).escalate_ms == room.clock() + 5 * MINUTE_MS
    await room.later(4.9)
    assert len(await room.told("a1b2c3")) == 1
    await room.later(0.2)
    assert (await room.told("a1b2c3"))[1:] == [("piket", "escalated")]
    await room.later(5)
    await room.later(60)
    assert sorted((await room.told("a1b2c3"))[2:]) == [("piket", "escalated"), ("sms", "escalated")]
    case = await room.case("a1b2c3")
    assert (case.escalation_step, case.escalate_ms, case.status) == (2, None, Status.NEW)
    async with room.database.reading() as connection:
        _, deeds = await alerts.history(connection, "a1b2c3")
        entries = await audit.page(connection, EVERYTHING, before=None, limit=9)
    assert [(deed.action, deed.text) for deed in deeds] == [("escalate", "piket"), ("escalate", "sms, piket")]
    assert [(entry.actor, entry.action, entry.result) for entry in entries] == [
        ("Seinpost", "escalate", "step-2"), ("Seinpost", "escalate", "step-1"),
    ]  # fmt: skip


async def test_who_has_seen_it_stops_the_clock_and_a_reopening_starts_it_anew(room: Security) -> None:
    await room.arrives(alert())
    await room.later(6)
    await room.act("a1b2c3", Action.ACKNOWLEDGE)
    assert (await room.case("a1b2c3")).escalate_ms is None
    await room.later(60)
    assert len(await room.told("a1b2c3")) == 2
    await room.act("a1b2c3", Action.CLOSE, Outcome.RIGHT)
    await room.act("a1b2c3", Action.REOPEN)
    await room.later(5.1)
    assert (await room.told("a1b2c3"))[2:] == [("piket", "escalated")]
    await room.act("a1b2c3", Action.NOTE)
    await room.later(1)
    assert len(await room.told("a1b2c3")) == 3, "a note does not wind the clock back"


async def test_a_clock_that_ran_while_all_were_away_goes_on_and_two_replicas_escalate_once(
    room: Security, configuration: Configuration
) -> None:
    await room.arrives(alert())
    replicas = [Security(room.database, configuration) for _ in range(2)]
    for replica in replicas:
        replica.clock.ms = room.clock() + 30 * MINUTE_MS
    await asyncio.gather(*(replica.rounds.walk() for replica in replicas for _ in range(3)))
    told = await room.told("a1b2c3")
    assert sorted(told[1:]) == [("piket", "escalated"), ("piket", "escalated"), ("sms", "escalated")]


async def test_a_changed_escalation_holds_for_what_already_waits(
    database: Database, configuration: Configuration
) -> None:
    before = Security(database, configuration, Alarms())
    await before.arrives(alert())
    assert (await before.case("a1b2c3")).escalate_ms is None
    after = Security(database, configuration)
    stop = asyncio.Event()
    running = asyncio.create_task(after.rounds.run(stop))
    async with asyncio.timeout(60):
        while (await after.case("a1b2c3")).escalate_ms != after.clock() + 5 * MINUTE_MS:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    stop.set()
    await running


async def test_what_a_silence_hides_is_shown_beforehand_counted_and_comes_back(room: Security) -> None:
    await room.arrives(own(1), own(2), own(3, place=Place(gemeente="Groningen", region="VR01")))
    await room.act("n2", Action.CLOSE, Outcome.RIGHT)
    matcher = Matcher(gemeente="Rotterdam", region="VR17")
    async with room.database.reading() as connection:
        found = await silences.preview(connection, matcher, EVERYTHING, room.clock())
    assert (found.week, found.week_right, found.open_count) == (2, 1, 1)
    assert [case.alert.id for case in found.open] == ["n1"]
    name = await room.silenced(matcher)
    assert (await room.case("n1")).held is Held.SILENCED
    await room.arrives(own(4), own(5, severity=Severity.HIGH))
    assert (await room.case("n4")).held_by == name
    assert (await room.case("n5")).held is Held.SHOWN, "more severe than the silence hides"
    assert await room.told("n4") == []
    assert (await room.places())[Held.SILENCED] == 2
    await room.later(59)
    assert (await room.case("n4")).held is Held.SILENCED
    await room.later(1)
    assert [(await room.case(name)).held for name in ("n1", "n4")] == [Held.SHOWN, Held.SHOWN]
    assert await room.told("n4") == [("meldkamer", "released")]
    assert (await room.case("n4")).escalate_ms == room.clock() + 5 * MINUTE_MS, "its clock begins when it is shown"
    async with room.database.reading() as connection:
        (over,) = await silences.unnoticed(connection, EVERYTHING)
        told = [event.data for event in await events.after(connection, 0) if event.kind == "silence"]
    assert (over.id, over.hid, over.ended_by) == (name, 2, None)
    assert len(told) == 2, "began and ended are announced"
    assert await notice(room.database, name, WHO, room.clock()) is Verdict.DONE
    assert await notice(room.database, name, WHO, room.clock()) is Verdict.ALREADY
    async with room.database.reading() as connection:
        assert await silences.unnoticed(connection, EVERYTHING) == []


async def test_a_silence_ended_by_hand_brings_back_at_once_and_needs_no_announcement(room: Security) -> None:
    name = await room.silenced(Matcher(phenomenon="rellen"))
    await room.arrives(alert())
    assert await end(room.database, name, WHO, room.clock()) is Verdict.DONE
    await room.later(0.01)
    assert (await room.case("a1b2c3")).held is Held.SHOWN
    assert await end(room.database, name, WHO, room.clock()) is Verdict.ALREADY
    assert await end(room.database, "sil_none", WHO, room.clock()) is None
    async with room.database.reading() as connection:
        assert await silences.unnoticed(connection, EVERYTHING) == []


async def test_a_silence_says_what_it_is_about_and_ends(room: Security) -> None:
    async def asked(matcher: Matcher, hours: float) -> Decision:
        wish = Wish(matcher=matcher, reason="markt", ends_ms=room.clock() + int(hours * HOUR_MS))
        return (await silence(room.database, wish, WHO, ALARMS, room.clock())).decision

    assert await asked(Matcher(), 1) is Decision.TOO_WIDE
    assert await asked(Matcher(region="VR17"), 0) is Decision.OVER
    assert await asked(Matcher(region="VR17"), 169) is Decision.TOO_LONG
    async with room.database.reading() as connection:
        entries = await audit.page(connection, EVERYTHING, before=None, limit=9)
    assert {entry.result for entry in entries} == {"too-wide", "over", "too-long"}


async def test_a_place_alert_goes_under_its_event_and_comes_back_when_that_is_closed(room: Security) -> None:
    local = alert(id="plaats", event=None, severity=Severity.LOW)
    await room.arrives(alert(), local)
    assert (await room.case("plaats")).held_by == "a1b2c3"
    assert await room.told("plaats") == []
    async with room.database.reading() as connection:
        assert await held.under(connection, ["a1b2c3"], EVERYTHING) == {"a1b2c3": 1}
    await room.later(1)
    assert (await room.case("plaats")).held is Held.INHIBITED
    await room.act("a1b2c3", Action.CLOSE, Outcome.WRONG)
    await room.later(0.02)
    assert (await room.case("plaats")).held is Held.SHOWN
    assert await room.told("plaats") == [("meldkamer", "released")]


async def test_an_event_that_comes_later_takes_its_unseen_place_alerts_and_no_seen_ones(room: Security) -> None:
    await room.arrives(alert(id="een", event=None), alert(id="twee", event=None))
    await room.act("twee", Action.ACKNOWLEDGE)
    await room.arrives(alert())
    assert [(await room.case(name)).held for name in ("een", "twee")] == [Held.INHIBITED, Held.SHOWN]
    raised = alert(id="een", event=None, revision=2, severity=Severity.HIGH, change=Change.UPDATED)
    await room.arrives(raised)
    assert (await room.case("een")).held is Held.SHOWN, "it grew beyond its event"


async def test_beyond_the_budget_is_one_digest_that_receivers_hear_of_once(room: Security) -> None:
    await room.arrives(*(own(number) for number in range(6)))
    assert await room.places() == {Held.SHOWN: 3, Held.DIGESTED: 3, Held.SILENCED: 0, Held.INHIBITED: 0}
    assert await room.told("n3") == [("meldkamer", "digested")]
    assert await room.told("n4") == []
    async with room.database.reading() as connection:
        (digest,) = await held.digests(connection, EVERYTHING)
        cases, total = await held.withheld_by(connection, digest.id, EVERYTHING)
    assert (digest.region, digest.open, digest.unseen, digest.severities) == ("VR17", 3, 3, {"medium": 3})
    assert (sorted(case.alert.id for case in cases), total) == (["n3", "n4", "n5"], 3)
    await room.arrives(own(6, severity=Severity.HIGH), own(7, place=Place(gemeente="Groningen", region="VR01")))
    assert [(await room.case(name)).held for name in ("n6", "n7")] == [Held.SHOWN, Held.SHOWN]
    await room.arrives(own(4, revision=2, severity=Severity.HIGH, change=Change.UPDATED))
    assert (await room.case("n4")).held is Held.SHOWN
    assert await room.told("n4") == [("meldkamer", "severity-raised")]
    await room.act("n5", Action.TAKE)
    assert (await room.case("n5")).held is Held.SHOWN, "who takes it has it as a card"


async def test_alerts_of_one_gathering_cost_one_card(room: Security) -> None:
    await room.arrives(*(alert(id=f"zelfde-{number}", phenomenon=f"f{number}") for number in range(5)))
    assert (await room.places())[Held.SHOWN] == 5
    async with room.database.reading() as connection:
        cards = (await connection.execute(select(table.c.id).where(table.c.card_ms.is_not(None)))).all()
    assert len(cards) == 1


async def test_the_last_word_is_the_feedback_and_a_reopening_takes_it_back(room: Security) -> None:
    await room.arrives(own(1), own(2))
    await room.act("n1", Action.CLOSE, Outcome.WRONG)
    await room.act("n2", Action.CLOSE, Outcome.RIGHT)
    await room.act("n2", Action.REOPEN)
    await room.act("n2", Action.CLOSE, Outcome.EXERCISE)
    await room.arrives(own(1, revision=2, change=Change.MOVED))
    assert (await room.case("n1")).status is Status.REOPENED
    async with room.database.reading() as connection:
        said = [word async for word in feedback.everything(connection, EVERYTHING)]
    assert [(word.alert, word.label.value, word.gemeente) for word in said] == [("n2", "oefening", "Rotterdam")]


class Nights:
    """One database for all examples of the property: making one takes longer than an example."""

    def __init__(self, url: str, configuration: Configuration) -> None:
        self.url, self.configuration = url, configuration

    async def open(self) -> AsyncIterator[Security]:
        database = Database(self.url)
        await database.migrate()
        async with database.writing_rows() as connection:
            for emptied in reversed(metadata.sorted_tables):
                await connection.execute(emptied.delete())
        yield Security(database, self.configuration)
        await database.close()


@pytest.fixture
def nights(tmp_path: Path, configuration: Configuration) -> Nights:
    return Nights(f"sqlite:///{tmp_path}/nights.sqlite3", configuration)


_gemeenten = st.sampled_from([("Rotterdam", "VR17"), ("Groningen", "VR01"), (None, None)])
_happens = st.one_of(
    st.tuples(
        st.just("alert"), st.integers(0, 14), _gemeenten, st.sampled_from(Severity),
        st.sampled_from(["", "19:00", "20:00"]), st.sampled_from([None, "haren"]), st.booleans(),
    ),
    st.tuples(st.just("silence"), st.sampled_from([Matcher(region="VR17"), Matcher(phenomenon="rellen")])),
    st.tuples(st.just("act"), st.integers(0, 14), st.sampled_from([Action.ACKNOWLEDGE, Action.TAKE, Action.CLOSE])),
    st.tuples(st.just("later"), st.sampled_from([0.1, 6, 61, 500])),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(night=st.lists(_happens, min_size=5, max_size=40))
def test_shown_and_digested_and_silenced_and_inhibited_are_all_there_is(nights: Nights, night: list[Any]) -> None:
    async def run() -> None:
        async for room in nights.open():
            await _live_through(room, night)

    asyncio.run(run())


async def _live_through(room: Security, night: list[Any]) -> None:
    revisions: dict[str, int] = {}
    for what, *details in night:
        if what == "alert":
            number, (gemeente, region), severity, clock, exercise, closed = details
            name = f"n{number}"
            revisions[name] = revisions.get(name, 0) + 1
            record = alert(
                id=name, revision=revisions[name], severity=severity, exercise=exercise,
                place=Place(gemeente=gemeente, region=region),
                event=EventReference(gemeente=gemeente, starts=f"2020-12-16T{clock}") if clock else None,
                state=State.CLOSED if closed and revisions[name] > 1 else State.OPEN, change=Change.UPDATED,
            )  # fmt: skip
            await room.arrives(record)
        elif what == "silence":
            await room.silenced(details[0])
        elif what == "act":
            outcome = Outcome.WRONG if details[1] is Action.CLOSE else None
            command = Command(action=details[1], outcome=outcome, text="zo" if outcome else None)
            await handle(room.database, f"n{details[0]}", command, WHO, room.clock())
        else:
            await room.later(details[0])
        found = sum((await room.places()).values()) + await room.practised()
        assert found == len(revisions), "none lost, none counted twice"
    await _check(room)


async def _check(room: Security) -> None:
    """After the night: whoever withholds must still be there, and what nobody withholds is a card that was told of."""
    await room.later(24 * 60)
    async with room.database.reading() as connection:
        cases = [alerts.of_row(row) for row in await connection.execute(select(table))]
        assert await silences.active(connection, EVERYTHING) == []
        assert await audit.first_break(connection) is None
    by_id = {case.alert.id: case for case in cases}
    for case in cases:
        waits = case.status is not Status.CLOSED and case.alert.state is State.OPEN
        assert not (case.held is Held.SILENCED and waits), "every silence is over"
        if case.held is Held.INHIBITED and waits:
            assert by_id[case.held_by or ""].status is not Status.CLOSED
        if case.held is Held.DIGESTED:
            assert case.held_by
            assert case.escalate_ms is None
        if case.held is Held.SHOWN and case.status in (Status.NEW, Status.REOPENED):
            assert "meldkamer" in {receiver for receiver, _ in await room.told(case.alert.id)}, case.alert.id


def companion(**changed: Any) -> Alert:
    """Another phenomenon, of the same gathering as `alert()`."""
    return alert(**({"id": "ander", "phenomenon": "oproep", "label": "Oproep – Rotterdam"} | changed))


OVER = {"revision": 9, "state": State.CLOSED, "change": Change.CLOSED}


async def test_a_receiver_is_told_of_a_happening_and_not_of_each_alert_in_it(room: Security) -> None:
    await room.arrives(alert())
    await room.later(1)
    await room.arrives(companion())
    assert await room.told("a1b2c3") == [("meldkamer", "opened")]
    assert await room.told("ander") == [("meldkamer", "joined")], "an update of what it knows"
    await room.later(1)
    await room.arrives(alert(**OVER))
    assert (await room.told("a1b2c3"))[1:] == [("meldkamer", "parted")], "the happening goes on"
    await room.later(1)
    await room.arrives(companion(**OVER))
    assert (await room.told("ander"))[1:] == [("meldkamer", "closed")], "now it is over"
    await room.later(1)
    await room.arrives(alert(id="later", phenomenon="oproep"))
    assert await room.told("later") == [("meldkamer", "opened")], "what is over is no part of what comes"


async def test_what_a_receiver_gets_says_of_which_happening_it_is(room: Security) -> None:
    await room.arrives(alert())
    await room.later(1)
    await room.arrives(companion())
    async with room.database.reading() as connection:
        found = await deliveries.claim(connection, now_ms=room.clock(), until_ms=room.clock(), limit=9)
    said = {delivery.alert: orjson.loads(delivery.body) for delivery in found}
    assert said["a1b2c3"]["happening"] == {"firstAlert": "a1b2c3", "goesOn": True}
    assert said["ander"]["type"] == "alert.joined"
    assert said["ander"]["happening"] == {"firstAlert": "a1b2c3", "goesOn": True}
    assert said["ander"]["data"]["label"] == "Oproep – Rotterdam", "and all that is new"


async def test_inhibition_holds_for_deliveries_and_leaves_nobody_with_half_a_story(room: Security) -> None:
    place = alert(id="plaats", event=None, severity=Severity.LOW)
    await room.arrives(place)
    assert await room.told("plaats") == [("meldkamer", "opened")]
    await room.later(1)
    await room.arrives(alert())
    assert (await room.case("plaats")).held_by == "a1b2c3"
    assert await room.told("a1b2c3") == [("meldkamer", "joined")], "who knew the place hears of its event as an update"
    await room.later(1)
    await room.arrives(alert(id="stil", event=None, severity=Severity.LOW))
    await room.arrives(alert(id="plaats", event=None, severity=Severity.LOW, revision=3, reason="Meer berichten."))
    assert await room.told("stil") == []
    assert len(await room.told("plaats")) == 1, "what stands under another is not told apart"
    await room.later(1)
    await room.arrives(alert(**OVER))
    assert (await room.told("a1b2c3"))[1:] == [("meldkamer", "parted")], "the place goes on"
    await room.later(1)
    assert (await room.told("plaats"))[1:] == [("meldkamer", "released")]
    assert await room.told("stil") == [("meldkamer", "released")], "and nothing that was under it is lost"
    await room.later(1)
    await room.arrives(alert(id="plaats", event=None, severity=Severity.LOW, **OVER))
    assert (await room.told("plaats"))[2:] == [("meldkamer", "closed")]


async def test_who_knows_a_happening_hears_how_it_goes_on_whatever_its_routing(
    database: Database, configuration: Configuration
) -> None:
    room = Security(database, configuration)
    narrow = Webhook(id="smal", url="http://127.0.0.1:1/", secret="s", phenomena=("rellen",))
    whole = dataclasses.replace(configuration, receivers=Receivers(receivers=(narrow,)))
    room.admission = dataclasses.replace(room.admission, outbox=Outbox.of(whole, "seinpost"))
    await room.arrives(alert())
    await room.later(1)
    await room.arrives(companion())
    await room.arrives(companion(id="elders", event=EventReference(gemeente="Rotterdam", starts="2020-12-18T20:00")))
    assert await room.told("ander") == [("smal", "joined")]
    assert await room.told("elders") == [], "another gathering, and not its phenomenon"


async def test_one_escalation_for_one_happening(room: Security) -> None:
    await room.arrives(alert())
    await room.later(1)
    await room.arrives(companion())
    await room.later(4)
    assert (await room.told("a1b2c3"))[1:] == [("piket", "escalated")]
    await room.later(1)
    assert await room.told("ander") == [("meldkamer", "joined")], "piket knows"
    async with room.database.reading() as connection:
        _, deeds = await alerts.history(connection, "ander")
    assert [deed.text for deed in deeds] == ["piket (al gewaarschuwd voor deze gebeurtenis)"], "counted all the same"
    await room.act("a1b2c3", Action.ACKNOWLEDGE)
    await room.later(5)
    assert ("sms", "escalated") in await room.told("ander"), "somebody saw the one, nobody the other"


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["opened", "joined", "parted", "closed"])), max_size=9)
)
def test_a_thread_holds_what_was_told_since_the_last_one_ended(rows: list[tuple[str, str]]) -> None:
    told = [Told(alert=name, revision=number, occasion=why) for number, (name, why) in enumerate(rows)]
    found = current(told, "a")
    assert [one.revision for one in found] == sorted({one.revision for one in found})
    last_end = max((n for n, (_, why) in enumerate(rows[:-1]) if why == "closed"), default=-1)
    after = {name for name, _ in rows[last_end + 1 :]}
    names = {one.alert for one in found}
    assert names <= after | ({rows[last_end][0]} if last_end >= 0 else set())
    if rows and rows[-1][1] != "closed":
        assert after <= names, "nothing that was told since is lost"

"""A whole exercise over the API: made, joined, played, ended, reported, removed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from services.notifier.cases.desk import CaseDesk
from services.notifier.cases.opening import Off
from services.notifier.cases.tables import cases, keys, steps
from services.notifier.store.tables import metadata
from tests.notifier.conftest import Served
from tests.notifier.playing.stage import JSON, Stage, inbox, stage
from tests.notifier.samples import alert


@pytest.fixture
async def play(served: Served) -> AsyncIterator[Stage]:
    found = await stage(served)
    yield found
    await found.close()


async def test_from_start_to_report(play: Stage) -> None:
    oov, buur = await play.joins("oov"), await play.joins("buur")
    assert (await oov.get("/v1/participation")).json()["state"] == "waiting"
    await play.turn("start")
    await play.passes(10)
    asked = (await inbox(oov))["Wijkagent Zuid"]
    assert (asked["seen"], list(asked["options"])) == (False, ["afwachten", "duiden", "opschalen"])
    assert await inbox(buur) == {}, "the buddy sees its own injects alone"

    await play.passes(2)
    assert (await oov.post("/v1/participation/seen", json={"number": asked["number"]})).status_code == 204
    await play.passes(3)
    answer = {"number": asked["number"], "option": "duiden", "reason": "Plaats en tijd zijn bekend."}
    assert (await oov.post("/v1/participation/answers", json=answer)).status_code == 204
    assert (await oov.post("/v1/participation/answers", json=answer)).status_code == 409, "once"

    decision = {"decision": "buur-inlichten", "reason": "Ook van daar komen jongeren."}
    assert (await oov.post("/v1/participation/decisions", json=decision)).status_code == 204
    message = {"to": ["buur"], "text": "Komen er bij jullie veel jongeren naar de trein?"}
    assert (await oov.post("/v1/participation/messages", json=message)).status_code == 204
    assert list(await inbox(buur)) == ["oov"]

    await play.alert()
    await play.look()
    assert {"Seinpost", "Meldkamer van de veiligheidsregio"} <= (await inbox(oov)).keys()
    await play.jump("15:00")
    train = (await inbox(buur))["Vervoerder"]
    await play.passes(40)
    late = {"number": train["number"], "option": "melden", "reason": "Wij sturen jongerenwerkers."}
    assert (await buur.post("/v1/participation/answers", json=late)).status_code == 204
    assert (await play.lead("POST", "/end")).status_code == 200
    assert (await buur.post("/v1/participation/decisions", json=decision)).status_code == 409, "it is over"
    lesson = await buur.post("/v1/participation/lessons", json={"text": "Sneller terugbellen."})
    assert lesson.status_code == 204

    report = (await play.served.http.get(f"/v1/exercises/reports/{play.session}")).json()
    judged = {(one["item"], one["roles"][0]): one["judged"] for one in report["decisions"]}
    assert judged["wijkagent", "oov"] == "as-expected"
    assert judged["buur-inlichten", "oov"] == "as-expected"
    assert judged["reizigers", "buur"] == "late"
    assert judged["organisator", "oov"] == "not-done"
    assert judged["pers", "communicatie"] == "not-played"
    took = next(one["took"] for one in report["decisions"] if one["item"] == "wijkagent")
    assert took == {"minutes": 5.0, "seconds": 37.5}, "eight minutes of the exercise in one"
    assert report["timeToInform"]["minutes"] == 5.0
    assert {"role": "buur", "text": "Sneller terugbellen."} in report["lessons"]
    printed = await play.served.http.get(f"/v1/exercises/reports/{play.session}/pdf")
    assert printed.content.startswith(b"%PDF-")


async def test_it_goes_without_trace_but_its_report(served: Served) -> None:
    await served.arrives(alert(id="echt"))
    before = await _everything(served)
    play = await stage(served)
    await play.turn("start")
    oov = await play.joins("oov")
    await play.alert()
    gone, kept = [
        (await served.http.post("/v1/cases", json={"alertId": one})).json()["id"] for one in ("oef-alert", "echt")
    ]
    await served.http.post("/v1/alerts/oef-alert/close", json={"outcome": "oefening", "reason": "Van de oefening."})
    await play.look()
    await oov.post("/v1/participation/decisions", json={"decision": "organisator", "reason": "Nu kan het nog."})
    assert (await play.lead("DELETE")).status_code == 409, "not before it has ended"
    await play.lead("POST", "/end")
    assert (await play.lead("DELETE")).status_code == 200
    await play.alert(revision=2)  # what the detector still had to say of it

    assert await _left_at_the_desk(served) == {kept}
    entries = (await served.http.get("/v1/audit")).json()["items"]
    (told,) = [one for one in entries if one["action"] == "case-delete"]
    assert (told["object"], told["result"]) == (gone, "deleted")
    assert told["actor"] == served.room.settings.notifier.local_user
    after = await _everything(served)
    assert {name for name in after if after[name] != before.get(name)} == {"audit", "exercise_reports", "events"}
    (told,) = set(after["events"]) - set(before["events"])
    assert all(mark not in str(told) for mark in (play.session, "oef-alert")), "they look again, and hear not of what"
    assert "removed" in str(told)
    assert "Nu kan het nog." in str(after["exercise_reports"])
    assert "Nu kan het nog." not in str(after["audit"])
    assert (await oov.get("/v1/participation")).status_code == 401
    gone = await served.http.delete(f"/v1/exercises/reports/{play.session}", headers=JSON)
    assert gone.status_code == 204
    assert (await _everything(served))["exercise_reports"] == before["exercise_reports"]
    await play.close()


async def test_without_a_desk_it_goes_too(play: Stage) -> None:
    play.served.room.cases = Off.NO_KEY
    await play.lead("POST", "/end")
    assert (await play.lead("DELETE")).status_code == 200


async def _left_at_the_desk(served: Served) -> set[str]:
    """Numbers of reports to platforms, by any of their rows."""
    assert isinstance(served.room.cases, CaseDesk)
    async with served.room.cases.database.reading() as connection:
        columns = (cases.c.id, keys.c.case, steps.c.case)
        return {one for column in columns for one in (await connection.execute(select(column))).scalars()}


async def _everything(served: Served) -> dict[str, list[tuple[object, ...]]]:
    async with served.room.database.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in await connection.execute(select(table))), key=str)
            for table in metadata.sorted_tables
        }

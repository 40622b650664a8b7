"""Dempingen, verzamelingen, the clock on the card, and cards that share one happening."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from contracts.alert import Severity
from services.notifier.access.reach import EVERYTHING
from services.notifier.store import alerts, audit, silences
from services.notifier.withholding import Held
from tests.notifier.conftest import Served
from tests.notifier.console.test_pages import page, text_of
from tests.notifier.samples import alert
from tests.notifier.test_admission import ALARMS, HOUR_MS, MINUTE_MS, own
from tests.notifier.test_security import token_of

JSON = {"content-type": "application/json"}
ASKED = {"gemeente": "Rotterdam", "fenomeen": "rellen", "ernst": "medium", "uren": "4"}


@pytest.fixture
def with_alarms(served: Served) -> Served:
    """With steps of escalation and a budget of three cards."""
    served.room.configuration = dataclasses.replace(served.room.configuration, alarms=ALARMS)
    served.intake.alarms = ALARMS
    return served


async def send(served: Served, path: str, **fields: Any) -> tuple[int, str]:
    token = await token_of(served, "/dempingen")
    answer = await served.http.post(path, data={"token": token} | fields)
    return answer.status_code, answer.text


def hidden(html: str) -> str:
    return re.search(r'name="gezien" value="([0-9a-f]*)"', html)[1]  # type: ignore[index]


async def active(served: Served) -> list[silences.Silence]:
    async with served.room.database.reading() as connection:
        return await silences.active(connection, EVERYTHING)


async def test_a_silence_is_saved_only_after_its_preview(served: Served) -> None:
    await served.arrives(alert())
    status, html = await send(served, "/dempingen", **ASKED, reden="bekende markt")
    assert status == 200
    assert "1 melding, waarvan" not in text_of(html)
    assert "In de laatste 7 dagen: 1 melding. Nu op het scherm: 1 melding: Middel, nieuw: Oproep " in text_of(html)
    assert await active(served) == []
    seen = hidden(html)
    status, html = await send(served, "/dempingen", **ASKED | {"uren": "8"}, reden="bekende markt", gezien=seen)
    assert (status, await active(served)) == (200, []), "changed since: shown anew, not saved"
    status, _ = await send(served, "/dempingen", **ASKED, reden="bekende markt", gezien=seen)
    assert status == 303
    (found,) = await active(served)
    assert (found.matcher.region, found.matcher.gemeente, found.author) == ("VR17", "Rotterdam", "lokale gebruiker")
    assert found.ends_ms == served.clock() + 4 * HOUR_MS
    assert "Geen open meldingen" in await page(served)
    shown = await page(served, "/dempingen")
    assert "bekende markt" in shown
    assert "Verborg tot nu toe 1 melding" in shown
    assert "1 gedempt" in await page(served)
    assert "Dempingen die lopen" in await page(served, "/dienstoverdracht")
    assert "loopt af in de volgende dienst" in await page(served, "/dienstoverdracht")
    assert "Gedempt: deze melding" in await page(served, "/meldingen/a1b2c3")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"gemeente": "", "fenomeen": ""}, "Alles dempen kan niet"),
        ({"gemeente": "Rotterdm"}, "Deze gemeente is niet bekend"),
        ({"gemeente": "Rotterdam", "regio": "VR01"}, "ligt niet in deze regio"),
        ({"uren": "1000"}, "Kies hoe lang"),
        ({"ernst": "erg"}, "Kies tot en met welke ernst"),
        ({"fenomeen": "bestaat-niet"}, "Dit fenomeen bestaat niet"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    served: Served, fields: dict[str, str], said: str
) -> None:
    status, html = await send(served, "/dempingen", **ASKED | fields, reden="half getypt")
    assert status == 400
    assert said in text_of(html)
    assert "half getypt" in html
    assert await active(served) == []


async def test_without_a_reason_it_is_not_saved(served: Served) -> None:
    _, html = await send(served, "/dempingen", **ASKED)
    status, html = await send(served, "/dempingen", **ASKED, gezien=hidden(html))
    assert (status, await active(served)) == (400, [])
    assert "Schrijf in een paar woorden waarom" in text_of(html)


async def test_its_end_is_announced_until_somebody_saw_it(served: Served) -> None:
    _, html = await send(served, "/dempingen", **ASKED)
    await send(served, "/dempingen", **ASKED, reden="markt", gezien=hidden(html))
    (found,) = await active(served)
    async with served.room.database.writing() as connection:
        await silences.end(connection, found.id, now_ms=served.clock(), by=None)
    served.room.acted()
    assert "Een demping is afgelopen" in await page(served)
    assert (await send(served, f"/dempingen/{found.id}/gezien"))[0] == 303
    assert "Een demping is afgelopen" not in await page(served)
    assert "vanzelf afgelopen" in await page(served, "/dempingen")
    assert (await send(served, "/dempingen/sil_none/gezien"))[0] == 404


async def test_a_silence_can_be_ended_and_a_foreign_form_ends_nothing(served: Served) -> None:
    _, html = await send(served, "/dempingen", **ASKED)
    await send(served, "/dempingen", **ASKED, reden="markt", gezien=hidden(html))
    (found,) = await active(served)
    assert (await send(served, f"/dempingen/{found.id}/beeindigen", token="vals"))[0] == 403
    assert len(await active(served)) == 1
    assert (await send(served, f"/dempingen/{found.id}/beeindigen"))[0] == 303
    assert await active(served) == []


async def test_the_clock_is_on_the_card_with_who_is_next(with_alarms: Served) -> None:
    await with_alarms.arrives(alert())
    shown = await page(with_alarms)
    assert "Niemand zag dit nog. Gaat over 5 min" in shown
    assert "naar piket" in shown
    case = (await with_alarms.http.get("/v1/alerts/a1b2c3")).json()
    assert (case["held"], case["escalatesAt"]) == ("shown", "2020-12-15T18:45:10Z")
    with_alarms.clock.ms += 3 * MINUTE_MS
    with_alarms.room.acted()
    assert "Gaat over 2 min" in await page(with_alarms)
    await with_alarms.http.post("/v1/alerts/a1b2c3/acknowledge", headers=JSON)
    assert "Niemand zag dit" not in await page(with_alarms)


async def test_beyond_the_budget_is_one_card_that_opens_to_all(with_alarms: Served) -> None:
    await with_alarms.arrives(*(own(number) for number in range(6)))
    html = (await with_alarms.http.get("/")).text
    assert "3 meldingen meer dan één dienst aankan – Rotterdam-Rijnmond" in text_of(html)
    assert html.count('<article class="card') == 4
    address = re.search(r'href="(/verzamelingen/[^"]+)"', html)[1]  # type: ignore[index]
    assert "3 open meldingen" in await page(with_alarms, address)
    assert (await send(with_alarms, f"{address}/gezien"))[0] == 303
    assert "0 ongezien" in await page(with_alarms)
    async with with_alarms.room.database.reading() as connection:
        entries = await audit.page(connection, EVERYTHING, before=None, limit=9)
    seen = [entry.object for entry in entries if entry.action == "acknowledge"]
    assert sorted(seen) == ["n3", "n4", "n5"], "each stands in the log by itself"
    assert "Verzameld: 3 meldingen" in await page(with_alarms, "/dienstoverdracht")
    assert (await with_alarms.http.get("/verzamelingen/VR17-echt-x")).status_code == 404


async def test_alerts_of_one_gathering_share_a_card(served: Served) -> None:
    await served.arrives(alert(), alert(id="tweede", phenomenon="oproep", label="Oproep – Rotterdam"))
    html = (await served.http.get("/")).text
    assert html.count('<article class="card') == 1
    assert "Hoort bij dezelfde gebeurtenis: Middel Nieuw Oproep – Rotterdam" in text_of(html)
    assert "2 ongezien" in text_of(html)


async def test_a_place_alert_stands_under_its_event(served: Served) -> None:
    await served.arrives(alert(), alert(id="plaats", event=None, label="Drukte – Rotterdam", severity=Severity.LOW))
    assert "1 melding over deze plaats valt hieronder" in await page(served)
    assert "Drukte – Rotterdam" in await page(served, "/verzamelingen/a1b2c3")
    assert "valt onder de melding van de gebeurtenis" in await page(served, "/meldingen/plaats")


async def test_the_api_does_what_the_page_does(with_alarms: Served) -> None:
    http = with_alarms.http
    await with_alarms.arrives(alert(), own(1), own(2), own(3))
    asked = {"gemeente": "rotterdam", "maxSeverity": "medium"}
    preview = (await http.post("/v1/silences/preview", json=asked)).json()
    assert (preview["week"], preview["weekRight"], preview["openCount"]) == (4, 0, 3)
    wish = asked | {"reason": "markt", "endsAt": "2020-12-15T23:00:00+01:00"}
    made = await http.post("/v1/silences", json=wish)
    assert (made.status_code, made.json()["region"], made.json()["hid"]) == (201, "VR17", 4)
    found = (await http.get("/v1/digests")).json()
    assert found["places"] == {"shown": 0, "silenced": 4, "inhibited": 0, "digested": 0}
    name = made.json()["id"]
    assert (await http.post(f"/v1/silences/{name}/notice", headers=JSON)).status_code == 409
    ended = await http.post(f"/v1/silences/{name}/end", headers=JSON)
    assert (ended.status_code, ended.json()["endedBy"]) == (200, "lokale gebruiker")
    assert (await http.get("/v1/silences")).json()["items"] == []
    refused = (
        {},
        {"gemeente": "Rotterdm"},
        {"region": "VR17", "endsAt": "2020-12-15T01:00:00+01:00"},
        {"region": "VR17", "endsAt": "2021-12-15T01:00:00+01:00"},
        {"region": "VR17", "endsAt": "2020-12-15T23:00"},
    )
    for wrong in refused:
        answer = await http.post("/v1/silences", json=wish | {"gemeente": None} | wrong)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert (await http.post("/v1/silences/sil_x/end", headers=JSON)).status_code == 404
    assert (await http.get("/v1/digests/VR17-echt-1")).status_code == 404


async def test_feedback_comes_out_of_the_api(served: Served) -> None:
    await served.arrives(alert())
    await served.http.post("/v1/alerts/a1b2c3/close", json={"outcome": "niet-terecht", "reason": "was een markt"})
    answer = await served.http.get("/v1/exports/feedback")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert '"label":"niet-terecht"' in answer.text
    assert "markt" not in answer.text
    assert (await served.http.get("/v1/exports/feedback?since=2030-01-01")).text == ""
    assert "0 terecht, 1 niet terecht, 0 oefening" in await page(served, "/dienstoverdracht")


async def test_what_somebody_takes_becomes_a_card(with_alarms: Served) -> None:
    await with_alarms.arrives(*(own(number) for number in range(4)))
    await with_alarms.http.post("/v1/alerts/n3/take", headers=JSON)
    async with with_alarms.room.database.reading() as connection:
        case = await alerts.find(connection, "n3", EVERYTHING)
    assert case is not None
    assert case.held is Held.SHOWN

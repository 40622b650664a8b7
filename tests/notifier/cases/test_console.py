"""The pages without a script: from an alert through every step, and what they say when it is off."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from services.notifier.cases.desk import CaseDesk
from services.notifier.cases.opening import Off
from services.notifier.cases.triage import Nature, Route
from services.notifier.console import case_words
from services.notifier.store.database import Database
from tests.notifier.cases_scene import NOTICE, PLANTED, SECRET_WORDS, with_desks
from tests.notifier.conftest import Served
from tests.notifier.samples import alert


async def posted(http: httpx.AsyncClient, path: str, **data: str) -> httpx.Response:
    token = re.search(r'name="token" value="([^"]+)"', (await http.get("/")).text)
    assert token is not None
    return await http.post(path, data={"token": token[1], **data})


@pytest.fixture
async def http(served: Served) -> httpx.AsyncClient:
    with_desks(served.room)
    await served.arrives(alert(), alert(id="oefening", exercise="haren"))
    return served.http


async def begun(http: httpx.AsyncClient, alert_id: str = "a1b2c3") -> str:
    answer = await posted(http, "/platformmeldingen", melding=alert_id)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_from_alert_to_sent_and_gone(http: httpx.AsyncClient) -> None:
    assert "Maak een platformmelding" in (await http.get("/meldingen/a1b2c3")).text
    path = await begun(http)
    first = (await http.get(path)).text
    assert "Wat is het?" in first
    assert "Welke weg?" not in first
    assert (await posted(http, f"{path}/beoordeling", aard="illegaal")).status_code == 303
    second = (await http.get(path)).text
    assert "Melding van illegale inhoud" in second
    assert "op slot" in second, "an order is locked"
    no_platform = await posted(http, f"{path}/beoordeling", aard="illegaal", weg="notice")
    assert (no_platform.status_code, "Kies het platform" in no_platform.text) == (400, True)
    await posted(http, f"{path}/beoordeling", aard="illegaal", weg="notice", platform="proef")
    third = (await http.get(path)).text
    assert "(artikel 16, lid 2, onder b, DSA; nagelezen op 30-11-2026)" in third
    assert "Ik heb dit zelf verstuurd" not in third, "nothing to send yet"
    refused = await posted(http, f"{path}/verzenden", wijze="hand")
    assert (refused.status_code, "Vul het precieze webadres in" in refused.text) == (409, True)
    wrong = await posted(http, f"{path}/inhoud", urls="https://platform.example/", reasons="Omdat dit getypt is.")
    assert wrong.status_code == 400
    assert "Een van deze webadressen klopt niet" in wrong.text
    assert "Omdat dit getypt is." in wrong.text, "what was typed is not lost"
    await posted(http, f"{path}/inhoud", urls=f"{PLANTED}\n\n", reasons=SECRET_WORDS, goodFaith="ja")
    ready = html.unescape((await http.get(path)).text)
    assert PLANTED in ready
    assert "notice@platform.example" in ready
    assert "Seinpost kan dit niet mailen" in ready, "no mail server here"
    file = await http.get(f"{path}/tekst.txt")
    assert SECRET_WORDS in file.text
    assert file.headers["content-disposition"].startswith("attachment")
    assert (await http.get(f"{path}/tekst.json")).json()["urls"] == [PLANTED]
    assert (await posted(http, f"{path}/verzenden", wijze="hand")).status_code == 303
    sent = (await http.get(path)).text
    assert "Verzonden" in sent
    assert "Antwoord verwacht" in sent
    assert (await posted(http, f"{path}/stand", stand="")).status_code == 400
    await posted(http, f"{path}/stand", stand="confirmed", tekst="bedankt")
    await posted(http, f"{path}/stand", stand="decided", tekst="weggehaald")
    assert "U kunt bezwaar maken tot" in (await http.get(path)).text
    overview = (await http.get("/platformmeldingen")).text
    assert "Besluit gekregen" in overview
    assert PLANTED not in overview
    assert (await posted(http, f"{path}/verwijderen")).status_code == 400, "not without being sure"
    assert (await posted(http, f"{path}/verwijderen", zeker="ja")).status_code == 303
    assert (await http.get(path)).status_code == 404
    assert "Proefplatform" in (await http.get("/platformmeldingen")).text, "its times stay"


async def test_an_exercise_is_marked_and_shows_no_address(http: httpx.AsyncClient) -> None:
    path = await begun(http, "oefening")
    await posted(http, f"{path}/beoordeling", aard="illegaal", weg="notice", platform="proef")
    await posted(http, f"{path}/inhoud", urls=PLANTED, reasons=SECRET_WORDS, goodFaith="ja")
    shown = (await http.get(path)).text
    assert "OEFENING" in shown
    assert "Niets hiervan gaat naar een echt adres" in shown
    assert "notice@platform.example" not in shown
    assert (await posted(http, f"{path}/verzenden", wijze="email")).status_code == 409


async def test_a_form_of_another_page_counts_for_nothing(http: httpx.AsyncClient) -> None:
    path = await begun(http)
    for where in ("", "/beoordeling", "/inhoud", "/verzenden", "/stand", "/verwijderen"):
        address = f"{path}{where}" if where else "/platformmeldingen"
        assert (await http.post(address, data={"token": "x" * 40, "melding": "a1b2c3"})).status_code == 403, where
    assert (await http.get("/v1/cases")).json()["total"] == 1


@pytest.mark.parametrize("off", Off)
async def test_off_says_why_and_the_rest_works(served: Served, http: httpx.AsyncClient, off: Off) -> None:
    served.room.cases, desk = off, served.room.cases
    page = await http.get("/platformmeldingen")
    assert (page.status_code, case_words.OFF[off] in html.unescape(page.text)) == (200, True)
    assert (await http.get("/platformmeldingen/pm1")).status_code == 503
    problem = await http.get("/v1/cases")
    assert (problem.status_code, "are off" in problem.json()["detail"]) == (503, True)
    assert (await http.get("/meldingen/a1b2c3")).status_code == 200
    assert (await http.get("/")).status_code == 200
    served.room.cases = desk


async def test_an_alert_opens_while_the_store_is_away(served: Served, http: httpx.AsyncClient) -> None:
    desk = served.room.cases
    assert isinstance(desk, CaseDesk)
    own, desk.database = desk.database, Database("postgresql://u@127.0.0.1:1/n")
    page = await http.get("/meldingen/a1b2c3")
    assert (page.status_code, "Maak een platformmelding" in page.text) == (200, True)
    assert (await http.get("/")).status_code == 200
    desk.database = own


def test_every_nature_and_route_is_explained() -> None:
    assert set(case_words.NATURE) == set(Nature)
    assert set(case_words.ROUTE) == set(Route)
    for explained in (*case_words.NATURE.values(), *case_words.ROUTE.values()):
        assert explained.means
    assert NOTICE["reasons"] not in str(case_words)

"""The pages of leader and participant, over HTTP and without a script."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from tests.notifier.conftest import Served
from tests.notifier.playing.stage import DRILL, Stage, stage

LINK = re.compile(r'id="adres" readonly value="[^"]*/meedoen\?code=([^"]+)"')


@pytest.fixture
async def play(served: Served) -> AsyncIterator[Stage]:
    found = await stage(served)
    yield found
    await found.close()


async def form(served: Served, page: str, path: str, **fields: object) -> tuple[int, str]:
    token = re.search(r'name="token" value="([^"]+)"', (await served.http.get(page)).text)
    assert token is not None
    answer = await served.http.post(path, data={"token": token[1], **fields})
    if answer.status_code == 303:
        return 303, (await served.http.get(answer.headers["location"])).text
    return answer.status_code, answer.text


async def test_a_leader_goes_the_whole_way_by_forms(served: Served) -> None:
    overview = (await served.http.get("/oefeningen")).text
    assert "Weggeefactie op Zuidplein" in overview
    status, page = await form(served, "/oefeningen", "/oefeningen", programma=DRILL)
    assert (status, "Nog niet begonnen" in page) == (303, True)
    here = re.search(r'action="(/oefeningen/oef-[0-9a-f]{16})/klok"', page)
    assert here is not None
    status, page = await form(served, here[1], f"{here[1]}/link", rol="oov")
    assert (status, LINK.search(page) is not None) == (200, True)
    assert LINK.search((await served.http.get(here[1])).text) is None, "it is shown once"
    assert "Loopt" in (await form(served, here[1], f"{here[1]}/klok", doe="start"))[1]
    assert "60 keer" in (await form(served, here[1], f"{here[1]}/klok", doe="speed", snelheid="60"))[1]
    assert "13 jan 2024, 13:00" in (
        await form(served, here[1], f"{here[1]}/klok", doe="jump", naar="2024-01-13T13:00")
    )[1]  # fmt: skip
    assert "Staat stil" in (await form(served, here[1], f"{here[1]}/klok", doe="pause"))[1]
    sent = await form(served, here[1], f"{here[1]}/bericht", aan=["oov"], van="Meldkamer", tekst="Er is brand.")
    assert "Meldkamer aan Adviseur openbare orde en veiligheid Rotterdam: Er is brand." in sent[1]
    assert "Afgelopen" in (await form(served, here[1], f"{here[1]}/afsluiten"))[1]
    assert (await form(served, here[1], f"{here[1]}/les", les="Eerder bellen."))[0] == 303
    report = here[1].replace("oefeningen", "oefenverslagen")
    assert "Eerder bellen." in (await served.http.get(report)).text
    assert (await served.http.get(f"{report}/verslag.pdf")).headers["content-type"] == "application/pdf"
    status, page = await form(served, here[1], f"{here[1]}/verwijderen")
    assert (status, "De oefening zelf is al verwijderd" in page) == (303, True)
    assert (await served.http.get(here[1])).status_code == 404
    assert (await form(served, report, f"{report}/verwijderen"))[0] == 303
    assert (await served.http.get(report)).status_code == 404


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("klok", {"doe": "speed", "snelheid": "0"}, "Kies een snelheid"),
        ("klok", {"doe": "speed", "snelheid": "vlug"}, "Kies een snelheid"),
        ("klok", {"doe": "jump", "naar": "2024-01-14T13:00"}, "Kies een tijd binnen het programma"),
        ("klok", {"doe": "jump", "naar": "straks"}, "Kies een tijd binnen het programma"),
        ("bericht", {"van": "Meldkamer", "tekst": "Er is brand."}, "Kies wie het bericht krijgt"),
        ("bericht", {"aan": "oov", "van": "", "tekst": "Er is brand."}, "van welke functie"),
        ("bericht", {"aan": "oov", "van": "Meldkamer", "tekst": "Bel 06 12345678"}, "Schrijf geen naam"),
        ("les", {"les": ""}, "wat u leerde"),
    ],
)
async def test_what_is_wrong_is_said_in_words(play: Stage, path: str, fields: dict[str, str], said: str) -> None:
    await play.turn("start")
    here = f"/oefeningen/{play.session}"
    status, page = await form(play.served, here, f"{here}/{path}", **fields)
    assert (status, said in page) == (400, True), page[:2000]


async def test_a_deed_out_of_its_time_is_refused(play: Stage) -> None:
    here = f"/oefeningen/{play.session}"
    assert (await form(play.served, here, f"{here}/klok", doe="pause"))[0] == 409
    assert (await play.served.http.get(here.replace("oefeningen", "oefenverslagen"))).status_code == 409
    await play.turn("start")
    assert (await play.lead("POST", "/clock", {"turn": "start"})).status_code == 409


async def test_a_participant_is_told_what_is_missing(play: Stage) -> None:
    oov = await play.joins("oov")
    await play.turn("start")
    await play.passes(15)
    page = (await oov.get("/deelname")).text
    token = re.search(r'name="token" value="([^"]+)"', page)
    number = re.search(r'name="nummer" value="(\d+)"', page)
    assert token is not None
    assert number is not None
    wrong = await oov.post("/deelname/antwoord", data={"token": token[1], "nummer": number[1], "reden": "Ik wacht."})
    assert (wrong.status_code, "Kies een antwoord." in wrong.text, "Ik wacht." in wrong.text) == (400, True, True)
    right = {"token": token[1], "nummer": number[1], "keuze": "duiden", "reden": "Plaats en tijd zijn bekend."}
    done = await oov.post("/deelname/antwoord", data=right)
    assert (done.status_code, done.headers["location"]) == (303, f"/deelname#bericht-{number[1]}")
    assert "Uw antwoord: Laten duiden" in (await oov.get("/deelname")).text
    assert (await oov.post("/deelname/antwoord", data=right)).status_code == 409

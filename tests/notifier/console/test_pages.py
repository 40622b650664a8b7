from __future__ import annotations

import csv
import io
import re

import pytest

from contracts.alert import Change, EventReference, Place
from contracts.source_health import Reason, Status
from tests.notifier.conftest import Served
from tests.notifier.samples import MINUTE, alert, health
from tests.notifier.test_security import token_of


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


async def page(served: Served, path: str = "/") -> str:
    answer = await served.http.get(path)
    assert answer.status_code == 200
    return text_of(answer.text)


async def test_a_card_says_what_where_when_why_and_how_sure(served: Served) -> None:
    await served.arrives(alert(), health())
    shown = await page(served)
    for said in (
        "Oproep tot rellen – Rotterdam", "Coolsingel, Rotterdam", "Rotterdam-Rijnmond", "84 berichten in 15 minuten",
        "Bijna zeker geen toeval", "61 schrijvers", "22:00", "over 2 u 19 min", "19:40", "1 ongezien", "Gezien",
        "zonder aanmelden",
    ):  # fmt: skip
        assert said in shown


async def test_no_alerts_is_not_called_quiet_while_a_source_is_blind(served: Served) -> None:
    assert "kijkt nu geen bron mee" in await page(served)
    await served.arrives(health())
    assert "1 bron kijkt mee" in await page(served)
    await served.arrives(health(source="mastodon", status=Status.BLIND, reason=Reason.UNREACHABLE))
    shown = await page(served)
    assert "mastodon is niet te bereiken" in shown
    assert "kan iets gebeuren dat Seinpost niet ziet" in shown
    assert "vanzelf" not in shown


async def test_the_warning_of_a_blind_source_stands_above_alerts_too(served: Served) -> None:
    await served.arrives(alert(), health(status=Status.BLIND, reason=Reason.SILENT))
    assert "Geen meldingen betekent nu niet dat het rustig is" in await page(served)


@pytest.mark.parametrize("path", ["/", "/meldingen/a1b2c3", "/archief", "/dienstoverdracht"])
async def test_an_exercise_is_marked_everywhere_and_counted_apart(served: Served, path: str) -> None:
    await served.arrives(alert(exercise="Project X Haren"))
    shown = await page(served, path)
    assert "OEFENING" in shown
    assert "(1)" not in shown.split("Seinpost")[0]


async def test_a_replay_shows_absolute_times_and_when_it_came(served: Served) -> None:
    in_2012 = 22_469_262  # Thursday 20 September, 17:42
    old = alert(
        opened_minute=in_2012,
        updated_minute=in_2012,
        event=EventReference(place="Stationsweg", starts="2012-09-21T19:30"),
        exercise="haren",
    )
    await served.arrives(old)
    shown = await page(served)
    assert "20 sep 2012" in shown
    assert "ontvangen 19:40" in shown
    assert "bij de laatste stand nog" in shown
    assert "geleden" not in shown


async def test_the_page_of_an_alert_tells_all_and_has_a_table_beside_the_chart(served: Served) -> None:
    await served.arrives(alert(), alert(revision=2, change=Change.MOVED, moved_from=EventReference(place="Zuidplein")))
    html = (await served.http.get("/meldingen/a1b2c3")).text
    shown = text_of(html)
    for said in (
        "kleiner dan 1 op 1 miljard", "100% van het venster", "bluesky: 60", "station", "Verplaatst", "Zuidplein",
        "What is", "What if", "Wat kunt u doen", "p &lt; 1e-6", "Melding geopend",
    ):  # fmt: skip
        assert said in shown
    assert html.count('<th scope="row">') >= 12
    assert html.count("chart__bar--window") >= 2


async def test_a_move_to_another_town_and_a_second_date_are_told(served: Served) -> None:
    moved_to = EventReference(gemeente="Schiedam", starts="2012-09-21T20:00")
    await served.arrives(
        alert(moved_to=moved_to, also=(EventReference(place="Zuidplein", starts="2012-09-22T21:00", call=True),))
    )
    shown = text_of((await served.http.get("/meldingen/a1b2c3")).text)
    assert re.search(r"Verplaatst naar vr 21 sep 2012 20:00 .{0,60}Schiedam", shown)
    assert re.search(r"Ook opgeroepen voor za 22 sep 2012 21:00 .{0,60}Zuidplein", shown)
    body = (await served.http.get("/v1/alerts/a1b2c3")).json()
    assert (body["movedTo"]["gemeente"], [one["place"] for one in body["also"]]) == ("Schiedam", ["Zuidplein"])


async def test_what_anybody_wrote_stays_text(served: Served) -> None:
    evil = '<img src=x onerror="alert(1)">'
    await served.arrives(
        alert(label=evil, reason=evil, terms=(evil,), context=(evil,), place=Place(gemeente=evil, name=evil)),
        health(source=evil, status=Status.BLIND),
    )
    token = await token_of(served)
    await served.http.post("/meldingen/a1b2c3/notitie", data={"token": token, "notitie": evil})
    for path in ("/", "/meldingen/a1b2c3", "/archief", "/bronnen", "/dienstoverdracht", f"/archief?zoek={evil}"):
        assert "<img" not in (await served.http.get(path)).text


async def test_closing_without_reason_brings_the_form_back_with_what_was_typed(served: Served) -> None:
    await served.arrives(alert())
    token = await token_of(served)
    answer = await served.http.post(
        "/meldingen/a1b2c3/afsluiten", data={"token": token, "uitkomst": "niet-terecht", "reden": " "}
    )
    assert answer.status_code == 400
    assert "<title>Fout:" in re.sub(r"\(\d+\) ", "", answer.text)
    assert 'value="niet-terecht" required checked' in answer.text
    assert "Schrijf in een paar woorden waarom." in answer.text
    good = {"token": token, "uitkomst": "niet-terecht", "reden": "er was een markt"}
    assert (await served.http.post("/meldingen/a1b2c3/afsluiten", data=good)).status_code == 303
    shown = await page(served, "/meldingen/a1b2c3")
    assert "er was een markt" in shown
    assert "Heropenen" in shown
    assert "Geen open meldingen" in await page(served) or "kijkt nu geen bron mee" in await page(served)
    assert (await served.http.post("/meldingen/a1b2c3/gezien", data={"token": token})).status_code == 409


async def test_the_archive_is_searched_and_exported(served: Served) -> None:
    await served.arrives(alert(), alert(id="b", label="=1+1", phenomenon="weggeefactie", opened_minute=MINUTE - 5000))
    assert "1 melding" in await page(served, "/archief?fenomeen=weggeefactie")
    assert "1 melding" in await page(served, "/archief?van=2020-12-15&tot=2020-12-15")
    assert "Schrijf een datum" in await page(served, "/archief?van=morgen")
    assert "Niets gevonden" in await page(served, "/archief?zoek=bestaatniet")
    answer = await served.http.get("/archief.csv?status=new")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row[0] for row in rows] == ["melding", "a1b2c3", "b"]
    assert rows[2][1] == "'=1+1", "no spreadsheet may run it"
    assert rows[1][7] == "2020-12-15 19:40"


async def test_the_theme_is_kept(served: Served) -> None:
    token = await token_of(served, "/")
    answer = await served.http.post("/weergave", data={"token": token, "thema": "night", "terug": "/bronnen"})
    assert answer.headers["location"] == "/bronnen"
    assert 'data-theme="night"' in (await served.http.get("/bronnen")).text


async def test_the_handover_tells_what_was_done(served: Served) -> None:
    await served.arrives(alert())
    token = await token_of(served)
    await served.http.post("/meldingen/a1b2c3/oppakken", data={"token": token})
    shown = await page(served, "/dienstoverdracht")
    assert "Nog open (1)" in shown
    assert "Gedaan in deze dienst (1)" in shown
    assert (await served.http.get("/dienstoverdracht?uren=x")).status_code == 400


async def test_errors_are_pages_for_people(served: Served) -> None:
    answer = await served.http.get("/meldingen/nergens")
    assert answer.status_code == 404
    assert "Deze melding bestaat niet." in answer.text
    assert answer.headers["content-type"].startswith("text/html")

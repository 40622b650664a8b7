"""Voorlichting: texts filled in and kept nowhere; campaigns registered, bounded, audited and measured."""

from __future__ import annotations

import datetime
import random

from services.notifier.access.reach import EVERYTHING
from services.notifier.picture import AMSTERDAM
from services.notifier.store import audit
from tests.notifier.conftest import Served
from tests.notifier.console.test_pages import page, text_of
from tests.notifier.test_picture import block
from tests.notifier.test_security import token_of

FIRST = datetime.date(2020, 11, 20)
ASKED = {
    "message": "niet-delen", "phenomenon": "rellen", "region": "VR17", "gemeenten": ["Rotterdam"],
    "firstDay": FIRST.isoformat(), "lastDay": "2020-12-31",
}  # fmt: skip
OTHERS = (("Utrecht", "GM0344", "VR09"), ("Amsterdam", "GM0363", "VR13"))


async def tell(served: Served, changed: float) -> None:
    """A block each day of eight weeks, in the gemeente of the campaign and in two others."""
    chance = random.Random(4)
    async with served.room.database.writing() as connection:
        for day in range(56):
            date = FIRST - datetime.timedelta(days=32 - day)
            start = int(datetime.datetime.combine(date, datetime.time(12), AMSTERDAM).timestamp()) // 60
            mine = 60 * (changed if date >= FIRST else 1.0)
            told = [block(start, posts=round(chance.gauss(mine, mine**0.5)))]
            for name, code, region in OTHERS:
                place = {"gemeente": name, "gemeente_code": code, "region": region, "series": f"watch:rellen@{code}"}
                told.append(block(start, posts=round(chance.gauss(100, 10)), **place))
            await served.intake.put(connection, told, served.clock())


async def test_texts_are_filled_in_and_kept_nowhere(served: Served) -> None:
    shown = await page(served, "/voorlichting?fenomeen=rellen&fase=voor&plek=de+Coolsingel&dag=vrijdag&telefoon=14010")
    assert "Zie je een oproep om vrijdag naar de Coolsingel te komen?" in shown
    assert "Bel 14010" in shown
    assert "Makkelijk te lezen" in shown
    empty = await page(served, "/voorlichting?fenomeen=rellen")
    assert "Coolsingel" not in empty
    assert "naar {plek}" in empty


async def test_what_is_filled_in_is_text_and_never_markup(served: Served) -> None:
    answer = await served.http.get("/voorlichting?fenomeen=rellen&plek=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in answer.text


async def test_a_campaign_that_halves_is_shown_and_one_that_does_nothing_is_not(served: Served) -> None:
    await tell(served, 0.5)
    made = (await served.http.post("/v1/campaigns", json=ASKED)).json()
    assert made["effect"]["shown"]
    assert made["effect"]["low"] < 0.5 < made["effect"]["high"]
    assert "keer zoveel berichten als zonder campagne" in await page(served, "/voorlichting?fenomeen=rellen")
    assert "Deel een oproep niet door, in Rotterdam" in await page(served, "/beeld?fenomeen=rellen&periode=maand")


async def test_no_effect_is_said_in_so_many_words(served: Served) -> None:
    await tell(served, 1.0)
    assert not (await served.http.post("/v1/campaigns", json=ASKED)).json()["effect"]["shown"]
    assert "Geen effect aangetoond" in await page(served, "/voorlichting?fenomeen=rellen")


async def test_a_giant_elsewhere_is_no_comparison(served: Served) -> None:
    """What doubled in one large town says nothing of a small one that stayed as it was."""
    await tell(served, 1.0)
    async with served.room.database.writing() as connection:
        for day in range(56):
            date = FIRST - datetime.timedelta(days=32 - day)
            start = int(datetime.datetime.combine(date, datetime.time(12), AMSTERDAM).timestamp()) // 60
            giant = {"gemeente": "Den Haag", "gemeente_code": "GM0518", "region": "VR15"}
            posts = 8_000 if date >= FIRST else 4_000
            told = [block(start, posts=posts, series="watch:rellen@GM0518", **giant)]
            await served.intake.put(connection, told, served.clock())
    made = (await served.http.post("/v1/campaigns", json=ASKED)).json()
    assert not made["effect"]["shown"]
    shown = await page(served, "/voorlichting?fenomeen=rellen")
    assert "een derde tot drie keer zoveel" in shown


async def test_without_places_alike_there_is_nothing_to_compare_with(served: Served) -> None:
    await tell(served, 1.0)
    alike = {"region": "VR17", "gemeenten": ["Rotterdam"]}
    for name, region in (("Utrecht", "VR09"), ("Amsterdam", "VR13")):
        other = ASKED | {"region": region, "gemeenten": [name]}
        assert (await served.http.post("/v1/campaigns", json=other)).status_code == 201
    made = (await served.http.post("/v1/campaigns", json=ASKED | alike)).json()
    assert (made["effect"], made["tooLittle"]) == (None, "comparison")


async def test_too_little_is_said_too(served: Served) -> None:
    made = (await served.http.post("/v1/campaigns", json=ASKED)).json()
    assert (made["effect"], made["tooLittle"]) == (None, "days-before")
    await tell(served, 1.0)
    soon = ASKED | {"firstDay": "2020-12-10"}
    assert (await served.http.post("/v1/campaigns", json=soon)).json()["tooLittle"] == "days-during"


async def test_what_cannot_be_is_refused(served: Served) -> None:
    for wrong in (
        {"message": "x"},
        {"phenomenon": "x"},
        {"region": "VR99"},
        {"gemeenten": ["Utrecht"]},
        {"lastDay": "2020-11-01"},
        {"firstDay": "2018-01-01"},
    ):
        assert (await served.http.post("/v1/campaigns", json=ASKED | wrong)).status_code == 400, wrong
    assert (await served.http.get("/v1/campaigns")).json() == {"items": []}


async def test_the_form_says_what_is_wrong_and_registers_what_is_right(served: Served) -> None:
    token = await token_of(served, "/voorlichting")
    fields = {
        "token": token, "boodschap": "niet-delen", "fenomeen": "rellen", "regio": "VR17", "gemeenten": "Utrecht",
        "van": FIRST.isoformat(), "tot": "2020-12-31",
    }  # fmt: skip
    wrong = await served.http.post("/voorlichting/campagnes", data=fields)
    assert wrong.status_code == 400
    assert "Schrijf gemeenten van deze regio" in text_of(wrong.text)
    assert 'value="Utrecht"' in wrong.text
    right = await served.http.post("/voorlichting/campagnes", data=fields | {"gemeenten": "Rotterdam, Schiedam"})
    assert right.status_code == 303
    assert "in Rotterdam, Schiedam" in await page(served, "/voorlichting?fenomeen=rellen")
    (one,) = (await served.http.get("/v1/campaigns")).json()["items"]
    assert (await served.http.post(f"/voorlichting/campagnes/{one['id']}/verwijderen")).status_code == 403
    assert (await served.http.delete(f"/v1/campaigns/{one['id']}")).status_code == 204
    assert (await served.http.delete(f"/v1/campaigns/{one['id']}")).status_code == 404
    async with served.room.database.reading() as connection:
        entries = await audit.page(connection, EVERYTHING, before=None, limit=9)
    assert [entry.action for entry in entries if "campaign" in entry.action] == ["end-campaign", "campaign"]


async def test_messages_by_phase(served: Served) -> None:
    found = (await served.http.get("/v1/messages?phenomenon=rellen&phase=na")).json()["items"]
    assert "na-afloop-thuis" in {one["id"] for one in found}
    assert all(f"{{{blank}}}" in one["text"] for one in found for blank in one["blanks"])

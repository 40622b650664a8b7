"""Which mandates there are, until when, and on which article they rest, stands on the settings page."""

from __future__ import annotations

import dataclasses
import datetime

from configuration.mandates import Mandate
from contracts.alert import Place
from services.notifier.console.words import mandate_state
from tests.configuration.test_mandates import END, mandate
from tests.notifier.conftest import Served
from tests.notifier.console.test_pages import page
from tests.notifier.samples import MINUTE, alert
from tests.notifier.test_picture import block

HOUR = MINUTE // 60 * 60


def ms(moment: datetime.datetime) -> int:
    return int(moment.timestamp() * 1000)


async def test_the_settings_page_accounts_for_each_mandate(served: Served) -> None:
    one: Mandate = mandate()
    served.room.configuration = dataclasses.replace(served.room.configuration, mandates=(one,))
    shown = await page(served, "/instellingen")
    for said in (one.title, one.reason, one.ground.article, "nagelezen op 01-11-2026", "kenmerk B-12", "VR01"):
        assert said in shown
    served.room.configuration = dataclasses.replace(served.room.configuration, mandates=())
    assert "Er is geen mandaat. Seinpost telt nu alleen oefeningen." in await page(served, "/instellingen")


async def test_the_page_of_a_mandate_says_what_was_decided_and_what_it_gave(served: Served) -> None:
    fields = {"from": "2020-12-01 00:00", "until": "2021-01-01 00:00", "regions": ["VR17"], "phenomena": ["rellen"]}
    decided = {"by": "burgemeester", "on": "2020-11-01", "reference": "B-12"}
    advice = {"by": "functionaris", "on": "2020-11-01", "outcome": "Akkoord voor een maand."}
    one = mandate(**fields, decision=decided, dpo_advice=advice)
    served.room.configuration = dataclasses.replace(served.room.configuration, mandates=(one,))
    await served.arrives(alert(), alert(id="elders", place=Place(region="VR09")), alert(id="oef", exercise="Haren"))
    async with served.room.database.writing() as connection:
        told = (block(HOUR, posts=84), block(HOUR, exercise="Haren", posts=500))
        await served.intake.put(connection, told, served.clock())
    answer = await served.http.post("/v1/alerts/a1b2c3/close", json={"outcome": "terecht", "reason": "Het klopte."})
    assert answer.status_code == 200
    shown = await page(served, "/mandaten/haren")
    for said in (one.title, "ten minste 84", "1 melding, waarvan 1 terecht en 0 niet terecht", "Rotterdam-Rijnmond",
                 one.ground.article, "nagelezen op 01-11-2026", "Akkoord voor een maand."):  # fmt: skip
        assert said in shown, said
    (told,) = (await served.http.get("/v1/configuration")).json()["mandates"]
    assert (told["posts"], told["alerts"], told["right"], told["wrong"]) == (84, 1, 1, 0)
    assert (await served.http.get("/mandaten/geen")).status_code == 404
    source = (await served.http.get("/mandaten/haren")).text
    assert 'id="print" hidden>Druk af<' in source
    assert '<p class="no-print"><a class="utrecht-link" href="/instellingen#mandates">' in source


async def test_after_its_end_a_mandate_says_that_counts_are_kept_no_more(served: Served) -> None:
    one = mandate()
    served.room.configuration = dataclasses.replace(served.room.configuration, mandates=(one,))
    served.clock.ms = ms(END) - 1_000
    assert "nog geen. Dit zijn aantallen" in await page(served, f"/mandaten/{one.id}")
    served.clock.ms = ms(END)
    shown = await page(served, f"/mandaten/{one.id}")
    assert "niet meer bekend. Na het einde van een mandaat worden de aantallen niet meer bewaard." in shown
    assert "nog geen" not in shown


def test_a_mandate_says_how_long_it_lasts() -> None:
    one = mandate()
    assert mandate_state(one, ms(END) - 1_000) == "tot 01-12-2026 00:00 (minder dan een dag)"
    assert mandate_state(one, ms(END) - 2 * 86_400_000) == "tot 01-12-2026 00:00 (nog 2 dagen)"
    assert mandate_state(one, ms(END)) == "afgelopen op 01-12-2026 00:00"
    assert mandate_state(one, ms(END) - 300 * 86_400_000) == "vanaf 01-07-2026 00:00"

"""Thema's and its API: off without a mandate, every figure with its worth, and gone at the second a mandate ends."""

from __future__ import annotations

import dataclasses
import datetime
import re

import pytest

from contracts.theme import Part
from services.notifier.access.reach import EVERYTHING, Reach
from services.notifier.mandated import Mandated
from services.notifier.store import audit, themes
from tests.notifier.conftest import Served
from tests.notifier.console.test_pages import page
from tests.notifier.test_themes import block
from tests.notifier.themes_scene import TODAY, UNTIL, month, permit, tell


async def test_it_is_off_unless_a_mandate_in_force_names_a_theme(served: Served) -> None:
    await tell(served, *month(served))
    shown = await page(served, "/themas")
    assert "Dit staat uit" in shown
    assert "12" not in re.sub(r"\d\d-\d\d-\d{4}|\d\d:\d\d|Configuratie \w+", "", shown)
    for path in ("/themas.csv", "/v1/themes", "/v1/exports/themes", "/v1/themes?theme=opvang"):
        assert (await served.http.get(path)).status_code == 404


async def test_the_page_tells_the_share_whom_it_was_aimed_at_and_what_it_does_not_say(served: Served) -> None:
    permit(served)
    await tell(served, *month(served))
    shown = await page(served, "/themas")
    for said in (
        "Opvang van asielzoekers", "van de berichten viel een groep aan", "moslims", "godsdienst",
        "Samenvallen in de tijd is geen oorzaak", "groter aandeel aanvallen",
        "Viel samen met: Besluit over opvang (12-12-2020; raadsbesluit)", "Wat dit niet zegt",
        "artikel 1 Grondwet (nagelezen op 30-11-2026)", "Multilingual HateCheck", "bluesky 3,7%",
    ):  # fmt: skip
        assert said in shown, said


async def test_macro_f1_and_the_base_rate_stand_beside_every_figure(served: Served) -> None:
    permit(served)
    await tell(served, *month(served))
    html = (await served.http.get("/themas")).text
    rows = re.findall(r"<tr>.*?</tr>", html, flags=re.S)
    told = [row for row in rows if re.search(r"\d+,\d%|class=\"number\">\d", row) and "bluesky</th>" not in row]
    assert len(told) > 30
    assert all("macro-F1 0," in row and "basis: bluesky 3,7%" in row for row in told)
    answer = (await served.http.get("/v1/themes")).json()
    for one in (answer, *answer["parts"], *answer["targets"], *answer["rises"]):
        assert one["worth"]["macroF1"] is not None
        assert one["worth"]["baseRates"]["bluesky"]["value"] == pytest.approx(12 / 326, abs=1e-3)
    lines = (await served.http.get("/themas.csv")).text.strip().splitlines()
    assert all(";0," in line and "bluesky 3,7%" in line for line in lines[1:])


async def test_where_nothing_was_measured_it_says_so_instead_of_a_number(served: Served) -> None:
    permit(served)
    configuration = served.room.configuration
    assert configuration.attack is not None
    unmeasured = configuration.attack.model_copy(update={"measured": ()})
    served.room.configuration = dataclasses.replace(configuration, attack=unmeasured)
    await tell(served, *[one for one in month(served) if one.start > TODAY - 30 * 1440])
    shown = await page(served, "/themas")
    assert "Niet gemeten voor Nederlands" in shown
    assert "macro-F1 niet gemeten · basis: bluesky niet gemeten" in shown
    assert (await served.http.get("/v1/themes")).json()["worth"] == {
        "macroF1": None,
        "baseRates": {"bluesky": None},
    }


async def test_a_group_of_too_few_attackers_has_no_number(served: Served) -> None:
    permit(served)
    few = block(TODAY - 1440, Part.TARGET, None, group="joden", series="theme:opvang/target:joden")
    part = block(TODAY - 1440, Part.TARGET, 9, group="turken", series="theme:opvang/target:turken")
    await tell(served, *month(served), few, part)
    shown = await page(served, "/themas")
    assert re.search(r"joden godsdienst (<|&lt;) 10", shown)
    targets = (await served.http.get("/v1/themes")).json()["targets"]
    assert {one["group"]: one["posts"] is None for one in targets} == {"moslims": False, "joden": True}


async def test_lists_that_changed_are_not_compared_silently(served: Served) -> None:
    permit(served)
    await tell(served, *month(served), block(TODAY - 1440, Part.OTHER, 20, method="fedcba987654", theme="opvang"))
    assert "de woordenlijst is in of na deze tijd veranderd" in await page(served, "/themas")


async def test_another_region_is_out_of_reach(served: Served) -> None:
    permit(served)
    await tell(served, *month(served, region="VR17", series="x@VR17"))
    async with served.room.database.reading() as connection:
        span = {"region": "VR17", "start": TODAY - 1440 * 30, "end": TODAY}
        assert await themes.blocks(connection, Reach(regions=frozenset({"VR09"})), **span) == []
        assert await themes.blocks(connection, Reach(regions=frozenset({"VR17"})), **span)


async def test_the_export_is_audited_and_wrong_input_is_said(served: Served) -> None:
    permit(served)
    await tell(served, *month(served))
    assert (await served.http.get("/v1/exports/themes?theme=opvang")).text == (
        await served.http.get("/themas.csv?thema=opvang")
    ).text
    async with served.room.database.reading() as connection:
        entries = await audit.page(connection, EVERYTHING, before=None, limit=9)
    assert [(entry.action, entry.object) for entry in entries] == [("export", "thema opvang")] * 2
    assert "Schrijf een datum als" in await page(served, "/themas?thema=onbekend&periode=eeuw&tot=morgen&regio=VR99")
    assert (await served.http.get("/themas.csv?thema=geloof")).status_code == 404


async def test_it_ends_with_its_mandate(served: Served) -> None:
    permit(served)
    keeper = Mandated(
        database=served.room.database, mandates=lambda: served.room.configuration.mandates, now_ms=served.clock
    )
    await tell(served, *month(served), *month(served, theme="geloof", series="y"))

    async def left() -> set[str]:
        async with served.room.database.reading() as connection:
            found = await themes.blocks(connection, EVERYTHING, region=None, start=0, end=TODAY + 1440)
        return {one.theme for one in found}

    assert await keeper.look()  # what no mandate names
    assert await left() == {"opvang"}
    end_ms = int(UNTIL.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=1))).timestamp() * 1000)
    served.clock.ms = end_ms - 1
    assert await keeper.look() == 0
    assert "Dit staat uit" not in await page(served, "/themas")
    served.clock.ms = end_ms
    assert "Dit staat uit" in await page(served, "/themas")
    assert await keeper.look() == 120
    assert await left() == set()
    served.intake.mandates = lambda: served.room.configuration.mandates
    await tell(served, *month(served))
    assert await left() == set(), "told late"
    served.clock.ms = end_ms - 1
    await tell(served, *month(served))
    assert await left() == {"opvang"}

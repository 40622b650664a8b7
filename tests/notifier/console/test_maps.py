"""The map and its table say the same, for the regions in reach."""

from __future__ import annotations

import re

import pytest

from configuration.whole import Configuration
from contracts.alert import Place, Severity
from contracts.source_health import Reason, Status
from services.notifier.access.reach import EVERYTHING, Reach
from services.notifier.console.geography import geography
from services.notifier.console.maps import of_gemeenten, of_regions, placed, spot
from services.notifier.store.areas import Waiting
from tests.notifier.conftest import Served
from tests.notifier.console.test_pages import page
from tests.notifier.samples import alert, health

NAMES = {"VR17": "Rotterdam-Rijnmond", "VR15": "Haaglanden", "VR01": "Groningen"}


def waits(region: str | None, gemeente: str | None, **changed: object) -> Waiting:
    sample = {"severity": "medium", "exercise": False, "open": 1, "unseen": 1} | changed
    return Waiting(region=region, gemeente=gemeente, **sample)  # type: ignore[arg-type]


def test_every_region_and_gemeente_has_a_shape_within_the_picture(configuration: Configuration) -> None:
    shapes = geography()
    gemeenten = configuration.gazetteer.gemeenten
    assert set(shapes.gemeenten) == set(gemeenten)
    assert set(shapes.regions) == {gemeente.region for gemeente in gemeenten.values()}
    for shape in [*shapes.regions.values(), *shapes.gemeenten.values()]:
        assert re.fullmatch(r"(M\d+ \d+l[\d -]+z)+", shape.path)
        assert 0 <= shape.at[0] <= shapes.width
        assert 0 <= shape.at[1] <= shapes.height


def test_a_gemeente_lies_in_its_region(configuration: Configuration) -> None:
    shapes = geography()
    for code, shape in shapes.gemeenten.items():
        box = shapes.regions[configuration.gazetteer.gemeenten[code].region].box
        assert box is not None
        left, top, width, height = box
        assert left - 2 <= shape.at[0] <= left + width + 2
        assert top - 2 <= shape.at[1] <= top + height + 2


def test_what_asks_for_attention_comes_first_and_exercises_never_raise_it() -> None:
    found = of_regions(
        [
            waits("VR01", "Groningen", severity="high", exercise=True),
            waits("VR15", "Den Haag", severity="low", open=3, unseen=0),
            waits("VR17", "Rotterdam", severity="high"),
            waits("VR17", "Rotterdam", severity="low", unseen=0),
        ],
        NAMES,
        EVERYTHING,
    )
    assert [(area.code, area.open, area.unseen, area.looks) for area in found] == [
        ("VR17", 2, 1, "high"), ("VR15", 3, 0, "low"), ("VR01", 0, 0, "exercise"),
    ]  # fmt: skip
    assert found[0].said == "Rotterdam-Rijnmond: 2 open meldingen, 1 ongezien, hoogste ernst hoog"
    assert found[2].said == "Groningen: geen open meldingen, oefening: 1"


def test_what_is_out_of_reach_says_so_and_not_that_it_is_calm() -> None:
    found = of_regions([], NAMES, Reach(regions=frozenset({"VR17"})))
    assert {area.code: area.within_reach for area in found} == {"VR17": True, "VR15": False, "VR01": False}
    assert "niet in uw bereik" in next(area.said for area in found if area.code == "VR15")


def test_gemeenten_of_a_region_by_everyday_name(configuration: Configuration) -> None:
    found = of_gemeenten([waits("VR15", "Den Haag")], configuration.gazetteer, "VR15")
    assert (found[0].name, found[0].open) == ("Den Haag", 1)
    assert sum(area.open for area in found) == 1


def test_names_never_stand_on_each_other(configuration: Configuration) -> None:
    names = {gemeente.region: gemeente.region_name for gemeente in configuration.gazetteer.gemeenten.values()}
    areas = of_regions([waits(code, None) for code in names], names, EVERYTHING)
    boxes = [label.box for label in placed(areas, 10) if label.named]
    assert 8 <= len(boxes) <= 25
    for index, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[index + 1 :]:
            assert left >= other[2] or right <= other[0] or top >= other[3] or bottom <= other[1]


@pytest.mark.parametrize("place", [Place(), Place(region="VR99")])
def test_an_alert_without_a_known_region_has_no_picture(place: Place, configuration: Configuration) -> None:
    assert spot(alert(place=place), {}, configuration.gazetteer) is None


async def test_the_page_of_the_country_and_of_a_region(served: Served) -> None:
    await served.arrives(alert(severity=Severity.HIGH), alert(id="b", place=Place()), health())
    shown = await page(served, "/kaart")
    for said in ("2 open meldingen", "1 open melding zonder bekende regio", "24 andere regio’s zonder open melding"):
        assert said in shown
    html = (await served.http.get("/kaart")).text
    assert html.count('class="map__area"') == 25
    assert "Rotterdam-Rijnmond: 1 open melding, 1 ongezien, hoogste ernst hoog" in html
    shown = await page(served, "/kaart?regio=VR17")
    assert "1 open melding" in shown
    assert "12 andere gemeenten zonder open melding" in shown
    assert (await served.http.get("/kaart?regio=VR99")).status_code == 404
    assert (await served.http.get("/kaart?regio=" + "x" * 20)).status_code == 400


async def test_no_alerts_is_not_called_calm_while_a_source_is_blind(served: Served) -> None:
    await served.arrives(health(status=Status.BLIND, reason=Reason.SILENT))
    shown = await page(served, "/kaart")
    assert "maar niet alles is te zien" in shown
    assert "geen open melding gezien" in shown


async def test_an_alert_shows_where_it_is(served: Served) -> None:
    await served.arrives(alert())
    html = (await served.http.get("/meldingen/a1b2c3")).text
    assert 'aria-label="Rotterdam, in de veiligheidsregio Rotterdam-Rijnmond"' in html

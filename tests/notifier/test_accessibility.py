"""axe-core on every view and state, in every theme and at every size: no violation of WCAG 2.2 A or AA."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from contracts.source_health import Reason, Status
from contracts.stage_health import Stage
from tests.notifier.browsing import SIZES, address, browser, opened, press
from tests.notifier.conftest import Served
from tests.notifier.samples import health, working
from tests.notifier.scene import EINDHOVEN, EXERCISE, ROTTERDAM, UNKNOWN, evening
from tests.notifier.themes_scene import talk

axe_api = pytest.importorskip("axe_playwright_python.async_playwright")
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["browser"]
VIEWS = (
    "/",
    "/kaart",
    "/kaart?regio=VR17",
    f"/meldingen/{ROTTERDAM}",
    f"/meldingen/{EINDHOVEN}",
    f"/meldingen/{EXERCISE}",
    f"/meldingen/{UNKNOWN}",
    "/meldingen/oud-1",
    "/beeld?fenomeen=rellen",
    "/beeld?fenomeen=rellen&regio=VR17&periode=maand&tot=morgen",
    "/beeld?fenomeen=project-x&oefening=Project+X+Haren",
    "/archief",
    "/archief?zoek=bestaatniet&van=morgen",
    "/bronnen",
    "/dempingen",
    "/dempingen?gemeente=Rotterdam&fenomeen=rellen",
    "/platformmeldingen",
    "/dienstoverdracht",
    "/instellingen",
    "/mandaten/voorbeeld",
    "/mandaten/haren",
    "/themas",
    "/themas?regio=VR17&periode=week&tot=morgen",
    "/voorlichting?fenomeen=rellen&plek=Coolsingel",
    "/toegang",
    "/bestaat-niet",
)
EMPTY = {
    "/": "er kijkt nu geen bron mee",
    "/bronnen": "Nog geen bron heeft zich gemeld",
    "/archief": "Niets gevonden",
    "/beeld": "is van dit fenomeen niets geteld",
    "/dempingen": "Er is niets gedempt",
    "/dienstoverdracht": "Er staat niets open",
    "/themas": "Dit staat uit",
}
"""What a page says before anything came."""
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}}


CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""What a theme changes, or the room that a picture has."""


async def violations(page: Any, rules: dict[str, Any] = RULES) -> list[str]:
    # A colour halfway a transition is no colour of ours.
    await page.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
    found = await axe_api.Axe().run(page, options=rules)
    return [
        f"{page.url}: {violation['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(
    ("size", "theme", "rules"),
    [
        ("phone", "light", RULES),
        ("desktop", "light", RULES),
        ("desktop", "dark", CONTRAST),
        ("phone", "night", CONTRAST),
        ("wall", "night", CONTRAST),
    ],
)
async def test_every_view_in_every_theme(
    served: Served, browser: Any, size: str, theme: str, rules: dict[str, Any]
) -> None:
    await evening(served)
    await talk(served)
    page = await opened(served, browser, size=size, theme=theme)
    found: list[str] = []
    for view in VIEWS:
        await page.goto(address(served, view))
        found += await violations(page, rules)
    assert found == []
    assert [line for line in page.problems if "404" not in line] == []


async def test_every_state_in_between(served: Served, browser: Any) -> None:
    page = await opened(served, browser)
    found: list[str] = []
    for view, says in EMPTY.items():
        await page.goto(address(served, view))
        assert says in await page.inner_text("main")
        found += await violations(page)
    await served.arrives(health())
    await page.goto(address(served))
    assert "1 bron kijkt mee" in await page.inner_text("main")
    found += await violations(page)
    await served.arrives(working(Stage.DETECTOR, 0, of=2))
    for view in ("/", "/bronnen"):
        await page.goto(address(served, view))
        assert "Seinpost verwerkt nu niet alle berichten" in await page.inner_text("main")
        found += await violations(page)
    await served.arrives(health(status=Status.BLIND, reason=Reason.SILENT))
    await page.goto(address(served))
    assert "kan iets gebeuren dat Seinpost niet ziet" in await page.inner_text("main")
    found += await violations(page)
    await page.goto(address(served, "/kaart"))
    found += await violations(page)
    await evening(served, blind=False)
    await page.goto(address(served, f"/meldingen/{ROTTERDAM}"))
    for details in await page.query_selector_all("details"):
        await details.evaluate("element => element.open = true")
    found += await violations(page)
    # A form that comes back with what is wrong.
    await page.evaluate("document.querySelectorAll('form').forEach(form => form.noValidate = true)")
    await page.click("button:text('Sluit de melding af')")
    await page.wait_for_selector("#errors")
    found += await violations(page)
    # Sound switched on, and then the connection is gone.
    await page.goto(address(served))
    await page.wait_for_selector("#connection:text('Live')")
    await page.context.set_offline(True)
    served.room.stream.close()
    await page.wait_for_selector("#stale:not([hidden])", timeout=120_000)
    found += await violations(page)
    assert found == []


@pytest.mark.parametrize("size", SIZES)
async def test_every_view_fits(served: Served, browser: Any, size: str) -> None:
    """Nothing scrolls sideways, and nothing to press is smaller than 24 px (WCAG 2.5.8), links in text aside."""
    await evening(served)
    await talk(served)
    page = await opened(served, browser, size=size)
    for view in VIEWS:
        await page.goto(address(served, view))
        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await page.evaluate(too_wide), f"{view} scrolls sideways at {size}"
        small = """[...document.querySelectorAll('button, input:not([type=hidden]), select, textarea, .utrecht-button')]
            .filter(e => e.offsetParent && Math.min(e.offsetWidth, e.offsetHeight) < 24 && e.type !== 'radio'
                && e.type !== 'checkbox').map(e => e.outerHTML)"""
        assert await page.evaluate(small) == []


async def test_a_rise_beside_what_happened_by_keyboard(served: Served, browser: Any) -> None:
    await evening(served)
    await talk(served)
    page = await opened(served, browser, "/beeld")
    await press(page, "a[href='/themas']")
    text = await page.inner_text("main")
    assert "Viel samen met: Besluit over opvang" in text
    assert "Wat dit niet zegt" in text


async def test_the_map_by_keyboard(served: Served, browser: Any) -> None:
    await evening(served)
    page = await opened(served, browser, "/kaart")
    await page.focus("a.map__area[data-focus=VR17]")
    outline = "getComputedStyle(document.activeElement.querySelector('.map__land')).strokeWidth"
    assert await page.evaluate(outline) == "5px", "the focus is visible"
    await asyncio.gather(page.wait_for_url("**/kaart?regio=VR17"), page.keyboard.press("Enter"))
    assert await page.inner_text("h1") == "Rotterdam-Rijnmond"

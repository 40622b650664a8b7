"""The console in a real browser: live, by keyboard alone, at every size, without the script."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest

from contracts.source_health import Reason, Status
from services.notifier.console.times import MINUTE_MS
from tests.notifier.conftest import Served
from tests.notifier.samples import MINUTE, alert, health

playwright_api = pytest.importorskip("playwright.async_api")
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
VIEWS = ("/", "/meldingen/a1b2c3", "/archief", "/bronnen", "/dienstoverdracht", "/instellingen")


@pytest.fixture
async def browser() -> AsyncIterator[object]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    async with playwright_api.async_playwright() as driver:
        found = await driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        await found.close()


async def opened(served: Served, browser: object, path: str = "/", **context: object) -> object:
    """A page that fails the test when its policy or its script is broken."""
    there = await browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | context))
    page = await there.new_page()
    page.problems = []
    page.on("console", lambda line: page.problems.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    await page.goto(f"{str(served.http.base_url).rstrip('/')}{path}")
    return page


async def test_an_alert_appears_by_itself_and_is_announced(served: Served, browser: object) -> None:
    await served.arrives(health())
    page = await opened(served, browser)
    await page.wait_for_selector("#connection:text('Live')")
    await served.arrives(alert())
    await page.wait_for_selector("article.card", timeout=5_000)
    assert await page.inner_text("#announce") == "Nieuwe melding: Oproep tot rellen – Rotterdam"
    assert (await page.title()).startswith("(1) ")
    await served.arrives(alert(id="oefening", exercise="haren"))
    await page.wait_for_selector("article.card--exercise", timeout=5_000)
    assert (await page.inner_text("#announce")).startswith("Oefening. ")
    assert (await page.title()).startswith("(1) "), "exercises are counted apart"
    assert page.problems == []


async def test_the_whole_life_by_keyboard_alone(served: Served, browser: object) -> None:
    await served.arrives(alert())
    page = await opened(served, browser)
    await page.wait_for_selector("#connection:text('Live')")

    async def tab_to(selector: str) -> None:
        for _ in range(60):
            await page.keyboard.press("Tab")
            if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
                outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"the focus on {selector} is not visible"
                return
        raise AssertionError(f"{selector} is not reached by Tab")

    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "utrecht-skip-link"
    await tab_to("[data-focus=gezien]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".status--seen")
    assert await page.evaluate("document.activeElement.closest('article.card') !== null"), "the focus stays on the card"
    await tab_to("[data-focus=oppakken]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".status--in-progress")
    await tab_to("[data-focus=close]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#afsluiten")
    await tab_to("input[name=uitkomst]")
    await page.keyboard.press("ArrowDown")
    await tab_to("#reden")
    await page.keyboard.type("er was een markt")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#heropenen")
    case = (await served.http.get("/v1/alerts/a1b2c3")).json()
    assert (case["status"], case["outcome"]) == ("closed", "niet-terecht")
    assert page.problems == []


async def test_what_is_being_typed_is_not_lost_when_the_alert_changes(served: Served, browser: object) -> None:
    await served.arrives(alert())
    page = await opened(served, browser, "/meldingen/a1b2c3")
    await page.wait_for_selector("#connection:text('Live')")
    await page.fill("#reden", "half getypt")
    await served.arrives(alert(revision=2, reason="96 berichten in 15 minuten."))
    await served.http.post("/v1/alerts/a1b2c3/take", headers={"content-type": "application/json"})
    await page.wait_for_selector("text=96 berichten in 15 minuten.")
    await page.wait_for_selector(".status--in-progress")
    assert await page.input_value("#reden") == "half getypt"


async def test_a_stale_connection_is_shown_within_15_seconds(served: Served, browser: object) -> None:
    page = await opened(served, browser)
    await page.wait_for_selector("#connection:text('Live')")
    await page.context.set_offline(True)
    served.room.stream.close()
    await page.wait_for_selector("#stale:not([hidden])", timeout=15_000)
    assert "Wat u ziet kan verouderd zijn" in await page.inner_text("#stale")


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(320, 640, "light"), (1280, 900, "dark"), (2560, 1440, "light")]
)
async def test_every_view_fits_at_every_size(
    served: Served, browser: object, width: int, height: int, scheme: str
) -> None:
    served.clock.ms = MINUTE * MINUTE_MS
    await served.arrives(
        alert(), alert(id="oefening", exercise="haren"), health(status=Status.BLIND, reason=Reason.UNREACHABLE)
    )
    page = await opened(served, browser, viewport={"width": width, "height": height}, color_scheme=scheme)
    for view in VIEWS:
        await page.goto(f"{str(served.http.base_url).rstrip('/')}{view}")
        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await page.evaluate(too_wide), f"{view} scrolls sideways at {width} px"
        small = """[...document.querySelectorAll('button, input:not([type=hidden]), select, textarea, .utrecht-button')]
            .filter(e => e.offsetParent && Math.min(e.offsetWidth, e.offsetHeight) < 20).map(e => e.outerHTML)"""
        assert await page.evaluate(small) == [], "targets of at least 20 px"
    assert page.problems == []


async def test_everything_works_without_the_script(served: Served, browser: object) -> None:
    await served.arrives(alert())
    page = await opened(served, browser, java_script_enabled=False)
    assert "laad de pagina opnieuw" in await page.inner_text("#connection")
    await page.click("[data-focus=gezien]")
    await page.wait_for_selector(".status--seen")
    await page.click("text=Oproep tot rellen – Rotterdam")
    await page.check("input[value=terecht]")
    await page.fill("#reden", "er kwam een groep")
    await page.click("button:text('Sluit de melding af')")
    await page.wait_for_selector("#heropenen")


async def test_nothing_is_asked_from_elsewhere(served: Served, browser: object) -> None:
    await served.arrives(alert())
    asked: list[str] = []
    page = await opened(served, browser)
    page.on("request", lambda request: asked.append(request.url))
    for view in VIEWS:
        await page.goto(f"{str(served.http.base_url).rstrip('/')}{view}")
    await asyncio.sleep(0.2)
    assert asked
    assert {url for url in asked if not url.startswith(str(served.http.base_url))} == set()

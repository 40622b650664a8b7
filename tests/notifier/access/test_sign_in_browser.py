"""Signing in and out in a real browser, and every page that says no: axe, small screens, keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.notifier.access.conftest import Guarded, early_in_a_minute
from tests.notifier.browsing import SIZES, address, browser, opened
from tests.notifier.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["browser"]
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Look:
    """Goes from page to page and keeps what is wrong."""

    def __init__(self, page: Any, guarded: Guarded) -> None:
        self.page, self.guarded = page, guarded
        self.found: list[str] = []

    async def at(self, path: str, status: int, says: str) -> None:
        answer = await self.page.goto(address(self.guarded.served, path))
        assert answer.status == status, f"{path}: {answer.status}"
        await self.here(says)

    async def here(self, says: str) -> None:
        assert says in await self.page.inner_text("main")
        self.found += await violations(self.page)
        if await self.page.evaluate(TOO_WIDE):
            self.found.append(f"{self.page.url} scrolls sideways")


async def tab_to(page: Any, selector: str) -> None:
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"{selector} is not reached by Tab")


@pytest.mark.parametrize(("size", "theme"), [("small", "light"), ("phone", "night"), ("desktop", "dark")])
async def test_from_the_door_to_the_door(guarded: Guarded, browser: Any, size: str, theme: str) -> None:
    assert size in SIZES
    guarded.provider.knows("operator-vr17", "beheerder-vr17", name="operator 1")
    page = await opened(guarded.served, browser, "/", size=size, theme=theme)
    look = Look(page, guarded)
    await look.here("U meldt zich aan met uw account van het werk")
    await look.at("/aanmelden/terug?state=van-een-ander", 400, "Dit aanmelden is verlopen")
    # In and, further on, out again: by keyboard alone.
    await tab_to(page, "a[href^='/aanmelden/start']")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("h1:text('Nu')")
    await look.here("er kijkt nu geen bron mee")
    await look.at("/bestaat-niet", 404, "Misschien klopt het adres niet")
    await look.at("/archief?pagina=nul", 400, "Dit adres klopt niet")
    await look.at("/toegang", 200, "operator 1 (uzelf)")
    await page.evaluate("document.querySelectorAll('form').forEach(form => form.noValidate = true)")
    await page.click("button:text('Maak sleutel')")
    await page.wait_for_selector("text=Geef de sleutel een naam")
    await look.here("Kies wat de sleutel mag")
    await tab_to(page, "#naam")
    await page.keyboard.type("plotsysteem")
    await tab_to(page, "input[value='alerts:read']")
    await page.keyboard.press("Space")
    await tab_to(page, "#regio")
    await page.keyboard.press("ArrowDown")
    await tab_to(page, "form[action='/toegang/sleutels'] button")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=De sleutel is gemaakt")
    await look.here("meldingen lezen")
    # A form that waited too long.
    await page.evaluate("document.querySelector('.where__inner [name=token]').value = 'verlopen'")
    await page.click("button:text('Afmelden')")
    await page.wait_for_selector("h1:text('Dit mag niet')")
    await look.here("Dit formulier is verlopen")
    await page.goto(address(guarded.served))
    await tab_to(page, ".where__inner button")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("h1:text('U bent afgemeld')")
    await look.here("Bij de aanmelddienst van uw werk bent u misschien nog aangemeld")
    assert look.found == []


async def test_every_page_that_says_no(guarded: Guarded, browser: Any) -> None:
    guarded.provider.knows("lezer-vr17", name="lezer 1")
    page = await opened(guarded.served, browser, "/aanmelden/start", size="small", theme="light")
    await page.wait_for_selector("h1:text('Nu')")
    look = Look(page, guarded)
    await look.at("/toegang", 403, "Uw rol laat dit niet toe")
    async with guarded.room.database.writing() as connection:
        await connection.execute(text("ALTER TABLE alerts RENAME TO elders"))
    await look.at("/archief", 500, "Het is opgeschreven")
    rates = guarded.app.state.entrance.rates
    await early_in_a_minute()
    rates.settings = rates.settings.model_copy(update={"requests_per_minute": 1})
    await page.goto(address(guarded.served, "/archief"))
    await look.at("/", 429, "Te veel verzoeken. Wacht even.")
    guarded.provider.knows(name="zonder rol")
    await page.context.clear_cookies()
    await look.at("/aanmelden/start", 400, "Uw account heeft geen rol in Seinpost")
    assert look.found == []

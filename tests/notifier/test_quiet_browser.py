"""Silences by keyboard alone, and axe on the states that withheld alerts bring."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.alert import Severity
from services.notifier.access.reach import EVERYTHING
from services.notifier.store import silences
from tests.notifier.browsing import address, browser, opened
from tests.notifier.conftest import Served
from tests.notifier.console.test_quiet import with_alarms
from tests.notifier.samples import alert
from tests.notifier.test_accessibility import violations
from tests.notifier.test_admission import own

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["browser", "with_alarms"]


async def tab_to(page: Any, selector: str) -> None:
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


async def test_a_silence_by_keyboard_with_its_preview(served: Served, browser: Any) -> None:
    await served.arrives(alert())
    page = await opened(served, browser, "/dempingen")
    await tab_to(page, "#gemeente")
    await page.keyboard.type("Rotterdam")
    await tab_to(page, "#reden")
    await page.keyboard.type("bekende markt")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#voorbeeld")
    assert "1 melding" in await page.inner_text("#voorbeeld")
    assert await violations(page) == []
    await tab_to(page, "#demping button[type=submit]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=Nu gedempt (1)")
    async with served.room.database.reading() as connection:
        (found,) = await silences.active(connection, EVERYTHING)
    assert found.reason == "bekende markt"
    assert await violations(page) == []
    assert page.problems == []


async def test_nu_with_a_digest_a_clock_and_shared_cards(with_alarms: Served, browser: Any) -> None:
    await with_alarms.arrives(
        alert(),
        alert(id="zelfde", phenomenon="oproep", label="Oproep – Rotterdam"),
        *(own(number) for number in range(5)),
    )
    await with_alarms.arrives(alert(id="plaats", event=None, severity=Severity.LOW))
    page = await opened(with_alarms, browser)
    await page.wait_for_selector("text=Niemand zag dit nog")
    await page.wait_for_selector("text=Hoort bij dezelfde gebeurtenis")
    assert await violations(page) == []
    await page.click("text=Bekijk deze meldingen")
    await page.wait_for_selector("text=Ik heb ze allemaal gezien")
    assert await violations(page) == []
    await page.goto(address(with_alarms, "/meldingen/plaats"))
    await page.wait_for_selector("text=valt onder de melding")
    assert await violations(page) == []
    assert page.problems == []

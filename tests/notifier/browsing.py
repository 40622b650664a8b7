"""A browser, and pages that remember what went wrong on them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.notifier.conftest import Served

playwright_api = pytest.importorskip("playwright.async_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_MS = 120_000
SIZES = {"small": (320, 640), "phone": (390, 844), "desktop": (1280, 900), "wall": (2560, 1440)}


@pytest.fixture
async def browser() -> AsyncIterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    async with playwright_api.async_playwright() as driver:
        found = await driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=PATIENCE_MS)
        yield found
        await found.close()


async def opened(
    served: Served, browser: Any, path: str = "/", *, size: str = "desktop", theme: str = "light", **context: Any
) -> Any:
    """A page; ``problems`` of it holds what its policy refused and what its script broke on."""
    width, height = SIZES[size]
    base: dict[str, Any] = {
        "viewport": {"width": width, "height": height},
        "color_scheme": "light" if theme == "light" else "dark",
        "locale": "nl-NL",
    }
    there = await browser.new_context(**(base | context))
    there.set_default_timeout(PATIENCE_MS)
    if theme == "night":
        await there.add_cookies([{"name": "seinpost-theme", "value": theme, "url": address(served, "/")}])
    page = await there.new_page()
    page.problems = []
    page.on("console", lambda line: page.problems.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    await page.goto(address(served, path))
    return page


def address(served: Served, path: str = "/") -> str:
    return f"{str(served.http.base_url).rstrip('/')}{path}"


async def reach(page: Any, selector: str, *, most: int = 250) -> None:
    """By Tab alone, pressed so often at most, and the focus is visible there."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", selector
            return
    raise AssertionError(f"{selector} is not reached by Tab")


async def press(page: Any, selector: str) -> None:
    """Press it, and wait for the page that follows."""
    await reach(page, selector)
    async with page.expect_navigation(wait_until="load"):
        await page.keyboard.press("Enter")


async def choose(page: Any, selector: str, text: str) -> None:
    await reach(page, selector)
    await page.keyboard.type(text)

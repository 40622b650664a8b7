"""How each view of an exercise looks, on a phone and at night. It is played in tests/system/test_drill.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests.notifier.browsing import address, browser, opened
from tests.notifier.conftest import Served
from tests.notifier.playing.scene import ended, played
from tests.notifier.test_accessibility import CONTRAST, RULES, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["browser"]


@pytest.mark.parametrize(("size", "theme", "rules"), [("phone", "light", RULES), ("desktop", "night", CONTRAST)])
async def test_every_view_is_accessible(served: Served, browser: Any, size: str, theme: str, rules: Any) -> None:
    play, code = await played(served)
    over = await ended(served)
    page = await opened(served, browser, "/oefeningen", size=size, theme=theme)
    await page.context.add_cookies([{"name": "seinpost-deelname", "value": code, "url": address(served)}])
    for path in (
        "/oefeningen", f"/oefeningen/{play.session}", f"/oefeningen/{over}", f"/oefenverslagen/{over}", "/meedoen",
        f"/meedoen?code={code}", "/deelname",
    ):  # fmt: skip
        await page.goto(address(served, path))
        await page.wait_for_selector("h1")
        assert await violations(page, rules) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert page.problems == []
    await play.close()

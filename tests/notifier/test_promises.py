"""Sentences of what the security room must be that no other test holds: what the console does the API does; one machine
says that it is one; settings are to be read; the handover is to be printed; what is read is written down.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from services.notifier.access.policy import POLICY, Open
from services.notifier.console.rendering import PAGES
from tests.notifier.browsing import address, browser, opened
from tests.notifier.conftest import Served
from tests.notifier.samples import alert
from tests.notifier.scene import evening

__all__ = ["browser"]
COUNTERPART = {
    "/meldingen/{alert_id}/gezien": ("POST", "/v1/alerts/{id}/acknowledge"),
    "/meldingen/{alert_id}/oppakken": ("POST", "/v1/alerts/{id}/take"),
    "/meldingen/{alert_id}/afsluiten": ("POST", "/v1/alerts/{id}/close"),
    "/meldingen/{alert_id}/heropenen": ("POST", "/v1/alerts/{id}/reopen"),
    "/meldingen/{alert_id}/notitie": ("POST", "/v1/alerts/{id}/notes"),
    "/dempingen": ("POST", "/v1/silences"),
    "/dempingen/{id}/beeindigen": ("POST", "/v1/silences/{id}/end"),
    "/dempingen/{id}/gezien": ("POST", "/v1/silences/{id}/notice"),
    # All of one card at once; a program does so one by one.
    "/verzamelingen/{id}/gezien": ("POST", "/v1/alerts/{id}/acknowledge"),
    "/instellingen/ontvangers/{id}/test": ("POST", "/v1/receivers/{id}/test"),
    "/toegang/sessies/{id}/beeindigen": ("DELETE", "/v1/sessions/{id}"),
    "/toegang/sleutels": ("POST", "/v1/tokens"),
    "/toegang/sleutels/{id}/intrekken": ("DELETE", "/v1/tokens/{id}"),
}
SHOWN = {
    "/": "/v1/alerts",
    "/meldingen/{alert_id}": "/v1/alerts/{id}",
    "/kaart": "/v1/alerts",
    "/archief": "/v1/alerts",
    "/archief.csv": "/v1/exports/alerts",
    "/dempingen": "/v1/silences",
    "/verzamelingen/{id}": "/v1/digests/{id}",
    "/bronnen": "/v1/sources",
    "/dienstoverdracht": "/v1/handover",
    "/instellingen": "/v1/configuration",
    "/toegang": "/v1/sessions",
}


def test_everything_the_console_does_is_in_the_api() -> None:
    for path, there in COUNTERPART.items():
        assert POLICY[there] == POLICY["POST", path], f"{path} and {there[1]} ask for the same permission"
    writes = {needed for (method, path), needed in POLICY.items() if path.startswith("/v1/") and method != "GET"}
    for (method, path), needed in POLICY.items():
        # What a person sets for their own browser (colours, signing out) is of no use to a program.
        if method == "POST" and not path.startswith("/v1/") and not isinstance(needed, Open):
            assert needed in writes, f"{path}: no part of the API does what it may do"


def test_everything_the_console_shows_is_in_the_api() -> None:
    for path, there in SHOWN.items():
        assert POLICY["GET", path] == POLICY["GET", there]
    reads = {needed for (method, path), needed in POLICY.items() if path.startswith("/v1/") and method == "GET"}
    for path, _ in PAGES:
        assert POLICY["GET", path] in reads, f"{path}: no part of the API shows this"


async def test_one_machine_says_that_it_is_one_on_every_page(served: Served) -> None:
    await served.arrives(alert())
    for path in [path for path, _ in PAGES] + ["/meldingen/a1b2c3"]:
        page = (await served.http.get(path)).text
        assert "Alleen deze computer kan deze pagina openen." in page, path
        assert served.room.settings.notifier.local_user in page, path


async def test_settings_are_to_be_read_with_their_version(served: Served) -> None:
    page = (await served.http.get("/instellingen")).text
    assert served.room.configuration.version in page
    main = page.partition("<main")[2].partition("</main>")[0]
    sent = set(re.findall(r'<form[^>]*action="([^"]+)"', main))
    assert all(path.startswith("/instellingen/ontvangers/") for path in sent), "nothing to change but a test to send"
    fields = re.findall(r"<(?:input|select|textarea)[^>]*>", main)
    assert all('type="hidden"' in field for field in fields)
    assert not [path for method, path in POLICY if path == "/v1/configuration" and method != "GET"]


async def test_reading_a_case_is_an_action_of_its_own_on_page_and_api(served: Served) -> None:
    await served.arrives(alert(), alert(id="ander"), alert(id="derde"))
    for path in ("/meldingen/a1b2c3", "/v1/alerts/ander", "/v1/alerts/derde/cap"):
        assert (await served.http.get(path)).status_code == 200
    items = (await served.http.get("/v1/audit")).json()["items"]
    read = [(item["object"], item["result"], item["origin"]) for item in items if item["action"] == "read"]
    assert read == [("derde", "done", "127.0.0.1"), ("ander", "done", "127.0.0.1"), ("a1b2c3", "done", "127.0.0.1")]


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("path", "printed"),
    [
        ("/dienstoverdracht", ("Nog open", "Gedaan in deze dienst", "Oproep tot rellen – Rotterdam", "is blind")),
        ("/mandaten/voorbeeld", ("Berichten in het beeld", "Het besluit", "Waarop het berust", "Grenzen")),
    ],
)
async def test_what_is_for_paper_prints_white_without_what_is_of_the_screen(
    served: Served, browser: Any, path: str, printed: tuple[str, ...]
) -> None:
    await evening(served)
    page = await opened(served, browser, path, theme="night")
    await page.emulate_media(media="print")
    for hidden in (".top", ".where", ".utrecht-page-footer", ".no-print"):
        assert await page.locator(f"{hidden}:visible").count() == 0, f"{hidden} is printed"
    for shown in printed:
        assert shown in await page.inner_text("main")
    colours = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    paper, ink = await page.evaluate(colours)
    light = [int(part) for part in re.findall(r"\d+", paper)[:3]]
    dark = [int(part) for part in re.findall(r"\d+", ink)[:3]]
    assert min(light) > 230, "night is for a dark room, not for paper"
    assert max(dark) < 90
    assert (await page.pdf())[:5] == b"%PDF-"
    await page.goto(address(served, path))
    await page.emulate_media(media="screen")
    assert await page.is_visible("#print")

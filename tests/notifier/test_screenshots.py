"""The pictures in docs/images. With SEINPOST_SCREENSHOTS=docs/images they are written there; else only made."""

from __future__ import annotations

import dataclasses
import datetime
import os
from pathlib import Path
from typing import Any

import pytest

from tests.brokers.services import REPOSITORY
from tests.configuration.test_mandates import mandate
from tests.notifier.browsing import address, browser, opened
from tests.notifier.cases.test_api import made
from tests.notifier.cases_scene import with_desks
from tests.notifier.conftest import Served
from tests.notifier.dossier.scene import dossiers
from tests.notifier.playing.scene import ended, played
from tests.notifier.scene import ROTTERDAM, UTRECHT, sources
from tests.notifier.themes_scene import talk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["browser"]
PICTURES = (
    ("console-nu", "/", "desktop", "light"),
    ("console-melding", f"/meldingen/{ROTTERDAM}", "desktop", "light"),
    ("console-dossier", f"/dossiers/{ROTTERDAM}", "desktop", "light"),
    ("console-kaart", "/kaart", "desktop", "light"),
    ("console-beeld", "/beeld?fenomeen=rellen&regio=VR17", "desktop", "light"),
    ("console-mandaat", "/mandaten/haren", "desktop", "light"),
    ("console-themas", "/themas", "desktop", "light"),
    ("console-voorlichting", "/voorlichting?fenomeen=rellen&plek=de+Coolsingel&dag=vrijdag", "desktop", "light"),
    ("console-bronnen", "/bronnen", "desktop", "light"),
    ("console-archief", "/archief", "desktop", "dark"),
    ("console-dienstoverdracht", "/dienstoverdracht", "desktop", "light"),
    ("console-nacht", "/", "desktop", "night"),
    ("console-platformmelding", "platformmelding", "desktop", "light"),
    ("console-oefening", "oefening", "desktop", "light"),
    ("console-oefenverslag", "oefenverslag", "desktop", "light"),
    ("console-telefoon", "/", "phone", "light"),
    ("console-telefoon-melding", f"/meldingen/{ROTTERDAM}", "phone", "dark"),
    ("console-wand", "/kaart", "wall", "dark"),
)
MAX_BYTES = 2_700_000
"""Of all together: people clone this."""


async def test_the_pictures_of_the_console(served: Served, browser: Any, tmp_path: Path) -> None:
    await dossiers(served, tmp_path)
    in_force(served)
    await talk(served)
    into = REPOSITORY / os.environ["SEINPOST_SCREENSHOTS"] if "SEINPOST_SCREENSHOTS" in os.environ else tmp_path
    views = {"platformmelding": await platformmelding(served)}
    play, participant = await played(served)
    views |= {"oefening": f"/oefeningen/{play.session}", "oefenverslag": f"/oefenverslagen/{await ended(served)}"}
    await served.arrives(*sources(served.clock()))  # still there, some hours later
    for name, view, size, theme in PICTURES:
        page = await opened(served, browser, views.get(view, view), size=size, theme=theme)
        await page.wait_for_selector("#connection:text('Live')")
        await page.screenshot(path=into / f"{name}.png", animations="disabled", caret="hide")
        assert page.problems == []
        await page.context.close()
    page = await opened(served, browser, "/meedoen", size="desktop")
    await page.context.add_cookies([{"name": "seinpost-deelname", "value": participant, "url": address(served)}])
    await page.goto(address(served, "/deelname"))
    await page.wait_for_selector("#connection:text('Live')")
    await page.screenshot(path=into / "console-deelname.png", animations="disabled", caret="hide")
    assert page.problems == []
    await play.close()
    made = [into / f"{name}.png" for name in (*(name for name, *_ in PICTURES), "console-deelname")]
    assert sum(picture.stat().st_size for picture in made) < MAX_BYTES


def in_force(served: Served) -> None:
    """A mandate that lasts six weeks more on the evening of the scene."""
    evening = datetime.datetime.fromtimestamp(served.clock() / 1000, datetime.UTC)
    decided = str((evening - datetime.timedelta(days=50)).date())
    one = mandate(
        **{"from": f"{(evening - datetime.timedelta(days=30)).date()} 00:00"},
        until=f"{(evening + datetime.timedelta(days=42)).date()} 00:00",
        title="Oproepen tot rellen in Rotterdam-Rijnmond", regions=["VR17"], phenomena=["rellen"],
        decision={"by": "burgemeester", "on": decided, "reference": "B-12"},
        dpo_advice={"by": "functionaris", "on": decided, "outcome": "Akkoord voor tien weken."},
    )  # fmt: skip
    served.room.configuration = dataclasses.replace(served.room.configuration, mandates=(one,))


async def platformmelding(served: Served) -> str:
    """A giveaway, judged, at the choice of its way."""
    with_desks(served.room)
    case = await made(served.http, UTRECHT, nature="ongewenst")
    return f"/platformmeldingen/{case}"


def test_every_picture_is_shown_somewhere() -> None:
    documents = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")]
    text = "\n".join(document.read_text(encoding="utf-8") for document in documents)
    assert [name for name, *_ in PICTURES if f"{name}.png" not in text] == []

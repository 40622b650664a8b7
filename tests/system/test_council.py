"""What a council asks, in a browser on running services: who allowed this, what it gave, what was said, and its end.

    no mandate ─▶ seinpost mandate new ─▶ its page ─▶ posts ─▶ the picture ─▶ a campaign ─▶ its end ─▶ nothing left

By keyboard, and axe finds nothing on the way.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from configuration.mandates import AMSTERDAM
from contracts.codec import encode
from contracts.raw_post import key
from contracts.topics import POSTS_RAW
from seinpost.mandate import mandate
from tests.conftest import StartService
from tests.ingest.reading import eventually
from tests.notifier.browsing import PATIENCE_MS, browser, choose, press, reach
from tests.notifier.test_accessibility import violations
from tests.seinpost.test_mandate import ANSWERS
from tests.system.chain import Chain, configured, start_chain
from tests.system.test_themes import THEN, posts

pytestmark = [pytest.mark.broker, pytest.mark.browser, pytest.mark.thorough, pytest.mark.timeout(400)]
__all__ = ["browser"]
CALL = "Vanavond rellen in Rotterdam, kom allemaal"
DAY = datetime.datetime.fromtimestamp(THEN, AMSTERDAM).date()


def decide(config: Path, begins: datetime.datetime, until: datetime.datetime) -> None:
    """At the questions of `seinpost mandate new`; five answers that leave a gap are refused."""
    typed = ANSWERS.replace("project-x, rellen", "rellen").replace("VR01", "VR17")
    typed = typed.replace("2026-12-01 00:00", f"{begins:%Y-%m-%d %H:%M}")
    typed = typed.replace("2027-06-01 00:00", f"{until:%Y-%m-%d %H:%M}")
    done = CliRunner().invoke(mandate, ["new", "onrust", "--config", str(config)], input=typed)
    assert done.exit_code == 0, done.output
    assert done.output.count("kan niet:") == 5


async def shown(chain: Chain, path: str, words: str) -> None:
    async def page() -> str:
        return chain.console(path).text

    assert words in await eventually(page, lambda html: words in html, patience_s=120)


async def test_from_decision_to_nothing_left(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path, browser: Any
) -> None:
    config = configured(tmp_path / "config", [])
    (config / "mandates" / "voorbeeld.yaml").unlink()
    chain = start_chain(start_service, broker, tmp_path / "run", config)
    there = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL")
    there.set_default_timeout(PATIENCE_MS)
    page = await there.new_page()
    console = chain.services["notifier"].url
    await page.goto(f"{console}/instellingen")
    assert "Er is geen mandaat. Seinpost telt nu alleen oefeningen." in await page.inner_text("main")

    now = datetime.datetime.now(AMSTERDAM)
    decide(config, now - datetime.timedelta(days=1), now + datetime.timedelta(days=9, hours=12))
    await shown(chain, "/instellingen", "Feesten in Groningen")
    await page.reload()
    await press(page, "a[href='/mandaten/onrust']")
    text = await page.inner_text("main")
    assert "(nog 9 dagen)" in text
    assert "Besloten door burgemeester op 01-11-2026, kenmerk B-12." in text
    assert "Verschijnselen: Oproep tot rellen." in text
    assert "nog geen. Dit zijn aantallen" in text
    assert await violations(page) == []

    async with AcknowledgedProducer(broker, "test") as producer:
        # Event time moves with what people write: the hour is over when others write after it.
        for post in [*posts(CALL, 40), *posts("Mooi weer vandaag", 60, THEN + 4000)]:
            await producer.send(POSTS_RAW.name, encode(post), key=key(post))
        await producer.flush()
    picture = f"/beeld?fenomeen=rellen&periode=dag&tot={DAY}"
    await shown(chain, picture, "40 berichten")
    await page.goto(f"{console}/beeld")
    await choose(page, "#fenomeen", "Oproep tot rellen")
    await choose(page, "#regio", "Rotterdam")
    await choose(page, "#periode", "Dag")
    await page.fill("#tot", str(DAY))
    await press(page, "form[action='/beeld'] button")
    assert "40 berichten" in await page.inner_text("main")
    assert "Rotterdam" in await page.inner_text("table.heat")
    assert await violations(page) == []
    await reach(page, "a[href^='/beeld.csv']")
    async with page.expect_download() as download:
        await page.keyboard.press("Enter")
    assert "Rotterdam" in Path(await (await download.value).path()).read_text()
    await page.goto(f"{console}/mandaten/onrust")
    assert "ten minste 40" in await page.inner_text("main")

    # What may be said to people, filled in; and a campaign, of which nothing is claimed before it can be known.
    await page.goto(f"{console}/voorlichting")
    await choose(page, "#fenomeen", "Oproep tot rellen")
    await choose(page, "#plek", "Coolsingel")
    await press(page, "form[action='/voorlichting'] button")
    assert "Coolsingel" in await page.inner_text("section[aria-labelledby='texts']")
    await reach(page, "#boodschap")
    await page.keyboard.press("ArrowDown")
    await choose(page, "#regio", "Rotterdam")
    await choose(page, "#gemeenten", "Rotterdam")
    await page.fill("#van", str(DAY - datetime.timedelta(days=1)))
    await page.fill("#tot", str(DAY))
    await press(page, "form[action='/voorlichting/campagnes'] button")
    assert "nog te weinig dagen van vóór de campagne" in await page.inner_text("section[aria-labelledby='campagnes']")
    assert await violations(page) == []
    await page.goto(f"{console}{picture}")
    assert f"{DAY - datetime.timedelta(days=1):%d-%m-%Y}" in await page.inner_text("section[aria-labelledby='said']")

    # It ends by its own words, and the picture with it.
    (config / "mandates" / "onrust.yaml").unlink()
    decide(config, now - datetime.timedelta(days=1), datetime.datetime.now(AMSTERDAM) - datetime.timedelta(minutes=1))
    await shown(chain, "/mandaten/onrust", "afgelopen op")
    await shown(chain, picture, "is van dit fenomeen niets geteld")
    await page.goto(console)
    await page.wait_for_selector("main >> text=mandaat")
    assert await violations(page) == []
    assert CALL.encode() not in b"".join((await chain.traces()).values())

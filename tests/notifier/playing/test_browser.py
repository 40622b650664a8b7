"""An exercise on the running notifier, by keyboard: a leader, two participants and a buddy; and how each view looks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts import alert as alert_contract
from contracts.alert import Certainty, Place
from contracts.codec import encode
from contracts.topics import ALERTS
from tests.conftest import StartService
from tests.notifier.browsing import PATIENCE_MS, address, browser, opened
from tests.notifier.conftest import Served
from tests.notifier.dossier.test_browser import press, reach
from tests.notifier.playing.scene import ended, played
from tests.notifier.playing.stage import DRILL
from tests.notifier.samples import alert
from tests.notifier.test_accessibility import CONTRAST, RULES, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["browser"]


class Player:
    """A browser of one's own."""

    def __init__(self, url: str, page: Any) -> None:
        self.url, self.page = url, page
        self.problems: list[str] = []
        page.on("console", lambda line: self.problems.append(line.text) if line.type == "error" else None)

    @classmethod
    async def of(cls, browser: Any, url: str) -> Player:
        there = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL")
        there.set_default_timeout(PATIENCE_MS)
        return cls(url, await there.new_page())

    async def joins(self, link: str) -> None:
        await self.page.goto(link)
        await press(self.page, "form[action='/meedoen'] button")
        await self.page.wait_for_selector("#connection:text('Live')")

    async def answers(self, sender: str, option: str, reason: str) -> None:
        item = f"article:has(h3:text('{sender}'))"
        await self.page.wait_for_selector(f"{item} form[action='/deelname/antwoord']")
        await self.page.check(f"{item} input[value='{option}']")
        await self.page.fill(f"{item} textarea", reason)
        async with self.page.expect_navigation():
            await self.page.press(f"{item} form[action='/deelname/antwoord'] button", "Enter")
        await self.page.wait_for_selector(f"{item} :text('{reason}')")


async def _link(leader: Any, role: str) -> str:
    button = f"form[action$='/link']:has(input[value='{role}']) button"
    await leader.focus(button)
    async with leader.expect_navigation():
        await leader.keyboard.press("Enter")
    return str(await leader.input_value("#adres"))


async def _turn(leader: Any, doe: str) -> None:
    async with leader.expect_navigation():
        await leader.press(f"form:has(input[value='{doe}']) button", "Enter")


async def _jump(leader: Any, to: str) -> None:
    await leader.fill("#naar", to)
    await _turn(leader, "jump")


@pytest.mark.broker
async def test_an_exercise_from_start_to_finish(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path, browser: Any
) -> None:
    notifier = start_service(
        "notifier",
        {
            "SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{tmp_path}/n.sqlite3",
            "SEINPOST_NOTIFIER__GROUP": f"exercise-{tmp_path.name}",
        },
    )
    lead = await Player.of(browser, notifier.url)
    leader = lead.page
    await leader.goto(f"{notifier.url}/oefeningen")
    await reach(leader, "input[name='programma']")
    for _ in range(await leader.locator("input[name='programma']").count()):
        await leader.keyboard.press("ArrowDown")
        if await leader.evaluate("document.activeElement.value") == DRILL:
            break
    assert await leader.is_checked(f"input[value='{DRILL}']")
    await press(leader, "form[action='/oefeningen'] button")
    session = leader.url.rpartition("/")[2]
    oov, burgemeester, buur = [await Player.of(browser, notifier.url) for _ in range(3)]
    for player, role in ((oov, "oov"), (burgemeester, "burgemeester"), (buur, "buur")):
        await player.joins(await _link(leader, role))
        await player.page.wait_for_selector("text=Nog niet begonnen")
    await leader.goto(f"{notifier.url}/oefeningen/{session}")
    await _turn(leader, "start")

    # What comes shows by itself, on the screen of its own role alone.
    await _jump(leader, "2024-01-13T11:12")
    await oov.page.wait_for_selector("article:has-text('Wijkagent Zuid')")
    await oov.answers("Wijkagent Zuid", "duiden", "Plaats en tijd zijn bekend.")
    assert await burgemeester.page.locator("article.play__item").count() == 0

    # The real pipeline tells the security room, and in this session who looks there.
    async with AcknowledgedProducer(broker, "test") as producer:
        place = Place(gemeente="Rotterdam", region="VR17", name="Zuidplein", certainty=Certainty.CERTAIN)
        sample = alert(
            id="oef-1", phenomenon="weggeefactie", label="Weggeefactie – Rotterdam", place=place, event=None,
            exercise=f"oefening.{session}",
        )  # fmt: skip
        await producer.send(ALERTS.name, encode(sample), key=alert_contract.key(sample))
        await producer.flush()
    await oov.page.wait_for_selector("article:has(h3:text('Melding van Seinpost')) >> text=Weggeefactie – Rotterdam")
    await oov.page.wait_for_selector("article:has-text('Meldkamer van de veiligheidsregio')")
    seen = "article:has(h3:text('Melding van Seinpost')) form[action='/deelname/gezien'] button"
    await oov.page.press(seen, "Enter")
    await oov.page.wait_for_selector("article:has(h3:text('Melding van Seinpost')) >> text=· gezien")

    await oov.page.check("input[name='aan'][value='buur']")
    await oov.page.fill("#tekst", "Komen er bij jullie veel jongeren naar de trein?")
    async with oov.page.expect_navigation():
        await oov.page.press("form[action='/deelname/bericht'] button", "Enter")
    await buur.page.wait_for_selector("article:has-text('Komen er bij jullie veel jongeren')")

    await _jump(leader, "2024-01-13T13:05")
    await burgemeester.answers("Directie van het winkelcentrum", "nee", "Dat is aan het winkelcentrum zelf.")
    await buur.answers("Vervoerder", "melden", "Wij sturen jongerenwerkers.")
    await oov.page.check("input[value='buur-inlichten']")
    await oov.page.fill("#waarom", "Ook van daar komen jongeren.")
    async with oov.page.expect_navigation():
        await oov.page.press("form[action='/deelname/besluit'] button", "Enter")
    await oov.page.wait_for_selector("text=De buurgemeente inlichten. Ook van daar komen jongeren.")
    for player in (lead, oov, burgemeester, buur):
        assert await violations(player.page) == []

    async with leader.expect_navigation():
        await leader.press("form[action$='/afsluiten'] button", "Enter")
    await buur.page.wait_for_selector("text=De oefening is afgelopen. Wat leerde u?")
    await buur.page.fill("#les", "Wij wisten het eerder dan Rotterdam.")
    async with buur.page.expect_navigation():
        await buur.page.press("form[action='/deelname/les'] button", "Enter")

    await press(leader, "a[href^='/oefenverslagen/']")
    report = await leader.inner_text("main")
    for said in (
        "Zoals verwacht", "Anders dan verwacht", "Te laat", "niet gespeeld", "Dat is aan het winkelcentrum zelf.",
        "Wij wisten het eerder dan Rotterdam.", "Oefen wie de driehoek bijeenroept als het weekend is.",
    ):  # fmt: skip
        assert said in report, said
    assert await violations(leader) == []
    paper = await leader.request.get(f"{notifier.url}/oefenverslagen/{session}/verslag.pdf")
    assert (await paper.body()).startswith(b"%PDF-")

    # Removed: nothing of it shows any more, and who still looks is told so.
    await leader.goto(f"{notifier.url}/oefeningen/{session}")
    async with leader.expect_navigation():
        await leader.press("form[action$='/verwijderen'] button", "Enter")
    await leader.wait_for_selector("text=De oefening zelf is al verwijderd")
    assert (await leader.request.get(f"{notifier.url}/v1/alerts/oef-1")).status == 404
    await oov.page.goto(f"{notifier.url}/deelname")
    await oov.page.wait_for_selector("text=Open de link die u van de leider van de oefening kreeg.")
    for player in (lead, burgemeester, buur):
        assert [line for line in player.problems if "401" not in line] == []


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

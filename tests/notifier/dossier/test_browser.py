"""A dossier on the running notifier, by keyboard: from alert to a file that is verified offline; and how it looks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts import alert as alert_contract
from contracts.codec import encode
from contracts.topics import ALERTS
from seinpost.cli import app
from services.notifier.dossier.lists import Explanation, Measure
from services.notifier.dossier.verify import verify
from tests.conftest import StartService
from tests.notifier.browsing import PATIENCE_MS, SIZES, address, browser, choose, opened, press, reach
from tests.notifier.conftest import Served
from tests.notifier.dossier.scene import REAL, dossiers
from tests.notifier.samples import alert
from tests.notifier.scene import EXERCISE, course
from tests.notifier.test_accessibility import CONTRAST, RULES, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["browser"]


@pytest.mark.broker
async def test_from_alert_to_verified_file(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path, browser: Any
) -> None:
    secrets = tmp_path / "secrets"
    public = tmp_path / "public.pem"
    made = CliRunner().invoke(app, ["dossier", "key", str(secrets / "dossier-key.pem"), "--public", str(public)])
    assert made.exit_code == 0, made.output
    notifier = start_service(
        "notifier",
        {
            "SEINPOST_NOTIFIER__SECRETS_DIR": str(secrets),
            "SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{tmp_path}/n.sqlite3",
            "SEINPOST_NOTIFIER__GROUP": f"dossier-{tmp_path.name}",
        },
    )
    async with AcknowledgedProducer(broker, "test") as producer:
        sample = alert(series=course(84, 3.1, 1))
        await producer.send(ALERTS.name, encode(sample), key=alert_contract.key(sample))
        await producer.flush()
    there = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL", accept_downloads=True)
    there.set_default_timeout(PATIENCE_MS)
    page = await there.new_page()
    problems: list[str] = []
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    await page.goto(notifier.url)
    await page.wait_for_selector("article.card")
    await page.goto(f"{notifier.url}/meldingen/a1b2c3")
    await press(page, "form[action$='/dossier'] button")
    await page.wait_for_selector("h1:has-text('Dossier: Oproep tot rellen')")

    # What happened on the street. The moment is that of the alert until one chooses another.
    await choose(page, "#soort", "Vernieling")
    await choose(page, "#plaats", "Coolsingel")
    await choose(page, "#grootte", "50 tot")
    await choose(page, "#bron", "politie")
    await press(page, "form[action$=gebeurtenis] button")
    await page.wait_for_selector("tr[id^=regel-]:has-text('Vernieling (di 15-12-2020 19:40), Coolsingel, Rotterdam')")
    # What else may lie behind it, what lighter means there were: each answered with the space bar.
    for form, questions in (("verklaringen", Explanation), ("middelen", Measure)):
        for question in questions:
            await reach(page, f"input[name='{question.value}']")
            await page.keyboard.press("Space")
        await press(page, f"form[action$={form}] button")
    await choose(page, "#maatregel", "Noodbevel")
    await choose(page, "#gezag", "burgemeester")
    await press(page, "form[action$=besluit] button")
    await page.wait_for_selector("tr[id^=regel-]:has-text('artikel 175 Gemeentewet (nagelezen op 30-11-2026)')")
    await press(page, "form[action$=samenhang] button")
    await page.wait_for_selector("#uitkomst:has-text('Te weinig waarnemingen')")

    # Out under seal, and checked without the notifier.
    await reach(page, "a[href$='dossier.jsonl']")
    async with page.expect_download() as download:
        await page.keyboard.press("Enter")
    file = tmp_path / "dossier.jsonl"
    await (await download.value).save_as(file)
    assert problems == []
    shown = await page.inner_text("#vingerafdruk")
    await there.close()
    checked = await asyncio.to_thread(CliRunner().invoke, app, ["dossier", "verify", str(file), "--key", str(public)])
    assert checked.exit_code == 0, checked.output
    assert verify(file.read_bytes()).fingerprint == shown
    file.write_bytes(file.read_bytes().replace(b"vernieling", b"samenkomst", 1))
    checked = await asyncio.to_thread(CliRunner().invoke, app, ["dossier", "verify", str(file), "--key", str(public)])
    assert checked.exit_code == 1
    assert "is not what was written" in checked.output


@pytest.mark.parametrize(
    ("size", "theme", "rules"),
    [
        ("small", "light", RULES),
        ("desktop", "light", RULES),
        ("desktop", "dark", CONTRAST),
        ("phone", "night", CONTRAST),
    ],
)
async def test_the_pages_are_for_everybody(
    served: Served, browser: Any, tmp_path: Path, size: str, theme: str, rules: dict[str, Any]
) -> None:
    await dossiers(served, tmp_path)
    page = await opened(served, browser, "/dossiers", size=size, theme=theme)
    found = await violations(page, rules)
    for one in (REAL, EXERCISE):
        await page.goto(address(served, f"/dossiers/{one}"))
        for details in await page.query_selector_all("details"):
            await details.evaluate("element => element.open = true")
        found += await violations(page, rules)
        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await page.evaluate(too_wide), f"scrolls sideways at {SIZES[size]}"
    # A form that comes back with what is wrong.
    await page.evaluate("document.querySelectorAll('form').forEach(form => form.noValidate = true)")
    async with page.expect_navigation(wait_until="load"):
        await page.click("form[action$=besluit] button")
    await page.wait_for_selector("#errors")
    found += await violations(page, rules)
    assert found == []
    assert [line for line in page.problems if "400" not in line] == []


async def test_an_exercise_cannot_be_mistaken(served: Served, browser: Any, tmp_path: Path) -> None:
    await dossiers(served, tmp_path)
    page = await opened(served, browser, f"/dossiers/{EXERCISE}")
    frame = "getComputedStyle(document.querySelector('.dossier--exercise')).borderTopColor"
    title = "getComputedStyle(document.querySelector('.exercises__title')).backgroundColor"
    assert await page.evaluate(frame) == await page.evaluate(title) == "rgb(91, 42, 134)"
    assert "OEFENING" in await page.inner_text(".exercises__title")
    await page.goto(address(served, f"/dossiers/{REAL}"))
    assert await page.query_selector(".dossier--exercise") is None

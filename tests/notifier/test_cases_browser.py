"""A platformmelding on the running notifier, by keyboard: from alert to sent and destroyed, and found nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts import alert as alert_contract
from contracts.codec import encode
from contracts.topics import ALERTS, TOPICS
from tests.brokers.records import read_topic
from tests.brokers.services import REPOSITORY, RunningService
from tests.conftest import StartService
from tests.notifier.browsing import PATIENCE_MS, SIZES, address, browser, opened, reach
from tests.notifier.cases.test_api import made
from tests.notifier.cases_scene import NOTICE, ORDER, PLANTED, PLATFORMS, SECRET_WORDS, TERMS, with_desks
from tests.notifier.conftest import Served, with_cases
from tests.notifier.samples import alert
from tests.notifier.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["browser"]
MARKS = (b"geplant", b"social.example.org", b"jan-de-planter")


def environment(tmp_path: Path) -> dict[str, str]:
    config = tmp_path / "config"
    config.mkdir()
    for entry in (REPOSITORY / "config").iterdir():
        if entry.name != "platforms.yaml":
            (config / entry.name).symlink_to(entry)
    (config / "platforms.yaml").write_text(json.dumps(PLATFORMS))
    cases = with_cases(tmp_path)
    return {
        "SEINPOST_CONFIG": str(config),
        "SEINPOST_LOG_LEVEL": "debug",
        "SEINPOST_NOTIFIER__SECRETS_DIR": str(cases["secrets_dir"]),
        "SEINPOST_NOTIFIER__CASES_DATABASE_URL": str(cases["cases_database_url"]),
        "SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{tmp_path}/n.sqlite3",
        "SEINPOST_NOTIFIER__GROUP": f"cases-{tmp_path.name}",
    }


async def by_keyboard(page: Any, selector: str, press: str = "Enter") -> None:
    """Reaches it by Tab, where the focus must be visible, and presses."""
    await reach(page, selector, most=120)
    if press:
        await page.keyboard.press(press)


async def asked(notifier: RunningService, path: str) -> bytes:
    async with httpx.AsyncClient(base_url=notifier.url, timeout=60, verify=False) as http:
        return (await http.get(path)).content


async def traces(broker: BrokerSettings, notifier: RunningService, tmp_path: Path) -> dict[str, bytes]:
    found = {str(file): file.read_bytes() for file in tmp_path.glob("*.sqlite3*")}
    found["log"] = notifier.log.read_bytes()
    for path in (
        "/metrics",
        "/v1/audit?limit=1000",
        "/v1/alerts",
        "/v1/alerts/a1b2c3",
        "/v1/deliveries",
        "/archief.csv",
    ):
        found[path] = await asked(notifier, path)
    for topic in TOPICS:
        found[topic.name] = b"".join(
            (row.key or b"") + (row.value or b"") for row in await read_topic(broker, topic.name)
        )
    return found


@pytest.mark.broker
async def test_from_alert_to_sent_to_nothing(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path, browser: Any
) -> None:
    notifier = start_service("notifier", environment(tmp_path))
    async with AcknowledgedProducer(broker, "test") as producer:
        sample = alert()
        await producer.send(ALERTS.name, encode(sample), key=alert_contract.key(sample))
        await producer.flush()
    there = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL")
    there.set_default_timeout(PATIENCE_MS)
    page = await there.new_page()
    problems: list[str] = []
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    await page.goto(notifier.url)
    await page.wait_for_selector("article.card")
    await page.goto(f"{notifier.url}/meldingen/a1b2c3")
    await by_keyboard(page, "form[action='/platformmeldingen'] button")
    await page.wait_for_selector("#aard")
    await by_keyboard(page, "input[value=illegaal]", "Space")
    await by_keyboard(page, "form[action$=beoordeling] button")
    await page.wait_for_selector("#weg")
    await by_keyboard(page, "input[value=notice]", "Space")
    await by_keyboard(page, "#platform", "")
    await page.keyboard.type("Proef")
    await by_keyboard(page, "form[action$=beoordeling] button")
    await page.wait_for_selector("#gaten")
    await by_keyboard(page, "#urls", "")
    await page.keyboard.type(PLANTED)
    await by_keyboard(page, "#reasons", "")
    await page.keyboard.type(SECRET_WORDS)
    await by_keyboard(page, "input[name=goodFaith]", "Space")
    await by_keyboard(page, "form[action$=inhoud] button")
    await page.wait_for_selector("#brief")
    assert PLANTED in await page.input_value("#brief")
    assert await violations(page) == []
    await by_keyboard(page, "form[action$=verzenden] button")
    await page.wait_for_selector("text=Antwoord verwacht")
    (case,) = json.loads(await asked(notifier, "/v1/cases"))["items"]
    assert case["status"] == "sent"
    found = await traces(broker, notifier, tmp_path)
    for name, everything in found.items():
        assert not [mark for mark in MARKS if mark in everything], name
    assert case["id"].encode() in found["/v1/audit?limit=1000"]
    assert b"a1b2c3" in found[ALERTS.name]
    for status, said in (("confirmed", "Wij kijken ernaar."), ("decided", "Het bericht is weg.")):
        await by_keyboard(page, "input[name=stand]", "Space")
        while not await page.evaluate("value => document.activeElement.value === value", status):
            await page.keyboard.press("ArrowDown")
        await by_keyboard(page, "#antwoord", "")
        await page.keyboard.type(said)
        await by_keyboard(page, "form[action$=stand] button")
        await page.wait_for_selector(f"q:text('{said}')")
    assert "U kunt bezwaar maken tot" in await page.inner_text("main")
    await page.goto(f"{notifier.url}/platformmeldingen")
    answers = await page.inner_text("section[aria-labelledby=times]")
    assert "De helft binnen" in answers
    assert "Proef" in answers
    await page.goto(f"{notifier.url}/platformmeldingen/{case['id']}")
    await by_keyboard(page, "#zeker", "Space")
    await by_keyboard(page, "form[action$=verwijderen] button")
    await page.wait_for_selector("text=Er zijn geen platformmeldingen")
    assert b"there is no such report" in await asked(notifier, f"/v1/cases/{case['id']}")
    assert problems == []
    assert notifier.metrics()["seinpost_notifier_cases_deleted_total"] == 1
    assert notifier.stop() == 0
    for name, found in ((str(file), file.read_bytes()) for file in tmp_path.glob("*.sqlite3*")):
        assert not [mark for mark in MARKS if mark in found], name
    assert not [mark for mark in MARKS if mark in notifier.log.read_bytes()]


async def test_every_step_for_axe_and_small_screens(served: Served, browser: Any) -> None:
    """Each state of the page: no violation of WCAG 2.2 AA, and nothing scrolls sideways at 320 px."""
    with_desks(served.room)
    await served.arrives(alert(), alert(id="oefening", exercise="haren"))
    http = served.http
    judged = {"nature": "illegaal", "route": "notice", "platform": "proef"}
    cases = [await made(http), await made(http, nature="ongewenst"), await made(http, **judged)]
    full = await made(http, **judged)
    await http.put(f"/v1/cases/{full}/content", json=NOTICE)
    sent = await made(http, nature="ongewenst", route="terms", platform="proef")
    await http.put(f"/v1/cases/{sent}/content", json=TERMS)
    await http.post(f"/v1/cases/{sent}/send", json={"means": "hand"})
    await http.post(f"/v1/cases/{sent}/status", json={"status": "decided", "text": "Het bericht is weg."})
    exercise = await made(http, "oefening", **judged)
    await http.put(f"/v1/cases/{exercise}/content", json=NOTICE)
    views = ["/platformmeldingen", "/meldingen/a1b2c3"]
    views += [f"/platformmeldingen/{case}" for case in (*cases, full, sent, exercise)]
    page = await opened(served, browser, size="small")
    found: list[str] = []
    for view in views:
        await page.goto(address(served, view))
        found += await violations(page)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= SIZES["small"][0], f"{view} scrolls sideways"
    # The text is copied, and that is told.
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(address(served, f"/platformmeldingen/{full}"))
    await page.click("[data-copy]")
    await page.wait_for_selector("#gekopieerd:has-text('Gekopieerd')")
    assert PLANTED in await page.evaluate("navigator.clipboard.readText()")
    found += await violations(page)
    # A form that comes back with what is wrong.
    await page.goto(address(served, f"/platformmeldingen/{cases[2]}"))
    await page.fill("#urls", "geen adres")
    await page.click("form[action$=inhoud] button")
    await page.wait_for_selector("#errors")
    found += await violations(page)
    assert await page.input_value("#urls") == "geen adres"
    assert found == []
    assert [line for line in page.problems if "400" not in line] == []
    assert ORDER["legalBasis"] not in await page.content()

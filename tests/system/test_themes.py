"""A theme through all four services, as the browser shows it: counted under its mandate, and gone when that ends."""

from __future__ import annotations

import datetime
import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from configuration.mandates import AMSTERDAM
from contracts.codec import encode
from contracts.raw_post import RawPost, key
from contracts.topics import POSTS_RAW
from tests.configuration.test_mandates import mandate
from tests.conftest import StartService
from tests.ingest.reading import eventually
from tests.notifier.browsing import PATIENCE_MS, browser, choose, press
from tests.notifier.test_accessibility import violations
from tests.notifier.themes_scene import ADVICE, PERMISSION
from tests.system.chain import configured, start_chain

pytestmark = [pytest.mark.broker, pytest.mark.browser, pytest.mark.thorough, pytest.mark.timeout(400)]
__all__ = ["browser"]
THEN = int(time.time()) // 3600 * 3600 - 2 * 3600 + 600
"""In an hour that is over."""
ATTACK = "Die asielzoekers zijn ongedierte, weg met het azc!"
OTHER = "Vanavond praat de gemeenteraad over een nieuw azc"


def permission(until: datetime.datetime) -> str:
    """A mandate file. JSON is YAML."""
    decided = mandate(
        id="proef",
        regions=["*"],
        sources=["*"],
        themes=PERMISSION | {"dpo_advice": ADVICE},
        **{"from": until - datetime.timedelta(days=10), "until": until},
        decision={"by": "burgemeester", "on": "2020-11-01", "reference": "B-12"},
        dpo_advice=ADVICE,
    )
    return json.dumps(decided.model_dump(mode="json", by_alias=True))


def posts(text: str, number: int, then: int = THEN) -> list[RawPost]:
    return [
        RawPost(
            source="bluesky",
            id=f"{text[:3]}-{index}",
            created_ms=(then + index) * 1000,
            received_ms=(then + index) * 1000,
            text=text,
            author=f"did:plc:{text[:3].strip()}{index}",
        )
        for index in range(number)
    ]


async def test_a_theme_is_counted_and_gone_with_its_mandate(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path, browser: Any
) -> None:
    now = datetime.datetime.now(AMSTERDAM).replace(tzinfo=None, microsecond=0)
    files = {"mandates__proef": permission(now + datetime.timedelta(days=1))}
    config = configured(tmp_path / "config", [], **files)
    chain = start_chain(start_service, broker, tmp_path / "run", config)
    async with AcknowledgedProducer(broker, "test") as producer:
        # Event time moves with what people write: the hour is over when others write after it.
        later = posts("Mooi weer vandaag", 60, THEN + 4000)
        for post in [*posts(ATTACK, 30), *posts(OTHER, 60), *later]:
            await producer.send(POSTS_RAW.name, encode(post), key=key(post))
        await producer.flush()
    day = datetime.datetime.fromtimestamp(THEN, AMSTERDAM).date()
    path = f"/themas?thema=opvang&periode=dag&tot={day}"

    def got(path: str) -> httpx.Response:
        return httpx.get(chain.services["notifier"].url + path, timeout=60, verify=False)

    async def shown() -> str:
        return got(path).text

    assert "33,3%" in await eventually(shown, lambda html: "33,3%" in html, patience_s=120)
    context = await browser.new_context(locale="nl-NL", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(f"{chain.services['notifier'].url}/beeld")
    await press(page, "a[href='/themas']")
    await choose(page, "#thema", "Opvang")
    await choose(page, "#periode", "Dag")
    await page.fill("#tot", str(day))
    await press(page, "form[action='/themas'] button")
    text = await page.inner_text("main")
    assert "30 aanvallen in 90 berichten" in text
    assert "vluchtelingen, migranten" in text
    assert "macro-F1 0," in text
    assert "niet gemeten" in text  # the base rate: nothing was counted before
    for number in range(await page.locator("main summary").count()):
        await page.locator("main summary").nth(number).focus()
        await page.keyboard.press("Enter")
    assert await page.locator("main details:not([open])").count() == 0
    assert await violations(page) == []
    assert ATTACK.encode() not in b"".join((await chain.traces()).values())

    (config / "mandates" / "proef.yaml").write_text(permission(now))
    assert "Dit staat uit" in await eventually(shown, lambda html: "Dit staat uit" in html, patience_s=60)
    await page.reload()
    assert "Dit staat uit" in await page.inner_text("main")
    assert got("/v1/themes").status_code == 404

    async def removed() -> list[str]:
        entries = got("/v1/audit?limit=50").json()
        return [entry["object"] for entry in entries.get("items", entries.get("entries", []))]

    assert "3 blocks of themes" in await eventually(removed, lambda seen: "3 blocks of themes" in seen, patience_s=60)

"""The console in a real browser: live, by keyboard alone, at every size, without the script."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.alert import Place
from contracts.source_health import Reason, Status
from services.notifier.store import events
from tests.notifier.browsing import address, browser, opened
from tests.notifier.conftest import Served
from tests.notifier.samples import alert, health
from tests.notifier.test_accessibility import VIEWS, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["browser"]
ZWOLLE = Place(gemeente="Zwolle", gemeente_code="GM0193", region="VR04")


async def test_an_alert_appears_by_itself_and_is_announced(served: Served, browser: Any) -> None:
    await served.arrives(health())
    page = await opened(served, browser)
    await page.wait_for_selector("#connection:text('Live')")
    await served.arrives(alert())
    await page.wait_for_selector("article.card")
    assert await page.inner_text("#announce") == "Nieuwe melding: Oproep tot rellen – Rotterdam"
    assert (await page.title()).startswith("(1) ")
    await served.arrives(alert(id="oefening", exercise="haren"))
    await page.wait_for_selector("article.card--exercise")
    assert (await page.inner_text("#announce")).startswith("Oefening. ")
    assert (await page.title()).startswith("(1) "), "exercises are counted apart"
    assert page.problems == []


async def test_the_whole_life_by_keyboard_alone(served: Served, browser: Any) -> None:
    await served.arrives(alert())
    page = await opened(served, browser)
    await page.wait_for_selector("#connection:text('Live')")

    async def tab_to(selector: str) -> None:
        for _ in range(60):
            await page.keyboard.press("Tab")
            if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
                outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"the focus on {selector} is not visible"
                return
        raise AssertionError(f"{selector} is not reached by Tab")

    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.matches('.utrecht-skip-link')")
    await tab_to("[data-focus=gezien]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".status--seen")
    assert await page.evaluate("document.activeElement.closest('article.card') !== null"), "the focus stays on the card"
    await tab_to("[data-focus=oppakken]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".status--in-progress")
    await tab_to("[data-focus=close]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#afsluiten")
    await tab_to("input[name=uitkomst]")
    await page.keyboard.press("ArrowDown")
    await tab_to("#reden")
    await page.keyboard.type("er was een markt")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#heropenen")
    case = (await served.http.get("/v1/alerts/a1b2c3")).json()
    assert (case["status"], case["outcome"]) == ("closed", "niet-terecht")
    await tab_to("#reden")
    await page.keyboard.type("het begint opnieuw")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".status--reopened")
    await tab_to("#notitie")
    await page.keyboard.type("wijkagent gebeld")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("q:text('wijkagent gebeld')")
    case = (await served.http.get("/v1/alerts/a1b2c3")).json()
    assert case["status"] == "reopened"
    assert page.problems == []


async def test_what_is_being_typed_is_not_lost_when_the_alert_changes(served: Served, browser: Any) -> None:
    await served.arrives(alert())
    page = await opened(served, browser, "/meldingen/a1b2c3")
    await page.wait_for_selector("#connection:text('Live')")
    await page.fill("#reden", "half getypt")
    await served.arrives(alert(revision=2, reason="96 berichten in 15 minuten."))
    await served.http.post("/v1/alerts/a1b2c3/take", headers={"content-type": "application/json"})
    await page.wait_for_selector("text=96 berichten in 15 minuten.")
    await page.wait_for_selector(".status--in-progress")
    assert await page.input_value("#reden") == "half getypt"


LISTENING = """
    window.sounded = []; window.notified = [];
    AudioContext.prototype.createOscillator = (create => function () {
        const made = create.call(this); const start = made.start;
        made.start = function (...when) { window.sounded.push(made.frequency.value); return start.apply(this, when); };
        return made;
    })(AudioContext.prototype.createOscillator);
    window.Notification = class { constructor(title, more) { window.notified.push(more.body); }
        static permission = "granted"; static async requestPermission() { return "granted"; } };
    Object.defineProperty(document, "hidden", { get: () => true });
"""
"""Writes down what would sound, and what would be shown on the desktop."""


async def test_sound_and_notification_only_after_consent(served: Served, browser: Any) -> None:
    page = await opened(served, browser)
    await page.add_init_script(LISTENING)
    await page.reload()
    await page.wait_for_selector("#connection:text('Live')")
    await served.arrives(alert())
    await page.wait_for_selector("article.card")
    assert await page.evaluate("[window.sounded.length, window.notified.length]") == [0, 0]
    await page.click("#sound")
    await page.wait_for_selector("#sound:text('Geluid aan')")
    await page.evaluate("window.sounded = []")
    await served.arrives(alert(id="b", label="Blokkade – Zwolle", place=ZWOLLE, event=None))
    await page.wait_for_selector("#announce:has-text('Blokkade')", state="attached")
    assert await page.evaluate("window.notified") == ["Nieuwe melding: Blokkade – Zwolle"]
    assert await page.evaluate("window.sounded.length") == 2
    await served.arrives(alert(id="c", exercise="haren", place=ZWOLLE, event=None))
    await page.wait_for_selector(".card--exercise")
    assert await page.evaluate("[window.sounded.length, window.notified.length]") == [2, 1], "an exercise wakes nobody"


async def test_a_stale_connection_is_shown_within_15_seconds(served: Served, browser: Any) -> None:
    page = await opened(served, browser)
    await page.add_init_script(LISTENING)
    await page.reload()
    await page.wait_for_selector("#connection:text('Live')")
    await page.click("#sound")
    await page.wait_for_selector("#sound:text('Geluid aan')")
    await page.evaluate("window.sounded = []")
    await page.context.set_offline(True)
    served.room.stream.close()
    # The machine of the test may be slow; the page looks each second, and this is what it waits for.
    assert await page.evaluate("STALE_MS") <= 14_000
    await page.wait_for_selector("#stale:not([hidden])")
    assert "Wat u ziet kan verouderd zijn" in await page.inner_text("#stale")
    assert await page.evaluate("window.sounded.length") == 2, "it is heard too"


async def test_sound_that_the_browser_holds_back_says_so(served: Served, browser: Any) -> None:
    """A page that nobody touched may not sound: a console that came up by itself must not look as if it could."""
    page = await opened(served, browser)
    await page.add_init_script("localStorage.setItem('seinpost-sound', 'on')")
    await page.reload()
    await page.wait_for_selector("#sound:text('Geluid wacht: klik hier')")
    await page.keyboard.press("Tab")
    await page.wait_for_selector("#sound:text('Geluid aan')")
    assert await page.get_attribute("#sound", "aria-pressed") == "true"


async def test_what_nobody_saw_is_heard_again(served: Served, browser: Any) -> None:
    page = await opened(served, browser)
    await page.wait_for_selector("#connection:text('Live')")
    async with served.room.database.writing() as connection:
        data = {"alertId": "a", "status": "new", "action": "escalate", "step": 1, "label": "Rellen", "exercise": None}
        await events.append(connection, events.Kind.STATUS, "a", data, served.clock(), region="VR17")
    served.room.acted()
    await page.wait_for_selector("#announce:text('Nog niet gezien, en nu doorgegeven: Rellen')", state="attached")
    await served.arrives(health(status=Status.BLIND, reason=Reason.REFUSED))
    await page.wait_for_selector("#announce:has-text('Bron bluesky is blind')", state="attached")


@pytest.mark.parametrize("status", [500, 401])
async def test_a_page_that_is_not_answered_is_told_though_the_stream_lives(
    served: Served, browser: Any, status: int
) -> None:
    page = await opened(served, browser)
    await page.wait_for_selector("#connection:text('Live')")

    async def fail(route: Any) -> None:
        await route.fulfill(status=status, body="")

    await page.route(address(served, "/"), fail)
    await served.arrives(alert())
    await page.wait_for_selector("#stale:not([hidden])")
    if status == 401:
        assert await page.get_attribute("#stale a", "href") == "/aanmelden?terug=%2F"
        return
    assert "kan verouderd zijn" in await page.inner_text("#stale")
    await page.unroute(address(served, "/"))
    await page.wait_for_selector("article.card")
    await page.wait_for_selector("#stale", state="hidden")


async def test_the_keys_are_listed_work_and_can_be_switched_off(served: Served, browser: Any) -> None:
    await served.arrives(alert(), alert(id="b", label="Blokkade – Zwolle", place=ZWOLLE, event=None))
    page = await opened(served, browser)
    await page.wait_for_selector("#connection:text('Live')")
    focused = "document.activeElement.closest('article')?.dataset.key"
    await page.keyboard.press("j")
    assert await page.evaluate(focused) == "card-a1b2c3"
    await page.keyboard.press("j")
    assert await page.evaluate(focused) == "card-b"
    await page.keyboard.press("g")
    await page.wait_for_selector("article[data-key=card-b] .status--seen")
    await page.keyboard.press("u")
    assert await page.evaluate(focused) == "card-a1b2c3"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/meldingen/a1b2c3")
    await page.keyboard.press("o")
    await page.wait_for_selector(".status--in-progress")
    await page.keyboard.press("a")
    assert await page.evaluate("document.activeElement.name") == "uitkomst"
    await page.focus("#reden")
    await page.keyboard.type("j1?")
    assert await page.input_value("#reden") == "j1?", "what is typed is text"
    await page.goto(address(served))
    await page.keyboard.press("?")
    assert await page.is_visible("#keys")
    assert await violations(page) == []
    await page.uncheck("#keys-on")
    await page.keyboard.press("Escape")
    assert not await page.is_visible("#keys")
    await page.keyboard.press("?")
    assert not await page.is_visible("#keys"), "switched off (WCAG 2.1.4)"
    await page.click("#keys-open")
    assert await page.is_visible("#keys")


async def test_everything_works_without_the_script(served: Served, browser: Any) -> None:
    await served.arrives(alert())
    page = await opened(served, browser, java_script_enabled=False)
    assert "laad de pagina opnieuw" in await page.inner_text("#connection")
    await page.click("[data-focus=gezien]")
    await page.wait_for_selector(".status--seen")
    await page.click("text=Oproep tot rellen – Rotterdam")
    await page.check("input[value=terecht]")
    await page.fill("#reden", "er kwam een groep")
    await page.click("button:text('Sluit de melding af')")
    await page.wait_for_selector("#heropenen")


async def test_nothing_is_asked_from_elsewhere(served: Served, browser: Any) -> None:
    await served.arrives(alert())
    asked: list[str] = []
    page = await opened(served, browser)
    page.on("request", lambda request: asked.append(request.url))
    for view in VIEWS:
        await page.goto(address(served, view))
    assert asked
    assert {url for url in asked if not url.startswith(address(served, "/"))} == set()

"""Who play an exercise: a leader, and participants with a link. Each has a browser, and uses its keyboard."""

from __future__ import annotations

from typing import Any, Self

from tests.notifier.browsing import PATIENCE_MS, choose, press, reach


class Person:
    def __init__(self, page: Any, url: str) -> None:
        self.page, self.url = page, url
        self.problems: list[str] = []
        page.on("console", lambda line: self.problems.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    @classmethod
    async def of(cls, browser: Any, url: str) -> Self:
        there = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL")
        there.set_default_timeout(PATIENCE_MS)
        return cls(await there.new_page(), url)

    async def opens(self, path: str) -> None:
        await self.page.goto(f"{self.url}{path}")

    async def sees(self, selector: str) -> None:
        """By itself: the page is not loaded again."""
        await self.page.wait_for_selector(selector)

    async def presses(self, button: str) -> None:
        """A button that leads to another page."""
        await self.page.focus(button)
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def colour(self, selector: str, of: str = "backgroundColor") -> str:
        return str(await self.page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).{of}"))


class Participant(Person):
    async def joins(self, link: str) -> None:
        await self.page.goto(link)
        await press(self.page, "form[action='/meedoen'] button")
        await self.sees("#connection:text('Live')")
        await self.sees("text=Nog niet begonnen")

    async def notices(self, item: str) -> None:
        """Says that it was seen."""
        await self.page.press(f"{item} form[action='/deelname/gezien'] button", "Enter")
        await self.sees(f"{item} >> text=· gezien")

    async def answers(self, item: str, option: str, reason: str) -> None:
        await self.sees(f"{item} form[action='/deelname/antwoord']")
        await self.page.check(f"{item} input[value='{option}']")
        await self.page.fill(f"{item} textarea", reason)
        await self.presses(f"{item} form[action='/deelname/antwoord'] button")
        await self.sees(f"{item} :text('{reason}')")

    async def decides(self, decision: str, reason: str) -> None:
        await self.page.check(f"input[name='besluit'][value='{decision}']")
        await self.page.fill("#waarom", reason)
        await self.presses("form[action='/deelname/besluit'] button")
        await self.sees(f"section[aria-labelledby='gedaan'] :text('{reason}')")

    async def writes(self, to: str, text: str) -> None:
        await self.page.check(f"input[name='aan'][value='{to}']")
        await self.page.fill("#tekst", text)
        await self.presses("form[action='/deelname/bericht'] button")

    async def learned(self, lesson: str) -> None:
        await self.page.fill("#les", lesson)
        await self.presses("form[action='/deelname/les'] button")


class Leader(Person):
    session = ""

    @property
    def here(self) -> str:
        return f"/oefeningen/{self.session}"

    async def makes(self, drill: str) -> None:
        """A session, chosen among all programmes by arrow keys."""
        await self.opens("/oefeningen")
        await reach(self.page, "input[name='programma']")
        for _ in range(await self.page.locator("input[name='programma']").count()):
            if await self.page.evaluate("document.activeElement.value") == drill:
                break
            await self.page.keyboard.press("ArrowDown")
        else:
            raise AssertionError(f"{drill} is not reached by arrow keys")
        await self.page.keyboard.press("Space")
        await press(self.page, "form[action='/oefeningen'] button")
        self.session = self.page.url.rpartition("/")[2]

    async def link(self, role: str) -> str:
        await self.presses(f"form[action$='/link']:has(input[value='{role}']) button")
        return str(await self.page.input_value("#adres"))

    async def turns(self, doe: str) -> None:
        await self.presses(f"form:has(input[name='doe'][value='{doe}']) button")

    async def fast(self) -> None:
        """An hour in a minute."""
        await choose(self.page, "#snelheid", "60")
        await self.turns("speed")
        await self.sees("text=60 keer zo snel")

    async def slow(self) -> None:
        """As fast as life."""
        await reach(self.page, "#snelheid")
        await self.page.keyboard.press("Home")
        await self.turns("speed")
        await self.sees("text=1 keer zo snel")

    async def jumps(self, to: str) -> None:
        await self.page.fill("#naar", to)
        await self.turns("jump")


def from_(sender: str) -> str:
    """What came from somebody, on the page of who got it."""
    return f"article:has(h3:text('{sender}'))"


def alert_of(place: str) -> str:
    """What Seinpost itself told of a place."""
    return f"{from_('Melding van Seinpost')}:has-text('{place}')"

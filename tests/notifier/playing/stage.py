"""A session over real HTTP: a leader, and participants who came in by their links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from contracts.alert import Certainty, Place
from services.notifier.playing.director import Director
from tests.notifier.conftest import Served
from tests.notifier.samples import alert

DRILL = "weggeefactie-zuidplein"
JSON = {"content-type": "application/json"}


@dataclass(slots=True)
class Stage:
    served: Served
    session: str
    _open: list[httpx.AsyncClient] = field(default_factory=list)

    async def lead(self, method: str, path: str = "", body: dict[str, Any] | None = None) -> httpx.Response:
        address = f"/v1/exercises/sessions/{self.session}{path}"
        return await self.served.http.request(method, address, json=body, headers=JSON)

    async def turn(self, turn: str, **more: Any) -> dict[str, Any]:
        answer = await self.lead("POST", "/clock", {"turn": turn, **more})
        assert answer.status_code == 200, answer.text
        await self.look()
        return dict(answer.json())

    async def jump(self, local: str) -> None:
        await self.turn("jump", to=f"2024-01-13T{local}:00+01:00")

    async def passes(self, minutes: float) -> None:
        """So long in the exercise."""
        clock = (await self.lead("GET", "/clock")).json()
        self.served.clock.ms += round(minutes * 60_000 / clock["speed"])
        await self.look()

    async def look(self) -> int:
        return await Director(
            database=self.served.room.database, now_ms=self.served.clock, told=self.served.room.acted
        ).look()

    async def link(self, role: str) -> dict[str, Any]:
        made = await self.lead("POST", "/links", {"role": role})
        assert made.status_code == 201, made.text
        return dict(made.json())

    async def joins(self, role: str) -> httpx.AsyncClient:
        """A browser of its own, with the cookie that the link gave."""
        browser = httpx.AsyncClient(
            base_url=self.served.http.base_url, timeout=30, headers={"accept": "text/html"}, verify=False
        )
        self._open.append(browser)
        came = await browser.post("/meedoen", data={"code": (await self.link(role))["code"]})
        assert (came.status_code, came.headers["location"]) == (303, "/deelname"), came.text
        return browser

    async def alert(self, **fields: Any) -> None:
        """One of Seinpost's own, of the posts of this session."""
        place = Place(gemeente="Rotterdam", region="VR17", name="Zuidplein", certainty=Certainty.CERTAIN)
        base = {"id": "oef-alert", "phenomenon": "weggeefactie", "label": "Weggeefactie – Rotterdam", "place": place}
        await self.served.arrives(alert(**({**base, "exercise": f"oefening.{self.session}", "event": None} | fields)))

    async def close(self) -> None:
        for browser in self._open:
            await browser.aclose()


async def stage(served: Served, drill: str = DRILL) -> Stage:
    made = await served.http.post("/v1/exercises/sessions", json={"drill": drill})
    assert made.status_code == 201, made.text
    return Stage(served, made.json()["id"])


async def inbox(browser: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """What a participant received, by sender."""
    answer = await browser.get("/v1/participation")
    assert answer.status_code == 200, answer.text
    return {one["sender"]: one for one in answer.json()["received"]}

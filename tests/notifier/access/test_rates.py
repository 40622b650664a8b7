"""How often one may ask, of one replica and of two: what docs/adr/0008-sessions-in-the-store.md says of it."""

from __future__ import annotations

import httpx

from runtime.probes import Health
from runtime.process import serving
from services.notifier.access.rates import Rates
from services.notifier.application import build
from tests.notifier.access.conftest import JSON, Guarded
from tests.notifier.access.test_tokens import made

REQUESTS, ATTEMPTS = 20, 5


async def statuses(http: httpx.AsyncClient, number: int) -> list[int]:
    return [(await http.get("/v1/me")).status_code for _ in range(number)]


def allowed(found: list[int], status: int, most: int) -> bool:
    """``status`` until the limit, and from there 429. A minute that turns meanwhile lets one more through."""
    through = found.index(429)
    return through in (most, most + 1) and set(found[:through]) == {status} and found[-1] == 429


async def test_each_replica_counts_by_itself_so_two_allow_twice_as_much(guarded: Guarded) -> None:
    browser = await guarded.signed_in("lezer-vr17")
    limits = {"requests_per_minute": REQUESTS, "sign_ins_per_minute": ATTEMPTS}
    own = guarded.room.settings.notifier.model_copy(update=limits)
    other = build(guarded.room, Health(ready=True))
    for app in (guarded.app, other):
        app.state.entrance.rates = Rates(own)
    async with serving(other, guarded.room.settings) as port:
        second = guarded.browser(cookies={"seinpost": browser.cookies["seinpost"]})
        second.base_url = httpx.URL(f"http://127.0.0.1:{port}")
        assert allowed(await statuses(browser, REQUESTS + 5), 200, REQUESTS)
        assert allowed(await statuses(second, REQUESTS + 5), 200, REQUESTS), "the same session, asked of the other"
        refused = await browser.get("/v1/me")
        assert refused.headers["content-type"] == "application/problem+json"
        assert 1 <= int(refused.headers["retry-after"]) <= 120
        for http in (guarded.browser(headers={"authorization": "Bearer x"}), second):
            wrong = httpx.AsyncClient(
                base_url=http.base_url, headers={"authorization": "Bearer seinpost_x_y"}, verify=False
            )
            async with wrong:
                assert allowed(await statuses(wrong, ATTEMPTS + 3), 401, ATTEMPTS)


async def test_one_who_asks_too_often_takes_nothing_from_another(guarded: Guarded) -> None:
    admin = await guarded.signed_in("beheerder-alles", name="beheerder 1")
    _, machine = await made(guarded, admin)
    reader = await guarded.signed_in("lezer-vr17", name="lezer 1")
    rates = guarded.app.state.entrance.rates
    rates.settings = rates.settings.model_copy(update={"requests_per_minute": REQUESTS})
    assert allowed(await statuses(reader, REQUESTS + 5), 200, REQUESTS)
    assert (await machine.get("/v1/me")).status_code == 200
    assert (await admin.post("/v1/tokens", json={}, headers=JSON)).status_code == 400

"""Sessions: how they end, what they never share, and that nothing changes without their own form token."""

from __future__ import annotations

import asyncio

import httpx_sse
import pytest

from services.notifier.access.policy import POLICY, Open
from tests.notifier.access.conftest import JSON, Guarded, early_in_a_minute
from tests.notifier.samples import alert

MINUTE_MS = 60_000


async def test_it_ends_after_idling_and_refreshing_pages_do_not_keep_it(guarded: Guarded) -> None:
    browser = await guarded.signed_in("operator-vr17")
    clock, idle = guarded.served.clock, guarded.app.state.entrance.idle_ms
    refresh = {"sec-fetch-mode": "cors", "sec-fetch-site": "same-origin"}
    for _ in range(3):
        clock.ahead_ms += idle // 2 - MINUTE_MS
        assert (await browser.get("/v1/me")).status_code == 200, "used: it goes on"
    for _ in range(2):
        clock.ahead_ms += idle // 2 + MINUTE_MS
        last = await browser.get("/v1/me", headers=refresh)
    assert last.status_code == 401
    assert (await browser.get("/")).headers["location"] == "/aanmelden?terug=%2F"


async def test_it_ends_after_its_hours_whatever_is_done(guarded: Guarded) -> None:
    browser = await guarded.signed_in("operator-vr17")
    clock, hours = guarded.served.clock, guarded.room.settings.notifier.session_hours
    for _ in range(hours):
        clock.ahead_ms += 59 * MINUTE_MS
        assert (await browser.get("/v1/me")).status_code == 200
    clock.ahead_ms += hours * MINUTE_MS
    assert (await browser.get("/v1/me")).status_code == 401


async def test_signing_out_ends_it_in_the_store(guarded: Guarded) -> None:
    browser = await guarded.signed_in("operator-vr17")
    stolen = guarded.browser(cookies={"seinpost": browser.cookies["seinpost"]})
    token = await guarded.form_token(browser)
    answer = await browser.post("/afmelden", data={"token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/afgemeld")
    page = await browser.get("/afgemeld")
    assert f"{guarded.provider.issuer}/logout?client_id=seinpost" in page.text
    assert (await browser.get("/v1/me")).status_code == 401
    assert (await stolen.get("/v1/me")).status_code == 401
    assert "sign-out" in [entry.action for entry in await guarded.audited()]


async def test_an_administrator_ends_a_session_and_its_live_stream(guarded: Guarded) -> None:
    operator = await guarded.signed_in("operator-vr17", name="operator 2")
    admin = await guarded.signed_in("beheerder-alles", name="beheerder 1")
    async with asyncio.timeout(60), httpx_sse.aconnect_sse(operator, "GET", "/v1/events") as stream:
        events = stream.aiter_sse()
        assert (await anext(events)).event == "heartbeat"
        found = (await admin.get("/v1/sessions")).json()["items"]
        assert {(item["name"], item["own"]) for item in found} == {("operator 2", False), ("beheerder 1", True)}
        (theirs,) = [item["id"] for item in found if item["name"] == "operator 2"]
        assert (await admin.delete(f"/v1/sessions/{theirs}")).status_code == 204
        async for event in events:  # to its end
            assert event.event == "heartbeat"
    assert (await operator.get("/v1/me")).status_code == 401
    assert (await admin.delete(f"/v1/sessions/{theirs}")).status_code == 404
    done = [
        (entry.actor, entry.object, entry.result) for entry in await guarded.audited() if entry.action == "session-end"
    ]
    assert done == [("beheerder 1", theirs, "unknown"), ("beheerder 1", theirs, "done")]


async def test_an_administrator_of_one_region_sees_and_ends_those_of_that_region(guarded: Guarded) -> None:
    other = await guarded.signed_in("operator-vr01", name="operator noord")
    both = await guarded.signed_in("operator-vr01", "operator-vr17", name="operator beide")
    own = await guarded.signed_in("lezer-vr17", name="lezer zuid")
    admin = await guarded.signed_in("beheerder-vr17", name="beheerder zuid")
    national = await guarded.signed_in("beheerder-alles", name="beheerder land")
    ids = {item["name"]: item["id"] for item in (await national.get("/v1/sessions")).json()["items"]}
    assert len(ids) == 5
    seen = {item["name"] for item in (await admin.get("/v1/sessions")).json()["items"]}
    assert seen == {"lezer zuid", "beheerder zuid"}
    page = (await admin.get("/toegang")).text
    assert "lezer zuid" in page
    assert "operator noord" not in page
    assert "operator beide" not in page
    for name in ("operator noord", "operator beide", "beheerder land"):
        assert (await admin.delete(f"/v1/sessions/{ids[name]}")).status_code == 404
        token = await guarded.form_token(admin, "/toegang")
        answer = await admin.post(f"/toegang/sessies/{ids[name]}/beeindigen", data={"token": token})
        assert answer.status_code == 404
    assert (await other.get("/v1/me")).status_code == 200
    assert (await both.get("/v1/me")).status_code == 200
    token = await guarded.form_token(admin, "/toegang")
    answer = await admin.post(f"/toegang/sessies/{ids['lezer zuid']}/beeindigen", data={"token": token})
    assert answer.status_code == 303
    assert (await own.get("/v1/me")).status_code == 401


async def test_a_rule_that_is_gone_opens_nothing_any_more(guarded: Guarded) -> None:
    from dataclasses import replace

    browser = await guarded.signed_in("operator-vr17")
    access = guarded.room.configuration.access
    without = access.model_copy(
        update={"groups": tuple(rule for rule in access.groups if rule.group != "operator-vr17")}
    )
    guarded.room.configuration = replace(guarded.room.configuration, access=without)
    assert (await browser.get("/v1/alerts")).status_code == 403


@pytest.mark.thorough
async def test_no_form_works_without_the_token_of_its_own_session(guarded: Guarded) -> None:
    """Every form of the application, from its own list of routes."""
    from tests.notifier.access.routes import routes_of

    await guarded.served.arrives(alert())
    mine = await guarded.signed_in("operator-alles", "beheerder-alles", "platformmelder-alles", name="een")
    theirs = await guarded.signed_in("operator-alles", "beheerder-alles", "platformmelder-alles", name="twee")
    foreign = await guarded.form_token(theirs)
    own = await guarded.form_token(mine)
    assert foreign != own
    forms = [path for method, path in routes_of(guarded.app) if method == "POST" and not path.startswith("/v1/")]
    joined = [path for path in forms if POLICY["POST", path] is Open.PARTICIPANT]
    """Of who joined an exercise by its link: an account is none (`tests/notifier/playing/test_doors.py`)."""
    for path in joined:
        assert (await mine.post(path, data={"token": own})).status_code == 401, path
    forms = [path for path in forms if path not in joined]
    assert len(forms) >= 10
    for path in forms:
        address = path.replace("{alert_id}", "a1b2c3").replace("{id}", "a1b2c3")
        for token in ({}, {"token": ""}, {"token": foreign}, {"token": own[:-1]}):
            answer = await mine.post(address, data=token)
            assert answer.status_code == 403, path
            assert path == "/meedoen" or "verlopen" in answer.text, path  # there the code of the link is wanted
    assert (await mine.get("/v1/alerts/a1b2c3")).json()["status"] == "new"
    assert (await mine.get("/v1/me")).status_code == 200, "not signed out by another site either"


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
async def test_another_site_cannot_use_the_cookie_for_the_api(guarded: Guarded, headers: dict[str, str]) -> None:
    await guarded.served.arrives(alert())
    browser = await guarded.signed_in("operator-alles", "beheerder-alles")
    assert (await browser.post("/v1/alerts/a1b2c3/take", headers=JSON | headers)).status_code == 403
    assert (await browser.delete("/v1/sessions/x", headers=headers)).status_code == 403
    plain = {"content-type": "text/plain"}
    assert (await browser.post("/v1/alerts/a1b2c3/take", headers=plain)).status_code == 415


async def test_the_store_holds_no_cookie_and_no_secret(guarded: Guarded) -> None:
    browser = await guarded.signed_in("beheerder-alles")
    made = await browser.post(
        "/v1/tokens", json={"label": "meldkamer", "scopes": ["alerts:read"], "regions": ["VR17"], "days": 1}
    )
    file = guarded.room.settings.notifier.secrets_dir.parent / "guarded.sqlite3"
    kept = b"".join(part.read_bytes() for part in file.parent.glob("guarded.sqlite3*"))
    assert browser.cookies["seinpost"].encode() not in kept
    assert made.json()["token"].rpartition("_")[2].encode() not in kept
    assert made.json()["id"].encode() in kept


async def test_one_hammering_session_is_slowed_down_and_nobody_else(guarded: Guarded) -> None:
    from services.notifier.access.rates import Rates

    entrance = guarded.app.state.entrance
    await early_in_a_minute()
    entrance.rates = Rates(guarded.room.settings.notifier.model_copy(update={"requests_per_minute": 10}))
    hammer = await guarded.signed_in("lezer-vr17", name="een")
    other = await guarded.signed_in("lezer-vr17", name="twee")
    answers = [await hammer.get("/v1/me") for _ in range(25)]
    codes = [answer.status_code for answer in answers]
    assert codes.count(429) >= 5
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (await other.get("/v1/me")).status_code == 200

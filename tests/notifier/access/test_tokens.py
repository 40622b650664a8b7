"""API tokens: shown once, bound, expiring, revocable, and wrong ones slowed down."""

from __future__ import annotations

import re

import httpx
import pytest

from services.notifier.access.rates import Rates
from tests.notifier.access.conftest import JSON, Guarded, early_in_a_minute
from tests.notifier.samples import alert

DAY_MS = 86_400_000
WISH = {"label": "meldkamer", "scopes": ["alerts:read", "alerts:handle"], "regions": ["VR17"], "days": 30}


async def made(guarded: Guarded, admin: httpx.AsyncClient, **changed: object) -> tuple[str, httpx.AsyncClient]:
    answer = await admin.post("/v1/tokens", json=WISH | changed)
    assert answer.status_code == 201, answer.text
    value = answer.json()["token"]
    assert re.fullmatch(r"seinpost_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", value)
    return answer.json()["id"], guarded.browser(headers={"authorization": f"Bearer {value}", "accept": "*/*"})


async def test_a_token_acts_under_its_own_name_until_it_is_revoked(guarded: Guarded) -> None:
    await guarded.served.arrives(alert())
    admin = await guarded.signed_in("beheerder-alles", name="beheerder 1")
    token_id, machine = await made(guarded, admin)
    taken = await machine.post("/v1/alerts/a1b2c3/take", headers=JSON)
    assert (taken.status_code, taken.json()["owner"]) == (200, "sleutel meldkamer")
    assert (await machine.get("/v1/me")).json()["means"] == "token"
    assert (await machine.get("/v1/tokens")).status_code == 403
    (listed,) = (await admin.get("/v1/tokens")).json()["items"]
    assert "token" not in listed
    assert listed["lastUsedAt"] is not None
    assert (await admin.delete(f"/v1/tokens/{token_id}")).status_code == 204
    refused = await machine.get("/v1/alerts")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    results = [entry.result for entry in await guarded.audited() if entry.action == "token"]
    assert results == ["token-revoked"]


async def test_a_token_ends_by_itself(guarded: Guarded) -> None:
    admin = await guarded.signed_in("beheerder-alles")
    _, machine = await made(guarded, admin, days=1)
    guarded.served.clock.ahead_ms += DAY_MS - 60_000
    assert (await machine.get("/v1/alerts")).status_code == 200
    guarded.served.clock.ahead_ms += 61_000
    assert (await machine.get("/v1/alerts")).status_code == 401
    assert "token-expired" in [entry.result for entry in await guarded.audited()]


async def test_a_revoked_token_ends_its_live_stream(guarded: Guarded) -> None:
    import asyncio

    import httpx_sse

    admin = await guarded.signed_in("beheerder-alles")
    token_id, machine = await made(guarded, admin)
    async with asyncio.timeout(60), httpx_sse.aconnect_sse(machine, "GET", "/v1/events") as stream:
        events = stream.aiter_sse()
        assert (await anext(events)).event == "heartbeat"
        assert (await admin.delete(f"/v1/tokens/{token_id}")).status_code == 204
        async for event in events:  # to its end
            assert event.event == "heartbeat"


@pytest.mark.parametrize(
    "changed",
    [
        {"label": "x"}, {"label": "a\u0000bc"}, {"scopes": []}, {"scopes": ["tokens:manage"]}, {"scopes": ["alles"]},
        {"regions": []}, {"regions": ["Rotterdam"]}, {"days": 0}, {"days": 367}, {"days": "veel"}, {"regions": "VR17"},
    ],
)  # fmt: skip
async def test_a_wish_that_is_not_right_is_400(guarded: Guarded, changed: dict[str, object]) -> None:
    admin = await guarded.signed_in("beheerder-alles")
    answer = await admin.post("/v1/tokens", json=WISH | changed)
    assert answer.status_code == 400
    assert answer.json()["errors"]


async def test_nobody_gives_more_than_they_have(guarded: Guarded) -> None:
    south = await guarded.signed_in("beheerder-vr17")
    for regions in (["VR01"], ["VR17", "VR01"], ["*"], ["landelijk"], ["VR99"]):
        assert (await south.post("/v1/tokens", json=WISH | {"regions": regions})).status_code == 403, regions
    assert (await south.post("/v1/tokens", json=WISH | {"scopes": ["metrics:read"]})).status_code == 403
    token_id, _ = await made(guarded, south)
    north = await guarded.signed_in("beheerder-vr01", name="beheerder noord")
    assert (await north.get("/v1/tokens")).json()["items"] == []
    assert (await north.delete(f"/v1/tokens/{token_id}")).status_code == 404
    results = [(entry.actor, entry.action, entry.result) for entry in await guarded.audited()]
    assert ("beheerder noord", "token-revoke", "unknown") in results
    assert results.count(("operator 1", "access", "denied")) == 6


async def test_the_page_makes_and_shows_a_token_once(guarded: Guarded) -> None:
    admin = await guarded.signed_in("beheerder-alles")
    token = await guarded.form_token(admin, "/toegang")
    form = {"token": token, "naam": "dashboard", "mag": ["alerts:read"], "regio": ["VR17"], "dagen": "5"}
    shown = await admin.post("/toegang/sleutels", data=form)
    found = re.search(r"seinpost_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", shown.text)
    assert found is not None
    assert shown.headers["cache-control"] == "no-store"
    assert found[0] not in (await admin.get("/toegang")).text
    machine = guarded.browser(headers={"authorization": f"Bearer {found[0]}"})
    assert (await machine.get("/v1/alerts")).status_code == 200
    wrong = await admin.post("/toegang/sleutels", data=form | {"naam": "x", "dagen": "0", "mag": []})
    assert wrong.status_code == 400
    assert "Geef de sleutel een naam" in wrong.text
    revoke = re.search(r'action="(/toegang/sleutels/[0-9a-f]{16}/intrekken)"', (await admin.get("/toegang")).text)
    assert revoke is not None
    assert (await admin.post(revoke[1], data={"token": token})).status_code == 303
    assert (await machine.get("/v1/alerts")).status_code == 401


async def test_wrong_tokens_are_slowed_down_and_audited(guarded: Guarded) -> None:
    entrance = guarded.app.state.entrance
    admin = await guarded.signed_in("beheerder-alles")
    token_id, _ = await made(guarded, admin)
    await early_in_a_minute()
    entrance.rates = Rates(guarded.room.settings.notifier.model_copy(update={"sign_ins_per_minute": 10}))
    stranger = guarded.browser()
    wrong = [f"seinpost_{token_id}_{'x' * 43}", f"seinpost_{token_id}_", f"seinpost_{token_id}", "seinpost__", "x", "."]
    wrong += ["seinpost_é_é", f"seinpost_{'0' * 16}_{'x' * 43}", "Bearer", "_" * 5000]
    codes = []
    for value in wrong + wrong[:5]:
        header = b"Bearer " + value.encode("utf-8")
        codes.append((await stranger.get("/v1/alerts", headers=[(b"authorization", header)])).status_code)
    assert codes[:10] == [401] * 10
    assert set(codes[10:]) == {429}
    rows = [entry for entry in await guarded.audited() if entry.action == "token"]
    assert {entry.result for entry in rows} == {"wrong-token"}
    assert len(rows) == 10
    assert (await admin.get("/v1/me")).status_code == 200


async def test_metrics_are_for_a_token_of_the_whole_country(guarded: Guarded) -> None:
    admin = await guarded.signed_in("beheerder-alles")
    assert (await guarded.browser().get("/metrics")).status_code == 401
    _, reader = await made(guarded, admin)
    assert (await reader.get("/metrics")).status_code == 403
    _, prometheus = await made(guarded, admin, scopes=["metrics:read"], regions=["*"])
    assert "seinpost_notifier_unseen_alerts" in (await prometheus.get("/metrics")).text
    south = await guarded.signed_in("beheerder-vr17")
    assert (await south.get("/metrics")).status_code == 403, "totals of the country"
    assert (await guarded.browser().get("/healthz")).status_code in (200, 503)


async def test_open_metrics_are_not_for_who_comes_by_the_public_name(guarded: Guarded) -> None:
    own = guarded.room.settings.notifier.model_copy(
        update={"metrics_open": True, "public_url": "https://seinpost.example.nl"}
    )
    guarded.room.settings = guarded.room.settings.model_copy(update={"notifier": own})
    assert (await guarded.browser().get("/metrics")).status_code == 200
    for host in ("seinpost.example.nl", "SEINPOST.example.nl:443"):
        assert (await guarded.browser().get("/metrics", headers={"host": host})).status_code == 404
